"""Put a store, XMP or comments into a GIF, or take them out.

Extensions came with the edition 89a: a file of 87a becomes one of 89a when something is put into it, and stays one when it is taken out.
"""

from __future__ import annotations

from collections.abc import Iterable

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.gif.blocks import APPLICATION, COMMENT, EXTENSION, MAGIC, STORE, XMP
from credkit.assets.layout import Edit, Layout, Span, TextSpan
from credkit.assets.source import Source
from credkit.errors import AssetError

__all__ = ["described", "embedded", "replaced_texts"]

_VERSION = Span(3, 3)
_MOST_PART = 255


def embedded(source: Source, layout: Layout, store: bytes | None) -> Edit:
    """Replace all extensions ``C2PA_GIF`` by one with ``store``, or remove them (None)."""
    removed = [Replacement(span) for location in layout.stores for span in location.frame]
    if store is None:
        return Edit(pieces=splice(source.size, removed))
    data = _application(STORE, _in_parts(store))
    edition = _edition(source)
    return Edit(
        pieces=splice(source.size, [*edition, Replacement(Span(layout.insert_at, 0), data), *removed]),
        exclusions=(Span(moved(layout.insert_at, removed), len(data)),),
    )


def described(source: Source, layout: Layout, *, xmp: bytes | None, exif: bytes | None) -> Edit:
    """Set XMP in place of the old extension, else behind a store or the global colour table.

    ``AssetError`` for XMP with a zero byte (UTF-16), which the extension cannot hold, and for EXIF, for which GIF has no place.
    """
    if exif:
        raise AssetError("GIF files have no place for EXIF")
    if xmp is None:
        return Edit(pieces=splice(source.size, ()))
    frames = [block.frame for block in layout.metadata if block.kind == "xmp"]
    stores = [span for location in layout.stores for span in location.frame if span.start == layout.insert_at]
    place = frames[0].start if frames else stores[0].end if stores else layout.insert_at
    changes = [*(_edition(source) if xmp else ()), Replacement(Span(place, 0), _xmp_block(xmp) if xmp else b"")]
    return Edit(pieces=splice(source.size, [*changes, *map(Replacement, frames)]))


def replaced_texts(source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
    """New values in blocks of the same kind, or blocks removed."""
    replacements = []
    for text, value in changes:
        data = b""
        if value is not None:
            data = _xmp_block(value) if text.kind == "xmp" else bytes((EXTENSION, COMMENT)) + _in_parts(value)
        replacements.append(Replacement(text.frame, data))
    return Edit(pieces=splice(source.size, replacements))


def _edition(source: Source) -> list[Replacement]:
    """What makes the file one of the edition that has extensions."""
    return [] if source.read(_VERSION.start, _VERSION.length) == b"89a" else [Replacement(_VERSION, b"89a")]


def _in_parts(data: bytes) -> bytes:
    parts = []
    for start in range(0, len(data), _MOST_PART):
        part = data[start : start + _MOST_PART]
        parts += [bytes((len(part),)), part]
    return b"".join([*parts, b"\x00"])


def _application(name: bytes, data: bytes) -> bytes:
    return bytes((EXTENSION, APPLICATION, len(name))) + name + data


def _xmp_block(packet: bytes) -> bytes:
    if b"\x00" in packet:
        raise AssetError("XMP with zero bytes (UTF-16) does not fit into a GIF: write it in UTF-8")
    return _application(XMP, packet + MAGIC)
