"""WebP as an asset format: the store is the last chunk ``C2PA`` of the RIFF container, XMP and EXIF are chunks of their own.

Anchors ``_embedding_manifests_into_riff_based_assets`` and ``_special_considerations_for_riff_based``. The size of the container at byte 4
counts the store too; a data hash leaves it out, so that an update manifest can change the length of the store. The zero byte behind a chunk
of odd length belongs to the chunk in a box hash, but not to the exclusion of a data hash, as the reference has it.

Metadata needs the extended form with its flags: a simple file gets a ``VP8X`` chunk when some is set. What follows the container is no part
of the picture and not read. A fault behind the first store or image data does not make the scan fail: it is a remark.

Source: RFC 9649 (WebP), 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from struct import Struct

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.layout import Edit, Layout, Metadata, NamedBox, Piece, Span, StoreLocation, TextSpan
from credkit.assets.source import BytesSource, Source
from credkit.assets.window import Window
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["WebpFormat"]

_HEADER = Struct("<4sI")
_FIRST = 12
"""Where the first chunk starts, behind ``RIFF``, size and ``WEBP``."""
_SIZE = Span(4, 4)
_STORE, _EXTENDED, _EXIF, _XMP, _LIST = b"C2PA", b"VP8X", b"EXIF", b"XMP ", b"LIST"
_IMAGES = (b"VP8 ", b"VP8L", b"ANMF")
_KINDS = {_EXIF: "exif", _XMP: "xmp"}
_FLAGS = {"exif": 0x08, "xmp": 0x04}
_ALPHA = 0x10
_MOST = (1 << 32) - 10
_HEAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    kind: bytes
    start: int
    length: int
    """Of the data."""
    end: int
    """With the zero byte behind data of odd length, if it is there."""

    @property
    def value(self) -> Span:
        return Span(self.start + _HEADER.size, self.length)

    @property
    def frame(self) -> Span:
        return Span(self.start, self.end - self.start)

    @property
    def bare(self) -> Span:
        """Without the zero byte."""
        return Span(self.start, _HEADER.size + self.length)


@dataclass(slots=True)
class _Findings:
    """What a scan has seen so far."""

    stores: list[StoreLocation] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    image: bool = False
    width: int | None = None
    height: int | None = None
    remarks: list[str] = field(default_factory=list)


class WebpFormat:
    """WebP files, lossy, lossless and animated."""

    name = "WebP"
    media_types: tuple[str, ...] = ("image/webp",)
    extensions: tuple[str, ...] = (".webp",)
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp", "exif"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts as a RIFF container of the type ``WEBP``."""
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the chunk headers; ``MalformedError`` when the structure is broken before anything of use was found. A source is
        scanned once.
        """
        return source.known.layout((self.name, limits), lambda: self._layout(source, limits))

    def _layout(self, source: Source, limits: Limits) -> Layout:
        window, found = Window(source), _Findings()
        end = _container_end(window)
        walk = _chunks(window, limits)
        while True:
            try:
                chunk = next(walk, None)
            except MalformedError as error:
                if not found.image and not found.stores:
                    raise
                found.remarks.append(f"The structure of the WebP is damaged: {error}.")
                break
            if chunk is None:
                break
            _note(found, window, chunk, limits)
        if not found.image and not found.stores:
            raise MalformedError("the file holds no picture", where="WebP", offset=_FIRST)
        return Layout(
            media_type=self.media_types[0],
            size=source.size,
            stores=tuple(found.stores),
            insert_at=_insert_at(found, end),
            metadata=tuple(found.metadata),
            width=found.width,
            height=found.height,
            size_fields=(_SIZE,),
            remarks=tuple(found.remarks),
        )

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all ``C2PA`` chunks by one with ``store``, or remove them (None); the size of the container follows."""
        frames = [span for location in layout.stores for span in location.frame]
        changes = [Replacement(span) for span in frames]
        padded = {span.start: _padding(source, span) for span in frames}
        if store is None:
            changes += [Replacement(Span(span.end, padded[span.start])) for span in frames if padded[span.start]]
            return Edit(pieces=_resized(source, changes))
        data, odd = _HEADER.pack(_STORE, len(store)) + store, len(store) % 2
        here = next((span for span in frames if span.start == layout.insert_at), None)
        changes += [Replacement(Span(span.end, padded[span.start])) for span in frames if span is not here and padded[span.start]]
        if here is not None:
            # A zero byte that is there already stays: a hash covers it.
            changes.insert(0, Replacement(Span(here.start, 0), data))
            if padded[here.start] != odd:
                changes.append(Replacement(Span(here.end, padded[here.start]), bytes(odd)))
        else:
            changes.insert(0, Replacement(Span(layout.insert_at, 0), data + bytes(odd)))
        place = moved(layout.insert_at, [change for change in changes if change.span.start != layout.insert_at])
        return Edit(pieces=_resized(source, changes, always=True), exclusions=(_SIZE, Span(place, len(data))))

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """Set XMP or EXIF in place of the old chunks, else behind the picture; the flags in ``VP8X`` follow.

        ``AssetError`` when the header of a simple file does not tell the size of its picture, which the extended form repeats.
        """
        changes: list[Replacement] = []
        given = {kind: value for kind, value in (("exif", exif), ("xmp", xmp)) if value is not None}
        for kind, value in given.items():
            frames = [block.frame for block in layout.metadata if block.kind == kind]
            data = _chunk(_EXIF if kind == "exif" else _XMP, value) if value else b""
            changes += [Replacement(Span(_place(layout, kind, frames), 0), data), *map(Replacement, frames)]
        changes += _flagged(source, layout, {kind: bool(value) for kind, value in given.items()})
        return Edit(pieces=_resized(source, changes))

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """The first 12 bytes as ``WEBP``, the chunks under their names, a list under its type (anchor ``_riff_specific_handling``)."""
        window = Window(source)
        yield NamedBox(name="WEBP", span=Span(0, _FIRST))
        for chunk in _chunks(window, limits):
            kind = window.read(chunk.start + 8, 4) if chunk.kind == _LIST and chunk.length >= 4 else chunk.kind
            yield NamedBox(name=kind.decode("latin-1"), span=chunk.frame)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """The ``EXIF`` and ``XMP`` chunks."""
        for chunk in _chunks(Window(source), limits):
            if chunk.kind in _KINDS:
                yield TextSpan(kind=_KINDS[chunk.kind], name=chunk.kind.decode("ascii").strip(), value=chunk.value, frame=chunk.frame)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values, or chunks removed together with their flag."""
        given = tuple(changes)
        replacements = [
            Replacement(text.frame, b"" if value is None else _chunk(source.read(text.frame.start, 4), value)) for text, value in given
        ]
        removed = {text.frame for text, value in given if value is None}
        left = {text.kind for text in self.texts(source) if text.frame not in removed}
        gone = {text.kind: False for text, value in given if value is None and text.kind not in left}
        return Edit(pieces=_resized(source, [*replacements, *_flagged(source, self.scan(source), gone)]))

    def with_pixels(self, source: Source, picture: bytes) -> Edit:
        """The edit that takes the lossless pixels of ``picture``, a WebP of the same size; every other chunk keeps its bytes.

        ``AssetError`` when one of the two has no lossless picture, or not of that size.
        """
        other = BytesSource(picture)
        old, new = (next((c for c in _chunks(Window(s), DEFAULT_LIMITS) if c.kind == b"VP8L"), None) for s in (source, other))
        if old is None or new is None or _sides(source, old) != _sides(other, new):
            raise AssetError("the pixels to be put into the WebP have another size or form than those that are there")
        data = other.read(new.value.start, new.value.length)
        return Edit(pieces=_resized(source, [Replacement(old.frame, _chunk(b"VP8L", data))]))


def _sides(source: Source, chunk: _Chunk) -> tuple[int | None, int | None]:
    return _dimensions(chunk.kind, source.read(chunk.value.start, min(chunk.length, _HEAD)))


def _container_end(window: Window) -> int:
    """One past the last byte of the container."""
    if window.size < _FIRST:
        raise MalformedError("the file ends inside its header", where="WebP", offset=0)
    head = window.read(0, _FIRST)
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise MalformedError("the RIFF header is missing", where="WebP", offset=0)
    end = 8 + int.from_bytes(head[4:8], "little")
    if end > window.size or end < _FIRST:
        raise MalformedError(f"the container claims {end:,} bytes, the file has {window.size:,}", where="WebP", offset=4)
    return end


def _chunks(window: Window, limits: Limits) -> Iterator[_Chunk]:
    """The chunks of the container; ``MalformedError`` comes when the walk reaches the fault."""
    end, position = _container_end(window), _FIRST
    for _ in range(limits.riff_chunks):
        if position == end:
            return
        if position + _HEADER.size > end:
            raise MalformedError("the container ends inside the header of a chunk", where="WebP", offset=position)
        kind, length = window.unpack(_HEADER, position)
        data = position + _HEADER.size
        if length > end - data:
            raise MalformedError(f"chunk {kind.decode('latin-1')} claims {length:,} bytes, which do not fit", where="WebP", offset=position)
        following = min(data + length + length % 2, end)
        yield _Chunk(kind=kind, start=position, length=length, end=following)
        position = following
    raise MalformedError(f"more than {limits.riff_chunks:,} chunks", where="WebP", offset=position)


def _note(found: _Findings, window: Window, chunk: _Chunk, limits: Limits) -> None:
    if chunk.kind == _STORE:
        if len(found.stores) == limits.stores:
            raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="WebP")
        found.stores.append(StoreLocation(slices=(chunk.value,), frame=(chunk.bare,)))
    elif chunk.kind in _KINDS:
        if len(found.metadata) == limits.metadata_blocks:
            raise MalformedError(f"more than {limits.metadata_blocks:,} metadata blocks", where="WebP", offset=chunk.start)
        found.metadata.append(Metadata(kind=_KINDS[chunk.kind], slices=(chunk.value,), frame=chunk.frame))
    elif chunk.kind in _IMAGES or chunk.kind == _EXTENDED:
        found.image = found.image or chunk.kind in _IMAGES
        if found.width is None:
            found.width, found.height = _dimensions(chunk.kind, window.read(chunk.start + 8, min(chunk.length, _HEAD)))


def _dimensions(kind: bytes, head: bytes) -> tuple[int | None, int | None]:
    """Width and height from the first bytes of a chunk."""
    if kind == _EXTENDED and len(head) == _HEAD:
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == _HEAD:
        return int.from_bytes(head[6:8], "little") & 0x3FFF or None, int.from_bytes(head[8:10], "little") & 0x3FFF or None
    return None, None


def _insert_at(found: _Findings, end: int) -> int:
    """At the very end, which is where a single store stands already as a rule."""
    if len(found.stores) == 1:
        frame = found.stores[0].frame[0]
        if frame.end + frame.length % 2 >= end:
            return frame.start
    return end


def _padding(source: Source, frame: Span) -> int:
    """Length of the zero byte behind a chunk: 0 or 1."""
    return frame.length % 2 if frame.end < _container_end(Window(source)) else 0


def _place(layout: Layout, kind: str, frames: list[Span]) -> int:
    """Where a metadata chunk goes: where it was, EXIF before XMP, both before a store at the end."""
    following = [block.frame for block in layout.metadata if kind == "exif" and block.kind == "xmp"]
    candidates = frames or following or [span for location in layout.stores for span in location.frame if span.start == layout.insert_at]
    return candidates[0].start if candidates else layout.insert_at


def _flagged(source: Source, layout: Layout, present: dict[str, bool]) -> Iterator[Replacement]:
    """What has to change so that the extended header tells which metadata there is."""
    if not present:
        return
    kind, length = _HEADER.unpack(source.read(_FIRST, _HEADER.size))
    head = source.read(_FIRST + 8, min(length, _HEAD, source.size - _FIRST - 8))
    flags = head[0] if kind == _EXTENDED and head else 0
    for name, there in present.items():
        flags = flags | _FLAGS[name] if there else flags & ~_FLAGS[name]
    if kind == _EXTENDED and head:
        if flags != head[0]:
            yield Replacement(Span(_FIRST + 8, 1), bytes((flags,)))
    elif flags:
        if layout.width is None or layout.height is None:
            raise AssetError("this WebP does not tell the size of its picture, which metadata needs: save the picture anew")
        if kind == b"VP8L" and int.from_bytes(head[1:5], "little") >> 28 & 1:
            flags |= _ALPHA
        sides = (layout.width - 1).to_bytes(3, "little") + (layout.height - 1).to_bytes(3, "little")
        yield Replacement(Span(_FIRST, 0), _chunk(_EXTENDED, bytes((flags, 0, 0, 0)) + sides))


def _chunk(kind: bytes, data: bytes) -> bytes:
    if len(data) > _MOST:
        raise AssetError(f"{len(data):,} bytes do not fit into a WebP: make it at most {_MOST:,}")
    return _HEADER.pack(kind, len(data)) + data + bytes(len(data) % 2)


def _resized(source: Source, changes: list[Replacement], *, always: bool = False) -> tuple[Piece, ...]:
    """The pieces, with the size of the container written anew where it changes, or ``always``."""
    size = int.from_bytes(source.read(_SIZE.start, _SIZE.length), "little")
    grown = size + sum(change.growth for change in changes)
    if not 4 <= grown <= _MOST:
        raise AssetError(f"the WebP would have {grown:,} bytes, and its container holds at most {_MOST:,}")
    if always or grown != size:
        changes = [*changes, Replacement(_SIZE, grown.to_bytes(4, "little"))]
    return splice(source.size, changes)
