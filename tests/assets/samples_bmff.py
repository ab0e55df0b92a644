"""Small films, sound and pictures in ISO base media files, and readers of their own for them: what lies where the tables point."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from PIL import Image, features

from tests.assets.samples import picture, pixels, saved
from tests.forge.bmff import box, large_box

__all__ = [
    "XMP_UUID",
    "animated_avif",
    "avif",
    "coded",
    "film_of",
    "fragmented",
    "full",
    "heic",
    "heic_pixels",
    "item_picture",
    "media_of",
    "old_film",
    "table",
]

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_CHUNKS = (b"first chunk of media", b"second", b"the third, longer than the others")
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mfra")


def full(kind: str, *payload: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, bytes((version,)) + flags.to_bytes(3, "big"), *payload)


def table(kind: str, places: list[int]) -> bytes:
    return full(kind, struct.pack(">I", len(places)), struct.pack(f">{len(places)}{'Q' if kind == 'co64' else 'I'}", *places))


def _track(offsets: bytes, handler: bytes, *more: bytes, local: int = 1) -> bytes:
    header = full("tkhd", bytes(72), struct.pack(">II", 31 << 16, 23 << 16) if handler == b"vide" else bytes(8))
    references = box("dinf", full("dref", struct.pack(">I", 1), full("url ", flags=local)))
    kind = full("hdlr", bytes(4), handler, bytes(13))
    return box("trak", header, box("mdia", kind, box("minf", references, box("stbl", offsets, *more))))


def film_of(
    *,
    brand: bytes = b"isom",
    kind: str = "stco",
    media_first: bool = False,
    handlers: tuple[bytes, ...] = (b"vide", b"soun"),
    open_end: bool = False,
) -> bytes:
    """A film of a few chunks, each track with a table of where they lie; the media before the index or behind it."""
    start = box("ftyp", brand, bytes(4), brand, b"mp42")
    media = b"".join(_CHUNKS)

    def index(at: int) -> bytes:
        places = [at + sum(map(len, _CHUNKS[:number])) for number in range(len(_CHUNKS))]
        saio = full("saio", struct.pack(">II", 1, places[-1]))
        return box("moov", full("mvhd", bytes(96)), *(_track(table(kind, places), handler, saio) for handler in handlers))

    if media_first:
        return start + box("free", bytes(16)) + large_box("mdat", media) + index(len(start) + 24 + 16)
    behind = box("mdat", media)
    length = len(index(0))
    return start + index(len(start) + length + 8) + (bytes(4) + behind[4:] if open_end else behind)


def old_film() -> bytes:
    """A QuickTime film from before brands, which begins with filling."""
    media = box("mdat", b"".join(_CHUNKS))
    places = [16 + sum(map(len, _CHUNKS[:number])) for number in range(len(_CHUNKS))]
    return box("wide") + media + box("moov", full("mvhd", bytes(96)), _track(table("stco", places), b"vide")) + box("free", b"room")


def fragmented(count: int = 3, *, version: int = 1) -> bytes:
    """A film in fragments: ``sidx`` with their sizes, a base offset in each, and a table at the end that leads to them."""
    start = box("ftyp", b"iso5", bytes(4), b"iso5dash") + box(
        "moov", full("mvhd", bytes(96)), _track(table("stco", []), b"vide"), box("mvex")
    )
    number = ">Q" if version else ">I"

    def fragment(at: int, index: int) -> bytes:
        head = full("tfhd", struct.pack(">IQ", 1, at), flags=1)
        saio = full("saio", struct.pack(">II", 1, 77))
        return box("moof", full("mfhd", struct.pack(">I", index + 1)), box("traf", head, full("trun", struct.pack(">I", 1)), saio))

    size = len(fragment(0, 0)) + len(box("mdat", _CHUNKS[0]))
    parts, places = [], []
    at = len(start) + 24 + 2 * struct.calcsize(number) + 12 * count
    for each in range(count):
        places.append(at)
        parts.append(fragment(at, each) + box("mdat", _CHUNKS[0]))
        at += size
    sizes = b"".join(struct.pack(">III", size, 10, 0x90000000) for _ in range(count))
    sidx = full(
        "sidx",
        struct.pack(">II", 1, 1000),
        struct.pack(number, 0),
        struct.pack(number, 0),
        struct.pack(">HH", 0, count),
        sizes,
        version=version,
    )
    entries = b"".join(struct.pack(number, each) + struct.pack(number, place) + b"\1\1\1" for each, place in enumerate(places))
    tfra = full("tfra", struct.pack(">III", 1, 0, count), entries, version=version)
    return start + sidx + b"".join(parts) + box("mfra", tfra, full("mfro", struct.pack(">I", len(tfra) + 8 + 16)))


def item_picture(*, version: int = 1, base: int = 0, offset: int = 4, brand: bytes = b"mif1", xmp: bytes = b"", exif: bytes = b"") -> bytes:
    """A picture of three coded items in the file and one in ``idat``, with a table of the given version and widths of its fields."""
    values = [
        (_CHUNKS[0],),
        (_CHUNKS[1], _CHUNKS[2]),
        (xmp,) if xmp else (b"other",),
        (struct.pack(">I", 0) + exif,) if exif else (b"more",),
    ]
    kinds = [b"hvc1\0", b"grid\0", b"mime\0application/rdf+xml\0", b"Exif\0"]
    start = box("ftyp", brand, bytes(4), brand, b"heic")
    infos = [full("infe", struct.pack(">HH", number, 0), kind, version=2) for number, kind in enumerate(kinds, 1)]

    def meta(at: int) -> bytes:
        entries = []
        for number, pieces in enumerate(values, 1):
            first, extents = at, b""
            for piece in pieces:
                place = at - first if base else at
                extents += place.to_bytes(offset, "big") + struct.pack(">I", len(piece))
                at += len(piece)
            entries.append(_entry(version, number, 0, (first if base else 0).to_bytes(base, "big"), len(pieces), extents))
        if version:
            entries.append(_entry(version, 9, 1, bytes(base), 1, bytes(offset) + struct.pack(">I", 4)))
        count = struct.pack(">I" if version == 2 else ">H", len(entries))
        iloc = full("iloc", bytes((offset << 4 | 4, base << 4)), count, *entries, version=version)
        main = full("pitm", struct.pack(">H", 2))
        sizes = box("ipco", full("ispe", struct.pack(">II", 7, 5)), full("ispe", struct.pack(">II", 31, 23)))
        linked = full("ipma", struct.pack(">I", 2), struct.pack(">HBB", 1, 1, 1), struct.pack(">HBB", 2, 1, 2))
        names = full("iinf", struct.pack(">H", len(infos)), *infos)
        return full("meta", full("hdlr", bytes(4), b"pict", bytes(13)), main, iloc, names, box("iprp", sizes, linked), box("idat", b"grid"))

    length = len(meta(0))
    return start + meta(len(start) + length + 8) + box("mdat", b"".join(piece for pieces in values for piece in pieces))


def _entry(version: int, number: int, method: int, base: bytes, count: int, extents: bytes) -> bytes:
    head = number.to_bytes(4 if version == 2 else 2, "big") + (struct.pack(">H", method) if version else b"")
    return head + bytes(2) + base + struct.pack(">H", count) + extents


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of the content of each box."""
    while start < end:
        (length,), head = struct.unpack_from(">I", data, start), 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", data, start + 8), 16
        length = length or end - start
        yield data[start + 4 : start + 8], start + head, start + length
        start += length


