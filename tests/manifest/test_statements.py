from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credkit.errors import DefinitionError
from credkit.manifest.assertions import (
    AiDisclosure,
    AssetMetadata,
    AssetType,
    CawgMetadata,
    DataHash,
    EmbeddedData,
    ExternalReference,
    Licensor,
    ModelReference,
    OpaqueAssertion,
    Region,
    SoftBinding,
    Thumbnail,
    TrainingMining,
    TrainingSource,
    TrainingSources,
    Use,
    check_statement,
)


def refusal(label: str, payload: object, profile: Any = "2.4") -> str:
    with pytest.raises(DefinitionError) as caught:
        check_statement(OpaqueAssertion(label, payload), profile=profile)
    return str(caught.value)


def test_training_mining() -> None:
    payload = check_statement(TrainingMining.not_allowed()).payload
    assert payload["entries"]["cawg.ai_generative_training"] == {"use": "notAllowed"}
    assert len(payload["entries"]) == 4
    some = TrainingMining(ai_training=Use("constrained", "ask first"), data_mining="allowed")
    assert check_statement(some).payload == {
        "entries": {"cawg.data_mining": {"use": "allowed"}, "cawg.ai_training": {"use": "constrained", "constraint_info": "ask first"}}
    }
    assert set(check_statement(TrainingMining.constrained("ask")).payload["entries"].values().__iter__().__next__()) == {
        "use",
        "constraint_info",
    }
    assert check_statement(TrainingMining.allowed()).payload["entries"]["cawg.ai_training"] == {"use": "allowed"}


def test_misspelt_training_mining() -> None:
    label = "cawg.training-mining"
    wrong = {"entries": {"cawg.ai_training": {"use": "notAlowed"}}}
    assert refusal(label, wrong) == '/entries/cawg.ai_training/use: "notAlowed" is no use; did you mean "notAllowed"?'
    assert 'did you mean "cawg.ai_training"' in refusal(label, {"entries": {"cawg.ai_trainig": {"use": "allowed"}}})
    assert "cawg.ai_training" in refusal(label, {"entries": {"c2pa.ai_training": {"use": "allowed"}}})
    assert "/entries/cawg.ai_training/uses" in refusal(label, {"entries": {"cawg.ai_training": {"uses": "allowed"}}})
    assert "constraint_info" in refusal(label, {"entries": {"cawg.ai_training": {"use": "constrained"}}})
    assert "constraint_info" in refusal(label, {"entries": {"cawg.ai_training": {"use": "constrained", "constraints_info": "x"}}})
    assert "must not be empty" in refusal(label, {"entries": {}})
    with pytest.raises(DefinitionError, match="notAllowed"):
        TrainingMining(ai_training="notAlowed")
    with pytest.raises(DefinitionError):
        TrainingMining()


def test_ai_disclosure() -> None:
    statement = AiDisclosure(
        "model.pytorch", "AWPortrait 1.4", "pkg:huggingface/org/name@v1", "human_validated", scientific_domain=("cs.AI",)
    )
    assert check_statement(statement).payload == {
        "modelType": "c2pa.types.model.pytorch",
        "modelName": "AWPortrait 1.4",
        "modelIdentifier": "pkg:huggingface/org/name@v1",
        "contentProfile": {"humanOversightLevel": "human_validated"},
        "scientificDomain": ["cs.AI"],
    }
    assert AiDisclosure("model", ingredient=True).label == "c2pa.ai-disclosure.ingredient"
    assert 'did you mean "modelName"' in refusal("c2pa.ai-disclosure", {"modelType": "c2pa.types.model", "modelNam": "x"})
    assert 'did you mean "model.pytorch"' in refusal("c2pa.ai-disclosure", {"modelType": "model.pytroch"})
    assert 'inside "contentProfile"' in refusal("c2pa.ai-disclosure", {"modelType": "model", "humanOversightLevel": "x"})
    with pytest.raises(DefinitionError, match='did you mean "human_validated"'):
        AiDisclosure("model", human_oversight_level="human_validate")


