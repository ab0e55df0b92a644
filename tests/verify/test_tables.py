"""Every line of every verdict table: exactly these failures, this state, and nothing raised."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.verify.case import Case, delta_failures, failures, informs
from tests.verify.tables import TABLES

LINES = [pytest.param(case, id=f"{table}: {case.name}") for table, cases in TABLES.items() for case in cases]


@pytest.mark.parametrize("line", LINES)
def test_verdict(line: Case) -> None:
    report = line.verify()
    assert report.active is not None, report.problem
    assert failures(report) == line.failures
    assert delta_failures(report) == line.deltas
    assert report.state == line.state
    said = {s.code for m in report.manifests for s in m.results}
    said |= {s.code for delta in report.ingredient_deltas for s in delta.validation_deltas}
    assert line.says <= said
    assert not line.lacks & said
    assert line.informs is None or informs(report) == line.informs


def test_names_are_unique() -> None:
    for cases in TABLES.values():
        assert [name for name, count in Counter(case.name for case in cases).items() if count > 1] == []
