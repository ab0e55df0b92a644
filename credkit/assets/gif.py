"""GIF as an asset format: the store is one application extension ``C2PA_GIF`` in front of the first picture.

Anchor ``_embedding_manifests_into_gifs``. The store goes right behind the global colour table, or where a single old one stood in front of
the first picture; it is read anywhere up to the trailer. XMP is the application extension ``XMP DataXMP``, whose value stands in one piece
in front of a trailer of 258 bytes; comments are the texts of the file. What follows the trailer is not part of the picture and not read.

Extensions came with the edition 89a: a file of 87a becomes one of 89a when something is put into it, and stays one when it is taken out.

A fault behind the first picture or store does not make the scan fail: it is a remark. Source: GIF89a, 15 to 27; XMP, part 3, 1.1.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.layout import Edit, Layout, Metadata, NamedBox, Span, StoreLocation, TextSpan
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["GifFormat"]

_SIGNATURES = (b"GIF87a", b"GIF89a")
_VERSION = Span(3, 3)
_SCREEN, _DESCRIPTOR = 13, 10
_EXTENSION, _IMAGE, _TRAILER, _APPLICATION, _COMMENT = 0x21, 0x2C, 0x3B, 0xFF, 0xFE
_NAMED = 14
"""Bytes of an application extension up to its data: introducer, label, length, and a name of 11 bytes."""
_STORE = b"C2PA_GIF\x01\x00\x00"
_STORE_NAME = _STORE[:8]
_XMP = b"XMP DataXMP"
_MAGIC = b"\x01" + bytes(range(0xFF, -1, -1)) + b"\x00"
"""Behind an XMP packet: whichever of its bytes is taken for a length, this leads a reader to the end."""
_MOST_PART = 255
_HEADER, _SCREEN_NAME, _PICTURE, _DATA, _STORE_BOX = "GIF89a", "LSD", "2C", "TBID", "C2PA"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """One block; ``name`` is that of a box hash."""

    name: str
    start: int
    end: int
    parts_at: int = 0
    """Where its parts begin, each behind a byte with its length."""
    application: bytes = b""
    """The name of an application extension with its authentication code."""

    @property
    def frame(self) -> Span:
        return Span(self.start, self.end - self.start)

    @property
    def is_store(self) -> bool:
        return self.application[:8] == _STORE_NAME


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


class GifFormat:
    """GIF files, animated ones included."""

    name = "GIF"
    media_types: tuple[str, ...] = ("image/gif",)
    extensions: tuple[str, ...] = (".gif",)
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with the signature of one of the two editions, and more."""
        return head[:6] in _SIGNATURES and len(head) >= _SCREEN

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the blocks; ``MalformedError`` when the structure is broken before anything of use was found. A source is
        scanned once.
        """
        return source.known.layout((self.name, limits), lambda: self._layout(source, limits))

    def _layout(self, source: Source, limits: Limits) -> Layout:
        walk, found = _Walk(source, limits), _Findings()
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
            media_type=self.media_types[0],
            size=source.size,
            stores=tuple(found.stores),
            insert_at=_insert_at(found),
            metadata=tuple(found.metadata),
            width=int.from_bytes(sides[:2], "little") or None,
            height=int.from_bytes(sides[2:], "little") or None,
            remarks=tuple(found.remarks),
        )

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all extensions ``C2PA_GIF`` by one with ``store``, or remove them (None)."""
        removed = [Replacement(span) for location in layout.stores for span in location.frame]
        if store is None:
            return Edit(pieces=splice(source.size, removed))
        data = _application(_STORE, _in_parts(store))
        edition = _edition(source)
        return Edit(
            pieces=splice(source.size, [*edition, Replacement(Span(layout.insert_at, 0), data), *removed]),
            exclusions=(Span(moved(layout.insert_at, removed), len(data)),),
        )

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
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

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """The blocks under the names of anchor ``_gif_specific_handling``; colour tables belong to what announces them."""
        yield NamedBox(name=_HEADER, span=Span(0, 6))
        for block in _Walk(source, limits).blocks():
            yield NamedBox(name=_STORE_BOX if block.is_store else block.name, span=block.frame)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """Comments and XMP."""
        walk = _Walk(source, limits)
        for block in walk.blocks():
            if block.name == "21FE":
                slices, fault = walk.parts(block)
                value = Span(block.parts_at, block.end - block.parts_at)
                yield TextSpan(kind="comment", name=block.name, value=value, slices=slices, frame=block.frame, fault=fault)
            elif block.application == _XMP:
                slices, fault = walk.packet(block)
                value = Span(_NAMED + block.start, block.end - _NAMED - block.start)
                yield TextSpan(kind="xmp", name=block.name, value=value, slices=slices, frame=block.frame, fault=fault)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values in blocks of the same kind, or blocks removed."""
        replacements = []
        for text, value in changes:
            data = b""
            if value is not None:
                data = _xmp_block(value) if text.kind == "xmp" else bytes((_EXTENSION, _COMMENT)) + _in_parts(value)
            replacements.append(Replacement(text.frame, data))
        return Edit(pieces=splice(source.size, replacements))


class _Walk:
    """The blocks of a file, and the parts of each; every loop is bounded."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._window = Window(source)
        self._limits = limits
        self._left = limits.gif_parts
        self._slices = limits.gif_slices

    def blocks(self) -> Iterator[_Block]:
        """From the screen descriptor to the trailer; ``MalformedError`` comes when the walk reaches the fault."""
        read = self._window.read
        if self._window.size < _SCREEN or read(0, 6) not in _SIGNATURES:
            raise MalformedError("the header of a GIF is missing", where="GIF", offset=0)
        position = _SCREEN + _colours(read(10, 1)[0])
        yield _Block(name=_SCREEN_NAME, start=6, end=position)
        for _ in range(self._limits.gif_blocks):
            kind = read(position, 1)[0]
            if kind == _EXTENSION:
                block = self._extension(position)
            elif kind == _IMAGE:
                data = position + _DESCRIPTOR + _colours(read(position + 9, 1)[0])
                yield _Block(name=_PICTURE, start=position, end=data)
                block = _Block(name=_DATA, start=data, end=self._end(data + 1), parts_at=data + 1)
            elif kind == _TRAILER:
                yield _Block(name=f"{_TRAILER:02X}", start=position, end=position + 1)
                return
            else:
                raise MalformedError("no block begins where one is expected", where="GIF", offset=position)
            yield block
            position = block.end
        raise MalformedError(f"more than {self._limits.gif_blocks:,} blocks", where="GIF", offset=position)

    def _extension(self, start: int) -> _Block:
        label = self._window.read(start + 1, 1)[0]
        named = label == _APPLICATION and self._window.read(start + 2, 1)[0] == len(_XMP)
        return _Block(
            name=f"{_EXTENSION:02X}{label:02X}",
            start=start,
            end=self._end(start + 2),
            parts_at=start + (_NAMED if named else 2),
            application=self._window.read(start + 3, len(_XMP)) if named else b"",
        )

    def _end(self, position: int) -> int:
        """One past the zero that ends the parts which begin at ``position``."""
        read = self._window.read
        while self._left > 0:
            self._left -= 1
            size = read(position, 1)[0]
            position += 1 + size
            if size == 0:
                return position
        raise MalformedError(f"its blocks have more than {self._limits.gif_parts:,} parts", where="GIF", offset=position)

    def parts(self, block: _Block) -> tuple[tuple[Span, ...], str]:
        """Where the value of a block stands, and why not all of it is told."""
        found: list[Span] = []
        position = block.parts_at
        while size := self._window.read(position, 1)[0]:
            if self._slices == 0:
                return tuple(found), f"with others it is cut into more than {self._limits.gif_slices:,} parts"
            self._slices -= 1
            found.append(Span(position + 1, size))
            position += 1 + size
        return tuple(found), ""

    def packet(self, block: _Block) -> tuple[tuple[Span, ...], str]:
        """The same of XMP, which stands in one piece in front of its trailer; some writers cut it into parts instead."""
        start, end = block.start + _NAMED, block.end - len(_MAGIC)
        if end >= start and self._source.read(end, len(_MAGIC)) == _MAGIC:
            return (Span(start, end - start),), ""
        return self.parts(block)


