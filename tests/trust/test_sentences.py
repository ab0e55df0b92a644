"""What is said of spoilt certificates, responses and time-stamps is written down, so that no word, and nothing that is let through, changes
unnoticed.
"""

from __future__ import annotations

import pytest

from tests.trust.sentences import FILE, SUBJECTS, lines

WRITTEN = FILE.read_text("ascii").splitlines()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_is_said_is_what_is_written(subject: str) -> None:
    expected = [line for line in WRITTEN if line.startswith(f"{subject} | ")]
    assert list(lines(subject)) == expected, "if the new words are meant: python -m tests.trust.sentences > tests/trust/sentences.txt"


def test_nothing_else_is_written() -> None:
    assert {line.split(" | ")[0] for line in WRITTEN} == set(SUBJECTS)
