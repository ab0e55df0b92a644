from __future__ import annotations

from typing import Any

import pytest

from credkit.codec import cbor
from credkit.errors import DefinitionError, MalformedError
from credkit.manifest.assertions import Ingredient, OpaqueAssertion, RecordedDelta, RecordedResults, check_statement, read_ingredient
from credkit.manifest.hashed_uri import HashedUri
from credkit.status import Kind, Status

OTHER = "urn:c2pa:5e7b01fc-4932-4bab-ab32-d4f12a8aa322"
MANIFEST = HashedUri(url=f"self#jumbf=/c2pa/{OTHER}", hash=bytes(32))
SIGNATURE = HashedUri(url=f"self#jumbf=/c2pa/{OTHER}/c2pa.signature", hash=bytes(32))
SUCCESS = Status(code="claimSignature.validated", kind=Kind.SUCCESS, url=SIGNATURE.url)
FAILURE = Status(code="assertion.dataHash.mismatch", kind=Kind.FAILURE, explanation="The picture was changed.")
RESULTS = RecordedResults(
    active_manifest=(SUCCESS, FAILURE),
    deltas=(RecordedDelta(uri=f"self#jumbf=/c2pa/{OTHER}/c2pa.assertions/c2pa.ingredient.v3", statuses=(FAILURE,)),),
    spec_version="2.4.0",
)


def refusal(payload: object, profile: Any = "2.4") -> str:
    with pytest.raises(DefinitionError) as caught:
        check_statement(OpaqueAssertion("c2pa.ingredient.v3", payload), profile=profile)
    return str(caught.value)


def test_ingredient_with_credentials_comes_back() -> None:
    statement = Ingredient(
        "parentOf", title="base.png", format="image/png", manifest=MANIFEST, claim_signature=SIGNATURE, validation_results=RESULTS
    )
    payload = check_statement(statement).payload
    assert payload["validationResults"]["activeManifest"] == {
        "success": [{"code": "claimSignature.validated", "url": SIGNATURE.url}],
        "informational": [],
        "failure": [{"code": "assertion.dataHash.mismatch", "explanation": "The picture was changed."}],
    }
    view = read_ingredient(cbor.decode(cbor.encode(payload), where="test"), "c2pa.ingredient.v3__2")
    assert (view.version, view.relationship, view.title, view.format) == (3, "parentOf", "base.png", "image/png")
    assert (view.manifest, view.claim_signature, view.recorded) == (MANIFEST, SIGNATURE, RESULTS)
    assert view.has_validation_results
    assert [s.code for s in RESULTS] == ["claimSignature.validated", "assertion.dataHash.mismatch", "assertion.dataHash.mismatch"]


def test_ingredient_with_data() -> None:
    embedded = HashedUri(url="self#jumbf=c2pa.assertions/c2pa.embedded-data", hash=bytes(32))
    statement = Ingredient("inputTo", title="prompt", format="text/plain", data=embedded, data_types=("generator.prompt",))
    payload = check_statement(statement).payload
    assert payload["dataTypes"] == [{"type": "c2pa.types.generator.prompt"}]
    assert read_ingredient(payload, "c2pa.ingredient.v3").data == embedded
    away = Ingredient("inputTo", data={"url": "https://example.com/model.safetensors", "alg": "sha256", "hash": bytes(32), "size": 5})
    assert check_statement(away).payload["data"]["size"] == 5


@pytest.mark.parametrize(
    ("payload", "part"),
    [
        ({}, '"relationship" is missing'),
        ({"relationship": "parent"}, '/relationship: "parent" is no relationship; did you mean "parentOf"?'),
        ({"relationship": "parentOf", "titel": "x"}, '/titel: "titel" is no field of an ingredient'),
        ({"relationship": "parentOf", "dc:titel": "x"}, 'did you mean "dc:title"?'),
        ({"relationship": "parentOf", "dc:format": "png"}, "is not a media type"),
        ({"relationship": "parentOf", "c2pa_manifest": {}}, '"activeManifest"'),
        ({"relationship": "parentOf", "activeManifest": MANIFEST.payload()}, '"activeManifest" needs "validationResults"'),
        ({"relationship": "parentOf", "claimSignature": SIGNATURE.payload()}, '"claimSignature" needs "activeManifest"'),
        (
            {"relationship": "parentOf", "dataTypes": [{"type": "c2pa.types.generator.promt"}]},
            'did you mean "c2pa.types.generator.prompt"?',
        ),
        ({"relationship": "parentOf", "dataTypes": [{"type": "com.example.lora", "version": "1.4"}]}, "/dataTypes/0/version"),
        ({"relationship": "parentOf", "data": {"url": "https://example.com/x"}}, '/data: the field "alg" is missing'),
        ({"relationship": "parentOf", "thumbnail": {"url": "https://example.com/x", "hash": bytes(32)}}, "/thumbnail/url"),
        (
            {"relationship": "parentOf", "thumbnail": {"url": "self#jumbf=c2pa.assertions/c2pa.thumbnail.ingredient", "hash": b"x"}},
            "/thumbnail/hash",
        ),
        ({"relationship": "parentOf", "validationResults": {"activeManifest": {"success": []}}}, "/validationResults/activeManifest"),
        (
            {"relationship": "parentOf", "validationResults": {"activeManifest": {"success": [], "informational": [], "failure": []}}},
            "before edition 2.5",
        ),
        ({"relationship": "inputTo", "relatedAssertions": [SIGNATURE.payload()]}, "only since edition 2.5"),
        ({"relationship": "inputTo", "metadata": {"dataSource": {}}}, "/metadata/dataSource"),
        ({"relationship": "inputTo", "softBindingsMatched": "yes"}, "/softBindingsMatched"),
    ],
)
def test_wrong_ingredients_are_refused(payload: dict[str, Any], part: str) -> None:
    message = refusal(payload)
    assert part in message, message


