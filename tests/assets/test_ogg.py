"""Ogg: pages and streams, the packet with the store, and both hard bindings over it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, OggFormat, Span, read_store
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.verify import Report, verify
from tests.assets.samples import scan, store_of
from tests.assets.samples_ogg import AUDIO, VIDEO, ogg, packet_pages, page, stored, with_store
from tests.forge.manifests import CREATED, Assertion, Recipe, actions, data_hash, store

FORM = OggFormat()
SIZES = (46, 250, 255 - 5, 255, 5_000, 65_025 - 5, 65_025, 65_026, 200_000)


def boxes(data: bytes) -> list[tuple[str, tuple[Span, ...]]]:
    source = BytesSource(data)
    return [(box.name, box.ranges or (box.span,)) for box in FORM.boxes(source, FORM.scan(source))]


@pytest.mark.parametrize("size", SIZES)
def test_a_store_of_any_size_is_read(size: int) -> None:
    layout = scan(with_store(store_of(size)))
    assert layout.remarks == ()
    assert layout.media_type == "audio/ogg"
    assert read_store(BytesSource(with_store(store_of(size))), layout.store) == store_of(size)


def test_its_pages_are_its_frame() -> None:
    data = with_store(store_of(200_000))
    pages, sound = stored(store_of(200_000)), ogg()
    frame = scan(data).store.frame
    assert [data[span.start : span.end] for span in frame] == [pages[0], b"".join(pages[1:])]
    assert data[: frame[0].start] + data[frame[0].end : frame[1].start] + data[frame[1].end :] == b"".join(sound)


def test_film_is_told_from_sound() -> None:
    assert scan(b"".join((*ogg(VIDEO)[:1], *ogg(serial=2)))).media_type == "video/ogg"


def test_each_stream_is_a_box() -> None:
    data = with_store(store_of(70_000))
    assert [name for name, _ in boxes(data)] == ["Stream-1", "C2PA"]
    pieces = {name: b"".join(data[span.start : span.end] for span in ranges) for name, ranges in boxes(data)}
    assert pieces == {"Stream-1": b"".join(ogg()), "C2PA": b"".join(stored(store_of(70_000)))}


def test_serial_numbers_are_read_from_the_low_end() -> None:
    assert [name for name, _ in boxes(b"".join((*ogg(serial=0x01000000), *ogg(serial=0xFFFFFFFF))))] == [
        "Stream-16777216",
        "Stream-4294967295",
    ]


def test_chains_and_multiplexed_streams() -> None:
    one, two, kept = ogg(serial=1), ogg(serial=2), stored(store_of(100))
    data = b"".join((*one, kept[0], *two, *ogg(serial=3)))
    assert [name for name, _ in boxes(data)] == ["Stream-1", "C2PA", "Stream-2", "Stream-3"]
    woven = b"".join(page for pair in zip(one, two, strict=True) for page in pair)
    assert [(name, len(ranges)) for name, ranges in boxes(woven)] == [("Stream-1", 4), ("Stream-2", 4)]


def test_two_streams_with_stores_are_none() -> None:
    data = b"".join((*ogg(), *stored(store_of(100)), *stored(store_of(90), serial=78)))
    assert len(scan(data).stores) == 2
    assert scan(data).store is None


def broken(pages: list[bytes]) -> str:
    layout = scan(b"".join((*ogg(), *pages)))
    with pytest.raises(MalformedError) as error:
        read_store(BytesSource(b"".join((*ogg(), *pages))), layout.store)
    return str(error.value)


def test_a_store_that_does_not_fill_its_stream_is_refused() -> None:
    pages = stored(store_of(100))
    assert "goes on behind it" in broken([*pages, page(b"more", 77, 1)])
    two_packets = page(b"\x00c2pa" + store_of(100) + b"tail", 77, 0, flags=2)
    assert "goes on behind it" in broken([two_packets[:26] + bytes((2, 105, 4)) + two_packets[28:]])


def test_a_store_without_its_end_or_a_page_is_refused() -> None:
    pages = stored(store_of(200_000))
    assert "it has no end" in broken(pages[:-1])
    assert "a page of it is missing" in broken([pages[0], *pages[2:]])
    assert "a page of it is missing" in broken([*pages[:2], page(b"x", 77, 2)])


def test_pages_of_sound_in_a_store_are_refused() -> None:
    """Whoever jumps in the file would hear them, and no hash covers the store."""
    hidden = page(b"other sound", 1, 7)
    for content, fault in ((hidden, True), (page(b"other sound", 9, 7), False), (b"OggS is how a page begins", False)):
        data = by_boxes(lambda manifests, content=content: with_store(_with_child(manifests, content)))
        assert ("pages of another stream" in scan(data).stores[0].fault) is fault
        assert (judged(data).state == "Valid") is not fault


def _with_child(manifests: bytes, content: bytes) -> bytes:
    child = (8 + len(content)).to_bytes(4, "big") + b"free" + content
    return (len(manifests) + len(child)).to_bytes(4, "big") + manifests[4:] + child


def test_an_empty_last_page_is_no_fault() -> None:
    pages = packet_pages(b"\x00c2pa" + store_of(100), 77, last=False)
    data = b"".join((*ogg(), *pages, page(b"", 77, 1, flags=4, ended=False)))
    assert read_store(BytesSource(data), scan(data).store) == store_of(100)


def test_a_wrong_checksum_of_the_store_is_told() -> None:
    data = bytearray(with_store(store_of(100)))
    data[scan(bytes(data)).store.frame[0].start + 22] ^= 1
    assert "The checksum of the page" in scan(bytes(data)).remarks[0]
    data = bytearray(with_store(store_of(100)))
    data[22] ^= 1
    assert scan(bytes(data)).remarks == ()


@pytest.mark.parametrize("tail", [b"x" * 40, b"OggS", b"OggS\x01" + bytes(40), b"OggS\x00" + bytes(21) + b"\x02\xff\xff"])
def test_what_is_no_page_is_told(tail: bytes) -> None:
    data = with_store(store_of(100)) + tail
    assert "is damaged" in scan(data).remarks[0]
    assert scan(data).store is not None
    with pytest.raises(MalformedError):
        boxes(data)


def test_a_broken_first_page_is_an_error() -> None:
    with pytest.raises(MalformedError, match="ends inside a page"):
        FORM.scan(BytesSource(ogg()[0][:-1]))


@pytest.mark.parametrize("limit", ["ogg_pages", "ogg_streams", "ogg_ranges"])
def test_limits(limit: str) -> None:
    data = BytesSource(b"".join(page for pair in zip(ogg(serial=1), ogg(serial=2), strict=True) for page in pair))
    layout = FORM.scan(data, Limits(**{limit: 1}))
    assert "more than 1 " in layout.remarks[0]


def test_nothing_is_written() -> None:
    source = BytesSource(b"".join(ogg()))
    with pytest.raises(AssetError, match="--sidecar"):
        FORM.embed(source, FORM.scan(source), store_of(46))


@given(st.lists(st.tuples(st.integers(1, 3), st.binary(max_size=40), st.integers(0, 7)), min_size=1, max_size=8))
@settings(max_examples=80, deadline=None)
def test_any_pages(parts: list[tuple[int, bytes, int]]) -> None:
    data = b"".join(page(body, serial, number, flags=flags) for number, (serial, body, flags) in enumerate(parts))
    covered = sorted(span for _, ranges in boxes(data) for span in ranges)
    assert sum(span.length for span in covered) == len(data)
    assert {name for name, _ in boxes(data)} <= {"Stream-1", "Stream-2", "Stream-3", "C2PA"}


# Verifying


def by_boxes(data: Callable[[bytes], bytes]) -> bytes:
    """A file whose manifest binds it stream by stream."""
    digest = hashlib.sha256(b"".join(ogg())).digest()
    listed = [{"names": ["Stream-1"], "hash": digest, "pad": b""}, {"names": ["C2PA"], "hash": b"\x00", "pad": b""}]
    bound = Assertion("c2pa.hash.boxes", {"alg": "sha256", "boxes": listed})
    return data(store(Recipe([actions(CREATED), bound]).build()).encode())


def by_data(data: Callable[[bytes], bytes]) -> bytes:
    """A file whose manifest binds it as a whole, without the pages of the store."""
    fields: dict[str, Any] = {}
    for _ in range(5):
        whole = data(store(Recipe([actions(CREATED), data_hash(**fields)]).build()).encode())
        frame = scan(whole).store.frame
        rest = b"".join(ogg())
        now = {"exclusions": [{"start": span.start, "length": span.length} for span in frame], "hash": hashlib.sha256(rest).digest()}
        if now == fields:
            return whole
        fields = now
    raise AssertionError("the size of the store does not settle")


def judged(data: bytes) -> Report:
    return verify(BytesSource(data))


@pytest.mark.parametrize("bind", [by_boxes, by_data])
@pytest.mark.parametrize("padding", [0, 140_000])
def test_files_are_verified(bind: Callable[[Callable[[bytes], bytes]], bytes], padding: int) -> None:
    # A box that is passed over makes the store long enough for several pages.
    data = bind(lambda manifests: with_store(_longer(manifests, padding)))
    report = judged(data)
    assert (report.state, report.content_intact) == ("Valid", True)
    sound = bytearray(data)
    sound[len(data) - 1] ^= 1
    assert judged(bytes(sound)).state == "Invalid"
    assert judged(data + b"tail").state == "Invalid"
    assert judged(data + page(b"more", 9, 0, flags=2)).state == "Invalid"
    assert judged(data.replace(b"OpusHead", b"OpusTail")).state == "Invalid"


def _longer(manifests: bytes, padding: int) -> bytes:
    box = (8 + padding).to_bytes(4, "big") + b"free" + bytes(padding)
    return (len(manifests) + len(box)).to_bytes(4, "big") + manifests[4:] + box if padding else manifests


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
@pytest.mark.parametrize("codec", ["libvorbis", "libopus", "flac"])
def test_files_of_another_program(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "sound.ogg"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=2", "-c:a", codec, str(path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip(f"ffmpeg has no encoder {codec}")
    data = path.read_bytes()
    layout = scan(data)
    assert (layout.stores, layout.remarks, layout.media_type) == ((), (), "audio/ogg")
    (box,) = FORM.boxes(BytesSource(data), layout)
    assert box.span == Span(0, len(data))


def test_what_is_no_ogg() -> None:
    assert not FORM.matches(b"OggS\x01")
    assert not FORM.matches(AUDIO)
