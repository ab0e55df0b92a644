"""The account of the bytes in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from credkit.provenance.byte_account import account_lines, bytes_object, unbound_words
from credkit.provenance.graph import provenance_graph
from credkit.provenance.json_report import json_report
from credkit.provenance.verdict import verdict
from credkit.verify import Region, Report
from tests.forge.files import plain, signed, standard
from tests.forge.manifests import Signing
from tests.verify.case import judge, policy
from tests.verify.tables.content import both, left_out, with_xmp

SCHEMAS = Path(__file__).parents[2] / "schemas"


def loose() -> Report:
    return judge(signed(standard(signing=Signing(unprotected={"pad": b"hidden", "x": 1}))), policy=policy())


def uncovered(report: Report) -> tuple[str, ...]:
    return verdict(report, provenance_graph(report)).uncovered


def region(offset: int, size: int, what: str, place: str = "file") -> Region:
    return Region(place="store" if place == "store" else "file", offset=offset, size=size, kind="unbound", what=what)


def test_the_largest_are_named() -> None:
    found = [region(1, 1, "a"), region(1000, 2000, "b"), region(7, 30, "c", "store")]
    assert unbound_words(found[:1]) == "1 byte is covered by no signature and no hash (a, 1 byte at 1)"
    assert unbound_words(found) == (
        "2,031 bytes are covered by no signature and no hash (b, 2,000 bytes at 1,000; c, 30 bytes at 7 of the manifest store; and 1 more)"
    )


def test_a_person_reads_one_line() -> None:
    report = loose()
    (line,) = [text for text in uncovered(report) if "no hash" in text]
    assert line.startswith("9 bytes are covered by no signature and no hash (padding of the signature that is not empty, 6 bytes at ")


def test_what_the_binding_leaves_out_is_told_once() -> None:
    report = judge(left_out(both, "png", asset=with_xmp("png"))(), policy=policy())
    assert report.unbound
    assert [text for text in uncovered(report) if "XMP" in text] == [f"Not protected by the signature: {report.unprotected[0]}."]
    assert not [text for text in uncovered(report) if "no hash" in text]


def test_a_sound_file_has_no_such_line() -> None:
    assert not [text for text in uncovered(judge(signed(), policy=policy())) if "no hash" in text]


def test_json_follows_the_schemas() -> None:
    report = loose()
    found = json_report(report)
    Draft202012Validator(json.loads((SCHEMAS / "report.schema.json").read_text("utf-8"))).validate(found)
    assert found["unbound"] == [item for item in found["regions"] if item["kind"] == "unbound"]
    validator = Draft202012Validator(json.loads((SCHEMAS / "bytes.schema.json").read_text("utf-8")))
    for item in (report, judge(plain())):
        validator.validate(bytes_object(item))
    totals = bytes_object(report)["totals"]
    assert sum(totals["file"].values()) == report.size
    assert (totals["file"]["unbound"], sum(totals["store"].values())) == (9, 0)


def test_the_table() -> None:
    report = loose()
    lines = list(account_lines(report))
    assert lines[2] == f"file: {report.size:,} bytes"
    assert lines[3].split() == ["offset", "size", "kind", "what"]
    assert len(lines) == 4 + len(report.regions) + 2
    assert lines[-1].endswith(", 9 unbound")
    assert list(account_lines(judge(plain())))[-1] == "The file carries no Content Credentials."
