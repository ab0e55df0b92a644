"""A fault counts as caught only when its tests fail or do not end because of it: never when they do so without one, or only wait."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from tests.mutation.trials import Trials

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="faults are tried in forked processes, bounded as Linux does it")

TESTS = (0, 1, 2)


def spin() -> None:
    while True:
        pass


def hoard() -> None:
    [bytes(1 << 30) for _ in range(8)]


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait() -> None:
    time.sleep(60)


ACTS = {"spin": spin, "hoard": hoard, "crash": crash, "wait": wait}


class Room:
    """A room whose last test does something under a fault, and something else under the control of it."""

    def __init__(self, faulty: str, sound: str, *, seconds: float = 0.2) -> None:
        self.does = {"fault": faulty, "control": sound}
        self.awake = ""
        self.seconds = seconds

    def wake(self, fault: str) -> None:
        self.awake = fault

    def fails(self, test: int) -> bool:
        doing = self.does[self.awake] if test == TESTS[-1] else "pass"
        if doing in ACTS:
            ACTS[doing]()
        return doing == "fail"

    def verdict(self, fault: str) -> str:
        trials = Trials(self.wake, self.fails, lambda _: self.seconds)
        trials.begin(fault, "control", TESTS)
        trials.finish()
        return trials.outcomes[fault]


@pytest.mark.parametrize(
    ("faulty", "verdict"),
    [("fail", "killed"), ("crash", "killed"), ("hoard", "killed"), ("spin", "endless"), ("pass", "survived")],
)
def test_what_a_fault_does(faulty: str, verdict: str) -> None:
    assert Room(faulty, "pass").verdict("fault") == verdict


@pytest.mark.parametrize("sound", ["fail", "crash", "spin"])
def test_what_happens_without_a_fault_as_well_is_not_its_doing(sound: str) -> None:
    room = Room("fail", sound)
    trials = Trials(room.wake, room.fails, lambda _: room.seconds)
    trials.begin("fault", "control", TESTS)
    trials.finish()
    assert (trials.outcomes, trials.doubtful) == ({"fault": "flaky"}, {"fault": TESTS[-1]})


def test_nothing_is_known_when_the_control_only_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mutation.trials._PATIENCE", 1.5)
    assert Room("fail", "wait").verdict("fault") == "stalled"


def test_what_only_waits_is_not_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mutation.trials._PATIENCE", 1.5)
    assert Room("wait", "pass").verdict("fault") == "stalled"


@pytest.mark.parametrize(("does", "verdict"), [("pass", "survived"), ("fail", "flaky")])
def test_a_fault_that_changes_nothing(does: str, verdict: str) -> None:
    assert Room("fail", does).verdict("control") == verdict


def test_faults_are_tried_side_by_side() -> None:
    room = Room("fail", "pass")
    trials = Trials(room.wake, room.fails, lambda _: room.seconds, jobs=3)
    for number in range(6):
        room.does[f"fault {number}"] = ("fail", "pass")[number % 2]
        trials.begin(f"fault {number}", "control", TESTS)
    trials.finish()
    assert sorted(trials.outcomes.items()) == [(f"fault {number}", ("killed", "survived")[number % 2]) for number in range(6)]