def test_embedded_files() -> None:
    checked = check_statement(EmbeddedData(b"a cat", "text/plain"))
    assert (checked.label, checked.content, checked.payload.data, checked.payload.media_type) == (
        "c2pa.embedded-data",
        "embedded",
        b"a cat",
        "text/plain",
    )
    assert check_statement(EmbeddedData(b"x", "image/png", icon=True)).label == "c2pa.icon"
    thumbnail = check_statement(Thumbnail(b"\xff\xd8", "image/jpeg"))
    assert thumbnail.single
    assert not thumbnail.in_update
    assert check_statement(Thumbnail(b"x", "image/jpeg", of="ingredient")).label == "c2pa.thumbnail.ingredient"
    raw = check_statement(OpaqueAssertion("c2pa.thumbnail.claim", {"format": "image/png", "data": "AAAA"}))
    assert raw.payload.data == bytes(3)
    assert "/format" in refusal("c2pa.icon", {"format": "png", "data": "AAAA"})
    assert "/name" in refusal("c2pa.icon", {"format": "image/png", "data": "AAAA", "name": "x.png"})
    with pytest.raises(DefinitionError, match="media type"):
        Thumbnail(b"x", "png")


def test_data_hash() -> None:
    statement = DataHash(bytes(32), exclusions=((33, 100), (200, 5)), name="jumbf manifest")
    checked = check_statement(statement)
    assert checked.created_only
    assert checked.single
    assert checked.payload == {
        "hash": bytes(32),
        "pad": b"",
        "alg": "sha256",
        "name": "jumbf manifest",
        "exclusions": [{"start": 33, "length": 100}, {"start": 200, "length": 5}],
    }
    with pytest.raises(DefinitionError) as caught:
        DataHash(bytes(32), exclusions=((33, 100), (100, 5)))
    assert caught.value.path == "/exclusions/1/start"
    assert '"pad" is missing' in refusal("c2pa.hash.data", {"hash": bytes(32)})
    assert "/url" in refusal("c2pa.hash.data", {"hash": bytes(32), "pad": b"", "url": "x"})
    assert 'did you mean "sha256"' in refusal("c2pa.hash.data", {"hash": bytes(32), "pad": b"", "alg": "sha-256"})
    assert "zeros" in refusal("c2pa.hash.data", {"hash": bytes(32), "pad": b"\x01"})


def test_asset_metadata_holds_only_its_closed_list() -> None:
    statement = AssetMetadata({"dc:format": "image/png", "exif:FNumber": 4.0, "xmp:CreatorTool": "x"})
    checked = check_statement(statement)
    assert checked.content == "json"
    assert checked.payload["@context"]["exif"] == "http://ns.adobe.com/exif/1.0/"
    with pytest.raises(DefinitionError) as caught:
        AssetMetadata({"dc:creator": ["x"]})
    assert caught.value.path == "/dc:creator"
    assert "put it into cawg.metadata" in str(caught.value)
    context = {"e": "http://ns.adobe.com/exif/1.0/", "exifEX": "http://cipa.jp/exif/2.32/"}
    assert check_statement(OpaqueAssertion("c2pa.metadata", {"@context": context, "e:FNumber": 4, "exifEX:LensMake": "x"}))
    assert 'did you mean "FNumber"' in refusal("c2pa.metadata", {"@context": context, "e:FNumbr": 4})
    assert "does not declare" in refusal("c2pa.metadata", {"@context": context, "dc:format": "x"})
    assert "has no prefix" in refusal("c2pa.metadata", {"@context": context, "FNumber": 4})
    assert '"@context" is missing' in refusal("c2pa.metadata", {"dc:format": "x"})
    assert "/@context" in refusal("c2pa.metadata", {"@context": "https://schema.org", "dc:format": "x"})
    assert "no field" in refusal("c2pa.metadata", {"@context": context})
    assert "empty" in refusal("c2pa.metadata", {"@context": context, "e:FNumber": ""})
    assert "plus:DataMining" in refusal(
        "c2pa.metadata", {"@context": {"plus": "http://ns.useplus.org/ldf/xmp/1.0/"}, "plus:DataMining": "x"}
    )


