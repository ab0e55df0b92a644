"""What is known about one JPEG XL file: its stores, where a new one goes, metadata, and the size of the picture.

A store is known by the type of its description, so that other ``jumb`` boxes are left alone. A fault behind the picture or the first store
does not make the scan fail: it is a remark.
"""

from __future__ import annotations

from credkit.assets.bmff.boxes import BmffBox
from credkit.assets.jxl.boxes import NUMBER, metadata_in, walk
from credkit.assets.jxl.codestream import HEAD, dimensions
from credkit.assets.jxl.sniff import CODESTREAM, SIGNATURE, is_bare
from credkit.assets.layout import Layout, Metadata, Span, StoreLocation
from credkit.assets.source import Source
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["INCOMPLETE", "scan_jxl"]

INCOMPLETE = "The picture breaks off: its last part is missing."
"""The remark on a file that ends before its last part."""
_WHOLE, _PART, _LEVEL = "jxlc", "jxlp", "jxll"
_STORE_TYPE = b"jumdc2pa"
"""Type of the description box, then the first four bytes of the type of a store: enough to notice a damaged one, too."""
_LAST_PART = 0x80


@dataclass(slots=True)
class _Findings:
    """What a scan has seen so far."""

    stores: list[StoreLocation] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    codestream_at: int | None = None
    in_parts: bool = False
    complete: bool = False
    width: int | None = None
    height: int | None = None
    insert_at: int = len(SIGNATURE)
    remarks: list[str] = field(default_factory=list)


def scan_jxl(source: Source, media_type: str, limits: Limits) -> Layout:
    """The layout of a file; ``MalformedError`` as ``JxlFormat.scan`` says."""
    found = _Findings()
    if not source.read(0, min(source.size, len(SIGNATURE))).startswith((SIGNATURE, CODESTREAM)):
        raise MalformedError("the signature is missing", where="JPEG XL", offset=0)
    if is_bare(source):
        found.insert_at = 0
        found.width, found.height = dimensions(source.read(0, min(source.size, HEAD)))
    else:
        _note_boxes(found, source, limits)
    return Layout(
        media_type=media_type,
        size=source.size,
        stores=tuple(found.stores),
        insert_at=found.insert_at,
        metadata=tuple(found.metadata),
        width=found.width,
        height=found.height,
        remarks=tuple(found.remarks),
    )


def _note_boxes(found: _Findings, source: Source, limits: Limits) -> None:
    try:
        for box in walk(source, limits):
            _note(found, source, box, limits)
    except MalformedError as error:
        if error.code != "general.error" or (found.codestream_at is None and not found.stores):
            raise
        found.remarks.append(f"The structure of the JPEG XL file is damaged: {error}.")
    if found.codestream_at is None and not found.stores:
        raise MalformedError("the file holds no picture", where="JPEG XL", offset=len(SIGNATURE))
    if found.in_parts and not found.complete:
        found.remarks.append(INCOMPLETE)
    if len(found.stores) == 1 and (found.codestream_at is None or found.stores[0].frame[0].start < found.codestream_at):
        found.insert_at = found.stores[0].frame[0].start


def _note(found: _Findings, source: Source, box: BmffBox, limits: Limits) -> None:
    if box.type in ("ftyp", _LEVEL) and box.span.start == found.insert_at:
        found.insert_at = box.span.end
    elif box.type in (_WHOLE, _PART):
        _note_codestream(found, source, box)
    elif box.type == "jumb" and _begins_as_store(source, box.payload):
        if len(found.stores) == limits.stores:
            raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="JPEG XL")
        found.stores.append(StoreLocation(slices=(box.span,), frame=(box.span,)))
    elif block := metadata_in(source, box):
        if len(found.metadata) == limits.metadata_blocks:
            raise MalformedError(f"more than {limits.metadata_blocks:,} metadata blocks", offset=box.span.start)
        found.metadata.append(block)


def _begins_as_store(source: Source, payload: Span) -> bool:
    return source.read(payload.start, min(payload.length, 4 + len(_STORE_TYPE)))[4:] == _STORE_TYPE


def _note_codestream(found: _Findings, source: Source, box: BmffBox) -> None:
    start = box.payload.start
    if box.type == _PART:
        if box.payload.length < NUMBER.size:
            raise MalformedError("a part of the picture has no number", offset=box.span.start)
        found.in_parts = True
        found.complete = found.complete or source.read(start, 1)[0] >= _LAST_PART
        start += NUMBER.size
    if found.codestream_at is None:
        found.codestream_at = box.span.start
        found.width, found.height = dimensions(source.read(start, min(HEAD, box.span.end - start)))
