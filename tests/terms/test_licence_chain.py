"""The walk from a picture to the data behind its model: which sources are found, who says what of them, what follows."""

from __future__ import annotations

from typing import Any

import pytest

import credkit
from credkit.assets import BytesSource
from credkit.limits import Limits
from credkit.manifest.assertions import (
    CawgMetadata,
    DataSetFindings,
    ModelReference,
    Offer,
    OpaqueAssertion,
    RightsFound,
    TrainedModel,
    TrainingMining,
    TrainingSource,
    TrainingSources,
    Use,
)
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.terms import FINDINGS, LicenceChain, licences_of, metadata_of
from credkit.terms.chain.sources import LicenceSource
from credkit.verify import verify
from tests.acceptance.material import signed as forged
from tests.forge import pki
from tests.forge.manifests import Assertion, Ref
from tests.forge.manifests import ingredient as forged_ingredient
from tests.forge.pictures import checked, picture
from tests.provenance.material import altered
from tests.terms.licence_material import DATA, MODEL, another, chain_of, dataset, licensed, model, names, painted, signed, work

SNAPSHOT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
RIGHTS = {
    "@context": {"dcterms": "http://purl.org/dc/terms/", "dc": "http://purl.org/dc/elements/1.1/"},
    "dcterms:license": "MIT",
    "dc:creator": ["Maker"],
}
SAID = {"licence": "CC-BY-4.0", "creator": "Test Studio", "licence_snapshot_sha256": SNAPSHOT}


def whole() -> LicenceChain:
    """A picture by a model from a base model, a data set with credentials that holds a photo, and one that is only named."""
    photo = work("photo", licensed("CC-BY-4.0"), TrainingMining.not_allowed(), signer=another())
    data = dataset("photos", photo, statements=(licensed("CC-BY-NC-4.0"),), signer=another("Data Studio"))
    trained = model(
        "portrait",
        data={"photos": data, "scraped": None},
        base={"base": None},
        says={
            "photos": SAID | {"item_count": 1, "ai_training_permitted": "yes"},
            "scraped": {"licence": "LicenseRef-house", "ai_training_permitted": "unclear"},
            "base": {"licence": "LicenseRef-CreativeML-OpenRAIL-M", "sha256": SNAPSHOT, "creator": "Base Makers"},
        },
        statements=(licensed("LicenseRef-own-work"),),
    )
    return chain_of(painted(licensed("CC-BY-4.0"), by=trained), trusted=True)


def source(chain: LicenceChain, name: str) -> LicenceSource:
    found = [one for one in chain.sources if one.name == name]
    assert len(found) == 1, [one.name for one in chain.sources]
    return found[0]


def test_every_source_is_found_with_who_signed_it() -> None:
    chain = whole()
    told = [
        (depth, one.role, one.kind, one.name, one.proof, one.origin.standing if one.origin else None) for depth, one in chain.in_order()
    ]
    assert told == [
        (0, "file", "work", "picture.png", "file", "trusted"),
        (1, "model", "model", "model", "manifest", "trusted"),
        (2, "training-data", "dataset", "photos", "manifest", "own word"),
        (3, "training-work", "work", "photo 1", "manifest", "own word"),
        (2, "training-data", "dataset", "scraped", "name", None),
        (2, "base-model", "model", "base", "hash", None),
    ]
    assert source(chain, "photos").origin.speaker == "Data Studio"  # type: ignore[union-attr]
    assert {(link.relationship, link.role) for link in chain.links} == {
        ("inputTo", "model"),
        ("inputTo", "training-data"),
        ("inputTo", "base-model"),
        ("componentOf", "training-work"),
    }


def test_who_states_which_licence() -> None:
    chain = whole()
    photos = source(chain, "photos")
    assert [(licence.name, licence.own, licence.origin.speaker) for licence in photos.licences] == [
        ("CC-BY-4.0", False, "credkit test signer"),
        ("CC-BY-NC-4.0", True, "Data Studio"),
    ]
    assert photos.licences[0].snapshot_sha256 == SNAPSHOT
    assert photos.items == 1
    assert {rule.permission for rule in photos.rules} == {"allowed"}
    assert source(chain, "photo 1").creators == ("Test Studio",)
    assert source(chain, "base").sha256 == SNAPSHOT