def test_cawg_metadata() -> None:
    statement = CawgMetadata(
        creator="credkit test",
        rights="© 2026 credkit test",
        licensor=Licensor(name="credkit test", url="https://example.com", email="licence@example.com"),
        web_statement="https://example.com/licence",
        ai_system="AWPortrait",
        data_mining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
        extra={"ex:Note": {"deep": [1, None]}},
        context={"ex": "https://example.com/ns#"},
    )
    payload = check_statement(statement).payload
    assert payload["dc:creator"] == ["credkit test"]
    assert payload["plus:Licensor"] == [
        {"plus:LicensorName": "credkit test", "plus:LicensorURL": "https://example.com", "plus:LicensorEmail": "licence@example.com"}
    ]
    assert set(payload["@context"]) == {"dc", "plus", "xmpRights", "Iptc4xmpExt", "ex"}
    assert "DMI-PROHIBITED" in refusal(
        "cawg.metadata", {"@context": {"plus": "http://ns.useplus.org/ldf/xmp/1.0/"}, "plus:DataMining": "DMI-PROHIBITED"}
    )
    assert 'did you mean "dc:creator"' in refusal(
        "cawg.metadata", {"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:creater": "x"}
    )
    with pytest.raises(DefinitionError, match="does not declare"):
        CawgMetadata(extra={"unknown:field": 1})
    with pytest.raises(DefinitionError, match="no field"):
        CawgMetadata()


def test_metadata_of_ones_own() -> None:
    checked = check_statement(OpaqueAssertion("com.example.metadata", {"@context": "https://schema.org", "name": "x"}, content="cbor"))
    assert checked.content == "json"
    assert '"@context" is missing' in refusal("com.example.metadata.ingredient", {"name": "x"})


def test_assets_and_references() -> None:
    assert check_statement(AssetType("model.pytorch", version="1.4.0", format="application/octet-stream")).single
    with pytest.raises(DefinitionError, match="three numbers"):
        AssetType("model", version="1.4")
    with pytest.raises(DefinitionError, match="at least 1"):
        AssetType()
    bound = check_statement(ExternalReference("https://example.com/j.jsonl", hash=bytes(32), data_type="audit-log", size=5))
    assert bound.gathered
    assert bound.payload["location"]["data_types"] == [{"type": "c2pa.types.audit-log"}]
    assert check_statement(ExternalReference("https://example.com/j.jsonl")).payload == {"location": {"url": "https://example.com/j.jsonl"}}
    with pytest.raises(DefinitionError, match="must not be kept elsewhere"):
        ExternalReference("https://example.com/x", assertion_label="c2pa.hash.data")
    with pytest.raises(DefinitionError, match="web address"):
        ExternalReference("file:///etc/passwd")
    location = {"url": "https://example.com/x", "hash": bytes(32)}
    assert '"alg" is missing' in refusal("c2pa.external-reference", {"location": location})
    assert "/location/size" in refusal("c2pa.cloud-data", {"label": "x.y", "size": 1, "location": location | {"alg": "sha256", "size": 1}})


def test_soft_binding() -> None:
    statement = SoftBinding("com.example.fingerprint.1", b"\x01\x02", region=Region.rectangle(0, 0, 5, 5), alg_params=b"p", name="x")
    payload = check_statement(statement).payload
    assert payload["blocks"][0]["scope"]["region"]["region"][0]["type"] == "spatial"
    assert payload["alg-params"] == b"p"
    base = {"alg": "a.b", "blocks": [{"scope": {"timespan": {"start": 5, "end": 1}}, "value": "AA=="}]}
    assert "/blocks/0/scope/timespan/end" in refusal("c2pa.soft-binding", base)
    assert "/url" in refusal("c2pa.soft-binding", base | {"url": "x"})


def test_time_stamps_and_certificate_status() -> None:
    assert check_statement(OpaqueAssertion("c2pa.time-stamp", {"urn:c2pa:d61c74e0-ce26-4439-b92d-690dcce6b58e": b"token"})).single
    assert "label of a manifest" in refusal("c2pa.time-stamp", {"a/b": b"token"})
    for label in ("urn:c2pa:d61c74e0-ce26-4439-b92d-690dcce6b58e:my-studio", "maker:urn:uuid:d61c74e0-ce26-4439-b92d-690dcce6b58e"):
        assert check_statement(OpaqueAssertion("c2pa.time-stamp", {label: b"token"})).payload == {label: b"token"}
    assert "must not be empty" in refusal("c2pa.time-stamp", {})
    assert "/ocspVals" in refusal("c2pa.certificate-status", {"ocspVals": []})


