"""A test counts for a fault when it runs through the statement that the fault is in, and not when it takes another way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.lines import Lines

SOUND = """
def x_f__mutmut_orig(value):
    if value < 0:
        return "below"
    try:
        found = sum(
            number
            for number in range(value)
        )
    except TypeError:
        return None
    return found
"""
CHANGES = {
    1: ("< 0", "<= 0"),
    2: ("below", "above"),
    3: ("range(value)", "range(1)"),
    4: ("TypeError", "OSError"),
    5: ("found\n", "value\n"),
}
BELOW, NUMBER, TEXT = -1, 3, 0.5


def changed(number: int) -> str:
    return SOUND.replace(*CHANGES[number]).replace("__mutmut_orig", f"__mutmut_{number}")


def watched(folder: Path) -> tuple[Lines, Callable[[Any], int]]:
    """The lines of the function above, and what a call with some value runs through."""
    path = folder / "module.py"
    path.write_text("".join((SOUND, *map(changed, CHANGES))), "utf-8")
    space: dict[str, Any] = {}
    exec(compile(path.read_text("utf-8"), str(path), "exec"), space)
    lines = Lines(folder, [(f"module.x_f__mutmut_{number}", "module.x_f") for number in CHANGES])

    def seen(value: Any) -> int:
        lines.seen.clear()
        lines.watch()
        space["x_f__mutmut_orig"](value)
        lines.rest()
        return lines.seen["module.x_f"]

    return lines, seen


@pytest.mark.parametrize(
    ("value", "faults"), [(BELOW, {1, 2}), (NUMBER, {1, 3, 5}), (TEXT, {1, 3, 4})], ids=["another way", "to the end", "into a refusal"]
)
def test_what_a_call_runs_through(tmp_path: Path, value: Any, faults: set[int]) -> None:
    lines, seen = watched(tmp_path)
    way = seen(value)
    assert {number for number in CHANGES if lines.reaches(f"module.x_f__mutmut_{number}", way)} == faults
