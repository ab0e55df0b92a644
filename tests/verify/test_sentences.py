"""What a verification says is written down, so that no sentence, and no place that it is about, changes unnoticed."""

from __future__ import annotations

import re

import pytest

from tests.verify.case import Case
from tests.verify.sentences import FILE, lines
from tests.verify.tables import TABLES

WRITTEN = FILE.read_text("ascii").splitlines()
CASES = [pytest.param(table, case, id=f"{table}: {case.name}") for table, cases in TABLES.items() for case in cases]


@pytest.mark.parametrize(("table", "case"), CASES)
def test_the_case_says_what_is_written(table: str, case: Case) -> None:
    expected = [line for line in WRITTEN if line.startswith(f"{table}: {case.name} | ".encode("unicode_escape").decode("ascii"))]
    assert list(lines(table, case)) == expected, "if the new words are meant: python -m tests.verify.sentences > tests/verify/sentences.txt"


def test_nothing_is_written_of_cases_that_are_gone() -> None:
    known = {f"{table}: {case.name}".encode("unicode_escape").decode("ascii") for table, cases in TABLES.items() for case in cases}
    assert {line.split(" | ")[0] for line in WRITTEN} <= known


_BEGINNING = re.compile(r'[A-Z0-9#"]|[a-z0-9]+\.[a-z.]+(:| )')
"""A capital, a digit (or what stands for a number here), a quotation mark, or the name of an action or assertion."""
_PLURALS = "bytes|parts|entries|certificates|boxes|items|files|keys|generations"
_NO_WORDS = re.compile(rf"\b(None|True|False)\b|\bb['\"]|\[|\{{|<class|\b1 ({_PLURALS})\b|\.\.$")
"""What a program says, but nobody else; and the plural of one."""


def test_every_explanation_is_a_sentence() -> None:
    told = sorted({line.split(" | ", 3)[3] for line in WRITTEN})
    assert [words for words in told if not _BEGINNING.match(words) or not words.endswith(".") or _NO_WORDS.search(words)] == []
