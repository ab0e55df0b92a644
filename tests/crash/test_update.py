"""A picture whose credentials are updated in place is the old one or a complete, valid one, whenever the process dies."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import credkit
from tests.crash.harness import run
from tests.crash.test_sign import KILLED, lay_out
from tests.forge import pki
from tests.forge.pictures import picture

PROGRAM = Path(__file__).with_name("updating.py")


def signed() -> bytes:
    out = io.BytesIO()
    statements = credkit.Statements(created="digitalCreation", creator=("My Studio",))
    credkit.sign_file(picture("jpg"), out, statements, signer=pki.signer(), mirrors=False)
    return out.getvalue()


def test_kill_around_every_call_that_touches_a_file(tmp_path: Path) -> None:
    target, before = lay_out(tmp_path), signed()
    command = [sys.executable, str(PROGRAM), str(tmp_path)]
    target.write_bytes(before)
    done = run(command, CREDKIT_KILL="count")
    assert done.returncode == 0, done.stdout + done.stderr
    assert b"My Studio" not in target.read_bytes()
    calls = int(done.stdout)
    assert calls >= 8
    outcomes = set()
    for number in range(1, calls + 1):
        target.write_bytes(before)
        done = run(command, CREDKIT_KILL=f"{number}-{'before' if number % 2 else 'after'}")
        assert done.returncode == KILLED, done.stdout + done.stderr
        whole = target.read_bytes() == before
        assert whole or len(credkit.verify_file(target).manifests) == 2, f"killed at call {number} of {calls}"
        assert credkit.verify_file(target).state == "Valid"
        outcomes.add(whole)
    assert outcomes == {False, True}
