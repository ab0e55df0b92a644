"""Very small files that are written here byte by byte, so that every place in them is the same on every machine."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

from credkit.assets import BytesSource, EditedSource, Layout, detect
from credkit.binding import BindingTarget
from credkit.limits import DEFAULT_LIMITS
from tests.assets.samples import store_of
from tests.assets.samples_font import c2pa_table, sfnt
from tests.assets.samples_riff import riff

__all__ = [
    "EXIF",
    "EXIF_AND_XMP",
    "FONT",
    "JPEG",
    "PNG",
    "RESTARTS",
    "STORE",
    "WAV",
    "WEBP",
    "font",
    "segment",
    "target_of",
    "with_store",
]

STORE = store_of(60)


def segment(marker: int, payload: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + (2 + len(payload)).to_bytes(2, "big") + payload


def _jpeg(*more: bytes, scan: bytes = bytes(range(1, 61))) -> bytes:
    parts = (
        b"\xff\xd8",
        segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        *more,
        segment(0xDB, bytes(65)),
        segment(0xC0, b"\x08\0\x10\0\x18\x01\x01\x11\0"),
        segment(0xDA, b"\x01\x01\0\0\x3f\0") + scan,
        b"\xff\xd9",
    )
    return b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


_TIFF = b"MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"
_XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
JPEG = _jpeg()
EXIF = _jpeg(segment(0xE1, b"Exif\0\0" + _TIFF))
EXIF_AND_XMP = _jpeg(segment(0xE1, b"Exif\0\0" + _TIFF), segment(0xE1, _XMP))
RESTARTS = _jpeg(scan=b"abcdefgh\xff\xd0ijklmnop\xff\xd1qrstuvwx")
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", b"\0\0\0\x18\0\0\0\x10\x08\0\0\0\0")
    + _chunk(b"eXIf", _TIFF)
    + _chunk(b"IDAT", bytes(range(40)))
    + _chunk(b"IEND", b"")
)
WAV = riff((b"fmt ", b"\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0"), (b"data", bytes(range(30))))
WEBP = riff(
    (b"VP8X", b"\x08\0\0\0\x17\0\0\x0f\0\0"), (b"VP8 ", b"\x10\2\0\x9d\1\x2a\x18\0\x10\0" + bytes(20)), (b"EXIF", _TIFF), kind=b"WEBP"
)


def font(store: bytes = STORE, **options: Any) -> bytes:
    """A font of few tables, one of which needs padding behind it and one holds ``store``."""
    tables = {b"glyf": b"outlines", b"head": bytes(range(54)), b"loca": b"places", b"C2PA": c2pa_table(store)}
    return sfnt(tables, **options)


FONT = font()


def with_store(asset: bytes, store: bytes = STORE) -> bytes:
    """``asset`` with ``store`` where its format puts one."""
    source = BytesSource(asset)
    found = detect(source)
    assert found is not None
    edited = EditedSource(source, found.embed(source, found.scan(source), store).pieces)
    return edited.read(0, edited.size)


def target_of(data: bytes, **options: Any) -> BindingTarget:
    """The file as a binding is held against it; ``options`` are fields of the target."""
    source = BytesSource(data)
    found = detect(source)
    layout = found.scan(source) if found else Layout(media_type="application/octet-stream", size=len(data))
    target = BindingTarget(
        source=source, layout=layout, format=found, embedded=True, updated=False, algorithm="sha256", limits=DEFAULT_LIMITS
    )
    return replace(target, **options)
