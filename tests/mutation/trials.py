"""One fault in a process of its own: which of its tests fail, and whether that is the fault's doing.

A verdict is worth something only when it is never "caught" for another reason. Each catch is therefore gone through again: the same tests
in the same order, in a process that is made in the same way, with a fault that changes nothing (the function's own source under another
name). If that is caught as well, the verdict is ``flaky``, and a run that holds one is not counted. A test that keeps a processor busy for
much longer than it did without the fault has found a loop without an end. One that only waits has found nothing: the machine may be busy.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

__all__ = ["CAUGHT", "Trials"]

CAUGHT = ("killed", "endless")
"""Verdicts that count: a test failed, or would not end."""
_SURVIVED, _KILLED = 0, 1
_MEMORY = 3 << 30
"""Bytes that a fault may take: a loop that gathers things would take those of others."""
_PATIENCE = 10
"""How many times what a test may take of a processor it may last."""


@dataclass
class _Running:
    begun: int
    """The end of a pipe into which the process writes an octet for each test that it begins."""
    then: Callable[[str, int], None]
    """Takes the verdict and how many tests were begun."""


class Trials:
    """Tries faults, up to ``jobs`` at a time. ``wake`` puts one fault in, ``fails`` runs one test and says whether it failed, ``seconds``
    are what the test may take of a processor.
    """

    def __init__(self, wake: Callable[[str], None], fails: Callable[[int], bool], seconds: Callable[[int], float], jobs: int = 1) -> None:
        self.outcomes: dict[str, str] = {}
        """What became of each fault: ``killed``, ``endless``, ``survived``, ``stalled`` or ``flaky``."""
        self.doubtful: dict[str, int] = {}
        """The test that fails without the fault as well, by flaky fault."""
        self._wake = wake
        self._fails = fails
        self._seconds = seconds
        self._jobs = jobs
        self._running: dict[int, _Running] = {}
        self._sound: set[tuple[str, tuple[int, ...]]] = set()

    def begin(self, fault: str, control: str, tests: Sequence[int]) -> None:
        """Try a fault as soon as a place is free; ``control`` is the one of its function that changes nothing."""
        while len(self._running) >= self._jobs:
            self._collect()
        self._start(fault, tests, partial(self._judged, fault, control, tuple(tests)))

    def finish(self) -> None:
        while self._running:
            self._collect()

    def _judged(self, fault: str, control: str, tests: tuple[int, ...], verdict: str, begun: int) -> None:
        self.outcomes[fault] = verdict
        way = (control, tests[:begun])
        if verdict in CAUGHT and way not in self._sound:
            self._start(control, way[1], partial(self._controlled, fault, way))

    def _controlled(self, fault: str, way: tuple[str, tuple[int, ...]], verdict: str, begun: int) -> None:
        if verdict == "survived":
            self._sound.add(way)
        elif verdict == "stalled":
            self.outcomes[fault] = verdict
        else:
            self.outcomes[fault] = "flaky"
            self.doubtful[fault] = way[1][begun - 1]

    def _start(self, fault: str, tests: Sequence[int], then: Callable[[str, int], None]) -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        child = os.fork()
        if child == 0:
            os.close(reading)
            self._try(fault, tests, writing)
        os.close(writing)
        self._running[child] = _Running(reading, then)

    def _try(self, fault: str, tests: Sequence[int], begun: int) -> None:
        """In the forked process: never comes back."""
        code = _KILLED
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            for end in (signal.SIGPROF, signal.SIGALRM):
                signal.signal(end, signal.SIG_DFL)
            _bound_memory()
            self._wake(fault)
            for test in tests:
                os.write(begun, b".")
                signal.setitimer(signal.ITIMER_PROF, self._seconds(test))
                signal.setitimer(signal.ITIMER_REAL, _PATIENCE * self._seconds(test))
                if self._fails(test):
                    break
            else:
                code = _SURVIVED
        except BaseException:
            os._exit(_KILLED)
        os._exit(code)

    def _collect(self) -> None:
        """Wait until one process has come to its end, and say what became of it."""
        child, status = os.waitpid(-1, 0)
        while child not in self._running:
            # One that a test left behind.
            child, status = os.waitpid(-1, 0)
        done = self._running.pop(child)
        begun = len(os.read(done.begun, 1 << 16))
        os.close(done.begun)
        done.then(_verdict(status), begun)


def _verdict(status: int) -> str:
    if os.WIFSIGNALED(status):
        return {signal.SIGPROF: "endless", signal.SIGALRM: "stalled"}.get(signal.Signals(os.WTERMSIG(status)), "killed")
    return "survived" if os.WEXITSTATUS(status) == _SURVIVED else "killed"


def _bound_memory() -> None:
    import resource

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most, hard = pages * resource.getpagesize() + _MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
