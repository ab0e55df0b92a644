"""Data kept elsewhere in every form of the report: what changed there is told, and is no alteration of the file."""

from __future__ import annotations

import json
from functools import cache

import pytest

from credkit.provenance.c2patool import c2patool_json
from credkit.provenance.crjson import crjson
from credkit.provenance.graph import provenance_graph
from credkit.provenance.json_report import json_report
from credkit.provenance.verdict import status_words
from credkit.verify import Report
from tests.verify.tables.external import CASES, URL

LINES = {line.name: line for line in CASES}


@cache
def changed() -> Report:
    return LINES["cloud data that changed"].verify()


def test_it_is_no_alteration() -> None:
    report = changed()
    assert report.active is not None
    assert (report.state, report.active.altered) == ("Trusted", False)
    assert not any(node.altered for node in provenance_graph(report).nodes)


def test_it_is_told_in_words_of_its_own() -> None:
    report = changed()
    assert report.active is not None
    (failure,) = report.active.results.failure
    assert status_words(failure) == f"What {URL} holds now is not what the signer recorded, so it is not used."


@pytest.mark.parametrize("name", ["cloud data that changed", "linked resource at ../sheet.css"])
def test_the_address_stands_in_each_form(name: str) -> None:
    report = LINES[name].verify()
    address = "../sheet.css" if name.startswith("linked") else URL
    own, exchange, tool = json.loads(json.dumps(json_report(report))), crjson(report), c2patool_json(report)
    assert address in [s["resource_url"] for m in own["manifests"] for s in m["results"]["failure"]]
    entries = [s for m in exchange["manifests"] for s in m["validationResults"]["failure"]]
    assert address in [s.get("resourceUrl") for s in entries]
    assert not any({"url", "resourceUrl"} <= s.keys() for s in entries)
    assert address in [s.get("url") for s in tool["validation_results"]["activeManifest"]["failure"]]
