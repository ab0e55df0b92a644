"""Multi-picture files: the index must still point at the other pictures after every edit."""

from __future__ import annotations

import struct

import pytest

from credkit.assets import BytesSource
from credkit.assets.jpeg.app11 import framed
from credkit.assets.jpeg.markers import segments
from credkit.assets.jpeg.mpf import picture_offsets
from credkit.assets.window import Window
from tests.assets.samples import TIFF, embedded, jpeg, pixels, scan, segment, store_of, with_metadata

PRIMARY = jpeg()
FURTHER = [jpeg(quality=30), jpeg(quality=60)]
XMP = b"http://ns.adobe.com/xap/1.0/\x00"


def index(order: str, offsets: list[int]) -> bytes:
    """An MPF segment with three pictures, laid out as cameras do."""
    entries = struct.pack(order + "IIIHH", 0x030000, 0, 0, 0, 0)
    for offset in offsets:
        entries += struct.pack(order + "IIIHH", 0, 0, offset, 0, 0)
    fields = struct.pack(order + "HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(order + "HHII", 0xB001, 4, 1, 1 + len(offsets))
    fields += struct.pack(order + "HHII", 0xB002, 7, len(entries), 8 + 2 + 36 + 4)
    header = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", 8)
    return segment(0xE2, b"MPF\x00" + header + struct.pack(order + "H", 3) + fields + bytes(4) + entries)


def multi_picture(order: str = "<", before: bytes = b"", after: bytes = b"") -> bytes:
    start = 20 + len(before)
    first = PRIMARY[:20] + before + index(order, [0, 0]) + after + PRIMARY[20:]
    offsets, position = [], len(first)
    for further in FURTHER:
        offsets.append(position - start - 8)
        position += len(further)
    return PRIMARY[:20] + before + index(order, offsets) + after + PRIMARY[20:] + b"".join(FURTHER)


def pictures(data: bytes) -> list[bytes]:
    """What the index points at, up to the end of the file."""
    window = Window(BytesSource(data))
    return [data[offset.target :] for item in segments(window) if item.marker == 0xE2 for offset in picture_offsets(window, item)]


EXPECTED = [FURTHER[0] + FURTHER[1], FURTHER[1]]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_store_before_the_index_changes_nothing_else(order):
    data = multi_picture(order)
    assert pictures(data) == EXPECTED
    signed = embedded(data, store_of(150_000))
    assert pictures(signed) == EXPECTED
    frame = scan(signed).store.frame[0]
    assert frame.start == 20
    assert signed[: frame.start] + signed[frame.end :] == data
    assert embedded(signed, None) == data
    assert pixels(signed)[0] == pixels(PRIMARY)[0]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_store_behind_the_index_moves_before_it(order):
    data = multi_picture(order, after=framed(store_of(5_000), 7))
    assert pictures(data) == EXPECTED
    for store in (store_of(100), store_of(90_000), None):
        changed = embedded(data, store)
        assert pictures(changed) == EXPECTED
        if store:
            assert scan(changed).store.frame[0].start == 20
            assert changed == embedded(multi_picture(order), store)
        else:
            assert changed == multi_picture(order)


def test_metadata_keeps_the_offsets_right():
    old = segment(0xE1, XMP + b"<old/>")
    for data in (multi_picture(), multi_picture(before=old), multi_picture(after=old), multi_picture(">", before=old, after=old)):
        changed = with_metadata(data, xmp=b"<a much longer packet than before/>", exif=TIFF)
        assert pictures(changed) == EXPECTED
        assert [block.kind for block in scan(changed).metadata] == ["exif", "xmp"]
        assert scan(changed).metadata[-1].frame.end <= changed.index(b"MPF\x00")
        assert pictures(with_metadata(changed, xmp=b"", exif=b"")) == EXPECTED


@pytest.mark.parametrize("cut", range(8, 80, 3))
def test_a_broken_index_is_left_alone(cut):
    whole = index("<", [70, 80])
    payload = whole[4 : 4 + max(0, len(whole) - cut)]
    data = PRIMARY[:20] + segment(0xE2, payload) + framed(store_of(100), 1) + PRIMARY[20:]
    assert len(embedded(data, None)) == len(data) - len(framed(store_of(100), 1))


def test_offsets_that_point_nowhere_are_left_alone():
    data = PRIMARY[:20] + index("<", [0xFFFFFFF0, 1 << 20]) + framed(store_of(100), 1) + PRIMARY[20:]
    assert embedded(data, None) == PRIMARY[:20] + index("<", [0xFFFFFFF0, 1 << 20]) + PRIMARY[20:]
