"""The list of finished files on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.api.file_states import FileState
from credkit.api.finished_files import Entry, FinishedFiles
from credkit.errors import OutputError

STATE = FileState(size=5, modified=10**18 + 1, changed=10**18 + 2, inode=7)
OTHER = FileState(size=6, modified=1, changed=2, inode=3)
ENTRIES = (
    Entry(file="/a\udcff\n.png", state=STATE, options="x", result="Valid", code=0),
    Entry(file="/b.png", state=STATE, options="x", step="begun", output="/out/b.png", output_state=OTHER),
    Entry(file="/b.png", state=STATE, options="y", result="signed", output="/out/b.png", output_state=STATE),
)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("finished") / "list"
    with FinishedFiles(path) as finished:
        finished.note(*ENTRIES[:2], now=True)
        finished.note(ENTRIES[2])
    return path.read_bytes()


def test_the_last_entry_about_a_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "list"
    for reopened in range(2):
        with FinishedFiles(path) as finished:
            if not reopened:
                assert finished.get("/b.png") is None
                finished.note(*ENTRIES)
            assert finished.get(ENTRIES[0].file) == ENTRIES[0]
            assert finished.get("/b.png") == ENTRIES[2]
            assert finished.get("/c.png") is None


def test_it_only_grows_and_is_ascii(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)
    with FinishedFiles(path) as finished:
        finished.note(ENTRIES[0])
    assert path.read_bytes().startswith(content)
    assert path.read_bytes().isascii()
    assert path.read_bytes().count(b"\n") == 5


def test_torn_anywhere(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list"
    for length in (*range(0, len(content), 5), *range(60), *range(len(content) - 60, len(content))):
        path.write_bytes(content[:length])
        whole = content[:length].count(b"\n") - 1
        with FinishedFiles(path) as finished:
            assert (finished.get(ENTRIES[0].file) is not None) == (whole >= 1 or length >= content.index(b"\n", 60) > 0)
            finished.note(ENTRIES[2])
            assert finished.get("/b.png") == ENTRIES[2]
        with FinishedFiles(path) as finished:
            assert finished.get("/b.png") == ENTRIES[2]


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(st.binary(max_size=80) | st.sampled_from([b"{}", b"[]", b"null", b'{"file": 1}', b"[" * 5000]), max_size=5))
def test_lines_of_others_count_as_not_written(tmp_path_factory: pytest.TempPathFactory, content: bytes, lines: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("lines") / "list"
    path.write_bytes(content + b"\n".join(lines))
    with FinishedFiles(path) as finished:
        assert finished.get("/b.png") == ENTRIES[2]
        finished.note(ENTRIES[1])
        assert finished.get("/b.png") == ENTRIES[1]


@pytest.mark.parametrize("content", [b"\x89PNG\r\n", b"{}\n", b"[]", b'{"finished": "files of others"}\n', b"\n"])
def test_another_file_is_never_written_to(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(OutputError, match="no list of finished files"):
        FinishedFiles(path)
    assert path.read_bytes() == content
    with pytest.raises(OutputError, match="no list of finished files"):
        FinishedFiles(path)


def test_one_run_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "list"
    with FinishedFiles(path), pytest.raises(OutputError, match="another run is at work"):
        FinishedFiles(path)
    FinishedFiles(path).close()


def test_places_that_cannot_be_used(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "list"):
        with pytest.raises(OutputError, match="name another file"):
            FinishedFiles(path)


def test_a_disk_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with FinishedFiles(tmp_path / "list") as finished:
        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(OutputError, match="no space left"):
            finished.note(ENTRIES[0], now=True)
