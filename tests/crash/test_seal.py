"""Whenever the process dies, the picture is the old one, or a sealed one whose openings and text file are on the disk."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

import pytest

import credkit
from tests.crash.harness import run
from tests.forge import pki
from tests.forge.generated import PROMPT, a1111_text, sample
from tests.sealing.leaks import leaks

PROGRAM = Path(__file__).with_name("sealing.py")
KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else 137
ORIGINAL = sample("a1111", "png").data


def lay_out(folder: Path) -> Path:
    chain = pki.default_pki()
    (folder / "chain.pem").write_bytes(chain.chain_pem)
    (folder / "key.pem").unlink(missing_ok=True)
    (folder / "key.pem").write_bytes(chain.key_pem)
    (folder / "key.pem").chmod(0o600)
    shutil.rmtree(folder / "data", ignore_errors=True)
    (folder / "picture.txt").write_text(a1111_text())
    target = folder / "picture.png"
    target.write_bytes(ORIGINAL)
    return target


def test_kill_around_every_call_that_touches_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    target = lay_out(tmp_path)
    command = [sys.executable, str(PROGRAM), str(tmp_path)]
    done = run(command, CREDKIT_KILL="count")
    assert done.returncode == 0, done.stdout + done.stderr
    assert credkit.reveal(target)[0].value == PROMPT
    calls = int(done.stdout)
    assert calls >= 16
    outcomes = set()
    for number in range(1, calls + 1):
        lay_out(tmp_path)
        done = run(command, CREDKIT_KILL=f"{number}-{'before' if number % 2 else 'after'}")
        assert done.returncode == KILLED, done.stdout + done.stderr
        old = target.read_bytes() == ORIGINAL
        outcomes.add(old)
        texts = [*tmp_path.glob("picture.txt"), *tmp_path.glob("data/credkit/openings/*.txt")]
        assert any(text.read_text() == a1111_text() for text in texts), f"killed at call {number} of {calls}: the text is lost"
        if not old:
            assert credkit.reveal(target)[0].value == PROMPT, f"killed at call {number} of {calls}"
            assert leaks(target.read_bytes(), PROMPT) == []
    assert outcomes == {False, True}
