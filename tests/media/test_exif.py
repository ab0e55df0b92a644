from __future__ import annotations

import contextlib
import io
import struct
from datetime import UTC, datetime, timedelta, timezone

import piexif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credkit.errors import AssetError, DefinitionError
from credkit.limits import Limits
from credkit.media.exif import ExifView, exif_with, read_exif

_AT = datetime(2026, 9, 20, 8, 0, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))


def camera_block() -> bytes:
    """What a camera writes: big-endian, GPS, maker note, thumbnail."""
    thumbnail = io.BytesIO()
    Image.new("RGB", (16, 12), (200, 10, 10)).save(thumbnail, "JPEG")
    tags = {
        "0th": {piexif.ImageIFD.Make: b"credkit test camera", piexif.ImageIFD.Artist: b"old artist", piexif.ImageIFD.Orientation: 6},
        "Exif": {
            piexif.ExifIFD.MakerNote: b"note" * 50,
            piexif.ExifIFD.ISOSpeedRatings: 200,
            piexif.ExifIFD.DateTimeOriginal: b"2020:01:01 00:00:00",
        },
        "GPS": {piexif.GPSIFD.GPSLatitudeRef: b"N", piexif.GPSIFD.GPSLatitude: ((48, 1), (51, 1), (30, 1))},
        "1st": {piexif.ImageIFD.Compression: 6, piexif.ImageIFD.JPEGInterchangeFormat: 0, piexif.ImageIFD.JPEGInterchangeFormatLength: 0},
        "thumbnail": thumbnail.getvalue(),
    }
    return piexif.dump(tags).removeprefix(b"Exif\x00\x00")


def little_endian_block() -> bytes:
    """One directory with a tag that piexif does not know (Photographer, 0xA437) and a private one."""
    private = b"private value\x00"
    head = b"II*\x00" + struct.pack("<I", 8)
    entries = struct.pack("<HHII", 0xA437, 2, len(private), 8 + 2 + 24 + 4) + struct.pack("<HHI4s", 0xC0DE, 2, 4, b"abc\x00")
    return head + struct.pack("<H", 2) + entries + struct.pack("<I", 0) + private


def test_a_new_block_is_read_by_piexif_and_pillow() -> None:
    block = exif_with(None, creator="credkit test", copyright="© 2026", software="credkit", description="写真", modified=_AT, taken=_AT)
    assert block[:2] in (b"II", b"MM")
    loaded = piexif.load(block)
    assert loaded["0th"][piexif.ImageIFD.Artist] == b"credkit test"
    assert loaded["0th"][piexif.ImageIFD.Copyright] == "© 2026".encode()
    assert loaded["0th"][piexif.ImageIFD.DateTime] == b"2026:09:20 08:00:05"
    assert loaded["Exif"][piexif.ExifIFD.DateTimeOriginal] == b"2026:09:20 08:00:05"
    assert loaded["Exif"][piexif.ExifIFD.OffsetTime] == loaded["Exif"][piexif.ExifIFD.OffsetTimeOriginal] == b"+05:30"
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "JPEG", exif=b"Exif\x00\x00" + block)
    with Image.open(io.BytesIO(stream.getvalue())) as image:
        assert image.getexif()[0x0131] == "credkit"
    times = "2026:09:20 08:00:05"
    assert read_exif(block) == ExifView(
        creator="credkit test", copyright="© 2026", software="credkit", description="写真", modified=times, taken=times
    )


def test_a_merge_keeps_gps_thumbnail_and_maker_note_in_place() -> None:
    block = camera_block()
    merged = exif_with(block, creator="new artist", software="credkit", modified=_AT.astimezone(UTC), taken=_AT)
    before, after = piexif.load(block), piexif.load(merged)
    assert after["0th"][piexif.ImageIFD.Artist] == b"new artist"
    assert after["0th"][piexif.ImageIFD.Make] == b"credkit test camera"
    assert after["0th"][piexif.ImageIFD.Orientation] == 6
    assert after["Exif"][piexif.ExifIFD.OffsetTime] == b"+00:00"
    assert after["Exif"][piexif.ExifIFD.DateTimeOriginal] == b"2026:09:20 08:00:05"
    assert after["Exif"][piexif.ExifIFD.ISOSpeedRatings] == 200
    assert after["GPS"] == before["GPS"]
    assert after["thumbnail"] == before["thumbnail"]
    assert after["Exif"][piexif.ExifIFD.MakerNote] == b"note" * 50
    assert merged.index(b"notenote") == block.index(b"notenote"), "inner offsets of maker notes count from the start of the block"
    assert merged[8 : len(block)] == block[8:], "only the pointer in the header changes, the rest is appended"


def test_a_merge_keeps_byte_order_and_unknown_tags() -> None:
    merged = exif_with(little_endian_block(), creator="A", copyright="long enough to need a place of its own", taken=_AT)
    assert merged[:4] == b"II*\x00"
    (start,) = struct.unpack_from("<I", merged, 4)
    (count,) = struct.unpack_from("<H", merged, start)
    entries = [struct.unpack_from("<HHI4s", merged, start + 2 + 12 * index) for index in range(count)]
    tags = [entry[0] for entry in entries]
    assert tags == sorted(tags), "TIFF wants ascending tags"
    assert tags == [0x013B, 0x8298, 0x8769, 0xA437, 0xC0DE]
    values = {entry[0]: entry for entry in entries}
    assert values[0x013B] == (0x013B, 2, 2, b"A\x00\x00\x00")
    assert values[0xC0DE] == (0xC0DE, 2, 4, b"abc\x00")
    (place,) = struct.unpack("<I", values[0xA437][3])
    assert merged[place : place + 13] == b"private value"
    assert read_exif(merged).copyright == "long enough to need a place of its own"


