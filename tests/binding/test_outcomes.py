"""What the bindings say of every case is written down, with all places, so that nothing of it changes unnoticed."""

from __future__ import annotations

import pytest

from tests.binding.outcomes import OUTCOMES, lines, written
from tests.binding.segment_tables import SEGMENT_FAULTS

WRITTEN = written()


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_outcome_is_what_is_written(name: str) -> None:
    found = list(lines(name))
    assert found == WRITTEN.get(found[0]), "if the change is meant: python -m tests.binding.outcomes > tests/binding/outcomes.txt"


def test_nothing_is_written_of_cases_that_are_gone() -> None:
    assert len(WRITTEN) == len(OUTCOMES)


@pytest.mark.parametrize("name", SEGMENT_FAULTS)
def test_what_is_said_of_a_single_checkpoint(name: str) -> None:
    make, words = SEGMENT_FAULTS[name]
    assert make().startswith(words) if words else make() == ""
