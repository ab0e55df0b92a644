"""Small TIFF files: made by Pillow, and put together by hand where Pillow writes none (other byte order, tiles, DNG)."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image

from tests.assets.samples import picture, saved

__all__ = ["Value", "big_tiff", "directories", "dng", "multi_tiff", "raw_tiff", "tiff", "tiff_pixels"]

Value = tuple[int, int, bytes]
"""Type, count, and the bytes of the values."""
BYTE, ASCII, SHORT, LONG, UNDEFINED = 1, 2, 3, 4, 7


def tiff(**options: object) -> bytes:
    return saved(picture(), "TIFF", **options)


def big_tiff() -> bytes:
    return tiff(big_tiff=True)


def multi_tiff(pages: int = 3, **options: object) -> bytes:
    frames = [picture().rotate(90 * index) for index in range(pages)]
    return saved(frames[0], "TIFF", save_all=True, append_images=frames[1:], **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How numbers are written."""

    order: str
    big: bool

    def pack(self, code: str, *values: int) -> bytes:
        return struct.pack(self.order + code, *values)

    def short(self, *values: int) -> Value:
        return SHORT, len(values), self.pack(f"{len(values)}H", *values)

    def long(self, *values: int) -> Value:
        return LONG, len(values), self.pack(f"{len(values)}I", *values)


def raw_tiff(
    extra: dict[int, Value] | None = None,
    *,
    order: str = "<",
    big: bool = False,
    tiled: bool = False,
    below: bool = False,
    gap: bytes = b"",
    without: tuple[int, ...] = (),
    head: bytes | None = None,
) -> bytes:
    """One picture of 32 by 16 pixels: header, pixels, values, directory last. ``below`` puts the same picture into a directory below."""
    numbers = Numbers(order=order, big=big)
    image = picture(32, 16)
    start = (16 if big else 8) + len(gap)
    if tiled:
        parts = [image.crop((x, 0, x + 16, 16)).tobytes() for x in (0, 16)]
    else:
        parts = [image.crop((0, y, 32, y + 8)).tobytes() for y in (0, 8)]
    places = numbers.long(*(start + sum(map(len, parts[:index])) for index in range(2)))
    lengths = numbers.long(*map(len, parts))
    tags: dict[int, Value] = {
        256: numbers.short(32), 257: numbers.short(16), 258: numbers.short(8, 8, 8), 259: numbers.short(1), 262: numbers.short(2),
        277: numbers.short(3), 284: numbers.short(1),
    }  # fmt: skip
    tags |= {322: numbers.short(16), 323: numbers.short(16), 324: places, 325: lengths} if tiled else {
        273: places, 278: numbers.short(8), 279: lengths,
    }  # fmt: skip
    body = gap + b"".join(parts)
    if below:
        raw = dict(tags)
        body += bytes(len(body) % 2)
        at = start - len(gap) + len(body)
        body += _directory(numbers, raw, at)
        tags[330] = numbers.long(at + _directory_at(numbers, raw))
    tags = {tag: value for tag, value in (tags | (extra or {})).items() if tag not in without}
    at = start - len(gap) + len(body)
    values = _directory(numbers, tags, at)
    first = at + _directory_at(numbers, tags)
    mark = {"<": b"II", ">": b"MM"}[order] + numbers.pack("H", 43 if big else 42)
    header = (head or mark) + (numbers.pack("HHQ", 8, 0, first) if big else numbers.pack("I", first))
    return header + body + values


def _out_of_line(numbers: Numbers, tags: dict[int, Value]) -> list[int]:
    return [tag for tag in sorted(tags) if len(tags[tag][2]) > (8 if numbers.big else 4)]


def _directory_at(numbers: Numbers, tags: dict[int, Value]) -> int:
    return sum(len(tags[tag][2]) + len(tags[tag][2]) % 2 for tag in _out_of_line(numbers, tags))


def _directory(numbers: Numbers, tags: dict[int, Value], start: int) -> bytes:
    """The values that stand elsewhere, then the directory."""
    room, code = (8, "Q") if numbers.big else (4, "I")
    data, entries = b"", numbers.pack("Q" if numbers.big else "H", len(tags))
    for tag, (kind, count, value) in sorted(tags.items()):
        if len(value) > room:
            field = numbers.pack(code, start + len(data))
            data += value + bytes(len(value) % 2)
        else:
            field = value.ljust(room, b"\x00")
        entries += numbers.pack("HH" + code, tag, kind, count) + field
    return data + entries + bytes(room)


def dng(order: str = "<") -> bytes:
    """A DNG as converters write it: the first directory has a small picture, the raw data lie in a directory below; XMP and EXIF."""
    numbers = Numbers(order=order, big=False)
    extra: dict[int, Value] = {
        254: numbers.long(1),
        271: (ASCII, 5, b"Test\x00"),
        700: (BYTE, 40, b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>   "),
        50706: (BYTE, 4, bytes((1, 6, 0, 0))),
        50707: (BYTE, 4, bytes((1, 1, 0, 0))),
        50708: (ASCII, 10, b"Test Model\x00"[:10]),
        50740: (UNDEFINED, 20, b"private data of make"),
    }
    return raw_tiff(extra, order=order, below=True)


def directories(data: bytes) -> list[list[tuple[int, int, int, int]]]:
    """Tag, type, count and value field (as a number) of each entry, page by page: a second, simple reader."""
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    count, entry, link = ("Q", "HHQQ", "Q") if big else ("H", "HHII", "I")
    (place,) = struct.unpack_from(order + link, data, 8 if big else 4)
    pages = []
    while place:
        (length,) = struct.unpack_from(order + count, data, place)
        place += struct.calcsize(order + count)
        size = struct.calcsize(order + entry)
        pages.append([struct.unpack_from(order + entry, data, place + size * index) for index in range(length)])
        (place,) = struct.unpack_from(order + link, data, place + size * length)
        assert len(pages) < 1_000
    return pages


def _strips(data: bytes, page: list[tuple[int, int, int, int]]) -> list[bytes]:
    """The two strips of ``raw_tiff``, whose places and lengths stand in the entries themselves."""
    fields = {entry[0]: struct.pack(">Q", entry[3]) for entry in page}
    return [data[start : start + size] for start, size in zip(*(struct.unpack(">II", fields[tag]) for tag in (273, 279)), strict=True)]


def tiff_pixels(data: bytes) -> list[bytes]:
    """All pages with a picture as raw pixels. Pillow does not know BigTIFF with the highest byte first: its strips are put together."""
    if data[:4] == b"MM\x00+":
        return [b"".join(_strips(data, page)) for page in directories(data)]
    image = Image.open(io.BytesIO(data))
    frames = []
    for index, page in enumerate(directories(data)):
        if any(entry[0] == 256 for entry in page):
            image.seek(index)
            frames.append(image.convert("RGB").tobytes())
    return frames
