"""How a journal grows: one whole line at a time, whoever else writes, and whatever ends the program."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from credkit.errors import OutputError
from credkit.journal import writing
from credkit.journal.entries import Note, Recovery, read_entry
from credkit.journal.following import head_path
from credkit.journal.verifying import verify_journal
from credkit.journal.writing import append, default_journal, opened_journal
from credkit.limits import Limits
from tests.journal.material import forged, lines, studio

ROOT = Path(__file__).parents[2]
APPENDING = """
import sys
from pathlib import Path
from credkit.journal.entries import Note
from credkit.journal.writing import append
who, count, path = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
print("ready", flush=True)
for number in range(count):
    append(path, Note(text=f"{who} {number} " + "x" * 20_000))
"""


def start(who: str, count: int, path: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", APPENDING, who, str(count), str(path)], env=environment, stdout=subprocess.PIPE)


def notes(path: Path) -> list[str]:
    return [entry.content.text for line in lines(path) if isinstance((entry := read_entry(line)).content, Note)]


def test_a_new_journal_is_private_and_begins_with_its_opening(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first, second = append(path, Note(text="one"), Note(text="two"))
    assert (first.sequence, second.sequence) == (1, 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(head_path(path).stat().st_mode) == 0o600
    assert json.loads(lines(path)[0])["journal"].startswith("urn:uuid:")
    assert verify_journal(path).intact


def test_rights_that_let_others_read_are_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    path.chmod(0o644)
    append(path, Note(text="two"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_there_is_never_written_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    before = b""
    for number in range(4):
        append(path, Note(text=str(number)))
        now = path.read_bytes()
        assert now.startswith(before)
        before = now


def test_the_default_is_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    append(default_journal(), Note(text="one"))
    assert (tmp_path / "data" / "credkit" / "journal.jsonl").is_file()
    assert stat.S_IMODE((tmp_path / "data" / "credkit").stat().st_mode) == 0o700


def test_two_processes_append_at_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    processes = [start(who, 12, path) for who in ("a", "b")]
    assert [process.wait(120) for process in processes] == [0, 0]
    for process in processes:
        assert process.stdout is not None
        process.stdout.close()
    found = [text[:4].strip() for text in notes(path)]
    assert sorted(found) == sorted(f"{who} {number}" for who in "ab" for number in range(12))
    report = verify_journal(path)
    assert report.intact, report.faults
    assert [entry.sequence for _, entry in report.entries] == list(range(25))


def test_killed_while_appending(tmp_path: Path) -> None:
    """However often a writer is killed, no line that is whole is lost or doubled, and the next writer goes on."""
    path = tmp_path / "journal.jsonl"
    for number in range(6):
        process = start(str(number), 10_000, path)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.02 + number * 0.013)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stdout.close()
    whole = path.read_bytes().rpartition(b"\n")[0] + b"\n"
    assert verify_journal(path).intact
    append(path, Note(text="after"))
    assert path.read_bytes().startswith(whole)
    report = verify_journal(path)
    assert report.intact, report.faults


@pytest.mark.parametrize("rest", [b"{", b'{"sequence":3,"time":"20', b"\x00\xff", b'{"c2pa:checkpoint":"data:appl'])
def test_an_unfinished_line_is_put_aside(tmp_path: Path, rest: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    before = path.read_bytes()
    path.write_bytes(before + rest)
    report = verify_journal(path)
    assert report.intact
    assert any("not finished" in note for note in report.notes)
    append(path, Note(text="two"))
    assert path.read_bytes().startswith(before)
    recovery = read_entry(lines(path)[2]).content
    assert isinstance(recovery, Recovery)
    aside = tmp_path / recovery.name
    assert aside.read_bytes() == rest
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert verify_journal(path).intact
    assert notes(path) == ["one", "two"]


def test_half_an_opening_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"sequence":0')
    append(path, Note(text="one"))
    assert verify_journal(path).intact
    assert len(lines(path)) == 3


def test_a_cut_into_the_last_line_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"), Note(text="two"))
    path.write_bytes(path.read_bytes()[:-9])
    assert [fault.kind for fault in verify_journal(path).faults] == ["truncated"]
    before = path.read_bytes()
    with pytest.raises(OutputError, match="altered, so nothing is appended to it: at least"):
        append(path, Note(text="three"))
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", range(1, 11))
def test_an_altered_journal_is_never_continued(tmp_path: Path, place: int) -> None:
    path = studio(tmp_path / "s") / "journal.jsonl"
    found = lines(path)
    for changed in ([*found[:place], *found[place + 1 :]], [*found[:place], found[place].replace(b'"', b"'", 1), *found[place + 1 :]]):
        path.write_bytes(b"".join(changed))
        before = {item.name: item.read_bytes() for item in path.parent.iterdir()}
        with pytest.raises(OutputError, match="altered"):
            append(path, Note(text="more"))
        assert {item.name: item.read_bytes() for item in path.parent.iterdir()} == before


def test_a_journal_that_was_chained_anew_is_not_the_one_remembered(tmp_path: Path) -> None:
    path = studio(tmp_path / "s") / "journal.jsonl"
    found = lines(path)
    path.write_bytes(b"".join(forged([*found[:7], found[7].replace(b"this one", b"that one"), *found[8:]], 8)))
    with pytest.raises(OutputError, match="is not the one that this machine wrote there"):
        append(path, Note(text="more"))


def test_memory_that_lags_behind_is_caught_up(tmp_path: Path) -> None:
    """Killed between the line and the memory of it: the journal is longer than remembered, and sound."""
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    memory = head_path(path).read_bytes()
    append(path, Note(text="two"))
    head_path(path).write_bytes(memory)
    append(path, Note(text="three"))
    assert verify_journal(path).intact
    assert head_path(path).read_bytes() != memory


def test_a_journal_that_is_gone_is_not_begun_anew_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    path.unlink()
    with pytest.raises(OutputError, match=r"is gone.*journal\.jsonl\.head"):
        append(path, Note(text="two"))
    assert not path.exists()
    head_path(path).unlink()
    append(path, Note(text="two"))
    assert verify_journal(path).intact


@pytest.mark.parametrize("content", [b"", b"[]", b'{"size":"x","sha256":1}', b"\xff", b"[" * 4000])
def test_memory_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    head_path(path).write_bytes(content)
    assert any("no record beside the journal" in note for note in verify_journal(path).notes)
    append(path, Note(text="two"))
    assert verify_journal(path).intact


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    before = path.read_bytes()
    real = os.write

    def full(descriptor: int, data: memoryview) -> int:
        if len(data) > 300:
            return real(descriptor, data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, "write", full)
    with pytest.raises(OutputError, match="no space left"):
        append(path, Note(text="two" * 200))
    monkeypatch.undo()
    assert path.read_bytes() == before
    append(path, Note(text="three"))
    assert verify_journal(path).intact


def test_an_entry_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    before = path.read_bytes()
    with pytest.raises(OutputError, match="fewer pictures"):
        append(path, Note(text="x" * 2000), limits=Limits(journal_entry=1000))
    assert path.read_bytes() == before


def test_a_journal_in_use_is_waited_for_and_then_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    monkeypatch.setattr(writing, "_PATIENCE", 0.1)
    with opened_journal(path), pytest.raises(OutputError, match="another program holds"):
        append(path, Note(text="one"))
    append(path, Note(text="two"))


def test_a_drive_without_locks_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> bool:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(writing, "_try_lock", refuse)
    with pytest.raises(OutputError, match="cannot be locked, as on some network drives: no locks available"):
        append(tmp_path / "journal.jsonl", Note(text="one"))


@pytest.mark.parametrize("name", ["folder", "nowhere/journal.jsonl"])
def test_what_cannot_be_a_journal(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match=r"regular file|cannot be opened"):
        append(tmp_path / name, Note(text="one"))


def test_a_pipe_is_no_journal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="regular file"):
        append(tmp_path / "pipe", Note(text="one"))


@pytest.mark.parametrize("content", [b"hello\n", b"{}\n", b"\n", b'{"a":1}\n{"b":2}\n', b"\x89PNG\r\n\x1a\n\x00"])
def test_another_file_is_never_taken_for_a_journal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(OutputError):
        append(path, Note(text="one"))
    assert path.read_bytes() == content
