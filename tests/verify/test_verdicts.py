"""What a report holds is written down, so that nothing in it changes unnoticed: see ``verdicts`` for what, and for how to write it anew."""

from __future__ import annotations

import pytest

from tests.verify.tables import TABLES
from tests.verify.verdicts import blocks, name_of, read

WRITTEN = read()
CASES = {name_of(table, case): case for table, cases in TABLES.items() for case in cases}


@pytest.mark.parametrize("name", CASES)
def test_the_report_holds_what_is_written(name: str) -> None:
    assert blocks(CASES[name]) == WRITTEN[name], "if the difference is meant: python -m tests.verify.verdicts > tests/verify/verdicts.txt"


def test_every_case_is_written_once() -> None:
    assert set(WRITTEN) == set(CASES)
