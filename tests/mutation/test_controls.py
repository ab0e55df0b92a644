"""Nothing is counted where a fault that changes nothing makes a test fail, and none of those passes for a fault."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.mutation.controls import changed_functions, control_of
from tests.mutation.plugin import Plugin

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="faults are tried in forked processes, bounded as Linux does it")

FUNCTION = """
def x_f__mutmut_orig(value=1):
    return value + 1
def x_f__mutmut_1(value=1):
    return value + 1
def x_f__mutmut_2(value=2):
    return value + 1
def x_f__mutmut_3(value=1):
    return value - 1
def x_f__mutmut_4(value=1):
    return value + 1
"""


def test_what_is_the_same_is_no_fault() -> None:
    names = [f"x_f__mutmut_{number}" for number in (1, 2, 3, 4)]
    assert list(changed_functions(FUNCTION, names)) == ["x_f__mutmut_2", "x_f__mutmut_3"]


def test_the_first_one_has_to_be_the_same() -> None:
    changed = FUNCTION.replace("x_f__mutmut_1(value=1)", "x_f__mutmut_1(value=3)")
    with pytest.raises(ValueError, match="should change nothing"):
        list(changed_functions(changed, ["x_f__mutmut_1"]))


class Room(Plugin):
    """Two tests that reach one function; ``failing`` are the faults under which the second fails."""

    def __init__(self, folder: Path, failing: set[str]) -> None:
        (folder / "credkit/verify").mkdir(parents=True)
        (folder / "credkit/verify/module.py").write_text(FUNCTION, "utf-8")
        function = "credkit.verify.module.x_f"
        rows = [(f"{function}__mutmut_{number}", function, control_of(function)) for number in (2, 3)]
        (folder / "plan.json").write_text(json.dumps(rows), "utf-8")
        super().__init__(folder / "plan.json", folder / "result.json", 1, 10)
        self.failing = failing
        self.awake = ""

    def _observe(self) -> None:
        self.took = {0: 0.0, 1: 0.0}

    def _tests(self, fault: str, function: str) -> list[int]:
        return [0, 1]

    def _wake(self, fault: str) -> None:
        self.awake = fault[-1]

    def _fails(self, test: int) -> bool:
        return test == 1 and self.awake in self.failing

    def told(self) -> dict[str, Any]:
        session: Any = SimpleNamespace(items=[])
        self.pytest_runtestloop(session)
        gc.unfreeze()
        return dict(json.loads(self.result.read_text("utf-8")))


def test_a_sound_room_is_counted(tmp_path: Path) -> None:
    told = Room(tmp_path, {"3"}).told()
    assert told["refused"] == []
    assert {fault[-1]: outcome for fault, outcome in told["outcomes"].items()} == {"2": "survived", "3": "killed"}


def test_nothing_is_counted_where_the_control_is_caught(tmp_path: Path) -> None:
    told = Room(tmp_path, {"1", "3"}).told()
    assert {fault[-1] for fault in told["refused"]} == {"1"}
    assert told["outcomes"] == {}
