"""What a verification says is written down, so that no sentence, and no place that it is about, changes unnoticed."""

from __future__ import annotations

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
