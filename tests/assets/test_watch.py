"""What a scan leaves to the copy is looked for there: nothing is read twice, and nothing is overlooked."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, EditedSource, FileSource, StreamSource, write_hashed
from credkit.assets.jpeg import JpegFormat
from credkit.assets.jpeg.search import STORE_TYPE
from credkit.assets.source import CHUNK_SIZE
from credkit.assets.watch import OverlookedError, Watch
from tests.assets.samples import jpeg, scan
from tests.assets.test_search import SECOND, STORE, large

MARK = b"abcabd"


def occurs(data: bytes, start: int, pieces: list[tuple[int, int]]) -> bool:
    watch = Watch(source := BytesSource(data), MARK, start, lambda: True)
    source.known.look_later(watch)
    for first, length in pieces:
        watch.see(first, data[first : first + length])
    try:
        watch.settle()
    except OverlookedError:
        return True
    return False


@settings(max_examples=100)
@given(
    st.binary(max_size=40).map(lambda data: bytes(b"abcd"[byte % 4] for byte in data)),
    st.integers(0, 10),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=6),
    st.booleans(),
)
def test_a_mark_is_found_wherever_it_is_read(noise: bytes, start: int, pieces: list[tuple[int, int]], marked: bool) -> None:
    """In whatever pieces the bytes come by, also twice, or with gaps; what did not come by is read in the end."""
    data = noise[: len(noise) // 2] + MARK * marked + noise[len(noise) // 2 :]
    start = min(start, len(data))
    assert occurs(data, start, pieces) == (MARK in data[start:])


@settings(max_examples=50)
@given(st.integers(1, 9), st.integers(0, 30))
def test_a_mark_over_the_edge_of_two_pieces_is_found(step: int, at: int) -> None:
    data = bytes(at) + MARK + bytes(30)
    assert occurs(data, 0, [(first, step) for first in range(0, len(data), step)])


def test_a_mark_that_does_not_matter_is_let_pass() -> None:
    source = BytesSource(MARK)
    asked = []
    Watch(source, MARK, 0, lambda: bool(asked.append(1))).settle()
    assert asked == [1]


def test_a_source_that_does_not_show_itself_is_asked_about() -> None:
    with pytest.raises(OverlookedError):
        Watch(BytesSource(b"without a watch"), MARK, 0, lambda: True).settle()


def watched(data: bytes) -> BytesSource:
    source = BytesSource(data)
    source.known.copied_whole = True
    return source


def copied(source: BytesSource, *, store: bytes = STORE) -> bytes:
    layout = JpegFormat().scan(source)
    out = io.BytesIO()
    write_hashed(source, JpegFormat().embed(source, layout, store), out, "sha256", ())
    if source.known.watch:
        source.known.watch.settle()
    return out.getvalue()


def test_the_scan_of_a_file_that_is_copied_reads_its_header_only(tmp_path):
    path = tmp_path / "large.jpg"
    path.write_bytes(large(5 * CHUNK_SIZE))
    with FileSource(path) as source:
        source.known.copied_whole = True
        given = []
        read = FileSource.read
        try:
            FileSource.read = lambda self, start, length: (given.append(length), read(self, start, length))[1]  # type: ignore[method-assign]
            layout = JpegFormat().scan(source)
        finally:
            FileSource.read = read  # type: ignore[method-assign]
        assert layout.stores == ()
        assert sum(given) < 10_000
        assert layout == scan(path.read_bytes())


@pytest.mark.parametrize("make", [BytesSource, lambda data: StreamSource(io.BytesIO(data))])
def test_a_store_behind_the_scan_header_is_noticed_by_the_copy(make):
    data = jpeg(progressive=True)
    at = data.index(b"\xff\xc4", data.index(b"\xff\xda"))
    source = make(data[:at] + SECOND + data[at:])
    source.known.copied_whole = True
    with pytest.raises(OverlookedError):
        copied(source)


def test_an_edit_of_a_watched_source_is_settled_with_it():
    data = jpeg(progressive=True)
    at = data.index(b"\xff\xc4", data.index(b"\xff\xda"))
    for whole in (data, data[:at] + SECOND + data[at:]):
        source = watched(whole)
        layout = JpegFormat().scan(source)
        edited = EditedSource(source, JpegFormat().with_metadata(source, layout, xmp=b"<x/>").pieces)
        assert JpegFormat().scan(edited).stores == ()
        if whole is data:
            assert copied(edited)
        else:
            with pytest.raises(OverlookedError):
                copied(edited)


def test_the_mark_in_harmless_places_stops_nothing():
    """In the image data without a segment around it, and in a comment between scans."""
    for data in (large(1000)[:-2] + STORE_TYPE + b"\xff\xd9", jpeg(comment=STORE_TYPE)):
        assert copied(watched(data)) == copied(BytesSource(data))


def test_a_file_that_does_not_end_as_a_picture_is_walked_at_once():
    source = watched(large(1000) + b"film")
    JpegFormat().scan(source)
    assert source.known.watch is None
