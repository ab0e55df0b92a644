"""``terms_object`` and its schema, and the terms as HTTP fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from credkit.terms import CONTRADICTIONS, NOTICES, USES, terms_object, usage_headers
from credkit.terms.json_terms import SCHEMA_ID
from tests.terms.material import Made, alone, metadata, mining, offer, terms, xmp
from tests.terms.test_contradictions import CASES, NOTICED

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "terms.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def test_the_schema_is_sound_and_its_examples_fit() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == SCHEMA_ID
    for example in SCHEMA["examples"]:
        assert list(VALIDATOR.iter_errors(example)) == []
    assert set(SCHEMA["properties"]["uses"]["required"]) == set(USES)
    assert SCHEMA["$defs"]["contradiction"]["properties"]["name"]["enum"] == list(CONTRADICTIONS)
    assert SCHEMA["$defs"]["notice"]["properties"]["name"]["enum"] == list(NOTICES)


@pytest.mark.parametrize("name", [*CASES, *NOTICED])
def test_every_case_fits_the_schema(name: str) -> None:
    made = terms_object((CASES | NOTICED)[name][0])
    assert list(VALIDATOR.iter_errors(made)) == []
    assert made["contradictions" if name in CASES else "notices"][0]["name"] == name
    assert json.loads(json.dumps(made)) == made


def test_what_is_void_says_why() -> None:
    made = terms_object(alone(mining(ai_training="notAllowed"), altered=True))
    assert list(VALIDATOR.iter_errors(made)) == []
    training = made["uses"]["ai_training"]
    assert (training["permission"], training["standing"]) == ("notAllowed", "void")
    assert training["statements"][0]["origin"]["flaw"] == "it was altered after it was signed"


def test_the_object_is_closed() -> None:
    made = terms_object(alone(mining(ai_training="notAllowed")))
    assert list(VALIDATOR.iter_errors(made | {"extra": 1}))
    assert list(VALIDATOR.iter_errors({key: value for key, value in made.items() if key != "uses"}))


def test_what_it_holds() -> None:
    says = (
        mining(ai_training=("constrained", "ask"))
        | metadata(dc__creator="Test Studio")
        | offer("odrl:derive", price="5 EUR", until="2099-12-31")
    )
    made = terms_object(terms(xmp(), active=Made(says=says)))
    training = made["uses"]["ai_training"]
    assert (training["permission"], training["conditions"], training["standing"]) == ("constrained", ["ask"], "own word")
    assert training["statements"][0]["origin"]["uri"].endswith("/c2pa.assertions/cawg.training-mining")
    assert made["creators"][0]["text"] == "Test Studio"
    assert (made["offers"][0]["amount"], made["offers"][0]["valid_until"]) == ("5", "2099-12-31")


def test_a_void_reservation_is_one_in_http_and_a_void_permission_none() -> None:
    assert usage_headers(alone(mining(ai_training="notAllowed"), altered=True)) == {"Content-Usage": "train-ai=n", "tdm-reservation": "1"}
    assert usage_headers(alone(mining(**dict.fromkeys((*TRAIN, "data_mining"), "allowed")), altered=True)) == {}


TRAIN = ("ai_training", "ai_generative_training")


@pytest.mark.parametrize(
    ("uses", "fields"),
    [
        ({}, {}),
        ({"ai_inference": "notAllowed"}, {}),
        ({"ai_training": "allowed"}, {}),
        (dict.fromkeys(TRAIN, "allowed"), {"Content-Usage": "train-ai=y"}),
        (dict.fromkeys((*TRAIN, "data_mining"), "allowed"), {"Content-Usage": "train-ai=y", "tdm-reservation": "0"}),
        ({"ai_training": "notAllowed"}, {"Content-Usage": "train-ai=n", "tdm-reservation": "1"}),
        ({"ai_generative_training": ("constrained", "ask")}, {"Content-Usage": "train-ai=n", "tdm-reservation": "1"}),
        ({"data_mining": "notAllowed"}, {"tdm-reservation": "1"}),
        (dict.fromkeys(TRAIN, "allowed") | {"data_mining": "notAllowed"}, {"Content-Usage": "train-ai=y", "tdm-reservation": "1"}),
    ],
)
def test_fields_of_http(uses: dict[str, Any], fields: dict[str, str]) -> None:
    assert usage_headers(alone(mining(**uses))) == fields


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("https://example.com/terms?a=1", True),
        ("https://example.com/\r\nSet-Cookie: a=b", False),
        ("https://example.com/ü", False),
        ("javascript:alert(1)", False),
        ("https://example.com/" + "x" * 3_000, False),
    ],
)
def test_the_page_of_the_policy(page: str, told: bool) -> None:
    found = usage_headers(alone(mining(data_mining="notAllowed"), metadata(xmpRights__WebStatement=page)))
    assert found.get("tdm-policy") == (page if told else None)
    licensor = {"plus:LicensorURL": page, "plus:LicensorName": "Test Studio"}
    found = usage_headers(alone(mining(data_mining="notAllowed"), metadata(plus__Licensor=[licensor])))
    assert found.get("tdm-policy") == (page if told else None)
