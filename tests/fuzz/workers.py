"""Mutants in processes of their own, so that one that hangs, eats memory or kills its process is seen and the run goes on."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from tests.fuzz.held import Budget, Finding, Outcome, examine
from tests.fuzz.mutants import mutant
from tests.fuzz.seeds import seeds

__all__ = ["Done", "Run", "run"]

_ADDRESSES = 3 << 30
"""Bytes of address space of one worker."""
_HANGS = 30.0
"""Seconds without a finished mutant after which a worker is taken to hang."""
_BATCH = 50
_CREPT = 16
"""MB that a process may have kept from earlier mutants before it is begun anew."""
_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of prctl(2)."""


@dataclass(frozen=True)
class Done:
    """One examined mutant, in a form that travels between processes."""

    number: int
    kind: str
    seed: str
    family: str
    verdict: str
    milliseconds: float
    megabytes: float
    """The most memory that a process with nothing but the verifier would have held."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Run:
    """What is to be run."""

    seed: int
    count: int
    jobs: int
    budget: Budget = field(default_factory=Budget)
    megabytes: float = 96
    """Memory of the whole process, besides twice the store."""
    start: int = 0


def run(wanted: Run) -> Iterator[Done]:
    """Examine all mutants of a run; what happens is told as it comes, not in order of the numbers."""
    for seed in seeds():
        # Made before the processes part, so that all have the same bytes.
        _ = seed.made, seed.store
    own = _memory_of_the_verifier()
    context = multiprocessing.get_context("fork")
    workers = [_Worker(context, wanted, index, own) for index in range(wanted.jobs)]
    for worker in workers:
        worker.begin(wanted.start + worker.index)
    while busy := [worker for worker in workers if worker.process is not None]:
        wait([worker.pipe for worker in busy], timeout=1)
        for worker in busy:
            yield from worker.news()


class _Worker:
    """One process, begun anew behind the mutant that ended it."""

    def __init__(self, context: Any, wanted: Run, index: int, own: float) -> None:
        self.context, self.wanted, self.index, self.own = context, wanted, index, own
        self.current = context.Value("q", 0, lock=False)
        self.since = context.Value("d", 0.0, lock=False)
        self.process: Any = None
        self.pipe: Connection
        self.parent = os.getpid()

    def begin(self, number: int) -> None:
        self.process = None
        if number >= self.wanted.start + self.wanted.count:
            return
        self.pipe, end = self.context.Pipe(duplex=False)
        self.current.value, self.since.value = number, time.monotonic()
        self.process = self.context.Process(target=self.work, args=(number, end), daemon=True)
        self.process.start()
        end.close()

    def news(self) -> Iterator[Done]:
        """What the process has done since it was last asked; a dead or stuck one is replaced."""
        try:
            while self.pipe.poll():
                yield from self.pipe.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode
            if code:
                yield self.lost(Finding("hang", f"the process ended with {code}"))
            self.begin(self.current.value + self.wanted.jobs)
            return
        if time.monotonic() - self.since.value > _HANGS:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.join()
            yield self.lost(Finding("hang", f"nothing for {_HANGS:.0f} seconds"))
            self.begin(self.current.value + self.wanted.jobs)

    def lost(self, finding: Finding) -> Done:
        number = self.current.value
        made = mutant(self.wanted.seed, number)
        return Done(number, made.kind, made.seed.name, made.seed.family, "refused", _HANGS * 1_000, 0, (finding,))

    def work(self, number: int, end: Connection) -> None:
        """In the process: mutant after mutant, told in batches; it ends with the process that began it, whatever it is at."""
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
        base = _resident("VmRSS")
        told: list[Done] = []
        stop = self.wanted.start + self.wanted.count
        while number < stop and os.getppid() == self.parent:
            self.current.value, self.since.value = number, time.monotonic()
            told.append(self.one(number, base))
            if len(told) == _BATCH or told[-1].findings:
                end.send(told)
                told = []
            number += self.wanted.jobs
            if _resident("VmRSS") - base > _CREPT:
                # What one mutant made the process keep would count for all that follow.
                break
        end.send(told)
        end.close()

    def one(self, number: int, base: float) -> Done:
        made = mutant(self.wanted.seed, number)
        _forget_peak()
        try:
            outcome = examine(made, self.wanted.budget)
        except Exception:
            outcome = Outcome("refused", 0, (Finding("exception", f"the examination itself\n{traceback.format_exc(limit=-4)}"),))
        used = self.own + max(0.0, _resident("VmHWM") - base)
        findings = outcome.findings
        allowed = self.wanted.megabytes + 2 * len(made.seed.store or b"") / (1 << 20)
        if used > allowed:
            findings += (Finding("memory", f"{used:.0f} MB where {allowed:.0f} are allowed"),)
        return Done(number, made.kind, made.seed.name, made.seed.family, outcome.verdict, outcome.milliseconds, used, findings)


def _resident(name: str) -> float:
    """A line of the process's own status, in MB."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith(name))
    return int(line.split()[1]) / 1024


def _forget_peak() -> None:
    """Let the peak count from now on."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as door:
        door.write("5")


def _memory_of_the_verifier() -> float:
    """MB of a process that has verified and shown one file, without the forge and what it needs."""
    code = (
        "import sys; from credkit import verify_file, render\n"
        "report = verify_file(sys.stdin.buffer.read())\n"
        "[render(report, name) for name in ('json', 'tree', 'html')]\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmRSS')).split()[1])"
    )
    sound = next(seed for seed in seeds() if seed.name == "jpeg")
    done = subprocess.run([sys.executable, "-c", code], input=sound.data, capture_output=True, check=True)
    return int(done.stdout) / 1024
