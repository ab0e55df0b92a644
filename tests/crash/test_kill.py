"""Whatever kills a write, every file is as it was or the output is complete."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.crash.harness import needs_strace, program, run, strike, window
from tests.crash.writing import ORIGINAL, SCENARIOS, prepare

KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else 137


def laid_out(scenario: str, folder: Path) -> tuple[Path, bytes | None, bytes]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return prepare(scenario, folder)


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def assert_whole(target: Path, before: bytes | None, after: bytes, what: str) -> None:
    assert content(target) in (before, after), f"{what}: the target is neither old nor complete"
    if target.name != "source.jpg":
        assert (target.parent / "source.jpg").read_bytes() == ORIGINAL, f"{what}: the source was touched"
    others = {path.name for path in target.parent.iterdir()} - {"source.jpg", "output.jpg"}
    assert all(name.startswith(".credkit-") and name.endswith(".tmp") for name in others), f"{what}: {others}"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_kill_around_every_call_that_touches_a_file(scenario: str, tmp_path: Path) -> None:
    folder = tmp_path / "kill"
    target, before, after = laid_out(scenario, folder)
    done = run(program(scenario, folder), CREDKIT_KILL="count")
    assert done.returncode == 0, done.stdout + done.stderr
    assert content(target) == after
    calls = int(done.stdout)
    assert calls >= 8
    outcomes = set()
    for number in range(1, calls + 1):
        for side in ("before", "after"):
            target, before, after = laid_out(scenario, folder)
            done = run(program(scenario, folder), CREDKIT_KILL=f"{number}-{side}")
            assert done.returncode == KILLED, done.stdout + done.stderr
            assert_whole(target, before, after, f"{scenario} killed {side} call {number}")
            outcomes.add(content(target) == after)
    assert outcomes == {False, True}


@pytest.mark.parametrize("scenario", ["in-place", "exclusive", "sidecar"])
def test_kill_at_every_system_call(scenario: str, tmp_path: Path) -> None:
    needs_strace()
    folder = tmp_path / "kill"
    laid_out(scenario, folder)
    calls = window(program(scenario, folder))
    assert {"fsync", "openat", "write"} <= {call.name for call in calls}
    outcomes = set()
    for call in calls:
        target, before, after = laid_out(scenario, folder)
        done = strike(program(scenario, folder), call, "signal=SIGKILL")
        assert done.returncode == KILLED, f"{call.text}: {done.stdout}{done.stderr}"
        assert_whole(target, before, after, call.text)
        outcomes.add(content(target) == after)
    assert outcomes == {False, True}


@pytest.mark.parametrize("fault", ["ENOSPC", "EIO"])
def test_fault_at_every_system_call_that_writes(fault: str, tmp_path: Path) -> None:
    needs_strace()
    folder = tmp_path / "fault"
    laid_out("in-place", folder)
    calls = [call for call in window(program("in-place", folder)) if call.name in WRITING or "O_CREAT" in call.text]
    assert any(call.name.startswith("rename") for call in calls)
    refused = 0
    for call in calls:
        target, before, after = laid_out("in-place", folder)
        done = strike(program("in-place", folder), call, f"error={fault}")
        assert done.returncode in (0, 3), f"{call.text}: {done.stdout}{done.stderr}"
        assert content(target) == (after if done.returncode == 0 else before), call.text
        assert [path.name for path in folder.iterdir()] == ["source.jpg"], call.text
        refused += done.returncode == 3
    # Open, every write, the first fsync and the rename are reported; owner, mode and the folder's fsync are not worth failing for.
    assert refused >= 5


WRITING = {"write", "fsync", "rename", "renameat", "renameat2", "fchmod", "fchown"}


def test_a_later_run_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    folder = tmp_path / "kill"
    _, before, after = laid_out("in-place", folder)
    number = next(n for n in range(1, 40) if _leaves_temporary(folder, n))
    left = _temporaries(folder)
    target = folder / "source.jpg"
    assert target.read_bytes() == before, f"killed at call {number}"
    assert run(program("in-place", folder)).returncode == 0
    assert _temporaries(folder) == left, "a young temporary file may belong to a running process"
    long_ago = time.time() - 2 * 3600
    os.utime(left[0], (long_ago, long_ago))
    target.write_bytes(ORIGINAL)
    assert run(program("in-place", folder)).returncode == 0
    assert _temporaries(folder) == []
    assert target.read_bytes() == after


def _temporaries(folder: Path) -> list[Path]:
    return sorted(folder.glob(".credkit-*.tmp"))


def _leaves_temporary(folder: Path, number: int) -> bool:
    laid_out("in-place", folder)
    run(program("in-place", folder), CREDKIT_KILL=f"{number}-after")
    return bool(_temporaries(folder))
