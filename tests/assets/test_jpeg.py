from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credkit.assets import BytesSource, JpegFormat, read_store
from credkit.assets.jpeg.app11 import MAX_SLICE, framed
from credkit.codec.jumbf import box_type, build_box, build_superbox
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from tests.assets.samples import (
    SMALLEST_STORE,
    TIFF,
    box_names,
    embedded,
    jpeg,
    jumbf_segment,
    output,
    pixels,
    scan,
    segment,
    store_of,
    with_metadata,
)

JFIF = jpeg()
APP0_END = 20
STORE = store_of(90)
XMP = b"http://ns.adobe.com/xap/1.0/\x00"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\x00"
FOREIGN = build_superbox(box_type("json"), "org.example.notes", build_box("json", b"{}"))
RUN = framed(store_of(140_000), 0x0211)
PARTS = [RUN[:65_537], RUN[65_537:131_074], RUN[131_074:]]
"""A store in three segments, two of them full."""


def behind_app0(*parts: bytes, data: bytes = JFIF) -> bytes:
    return data[:APP0_END] + b"".join(parts) + data[APP0_END:]


def stored(data: bytes) -> bytes:
    return read_store(BytesSource(data), scan(data).store)


def renumbered(part: bytes, **fields: int) -> bytes:
    """A segment with another En, Z or LBox."""
    spoilt = bytearray(part)
    for name, value in fields.items():
        struct.pack_into(
            {"instance": ">H", "sequence": ">I", "length": ">I"}[name], spoilt, {"instance": 6, "sequence": 8, "length": 12}[name], value
        )
    return bytes(spoilt)


def test_segments_as_the_standard_draws_them():
    store = store_of(200_000)
    signed = embedded(JFIF, store)
    assert signed[:APP0_END] == JFIF[:APP0_END]
    position, joined = APP0_END, b""
    for sequence in range(1, 5):
        marker, length, identifier, instance, number, box_length, kind = struct.unpack_from(">HH2sHI4s4s", signed, position)
        assert (marker, identifier, instance, number) == (0xFFEB, b"JP", 0x0211, sequence)
        assert (box_length, kind) == (store[:4], b"jumb")
        assert length <= 0xFFFF
        joined += signed[position + 20 : position + 2 + length]
        position += 2 + length
    assert store[:8] + joined == store
    assert signed[position:] == JFIF[APP0_END:]


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_stores_around_the_segment_limit(count, over):
    size = 8 + count * MAX_SLICE + over
    signed = embedded(JFIF, store_of(size))
    layout = scan(signed)
    assert len(layout.store.slices) == count + (over > 0)
    assert len(layout.store.frame) == 1
    assert stored(signed) == store_of(size)


@given(size=st.one_of(st.integers(SMALLEST_STORE + 8, 70_000), st.integers(65_500, 65_550)))
@settings(max_examples=60, deadline=None)
def test_any_store_comes_back(size):
    signed = embedded(JFIF, store_of(size))
    assert stored(signed) == store_of(size)
    assert embedded(signed, None) == JFIF


@given(size=st.integers(0, SMALLEST_STORE - 1))
@settings(max_examples=20, deadline=None)
def test_what_is_too_small_for_a_store_is_refused(size):
    with pytest.raises(AssetError, match="cannot be a manifest store"):
        embedded(JFIF, bytes(size))


def test_a_64_bit_length_is_read_but_not_written():
    body = STORE[8:]
    head = b"\x00\x00\x00\x01jumb" + (16 + len(body)).to_bytes(8, "big")
    data = behind_app0(jumbf_segment(STORE, head=head, body=body[:50]), jumbf_segment(STORE, head=head, body=body[50:], sequence=2))
    assert stored(data) == head + body
    with pytest.raises(AssetError, match="32 bits"):
        embedded(JFIF, head + body)


