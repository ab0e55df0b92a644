"""Every format that the reference reads and we write, both ways: signed, updated, redacted, edited, put into each other.

What a format does not allow is listed here, so that a change of it shows. ``docs/formats.md`` says why.
"""

from __future__ import annotations

import io
from typing import Any

import pytest

from credkit.assets import BytesSource
from credkit.errors import AssetError, HistoryError
from credkit.manifest.assertions import Action, CawgMetadata, OpaqueAssertion, TrainingMining
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
from tests.assets.catalogue import SAMPLES
from tests.forge import peer, pki
from tests.forge.pictures import picture

NOTE = "org.example.note"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
THEIRS: dict[str, Any] = {
    "title": "theirs",
    "assertions": [
        {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}]}},
        {"label": NOTE, "data": {"text": "taken out later"}},
    ],
}
THEIR_EDIT: dict[str, Any] = {
    "title": "theirs edited",
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}},
                    {"action": "c2pa.edited", "digitalSourceType": SOURCE_TYPE},
                ]
            },
        }
    ],
}
THEIR_UPDATE: dict[str, Any] = {"title": "their update", "assertions": []}
PARENT = {"title": "parent", "relationship": "parentOf", "label": "parent"}
KINDS = {"jpeg": "jpg", "apng": "png", "tiff": "tif"}
"""Of samples whose first word is not the name that ``peer`` has for them."""


def kind_of(name: str) -> str | None:
    word = name.split(maxsplit=1)[0]
    kind = "heic" if SAMPLES[name].media_type == "image/heic" else KINDS.get(word, word)
    return kind if kind in peer.MEDIA_TYPES and SAMPLES[name].format.writable else None


UNREAD_THERE = frozenset({"mov without brands"})
"""The reference reads no such file at all."""
UNSIGNED_THERE = UNREAD_THERE | {"jxl codestream", "svg closed", "svg empty metadata"}
"""The reference does not sign such a file, or signs it so that it cannot read it again."""
MISPLACED_THERE = frozenset({"tiff large"})
"""The reference leaves another field than the one with the length of the store out of its hash."""
WHOLE = {name: kind for name in SAMPLES if (kind := kind_of(name)) and name not in UNREAD_THERE}
FIRST = {kind: name for name, kind in reversed(WHOLE.items())}
"""One sample of each format."""
SIZED = frozenset({"webp", "wav", "avi"})
"""Their credentials vouch for the size of the file when they are the reference's, so that nothing can be added."""
FIXED = frozenset({"mp3", "flac"})
"""The length of the store is fixed by bytes that are signed."""
FIXED_SAMPLES = frozenset({"avi of several containers"})
THEIR_UPDATES_FAIL = frozenset({"tif", "dng", *FIXED})
"""The reference's own updates change signed bytes."""
BOXES = frozenset({"jpg", "png", "gif", "jxl"})
"""Bound box by box and read so by the reference."""

every_sample = pytest.mark.parametrize("name", WHOLE)
every_kind = pytest.mark.parametrize("kind", FIRST)


def written(builder: Builder | UpdateBuilder, asset: bytes) -> bytes:
    out = io.BytesIO()
    builder.sign(asset, out, pki.signer())
    return out.getvalue()


def ours(asset: bytes, binding: str | None = None) -> bytes:
    builder = Builder(title="ours")
    builder.binding = binding
    builder.created("trainedAlgorithmicMedia")
    builder.add(OpaqueAssertion(NOTE, {"text": "taken out later"}))
    return written(builder, asset)


def theirs(name: str) -> bytes:
    return peer.sign(SAMPLES[name].data, WHOLE[name], THEIRS)


def updated(data: bytes) -> bytes:
    builder = UpdateBuilder()
    builder.add(CawgMetadata(rights="(c) 2026 credkit test"))
    builder.add(TrainingMining.not_allowed())
    return written(builder, data)


def redacted(data: bytes) -> bytes:
    builder = UpdateBuilder()
    builder.redact(NOTE, "c2pa.PII.present")
    return written(builder, data)


def child(parent: bytes, asset: bytes) -> bytes:
    builder = Builder(title="child")
    builder.add_parent(parent)
    builder.add_action(Action("c2pa.edited", digital_source_type="humanEdits"))
    return written(builder, asset)


def holding(part: bytes, asset: bytes) -> bytes:
    builder = Builder(title="whole")
    builder.created("composite")
    builder.add_component(part, title="part")
    return written(builder, asset)


def check(data: bytes, kind: str, manifests: int) -> None:
    """Trusted on both sides with our root as anchor, without any failure."""
    report = verify(BytesSource(data), policy=TrustPolicy.of(pki.root_pem()))
    assert report.active is not None, report.problem
    assert (report.state, [s.code for s in report.active.results.failure], len(report.manifests)) == ("Trusted", [], manifests)
    there = peer.read(data, kind, anchors=pki.root_pem())
    assert (there.state, there.failures, there.manifests) == ("Trusted", [], manifests)


