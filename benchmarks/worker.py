"""One measured process: a contender, a task, files, and how often. Reads its job from the command line, prints what it found as JSON.

Memory is the peak of resident memory less what was resident when the library had been imported, before it touched a file; five tasks on a
small file go before the measured ones, so that what is loaded late is not counted as time.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.contenders import CONTENDERS, Contender

__all__ = ["main", "resident"]

_WARM_UPS = 5


def resident(field: str) -> int:
    """Bytes of resident memory: ``VmRSS`` now or ``VmHWM`` at the peak; 0 where the system does not tell.

    The peak of ``getrusage`` would not do: a process inherits it from the one that started it.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
    return 0


class _Synced:
    """Adds up the time that the process waits for the disk to confirm."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._fsync = os.fsync
        os.fsync = self  # type: ignore[assignment]

    def __call__(self, descriptor: int) -> None:
        start = time.perf_counter()
        self._fsync(descriptor)
        self.seconds += time.perf_counter() - start


def _task(contender: Contender, job: dict, paths: list[str]) -> dict:  # type: ignore[type-arg]
    """What was found of all files; of the first that is not like the one before it, when they differ."""
    facts: dict[str, object] = {}
    for path in map(Path, paths):
        if job["work"] == "verify":
            found = contender.verify(path, job["manifests"])
            if facts and found != facts:
                return found | {"unlike the others": path.name}
            facts = found
        else:
            contender.sign(path, Path(job["output"]))
    return facts


def main(job: dict) -> dict:  # type: ignore[type-arg]
    """Do the job; times are seconds without ``fsync``, which is told apart."""
    contender: Contender = CONTENDERS[job["contender"]](Path(job["folder"]))
    before = resident("VmRSS")
    # A first task writes constructors and fills caches, of the library and of the interpreter.
    for _ in range(_WARM_UPS):
        _task(contender, job, [job["warm_up"]])
    synced, times, waits, facts = _Synced(), [], [], {}
    for _ in range(job["repeats"]):
        synced.seconds, start = 0.0, time.perf_counter()
        facts = _task(contender, job, job["paths"])
        times.append(time.perf_counter() - start - synced.seconds)
        waits.append(synced.seconds)
    return {
        "seconds": statistics.median(times),
        "fsync": statistics.median(waits),
        "memory": max(0, resident("VmHWM") - before),
        "facts": facts,
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