def full(**more: object) -> dict[str, object]:
    return {
        "relationship": "parentOf",
        "activeManifest": MANIFEST.payload(),
        "claimSignature": SIGNATURE.payload(),
        "validationResults": RESULTS.payload(),
    } | more


def test_rules_between_fields() -> None:
    assert check_statement(OpaqueAssertion("c2pa.ingredient.v3", full()))
    assert "must not stand together" in refusal(full(digitalSourceType="humanEdits"))
    assert "must not stand together" in refusal(full(relatedAssertions=[SIGNATURE.payload()]), "2.5")
    assert "/activeManifest/url" in refusal(full(activeManifest={"url": "self#jumbf=c2pa.assertions/x", "hash": bytes(32)}))
    assert "/claimSignature/url" in refusal(full(claimSignature=MANIFEST.payload()))
    assert "/validationResults" in refusal(full(validationResults={"specVersion": "2.4.0"}))
    lists = {**RESULTS.payload(), "trustListUris": [{"uri": "https://example.com", "type": "c2pa.trustList"}]}
    assert "only since edition 2.5" in refusal(full(validationResults=lists))
    assert check_statement(OpaqueAssertion("c2pa.ingredient.v3", full(validationResults=lists)), profile="2.5")


def test_related_assertions_of_the_next_edition() -> None:
    good = {"url": "self#jumbf=c2pa.assertions/org.credkit.training.metadata.ingredient__1", "hash": bytes(32)}
    bad = {"url": "self#jumbf=c2pa.assertions/org.credkit.training.metadata", "hash": bytes(32)}
    payload = {"relationship": "inputTo", "relatedAssertions": [good]}
    assert check_statement(OpaqueAssertion("c2pa.ingredient.v3", payload), profile="2.5")
    assert 'ends in ".ingredient"' in refusal({"relationship": "inputTo", "relatedAssertions": [bad]}, "2.5")
    alone = {"relationship": "inputTo", "validationResults": RESULTS.payload()}
    assert check_statement(OpaqueAssertion("c2pa.ingredient.v3", alone), profile="2.5")


def test_records_of_hostile_files_can_be_written() -> None:
    odd = Status(code="general.error", kind=Kind.FAILURE, url="nowhere", explanation="label \u202e turned round")
    payload = RecordedResults(active_manifest=(odd,)).payload()
    assert payload["activeManifest"]["failure"] == [{"code": "general.error"}]
    assert check_statement(OpaqueAssertion("c2pa.ingredient.v3", full(validationResults=payload)))


def test_reading_version_1_and_2() -> None:
    value = {
        "dc:title": "A.jpg",
        "dc:format": "image/jpeg",
        "documentID": "xmp.did:1",
        "instanceID": "xmp.iid:1",
        "relationship": "parentOf",
        "c2pa_manifest": MANIFEST.payload(),
        "validationStatus": [
            {"code": "assertion.dataHash.mismatch", "url": "self#jumbf=x"},
            {"code": "claimSignature.validated", "success": True},
            {"code": "com.example.fine", "success": True},
            {"code": "com.example.bad"},
            {"code": 5},
            "nonsense",
        ],
        "data_types": [{"type": "c2pa.types.model"}, {"type": 4}, 7],
        "informational_URI": "https://example.com",
    }
    view = read_ingredient(value, "c2pa.ingredient.v2")
    assert (view.version, view.document_id, view.instance_id, view.informational_uri) == (
        2,
        "xmp.did:1",
        "xmp.iid:1",
        "https://example.com",
    )
    assert view.manifest == MANIFEST
    assert view.data_types == ("c2pa.types.model",)
    assert view.recorded is not None
    assert [s.kind for s in view.recorded] == [Kind.FAILURE, Kind.SUCCESS, Kind.SUCCESS, Kind.FAILURE]
    assert read_ingredient(value, "c2pa.ingredient").version == 1
    assert not read_ingredient(value, "c2pa.ingredient.v3").has_validation_results


@pytest.mark.parametrize("value", [None, [], "x", {"activeManifest": {}}, {"c2pa_manifest": "self#jumbf=x"}])
def test_reading_refuses_what_is_no_ingredient(value: object) -> None:
    with pytest.raises(MalformedError) as caught:
        read_ingredient(value, "c2pa.ingredient.v3")
    assert caught.value.code == "assertion.ingredient.malformed"


def test_reading_tolerates_wrong_types() -> None:
    view = read_ingredient(
        {"relationship": 5, "dc:title": 1, "validationResults": 3, "thumbnail": [], "dataTypes": {}}, "c2pa.ingredient.v3"
    )
    assert view.relationship == ""
    assert view.title is None
    assert view.recorded is None
    assert view.has_validation_results
