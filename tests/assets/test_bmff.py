"""Boxes of ISO base media files: sizes in all forms, paths, limits, and bytes that are no boxes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, Span
from credkit.assets.bmff.boxes import BmffBox, BoxWalker, parse_path
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS
from tests.forge.bmff import box, film, large_box

FILM = b"".join(film())


def roots(data: bytes, **limits: int) -> list[BmffBox]:
    return list(BoxWalker(BytesSource(data), replace(DEFAULT_LIMITS, **limits)).roots())


def found(data: bytes, path: str) -> list[str]:
    parsed = parse_path(path)
    assert parsed is not None
    return [item.path for item in BoxWalker(BytesSource(data)).find(parsed)]


def everything(walker: BoxWalker, boxes: list[BmffBox]) -> int:
    """Every box, and whatever its content would be as boxes."""
    count = 0
    for item in boxes:
        count += 1
        try:
            inner = list(walker.children(item))
        except MalformedError:
            continue
        count += everything(walker, inner)
    return count


def test_roots() -> None:
    boxes = roots(FILM)
    assert [item.type for item in boxes] == ["ftyp", "uuid", "free", "mdat", "moov"]
    assert boxes[0].span.start == 0
    assert all(before.span.end == behind.span.start for before, behind in pairwise(boxes))
    assert boxes[-1].span.end == len(FILM)


def test_sizes() -> None:
    data = large_box("mdat", b"abc") + box("free") + (0).to_bytes(4, "big") + b"skip to the end"
    assert [(item.type, item.span, item.payload) for item in roots(data)] == [
        ("mdat", Span(0, 19), Span(16, 3)),
        ("free", Span(19, 8), Span(27, 0)),
        ("skip", Span(27, 19), Span(35, 11)),
    ]


def test_empty_file() -> None:
    assert roots(b"") == []


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        bytes(7),
        b"\0\0\0\x07free",
        b"\0\0\0\x09free",
        b"\0\0\0\x01mdat",
        b"\0\0\0\x01mdat" + bytes(7),
        b"\0\0\0\x01mdat" + (15).to_bytes(8, "big"),
        b"\0\0\0\x01mdat" + (17).to_bytes(8, "big"),
        b"\0\0\0\x01mdat" + b"\xff" * 8,
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        FILM + b"\0\0\0\0",
        FILM[:-1],
    ],
)
def test_what_is_no_box(data: bytes) -> None:
    with pytest.raises(MalformedError):
        roots(data)


def test_a_nested_box_has_a_size() -> None:
    data = box("moov", (0).to_bytes(4, "big") + b"free")
    with pytest.raises(MalformedError, match="claims 0 bytes"):
        found(data, "/moov/free")


def test_the_end_of_a_quicktime_list() -> None:
    assert found(box("moov", box("udta", box("name"), bytes(4))), "/moov/udta/name") == ["/moov[1]/udta[1]/name[1]"]


@pytest.mark.parametrize("fields", [b"", bytes(4)])
def test_meta_of_both_kinds(fields: bytes) -> None:
    data = box("meta", fields, box("hdlr", bytes(20)), box("iloc", b"x"))
    assert found(data, "/meta/iloc") == ["/meta[1]/iloc[1]"]


@pytest.mark.parametrize("payload", [b"", bytes(4), bytes(7)])
def test_meta_without_boxes(payload: bytes) -> None:
    assert found(box("meta", payload), "/meta/iloc") == []


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("/free", ["/free[1]"]),
        ("/moov/trak", ["/moov[1]/trak[1]", "/moov[1]/trak[2]"]),
        ("/moov/trak[2]", ["/moov[1]/trak[2]"]),
        ("/moov[1]/trak[2]/tkhd", ["/moov[1]/trak[2]/tkhd[1]"]),
        ("/moov/trak[3]", []),
        ("/moov[2]/trak", []),
        ("/moov/trak/mdia/minf/stbl/stco", [f"/moov[1]/trak[{n}]/mdia[1]/minf[1]/stbl[1]/stco[1]" for n in (1, 2)]),
    ],
)
def test_paths(path: str, places: list[str]) -> None:
    assert found(FILM, path) == places


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "free",
        "//free",
        "/free/",
        "/free//x",
        "/fre",
        "/freed",
        "/free[0]",
        "/free[01]",
        "/free[-1]",
        "/free[]",
        "/free[1",
        "/*",
        7,
        None,
        "/free[1][2]",
        "/free[99999999999]",
        "/moov/.../x",
    ],
)
def test_what_is_no_path(text: object) -> None:
    assert parse_path(text) is None


def test_a_path_of_any_four_characters() -> None:
    assert parse_path("/\xa9nam/url [2]") == (("\xa9nam", None), ("url ", 2))


def test_limit_of_boxes() -> None:
    data = box("free") * 5
    assert len(roots(data, bmff_boxes=5)) == 5
    with pytest.raises(MalformedError, match="more than 4 boxes"):
        roots(data, bmff_boxes=4)


def test_all_walks_of_one_walker_are_counted() -> None:
    walker = BoxWalker(BytesSource(box("free") * 3), replace(DEFAULT_LIMITS, bmff_boxes=5))
    assert len(list(walker.roots())) == 3
    with pytest.raises(MalformedError):
        list(walker.roots())


def test_limit_of_depth() -> None:
    data = b""
    for _ in range(4):
        data = box("moov", data)
    limits = replace(DEFAULT_LIMITS, bmff_depth=4)
    path = parse_path("/moov" * 4, limits=limits)
    assert path is not None
    walker = BoxWalker(BytesSource(data), limits)
    deepest = next(iter(walker.find(path)))
    with pytest.raises(MalformedError, match="deeper than 4"):
        list(walker.children(deepest))
    assert parse_path("/moov" * 5, limits=limits) is None


def test_truncation_at_every_offset() -> None:
    ends = {item.span.end for item in roots(FILM)} | {0}
    for end in range(len(FILM)):
        if end in ends:
            assert sum(item.span.length for item in roots(FILM[:end])) == end
        else:
            with pytest.raises(MalformedError):
                roots(FILM[:end])


@settings(max_examples=100)
@given(st.binary(max_size=200), st.integers(0, len(FILM)))
def test_random_bytes(noise: bytes, at: int) -> None:
    for data in (noise, FILM[:at] + noise + FILM[at:]):
        walker = BoxWalker(BytesSource(data), replace(DEFAULT_LIMITS, bmff_boxes=2000))
        try:
            boxes = list(walker.roots())
        except MalformedError:
            continue
        assert sum(item.span.length for item in boxes) == len(data)
        everything(walker, boxes)
