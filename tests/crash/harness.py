"""Run a program under strace and strike it at a chosen system call: kill it, or make the call fail.

``window`` records which system calls a program makes between its two marks; ``strike`` runs it again with one of them hit.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("writing.py")
# Memory and thread calls change nothing on the disk, and their number varies from run to run.
_IRRELEVANT = {"mmap", "munmap", "mprotect", "madvise", "mremap", "brk", "futex", "rt_sigaction", "rt_sigprocmask", "getrandom", "ioctl"}
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\(")


@dataclass(frozen=True, slots=True)
class Call:
    """The ``number``-th invocation of a system call in the life of the process, and what it was called with."""

    name: str
    number: int
    text: str


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", **extra}


def run(command: list[str], **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment(**extra), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def program(scenario: str, folder: Path) -> list[str]:
    return [sys.executable, str(PROGRAM), scenario, str(folder)]


def needs_strace() -> None:
    """Skip where system calls cannot be traced."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed, so a process cannot be killed at a chosen system call")
    if subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not permit tracing processes")


def window(command: list[str]) -> list[Call]:
    """The system calls between the program's marks, from one undisturbed run."""
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as log:
        done = run(["strace", "-qq", "-s", "120", "-o", log.name, *command])
        assert done.returncode == 0, done.stdout + done.stderr
        lines = log.readlines()
    counts: Counter[str] = Counter()
    calls: list[Call] = []
    inside = False
    for line in lines:
        if not (found := _CALL.match(line)):
            continue
        counts[found[1]] += 1
        if "credkit-mark-begin" in line:
            inside = True
        elif "credkit-mark-end" in line:
            break
        elif inside and found[1] not in _IRRELEVANT:
            calls.append(Call(found[1], counts[found[1]], line.strip()))
    return calls


def strike(command: list[str], call: Call, effect: str) -> subprocess.CompletedProcess[str]:
    """Run the program with ``effect`` (``signal=SIGKILL``, ``error=ENOSPC``) at that call."""
    injection = f"inject={call.name}:{effect}:when={call.number}"
    return run(["strace", "-qq", "-o", os.devnull, "-e", f"trace={call.name}", "-e", injection, *command])
