"""The pytest plugin that runs in the copy: first all tests without a fault, noting which lines each runs through and how long it takes;
then one forked process for each fault, which runs the tests that run through its line until one fails. First come those that are called
like its module. Of the others that run through the same lines of its function the quickest comes first, then one that runs through others:
nearly all tests verify a file, and most of them alike.

Before any fault is counted, some that change nothing are tried in the same way, in each room. When one of them is caught, none is counted.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import sys
import time
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

from tests.mutation.lines import Lines
from tests.mutation.trials import CAUGHT, Trials

__all__ = ["Plugin"]

_CONTROLS, _TURNS = 3, 2
"""Faults that change nothing: how many in each room, and how often each."""


class Plugin:
    """Takes over the loop that runs the tests. ``plan`` is a file with the faults, ``result`` the file for what became of each."""

    def __init__(self, plan: Path, result: Path, jobs: int, budget: float) -> None:
        rows: list[tuple[str, str, str]] = json.loads(plan.read_text("utf-8"))
        self.faults = [(fault, function) for fault, function, _ in rows]
        self.controls = {fault: control for fault, _, control in rows}
        self.lines = Lines(plan.parent, self.faults)
        self.result = result
        self.jobs = jobs
        self.budget = budget
        """Seconds of processor time that the tests of one fault may take together; what does not fit is left out."""
        self.items: list[pytest.Item] = []
        self.took: dict[int, float] = {}
        self.reached: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        """By function and by the lines of it that they run through: tests."""
        self.memories: list[Any] = []
        self.outcomes: dict[str, str] = {}
        self.refused: list[str] = []
        """Faults that change nothing and were caught all the same."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = session.items
        self._observe()
        self.memories = _memories()
        # What is there stays as it is, so that the processes share it with this one.
        gc.collect()
        gc.freeze()
        tests = {fault: self._tests(fault, function) for fault, function in self.faults}
        self.refused = self._controlled(tests)
        if not self.refused:
            self._judge(tests)
        self._save()
        return True

    def _trials(self) -> Trials:
        return Trials(self._wake, self._fails, lambda test: 5 + 10 * self.took[test], self.jobs)

    def _controlled(self, tests: dict[str, list[int]]) -> list[str]:
        """Controls that were caught: some of each room, each with the tests of one fault."""
        reached: dict[str, list[str]] = defaultdict(list)
        for fault in (fault for fault, those in tests.items() if those):
            reached[fault.split(".")[1]].append(fault)
        chosen = [fault for faults in reached.values() for fault in faults[:_CONTROLS]]
        caught = []
        for _ in range(_TURNS):
            trials = self._trials()
            for fault in chosen:
                trials.begin(self.controls[fault], self.controls[fault], tests[fault])
            trials.finish()
            caught += [control for control, outcome in trials.outcomes.items() if outcome != "survived"]
        print(f"{len(chosen)} faults that change nothing, {_TURNS} times: {len(caught)} caught", file=sys.stderr)
        return caught

    def _judge(self, tests: dict[str, list[int]]) -> None:
        started, trials = time.monotonic(), self._trials()
        self.outcomes = trials.outcomes
        for number, (fault, those) in enumerate(tests.items(), 1):
            if those:
                trials.begin(fault, self.controls[fault], those)
            else:
                self.outcomes[fault] = "unreached"
            if number % 25 == 0:
                self._save()
                spent = time.monotonic() - started
                print(f"\r{number:,} of {len(self.faults):,} faults, {self._score()}, {spent:,.0f} s", end="", file=sys.stderr, flush=True)
        trials.finish()
        print(file=sys.stderr)
        for fault, test in trials.doubtful.items():
            print(f"{fault}: without it {self.items[test].nodeid} fails as well", file=sys.stderr)

    def _observe(self) -> None:
        failed = []
        items = self.items
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
        chosen: list[int] = []
        spent = 0.0
        reaching = [test for row in zip_longest(*alike) for test in row if test is not None]
        for index in sorted(reaching, key=lambda test: not self._is_near(fault, test)):
            spent += self.took[index]
            if spent > self.budget and chosen:
                break
            chosen.append(index)
        return chosen

    def _is_near(self, fault: str, test: int) -> bool:
        """Whether the test is called like the module, or a package below the room, that the fault is in."""
        return any(word.removesuffix("s") in self.items[test].nodeid for word in fault.split(".")[2:-1])

    def _wake(self, fault: str) -> None:
        from mutmut.mutation import trampoline

        for memory in self.memories:
            memory.cache_clear()
        trampoline.set_mutant_under_test(fault)

    def _fails(self, test: int) -> bool:
        return any(report.failed for report in runtestprotocol(self.items[test], log=False, nextitem=None))

    def _score(self) -> str:
        caught = sum(outcome in CAUGHT for outcome in self.outcomes.values())
        return f"{caught:,} of {len(self.outcomes):,} caught ({caught / max(1, len(self.outcomes)):.1%})"

    def _save(self) -> None:
        self.result.write_text(json.dumps({"outcomes": self.outcomes, "refused": self.refused}, indent=0), "utf-8")


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
    # A verdict must hang neither on the lot nor on how busy the machine is.
    settings.register_profile("faults", derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    settings.load_profile("faults")
    config.pluginmanager.register(Plugin(folder / "plan.json", folder / "result.json", options["jobs"], options["budget"]))
