"""What we sign, the reference reads: Valid with no failure beside the unknown signer, Trusted with our root as anchor."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from credkit.assets import BytesSource
from credkit.manifest.assertions import Action, CawgMetadata, EmbeddedData, Region, TrainingMining, TrainingSource, TrainingSources
from credkit.sign.builder import Builder
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
from tests.forge import peer, pki
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.pictures import ALL_KINDS, picture

ALGORITHMS = ("ed25519", "es256", "es384", "es512", "ps256", "ps384", "ps512")


def sign(builder: Builder, asset: bytes, algorithm: str = "ed25519", **options: object) -> bytes:
    out = io.BytesIO()
    builder.sign(asset, out, pki.signer(algorithm), **options)  # type: ignore[arg-type]
    return out.getvalue()


def created(kind: str, algorithm: str = "ed25519") -> bytes:
    builder = Builder(title=f"first.{kind}")
    builder.created("trainedAlgorithmicMedia")
    return sign(builder, picture(kind), algorithm)


def edited(parent: bytes, kind: str, algorithm: str = "ed25519", policy: TrustPolicy | None = None) -> bytes:
    builder = Builder(title=f"next.{kind}")
    builder.add_parent(parent, policy=policy)
    region = Region.rectangle(20, 30, 61, 61)
    builder.add_action(Action("c2pa.edited", digital_source_type="compositeWithTrainedAlgorithmicMedia", changes=(region,)))
    return sign(builder, picture(kind), algorithm)


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm(kind: str, algorithm: str) -> None:
    signed = created(kind, algorithm)
    untrusting = peer.read(signed, kind)
    assert (untrusting.state, untrusting.failures) == ("Valid", ["signingCredential.untrusted"])
    trusting = peer.read(signed, kind, anchors=pki.root_pem(algorithm))
    assert (trusting.state, trusting.failures) == ("Trusted", [])


def expired(entry: dict[str, Any]) -> bool:
    return {"real-world", "no-timestamp"} <= {entry["category"], *entry["features"]} and "outsideValidity" in str(judged_codes(entry))


def judged_codes(entry: dict[str, Any]) -> list[str]:
    report = verify(BytesSource((CORPUS / entry["path"]).read_bytes()))
    return [status.code for status in report.active.results.failure] if report.active else []


@needs_corpus
def test_a_parent_whose_certificate_has_expired() -> None:
    """Only codes on which both agree tell something: the purposes that the reference accepts are its own matter."""
    parents = [entry for entry in entries("jpeg", "png") if expired(entry)]
    assert parents
    for entry in parents:
        kind = "png" if entry["format"] == "png" else "jpg"
        there = peer.read(edited((CORPUS / entry["path"]).read_bytes(), kind), kind, anchors=pki.root_pem())
        assert "signingCredential.expired" not in there.failures, entry["id"]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_chains_of_one_to_ten(kind: str) -> None:
    policy = TrustPolicy.of(pki.root_pem())
    signed = created(kind)
    for generation in range(1, 11):
        there = peer.read(signed, kind, anchors=pki.root_pem())
        assert (there.state, there.failures, there.manifests) == ("Trusted", [], generation)
        here = verify(BytesSource(signed), policy=policy)
        assert here.state == "Trusted"
        assert [m.generation for m in here.manifests] == list(range(1, generation + 1))
        signed = edited(signed, kind, policy=policy)


def test_a_chain_that_changes_format_and_algorithm() -> None:
    signed = created("png", "es256")
    for kind, algorithm in (("jpg", "ps256"), ("png", "ed25519"), ("jpg", "es384")):
        signed = edited(signed, kind, algorithm)
    there = peer.read(signed, "jpg")
    assert there.state == "Valid"
    assert set(there.failures) <= {"signingCredential.untrusted"}
    assert there.manifests == 4


def test_a_composed_picture_with_signed_and_unsigned_ingredients() -> None:
    builder = Builder(title="collage.png")
    builder.created("compositeSynthetic")
    for part in (created("png"), created("jpg", "es256"), picture("png"), edited(created("png"), "jpg")):
        builder.add_component(part, title="part")
    signed = sign(builder, picture("png"))
    there = peer.read(signed, "png")
    assert (there.state, set(there.failures)) == ("Valid", {"signingCredential.untrusted"})
    assert there.manifests == 5
    active = there.raw["manifests"][there.raw["active_manifest"]]
    assert [i["relationship"] for i in active["ingredients"]] == ["componentOf"] * 4


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_sidecar(kind: str) -> None:
    builder = Builder(title="beside")
    builder.created("digitalCreation")
    store = io.BytesIO()
    builder.sign_sidecar(picture(kind), store, pki.signer())
    there = peer.read(picture(kind), kind, anchors=pki.root_pem(), sidecar=store.getvalue())
    assert (there.state, there.failures) == ("Trusted", [])
    here = verify(BytesSource(picture(kind)), sidecar=BytesSource(store.getvalue()), policy=TrustPolicy.of(pki.root_pem()))
    assert (here.state, here.location, here.content_intact) == ("Trusted", "sidecar", True)


def test_every_kind_of_statement() -> None:
    builder = Builder(title="full.png")
    prompt = builder.add_input("prompt", ("c2pa.types.generator.prompt",), data=EmbeddedData(b"a portrait", "text/plain"))
    seed = builder.add_input("seed", ("c2pa.types.generator.seed",), data=EmbeddedData(b"42", "text/plain"))
    model = builder.add_input("AWPortrait 1.4", ("c2pa.types.model",), metadata={"org.credkit.file": {"size": 5, "sha256": bytes(32)}})
    builder.created("trainedAlgorithmicMedia", inputs=(prompt, seed, model), description="made by a model")
    builder.add(CawgMetadata(creator="credkit test", rights="all rights reserved"))
    builder.add(TrainingMining.not_allowed())
    builder.add(TrainingSources((TrainingSource("own photographs", licence="LicenseRef-own-work"),)))
    there = peer.read(sign(builder, picture("png")), "png", anchors=pki.root_pem())
    assert (there.state, there.failures) == ("Trusted", [])
    active = there.raw["manifests"][there.raw["active_manifest"]]
    labels = {assertion["label"] for assertion in active["assertions"]}
    assert {"c2pa.actions.v2", "cawg.metadata", "cawg.training-mining", "org.credkit.training.metadata"} <= labels
    assert [i["title"] for i in active["ingredients"]] == ["prompt", "seed", "AWPortrait 1.4"]


def test_the_peer_sees_an_altered_ancestor_where_we_do() -> None:
    signed = bytearray(edited(edited(created("png"), "png"), "jpg"))
    signed[signed.find(b"first.png")] ^= 1
    there = peer.read(bytes(signed), "jpg")
    here = verify(BytesSource(bytes(signed)))
    assert (there.state, here.state) == ("Invalid", "Invalid")
    assert [(m.generation, m.altered) for m in here.manifests] == [(1, True), (2, False), (3, False)]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_replacing_a_store_leaves_nothing_behind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{kind}"
    path.write_bytes(picture(kind))
    for _ in range(3):
        builder = Builder()
        builder.created("digitalCreation")
        builder.sign(path, path, pki.signer(), drop_history=True)
    there = peer.read(path.read_bytes(), kind)
    assert (there.state, there.manifests) == ("Valid", 1)


def test_fill_bytes_before_any_segment_of_a_jpeg() -> None:
    """A marker may have any number of 0xFF in front of it; wherever they are, the reference finds our store where we say it is."""
    original = picture("jpg")
    at = 2
    while original[at + 1] != 0xDA:
        builder = Builder()
        builder.created("digitalCreation")
        signed = sign(builder, original[:at] + b"\xff\xff\xff" + original[at:])
        there = peer.read(signed, "jpg", anchors=pki.root_pem())
        assert (there.state, there.failures) == ("Trusted", []), f"in front of marker {original[at + 1]:02X}"
        at += 2 + int.from_bytes(original[at + 2 : at + 4], "big")
