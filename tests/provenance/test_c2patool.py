"""The reference's own report on files that it signed itself, compared key by key."""

from __future__ import annotations

import io
import json
from typing import Any

import c2pa
import pytest

from credkit.assets import BytesSource
from credkit.provenance import render
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.provenance.material import altered, cases, first_generation, identities, judge, second_generation

NOT_COMPARED = ("cawg.identity",)
"""Given as stored here, decoded there; see ``credkit.provenance.c2patool``."""


def reference(data: bytes) -> Any:
    anchors = b"".join(keys.root_pem for keys in identities()).decode()
    settings = {"trust": {"trust_anchors": anchors}, "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    with c2pa.Reader("image/jpeg", io.BytesIO(data), context=c2pa.Context(settings=c2pa.Settings.from_dict(settings))) as reader:
        return json.loads(reader.json())


def ours(data: bytes) -> Any:
    return json.loads(render(judge(data), "c2patool"))


def differences(mine: Any, theirs: Any, path: str = "") -> list[str]:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        found = [f"{path}/{key} only {'here' if key in mine else 'there'}" for key in mine.keys() ^ theirs.keys()]
        return found + [line for key in mine.keys() & theirs.keys() for line in differences(mine[key], theirs[key], f"{path}/{key}")]
    if isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        return [line for left, right in zip(mine, theirs, strict=True) for line in differences(left, right, f"{path}/*")]
    return [] if mine == theirs else [f"{path}: {str(mine)[:80]} != {str(theirs)[:80]}"]


@pytest.mark.parametrize("data", [first_generation(), second_generation()], ids=["one generation", "two generations"])
def test_manifests_are_the_same(data: bytes) -> None:
    mine, theirs = ours(data), reference(data)
    assert mine["active_manifest"] == theirs["active_manifest"]
    assert mine["validation_state"] == theirs["validation_state"] == "Trusted"
    assert differences(mine["manifests"], theirs["manifests"]) == []
    assert set(mine) == set(theirs)


def codes(entries: list[dict[str, str]]) -> set[tuple[str, str]]:
    return {(entry["code"], entry["url"]) for entry in entries}


def failing_ingredients(results: dict[str, Any]) -> set[str]:
    return {delta["ingredientAssertionURI"] for delta in results.get("ingredientDeltas", []) if delta["validationDeltas"]["failure"]}


@pytest.mark.parametrize("data", [second_generation(), altered(second_generation(), b"(c) 202")], ids=["sound", "altered"])
def test_results_have_the_same_shape_and_failures(data: bytes) -> None:
    mine, theirs = ours(data)["validation_results"], reference(data)["validation_results"]
    assert set(mine) == set(theirs) - {"trustListUri"}
    assert codes(mine["activeManifest"]["failure"]) == codes(theirs["activeManifest"]["failure"])
    assert codes(mine["activeManifest"]["success"]) == codes(theirs["activeManifest"]["success"])
    assert failing_ingredients(mine) == failing_ingredients(theirs)


def test_failures_are_listed_flat_too() -> None:
    value = json.loads(render(cases()["ancestor-altered"], "c2patool"))
    deltas = [s for delta in value["validation_results"]["ingredientDeltas"] for s in delta["validationDeltas"]["failure"]]
    assert value["validation_status"] == value["validation_results"]["activeManifest"]["failure"] + deltas
    assert deltas


@pytest.mark.parametrize("case", ["none", "error"])
def test_without_manifests_it_says_why(case: str) -> None:
    value = json.loads(render(cases()[case], "c2patool"))
    assert value["manifests"] == {}
    assert value["validation_status"][0]["explanation"]
    assert "active_manifest" not in value


SAMPLES = [entry for entry in entries("jpeg", "png") if entry["category"] in ("real-world", "reference-generated", "legacy-v1")]


@needs_corpus
@pytest.mark.parametrize("entry", SAMPLES, ids=[entry["id"] for entry in SAMPLES])
def test_real_files_give_the_manifests_that_scripts_expect(entry: dict[str, Any]) -> None:
    theirs = json.loads((CORPUS / "oracle" / f"{entry['id']}.json").read_text(encoding="utf-8"))["reader_json"]
    if theirs is None:
        pytest.skip("the reference cannot read this file")
    report = verify(BytesSource((CORPUS / entry["path"]).read_bytes()), policy=TrustPolicy.none())
    if report.active is None:
        pytest.skip(f"no embedded credentials here: {report.problem}")
    mine = json.loads(render(report, "c2patool"))
    assert mine["active_manifest"] == theirs["active_manifest"]
    for label, manifest in theirs["manifests"].items():
        found = differences(comparable(mine["manifests"][label]), comparable(manifest))
        assert [line for line in found if not tolerated(line)] == []


def comparable(manifest: dict[str, Any]) -> dict[str, Any]:
    assertions = [a for a in manifest["assertions"] if a["label"] not in NOT_COMPARED]
    return manifest | {"assertions": assertions}


def tolerated(line: str) -> bool:
    """The differences that the module promises: time only when accepted, stored values complete, padding as base64."""
    return line == "/signature_info/time only there" or (line.endswith("only here") and "/data/" in line) or "/data/pad" in line
