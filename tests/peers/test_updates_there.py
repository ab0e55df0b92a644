"""What we update, redact and time-stamp, the reference reads: Trusted with our root as anchor, and no failure code."""

from __future__ import annotations

import io
from typing import Any

import pytest

from credkit.api import time_stamp_file
from credkit.assets import BytesSource
from credkit.manifest.assertions import Action, CawgMetadata, EmbeddedData, OpaqueAssertion, TrainingMining
from credkit.sign.builder import Builder
from credkit.sign.redaction import redactable_assertions
from credkit.sign.update import UpdateBuilder
from credkit.trust.http import HttpFetcher
from credkit.verify import verify
from tests.forge import peer, pki, tsa
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.pictures import KINDS, picture

NOTE = "org.test.note"
LARGE = 1 << 20
THEIRS: dict[str, Any] = {
    "title": "theirs",
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
                ]
            },
        },
        {"label": NOTE, "data": {"text": "taken out later"}},
    ],
}


def written(builder: Builder, asset: bytes, algorithm: str = "ed25519") -> bytes:
    out = io.BytesIO()
    builder.sign(asset, out, pki.signer(algorithm))
    return out.getvalue()


def ours(kind: str) -> bytes:
    builder = Builder(title="ours")
    prompt = builder.add_input("prompt", ("c2pa.types.generator.prompt",), data=EmbeddedData(b"a prompt", "text/plain"))
    builder.created("trainedAlgorithmicMedia", inputs=(prompt,))
    builder.add(OpaqueAssertion(NOTE, {"text": "taken out later"}))
    return written(builder, picture(kind))


def theirs(kind: str) -> bytes:
    return peer.sign(picture(kind), kind, THEIRS)


def edited(parent: bytes, kind: str) -> bytes:
    builder = Builder(title="edited")
    builder.add_parent(parent)
    builder.add_action(Action("c2pa.edited", digital_source_type="humanEdits"))
    return written(builder, picture(kind))


def updated(data: bytes, *actions: str) -> bytes:
    builder = UpdateBuilder()
    for action in actions:
        builder.add_action(Action(action))
    builder.add(CawgMetadata(rights="(c) 2026 credkit test"))
    builder.add(TrainingMining.not_allowed())
    return written(builder, data)


def redacted(data: bytes, *names: str) -> bytes:
    builder = UpdateBuilder()
    for name in names:
        builder.redact(name, "c2pa.PII.present")
    return written(builder, data)


def check(data: bytes, kind: str, manifests: int) -> None:
    here = verify(BytesSource(data))
    assert (here.state, len(here.manifests)) == ("Valid", manifests)
    untrusting = peer.read(data, kind)
    assert untrusting.state == "Valid"
    assert set(untrusting.failures) <= {"signingCredential.untrusted"}
    there = peer.read(data, kind, anchors=pki.root_pem())
    assert (there.state, there.failures, there.manifests) == ("Trusted", [], manifests)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [ours, theirs])
def test_updates(make: Any, kind: str) -> None:
    data = make(kind)
    for generation, actions in enumerate(((), ("c2pa.edited.metadata",), ("c2pa.opened", "c2pa.published")), start=2):
        data = updated(data, *actions)
        check(data, kind, generation)
    check(edited(data, kind), kind, 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [ours, theirs])
def test_redactions(make: Any, kind: str) -> None:
    data = redacted(make(kind), NOTE)
    assert b"taken out later" not in data
    check(data, kind, 2)
    check(edited(data, kind), kind, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_redaction_below_an_edit_and_an_update(kind: str) -> None:
    data = redacted(updated(edited(ours(kind), kind)), NOTE, "c2pa.embedded-data")
    assert b"a prompt" not in data
    check(data, kind, 4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_redacted_input(kind: str) -> None:
    check(redacted(ours(kind), "c2pa.ingredient.v3"), kind, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_of_their_update(kind: str) -> None:
    data = peer.sign(ours(kind), kind, {"title": "their update", "assertions": []}, update=True)
    check(redacted(updated(data), NOTE), kind, 4)


@pytest.mark.parametrize("kind", KINDS)
def test_their_update_of_our_update(kind: str) -> None:
    data = peer.sign(updated(ours(kind)), kind, {"title": "their update", "assertions": []}, update=True)
    check(data, kind, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_of_their_compressed_manifest(kind: str) -> None:
    packed = peer.sign(picture(kind), kind, THEIRS, core={"prefer_compress_manifests": True})
    assert verify(BytesSource(packed)).manifests[-1].manifest.compressed
    check(updated(packed), kind, 2)
    check(redacted(packed, NOTE), kind, 2)


def failures_of(data: bytes, kind: str) -> set[str]:
    return set(peer.read(data, kind).failures)


@needs_corpus
def test_files_from_elsewhere() -> None:
    """Each valid file with a further statement, and with everything taken out that may be, fails there for no new reason."""
    seen = 0
    for entry in entries("jpeg", "png"):
        data, kind = (CORPUS / entry["path"]).read_bytes(), "png" if entry["format"] == "png" else "jpg"
        report = verify(BytesSource(data)) if len(data) < LARGE else None
        if report is None or report.state != "Valid":
            continue
        known = failures_of(data, kind) | {"signingCredential.untrusted"}
        free = [one.uri for one in redactable_assertions(report) if one.refusal is None]
        changed = [updated(data), redacted(data, *free) if free else data]
        assert [failures_of(one, kind) - known for one in changed] == [set(), set()], entry["id"]
        seen += 1
    assert seen > 20


@pytest.mark.parametrize("kind", KINDS)
def test_time_stamps(kind: str) -> None:
    out = io.BytesIO()
    with tsa.TsaServer() as server:
        time_stamp_file(edited(ours(kind), kind), out, server.url, signer=pki.signer(), ancestors=True, fetcher=HttpFetcher())
        assert len(server.requests) == 3
    check(out.getvalue(), kind, 3)
    there = peer.read(out.getvalue(), kind, anchors=pki.root_pem() + tsa.default_tsa().root.pem)
    assert (there.state, there.failures) == ("Trusted", [])
    assert "timeStamp.trusted" in [entry["code"] for entry in there.raw["validation_results"]["activeManifest"]["success"]]