def _colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _note(found: _Findings, walk: _Walk, block: _Block, limits: Limits) -> None:
    if block.name == _SCREEN_NAME:
        found.screen_end = block.end
    elif block.name == _PICTURE:
        found.picture_at = block.start if found.picture_at is None else found.picture_at
    elif block.name == f"{_TRAILER:02X}":
        found.complete = True
    elif block.is_store:
        if len(found.stores) == limits.stores:
            raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="GIF")
        slices, fault = walk.parts(block)
        found.stores.append(StoreLocation(slices=slices, frame=(block.frame,), fault=fault))
    elif block.application == _XMP:
        if len(found.metadata) == limits.metadata_blocks:
            raise MalformedError(f"more than {limits.metadata_blocks:,} metadata blocks", where="GIF", offset=block.start)
        found.metadata.append(Metadata(kind="xmp", slices=walk.packet(block)[0], frame=block.frame))


def _insert_at(found: _Findings) -> int:
    if len(found.stores) == 1:
        place = found.stores[0].frame[0].start
        if found.picture_at is None or place < found.picture_at:
            return place
    return found.screen_end


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
    return bytes((_EXTENSION, _APPLICATION, len(name))) + name + data


def _xmp_block(packet: bytes) -> bytes:
    if b"\x00" in packet:
        raise AssetError("XMP with zero bytes (UTF-16) does not fit into a GIF: write it in UTF-8")
    return _application(_XMP, packet + _MAGIC)