def test_place_of_a_new_store():
    bare = JFIF[:2] + JFIF[APP0_END:]
    exif = bare[:2] + segment(0xE1, b"Exif\x00\x00" + TIFF) + bare[2:]
    two = behind_app0(segment(0xE0, b"JFXX\x00\x10"))
    late = behind_app0(segment(0xFE, b"note"), segment(0xE0, b"JFXX\x00\x10"))
    assert scan(JFIF).insert_at == APP0_END
    assert scan(bare).insert_at == 2
    assert scan(exif).insert_at == 2
    assert scan(two).insert_at == APP0_END + 10
    assert scan(late).insert_at == APP0_END


def test_a_single_store_is_replaced_where_it_stands():
    comment = segment(0xFE, b"a comment before the store")
    data = behind_app0(comment, framed(STORE, 7))
    replaced = embedded(data, store_of(500))
    assert scan(replaced).store.frame[0].start == scan(data).store.frame[0].start == APP0_END + len(comment)


def test_other_jumbf_boxes_stay_and_keep_their_number():
    foreign = [jumbf_segment(FOREIGN, instance=0x0211), jumbf_segment(FOREIGN, instance=1), segment(0xEB, b"HDR_RI ver=11")]
    data = behind_app0(*foreign)
    assert scan(data).stores == ()
    signed = embedded(data, store_of(140_000))
    run = scan(signed).store.frame[0]
    numbers = {struct.unpack_from(">H", signed, run.start + offset + 6)[0] for offset in (0, 65_537, 131_074)}
    assert numbers == {2}
    assert all(part in signed for part in foreign)
    assert stored(signed) == store_of(140_000)
    assert embedded(signed, None) == data
    assert box_names(signed)[:6] == ["SOI", "APP0", "C2PA", "APP11", "APP11", "APP11"]


def test_a_box_behind_the_run_may_share_its_number():
    data = behind_app0(framed(STORE, 0x0211), jumbf_segment(FOREIGN, instance=0x0211), jumbf_segment(FOREIGN, instance=0x0211, sequence=2))
    assert stored(data) == STORE
    assert len(scan(data).store.frame) == 1


def test_numbers_from_zero_are_read():
    data = behind_app0(*(renumbered(part, sequence=number) for number, part in enumerate(PARTS)))
    assert stored(data) == store_of(140_000)


@pytest.mark.parametrize(
    "gap",
    [segment(0xFE, b"gap"), jumbf_segment(FOREIGN, instance=9), b"\xff", b"\xff\xff", segment(0xE5, b"")],
    ids=["comment", "foreign box", "fill byte", "fill bytes", "empty segment"],
)
@pytest.mark.parametrize("at", [1, 2])
def test_foreign_bytes_in_the_run_split_the_frame(gap, at):
    data = behind_app0(*PARTS[:at], gap, *PARTS[at:])
    layout = scan(data)
    assert read_store(BytesSource(data), layout.store) == store_of(140_000)
    assert len(layout.store.frame) == 2
    assert sum(span.length for span in layout.store.frame) == len(RUN)
    assert gap in embedded(data, None) or set(gap) == {0xFF}
    assert stored(embedded(data, STORE)) == STORE


@pytest.mark.parametrize(
    "parts",
    [
        [PARTS[0], PARTS[2], PARTS[1]],
        [PARTS[0], PARTS[1]],
        [PARTS[0], renumbered(PARTS[1], sequence=3), PARTS[2]],
        [PARTS[0], renumbered(PARTS[1], sequence=1), PARTS[2]],
        [renumbered(PARTS[0], sequence=2), PARTS[1], PARTS[2]],
        [PARTS[0], renumbered(PARTS[1], instance=9), PARTS[2]],
        [PARTS[0], renumbered(PARTS[1], length=140_001), PARTS[2]],
        [renumbered(PARTS[0], length=0xFFFFFFF0), PARTS[1], PARTS[2]],
        [renumbered(PARTS[0], length=0), PARTS[1], PARTS[2]],
        [renumbered(PARTS[0], length=20), PARTS[1], PARTS[2]],
        [renumbered(part, length=139_000) for part in PARTS],
        [renumbered(part, length=141_000) for part in PARTS],
    ],
    ids=[
        "swapped",
        "cut",
        "skipped",
        "repeated",
        "from 2",
        "other En",
        "LBox of one",
        "LBox huge",
        "LBox 0",
        "LBox small",
        "LBox less",
        "LBox more",
    ],
)
def test_contradictory_framing_is_never_a_store(parts):
    data = behind_app0(*parts)
    layout = scan(data)
    assert len(layout.stores) == 1
    assert layout.store.fault
    assert any(layout.store.fault in remark for remark in layout.remarks)
    with pytest.raises(MalformedError) as caught:
        read_store(BytesSource(data), layout.store)
    assert caught.value.code == "manifest.inaccessible.malformed"
    assert stored(embedded(data, STORE)) == STORE
    assert pixels(embedded(data, None)) == pixels(JFIF)


