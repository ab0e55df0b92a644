"""The catalogue in small: every file is made, read in bounded work, and four times the file is not sixteen times the work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from credkit import verify_file
from credkit.errors import CredkitError
from credkit.limits import DEFAULT_LIMITS, Limits
from tests.cost.__main__ import main
from tests.cost.catalogue import CATALOGUE, ROOMS
from tests.cost.hostile import Hostile
from tests.cost.measuring import apart

SMALL = 6_000
TIMES = 4
STEEPEST = 6
"""A little more than in proportion, since small files are over before the work has begun; a square would be 16."""
BOUNDED = frozenset({"pdf updates with sections to search"})
"""Names times sections, which a limit of its own holds down (``pdf_searches``)."""
SLACK = 25_000
"""Calls that any file may cost: signatures, a first look, a report."""


def calls(work: Callable[[], object]) -> int:
    """How many functions were called by it, in Python and in C."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        work()
    except CredkitError:
        pass
    finally:
        sys.setprofile(None)
    return count


def costs(entries: list[Hostile], folder: Any) -> dict[str, list[int]]:
    """Calls for a small and a larger file of each entry."""
    found: dict[str, list[int]] = {}
    for entry in entries:
        path = folder / f"hostile{entry.suffix}"
        reader = entry.reader or verify_file
        for size in (SMALL, TIMES * SMALL):
            path.write_bytes(entry.make(min(size, entry.most or size)))
            found.setdefault(entry.name, []).append(calls(lambda path=path, reader=reader: reader(path)))  # type: ignore[misc]
    return found


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__.rpartition(".")[2])
def test_work_grows_as_the_file_does(room: ModuleType, tmp_path: Any) -> None:
    entries = [entry for entry in CATALOGUE.values() if entry.make.__module__ == room.__name__]
    assert entries
    # In a process of its own with a watchdog: had one of them no end, the tests would have none.
    found = apart(lambda: costs(entries, tmp_path), 300)
    assert isinstance(found, dict), found
    assert found.keys() == {entry.name for entry in entries}
    steep = {name: counts for name, counts in found.items() if counts[1] > STEEPEST * counts[0] + SLACK and name not in BOUNDED}
    assert steep == {}


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "wave notes", "--size", "2000"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[3] for row in rows[1:-3]] == ["verify", "inspect", "tree", "terms", "sign", "check", "strip"]
    assert rows[-1] == "7 measured, 0 over the rule, 0 missed" or "over the rule" in rows[-1]


def test_a_file_without_an_end_is_ended() -> None:
    def endless() -> None:
        while True:
            pass

    # Of its processor time, or on a busy machine of its patience.
    assert apart(endless, 1) in ("it ended with -24", "it ended with -14")


@pytest.mark.parametrize(("size", "each", "allowed"), [(0, 200, 20_000), (10_000, 200, 20_050), (10**9, 200, 100_000), (10_000, 1, 30_000)])
def test_parts_of_a_file(size: int, each: int, allowed: int) -> None:
    assert DEFAULT_LIMITS.allowed_parts(100_000, size, each=each) == allowed
    assert Limits(small_parts=5).allowed_parts(3, size, each=each) == 3