def test_jpeg_of_pillow_with_gps_and_thumbnail() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (32, 32)).save(stream, "JPEG", exif=b"Exif\x00\x00" + camera_block())
    with Image.open(io.BytesIO(stream.getvalue())) as image:
        existing = image.info["exif"]
    merged = exif_with(existing, creator="credkit test")
    again = io.BytesIO()
    Image.new("RGB", (32, 32)).save(again, "JPEG", exif=b"Exif\x00\x00" + merged)
    with Image.open(io.BytesIO(again.getvalue())) as image:
        exif = image.getexif()
        assert exif[0x013B] == "credkit test"
        assert exif.get_ifd(0x8825)[1] == "N"
        assert exif.get_ifd(0x8769)[0x927C] == b"note" * 50


def test_nothing_to_set_changes_nothing() -> None:
    assert exif_with(camera_block()) == camera_block()
    assert exif_with(b"Exif\x00\x00" + camera_block()) == camera_block()


def test_merging_twice_reads_as_once() -> None:
    once = exif_with(camera_block(), creator="one")
    assert read_exif(exif_with(once, creator="two")).creator == "two"
    assert piexif.load(exif_with(once, creator="two"))["thumbnail"] == piexif.load(once)["thumbnail"]


def test_latin_texts_are_read() -> None:
    block = piexif.dump({"0th": {piexif.ImageIFD.Artist: "J\xe9r\xf4me".encode("latin-1")}}).removeprefix(b"Exif\x00\x00")
    assert read_exif(block).creator == "J\xe9r\xf4me"


def test_unfit_values_are_named() -> None:
    with pytest.raises(DefinitionError, match="/creator: a zero character"):
        exif_with(None, creator="a\x00b")
    with pytest.raises(DefinitionError, match="/description: half of a surrogate"):
        exif_with(None, description="\ud800")
    with pytest.raises(DefinitionError, match="/modified: the time has no zone"):
        exif_with(None, modified=datetime(2026, 1, 1))


@pytest.mark.parametrize(
    "block", [b"", b"/etc/passwd", b"II*\x00", b"II*\x00\xff\xff\xff\xff", b"MM\x00*\x00\x00\x00\x08\xff\xff", b"II+\x00" + bytes(20)]
)
def test_damaged_blocks_are_left_alone(block: bytes) -> None:
    with pytest.raises(AssetError, match="was left alone"):
        exif_with(block, creator="x")
    with pytest.raises(AssetError):
        read_exif(block)


def test_limit_at_and_past() -> None:
    block = camera_block()
    assert exif_with(block, creator="x", limits=Limits(metadata_size=len(block)))
    with pytest.raises(AssetError, match="bytes"):
        exif_with(block, creator="x", limits=Limits(metadata_size=len(block) - 1))


def test_truncation_at_every_offset_is_refused_or_kept() -> None:
    block = camera_block()
    for length in range(len(block)):
        try:
            merged = exif_with(block[:length], creator="x")
        except AssetError:
            continue
        assert merged[8:length] == block[8:length]


@given(st.binary(max_size=120), st.sampled_from([b"", b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08", b"Exif\x00\x00II*\x00"]))
@settings(max_examples=100)
def test_random_bytes_raise_nothing_else(data: bytes, head: bytes) -> None:
    with contextlib.suppress(AssetError):
        read_exif(head + data)
        merged = exif_with(head + data, creator="x", taken=_AT)
        assert read_exif(merged).creator == "x"


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30).filter(
    lambda t: t == t.rstrip(" ")
)


@given(_TEXT, _TEXT)
@settings(max_examples=60)
def test_any_text_comes_back(creator: str, description: str) -> None:
    for existing in (None, camera_block(), little_endian_block()):
        view = read_exif(exif_with(existing, creator=creator, description=description))
        assert (view.creator, view.description) == (creator, description)


def claiming(*entries: tuple[int, int, int, int]) -> bytes:
    """A block whose entries (tag, type, number, value) claim what is not there."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + rows + bytes(200)


@pytest.mark.parametrize(
    "block",
    [
        claiming((0x9C9B, 1, 0xFFFF_FFFF, 8)),
        claiming((0x011A, 5, 0x7FFF_FFFF, 8)),
        claiming(*[(0x9C9B, 1, 900_000, 8)] * 3),
        claiming(*[(0x0131, 2, 0xFFFF_FFFF, 0)] * 20_000),
        claiming((0x8769, 3, 1, 8), (0x9C9B, 1, 1, 8)),
        claiming((0x8769, 4, 1, 8), (0xA005, 4, 1, 10), (0x9C9B, 4, 1_000_001, 8)),
    ],
)
def test_claims_beyond_the_block_never_reach_the_library(block: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    monkeypatch.setattr("piexif.load", asked.append)
    with pytest.raises(AssetError, match="damaged"):
        read_exif(block)
    with pytest.raises(AssetError, match="damaged"):
        exif_with(block, creator="credkit test")
    assert asked == []