def test_training_sources() -> None:
    source = TrainingSource(
        "stock photographs",
        licence="cc-by-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        source_url="https://example.com/set",
        creator=("credkit test",),
        retrieved=date(2026, 3, 1),
        item_count=1200,
        ai_training_permitted="yes",
        evidence="letter of 2026-02-01",
        licence_snapshot_sha256="0" * 64,
    )
    statement = TrainingSources(
        (source, TrainingSource.parse("own photographs:LicenseRef-own-work")), model=ModelReference("AWPortrait", "1.4")
    )
    checked = check_statement(statement)
    assert (checked.label, checked.content) == ("org.credkit.training.metadata", "json")
    first, second = checked.payload["credkit:trainingSources"]
    assert first["credkit:licence"] == "CC-BY-4.0"
    assert first["credkit:retrieved"] == "2026-03-01"
    assert second == {"@type": "credkit:TrainingSource", "dc:title": "own photographs", "credkit:licence": "LicenseRef-own-work"}
    assert checked.payload["credkit:model"] == {"credkit:name": "AWPortrait", "credkit:version": "1.4"}
    assert TrainingSources((source,), ingredient=True).label == "org.credkit.training.metadata.ingredient"
    with pytest.raises(DefinitionError, match="empty list"):
        TrainingSources(())


@pytest.mark.parametrize(
    ("text", "title", "licence", "url"),
    [
        ("own photographs:LicenseRef-own-work", "own photographs", "LicenseRef-own-work", None),
        ("set: summer:CC0-1.0@https://example.com/a:b@c", "set: summer", "CC0-1.0", "https://example.com/a:b@c"),
        ("x : mit", "x", "MIT", None),
        ("mixed:MIT OR Apache-2.0", "mixed", "MIT OR Apache-2.0", None),
    ],
)
def test_training_source_from_the_command_line(text: str, title: str, licence: str, url: str | None) -> None:
    source = TrainingSource.parse(text)
    written = source.payload()
    assert (written["dc:title"], written["credkit:licence"], written.get("credkit:licenceURL")) == (title, licence, url)


@pytest.mark.parametrize("text", ["", "photographs", ":MIT", "x:", "x:@https://example.com"])
def test_training_source_needs_title_and_licence(text: str) -> None:
    with pytest.raises(DefinitionError, match="TITLE:LICENCE"):
        TrainingSource.parse(text)


def test_wrong_licences_name_the_nearest() -> None:
    with pytest.raises(DefinitionError, match=r'did you mean "CC-BY-4\.0"'):
        TrainingSource("x", licence="CC-BY-4")
    with pytest.raises(DefinitionError, match='write "LicenseRef-my-own-terms" and give its address'):
        TrainingSource("x", licence="my own terms")
    with pytest.raises(DefinitionError) as caught:
        TrainingSource("x", licence="MIT", ai_training_permitted="maybe")
    assert caught.value.path == "/credkit:aiTrainingPermitted"
    with pytest.raises(DefinitionError, match="date"):
        TrainingSource("x", licence="MIT", retrieved="March")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AWPortrait@1.4=awportrait.safetensors", ModelReference("AWPortrait", "1.4", "awportrait.safetensors")),
        ("AWPortrait", ModelReference("AWPortrait")),
        ("AWPortrait=/models/a=b@c.safetensors", ModelReference("AWPortrait", None, "/models/a=b@c.safetensors")),
        ("org/name@v1", ModelReference("org/name", "v1")),
    ],
)
def test_model_reference(text: str, expected: ModelReference) -> None:
    assert ModelReference.parse(text) == expected


@pytest.mark.parametrize("text", ["", "@1.4", "x@", "x=", "=p"])
def test_wrong_model_reference(text: str) -> None:
    with pytest.raises(DefinitionError, match="NAME@VERSION=PATH"):
        ModelReference.parse(text)
