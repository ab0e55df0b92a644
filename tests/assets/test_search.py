"""Stores behind the first scan header are found, wherever they stand, and a large file is read once."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, EditedSource, FileSource, JpegFormat, Span, StreamSource, fill, hash_ranges, write_hashed
from credkit.assets.engine import included, known_of_output
from credkit.assets.jpeg.app11 import framed
from credkit.assets.jpeg.search import STORE_TYPE, is_plain
from credkit.assets.source import CHUNK_SIZE
from tests.assets.samples import embedded, jpeg, jumbf_segment, scan, segment, store_of, with_metadata

JFIF = jpeg()
STORE = store_of(90)
SECOND = framed(store_of(80), 0x0212)
HEAD = b"\xff\xd8" + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")


class Counting:
    """A source that counts the bytes it gave."""

    def __init__(self, data: bytes) -> None:
        self.source = BytesSource(data)
        self.size, self.known = self.source.size, self.source.known
        self.given = 0

    def read(self, start: int, length: int) -> bytes:
        self.given += length
        return self.source.read(start, length)

    def chunks(self, start: int, length: int):
        for chunk in self.source.chunks(start, length):
            self.given += len(chunk)
            yield chunk


def large(size: int) -> bytes:
    """A JPEG with that many bytes of image data."""
    return HEAD + b"\x5a" * size + b"\xff\xd9"


@pytest.mark.parametrize("place", ["before the end", "between scans", "first in the data"])
@pytest.mark.parametrize("signed", [True, False])
def test_a_store_behind_the_scan_header_is_found(place, signed):
    data = embedded(jpeg(progressive=True), STORE) if signed else jpeg(progressive=True)
    first = data.index(b"\xff\xda")
    at = {
        "before the end": len(data) - 2,
        "between scans": data.index(b"\xff\xc4", first),
        "first in the data": first + 2 + int.from_bytes(data[first + 2 : first + 4], "big"),
    }[place]
    layout = scan(data[:at] + SECOND + data[at:])
    assert [location.frame for location in layout.stores][-1] == (Span(at, len(SECOND)),)
    assert len(layout.stores) == 1 + signed
    assert embedded(data[:at] + SECOND + data[at:], None) == embedded(data, None)


@pytest.mark.parametrize("over", range(-len(STORE_TYPE) - 30, 31, 1))
def test_a_store_across_two_chunks_is_found(over):
    """The image data is searched from its own first byte, so that chunks count from there."""
    data = HEAD + bytes(CHUNK_SIZE + over) + SECOND + b"\xff\xd9"
    assert scan(data).store.frame == (Span(len(HEAD) + CHUNK_SIZE + over, len(SECOND)),)


class Crumbs(BytesSource):
    """Gives pieces of few bytes."""

    __slots__ = ()
    step = 7

    def chunks(self, start: int, length: int):
        for offset in range(start, start + length, self.step):
            yield self.read(offset, min(self.step, start + length - offset))


@given(before=st.integers(0, 60), step=st.integers(1, 50), cut=st.booleans())
@settings(max_examples=80, deadline=None)
def test_the_type_is_seen_through_chunks_of_any_size(before, step, cut):
    class Source(Crumbs):
        __slots__ = ()

    Source.step = step
    kind = STORE_TYPE[:-1] if cut else STORE_TYPE
    data = HEAD + bytes(before) + kind + bytes(30) + b"\xff\xd9"
    source = Source(data)
    assert is_plain(source, len(HEAD), Span(2, 3)) is cut
    parts = Span(0, 2), Span(5, len(data) - 5)
    assert source.known.digests.keys() == ({("sha256", parts)} if cut else set())
    if cut:
        assert source.known.digests["sha256", parts].value == hashlib.sha256(data[:2] + data[5:]).digest()


def test_the_type_alone_is_no_store():
    data = HEAD + b"\x00" + STORE_TYPE + b"\x00\xff\xd9"
    layout = scan(data)
    assert layout.stores == ()
    assert layout.remarks == ()


def test_behind_the_scan_header_the_whole_type_counts():
    torn = [jumbf_segment(STORE, body=STORE[8:20]), jumbf_segment(STORE, body=STORE[20:], sequence=2)]
    assert len(scan(JFIF[:20] + b"".join(torn) + JFIF[20:]).stores) == 1
    behind = JFIF[:-2] + b"".join(torn) + JFIF[-2:]
    assert scan(behind).stores == ()
    assert len(scan(behind[:-2] + SECOND + behind[-2:]).stores) == 1


def test_a_store_in_a_further_picture_is_not_this_ones():
    data = embedded(JFIF, STORE) + embedded(JFIF, store_of(300))
    assert scan(data).store.frame == scan(embedded(JFIF, STORE)).store.frame
    assert scan(JFIF + embedded(JFIF, STORE)).stores == ()


def test_metadata_behind_the_scan_header_is_not_listed():
    late = segment(0xE1, b"Exif\x00\x00" + bytes(8))
    for tail in (b"", b"behind the end"):
        assert scan(JFIF[:-2] + late + JFIF[-2:] + tail).metadata == ()


def test_a_signed_file_is_read_once():
    data = embedded(large(1 << 20), STORE)
    source = Counting(data)
    layout = JpegFormat().scan(source)
    digest = hash_ranges(source, "sha256", layout.store.frame)
    frame = layout.store.frame[0]
    assert digest.value == hashlib.sha256(data[: frame.start] + data[frame.end :]).digest()
    assert source.given < len(data) + (1 << 19)
    assert JpegFormat().scan(source) is layout
    assert source.given < len(data) + (1 << 19)


def test_other_hashes_are_taken_when_they_are_asked_for():
    data = embedded(large(1_000), STORE)
    source = BytesSource(data)
    frame = JpegFormat().scan(source).store.frame[0]
    assert hash_ranges(source, "sha256").value == hashlib.sha256(data).digest()
    assert hash_ranges(source, "sha384", (frame,)).value == hashlib.sha384(data[: frame.start] + data[frame.end :]).digest()
    more = (frame, Span(frame.end + 5, 7))
    assert (
        hash_ranges(source, "sha256", more).value
        == hashlib.sha256(data[: frame.start] + data[frame.end :][:5] + data[frame.end + 12 :]).digest()
    )


def test_a_file_without_store_is_not_hashed():
    source = BytesSource(large(1_000))
    JpegFormat().scan(source)
    assert source.known.digests == {}
    assert source.known.clear_from == len(HEAD)


def test_faults_are_looked_for_when_the_file_does_not_end_as_a_picture():
    signed = embedded(large(1_000), STORE)
    assert "without an end marker" in scan(signed[:-2]).remarks[0]
    assert scan(signed + b"a film").remarks == ()
    source = BytesSource(signed + b"a film")
    JpegFormat().scan(source)
    assert source.known.clear_from == len(signed) - 1_002


def test_an_edited_source_knows_what_its_source_knows():
    data = large(1 << 20)
    source = Counting(data)
    form = JpegFormat()
    layout = form.scan(source)
    before = source.given
    described = EditedSource(source, form.with_metadata(source, layout, xmp=b"<x/>").pieces)
    assert described.known.clear_from == described.size - (1 << 20) - 2
    again = form.scan(described)
    assert [block.kind for block in again.metadata] == ["xmp"]
    assert source.given - before < 1 << 20
    assert EditedSource(Counting(data), form.with_metadata(source, layout, xmp=b"<x/>").pieces).known.clear_from is None
    assert EditedSource(source, ()).known.clear_from is None


@pytest.mark.parametrize("size", [1_000, 1 << 20])
def test_own_output_is_not_read_again(size):
    source, sink, form = BytesSource(large(size)), io.BytesIO(), JpegFormat()
    layout = form.scan(source)
    plan = form.embed(source, layout, bytes(len(STORE)))
    plans = (tuple(included(plan.size, plan.exclusions)),)
    digests = write_hashed(source, plan, sink, "sha256", plans)
    fill(sink, plan, form.embed(source, layout, STORE))
    written = Counting(sink.getvalue())
    written.known = known_of_output(source, plan, plans, digests)
    found = form.scan(written)
    assert found.store.frame == plan.exclusions
    assert (hash_ranges(written, "sha256", found.store.frame),) == digests
    assert written.given < 1 << 19
    assert (hash_ranges(BytesSource(sink.getvalue()), "sha256", plan.exclusions),) == digests


def test_what_is_known_belongs_to_one_source(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(embedded(large(1_000), STORE))
    with FileSource(path) as first:
        layout = JpegFormat().scan(first)
    path.write_bytes(embedded(large(1_000).replace(b"\x5a\x5a", b"\x5b\x5a"), STORE))
    with FileSource(path) as second:
        assert JpegFormat().scan(second) == layout
        parts = tuple(included(first.size, layout.store.frame))
        assert hash_ranges(second, "sha256", layout.store.frame) != first.known.digests["sha256", parts]


class Dribble(io.RawIOBase):
    """A stream that gives little at a time."""

    def __init__(self, data: bytes) -> None:
        self.inner = io.BytesIO(data)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.inner.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        return self.inner.read(min(size, 11))


def test_streams_that_give_little_are_read_whole():
    data = with_metadata(embedded(JFIF, STORE), xmp=b"<x/>")
    source = StreamSource(Dribble(data))
    assert b"".join(source.chunks(0, len(data))) == source.read(0, len(data)) == data
    assert JpegFormat().scan(source) == scan(data)