def test_two_stores_are_none_in_any_order():
    one, other = framed(STORE, 0x0211), framed(store_of(80), 0x0212)
    twin = framed(store_of(80), 0x0211)
    for parts in ([one, other], [other, one], [one, twin], [one, segment(0xFE, b"x"), other], [one, one]):
        data = behind_app0(*parts)
        layout = scan(data)
        assert len(layout.stores) == 2
        assert layout.store is None
        signed = embedded(data, store_of(300))
        assert stored(signed) == store_of(300)
        assert scan(embedded(data, None)).stores == ()
    early = JFIF[:2] + one + JFIF[2:APP0_END] + other + JFIF[APP0_END:]
    source = BytesSource(early)
    edit = JpegFormat().embed(source, JpegFormat().scan(source), store_of(300))
    assert scan(output(source, edit)).store.frame == edit.exclusions


def test_a_store_between_the_scans_is_found():
    progressive = jpeg(progressive=True)
    second_scan = progressive.index(b"\xff\xc4", progressive.index(b"\xff\xda"))
    data = progressive[:second_scan] + framed(STORE, 1) + progressive[second_scan:]
    assert stored(data) == STORE
    assert scan(data).insert_at == APP0_END
    assert scan(embedded(data, STORE)).store.frame[0].start == APP0_END
    assert embedded(data, None) == progressive


def test_boxes_have_the_names_of_the_standard():
    assert box_names(jpeg(restart_marker_blocks=3))[:4] == ["SOI", "APP0", "DQT", "DQT"]
    names = box_names(jpeg(restart_marker_blocks=1))
    assert names[-1] == "EOI"
    first = names.index("RST0")
    assert names[first - 1] == "SOS"
    assert "DRI" in names
    assert names[first:-1] == [f"RST{number % 8}" for number in range(len(names) - 1 - first)]
    assert "SOF0" in names
    progressive = box_names(jpeg(progressive=True))
    assert "SOF2" in progressive
    assert progressive.count("SOS") > 1
    assert box_names(behind_app0(segment(0xFE, b"x"), segment(0xED, b""), segment(0xF3, b"abc")))[2:5] == ["COM", "APP13", "JPG3"]
    assert box_names(embedded(JFIF, store_of(140_000)))[:4] == ["SOI", "APP0", "C2PA", "DQT"]