def test_what_follows_from_all_of_it() -> None:
    chain = whole()
    assert {(found.name, *(chain.source(key).name for key in found.sources)) for found in chain.findings} == {
        ("commercial-against-licence", "photos", "picture.png"),
        ("licence-misstated", "photos"),
        ("training-forbidden", "photo 1", "photos"),
        ("training-unclear", "scraped", "model"),
        ("only-named", "scraped"),
        ("licence-unknown", "scraped"),
        ("snapshot-missing", "scraped"),
        ("snapshot-missing", "base"),
    }
    told = next(found for found in chain.findings if found.name == "training-forbidden")
    assert told.sentence.startswith('The training picture "photo 1" went into the data set "photos", and cawg.training-mining of ')
    assert told.kind == "contradiction"


def trained_on(data: bytes | None = None, says: dict[str, Any] | None = None, **options: Any) -> LicenceChain:
    """A picture by a model that was trained on one data set."""
    told = {"data": says} if says is not None else {}
    return chain_of(painted(licensed("LicenseRef-house"), by=model("m", data={"data": data}, says=told, **options)))


PICTURE_NC = work("nc", licensed("CC-BY-NC-4.0"), signer=another())


def test_what_an_earlier_version_offers_is_held_against_it_once() -> None:
    sold = work("sold", licensed("CC-BY-4.0"), component=PICTURE_NC)
    for chain, user in ((chain_of(sold), "picture.png"), (chain_of(work("x", parent=work("y", parent=sold))), "sold")):
        (found,) = (one for one in chain.findings if one.name == "commercial-against-licence")
        assert [chain.source(key).name for key in found.sources] == ["part", user]


CASES: dict[str, Any] = {
    "attribution-missing": lambda: trained_on(says={"licence": "CC-BY-4.0"}),
    "commercial-against-licence": lambda: chain_of(
        work("x", Offer(("commercial",), price="5 EUR", contact="licence@example.com"), component=PICTURE_NC)
    ),
    "derivatives-against-licence": lambda: chain_of(work("x", parent=work("p", licensed("CC-BY-ND-4.0"), signer=another()))),
    "derivatives-open": lambda: trained_on(says=SAID | {"licence": "CC-BY-ND-4.0"}),
    "hash-mismatch": lambda: chain_of(contradicted_hash()),
    "licence-missing": trained_on,
    "licence-misstated": lambda: trained_on(dataset("d", statements=(licensed("CC-BY-NC-4.0"),)), SAID | {"licence": "CC0-1.0"}),
    "licence-unknown": lambda: trained_on(says=SAID | {"licence": "LicenseRef-house"}),
    "manifest-missing": lambda: chain_of(without_its_ingredient()),
    "manifest-void": lambda: trained_on(altered(dataset("d", statements=(licensed("CC0-1.0"),)), b"dcterms:license")),
    "only-named": lambda: trained_on(says=SAID),
    "share-alike-dropped": lambda: chain_of(work("x", licensed("CC-BY-4.0"), parent=work("p", licensed("CC-BY-SA-4.0"), signer=another()))),
    "share-alike-open": lambda: trained_on(says=SAID | {"licence": "CC-BY-SA-4.0"}),
    "snapshot-missing": lambda: trained_on(says={"licence": "CC-BY-4.0", "creator": "Test Studio"}),
    "training-constrained": lambda: trained_on(says=SAID | {"licence": "LicenseRef-Unsplash"}),
    "training-forbidden": lambda: trained_on(says=SAID | {"licence": "LicenseRef-UnsplashPlus"}),
    "training-unclear": lambda: trained_on(says=SAID | {"ai_training_permitted": "unclear"}),
}


def contradicted_hash() -> bytes:
    """A model file whose claimed hash is not that of the file that was measured."""
    builder = Builder(title="x")
    metadata = {"org.credkit.file": {"name": "m.bin", "size": 3, "sha256": bytes(32)}, "org.credkit.claimed": {"sha256": "11" * 32}}
    builder.add_input("m", MODEL, metadata=metadata)
    builder.created("trainedAlgorithmicMedia")
    return signed(builder)


