"""The same bytes, trust and time give the same output, wherever it is asked for: a few surroundings of ``python -m tests.determinism``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.determinism.running import LOCALES, ZONES, Surrounding, compared, run, surroundings

SEED = 20261123


def test_every_byte_is_the_same(tmp_path: Path) -> None:
    found = run(3, SEED, tmp_path)
    assert found.different == []
    assert found.runs == 3
    assert found.commands > 100
    assert found.bytes > 500_000


def test_surroundings_differ_in_everything() -> None:
    made = list(surroundings(9, SEED))
    assert {(item.locale, item.zone) for item in made} == {(locale, zone) for locale in LOCALES for zone in ZONES}
    assert len({item.hash_seed for item in made}) == 9
    assert len({item.mask for item in made}) > 1
    assert list(surroundings(9, SEED)) == made


@pytest.mark.parametrize(("one", "two", "at"), [(b"abc", b"abd", 2), (b"abc", b"ab", 2), (b"", b"x", 0)])
def test_a_difference_is_seen(one: bytes, two: bytes, at: int) -> None:
    (line,) = compared(Surrounding(0, "C", "UTC", 1, 0o022), [["verify", "x"]], [one], [two])
    assert f"verify x: from byte {at}:" in line
