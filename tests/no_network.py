"""Run Python in a process of its own that ends at once when anything touches the network.

``run_offline(code, *arguments)`` is for tests of every path that must stay offline. The hook sees whatever goes through Python's ``socket``
module; compiled libraries with sockets of their own are caught only by ``traced=True``, which looks at system calls (Linux with strace).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

__all__ = ["TOUCHED", "run_offline"]

ROOT = Path(__file__).resolve().parents[1]
TOUCHED = 97
"""Exit status of a process that reached for the network."""

_HOOK = f"""
import os, sys
def _watch(event, arguments):
    if event.startswith(("socket.", "http.client.", "urllib.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "nntplib.", "telnetlib.")):
        os.write(2, f"network: {{event}} {{arguments!r:.200}}\\n".encode())
        os._exit({TOUCHED})
sys.addaudithook(_watch)
"""


def run_offline(code: str, *arguments: str | os.PathLike[str], traced: bool = False) -> subprocess.CompletedProcess[str]:
    """Run ``code`` (``sys.argv[1:]`` are the arguments) and fail the test when it touched the network or did not end well.

    ``traced=True`` also counts the system calls for the network; the test is skipped where they cannot be traced.
    """
    command = [sys.executable, "-c", _HOOK + code, *map(os.fspath, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if not traced:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
        return _offline(done)
    if not shutil.which("strace") or subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode:
        pytest.skip("system calls cannot be traced on this machine")
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as log:
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", log.name, "-e", "trace=%network", *command],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env=environment,
        )
        calls = [line for line in log if "(AF_UNIX" not in line and "socket" in line]
    assert not calls, calls[:5]
    return _offline(done)


def _offline(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    assert done.returncode != TOUCHED, done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    return done