def without_its_ingredient() -> bytes:
    """A picture whose store lost the manifest of what it was made from."""
    from credkit.load import load_store
    from credkit.manifest.store import parse_store

    data = work("x", parent=work("p", licensed("CC0-1.0")))
    store = load_store(BytesSource(data)).store
    assert store is not None
    first, *_ = parse_store(store).manifests
    # The label of the parent's manifest, at its own box only.
    label = first.label.encode()
    at = data.index(label)
    return checked(data[:at] + label[:-1] + (b"0" if label[-1:] != b"0" else b"1") + data[at + len(label) :])


@pytest.mark.parametrize("name", FINDINGS)
def test_each_finding_is_found_and_is_what_it_says(name: str) -> None:
    chain: LicenceChain = CASES[name]()
    found = [one for one in chain.findings if one.name == name]
    assert found, names(chain)
    for one in found:
        assert one.kind == FINDINGS[name]
        assert one.sentence[0].isupper()
        assert one.sentence.endswith(".")
        assert all(chain.source(key).key == key for key in one.sources)


def test_a_sound_chain_has_no_finding() -> None:
    data = dataset("photos", statements=(licensed("CC0-1.0"),), signer=another())
    chain = chain_of(
        painted(
            licensed("CC-BY-4.0"),
            by=model("m", data={"photos": data}, says={"photos": SAID | {"licence": "CC0-1.0"}}, statements=(licensed("CC0-1.0"),)),
        )
    )
    assert chain.findings == ()
    assert len(chain.sources) == 3


def test_what_is_one_s_own_is_nobody_s_business() -> None:
    """The same signer may train on, change and sell what he reserves from others."""
    photo = work("photo", licensed("CC-BY-NC-ND-4.0"), TrainingMining.not_allowed())
    trained = model("m", data={"photos": dataset("photos", photo, statements=(licensed("CC-BY-NC-SA-4.0"),))})
    found = names(chain_of(painted(licensed("CC-BY-4.0"), by=trained)), "contradiction")
    assert found == set()


def test_what_is_stated_of_something_from_elsewhere_binds_whoever_states_it() -> None:
    """Listing files in a data set of one's own makes nobody their author."""
    says = {"photos": SAID | {"licence": "CC-BY-NC-ND-4.0", "ai_training_permitted": "no"}}
    found = chain_of(painted(licensed("CC-BY-4.0"), by=model("m", data={"photos": dataset("photos")}, says=says)))
    assert names(found) == {"commercial-against-licence", "training-forbidden", "derivatives-open", "licence-missing"}


def test_what_is_said_twice_is_told_once() -> None:
    import io

    out = io.BytesIO()
    said = credkit.Statements(created="digitalCapture", licence="CC-BY-NC-4.0", do_not_train=True)
    credkit.sign_file(picture("jpg"), out, said, signer=pki.signer())
    chain = licences_of(verify(BytesSource(out.getvalue())), metadata=metadata_of(BytesSource(out.getvalue())))
    file = chain.sources[0]
    assert [(licence.name, licence.origin.standing) for licence in file.licences] == [("CC-BY-NC-4.0", "own word")]
    assert sorted(rule.use for rule in file.rules) == ["ai_generative_training", "ai_inference", "ai_training", "data_mining"]


def test_a_repaint_under_the_same_licence_carries_it_on() -> None:
    parent = work("p", licensed("CC-BY-SA-4.0"), signer=another())
    for licence in ("CC-BY-SA-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0 OR MIT"):
        assert "share-alike-dropped" not in names(chain_of(work("x", licensed(licence), parent=parent))), licence
    assert "share-alike-dropped" in names(chain_of(work("x", parent=parent)))


def test_a_reservation_counts_also_where_it_is_void_and_a_permission_does_not() -> None:
    reserved = dataset("d", statements=(licensed("CC0-1.0"), TrainingMining(ai_training="notAllowed")), signer=another())
    chain = trained_on(altered(reserved, b"CC0-1."))
    data = source(chain, "data")
    assert (data.proof, data.flaw) == ("void", "it was altered after it was signed")
    assert {licence.origin.standing for licence in data.licences} == {"void"}
    assert {"manifest-void", "licence-missing"} <= names(chain)
    forbidden = [found.sentence for found in chain.findings if found.name == "training-forbidden"]
    assert len(forbidden) == 1
    assert "which does not hold because it was altered after it was signed," in forbidden[0]


