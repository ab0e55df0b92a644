"""The pytest plugin that runs in the copy: first all tests without a fault, noting which lines each runs through and how long it takes;
then one forked process for each fault, which runs the tests that run through its line until one fails. First come those that are called
like its module. Of the others that run through the same lines of its function the quickest comes first, then one that runs through others:
nearly all tests verify a file, and most of them alike.

A process that needs much longer than its tests did has been caught as well: the fault makes it run forever.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import signal
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation import trampoline

from tests.mutation.lines import Lines

__all__ = ["Plugin"]

_SURVIVED, _KILLED = 0, 1


@dataclass
class _Running:
    fault: str
    since: float
    allowed: float


class Plugin:
    """Takes over the loop that runs the tests. ``plan`` is a file with the faults, ``result`` the file for what became of each."""

    def __init__(self, plan: Path, result: Path, jobs: int, budget: float) -> None:
        self.faults: list[tuple[str, str]] = json.loads(plan.read_text("utf-8"))
        self.lines = Lines(plan.parent, self.faults)
        self.result = result
        self.jobs = jobs
        self.budget = budget
        """Seconds of processor time that the tests of one fault may take together; what does not fit is left out."""
        self.names: list[str] = []
        self.took: dict[int, float] = {}
        self.reached: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        """By function and by the lines of it that they run through: tests."""
        self.memories: list[Any] = []
        self.running: dict[int, _Running] = {}
        self.outcomes: dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._observe(session.items)
        self.memories = _memories()
        # What is there stays as it is, so that the processes share it with this one.
        gc.collect()
        gc.freeze()
        started = time.monotonic()
        for number, (fault, function) in enumerate(self.faults, 1):
            tests = self._tests(fault, function)
            if not tests:
                self.outcomes[fault] = "unreached"
            while len(self.running) >= self.jobs:
                self._collect(block=True)
            if tests:
                self._start(fault, session.items, tests)
            if number % 50 == 0:
                self._save()
                spent = time.monotonic() - started
                print(f"\r{number:,} of {len(self.faults):,} faults, {self._score()}, {spent:,.0f} s", end="", file=sys.stderr, flush=True)
        while self.running:
            self._collect(block=True)
        self._save()
        print(file=sys.stderr)
        return True

    def _observe(self, items: list[pytest.Item]) -> None:
        failed = []
        self.names = [item.nodeid for item in items]
        memories = _memories()
        for index, item in enumerate(items):
            self.lines.seen.clear()
            # A search takes long; modules that are imported on the way are found by the next one.
            memories = _memories() if index % 500 == 0 else memories
            for memory in memories:
                memory.cache_clear()
            start = time.process_time()
            self.lines.watch()
            reports = runtestprotocol(item, log=False, nextitem=items[index + 1] if index + 1 < len(items) else None)
            self.lines.rest()
            self.took[index] = time.process_time() - start
            if any(report.failed for report in reports):
                failed.append(item.nodeid)
                continue
            for function, seen in self.lines.seen.items():
                self.reached[function][seen].append(index)
        told = f"{len(items):,} tests reach {len(self.reached):,} functions; {len(failed)} fail without a fault: {failed[:5]}"
        print(told, file=sys.stderr)

    def _tests(self, fault: str, function: str) -> list[int]:
        alike = [
            sorted(tests, key=self.took.__getitem__) for seen, tests in self.reached[function].items() if self.lines.reaches(fault, seen)
        ]
        alike.sort(key=lambda tests: self.took[tests[0]])
        chosen, spent = [], 0.0
        reaching = [test for row in zip_longest(*alike) for test in row if test is not None]
        for index in sorted(reaching, key=lambda test: not self._is_near(fault, test)):
            spent += self.took[index]
            if spent > self.budget and chosen:
                break
            chosen.append(index)
        return chosen

    def _is_near(self, fault: str, test: int) -> bool:
        """Whether the test is called like the module, or a package below the room, that the fault is in."""
        return any(word.removesuffix("s") in self.names[test] for word in fault.split(".")[2:-1])

    def _start(self, fault: str, items: list[pytest.Item], tests: list[int]) -> None:
        expected = sum(self.took[index] for index in tests)
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            self._try(fault, items, tests)
        self.running[child] = _Running(fault, time.monotonic(), 10 + 10 * expected)

    def _try(self, fault: str, items: list[pytest.Item], tests: list[int]) -> None:
        """In the forked process: never comes back."""
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        code = _SURVIVED
        try:
            for memory in self.memories:
                memory.cache_clear()
            trampoline.set_mutant_under_test(fault)
            for index in tests:
                if any(report.failed for report in runtestprotocol(items[index], log=False, nextitem=None)):
                    code = _KILLED
                    break
        except BaseException:
            code = _KILLED
        os._exit(code)

    def _collect(self, *, block: bool) -> None:
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child in self.running:
                done = self.running.pop(child)
                survived = os.WIFEXITED(status) and os.WEXITSTATUS(status) == _SURVIVED
                self.outcomes[done.fault] = "survived" if survived else "killed"
                return
            now = time.monotonic()
            for process, run in self.running.items():
                if now - run.since > run.allowed:
                    os.kill(process, signal.SIGKILL)
            if not block:
                return
            time.sleep(0.002)

    def _score(self) -> str:
        caught = sum(outcome == "killed" for outcome in self.outcomes.values())
        return f"{caught:,} of {len(self.outcomes):,} caught ({caught / max(1, len(self.outcomes)):.1%})"

    def _save(self) -> None:
        self.result.write_text(json.dumps(self.outcomes, indent=0), "utf-8")


def _memories() -> list[Any]:
    """What functions of the project and of the tests remember; it was found without the fault, and is to be dropped. Keys and certificates
    that the forge made are kept, because they take long to make.
    """
    found = [thing for thing in gc.get_objects() if isinstance(thing, functools._lru_cache_wrapper)]
    modules = [getattr(thing, "__module__", None) or "" for thing in found]
    kept = ("tests.forge", "tests.verify.tables")
    ours = [name.startswith(("credkit.", "tests.")) and not name.startswith(kept) for name in modules]
    return [thing for thing, own in zip(found, ours, strict=True) if own]


def pytest_configure(config: pytest.Config) -> None:
    options: dict[str, Any] = json.loads(os.environ["CREDKIT_MUTATION"])
    folder = Path(options["folder"])
    config.pluginmanager.register(Plugin(folder / "plan.json", folder / "result.json", options["jobs"], options["budget"]))
