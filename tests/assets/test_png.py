from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credkit.assets import BytesSource, EditedSource, FileSource, Layout, PngFormat, Span, hash_ranges, read_store
from credkit.assets.engine import hash_parts
from credkit.errors import MalformedError
from credkit.limits import Limits
from tests.assets.samples import TIFF, apng, box_names, chunk, embedded, output, pixels, png, scan, store_of, with_metadata

PLAIN = png()
HEAD = 33
STORE = store_of(90)
XMP = b"XML:com.adobe.xmp\x00"


def behind_ihdr(*parts: bytes) -> bytes:
    return PLAIN[:HEAD] + b"".join(parts) + PLAIN[HEAD:]


def before_iend(*parts: bytes) -> bytes:
    return PLAIN[:-12] + b"".join(parts) + PLAIN[-12:]


def test_one_chunk_behind_the_header():
    assert embedded(PLAIN, STORE) == behind_ihdr(chunk(b"caBX", STORE))
    assert box_names(embedded(PLAIN, STORE))[:3] == ["PNGh", "IHDR", "C2PA"]
    assert box_names(PLAIN) == ["PNGh", "IHDR", "IDAT", "IEND"]


@given(store=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_come_back(store):
    signed = embedded(PLAIN, store)
    layout = scan(signed)
    assert layout.remarks == ()
    assert read_store(BytesSource(signed), layout.store) == store
    assert embedded(signed, None) == PLAIN


def test_a_store_is_read_anywhere_before_the_end():
    text = chunk(b"tEXt", b"Title\x00x")
    for data, place in (
        (behind_ihdr(text, chunk(b"caBX", STORE)), HEAD + len(text)),
        (before_iend(chunk(b"caBX", STORE)), HEAD),
        (before_iend(text, chunk(b"caBX", STORE), text), HEAD),
    ):
        layout = scan(data)
        assert read_store(BytesSource(data), layout.store) == STORE
        assert layout.insert_at == place
        source = BytesSource(data)
        edit = PngFormat().embed(source, layout, store_of(70))
        assert edit.exclusions == scan(output(source, edit)).store.frame == (Span(place, 82),)


def test_a_store_behind_a_wrong_checksum_is_not_read():
    spoilt = bytearray(embedded(PLAIN, STORE))
    spoilt[HEAD + 8 + len(STORE)] ^= 1
    layout = scan(bytes(spoilt))
    assert layout.store is not None
    assert layout.store.fault == "the checksum of its chunk is wrong"
    with pytest.raises(MalformedError, match="checksum"):
        read_store(BytesSource(bytes(spoilt)), layout.store)
    assert scan(embedded(bytes(spoilt), STORE)).store.fault == ""


def test_several_stores_are_none():
    for data in (
        behind_ihdr(chunk(b"caBX", STORE), chunk(b"caBX", STORE)),
        PLAIN[:HEAD] + chunk(b"caBX", b"") + before_iend(chunk(b"caBX", STORE))[HEAD:],
    ):
        layout = scan(data)
        assert len(layout.stores) == 2
        assert layout.store is None
        assert embedded(data, None) == PLAIN
        assert embedded(data, STORE) == embedded(PLAIN, STORE)


def test_a_chunk_behind_the_end_is_no_store():
    tail = chunk(b"caBX", STORE)
    layout = scan(PLAIN + tail)
    assert layout.stores == ()
    assert layout.remarks == ()


def test_size_of_the_picture():
    assert (scan(PLAIN).width, scan(PLAIN).height) == (31, 23)


def test_animation_stays_an_animation():
    data = apng()
    signed = embedded(with_metadata(data, xmp=b"<x/>"), store_of(5_000))
    assert Image.open(io.BytesIO(signed)).n_frames == 3
    assert pixels(signed) == pixels(data)
    names = box_names(signed)
    assert names.index("C2PA") < names.index("acTL") < names.index("IDAT")


def test_metadata_is_listed_and_written():
    data = with_metadata(PLAIN, xmp=b"<x/>", exif=TIFF)
    assert data == behind_ihdr(chunk(b"eXIf", TIFF), chunk(b"iTXt", XMP + b"\x00\x00\x00\x00<x/>"))
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.info["xmp"] == b"<x/>"
    assert image.info["exif"] == b"Exif\x00\x00" + TIFF
    layout = scan(data)
    assert [(block.kind, data[block.slices[0].start : block.slices[0].end]) for block in layout.metadata] == [
        ("exif", TIFF),
        ("xmp", b"<x/>"),
    ]
    again = with_metadata(data, xmp=b"<other/>")
    assert again == behind_ihdr(chunk(b"eXIf", TIFF), chunk(b"iTXt", XMP + b"\x00\x00\x00\x00<other/>"))
    assert with_metadata(again, xmp=b"", exif=b"") == PLAIN
    assert with_metadata(data) == data


def test_metadata_behind_the_image_data_moves_before_it():
    data = before_iend(chunk(b"iTXt", XMP + b"\x00\x00en\x00titre\x00<old/>"), chunk(b"eXIf", TIFF))
    assert with_metadata(data, xmp=b"<new/>") == with_metadata(PLAIN, xmp=b"<new/>")[:-12] + chunk(b"eXIf", TIFF) + PLAIN[-12:]


def test_compressed_and_odd_text_chunks():
    packed = zlib.compress(b"<x/>")
    data = behind_ihdr(
        chunk(b"iTXt", XMP + b"\x01\x00en\x00title\x00" + packed),
        chunk(b"iTXt", b"Comment\x00\x00\x00\x00\x00not xmp"),
        chunk(b"iTXt", XMP),
        chunk(b"iTXt", XMP + b"\x00\x00no end"),
        chunk(b"iTXt", b""),
    )
    (block,) = scan(data).metadata
    assert block.compressed
    assert data[block.slices[0].start : block.slices[0].end] == packed


def test_faults_before_anything_of_use_are_errors():
    for data in (
        PLAIN[:8],
        PLAIN[:20],
        PLAIN[:HEAD],
        PLAIN[:12] + b"IDAT" + PLAIN[16:],
        PLAIN[:8] + b"\x00\x00\x00\x0c" + PLAIN[12:],
        behind_ihdr(b"\x7f\xff\xff\xfftEXt"),
        behind_ihdr(chunk(b"t1Xt", b"")),
    ):
        with pytest.raises(MalformedError) as caught:
            PngFormat().scan(BytesSource(data))
        assert caught.value.offset is not None


def test_faults_behind_a_store_or_image_data_are_remarks():
    damaged = embedded(PLAIN, STORE)[:-40]
    layout = scan(damaged)
    assert read_store(BytesSource(damaged), layout.store) == STORE
    assert "damaged" in layout.remarks[0]
    with pytest.raises(MalformedError):
        list(PngFormat().boxes(BytesSource(damaged), layout))
    assert "before the IEND chunk" in scan(PLAIN[:-12]).remarks[0]


def test_limits():
    many = behind_ihdr(*[chunk(b"tEXt", b"a\x00b")] * 17)
    assert PngFormat().scan(BytesSource(many), Limits(png_chunks=20)).remarks == ()
    with pytest.raises(MalformedError, match="more than 15 chunks"):
        PngFormat().scan(BytesSource(many), Limits(png_chunks=15))
    stores = behind_ihdr(*[chunk(b"caBX", STORE)] * 4)
    assert len(PngFormat().scan(BytesSource(stores), Limits(stores=4)).stores) == 4
    with pytest.raises(MalformedError, match="manifest stores"):
        PngFormat().scan(BytesSource(stores), Limits(stores=3))
    blocks = behind_ihdr(*[chunk(b"eXIf", TIFF)] * 3)
    PngFormat().scan(BytesSource(blocks), Limits(metadata_blocks=3))
    with pytest.raises(MalformedError, match="metadata blocks"):
        PngFormat().scan(BytesSource(blocks), Limits(metadata_blocks=2))


class Counting:
    """A source that counts how often it is asked."""

    def __init__(self, source: FileSource) -> None:
        self.source = source
        self.size = source.size
        self.known = source.known
        self.reads = 0

    def read(self, start: int, length: int) -> bytes:
        self.reads += 1
        return self.source.read(start, length)

    def chunks(self, start: int, length: int):
        self.reads += 1
        return self.source.chunks(start, length)


def test_a_hundred_thousand_chunks_need_few_reads(tmp_path):
    count = 100_000
    path = tmp_path / "many.png"
    path.write_bytes(behind_ihdr(chunk(b"caBX", STORE), chunk(b"IDAT", bytes(100)) * count))
    with FileSource(path) as file:
        source = Counting(file)
        layout = PngFormat().scan(source)
        assert layout.remarks == ()
        assert layout.metadata == ()
        assert source.reads < 100
        assert sum(box.name == "IDAT" for box in PngFormat().boxes(source, layout)) == count + 1
        assert source.reads < 200
        assert hash_ranges(file, "sha256", layout.store.frame).algorithm == "sha256"


def test_every_bit_of_the_framing_counts():
    signed = embedded(PLAIN, STORE)
    (frame,) = scan(signed).store.frame
    for at in (*range(frame.start, frame.start + 8), *range(frame.end - 4, frame.end)):
        for bit in range(8):
            spoilt = bytearray(signed)
            spoilt[at] ^= 1 << bit
            try:
                layout = scan(bytes(spoilt))
            except MalformedError:
                continue
            assert layout.store is None or layout.store.fault or layout.remarks


def test_a_source_is_walked_over_once_and_its_copy_up_to_the_data():
    plain = behind_ihdr(*[chunk(b"IDAT", bytes(50_000))] * 40)
    source = BytesSource(plain)
    form = PngFormat()
    layout = form.scan(source)
    assert form.scan(source) is layout
    assert source.known.clear_from == 33
    copy = Counting(EditedSource(source, form.embed(source, layout, STORE).pieces))
    assert copy.known.clear_from == 33 + 12 + len(STORE)
    assert form.scan(copy).store.frame == (Span(33, 12 + len(STORE)),)
    assert copy.reads < 8
    again = Counting(BytesSource(plain))
    form.scan(again)
    assert again.reads > 30


@pytest.mark.parametrize(
    "late", [chunk(b"caBX", STORE), chunk(b"eXIf", bytes(8)), chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + b"<x/>")]
)
def test_what_stands_behind_the_data_is_looked_for_in_a_copy_as_well(late):
    source = BytesSource(PLAIN[:-12] + late + PLAIN[-12:])
    form = PngFormat()
    layout = form.scan(source)
    assert source.known.clear_from is None
    copy = EditedSource(source, form.with_metadata(source, layout).pieces)
    assert form.scan(copy) == layout


