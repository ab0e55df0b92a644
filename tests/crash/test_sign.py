"""A picture that is signed in place is the old one or a complete, valid one, whenever the process dies."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import credkit
from tests.crash.harness import run
from tests.forge import pki
from tests.forge.pictures import picture

PROGRAM = Path(__file__).with_name("signing.py")
KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else 137


def lay_out(folder: Path) -> Path:
    chain = pki.default_pki()
    (folder / "chain.pem").write_bytes(chain.chain_pem)
    (folder / "key.pem").write_bytes(chain.key_pem)
    (folder / "key.pem").chmod(0o600)
    target = folder / "picture.jpg"
    target.write_bytes(picture("jpg"))
    return target


def test_kill_around_every_call_that_touches_a_file(tmp_path: Path) -> None:
    target = lay_out(tmp_path)
    command = [sys.executable, str(PROGRAM), str(tmp_path)]
    done = run(command, CREDKIT_KILL="count")
    assert done.returncode == 0, done.stdout + done.stderr
    assert credkit.verify_file(target).state == "Valid"
    calls = int(done.stdout)
    assert calls >= 8
    outcomes = set()
    for number in range(1, calls + 1):
        target.write_bytes(picture("jpg"))
        done = run(command, CREDKIT_KILL=f"{number}-{'before' if number % 2 else 'after'}")
        assert done.returncode == KILLED, done.stdout + done.stderr
        whole = target.read_bytes() == picture("jpg")
        assert whole or credkit.verify_file(target).state == "Valid", f"killed at call {number} of {calls}"
        outcomes.add(whole)
    assert outcomes == {False, True}
