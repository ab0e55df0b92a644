"""The limits that a caller gives are the only ones that count: nothing of a file is measured with those that hold when none are given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forge.untouchable import untouchable_defaults
from tests.verify.case import Case, failures, judge
from tests.verify.tables import TABLES


# A third of each table: which one is the same for everybody.
@pytest.mark.parametrize("cases", [pytest.param(tuple(cases)[::3], id=table) for table, cases in TABLES.items()])
def test_a_verdict_asks_for_no_others(cases: tuple[Case, ...]) -> None:
    made = [(line, line.make(), line.policy(), line.fetcher() if line.fetcher else None, replace(line.limits)) for line in cases]
    with untouchable_defaults() as touched:
        for line, asset, policy, fetcher, limits in made:
            report = judge(asset, policy=policy, profile=line.profile, at=line.at, limits=limits, fetcher=fetcher)
            assert (line.name, failures(report), report.state) == (line.name, line.failures, line.state)
    assert touched == []