# A scan for a verification hashes what it comes by.

FINE = PLAIN[:HEAD] + b"".join(chunk(b"IDAT", bytes([number]) * 700) for number in range(30)) + chunk(b"IEND", b"")


class _Counting(BytesSource):
    """Counts bytes that were given away."""

    given = 0

    def read(self, start: int, length: int) -> bytes:
        self.given += length
        return super().read(start, length)

    def chunks(self, start: int, length: int) -> Iterator[memoryview]:
        for begin in range(start, start + length, 1_000):
            size = min(1_000, start + length - begin)
            self.given += size
            yield from super().chunks(begin, size)


def _scanned(data: bytes, *, verified_next: bool) -> tuple[_Counting, object]:
    source = _Counting(data)
    source.known.verified_next = verified_next
    try:
        return source, PngFormat().scan(source)
    except MalformedError as error:
        return source, str(error)


def test_a_file_is_read_once_when_it_is_verified_next() -> None:
    source, layout = _scanned(signed := embedded(FINE, STORE), verified_next=True)
    assert isinstance(layout, Layout)
    assert layout == scan(signed)
    before = source.given
    found = hash_ranges(source, "sha256", layout.store.frame)
    assert source.given == before
    assert before < len(signed) + 5_000
    assert found == hash_ranges(BytesSource(signed), "sha256", layout.store.frame)
    assert not _scanned(signed, verified_next=False)[0].known.digests
    assert not _scanned(FINE, verified_next=True)[0].known.digests


@pytest.mark.parametrize(
    "data",
    [
        embedded(FINE, STORE),
        embedded(FINE, STORE) + b"behind the end",
        embedded(apng(), STORE),
        embedded(FINE[:-12] + chunk(b"eXIf", TIFF) + chunk(b"iTXt", XMP + bytes(4) + b"<x/>" * 900) + FINE[-12:], STORE),
        embedded(FINE, STORE)[:-12] + chunk(b"caBX", STORE) + FINE[-12:],
    ],
    ids=["plain", "more behind", "animated", "metadata behind", "two stores"],
)
def test_it_finds_what_any_scan_finds(data: bytes) -> None:
    for spoiled in (
        data,
        *(data[:end] for end in range(HEAD, len(data), 97)),
        *(data[:at] + b"\xff" + data[at + 1 :] for at in range(HEAD, len(data), 41)),
    ):
        source, found = _scanned(spoiled, verified_next=True)
        assert found == _scanned(spoiled, verified_next=False)[1]
        for (algorithm, parts), digest in source.known.digests.items():
            assert digest == hash_parts(BytesSource(spoiled), algorithm, parts)
