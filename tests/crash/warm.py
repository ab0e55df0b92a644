"""Run the command line in processes that have loaded everything already, each under strace from its first step to its end.

A process that starts from nothing spends most of its life reading modules, and strace makes that slow. So one process loads what a command
needs by running it once, and forks for each further run; the child waits until strace has hold of it. What it then does is all that the
command does: ``main`` and the end of the interpreter.

The rest of this file is what runs inside (``python -m tests.crash.warm``); ``Warm`` is the handle of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import re
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

__all__ = ["Call", "Done", "Warm"]

ROOT = Path(__file__).resolve().parents[2]
_IRRELEVANT = {"mmap", "munmap", "mprotect", "madvise", "mremap", "brk", "futex", "rt_sigaction", "rt_sigprocmask", "getrandom", "ioctl"}
"""They change nothing on the disk, and the number of some varies from run to run."""
_WAITS = ("poll(", "restart_syscall(")
"""How a child waits for strace: calls that no command makes, so that they do not change the numbers of others."""
_CALL = re.compile(r"^(\w+)\(")
_ALLOW_TRACING = (0x59616D61, ctypes.c_ulong(-1).value)
"""``prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY)``, for systems where only a parent may trace."""


@dataclass(frozen=True, slots=True)
class Call:
    """The ``number``-th invocation of a system call since the run began, as strace wrote it."""

    name: str
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A finished run; ``code`` is negative for a signal."""

    code: int
    out: str
    err: str
    trace: list[str] = field(repr=False)

    @property
    def calls(self) -> list[Call]:
        """The system calls that can matter, in their order."""
        counts: dict[str, int] = {}
        calls = []
        # The wait for strace may show or not, depending on who was first.
        waited = 1 + max((number for number, line in enumerate(self.trace) if line.startswith(_WAITS)), default=-1)
        for line in self.trace[waited:]:
            if found := _CALL.match(line):
                counts[found[1]] = counts.get(found[1], 0) + 1
                if found[1] not in _IRRELEVANT:
                    calls.append(Call(found[1], counts[found[1]], line))
        return calls


class Warm:
    """A loaded process; ``with Warm(room) as warm: warm.load(...); warm.run(...)``. ``room`` is a folder for its own files."""

    def __init__(self, room: Path) -> None:
        self._room = room
        room.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Warm:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "tests.crash.warm"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        if self._process.stdout:
            self._process.stdout.close()

    def load(self, line: list[str], folder: Path, environment: dict[str, str]) -> None:
        """Run a command line once inside the loaded process itself, in the working folder ``folder``."""
        self._say(what="load", line=line, folder=str(folder), environment=environment)
        assert self._heard()["loaded"] is not None

    def run(
        self, line: list[str], folder: Path, environment: dict[str, str], *, inject: str | None = None, largest: int | None = None
    ) -> Done:
        """Run a command line in a fork.

        ``inject`` is an injection of strace (``write:error=EIO:when=3``), without it every call is recorded; with ``largest``, the size in
        bytes beyond which no file may grow, nothing is traced.
        """
        out, err = self._room / "out", self._room / "err"
        self._say(what="run", line=line, folder=str(folder), environment=environment, out=str(out), err=str(err), largest=largest)
        child = int(self._heard()["child"])
        if largest is not None:
            code, trace = self._go(), []
        else:
            code, trace = self._traced(child, inject)
        return Done(code=code, out=out.read_text("utf-8", "replace"), err=err.read_text("utf-8", "replace"), trace=trace)

    def _traced(self, child: int, inject: str | None) -> tuple[int, list[str]]:
        log = self._room / "strace"
        choice = [f"inject={inject}", "-e", f"trace={inject.partition(':')[0]}"] if inject else ["trace=all"]
        command = ["strace", "-qq", "-y", "-s", "160", "-o", str(log), "-e", *choice, "-p", str(child)]
        tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            while not _is_traced(child) and tracer.poll() is None:
                time.sleep(0.001)
            code = self._go()
            _, complaint = tracer.communicate(timeout=60)
        finally:
            if tracer.poll() is None:
                tracer.kill()
                tracer.communicate()
        trace = log.read_text("utf-8", "replace").splitlines()
        if tracer.returncode and not trace:
            raise PermissionError(f"strace cannot trace: {complaint.strip()}")
        return code, trace

    def _go(self) -> int:
        self._say(what="go")
        return int(self._heard()["code"])

    def _say(self, **values: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(values) + "\n")
        self._process.stdin.flush()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise ChildProcessError("the loaded process has ended")
        return dict(json.loads(answer))


def _is_traced(process: int) -> bool:
    with contextlib.suppress(OSError):
        return "TracerPid:\t0\n" not in Path(f"/proc/{process}/status").read_text("ascii", "replace")
    return True


# What follows runs inside.


def _serve(orders: IO[str], answers: IO[str]) -> list[str] | None:
    """Do as told; the command line to run in a child, None in the loaded process when there is nothing more to do."""
    for order in orders:
        asked = json.loads(order)
        if asked["what"] == "load":
            print(json.dumps({"loaded": _loaded(asked)}), file=answers, flush=True)
            continue
        (wait, go), (heard, ready) = os.pipe(), os.pipe()
        child = os.fork()
        if not child:
            os.close(go)
            os.close(heard)
            _settle(asked, wait, ready)
            return list(asked["line"])
        os.close(wait)
        os.close(ready)
        os.read(heard, 1)
        os.close(heard)
        print(json.dumps({"child": child}), file=answers, flush=True)
        orders.readline()
        with contextlib.suppress(BrokenPipeError):
            os.write(go, b"g")
        os.close(go)
        print(json.dumps({"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}), file=answers, flush=True)
    return None


def _loaded(asked: dict[str, Any]) -> int:
    from credkit.cli import main

    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        code = main(asked["line"])
    os.chdir(ROOT)
    gc.freeze()
    return code


def _settle(asked: dict[str, Any], wait: int, ready: int) -> None:
    """Make the fork look like a process that somebody started, then wait for strace."""
    for name, number in ((os.devnull, 0), (asked["out"], 1), (asked["err"], 2)):
        descriptor = os.open(name, os.O_RDWR | (os.O_CREAT | os.O_TRUNC if number else 0), 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    if asked["largest"] is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["largest"], asked["largest"]))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(*_ALLOW_TRACING, 0, 0, 0)
    waiting = select.poll()
    waiting.register(wait, select.POLLIN)
    # The end of this pipe says that all of that is done; from here on only the wait is left.
    os.close(ready)
    waiting.poll()


def _inside() -> int:
    from credkit.sign.identity import protect

    # How often a passphrase is hashed changes nothing on the disk, and half a second a run is much.
    protect.ITERATIONS = 1_000
    line = _serve(os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w"))
    if line is None:
        return 0
    from credkit.cli import main

    return main(line)


if __name__ == "__main__":
    sys.exit(_inside())
