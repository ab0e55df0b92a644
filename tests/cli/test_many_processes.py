"""Runs over many files that are interrupted, killed and started again, at a terminal and behind a pipe: real processes."""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.cli.test_many import AT, SECONDS
from tests.cli.test_terminal import ESCAPE, POSIX, Terminal, _heed_interrupts
from tests.crash.test_disk import mounted
from tests.forge import pki
from tests.forge.files import plain, signed

pytestmark = POSIX
LEFTOVER = re.compile(r"\.credkit-[0-9a-f]{16}\.tmp")
KEY = ("--key", "key.pem", "--certs", "chain.pem", "--created", "digitalCreation")


@pytest.fixture
def room(tmp_path: Path) -> Shell:
    """A folder with 300 small files, every third without credentials, some broken; keys to sign with."""
    work = tmp_path / "work"
    (work / "d" / "below").mkdir(parents=True)
    good, without = signed(), plain()
    for number in range(300):
        data = without if number % 3 == 0 else good[:-60] if number % 50 == 1 else good
        (work / "d" / ("below" if number % 2 else "") / f"{number:03}.jpg").write_bytes(b"" if number == 120 else data)
    chain = pki.default_pki()
    (work / "root.pem").write_bytes(pki.root_pem())
    (work / "chain.pem").write_bytes(chain.chain_pem)
    (work / "key.pem").write_bytes(chain.key_pem)
    (work / "key.pem").chmod(0o600)
    shell = Shell(work, tmp_path / "configuration")
    shell.keep_secret(chain.key_pem)
    return shell


def begin(shell: Shell, *line: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        shell.command(*line),
        cwd=shell.folder,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509
    )


def rest_of(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """What a process still prints, until its end."""
    assert process.stdout is not None
    assert process.stderr is not None
    out, err = process.stdout.read(), process.stderr.read()
    process.wait(60)
    for stream in (process.stdout, process.stderr):
        stream.close()
    return out, err


def wait_for(shell: Shell, pattern: str, count: int) -> None:
    end = time.monotonic() + 90
    while len(list(shell.folder.glob(pattern))) < count:
        assert time.monotonic() < end
        time.sleep(0.01)


def lines_of(process: subprocess.Popen[bytes], count: int) -> list[bytes]:
    """The first lines that a process prints."""
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(count)]


