"""What is known about one GIF: its stores, where a new one goes, XMP, and the size of the picture.

The walk ends with the trailer; what follows it is not part of the picture. A fault behind the first picture or store does not make the scan
fail: it is a remark.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.gif.blocks import PICTURE, SCREEN_NAME, STORE, TRAILER, XMP, Block, Walk
from credkit.assets.layout import Layout, Metadata, Span, StoreLocation
from credkit.assets.source import Source
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["scan_gif"]

_CODE = Span(11, 3)
"""The authentication code in a block, counted from its start."""


@dataclass(slots=True)
class _Findings:
    """What a scan has seen so far."""

    stores: list[StoreLocation] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    screen_end: int = 0
    picture_at: int | None = None
    complete: bool = False
    """The trailer was seen."""
    remarks: list[str] = field(default_factory=list)

    @property
    def frames(self) -> Iterator[Span]:
        """Blocks of stores and metadata."""
        yield from (span for location in self.stores for span in location.frame)
        yield from (block.frame for block in self.metadata)


def scan_gif(source: Source, media_type: str, limits: Limits) -> Layout:
    """The layout of a file; ``MalformedError`` as ``GifFormat.scan`` says."""
    walk, found = Walk(source, limits), _Findings()
    blocks = walk.blocks()
    clear_from = source.size if source.known.clear_from is None else source.known.clear_from
    while not found.complete and (found.picture_at is None or found.picture_at < clear_from):
        try:
            block = next(blocks)
        except MalformedError as error:
            if found.picture_at is None and not found.stores:
                raise
            found.remarks.append(f"The structure of the GIF is damaged: {error}.")
            break
        _note(found, walk, block, limits)
    if found.picture_at is not None and not any(span.start > found.picture_at for span in found.frames):
        source.known.clear_from = min(found.picture_at, clear_from)
    sides = source.read(6, 4)
    return Layout(
        media_type=media_type,
        size=source.size,
        stores=tuple(found.stores),
        insert_at=_insert_at(found),
        metadata=tuple(found.metadata),
        width=int.from_bytes(sides[:2], "little") or None,
        height=int.from_bytes(sides[2:], "little") or None,
        remarks=tuple(found.remarks),
    )


def _note(found: _Findings, walk: Walk, block: Block, limits: Limits) -> None:
    if block.name == SCREEN_NAME:
        found.screen_end = block.end
    elif block.name == PICTURE:
        found.picture_at = block.start if found.picture_at is None else found.picture_at
    elif block.name == TRAILER:
        found.complete = True
    elif block.is_store:
        if len(found.stores) == limits.stores:
            raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="GIF")
        slices, fault = walk.parts(block)
        code = Span(block.start + _CODE.start, _CODE.length)
        loose = () if block.application == STORE else ((code, "authentication code of the block of the manifest store, which is 1, 0, 0"),)
        found.stores.append(StoreLocation(slices=slices, frame=(block.frame,), fault=fault, loose=loose))
    elif block.application == XMP:
        if len(found.metadata) == limits.metadata_blocks:
            raise MalformedError(f"more than {limits.metadata_blocks:,} metadata blocks", where="GIF", offset=block.start)
        found.metadata.append(Metadata(kind="xmp", slices=walk.packet(block)[0], frame=block.frame))


def _insert_at(found: _Findings) -> int:
    if len(found.stores) == 1:
        place = found.stores[0].frame[0].start
        if found.picture_at is None or place < found.picture_at:
            return place
    return found.screen_end