def media_of(data: bytes) -> list[object]:
    """What a player would find: the bytes at every place that a table names, and the boxes where fragments are said to begin."""
    return list(_found(data, 0, len(data), inside=b""))


def _found(data: bytes, start: int, end: int, *, inside: bytes) -> Iterator[object]:
    for kind, at, stop in _boxes(data, start, end):
        if kind in _CONTAINERS:
            yield from _found(data, at, stop, inside=kind)
        elif kind == b"meta":
            yield from _found(data, at + 4, stop, inside=kind)
        elif kind in (b"stco", b"co64") or (kind == b"saio" and inside == b"stbl"):
            (count,) = struct.unpack_from(">I", data, at + 4)
            yield from (data[place : place + 6] for place in struct.unpack_from(f">{count}{'Q' if kind == b'co64' else 'I'}", data, at + 8))
        elif kind == b"tfhd":
            (place,) = struct.unpack_from(">Q", data, at + 8)
            yield data[place : place + 8]
        elif kind == b"tfra":
            form = ">QQ" if data[at] else ">II"
            for number in range(struct.unpack_from(">I", data, at + 12)[0]):
                when, place = struct.unpack_from(form, data, at + 16 + number * (struct.calcsize(form) + 3))
                yield when, data[place : place + 8]
        elif kind == b"sidx":
            form = ">QQHH" if data[at] else ">IIHH"
            _, place, _, count = struct.unpack_from(form, data, at + 12)
            place += stop
            for number in range(count):
                (size,) = struct.unpack_from(">I", data, at + 12 + struct.calcsize(form) + 12 * number)
                yield data[place + 4 : place + 8], size
                place += size
        elif kind == b"iloc":
            yield from _items(data, at)


def _items(data: bytes, at: int) -> Iterator[object]:
    version, wide, base_wide = data[at], data[at + 4] >> 4, data[at + 5] >> 4
    number = 4 if version == 2 else 2
    count, at = int.from_bytes(data[at + 6 : at + 6 + number], "big"), at + 6 + number
    for _ in range(count):
        method = data[at + number + 1] if version else 0
        at += number + (2 if version else 0) + 2
        base, extents = int.from_bytes(data[at : at + base_wide], "big"), int.from_bytes(data[at + base_wide : at + base_wide + 2], "big")
        at += base_wide + 2
        for _ in range(extents):
            place, length = base + int.from_bytes(data[at : at + wide], "big"), int.from_bytes(data[at + wide : at + wide + 4], "big")
            yield (place, length) if method else data[place : place + length]
            at += wide + 4


def heic() -> bytes:
    """A HEIC of two pictures, with Exif and XMP."""
    import pillow_heif

    file = pillow_heif.from_pillow(picture())
    file.add_from_pillow(picture(16, 16))
    buffer = io.BytesIO()
    file.save(buffer, quality=50, exif=b"Exif\0\0II*\0\x08\0\0\0" + bytes(6), xmp=b"<x/>")
    return buffer.getvalue()


def heic_pixels(data: bytes) -> list[bytes]:
    """All pictures of a HEIC, decoded."""
    import pillow_heif

    return [image.to_pillow().tobytes() for image in pillow_heif.open_heif(io.BytesIO(data))]


def avif() -> bytes:
    return saved(picture(), "AVIF", exif=b"Exif\0\0II*\0\x08\0\0\0" + bytes(6), xmp=b"<x/>")


def animated_avif() -> bytes:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    return saved(frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=100)


def coded() -> dict[str, tuple[bytes, Callable[[bytes], object], str]]:
    """Pictures that a library made, as far as one is there: name, content, reader and media type."""
    found: dict[str, tuple[bytes, Callable[[bytes], object], str]] = {}
    if features.check("avif"):
        found |= {"avif": (avif(), pixels, "image/avif"), "avif animated": (animated_avif(), pixels, "image/avif")}
    if find_spec("pillow_heif"):
        found["heic"] = (heic(), heic_pixels, "image/heic")
    return found
