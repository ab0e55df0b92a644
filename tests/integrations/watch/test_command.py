"""``credkit watch`` as people run it: processes that are interrupted, killed and started again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from credkit import verify_file
from tests.cli.shell import PASSPHRASE, Shell
from tests.forge import peer
from tests.forge.pictures import picture

PATIENCE = 30.0
QUICK = ("--interval", "0.05")


@pytest.fixture(scope="module")
def _studio(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    base = tmp_path_factory.mktemp("watching")
    (base / "work").mkdir()
    shell = Shell(base / "work", base / "configuration")
    shell.ok("identity", "new", "Test Studio")
    return shell


@pytest.fixture
def shell(_studio: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A folder of its own with an empty memory; the identity is shared."""
    work = tmp_path / "work"
    (work / "in").mkdir(parents=True)
    found = Shell(work, _studio.configuration)
    plain = found.environment
    monkeypatch.setattr(found, "environment", lambda **extra: plain(XDG_DATA_HOME=str(tmp_path / "data"), **extra))
    return found


@contextmanager
def watching(shell: Shell, *line: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        shell.command("watch", *line, *QUICK, "--format", "jsonl"),
        cwd=shell.folder,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def next_event(process: subprocess.Popen[str]) -> dict[str, object]:
    assert process.stdout is not None
    end = threading.Timer(PATIENCE, process.kill)
    end.start()
    line = process.stdout.readline()
    end.cancel()
    assert line, process.communicate()
    found: dict[str, object] = json.loads(line)
    return found


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_watch_in_an_orderly_way(shell: Shell, number: signal.Signals) -> None:
    with watching(shell, "in", "--in-place", "--created", "digitalCreation") as process:
        shell.write("in/a.png", picture("png"))
        event = next_event(process)
        assert (event["event"], Path(str(event["file"])).name) == ("signed", "a.png")
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (0, "", "")
    assert verify_file(shell.folder / "in" / "a.png").state == "Valid"


def test_killed_at_any_time_and_started_again(shell: Shell) -> None:
    """Nothing is lost, nothing is signed twice, nothing is forgotten; whatever moment it was."""
    originals = {f"{number}.png": picture("png") for number in range(12)}
    for name, data in originals.items():
        shell.write(f"in/{name}", data)
    for _ in range(4):
        with watching(shell, "in", "--to", "out", "--created", "digitalCreation") as process:
            next_event(process)
            process.kill()
    done = shell.run("watch", "in", "--to", "out", "--created", "digitalCreation", "--once", *QUICK)
    assert (done.code, done.err) == (0, ""), done
    out = shell.folder / "out"
    assert {path.name for path in out.iterdir() if not path.name.startswith(".")} == set(originals)
    for name, data in originals.items():
        assert (shell.folder / "in" / name).read_bytes() == data
        report = verify_file(out / name)
        assert (report.state, len(report.manifests)) == ("Valid", 1)
    again = shell.ok("watch", "in", "--to", "out", "--created", "digitalCreation", "--once", *QUICK)
    assert again.out == ""


def test_killed_while_signing_in_place(shell: Shell) -> None:
    for number in range(8):
        shell.write(f"in/{number}.jpg", picture("jpg"))
    for _ in range(3):
        with watching(shell, "in", "--in-place", "--created", "digitalCreation") as process:
            next_event(process)
            process.kill()
    shell.ok("watch", "in", "--in-place", "--created", "digitalCreation", "--once", *QUICK)
    for number in range(8):
        report = verify_file(shell.folder / "in" / f"{number}.jpg")
        assert (report.state, len(report.manifests)) == ("Valid", 1)


def test_what_was_made_while_nobody_watched_is_signed(shell: Shell) -> None:
    line = ("in", "--in-place", "--new-only", "--created", "digitalCreation", "--state", "state.jsonl")
    with watching(shell, *line) as process:
        until((shell.folder / "state.jsonl").exists)
        time.sleep(0.5)  # The folder is listed right after that.
        shell.write("in/a.png", picture("png"))
        next_event(process)
    shell.write("in/b.png", picture("png"))
    with watching(shell, *line):
        until(lambda: verify_file(shell.folder / "in" / "b.png").state == "Valid")


def test_a_settings_file_and_what_is_printed_for_people(shell: Shell) -> None:
    shell.write("in/a.png", picture("png"))
    shell.write("in/half.jpg", picture("jpg")[:900])
    shell.write(
        "studio.toml", b'creator = "Test Studio"\ncreated = "digitalCreation"\nrights = "(c) 2026 Test Studio"\nidentity = "Test Studio"\n'
    )
    done = shell.run("watch", "in", "--in-place", "--once", "--settings", "studio.toml", *QUICK)
    assert (done.code, done.err) == (1, "")
    first, second = done.out.splitlines()
    assert first.endswith("a.png is signed")
    assert "half.jpg is not signed yet" in second
    raw = peer.read((shell.folder / "in" / "a.png").read_bytes(), "png")
    assert raw.state == "Valid"
    assert "Test Studio" in str(raw.raw)


def test_quiet_tells_failures_only(shell: Shell) -> None:
    shell.write("in/a.png", picture("png"))
    assert shell.ok("watch", "in", "--in-place", "--once", "--quiet", "--created", "digitalCreation", *QUICK).out == ""


def test_command_lines_that_are_refused(shell: Shell) -> None:
    shell.write("wrong.toml", b'creater = "Test Studio"\n')
    shell.write("secret.toml", b'passphrase = "x"\n')
    for code, line, sentence in (
        (2, ("watch", "in"), "--in-place replaces the originals"),
        (2, ("watch", "in", "--in-place", "--to", "out"), "not allowed with"),
        (2, ("watch",), "required"),
        (2, ("watch", "in", "--in-place", "--interval", "0"), "no time between"),
        (2, ("watch", "in", "--in-place", "--settle", "-1"), "no number between"),
        (3, ("watch", "missing", "--in-place"), "is no folder"),
        (1, ("watch", "in", "--to", "in"), "is watched itself"),
        (1, ("watch", "in", "--in-place", "--identity", "nobody"), "nobody"),
        (1, ("watch", "in", "--in-place", "--settings", "wrong.toml"), 'did you mean "creator"'),
        (1, ("watch", "in", "--in-place", "--settings", "secret.toml"), "CREDKIT_PASSPHRASE"),
        (1, ("watch", "in", "--in-place", "--settings", "none.toml"), "cannot be read"),
    ):
        assert sentence in shell.refused(code, *line), line


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files are those of POSIX")
def test_the_passphrase_from_a_file(shell: Shell) -> None:
    shell.write("in/a.png", picture("png"))
    line = ("watch", "in", "--in-place", "--once", "--created", "digitalCreation", *QUICK)
    kept = shell.write("passphrase", f"{PASSPHRASE}\n".encode(), mode=0o644)
    assert "chmod 600" in shell.refused(1, *line, CREDKIT_PASSPHRASE=None, CREDKIT_PASSPHRASE_FILE=str(kept))
    kept.chmod(0o600)
    done = shell.ok(*line, CREDKIT_PASSPHRASE=None, CREDKIT_PASSPHRASE_FILE=str(kept))
    assert "is signed" in done.out
    assert "cannot be read" in shell.refused(1, *line, CREDKIT_PASSPHRASE=None, CREDKIT_PASSPHRASE_FILE=str(kept.with_name("none")))