@every_sample
def test_ours_there(name: str) -> None:
    signed = ours(SAMPLES[name].data)
    check(signed, WHOLE[name], 1)
    untrusting = peer.read(signed, WHOLE[name])
    assert (untrusting.state, untrusting.failures) == ("Valid", ["signingCredential.untrusted"])


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in UNSIGNED_THERE | MISPLACED_THERE])
def test_theirs_here(name: str) -> None:
    check(theirs(name), WHOLE[name], 1)


@pytest.mark.parametrize("name", sorted(MISPLACED_THERE))
def test_what_they_leave_out_of_the_hash_by_mistake_is_refused_here(name: str) -> None:
    data = theirs(name)
    assert peer.read(data, WHOLE[name]).state == "Valid"
    report = verify(BytesSource(data))
    assert report.state == "Invalid"
    assert report.active is not None
    assert "assertion.dataHash.mismatch" in {s.code for s in report.active.results.failure}


@every_sample
def test_updates_and_redactions_of_ours(name: str) -> None:
    kind, signed = WHOLE[name], ours(SAMPLES[name].data)
    if kind in FIXED or name in FIXED_SAMPLES:
        for change in (updated, redacted):
            with pytest.raises(AssetError, match="cannot change its length"):
                change(signed)
        return
    check(updated(updated(signed)), kind, 3)
    data = redacted(signed)
    check(data, kind, 2)
    assert b"taken out later" not in data


@every_kind
def test_updates_and_redactions_of_theirs(kind: str) -> None:
    signed = theirs(FIRST[kind])
    if kind in FIXED | SIZED:
        for change in (updated, redacted):
            with pytest.raises((AssetError, HistoryError)):
                change(signed)
        return
    check(updated(signed), kind, 2)
    check(redacted(signed), kind, 2)


@every_kind
def test_their_update_of_ours(kind: str) -> None:
    data = peer.sign(ours(SAMPLES[FIRST[kind]].data), kind, THEIR_UPDATE, update=True)
    states = (peer.read(data, kind).state, verify(BytesSource(data)).state)
    if kind in SIZED:
        # Their store has an odd length now and then, and the byte that fills it up lies in signed ground.
        assert states in (("Valid", "Valid"), ("Invalid", "Invalid"))
    elif kind in THEIR_UPDATES_FAIL:
        assert states == ("Invalid", "Invalid")
    else:
        check(data, kind, 2)


@every_kind
def test_edits_of_each_other(kind: str) -> None:
    asset = SAMPLES[FIRST[kind]].data
    check(child(theirs(FIRST[kind]), asset), kind, 2)
    check(peer.sign(asset, kind, THEIR_EDIT, ingredients=((PARENT, ours(asset), kind),), anchors=pki.root_pem()), kind, 2)


@every_kind
def test_histories_across_formats(kind: str) -> None:
    """A PNG below each format, each format below a JPEG, and that below the format again."""
    asset = SAMPLES[FIRST[kind]].data
    first = child(ours(picture("png")), asset)
    check(first, kind, 2)
    second = holding(first, picture("jpg"))
    check(second, "jpg", 3)
    check(child(second, asset), kind, 4)


@pytest.mark.parametrize("kind", sorted(BOXES))
def test_box_by_box(kind: str) -> None:
    asset = SAMPLES[FIRST[kind]].data
    signed = ours(asset, "c2pa.hash.boxes")
    check(signed, kind, 1)
    check(child(signed, asset), kind, 2)
    report = verify(BytesSource(signed))
    assert report.active is not None
    assert "assertion.boxesHash.match" in {s.code for s in report.active.results.success}


@pytest.mark.parametrize("kind", sorted(set(FIRST) - BOXES))
def test_box_by_box_is_refused_or_not_read_there(kind: str) -> None:
    if kind not in SIZED:
        with pytest.raises(AssetError, match="bound"):
            ours(SAMPLES[FIRST[kind]].data, "c2pa.hash.boxes")
        return
    signed = ours(SAMPLES[FIRST[kind]].data, "c2pa.hash.boxes")
    assert verify(BytesSource(signed)).state == "Valid"
    with pytest.raises(Exception, match="Box hash not supported"):
        peer.read(signed, kind)


def test_no_format_is_forgotten() -> None:
    named = {"jpg", "png", "webp", "gif", "tif", "dng", "svg", "heic", "avif", "mp4", "mov", "m4a", "jxl", "wav", "avi", "mp3", "flac"}
    assert set(FIRST) >= named


def state_there(data: bytes, kind: str) -> str:
    try:
        return peer.read(data, kind).state
    except Exception:  # Every fault of the reading is one of its own classes.
        return "error"


@every_kind
def test_no_changed_byte_is_accepted_that_they_refuse(kind: str) -> None:
    """Bytes all over the file, its first and its last ones."""
    signed = ours(SAMPLES[FIRST[kind]].data)
    step = max(len(signed) // 40, 1)
    places = sorted({*range(min(24, len(signed))), *range(0, len(signed), step), *range(len(signed) - 8, len(signed))})
    found = {}
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 0x21
        here = verify(BytesSource(bytes(changed))).state
        if here in ("Valid", "Trusted"):
            found[place] = state_there(bytes(changed), kind)
    assert "Invalid" not in found.values(), found
