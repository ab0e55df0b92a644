"""BMFF hashes of real files: the verdict of the reference on each, or the reason why it is another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from credkit.assets import BytesSource, Layout
from credkit.assets.bmff.boxes import C2PA_UUID, BoxWalker
from credkit.binding import BINDINGS, BindingOutcome, BindingTarget
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.claim import Claim
from credkit.manifest.store import Assertion, Manifest, parse_store
from tests.forge import peer
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.manifests import SOURCE_TYPE

pytestmark = needs_corpus
FORMATS = ("mp4", "heic", "heif", "avif", "m4a", "mov")
LABELS = ("c2pa.hash.bmff.v2", "c2pa.hash.bmff.v3")
HEAD = len(C2PA_UUID) + 4 + len(b"manifest\0") + 8

DIFFERENT = {
    "297a73f62212": ("assertion.bmffHash.malformed", "its list of Merkle trees is empty, though the schema wants one at least"),
}
"""Codes other than the reference's, with the reason."""
READ = 27
"""Files of the corpus with such a hash, so that none is passed over unnoticed."""


def manifest(source: BytesSource) -> Manifest | None:
    """The active manifest of the store in the ``uuid`` box, as far as one can be read."""
    for box in BoxWalker(source).roots():
        data = source.read(box.payload.start, box.payload.length) if box.type == "uuid" else b""
        if data.startswith(C2PA_UUID) and data[len(C2PA_UUID) + 4 :].startswith(b"manifest\0"):
            return parse_store(data[HEAD:]).active
    return None


def bound(source: BytesSource) -> tuple[Manifest, Assertion] | None:
    try:
        found = manifest(source)
        assertions = [a for a in found.assertions if a.base_label in LABELS] if found else []
        return (found, assertions[0]) if found and assertions and assertions[0].value() else None
    except MalformedError:
        return None


def judged(entry: dict[str, Any]) -> BindingOutcome | None:
    return judge((CORPUS / entry["path"]).read_bytes(), tuple(entry.get("fragments") or ()))


def judge(data: bytes, fragments: tuple[str, ...] = ()) -> BindingOutcome | None:
    source = BytesSource(data)
    parts = bound(source)
    if parts is None:
        return None
    active, assertion = parts
    assert active.claim_box is not None
    assert active.claim_bytes is not None
    target = BindingTarget(
        source=source,
        layout=Layout(media_type="video/mp4", size=source.size),
        format=None,
        embedded=True,
        updated=False,
        algorithm=Claim.read(active.claim_bytes, active.claim_box.label).alg,
        limits=DEFAULT_LIMITS,
        fragments=tuple(BytesSource((CORPUS / path).read_bytes()) for path in fragments),
    )
    return BINDINGS[assertion.base_label](assertion.value(), assertion.uri, target)


def verdict(codes: Iterator[str]) -> set[str]:
    """Match or failure; which exclusions are worth a remark the reference decides otherwise (it counts free boxes)."""
    return {code for code in codes if code.startswith("assertion.bmffHash.") and not code.endswith("Present")}


@pytest.mark.parametrize("entry", [e for e in entries(*FORMATS) if e["runs"]["noanchors"]["readable"]], ids=lambda e: e["id"])
def test_the_reference_agrees(entry: dict[str, Any]) -> None:
    outcome = judged(entry)
    if outcome is None:
        assert not set(LABELS) & set(entry["features"]), "a hash that could not be read"
        return
    run = entry["runs"]["noanchors"]
    expected = verdict(item["code"] for kind in ("success", "failure") for item in run[kind])
    if entry["id"] in DIFFERENT:
        expected = {DIFFERENT[entry["id"]][0]}
    assert verdict(found.code for found in outcome.statuses) == expected


def test_all_files_were_judged() -> None:
    assert sum(judged(entry) is not None for entry in entries(*FORMATS) if entry["runs"]["noanchors"]["readable"]) == READ


@pytest.mark.parametrize("film", ["07ce2dd8530c", "71867a4d5679"])
@pytest.mark.parametrize("block", [1, 100])
@pytest.mark.parametrize("proofs", [0, 1, 5])
def test_trees_of_the_reference(film: str, block: int, proofs: int) -> None:
    """Files with trees of several heights that the reference makes, as they are and with one byte of the media changed."""
    entry = next(entry for entry in entries("mp4") if entry["id"] == film)
    trees = {"merkle_tree_chunk_size_in_kb": block, "merkle_tree_max_proofs": proofs}
    made = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}
    definition = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [made]}}]}
    data = peer.sign((CORPUS / entry["path"]).read_bytes(), "mp4", definition, core=trees)
    media = next(box for box in BoxWalker(BytesSource(data)).roots() if box.type == "mdat")
    assert verdicts(data) == {"assertion.bmffHash.match"}
    for at in (media.span.start + 8, media.span.start + 16, media.span.end - 1):
        assert verdicts(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]) == {"assertion.bmffHash.mismatch"}


def verdicts(data: bytes) -> set[str]:
    outcome = judge(data)
    assert outcome is not None
    return verdict(found.code for found in outcome.statuses)
