from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from credkit.codec.cbor import DateText, Tag
from credkit.limits import Limits
from credkit.provenance import render
from credkit.provenance.json_report import SCHEMA_ID
from credkit.provenance.values import json_value
from credkit.resources import read_schema
from tests.provenance.material import HOSTILE, cases, hostile_report


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads(read_schema(name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def errors(name: str, value: Any) -> list[str]:
    return [f"{list(error.path)}: {error.message[:200]}" for error in validator(name).iter_errors(value)]


@pytest.mark.parametrize("case", sorted(cases()))
def test_every_report_obeys_its_schema(case: str) -> None:
    assert errors("report.schema.json", json.loads(render(cases()[case], "json"))) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_reports_obey_the_schema_too(text: str) -> None:
    assert errors("report.schema.json", json.loads(render(hostile_report(text), "json"))) == []


def test_the_schema_refuses_unknown_and_missing_keys() -> None:
    value = json.loads(render(cases()["trusted"], "json"))
    assert errors("report.schema.json", value | {"extra": 1})
    assert errors("report.schema.json", {key: item for key, item in value.items() if key != "state"})
    assert errors("report.schema.json", value | {"state": "valid"})
    assert value["schema"] == SCHEMA_ID == validator("report.schema.json").schema["$id"]


def test_the_verdict_stands_at_the_top() -> None:
    value = json.loads(render(cases()["trusted"], "json"))
    assert list(value)[:5] == ["state", "active_manifest", "success", "informational", "failure"]
    assert value["state"] == "Trusted"
    assert value["active_manifest"] == cases()["trusted"].active_manifest
    assert {"claimSignature.validated", "signingCredential.trusted", "assertion.dataHash.match"} <= {s["code"] for s in value["success"]}
    assert value["failure"] == []


def test_manifests_stand_oldest_first_with_what_people_and_programs_need() -> None:
    value = json.loads(render(cases()["ancestor-altered"], "json"))
    first, second = value["manifests"]
    assert (first["generation"], second["generation"]) == (1, 2)
    assert (first["altered"], second["altered"]) == (True, False)
    assert value["altered"] == [first["label"]]
    assert first["signed_by"] == 'signed by "My Studio" of "credkit test studio" (verified, on your trust list)'
    assert first["claim_generator"] == "Image Maker 1.4"
    assert first["claim_generator_info"][0]["name"] == "Image Maker"
    assert [a["label"] for a in first["assertions"] if a["intact"] is False] == ["cawg.metadata"]
    edit = second["actions"][1]
    assert edit["regions"][0]["shapes"][0] == {
        "type": "rectangle",
        "unit": "pixel",
        "x": 20.0,
        "y": 30.0,
        "width": 60.0,
        "height": 60.0,
        "vertices": [],
        "inside": True,
    }
    assert {i["relationship"]: i["manifest"] for i in second["ingredients"]} == {"parentOf": first["label"], "componentOf": None}
    assert [delta["ingredient_assertion_uri"] for delta in value["ingredient_deltas"]] == [second["ingredients"][0]["uri"]]


def test_files_without_a_verdict_say_why() -> None:
    nothing = json.loads(render(cases()["none"], "json"))
    assert (nothing["state"], nothing["active_manifest"], nothing["manifests"], nothing["success"]) == ("none", None, [], [])
    broken = json.loads(render(cases()["error"], "json"))
    assert broken["state"] == "error"
    assert broken["problem"]
    assert broken["failure_without_manifest"]["code"] == "manifest.inaccessible.malformed"


def test_equal_reports_give_equal_bytes() -> None:
    assert render(cases()["trusted"], "json") == render(cases()["trusted"], "json")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"\x00\xff", "b64'AP8='"),
        (DateText("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00Z"),
        (Tag(1, 5), 5),
        ({1: "a", "1": "b", b"\x01": None}, {"1": "a", "1_": "b", "b64'AQ=='": None}),
        ([float("nan"), float("inf"), float("-inf"), 1.5, True, None, 2**70], ["NaN", "Infinity", "-Infinity", 1.5, True, None, 2**70]),
    ],
)
def test_the_mapping_of_cbor(value: Any, expected: Any) -> None:
    assert json_value(value) == expected


@pytest.mark.parametrize("form", ["json", "crjson", "c2patool"])
def test_behind_the_limit_assertions_are_told_without_their_content(form: str) -> None:
    report = cases()["trusted"]
    whole, short = (json.loads(render(report, form, limits=limits)) for limits in (Limits(), Limits(report_values=1)))  # type: ignore[arg-type]
    assert len(json.dumps(short)) < len(json.dumps(whole))
    if form != "json":
        return
    shown = [[a["value"] for a in m["assertions"]] for m in short["manifests"]]
    assert shown[0][0] is not None
    assert {json.dumps(v) for v in (*shown[0][1:], *shown[1])} == {"null"}
    assert [[a["label"] for a in m["assertions"]] for m in short["manifests"]] == [
        [a["label"] for a in m["assertions"]] for m in whole["manifests"]
    ]
    left_out = sum(len(values) for values in shown) - 1
    remark = f"The content of {left_out} assertions is not repeated here, because all of them hold more than 1 values."
    assert short["remarks"] == [*whole["remarks"], remark]
    assert errors("report.schema.json", short) == []
