"""crJSON against our statement of the format, and the rules that a schema cannot hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credkit.provenance import render
from tests.provenance.material import HOSTILE, cases, hostile_report
from tests.provenance.test_json_report import errors


def document(case: str) -> Any:
    return json.loads(render(cases()[case], "crjson"))


@pytest.mark.parametrize("case", sorted(cases()))
def test_the_frame(case: str) -> None:
    assert errors("crjson.schema.json", document(case)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_the_frame_of_hostile_stores(text: str) -> None:
    assert errors("crjson.schema.json", json.loads(render(hostile_report(text), "crjson"))) == []


def test_manifests_stand_in_reverse_order_of_the_store() -> None:
    report = cases()["trusted"]
    assert report.store is not None
    assert [m["label"] for m in document("trusted")["manifests"]] == [m.label for m in reversed(report.store.manifests)]


def test_assertions_stand_in_the_order_of_the_claim() -> None:
    for manifest in document("trusted")["manifests"]:
        claim = manifest["claim.v2"]
        listed = [item["url"].rpartition("/")[2] for item in claim["created_assertions"] + claim["gathered_assertions"]]
        assert list(manifest["assertions"]) == listed


def test_lists_that_the_claim_lacks_are_empty() -> None:
    claim = document("trusted")["manifests"][1]["claim.v2"]
    assert claim["redacted_assertions"] == []
    assert isinstance(claim["gathered_assertions"], list)


def test_values() -> None:
    active = document("trusted")["manifests"][0]
    assert active["signature"]["algorithm"] == "Ed25519"
    assert active["signature"]["certificateInfo"]["subject"] == {"O": "credkit test newsroom", "CN": "News Desk"}
    assert active["assertions"]["c2pa.hash.data"]["hash"].startswith("b64'")
    assert active["assertions"]["c2pa.thumbnail.claim"] == {}
    assert active["validationResults"]["specVersion"] == f"{cases()['trusted'].profile}.0"


def test_deltas_stand_with_the_manifest_that_holds_the_ingredient() -> None:
    active, parent = document("ancestor-altered")["manifests"]
    assert active["ingredientDeltas"][0]["validationDeltas"]["failure"]
    assert "ingredientDeltas" not in parent


def test_without_a_store_there_are_no_manifests() -> None:
    assert document("none")["manifests"] == document("error")["manifests"] == []
