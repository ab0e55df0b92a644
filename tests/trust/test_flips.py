"""A short run of ``python -m tests.trust.flips``."""

from __future__ import annotations

import pytest

from tests.trust.flips import examine, main, subjects

SEED = 20262


def test_no_turned_bit_is_accepted_with_another_meaning() -> None:
    tally = examine(1_000, SEED)
    assert tally.changed == [], f"seed {SEED}"
    assert sum(tally.accepted.values()) < 60


def test_what_is_turned_is_sound() -> None:
    """Else nothing would be accepted, and the run would prove nothing."""
    assert len(subjects()) == 14
    assert [subject.name for subject in subjects() if not subject.meaning(subject.data)] == []


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--n", "30", "--seed", "3"]) == 0
    assert "accepted with another meaning: 0" in capsys.readouterr().out
