"""The boxes of a JPEG XL file, and the metadata in them: EXIF and XMP, compressed with Brotli (``brob``) or not.

A picture that was made from a JPEG may hold what is needed to restore that file (``jbrd``), which counts on the metadata as it is: there it
is not changed. Source: ISO/IEC 18181-2:2024, clauses 4 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from credkit.assets.bmff.boxes import BmffBox, BoxWalker
from credkit.assets.layout import Metadata, Span
from credkit.assets.source import Source
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["LARGEST", "NUMBER", "PACKED", "RESTORING", "TYPES", "check_changeable", "metadata_box", "metadata_in", "walk"]

NUMBER = Struct(">I")
LARGEST = (1 << 32) - 1
"""Bytes of a box whose length stands in four of them."""
RESTORING = "jbrd"
"""Type of the box from which a JPEG is restored."""
PACKED = "brob"
"""Type of a box that holds another one, compressed."""
_KINDS = {"Exif": "exif", "xml ": "xmp"}
TYPES = {kind: name for name, kind in _KINDS.items()}
"""Types of the boxes by kind of metadata."""


def walk(source: Source, limits: Limits) -> Iterator[BmffBox]:
    """The top-level boxes, signature and file type first; ``MalformedError`` comes when the walk reaches a fault."""
    due = ["JXL ", "ftyp"]
    try:
        for box in BoxWalker(source, limits).roots():
            if due and box.type != due.pop(0):
                raise MalformedError("the file does not begin with its signature and its type", offset=box.span.start)
            yield box
    except MalformedError as error:
        raise MalformedError(error.message, where="JPEG XL", offset=error.offset) from None


def metadata_in(source: Source, box: BmffBox) -> Metadata | None:
    """EXIF or XMP; an EXIF box begins with the distance to its TIFF header, which is nothing as a rule."""
    kind, value = box.type, box.payload
    packed = kind == PACKED
    if packed:
        kind = source.read(value.start, min(value.length, 4)).decode("latin-1")
        value = Span(value.start + 4, max(value.length - 4, 0))
    if kind not in _KINDS:
        return None
    skip = NUMBER.size if kind == "Exif" else 0
    if skip and not packed:
        if value.length < skip:
            return None
        (distance,) = NUMBER.unpack(source.read(value.start, skip))
        skip = min(skip + distance, value.length)
        value, skip = Span(value.start + skip, value.length - skip), 0
    return Metadata(kind=_KINDS[kind], slices=(value,), frame=box.span, compressed=packed, brotli=packed, skip=skip)


def metadata_box(kind: str, value: bytes) -> bytes:
    """The box of a block, nothing for an empty one."""
    if not value:
        return b""
    data = bytes(NUMBER.size) + value if kind == "exif" else value
    if len(data) > LARGEST - 8:
        raise AssetError(f"{len(value):,} bytes do not fit into a box of a JPEG XL file: make it at most {LARGEST - 12:,}")
    return NUMBER.pack(8 + len(data)) + TYPES[kind].encode("ascii") + data


def check_changeable(source: Source, kind: str) -> None:
    """``AssetError`` when a JPEG is to be restored with the metadata that is there."""
    if any(box.type == RESTORING for box in walk(source, DEFAULT_LIMITS)):
        raise AssetError(
            f"this JPEG XL can be turned back into the JPEG that it was made from, which needs its {kind} metadata as it is: "
            "sign without repeating the statements there (--no-mirrors), or convert the picture without that (cjxl --lossless_jpeg=0)"
        )
