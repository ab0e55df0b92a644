"""``UpdateBuilder``: what an update manifest holds, what it refuses, and that nothing but the store changes."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credkit.assets import BytesSource, detect
from credkit.codec import cbor
from credkit.errors import AssetError, CredentialError, DefinitionError, HistoryError, NoCredentialsError, OutputError
from credkit.manifest.assertions import (
    Action,
    Actions,
    CawgMetadata,
    DataHash,
    EmbeddedData,
    Ingredient,
    OpaqueAssertion,
    Thumbnail,
    TrainingMining,
)
from credkit.manifest.store import Manifest, ManifestKind, ManifestStore
from credkit.sign.builder import Builder
from credkit.sign.definition import apply_definition
from credkit.sign.output import Snapshot
from credkit.sign.seal import Adjuncts
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper
from credkit.sign.update import UPDATE_ACTIONS, UpdateBuilder
from credkit.trust.http import HttpFetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report, verify
from tests.assets.samples import store_of
from tests.assets.test_mpf import multi_picture, pictures
from tests.forge import pki, tsa
from tests.forge.files import signed as forged
from tests.forge.files import standard
from tests.forge.pictures import ALL_KINDS, picture


def created(kind: str = "jpg", asset: bytes | None = None) -> bytes:
    builder = Builder(title=f"first.{kind}")
    builder.created("digitalCapture")
    return written(builder, asset or picture(kind))


def written(builder: Builder, asset: bytes, signer: Signer | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    builder.sign(asset, out, signer or pki.signer(), **options)
    return out.getvalue()


def noting(text: str = "said later") -> UpdateBuilder:
    builder = UpdateBuilder()
    builder.add(OpaqueAssertion("org.test.note", {"text": text}))
    return builder


def judged(data: bytes, **options: Any) -> Report:
    return verify(BytesSource(data), **options)


def store_in(data: bytes) -> ManifestStore:
    store = judged(data).store
    assert store is not None
    return store


def active_of(data: bytes) -> Manifest:
    active = store_in(data).active
    assert active is not None
    return active


def claim_of(manifest: Manifest) -> dict[str, Any]:
    assert manifest.claim_bytes is not None
    value: dict[str, Any] = cbor.decode(manifest.claim_bytes, where="claim")
    return value


def outside_of_the_store(data: bytes) -> tuple[int, bytes]:
    source = BytesSource(data)
    found = detect(source)
    assert found is not None
    store = found.scan(source).store
    assert store is not None
    (frame,) = store.frame
    sized = bytearray(data)
    for span in found.scan(source).size_fields:
        # It counts the store, and no hash covers it.
        sized[span.start : span.end] = bytes(span.length)
    return frame.start, bytes(sized[: frame.start] + sized[frame.end :])


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_nothing_but_the_store_changes(kind: str) -> None:
    first = created(kind)
    updated = written(noting(), first)
    assert outside_of_the_store(updated) == outside_of_the_store(first)
    report = judged(updated)
    assert (report.state, report.content_intact) == ("Valid", True)
    assert [m.manifest.kind for m in report.manifests] == [ManifestKind.STANDARD, ManifestKind.UPDATE]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_was_there_stays_as_it_was(kind: str) -> None:
    data = created(kind)
    for generation in range(4):
        before = [manifest.box.raw for manifest in store_in(data).manifests]
        data = written(noting(f"number {generation}"), data)
        assert [manifest.box.raw for manifest in store_in(data).manifests][:-1] == before


def test_an_update_has_the_form_of_the_standard() -> None:
    first = created()
    builder = noting()
    builder.add_action(Action("c2pa.edited.metadata"))
    active = active_of(written(builder, first))
    claim = claim_of(active)
    former = active_of(first)
    assert set(claim) == {"instanceID", "claim_generator_info", "signature", "created_assertions", "dc:title", "alg"}
    assert (claim["instanceID"], claim["dc:title"]) == (claim_of(former)["instanceID"], "first.jpg")
    labels = [assertion.label for assertion in active.assertions]
    assert labels == ["c2pa.actions.v2", "c2pa.ingredient.v3", "org.test.note"]
    parent = active.assertions[1].value()
    assert parent["relationship"] == "parentOf"
    assert parent["activeManifest"]["url"] == f"self#jumbf=/c2pa/{former.label}"
    assert parent["claimSignature"]["url"] == f"self#jumbf=/c2pa/{former.label}/c2pa.signature"
    assert parent["validationResults"]["activeManifest"]["success"]
    assert not {"c2pa.hash.data", "c2pa.thumbnail.claim"} & set(labels)


def test_without_an_action_it_opened_the_asset() -> None:
    active = active_of(written(noting(), created()))
    assert [a.label for a in active.assertions] == ["c2pa.actions.v2", "c2pa.ingredient.v3", "org.test.note"]
    (action,) = active.assertions[0].value()["actions"]
    assert action["action"] == "c2pa.opened"
    assert action["parameters"]["ingredients"][0]["url"].endswith("c2pa.ingredient.v3")


def test_an_opened_action_leads_to_the_parent() -> None:
    builder = noting()
    builder.add_action(Action("c2pa.published"))
    builder.add_action(Action("c2pa.opened"))
    updated = written(builder, created())
    actions = active_of(updated).assertions[0].value()["actions"]
    assert [action["action"] for action in actions] == ["c2pa.opened", "c2pa.published"]
    assert actions[0]["parameters"]["ingredients"][0]["url"].endswith("c2pa.ingredient.v3")
    assert judged(updated).state == "Valid"


def test_another_signer_may_update() -> None:
    updated = written(noting(), created(), pki.signer("es256"))
    signers = [m.signature.algorithm for m in judged(updated).manifests if m.signature]
    assert signers == ["EdDSA", "ES256"]


def test_trust_in_the_former_signer_is_recorded() -> None:
    builder = UpdateBuilder(policy=TrustPolicy.of(pki.root_pem()))
    builder.add(TrainingMining.not_allowed())
    parent = active_of(written(builder, created())).assertions[1].value()
    assert "signingCredential.trusted" in [entry["code"] for entry in parent["validationResults"]["activeManifest"]["success"]]


def test_gathered_statements_stay_gathered() -> None:
    builder = UpdateBuilder()
    builder.add(OpaqueAssertion("org.test.note", {"text": "by others"}), gathered=True)
    claim = claim_of(active_of(written(builder, created())))
    assert len(claim["gathered_assertions"]) == 1


REFUSED: dict[str, tuple[Callable[[UpdateBuilder], object], str]] = {
    "a thumbnail": (lambda b: b.add(Thumbnail(b"\xff\xd8\xff\xd9", "image/jpeg")), "must not hold c2pa.thumbnail.claim"),
    "a data hash": (lambda b: b.add(DataHash(bytes(32))), "must not hold c2pa.hash.data"),
    "an ingredient": (lambda b: b.add(Ingredient("componentOf", title="x")), "one ingredient"),
    "a parent": (lambda b: b.add_parent(picture("jpg")), "one ingredient"),
    "a component": (lambda b: b.add_component(picture("jpg")), "one ingredient"),
    "an input": (lambda b: b.add_input("prompt", ("c2pa.types.generator.prompt",)), "one ingredient"),
    "an identity": (lambda b: b.add_identity(pki.signer("es256"), roles=("cawg.creator",)), "nobody can be named"),
    "actions at once": (lambda b: b.add(Actions((Action("c2pa.published"),), all_actions_included=True)), "one by one"),
    "an edit": (lambda b: b.add_action(Action("c2pa.edited", digital_source_type="humanEdits")), "not c2pa.edited"),
    "a creation": (lambda b: b.created("digitalCapture"), "not c2pa.created"),
    "a redaction of nothing": (lambda b: b.add_action(Action("c2pa.redacted", reason="c2pa.PII.present")), "names the assertion"),
    "a redaction without reason": (lambda b: b.redact("cawg.metadata", ""), "reason"),
    "a redaction for an unknown reason": (lambda b: b.redact("cawg.metadata", "whim"), "whim"),
    "a draft": (lambda b: b.draft(), "made for one signed file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_mean_another_picture_is_refused(name: str) -> None:
    state, sentence = REFUSED[name]
    with pytest.raises(DefinitionError, match=sentence):
        state(UpdateBuilder())


def test_every_allowed_action_is_the_standards() -> None:
    assert UPDATE_ACTIONS == ("c2pa.edited.metadata", "c2pa.opened", "c2pa.published", "c2pa.redacted")


def test_data_may_be_embedded() -> None:
    builder = UpdateBuilder()
    builder.add(EmbeddedData(b"a receipt", "text/plain"))
    assert judged(written(builder, created())).state == "Valid"


def spoiled(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[-20] ^= 1
    return bytes(changed)


def test_credentials_that_are_not_valid_are_refused() -> None:
    out = io.BytesIO()
    with pytest.raises(HistoryError, match="an update would vouch for them"):
        noting().sign(spoiled(created()), out, pki.signer())
    assert out.getvalue() == b""


def test_a_file_without_credentials_is_refused() -> None:
    with pytest.raises(NoCredentialsError, match="nothing to update"):
        written(noting(), picture("jpg"))


def test_a_store_without_its_picture_is_refused() -> None:
    with pytest.raises(AssetError, match="name that file"):
        written(noting(), store_in(created()).data)


def test_a_store_that_cannot_be_read_is_refused() -> None:
    from tests.assets.samples import embedded

    with pytest.raises(AssetError, match="cannot be updated"):
        written(noting(), embedded(picture("jpg"), store_of(500)))


def test_dropping_history_is_refused() -> None:
    with pytest.raises(DefinitionError, match="cannot drop it"):
        written(noting(), created(), drop_history=True)


def test_an_unfit_signer_is_refused_before_anything_is_read() -> None:
    expired = pki.make_pki("ed25519", not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=datetime(2021, 1, 1, tzinfo=UTC))
    with pytest.raises(CredentialError):
        written(noting(), b"not even a picture", Signer.from_pem(expired.chain_pem, expired.key_pem))


def test_a_label_that_is_taken_is_refused() -> None:
    first = created()
    builder = noting()
    builder.label = active_of(first).label
    with pytest.raises(DefinitionError, match="has the label"):
        written(builder, first)


def test_the_store_beside_a_picture_is_updated_there(tmp_path: Path) -> None:
    first = io.BytesIO()
    builder = Builder(title="apart")
    builder.created("digitalCapture")
    builder.sign_sidecar(picture("jpg"), first, pki.signer())
    out = tmp_path / "picture.c2pa"
    noting().sign(picture("jpg"), out, pki.signer(), sidecar=first.getvalue())
    report = judged(picture("jpg"), sidecar=BytesSource(out.read_bytes()))
    assert (report.state, report.location, len(report.manifests)) == ("Valid", "sidecar", 2)
    again = io.BytesIO()
    noting("again").sign_sidecar(picture("jpg"), again, pki.signer(), sidecar=out)
    assert len(judged(picture("jpg"), sidecar=BytesSource(again.getvalue())).manifests) == 3


def test_a_store_in_the_picture_is_not_updated_beside_it() -> None:
    with pytest.raises(HistoryError, match="in itself"):
        noting().sign_sidecar(created(), io.BytesIO(), pki.signer())


def test_an_existing_output_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out.jpg"
    out.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        noting().sign(created(), out, pki.signer(), overwrite=False)
    assert out.read_bytes() == b"precious"


def test_a_source_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "in.jpg"
    path.write_bytes(created())
    snapshot = Snapshot.of(path)
    path.write_bytes(created() + b"more")
    with pytest.raises(OutputError, match="changed by someone else"):
        noting().sign(created(), path, pki.signer(), snapshot=snapshot)
    assert path.read_bytes().endswith(b"more")


def test_in_place(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(created("png"))
    done = noting().sign(path, path, pki.signer())
    assert done.report.state == "Valid"
    assert judged(path.read_bytes()).active_manifest == done.report.active_manifest
    assert list(tmp_path.iterdir()) == [path]


def test_pictures_behind_the_first_stay_found() -> None:
    asset = multi_picture()
    data = created(asset=asset)
    for number in range(3):
        data = written(noting("x" * 70_000 * number or "x"), data)
        assert pictures(data) == pictures(asset)


def test_progress_counts_the_whole_file() -> None:
    seen: list[int] = []
    updated = written(noting(), created(), progress=seen.append)
    assert seen[-1] == len(updated)


def test_unknown_boxes_of_the_store_are_kept() -> None:
    from tests.forge.boxes import Leaf, Node
    from tests.forge.manifests import UNKNOWN

    note = Node(UNKNOWN, "org.test.private", [Leaf("cbor", cbor.encode({"a": 1}))])
    first = forged(standard(), spoil=lambda tree: tree.children.insert(0, note))
    if judged(first).state != "Valid":
        pytest.fail("a private box in the store should not count")
    updated = written(noting(), first)
    assert note.encode() in updated


DEFINITION: dict[str, Any] = {
    "intent": "update",
    "title": "with a definition",
    "assertions": [
        {"label": "cawg.metadata", "data": {"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:rights": "mine"}},
        {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.published"}], "allActionsIncluded": True}},
    ],
}


def test_a_definition_of_what_an_update_may_hold() -> None:
    builder = UpdateBuilder()
    apply_definition(builder, DEFINITION)
    updated = written(builder, created())
    assert claim_of(active_of(updated))["dc:title"] == "with a definition"
    assert [a.label for a in active_of(updated).assertions] == ["c2pa.actions.v2", "c2pa.ingredient.v3", "cawg.metadata"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"intent": "edit"}, '/intent: should be "update"'),
        ({"ingredients": [{"title": "x", "relationship": "componentOf"}]}, "one ingredient"),
        ({"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.cropped"}]}}]}, "c2pa.cropped"),
        ({"redactions": ["self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/y"]}, "/redactions/0: no reason is given"),
    ],
)
def test_a_definition_of_what_it_must_not_hold(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DefinitionError, match=sentence):
        apply_definition(UpdateBuilder(), DEFINITION | changes)


def test_a_standard_manifest_is_no_update() -> None:
    with pytest.raises(DefinitionError, match="credkit update"):
        apply_definition(Builder(), DEFINITION)
    with pytest.raises(DefinitionError, match="credkit redact"):
        apply_definition(Builder(), {"redactions": ["self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/y"]})


def test_an_edit_of_an_updated_picture_keeps_the_whole_history() -> None:
    updated = written(noting(), created())
    builder = Builder(title="edit")
    builder.add_parent(updated)
    builder.add_action(Action("c2pa.edited", digital_source_type="humanEdits"))
    builder.add(CawgMetadata(rights="mine"))
    report = judged(written(builder, picture("png")))
    assert report.state == "Valid"
    assert [m.manifest.kind for m in report.manifests] == [ManifestKind.STANDARD, ManifestKind.UPDATE, ManifestKind.STANDARD]


def test_a_time_stamp_lets_expired_credentials_be_updated() -> None:
    """Whoever accepts the authority may update what is valid for him; others may not."""
    later = datetime.now(UTC) + timedelta(days=730)
    lasting = pki.make_pki(not_after=later + timedelta(days=365))
    builder = Builder(title="expired then")
    builder.created("digitalCapture")
    with tsa.TsaServer() as server:
        first = written(builder, picture("jpg"), adjuncts=Adjuncts(time_stamper=TimeStamper(server.url, HttpFetcher())))
    policy = TrustPolicy.of(pki.root_pem(), lasting.root_pem, tsa=[tsa.default_tsa().root.pem])
    assert judged(first, at=later).state == "Invalid"
    with pytest.raises(HistoryError, match="not valid"):
        written(later_update(later, None), first, lasting.signer())
    updated = written(later_update(later, policy), first, lasting.signer())
    assert judged(updated, at=later, policy=policy).state == "Trusted"


def later_update(at: datetime, policy: TrustPolicy | None) -> UpdateBuilder:
    builder = UpdateBuilder(at=at, policy=policy)
    builder.add_action(Action("c2pa.published"))
    return builder