def group_is_gone(process: subprocess.Popen[bytes]) -> bool:
    """Whether every process of the run ended, within a while."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def leftovers(shell: Shell) -> list[Path]:
    return [path for path in shell.folder.rglob("*") if LEFTOVER.fullmatch(path.name)]


def test_two_processes_print_the_same_bytes_as_one(room: Shell) -> None:
    line = ("verify", "d", "missing.jpg", "--trust-list", "root.pem", *AT)
    one, two = (room.run(*line, "--format", "jsonl", "--jobs", jobs) for jobs in ("1", "2"))
    assert one == two
    assert one.code == 3
    reports = [json.loads(text) for text in one.out.splitlines()]
    assert len(reports) == 301
    names = [report["asset"]["name"] for report in reports]
    assert names[:-1] == sorted((name for name in names[:-1]), key=lambda name: (name.count("/"), name))
    assert {report["state"] for report in reports} == {"Trusted", "Invalid", "none", "error"}


def test_an_interrupt_shows_what_is_finished_and_leaves_nothing(room: Shell) -> None:
    for jobs in ("1", "2"):
        process = begin(room, "verify", "d", "--format", "jsonl", "--trust-list", "root.pem", "--jobs", jobs, "--resume", f"r{jobs}")
        first = lines_of(process, 3)
        os.killpg(process.pid, signal.SIGINT)
        out, err = rest_of(process)
        assert process.returncode == 130, (jobs, err)
        assert group_is_gone(process)
        lines = [*first, *out.splitlines(keepends=True)]
        assert all(json.loads(line) for line in lines)
        assert 3 <= len(lines) < 300
        told = f"credkit: interrupted; {len(lines)} files finished: the same command goes on from here"
        assert err.decode().splitlines()[-1] == told
        rest = room.run("verify", "d", "--format", "jsonl", "--trust-list", "root.pem", "--jobs", jobs, "--resume", f"r{jobs}")
        names = [json.loads(line)["asset"]["name"] for line in (*lines, *rest.out.encode().splitlines())]
        assert len(names) - len(set(names)) == names.count("d/120.jpg") - 1
        assert len(set(names)) == 300
        assert rest.code == 3


def test_interrupted_signing_loses_nothing_and_leaves_nothing(room: Shell) -> None:
    line = ("sign", "d", "-o", "out", *KEY, "--drop-history", "--jobs", "2", "--resume", "r")
    process = begin(room, *line)
    wait_for(room, "out/*.jpg", 5)
    os.killpg(process.pid, signal.SIGTERM)
    out, err = rest_of(process)
    assert process.returncode == 130, err
    assert group_is_gone(process)
    assert leftovers(room) == []
    assert b"Traceback" not in err
    shown = out.count(b"\nsigned ") + out.startswith(b"signed ")
    assert shown == len(list((room.folder / "out").rglob("*.jpg")))
    rest = room.run(*line)
    assert rest.code == 3
    assert f"finished by an earlier run  {shown:>3}" in rest.out
    assert len(list((room.folder / "out").rglob("*.jpg"))) == 300 - rest.out.count("\nunreadable ") - rest.out.count("\nrefused ")


@pytest.mark.parametrize("where", [("-o", "out"), ("--in-place",)])
def test_killed_at_several_moments_and_never_signed_twice(room: Shell, where: tuple[str, ...]) -> None:
    shutil.rmtree(room.folder / "d")
    (room.folder / "d").mkdir()
    for number in range(60):
        room.write(f"d/{number:02}.jpg", plain())
    line = ("sign", "d", *where, *KEY, "--jobs", "2", "--resume", "r")
    for after in (1, 4, 12):
        process = begin(room, *line)
        lines_of(process, after)
        os.kill(process.pid, signal.SIGKILL)
        rest_of(process)
        # Whoever still works for it notices, finishes the file at hand, and lets go of the list.
        assert group_is_gone(process)
        assert leftovers(room) == []
        with (room.folder / "r").open("ab") as file:
            file.write(b'{"file": "torn')
    room.ok(*line, "-q")
    folder = "out" if where[0] == "-o" else "d"
    done = room.run("verify", folder, "--trust-list", "root.pem", "--format", "jsonl")
    reports = [json.loads(text) for text in done.out.splitlines()]
    assert [report["state"] for report in reports] == ["Trusted"] * 60
    assert [len(report["manifests"]) for report in reports] == [1] * 60


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_the_wait_for_the_next_name(room: Shell, jobs: str) -> None:
    process = begin_with_input(room, "verify", "--files", "-", "--trust-list", "root.pem", "--jobs", jobs)
    assert process.stdin is not None
    process.stdin.write(b"d/002.jpg\nd/004.jpg\n")
    process.stdin.flush()
    assert [line.split()[-1] for line in lines_of(process, 2)] == [b"d/002.jpg", b"d/004.jpg"]
    process.send_signal(signal.SIGINT)
    out, err = rest_of(process)
    process.stdin.close()
    assert process.returncode == 130
    assert b"2 files: " in out
    assert err == b"credkit: interrupted; 2 files finished\n"


def begin_with_input(shell: Shell, *line: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        shell.command(*line),
        cwd=shell.folder,
        env=shell.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509
    )


def test_a_list_from_standard_input(room: Shell) -> None:
    names = b"\0".join(str(path.relative_to(room.folder)).encode() for path in sorted((room.folder / "d").glob("*.jpg")))
    done = room.run("verify", "--files", "-", "-0", "--jobs", "2", "--trust-list", "root.pem", stdin=names)
    assert done.code == 3
    assert done.out.count("d/") >= 150
    assert "\n150 files: " in done.out


def test_a_worker_that_is_killed_costs_its_file_alone(room: Shell) -> None:
    process = begin(room, "verify", "d", "--format", "jsonl", "--trust-list", "root.pem", "--jobs", "2")
    first = lines_of(process, 2)
    children = [int(number) for number in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert len(children) == 2
    os.kill(children[0], signal.SIGKILL)
    out, err = rest_of(process)
    reports = [json.loads(line) for line in (*first, *out.splitlines())]
    lost = [report["problem"] for report in reports if report["problem"] and "was ended by the signal SIGKILL" in report["problem"]]
    assert len(reports) == 300
    assert len(lost) <= 1
    assert all(problem.startswith('the process that worked on "d/') for problem in lost)
    assert process.returncode == 3
    assert b"Traceback" not in err
    assert group_is_gone(process)


def test_a_reader_that_goes_away_ends_all_processes(room: Shell) -> None:
    process = begin(room, "verify", "d", "--format", "jsonl", "--jobs", "2")
    lines_of(process, 1)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 141
    assert group_is_gone(process)
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


def test_no_key_and_no_passphrase_where_others_could_see_it(room: Shell) -> None:
    process = begin(room, "sign", "d", "-o", "out", *KEY, "--drop-history", "--jobs", "2")
    lines_of(process, 1)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    seen = b"".join(Path(f"/proc/{child}/{what}").read_bytes() for child in children for what in ("cmdline", "environ"))
    process.kill()
    rest_of(process)
    assert len(children) == 2
    assert b"--created" in seen
    assert not any(secret.encode() in seen for secret in room.secrets[1:])
    assert group_is_gone(process)


def test_a_bar_and_lines_above_it_at_a_terminal(room: Shell) -> None:
    terminal = Terminal(room, "verify", "d", "--trust-list", "root.pem", "--jobs", "2")
    assert terminal.finish() == 3
    text = ESCAPE.sub("", terminal.text)
    assert "verifying" in text
    assert re.search(r"\d+ of 300 files", text)
    assert len(re.findall(r"^(?:trusted|invalid|without credentials|unreadable) +d/", text.replace("\r", "\n"), re.MULTILINE)) >= 300
    assert SECONDS.search(text)
    quiet = Terminal(room, "verify", "d", "--trust-list", "root.pem", "--quiet")
    assert quiet.finish() == 3
    assert "of 300 files" not in quiet.text


def screen(text: str) -> str:
    """What a terminal shows in the end, were it as wide as its longest line."""
    rows, row, column = [""], 0, 0
    for found in re.finditer(r"\x1b\[([0-9;?]*)([a-zA-Z])|\r|\n|[^\x1b\r\n]+", text):
        piece, number, command = found[0], found[1], found[2]
        if command == "A":
            row -= int(number or 1)
        elif command == "K":
            rows[row] = ""
        elif piece == "\r":
            column = 0
        elif piece == "\n":
            row += 1
            rows += [""] * (row == len(rows))
        elif not command:
            rows[row] = rows[row][:column].ljust(column) + piece + rows[row][column + len(piece) :]
            column += len(piece)
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("columns", "bar"),
    [
        ("40", r"\d+ of 20 files [\d.]+/\d+\.\d kB [\d:-]+"),
        ("70", r"verifying \d+ of 20 files [\d.]+/\d+\.\d kB (?:[\d.,]+ [kM]?B/s|\?) [\d:-]+"),
        ("100", r"verifying [━╸╺]{30,40} \d+ of 20 files [\d.]+/\d+\.\d kB (?:[\d.,]+ [kM]?B/s|\?) [\d:-]+"),
    ],
)
def test_a_bar_as_wide_as_there_is_room_and_lines_as_long_as_they_are(room: Shell, columns: str, bar: str) -> None:
    names = [f"d/below/{number:03}.jpg" for number in range(1, 40, 2)]
    terminal = Terminal(room, "verify", *names, "--trust-list", "root.pem", COLUMNS=columns, PYTHONIOENCODING="utf-8")
    terminal.finish()
    lines = re.split(r"[\r\n]+", ESCAPE.sub("", terminal.text))
    drawn = [line.rstrip() for line in lines if " of 20 files" in line]
    assert drawn
    assert all(re.fullmatch(bar, line) for line in drawn), drawn
    assert any(re.search(r"\d+ files [\d.]+/\?", line) for line in lines)
    # In the end there is nothing that a pipe would not have got.
    assert SECONDS.sub("", screen(terminal.text)) == SECONDS.sub("", room.run("verify", *names, "--trust-list", "root.pem").out)


def test_an_array_at_a_terminal_is_whole(room: Shell) -> None:
    line = ("verify", "d/002.jpg", "d/004.jpg", "--trust-list", "root.pem", "--format", "json", *AT)
    terminal = Terminal(room, *line, NO_COLOR="1")
    assert terminal.finish() == 0
    assert screen(terminal.text).rstrip("\n") == room.run(*line).out.rstrip("\n")


def test_a_list_that_is_still_written_lets_nobody_wait_at_a_terminal(room: Shell) -> None:
    os.mkfifo(room.folder / "list")
    terminal = Terminal(room, "verify", "--files", "list", "--trust-list", "root.pem", "--jobs", "2")
    with (room.folder / "list").open("wb", buffering=0) as names:
        for number in range(2, 12, 2):
            name = f"d/{number:03}.jpg"
            names.write(f"{name}\n".encode())
            terminal.read_until(f" {name}")
    assert terminal.finish() == 2
    assert re.search(r"verifying .*\d files", ESCAPE.sub("", terminal.text))


VERIFY = ("verify", "--format", "jsonl", "--trust-list", "root.pem")
SIGN = ("sign", "-o", "out", *KEY, "--drop-history", "--json")


@pytest.mark.parametrize("line", [VERIFY, SIGN])
@pytest.mark.parametrize("more", [(), ("--jobs", "2"), ("--resume", "r"), ("--jobs", "2", "--resume", "r")])
def test_results_come_while_the_rest_is_worked_on(room: Shell, line: tuple[str, ...], more: tuple[str, ...]) -> None:
    process = begin_with_input(room, line[0], "d/010.jpg", "--files", "-", *line[1:], *more)
    assert process.stdin is not None
    assert process.stdout is not None
    for names in ("", "d/002.jpg\n", "d/004.jpg\nd/002.jpg\n./d/004.jpg\nd/0", "08.jpg\n"):
        process.stdin.write(names.encode())
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 60)[0]
        found = json.loads(process.stdout.readline())
        name = {"": "d/010.jpg", "08.jpg\n": "d/008.jpg"}.get(names) or names.split("\n")[0]
        assert (found["asset"]["name"] if "asset" in found else found["source"]) == name
    process.stdin.close()
    out, _ = rest_of(process)
    assert (out, process.returncode) == (b"", 0)


def test_a_disk_that_runs_full_meanwhile(room: Shell) -> None:
    out = room.folder / "out"
    out.mkdir()
    credkit = shlex.join(room.command())
    sign = f"{credkit} sign d -o out {shlex.join(KEY)} --drop-history --resume"
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in room.environment().items())
    lines = [f"cd {shlex.quote(str(room.folder))}", f"export {variables}"]
    lines += [f"{command}; echo $?" for command in (f"{sign} out/finished", f"{sign} finished", f"{credkit} verify out -q")]
    done = mounted(f"size={len(plain()) * 8 // 1024 + 40}k", out, "\n".join(lines))
    first, second, judged = re.findall(r"^(\d+)$", done.stdout, re.MULTILINE)
    assert (first, second) == ("1", "3")
    # What is there is whole.
    assert judged == "0"
    assert "the disk is full" in done.stdout
    assert "Traceback" not in done.stderr