def test_the_licence_in_the_header_of_a_model_is_nobody_s_word() -> None:
    header = {"licence": "LicenseRef-CreativeML-OpenRAIL-M"}
    found = chain_of(painted(by=model("m", statements=(TrainedModel({"sha256": SNAPSHOT, "size": 3}, header=header),))))
    assert [(licence.name, licence.own, licence.origin.standing) for licence in source(found, "model").licences] == [
        ("LicenseRef-CreativeML-OpenRAIL-M", True, "was there")
    ]
    assert "licence-missing" not in names(found)


def test_what_the_files_of_a_data_set_say_counts_whoever_listed_them() -> None:
    rights = RightsFound(looked_at=9, with_credentials=2, training_not_allowed=("a.png", "b.png"), training_constrained=("c.png",))
    chain = trained_on(dataset("d", statements=(DataSetFindings(12, size=3, rights=rights),)))
    data = source(chain, "data")
    assert data.items == 12
    assert [(rule.permission, rule.basis) for rule in data.rules] == [
        ("notAllowed", "so say 2 of its files: a.png, b.png"),
        ("constrained", "so say 1 of its files: c.png"),
    ]
    told = [found.sentence for found in chain.findings if found.name == "training-forbidden"]
    assert len(told) == 1
    assert told[0].endswith("has on record that AI training is forbidden (so say 2 of its files: a.png, b.png).")


def test_conditions_for_training_are_told() -> None:
    chain = trained_on(dataset("d", statements=(TrainingMining(ai_training=Use("constrained", "ask first")),), signer=another()))
    told = next(found.sentence for found in chain.findings if found.name == "training-constrained")
    assert told.endswith("under a condition: ask first.")