def test_pictures_behind_the_first_are_listed():
    data = embedded(JFIF, STORE) + embedded(JFIF, STORE)
    names = box_names(data)
    assert names.count("SOI") == names.count("EOI") == 2
    assert names.count("C2PA") == 1
    assert names.count("APP11") == 1
    assert scan(data).store.frame == scan(data[: len(data) // 2]).store.frame


def test_fill_bytes_and_stuffing():
    sos = JFIF.index(b"\xff\xda")
    filled = behind_app0(b"\xff" * 70_000, data=JFIF)
    assert box_names(filled) == box_names(JFIF)
    assert scan(filled).width == 31
    ending = JFIF[:-2] + b"\xff\x00\xff\xff\xff\xd9"
    layout = scan(ending)
    assert layout.remarks == ()
    assert box_names(ending)[-2:] == ["SOS", "EOI"]
    assert sos > 0
    before_store = behind_app0(b"\xff\xff", framed(STORE, 1))
    boxes = list(JpegFormat().boxes(BytesSource(before_store), scan(before_store)))
    assert [box.name for box in boxes][:3] == ["SOI", "APP0", "C2PA"]
    assert boxes[2].span.start == boxes[1].span.end + 2


@pytest.mark.parametrize("at", [262_142, 262_143, 262_144, 262_145])
@pytest.mark.parametrize("tail", [b"\xff\xd9", b"\xff\xff\xff\xd9", b"\xff\x00\xff\xd0\xff\xd9"])
def test_markers_across_the_reading_window(at, tail):
    head = b"\xff\xd8" + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    data = head + bytes(at - len(head)) + tail + b"rest"
    *_, last = JpegFormat().boxes(BytesSource(data), scan(data))
    assert (last.name, last.span.end) == ("EOI", at + len(tail))


def test_size_of_the_picture():
    assert (scan(JFIF).width, scan(JFIF).height) == (31, 23)
    progressive = scan(jpeg(progressive=True))
    assert (progressive.width, progressive.height) == (31, 23)


def test_faults_before_anything_of_use_are_errors():
    for data in (
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\xff\xd8\xff\xe0\x00\x10abc",
        b"\xff\xd8\x00\x00",
        b"\xff\xd8\xff\x00\x00\x02",
        behind_app0(b"garbage"),
    ):
        with pytest.raises(MalformedError) as caught:
            JpegFormat().scan(BytesSource(data))
        assert caught.value.offset is not None


def test_faults_behind_a_store_or_scan_are_remarks():
    cut = JFIF[:-2]
    assert "without an end marker" in scan(cut).remarks[0]
    damaged = embedded(JFIF, STORE).replace(b"\xff\xdb", b"\x00\xdb", 1)
    layout = scan(damaged)
    assert read_store(BytesSource(damaged), layout.store) == STORE
    assert "damaged" in layout.remarks[0]
    with pytest.raises(MalformedError):
        list(JpegFormat().boxes(BytesSource(damaged), layout))
    with pytest.raises(MalformedError):
        box_names(cut)


def test_limits():
    many = behind_app0(*[segment(0xFE, b"")] * 30)
    count = len([name for name in box_names(many) if name != "SOI"])
    JpegFormat().scan(BytesSource(many), Limits(jpeg_segments=count))
    with pytest.raises(MalformedError, match="more than 20 segments"):
        JpegFormat().scan(BytesSource(many), Limits(jpeg_segments=20))
    stores = behind_app0(*[framed(STORE, number) for number in range(1, 5)])
    assert len(JpegFormat().scan(BytesSource(stores), Limits(stores=4)).stores) == 4
    with pytest.raises(MalformedError, match="manifest stores"):
        JpegFormat().scan(BytesSource(stores), Limits(stores=3))
    slices = behind_app0(*PARTS)
    JpegFormat().scan(BytesSource(slices), Limits(store_slices=3))
    with pytest.raises(MalformedError, match="segments of one manifest store"):
        JpegFormat().scan(BytesSource(slices), Limits(store_slices=2))
    blocks = behind_app0(*[segment(0xE1, XMP + b"<x/>")] * 3)
    JpegFormat().scan(BytesSource(blocks), Limits(metadata_blocks=3))
    with pytest.raises(MalformedError, match="metadata blocks"):
        JpegFormat().scan(BytesSource(blocks), Limits(metadata_blocks=2))


def values(data: bytes) -> list[tuple[str, bytes]]:
    return [(block.kind, b"".join(data[span.start : span.end] for span in block.slices)) for block in scan(data).metadata]


def test_metadata_is_listed():
    exif, xmp = segment(0xE1, b"Exif\x00\x00" + TIFF), segment(0xE1, XMP + b"<x/>")
    iptc = segment(0xED, b"Photoshop 3.0\x008BIM")
    data = behind_app0(exif, xmp, iptc, segment(0xE1, b"other"), segment(0xE1, b""))
    assert values(data) == [("exif", TIFF), ("xmp", b"<x/>"), ("iptc", b"8BIM")]
    assert [data[block.frame.start : block.frame.end] for block in scan(data).metadata] == [exif, xmp, iptc]


def test_metadata_is_written_where_readers_look():
    data = with_metadata(JFIF, xmp=b"<x:xmpmeta/>", exif=TIFF)
    assert data[APP0_END:] == segment(0xE1, b"Exif\x00\x00" + TIFF) + segment(0xE1, XMP + b"<x:xmpmeta/>") + JFIF[APP0_END:]
    image = Image.open(io.BytesIO(data))
    assert image.info["xmp"] == b"<x:xmpmeta/>"
    assert image.info["exif"] == b"Exif\x00\x00" + TIFF
    assert pixels(data) == pixels(JFIF)
    again = with_metadata(data, xmp=b"<y/>")
    assert values(again) == [("exif", TIFF), ("xmp", b"<y/>")]
    assert with_metadata(again, xmp=b"", exif=b"") == JFIF
    assert with_metadata(data) == data


def test_extended_xmp_goes_with_its_packet():
    parts = [segment(0xE1, EXTENSION + b"0" * 32 + struct.pack(">II", 20, offset) + b"x" * 10) for offset in (0, 10)]
    data = behind_app0(segment(0xE1, XMP + b"<old/>"), segment(0xFE, b"between"), *parts)
    assert [block.kind for block in scan(data).metadata] == ["xmp", "xmp-extension", "xmp-extension"]
    assert with_metadata(data, xmp=b"<new/>") == behind_app0(segment(0xE1, XMP + b"<new/>"), segment(0xFE, b"between"))
    assert parts[0] in with_metadata(data, exif=TIFF)


def test_metadata_leaves_a_store_alone():
    signed = embedded(JFIF, STORE)
    described = with_metadata(signed, xmp=b"<x/>", exif=TIFF)
    assert stored(described) == STORE
    assert embedded(described, None) == with_metadata(JFIF, xmp=b"<x/>", exif=TIFF)


def test_metadata_that_does_not_fit():
    assert len(with_metadata(JFIF, xmp=b" " * 65_502)) == len(JFIF) + 65_502 + 33
    with_metadata(JFIF, exif=bytes(65_527))
    for values_ in ({"xmp": bytes(65_503)}, {"exif": bytes(65_528)}):
        with pytest.raises(AssetError, match="does not fit into a JPEG"):
            with_metadata(JFIF, **values_)


def test_no_free_box_number():
    data = behind_app0(*[jumbf_segment(FOREIGN, instance=number) for number in range(65_536)])
    with pytest.raises(AssetError, match="65,535"):
        # Something large behind the picture, because small files may not have so many segments.
        embedded(data + bytes(10_000_000), STORE)


def test_nothing_but_fill_bytes_is_no_marker():
    with pytest.raises(MalformedError, match="no marker"):
        JpegFormat().scan(BytesSource(JFIF[:APP0_END] + b"\xff" * 300_000))


def test_every_bit_of_the_framing_counts():
    store = store_of(70_000)
    signed = embedded(JFIF, store)
    location = scan(signed).store
    (frame,) = location.frame
    framing = [at for at in range(frame.start, frame.end) if not any(span.start <= at < span.end for span in location.slices)]
    assert len(framing) == 12 + 20
    for at in framing:
        for bit in range(8):
            spoilt = bytearray(signed)
            spoilt[at] ^= 1 << bit
            try:
                found = scan(bytes(spoilt)).store
                accepted = found is not None and found.frame == (frame,) and read_store(BytesSource(bytes(spoilt)), found) == store
            except MalformedError:
                continue
            assert not accepted, f"byte {at - frame.start}, bit {bit}"
