"""One verb on one file in a process of its own: how long it takes, and how much memory beyond that of the interpreter.

The process is a copy of this one, in which everything is imported; it does the same to a very small file first, so that what is loaded
late counts for the interpreter. Time is that of the processor, so that other programs on the machine do not count. A watchdog ends it.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.worker import resident
from credkit import sign_file, strip_file, verify_file
from credkit.api.lifted import Lift
from credkit.api.reading import read_terms
from credkit.api.statements import Statements
from credkit.assets import detect, open_source
from credkit.errors import CredkitError
from credkit.provenance import render
from tests.cost.hostile import Hostile
from tests.forge.pki import signer

__all__ = ["MEGABYTE", "Cost", "allowed_memory", "allowed_seconds", "apart", "measure", "written"]

MEGABYTE = 1_000_000
WORST = 2.0
"""Seconds that no file of up to ten megabytes may take."""
_MEMORY = 6 << 30
_PATIENCE = 10
"""How many times longer than it works a process may wait for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one verb cost."""

    verb: str
    size: int
    seconds: float
    memory: int
    """Bytes at the peak above what the interpreter takes."""
    store: int
    """Bytes of the manifest store that was in the file."""
    words: str
    """What came of it."""

    @property
    def usual(self) -> bool:
        """Whether it keeps to 50 ms and 10 ms for each megabyte."""
        return self.seconds <= allowed_seconds(self.size)

    @property
    def met(self) -> bool:
        """Whether it keeps to what no file may exceed."""
        return self.seconds <= WORST and self.memory <= allowed_memory(self.store)


def allowed_seconds(size: int) -> float:
    """What a file of so many bytes takes as a rule, at most."""
    return 0.05 + 0.01 * size / MEGABYTE


def allowed_memory(store: int) -> int:
    """Bytes beside the interpreter, for a manifest store of that size."""
    return (96 << 20) + 2 * store


def written(entry: Hostile, size: int, folder: Path) -> Path:
    """The file, made in a process of its own, whose memory goes with it."""
    path = folder / f"hostile-{size}{entry.suffix}"
    apart(lambda: path.write_bytes(entry.make(min(size, entry.most or size))), 300)
    return path


def measure(entry: Hostile, verb: str, path: Path, small: Path, *, seconds: int) -> Cost:
    """Do ``verb`` to the file; ``small`` is one of the same shape, for a start."""
    output = path.with_name(f"signed{entry.suffix}")
    taken = path if verb not in ("check", "strip") or not output.exists() else output
    size = taken.stat().st_size
    found = apart(lambda: _run(entry, verb, taken, small, output), seconds)
    if not isinstance(found, dict):
        return Cost(verb=verb, size=size, seconds=float(seconds), memory=0, store=0, words=f"ended by the watchdog: {found}")
    return Cost(verb=verb, size=size, **found)


def _run(entry: Hostile, verb: str, path: Path, small: Path, output: Path) -> dict[str, object]:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    todo = entry.reader or _VERBS[verb]
    spare = output.with_name(f"spare{entry.suffix}")
    for warm in (small, small):
        _said(todo, warm, spare)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    before, start = resident("VmRSS"), time.process_time()
    words = _said(todo, path, output)
    seconds = time.process_time() - start
    memory = max(0, resident("VmHWM") - before)
    holder = output if verb == "sign" and output.exists() else path
    return {"seconds": seconds, "memory": memory, "store": _store_size(holder), "words": words}


def _said(todo: Callable[..., object], path: Path, output: Path) -> str:
    """What came of it, as a person would read it."""
    try:
        return str((todo(path, output) if todo in _VERBS.values() else todo(path)) or "done")
    except CredkitError as error:
        return f"{error}"[:200]


def _store_size(path: Path) -> int:
    with open_source(path) as source, suppress(CredkitError):
        found = detect(source)
        layout = found.scan(source) if found else None
        return sum(store.size for store in layout.stores) if layout else 0
    return 0


def _verified(path: Path, _: Path) -> str:
    report = verify_file(path)
    return f"{report.state}: {report.problem}" if report.problem else report.state


def _inspected(path: Path, _: Path) -> str:
    with redirect_stdout(io.StringIO()):
        report = verify_file(path)
        # The page holds the report in JSON, too.
        render(report, "html")
    return report.state


def _told(path: Path, _: Path) -> str:
    with redirect_stdout(io.StringIO()):
        render(verify_file(path), "tree")
    return "told"


def _terms(path: Path, _: Path) -> str:
    read_terms(path)
    return "read"


def _signed(path: Path, output: Path) -> str:
    result = sign_file(path, output, Statements(created="digitalCapture"), signer=signer(), lift=Lift(keep_raw=True))
    return f"signed, {len(result.remarks)} remarks" if hasattr(result, "remarks") else "signed"


def _stripped(path: Path, output: Path) -> str:
    return f"{strip_file(path, output.with_name('stripped'))} taken out"


_VERBS: dict[str, Callable[[Path, Path], object]] = {
    "verify": _verified,
    "inspect": _inspected,
    "tree": _told,
    "terms": _terms,
    "sign": _signed,
    "check": _verified,
    "strip": _stripped,
}


def apart(work: Callable[[], object], seconds: int) -> object:
    """What ``work`` gives, done in a copy of this process; a text when it came to no end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            signal.alarm(_PATIENCE * seconds)
            answer = json.dumps(work()).encode()
            status = 0
        except BaseException:
            answer = json.dumps(traceback.format_exc()[-600:]).encode()
        with suppress(OSError):
            os.write(writing, answer[:60_000])
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(answer) if answer else f"it ended with {os.waitstatus_to_exitcode(status)}"
