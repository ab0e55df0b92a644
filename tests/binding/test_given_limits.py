"""What a binding reads is measured with the limits of its target, and never with those that hold when none are given."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from credkit.binding import BINDINGS, BindingOutcome, BindingTarget
from tests.binding.bmff_tables import BMFF_HASH_CASES, bmff_target
from tests.binding.outcomes import OUTCOMES, lines, written
from tests.forge.untouchable import untouchable_defaults

BMFF = "c2pa.hash.bmff.v3"
CHECKS = {
    "boxes": ("box_tables", "check_box_hash"),
    "data": ("data_tables", "check_data_hash"),
    "parts": ("part_tables", "check_multi_asset"),
    "segments": ("segment_tables", "check_segment_hash"),
    "collection": ("collection_tables", "check_collection_hash"),
}
WRITTEN = written()


def without_defaults(check: Callable[..., BindingOutcome]) -> Callable[..., BindingOutcome]:
    def run(value: Any, uri: str, target: BindingTarget, *more: Any) -> BindingOutcome:
        given = replace(target, limits=replace(target.limits))
        with untouchable_defaults() as touched:
            outcome = check(value, uri, given, *more)
        assert touched == []
        return outcome

    return run


@pytest.mark.parametrize("table", CHECKS)
def test_a_binding_asks_for_no_others(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name = CHECKS[table]
    tables = sys.modules[f"tests.binding.{module}"]
    monkeypatch.setattr(tables, name, without_defaults(getattr(tables, name)))
    for case in [case for case in OUTCOMES if case.startswith(f"{table}: ")]:
        found = list(lines(case))
        assert found == WRITTEN[found[0]]


def test_a_bmff_hash_asks_for_no_others() -> None:
    cases = [(line, line.make()) for line in BMFF_HASH_CASES]
    targets = [(made.value, bmff_target(made, line.limits)) for line, made in cases]
    usual = [BINDINGS[BMFF](value, f"self#jumbf=c2pa.assertions/{BMFF}", target) for value, target in targets]
    check = without_defaults(BINDINGS[BMFF])
    assert [check(value, f"self#jumbf=c2pa.assertions/{BMFF}", target) for value, target in targets] == usual
