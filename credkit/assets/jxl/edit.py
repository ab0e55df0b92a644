"""Put a store or metadata into a JPEG XL file, or take them out.

A codestream alone can hold no box. To be given one, it is put into a container, byte by byte; such a codestream is of level 5, which a
container need not say.
"""

from __future__ import annotations

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.jxl.boxes import LARGEST, NUMBER, check_changeable, metadata_box
from credkit.assets.jxl.scan import INCOMPLETE
from credkit.assets.jxl.sniff import SIGNATURE, is_bare
from credkit.assets.layout import Edit, Layout, Span
from credkit.assets.source import Source
from credkit.errors import AssetError

__all__ = ["described", "embedded"]

_FILE_TYPE = b"\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl "


def embedded(source: Source, layout: Layout, store: bytes | None) -> Edit:
    """Replace all store boxes by ``store``, or remove them (None); a codestream alone gets a container around it.

    ``AssetError`` when the picture breaks off before its last part.
    """
    removed = [Replacement(span) for location in layout.stores for span in location.frame]
    if store is None:
        return Edit(pieces=splice(source.size, removed))
    if is_bare(source):
        head, tail = _container(source.size)
        return Edit(pieces=splice(source.size, [Replacement(Span(0, 0), head + store + tail)]), exclusions=(Span(len(head), len(store)),))
    if INCOMPLETE in layout.remarks:
        raise AssetError("the JPEG XL file breaks off before the last part of its picture and was not changed: take a whole copy")
    return Edit(
        pieces=splice(source.size, [Replacement(Span(layout.insert_at, 0), store), *removed]),
        exclusions=(Span(moved(layout.insert_at, removed), len(store)),),
    )


def described(source: Source, layout: Layout, *, xmp: bytes | None, exif: bytes | None) -> Edit:
    """Set XMP or EXIF in a box that is not compressed, in place of the old ones, else before the picture.

    ``AssetError`` when a JPEG is to be restored with the metadata that is there.
    """
    given = {kind: value for kind, value in (("exif", exif), ("xmp", xmp)) if value is not None}
    changes: list[Replacement] = []
    store = next((span for location in layout.stores for span in location.frame if span.start == layout.insert_at), None)
    for kind, value in given.items():
        frames = [block.frame for block in layout.metadata if block.kind == kind]
        if frames:
            check_changeable(source, kind.upper())
        at = frames[0].start if frames else store.end if store else layout.insert_at
        changes += [Replacement(Span(at, 0), metadata_box(kind, value)), *map(Replacement, frames)]
    if is_bare(source) and any(given.values()):
        head, tail = _container(source.size)
        changes = [Replacement(Span(0, 0), head), *changes, Replacement(Span(0, 0), tail)]
    return Edit(pieces=splice(source.size, changes))


def _container(size: int) -> tuple[bytes, bytes]:
    """What comes before the store when a codestream of ``size`` bytes gets a container, and what behind it."""
    length = 8 + size
    header = NUMBER.pack(length) + b"jxlc" if length <= LARGEST else NUMBER.pack(1) + b"jxlc" + (length + 8).to_bytes(8, "big")
    return SIGNATURE + _FILE_TYPE, header
