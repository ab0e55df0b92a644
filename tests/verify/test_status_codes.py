"""Every status code that the verifier can give has a line in a table, so that no code is there which nobody has ever seen given."""

from __future__ import annotations

import re
from pathlib import Path

import credkit
from credkit.status import StatusCode
from tests.binding.tables import BOX_HASH_CASES
from tests.verify.tables import ALL

_SOURCES = [Path(credkit.__file__).parent / place for place in ("verify", "binding", "load.py")]

ELSEWHERE = {
    StatusCode.MANIFEST_INACCESSIBLE: "a store on the network is no verdict on a manifest: tests/test_load.py",
    StatusCode.MANIFEST_INACCESSIBLE_MALFORMED: "an unreadable store is no verdict on a manifest: tests/test_load.py",
}


def used() -> set[StatusCode]:
    """The members of ``StatusCode`` that stand in the verifier's code."""
    files = [file for place in _SOURCES for file in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
    names = {name for file in files for name in re.findall(r"StatusCode\.([A-Z0-9_]+)", file.read_text(encoding="utf-8"))}
    return {StatusCode[name] for name in names}


def given() -> set[str]:
    """The codes that lines of the tables demand."""
    codes = {code for line in ALL for code in line.failures | line.deltas | line.says}
    return codes | {code for line in BOX_HASH_CASES for code in line.codes}


def test_every_code_has_a_line() -> None:
    assert {code.value for code in used() - ELSEWHERE.keys()} - given() == set()


def test_the_exceptions_are_still_needed() -> None:
    assert ELSEWHERE.keys() <= used()
    assert not {code.value for code in ELSEWHERE} & given()


def test_every_code_of_the_lines_exists() -> None:
    assert given() <= {code.value for code in StatusCode}
