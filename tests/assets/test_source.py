from __future__ import annotations

import io
import os
import socket
import tempfile
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, Copy, EditedSource, FileSource, Insert, Span, StreamSource, open_source
from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.source import CHUNK_SIZE
from credkit.errors import AssetError, MalformedError

DATA = bytes(range(256)) * 2_500  # more than two chunks


class OnlyRead:
    """A stream without ``readinto`` that hands out little at a time."""

    def __init__(self, data: bytes) -> None:
        self._inner = io.BytesIO(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._inner.seek(offset, whence)

    def read(self, count: int) -> bytes:
        return self._inner.read(min(count, 1_000))


@pytest.fixture(params=["bytes", "memoryview", "stream", "only read", "file", "edited"])
def source(request, tmp_path):
    if request.param == "file":
        path = tmp_path / "asset"
        path.write_bytes(DATA)
        with FileSource(path) as opened:
            yield opened
        return
    yield {
        "bytes": lambda: BytesSource(DATA),
        "memoryview": lambda: BytesSource(memoryview(bytearray(DATA))),
        "stream": lambda: StreamSource(io.BytesIO(DATA)),
        "only read": lambda: StreamSource(OnlyRead(DATA)),
        "edited": lambda: EditedSource(BytesSource(DATA[100:]), (Insert(DATA[:100]), Insert(b""), Copy(Span(0, len(DATA) - 100)))),
    }[request.param]()


def test_reads_any_range(source):
    assert source.size == len(DATA)
    for start, length in ((0, 0), (0, 1), (5, 300), (CHUNK_SIZE - 1, 2), (len(DATA) - 3, 3), (len(DATA), 0), (0, len(DATA))):
        assert source.read(start, length) == DATA[start : start + length]
        assert b"".join(bytes(chunk) for chunk in source.chunks(start, length)) == DATA[start : start + length]


def test_chunks_are_bounded_and_survive_reads_between(source):
    joined = b""
    for chunk in source.chunks(3, len(DATA) - 3):
        joined += bytes(chunk)
        assert len(chunk) <= CHUNK_SIZE
        assert source.read(0, 4) == DATA[:4]
    assert joined == DATA[3:]


@pytest.mark.parametrize(("start", "length"), [(0, len(DATA) + 1), (len(DATA), 1), (-1, 1), (1, -1), (1 << 70, 1)])
def test_nothing_is_read_past_the_end(source, start, length):
    with pytest.raises(MalformedError):
        source.read(start, length)
    with pytest.raises(MalformedError):
        list(source.chunks(start, length))


def test_missing_folder_and_empty(tmp_path):
    with pytest.raises(AssetError, match="does not exist"), open_source(tmp_path / "nothing.jpg"):
        pass
    with pytest.raises(AssetError, match="is a folder"), open_source(str(tmp_path)):
        pass
    (tmp_path / "empty").write_bytes(b"")
    for empty in (tmp_path / "empty", b"", bytearray(), io.BytesIO()):
        with pytest.raises(AssetError, match="is empty"), open_source(empty):
            pass
    with pytest.raises(AssetError, match="cannot be opened"), open_source("bad\x00name"):
        pass


def test_unreadable_file(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    path.write_bytes(b"x")

    def refuse(*_args: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(AssetError, match="may not be read"), open_source(path):
        pass


@pytest.mark.parametrize(("step", "what"), [("open", "cannot be opened"), ("read", "cannot be read")])
def test_a_faulty_disk_is_told_in_words(tmp_path, monkeypatch, step, what):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x")

    def fail(*_args: object) -> int:
        raise OSError(5, "Input/output error", str(path))

    def read() -> None:
        with open_source(path) as source:
            source._stream.close()
            monkeypatch.setattr(source, "_stream", type("Faulty", (), {"seek": fail, "close": lambda self: None})())
            source.read(0, 1)

    if step == "open":
        monkeypatch.setattr(os, "open", fail)
    with pytest.raises(AssetError, match=f"{what}: input/output error$"):
        read()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_odd_things_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with tempfile.TemporaryDirectory(dir="/tmp") as short, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{short}/socket")
        for path in (tmp_path / "pipe", "/dev/null", "/dev/zero", f"{short}/socket"):
            with pytest.raises(AssetError, match="device, pipe or socket"), open_source(path):
                pass
    assert threading.active_count() == 1


def test_a_pipe_that_takes_the_place_of_a_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")
    ordinary = os.stat(tmp_path / "file")
    monkeypatch.setattr(os, "stat", lambda *_args, **_named: ordinary)
    with pytest.raises(AssetError, match="device, pipe or socket"):
        FileSource(tmp_path / "pipe")


def test_streams_must_be_binary_and_seekable():
    with pytest.raises(AssetError, match="binary mode"):
        StreamSource(io.StringIO("text"))
    read, write = os.pipe()
    os.close(write)
    with open(read, "rb", buffering=0) as pipe, pytest.raises(AssetError, match="can seek"):
        StreamSource(pipe)
    with pytest.raises(AssetError, match="can seek"):
        StreamSource(object())


def test_only_what_was_opened_here_is_closed(tmp_path):
    stream = io.BytesIO(b"abc")
    with open_source(stream) as source:
        assert source.read(0, 3) == b"abc"
    assert not stream.closed
    given = BytesSource(b"abc")
    with open_source(given) as same:
        assert same is given
    (tmp_path / "file").write_bytes(b"abc")
    with open_source(tmp_path / "file") as opened:
        assert opened.read(1, 1) == b"b"
    with pytest.raises(AssetError, match="cannot be read"):
        opened.read(1, 1)


def test_a_file_that_shrinks_is_noticed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(1_000))
    with FileSource(path) as source:
        os.truncate(path, 10)
        with pytest.raises(MalformedError, match="shorter"):
            source.read(0, 1_000)


edits = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), st.binary(max_size=9)), max_size=6)