def test_plus_in_recorded_metadata_is_read() -> None:
    said = CawgMetadata(data_mining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING")
    chain = trained_on(dataset("d", statements=(said,), signer=another()))
    assert "training-forbidden" in names(chain)
    assert {(rule.use, rule.basis) for rule in source(chain, "data").rules} == {
        ("ai_generative_training", "DMI-PROHIBITED-GENAIMLTRAINING")
    }


def test_the_model_behind_a_picture_by_name() -> None:
    """``--training-source`` of a picture is about its model, whether that is an ingredient or not."""
    told = TrainingSources((TrainingSource("own photographs", licence="LicenseRef-own-work", ai_training_permitted="own-work"),))
    named = TrainingSources(told.sources, model=ModelReference("portrait", "1"))
    for said, ingredient, expected in (
        (named, None, {("model", "portrait 1"), ("training-data", "own photographs")}),
        (named, "portrait 1", {("model", "portrait 1"), ("training-data", "own photographs")}),
        (told, "other", {("model", "other"), ("training-data", "own photographs")}),
        (told, None, {("training-data", "own photographs")}),
    ):
        chain = chain_of(painted(said, named=ingredient))
        assert {(one.role, one.name) for one in chain.sources[1:]} == expected
        data = source(chain, "own photographs")
        users = {chain.source(link.user).role for link in chain.links if link.source == data.key}
        assert users == {"model" if any(role == "model" for role, _ in expected) else "file"}
        assert "training-forbidden" not in names(chain)


def test_statements_that_an_ingredient_refers_to() -> None:
    """Assertions about an ingredient (edition 2.5) count for it."""
    sources = TrainingSources((TrainingSource("data", licence="CC-BY-NC-4.0", ai_training_permitted="no"),), ingredient=True)
    labels = ("com.example.metadata.ingredient", sources.label)
    kinds = [{"type": "c2pa.types.model"}]
    used = forged_ingredient(
        None, "inputTo", **{"dc:title": "m", "dataTypes": kinds, "relatedAssertions": [Ref(label) for label in labels]}
    )
    about = (Assertion(labels[0], RIGHTS, "json"), Assertion(labels[1], sources.payload(), "json"))
    chain = chain_of(forged(*about, used, source_type="trainedAlgorithmicMedia"))
    assert [(licence.name, licence.own) for licence in source(chain, "m").licences] == [("MIT", False)]
    assert source(chain, "m").creators == ("Maker",)
    assert [(one.name, one.role) for one in chain.sources] == [("picture.png", "file"), ("m", "model"), ("data", "training-data")]
    assert "training-forbidden" in names(chain)


def test_a_manifest_that_is_used_twice_is_one_source() -> None:
    photo = work("photo", licensed("CC0-1.0"))
    data = dataset("photos", photo, photo)
    chain = chain_of(painted(by=model("m", data={"photos": data}, base={"base": model("b", data={"photos": data})})))
    assert [one.name for one in chain.sources].count("photos") == 1
    photos = source(chain, "photos")
    assert {chain.source(link.user).role for link in chain.links if link.source == photos.key} == {"model", "base-model"}
    assert len(list(chain.in_order())) == len(chain.sources) == 5


def test_an_update_speaks_of_the_same_file() -> None:
    import io

    out = io.BytesIO()
    builder = UpdateBuilder()
    builder.add(licensed("CC-BY-4.0"))
    builder.sign(painted(licensed("CC-BY-SA-4.0")), out, pki.signer())
    chain = chain_of(out.getvalue())
    assert [(one.role, one.licences[0].name) for one in chain.sources] == [("file", "CC-BY-4.0"), ("earlier", "CC-BY-SA-4.0")]
    assert names(chain) == set()


def test_a_file_that_is_a_model_itself() -> None:
    """The walk begins at whatever the file is."""
    builder = Builder(title="m")
    builder.created("trainedAlgorithmicData")
    builder.add(OpaqueAssertion("c2pa.asset-type.v2", {"types": [{"type": "c2pa.types.model.pytorch"}]}, content="cbor"))
    builder.add(TrainingSources((TrainingSource("data", licence="CC0-1.0", creator="Maker"),)))
    chain = chain_of(signed(builder))
    assert [(one.kind, one.role) for one in chain.sources] == [("model", "file"), ("dataset", "training-data")]
    assert chain.links[0].user == "s1"


def test_metadata_of_the_file_is_read_signed_or_not() -> None:
    import io

    out = io.BytesIO()
    credkit.sign_file(picture("jpg"), out, credkit.Statements(created="digitalCapture", licence="CC-BY-NC-4.0"), signer=pki.signer())
    stripped = io.BytesIO()
    credkit.strip_file(out.getvalue(), stripped)
    for data, proof, standing in ((out.getvalue(), "file", "own word"), (stripped.getvalue(), "file", "unprotected")):
        chain = licences_of(verify(BytesSource(data), name="p.jpg"), metadata=metadata_of(BytesSource(data)))
        assert [one.proof for one in chain.sources] == [proof]
        assert chain.sources[0].licences[0].name == "CC-BY-NC-4.0"
        assert chain.sources[0].licences[0].origin.standing == standing


def test_no_file_at_all() -> None:
    chain = chain_of(b"no picture at all")
    assert (chain.state, chain.sources, chain.links, chain.findings) == ("error", (), (), ())
    assert len(chain.remarks) == 1
    assert chain_of(picture("png")).sources == ()


def test_limits_are_kept_and_told() -> None:
    sources = tuple(TrainingSource(f"source {number}", licence="CC0-1.0") for number in range(30))
    data = painted(TrainingSources(sources, model=ModelReference("m")))
    assert len(chain_of(data).sources) == 32
    chain = chain_of(data, limits=Limits(terms=10))
    assert len(chain.sources) == 10
    assert "only the first 10 sources" in chain.remarks[0]
    assert len(chain.findings) <= 10


@pytest.mark.parametrize("types", [MODEL, DATA])
def test_hashes_of_a_file_elsewhere_make_it_known(types: tuple[str, ...]) -> None:
    builder = Builder(title="x")
    builder.add_input("elsewhere", types, data={"url": "https://example.com/data.parquet", "alg": "sha256", "hash": b"\x01" * 32})
    builder.created("trainedAlgorithmicMedia")
    found = source(chain_of(signed(builder)), "elsewhere")
    assert (found.proof, found.sha256) == ("hash", "01" * 32)


def test_a_hash_that_is_stated_has_to_be_the_one_that_was_measured() -> None:
    builder = Builder(title="m")
    handle = builder.add_input("data", DATA, instance_id=f"urn:sha256:{'ab' * 32}")
    builder.created("trainedAlgorithmicData")
    stated = TrainingSource("data", licence="CC0-1.0", collection_sha256=SNAPSHOT, ingredient=handle.reference.url)
    builder.add(TrainingSources((stated,)))
    chain = chain_of(signed(builder))
    assert source(chain, "data").sha256 == "ab" * 32
    assert names(chain, "contradiction") == {"hash-mismatch"}
