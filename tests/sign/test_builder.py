"""The manifest that ``Builder`` writes: its profile, its order, and what it refuses."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credkit.assets import BytesSource
from credkit.codec import cbor
from credkit.errors import AssetError, CredentialError, DefinitionError, HistoryError, OutputError
from credkit.manifest.assertions import Action, DataHash, EmbeddedData, ExternalReference, OpaqueAssertion, Thumbnail, TrainingMining
from credkit.manifest.store import Manifest, ManifestKind, ManifestStore
from credkit.sign.builder import Builder
from credkit.verify import Report, verify
from tests.forge import pki
from tests.forge.pictures import ALL_KINDS, picture
from tests.verify import test_time_stamps as stamps


def new_builder() -> Builder:
    builder = Builder(title="picture")
    builder.created("trainedAlgorithmicMedia")
    return builder


def signed(builder: Builder, asset: bytes | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    builder.sign(asset or picture("png"), out, pki.signer(), **options)  # type: ignore[arg-type]
    return out.getvalue()


def judged(data: bytes) -> Report:
    return verify(BytesSource(data))


def store_of(data: bytes) -> ManifestStore:
    store = judged(data).store
    assert store is not None
    return store


def active_of(data: bytes) -> Manifest:
    active = store_of(data).active
    assert active is not None
    return active


def claim_of(manifest: Manifest) -> dict[str, object]:
    assert manifest.claim_bytes is not None
    value: dict[str, object] = cbor.decode(manifest.claim_bytes, where="claim")
    return value


def test_the_claim_has_exactly_the_fields_of_the_profile() -> None:
    manifest = active_of(signed(new_builder()))
    claim = claim_of(manifest)
    assert set(claim) == {"instanceID", "claim_generator_info", "signature", "created_assertions", "dc:title", "alg"}
    assert claim["claim_generator_info"]["specVersion"] == "2.4.0"  # type: ignore[index]
    assert claim["signature"] == f"self#jumbf=/c2pa/{manifest.label}/c2pa.signature"
    assert manifest.kind is ManifestKind.STANDARD
    assert manifest.label.startswith("urn:c2pa:")


def test_claim_and_assertions_are_deterministic_cbor() -> None:
    builder = new_builder()
    builder.add(ExternalReference("https://example.com/journal.jsonl"))
    manifest = active_of(signed(builder))
    assert manifest.claim_bytes is not None
    assert cbor.encode(cbor.decode(manifest.claim_bytes, where="claim")) == manifest.claim_bytes
    for assertion in manifest.assertions:
        if assertion.content_type == "cbor":
            stored = assertion.box.content("cbor")
            assert stored is not None
            assert cbor.encode(cbor.decode(stored, where=assertion.label)) == stored


def test_every_assertion_is_salted_with_a_salt_of_its_own() -> None:
    builder = new_builder()
    builder.add(TrainingMining.not_allowed())
    salts = [assertion.box.description.salt for assertion in active_of(signed(builder)).assertions]
    assert all(salt is not None and len(salt) == 16 for salt in salts)
    assert len(set(salts)) == len(salts) == 3


def test_actions_stand_first_and_say_whether_they_are_all() -> None:
    builder = new_builder()
    builder.add(TrainingMining.not_allowed())
    manifest = active_of(signed(builder))
    first = claim_of(manifest)["created_assertions"][0]  # type: ignore[index]
    assert first["url"].endswith("/c2pa.assertions/c2pa.actions.v2")
    assert manifest.assertions[0].value()["allActionsIncluded"] is True
    builder.some_actions_left_out()
    assert active_of(signed(builder)).assertions[0].value()["allActionsIncluded"] is False


def test_no_thumbnail_unless_asked() -> None:
    builder = new_builder()
    assert not any("thumbnail" in a.label for a in active_of(signed(builder)).assertions)
    builder.add(Thumbnail(picture("jpg"), "image/jpeg"))
    assert any(a.label == "c2pa.thumbnail.claim" for a in active_of(signed(builder)).assertions)
    with pytest.raises(DefinitionError, match="at most one c2pa.thumbnail.claim"):
        builder.add(Thumbnail(picture("jpg"), "image/jpeg"))


def test_gathered_assertions_are_listed_apart() -> None:
    builder = new_builder()
    builder.add(ExternalReference("https://example.com/journal.jsonl"))
    builder.add(OpaqueAssertion("com.example.note", {"stars": 5}), gathered=True)
    claim = claim_of(active_of(signed(builder)))
    assert [entry["url"].rsplit("/", 1)[-1] for entry in claim["gathered_assertions"]] == ["c2pa.external-reference", "com.example.note"]  # type: ignore[attr-defined]
    with pytest.raises(DefinitionError, match="created"):
        builder.add(DataHash(bytes(32)), gathered=True)


def test_a_relabelled_manifest_is_caught() -> None:
    """The signature covers the label, because the claim refers to its assertions by absolute URI."""
    data = bytearray(signed(new_builder(), picture("jpg")))
    label = active_of(bytes(data)).label.encode()
    at = data.find(label)
    data[at + len(label) - 1] = ord("0") if data[at + len(label) - 1] != ord("0") else ord("1")
    report = judged(bytes(data))
    assert report.state == "Invalid"
    assert report.active is not None
    assert "claimSignature.missing" in {s.code for s in report.active.results.failure}


def test_one_builder_signs_twice_under_two_labels() -> None:
    builder = new_builder()
    assert active_of(signed(builder)).label != active_of(signed(builder)).label


def test_the_beginning_must_be_stated() -> None:
    with pytest.raises(DefinitionError, match="how the file began"):
        signed(Builder())


def test_created_and_parent_exclude_each_other() -> None:
    builder = new_builder()
    builder.add_parent(signed(new_builder()))
    with pytest.raises(DefinitionError, match="opened, not created"):
        signed(builder)


def test_one_parent_only() -> None:
    builder = Builder()
    builder.add_parent(signed(new_builder()))
    with pytest.raises(DefinitionError, match="at most one parent"):
        builder.add_parent(signed(new_builder()))


def test_a_parent_is_opened_and_a_component_placed_without_being_told() -> None:
    builder = Builder()
    parent = builder.add_parent(signed(new_builder()))
    part = builder.add_component(picture("jpg"), title="part")
    actions = active_of(signed(builder)).assertions[0].value()["actions"]
    assert [a["action"] for a in actions] == ["c2pa.opened", "c2pa.placed"]
    assert actions[0]["parameters"]["ingredients"][0]["url"] == parent.reference.url
    assert actions[1]["parameters"]["ingredients"][0]["url"] == part.reference.url


def test_an_unsigned_parent_is_taken_in_without_a_manifest() -> None:
    builder = Builder()
    handle = builder.add_parent(picture("png"), title="base.png")
    report = judged(signed(builder))
    assert (report.state, handle.report and handle.report.state) == ("Valid", "none")
    assert report.active is not None
    assert [(i.title, i.manifest, i.intact) for i in report.active.ingredients] == [("base.png", None, None)]


def test_an_expired_parent_is_recorded_under_the_present_and_the_former_code() -> None:
    builder = Builder()
    builder.add_parent(signed(new_builder()), at=datetime.now(UTC) + timedelta(days=365 * 50))
    active = judged(signed(builder)).active
    assert active is not None
    recorded = active.ingredients[0].recorded
    assert recorded is not None
    found = {status.code: status.url for status in recorded.failure}
    assert found["claimSignature.outsideValidity"] == found["signingCredential.expired"]


def test_imported_manifests_are_copied_to_the_letter_and_once() -> None:
    first = signed(new_builder())
    original = active_of(first).box.raw
    builder = Builder()
    builder.add_parent(first)
    builder.add_component(first, title="the same again")
    store = store_of(signed(builder))
    assert len(store.manifests) == 2
    assert store.manifests[0].box.raw == original


def test_the_findings_about_an_ingredient_are_recorded_and_do_not_count_twice() -> None:
    spoiled = bytearray(signed(new_builder()))
    spoiled[-20] ^= 1
    builder = Builder()
    handle = builder.add_parent(bytes(spoiled), title="spoiled")
    assert handle.report is not None
    assert handle.report.state == "Invalid"
    report = judged(signed(builder))
    assert report.state == "Valid"
    assert report.active is not None
    recorded = report.active.ingredients[0].recorded
    assert recorded is not None
    assert "assertion.dataHash.mismatch" in {s.code for s in recorded.failure}


def test_two_versions_of_one_manifest_are_refused() -> None:
    first = signed(new_builder(), picture("jpg"))
    other = bytearray(first)
    other[other.find(b"picture")] ^= 1
    builder = Builder()
    builder.add_component(first, title="first")
    with pytest.raises(HistoryError, match="one of them was altered"):
        builder.add_component(bytes(other), title="second")


def test_prompts_are_inputs_with_their_text_inside() -> None:
    builder = Builder()
    prompt = builder.add_input("prompt", ("c2pa.types.generator.prompt",), data=EmbeddedData(b"ein Bild", "text/plain"))
    builder.created("trainedAlgorithmicMedia", inputs=(prompt,))
    manifest = active_of(signed(builder))
    embedded = manifest.assertion("c2pa.embedded-data")
    assert embedded is not None
    assert embedded.value().data == b"ein Bild"
    assert judged(signed(builder)).state == "Valid"


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_history_is_not_dropped_by_accident(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"signed.{kind}"
    path.write_bytes(signed(new_builder(), picture(kind)))
    before = path.read_bytes()
    with pytest.raises(HistoryError, match="--drop-history"):
        new_builder().sign(path, path, pki.signer())
    assert path.read_bytes() == before
    new_builder().sign(path, path, pki.signer(), drop_history=True)
    assert len(store_of(path.read_bytes()).manifests) == 1


def test_a_parent_other_than_the_signed_source_does_not_save_its_history() -> None:
    source, other = signed(new_builder()), signed(new_builder())
    builder = Builder()
    builder.add_parent(other)
    with pytest.raises(HistoryError, match="drop"):
        signed(builder, source)
    builder = Builder()
    builder.add_parent(source)
    assert judged(signed(builder, source)).state == "Valid"


def test_a_broken_store_is_history_too() -> None:
    data = bytearray(signed(new_builder()))
    data[data.find(b"jumdc2pa") + 4] = ord("x")
    damaged = bytes(data)
    if store_is_gone(damaged):
        pytest.skip("the damaged chunk does not count as a store in this format")
    with pytest.raises(HistoryError, match="cannot be read"):
        signed(new_builder(), damaged)


def store_is_gone(data: bytes) -> bool:
    return judged(data).state == "none"


@pytest.mark.parametrize(
    ("asset", "words"),
    [
        (b"no picture at all, only text", "none of JPEG, PNG"),
        (picture("png")[:40], "damaged"),
        (picture("jpg")[:100], "damaged"),
        (b"", "empty"),
    ],
)
def test_what_cannot_be_signed(asset: bytes, words: str) -> None:
    with pytest.raises(AssetError, match=words):
        new_builder().sign(asset, io.BytesIO(), pki.signer())


def test_a_sidecar_beside_a_signed_picture_is_refused() -> None:
    source = signed(new_builder())
    builder = Builder()
    builder.add_parent(source)
    with pytest.raises(HistoryError, match="strip"):
        builder.sign_sidecar(source, io.BytesIO(), pki.signer())


def test_an_unfit_certificate_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    target.write_bytes(b"precious")
    unfit = pki.make_pki("ed25519", eku=()).signer()
    with pytest.raises(CredentialError):
        new_builder().sign(picture("png"), target, unfit)
    assert target.read_bytes() == b"precious"


def test_our_own_output_is_verified_before_it_takes_its_name(tmp_path: Path) -> None:
    """A signer that returns rubbish must never leave a file behind."""
    target = tmp_path / "out.png"
    target.write_bytes(b"precious")
    good = pki.signer()
    from credkit.sign.signer import Signer

    liar = Signer.from_callback(lambda tbs: good.sign(tbs[:-1] + b"?"), pki.default_pki().chain_pem, "ed25519")
    with pytest.raises((OutputError, CredentialError)):
        new_builder().sign(picture("png"), target, liar)
    assert target.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


def test_a_source_that_changes_while_we_sign_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(picture("png"))

    def meddle(_done: int) -> None:
        path.write_bytes(picture("png") + b"meddled")

    with pytest.raises(OutputError, match="changed"):
        new_builder().sign(path, path, pki.signer(), progress=meddle)
    assert path.read_bytes().endswith(b"meddled")


def test_actions_keep_their_order_after_the_first() -> None:
    builder = Builder()
    builder.add_action(Action("c2pa.cropped", digital_source_type="humanEdits"))
    builder.add_action(Action("c2pa.converted"))
    builder.add_parent(picture("png"), title="base")
    actions = active_of(signed(builder)).assertions[0].value()["actions"]
    assert [a["action"] for a in actions] == ["c2pa.opened", "c2pa.cropped", "c2pa.converted"]


def test_a_parent_that_a_time_stamp_keeps_valid_can_be_built_upon() -> None:
    """Its certificate has expired since; who trusts the authority takes it in as valid, and our own check must not see it otherwise."""
    builder = Builder()
    builder.add_action(Action("c2pa.cropped", digital_source_type="humanEdits"))
    parent = builder.add_parent(stamps.stamped(), title="base", policy=stamps.policy())
    assert parent.report is not None
    assert parent.report.state == "Trusted"
    out = io.BytesIO()
    written = builder.sign(picture("jpg"), out, pki.signer())
    assert written.report.state == "Valid"
    assert verify(BytesSource(out.getvalue()), policy=stamps.policy()).state == "Valid"