@given(plan=edits, start=st.integers(0, 120), length=st.integers(0, 120))
@settings(max_examples=100, deadline=None)
def test_splice_moved_and_edited_agree_with_plain_slicing(plan, start, length):
    data = bytes(range(64))
    replacements, expected, position = [], b"", 0
    for at, removed, inserted in sorted(plan, key=lambda item: item[:2]):
        if at < position or at + removed > len(data):
            continue
        replacements.append(Replacement(Span(at, removed), inserted))
        expected += data[position:at] + inserted
        position = at + removed
    expected += data[position:]
    output = EditedSource(BytesSource(data), splice(len(data), reversed(replacements) if len(plan) < 2 else replacements))
    assert output.size == len(expected)
    assert output.read(0, output.size) == expected
    if start + length <= output.size:
        assert output.read(start, length) == expected[start : start + length]
        assert b"".join(map(bytes, output.chunks(start, length))) == expected[start : start + length]
    for place in range(len(data)):
        if not any(item.span.start <= place < item.span.end for item in replacements):
            assert expected[moved(place, replacements)] == data[place]


def test_overlapping_replacements_are_a_mistake():
    with pytest.raises(ValueError, match="overlaps"):
        splice(10, [Replacement(Span(0, 5)), Replacement(Span(4, 2))])
    with pytest.raises(ValueError, match="leaves the source"):
        splice(10, [Replacement(Span(8, 5))])


def test_an_edit_must_copy_from_within_the_source():
    with pytest.raises(MalformedError):
        EditedSource(BytesSource(b"abc"), (Copy(Span(2, 2)),))


def test_edits_stack():
    source = BytesSource(b"0123456789")
    first = EditedSource(source, (Copy(Span(0, 3)), Insert(b"abc"), Copy(Span(5, 5))))
    second = EditedSource(first, (Insert(b"<"), Copy(Span(2, 6)), Insert(b">")))
    assert first.read(0, first.size) == b"012abc56789"
    assert second.read(0, second.size) == b"<2abc56>"
