"""PNG (and APNG) as an asset format: the store is one ``caBX`` chunk, the XMP packet an ``iTXt``, EXIF an ``eXIf``.

Anchor ``_embedding_manifests_into_png``: the chunk has to precede ``IDAT``; older editions only recommended it, so it is read anywhere up
to ``IEND`` and written right behind ``IHDR``, or where a single old one stood. What follows ``IEND`` is not part of the picture and
not read; a ``caBX`` there is no store.

A fault behind the first store or ``IDAT`` does not make the scan fail: it is a remark, because the store has been found and the rest is
hashed anyway. ``boxes`` raises ``MalformedError`` when it reaches such a fault. Checksums are not compared, except that of the store's
chunk, which no hash covers: a store behind a wrong one has a fault and is not read.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from struct import Struct
from typing import TypeAlias

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.engine import hashed_on_the_way
from credkit.assets.layout import Edit, Layout, Metadata, NamedBox, Span, StoreLocation, TextSpan
from credkit.assets.partial import UpdatedInPlace
from credkit.assets.source import BytesSource, Source
from credkit.assets.window import Window
from credkit.dataclass import dataclass, field
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["PngFormat"]

_Chunk: TypeAlias = tuple[bytes, int, int]
"""Type, start and data length."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = Struct(">I4s")
_FRAMING = 12  # length, type and checksum
_AFTER_IHDR = len(_SIGNATURE) + _FRAMING + 13
_INTERLACE = len(_SIGNATURE) + 8 + 12
"""Where the header says in which order the pixels come."""
_STORE = b"caBX"
_XMP_KEYWORD = b"XML:com.adobe.xmp\x00"
_TEXT_HEAD = 1 << 12
_MAX_CHUNK = (1 << 31) - 1


@dataclass(slots=True)
class _Findings:
    """What a scan has seen so far."""

    stores: list[StoreLocation] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    data_at: int | None = None
    has_ended: bool = False
    """``IEND`` was seen, or a fault behind which nothing can be found."""
    remarks: list[str] = field(default_factory=list)

    @property
    def frames(self) -> Iterator[Span]:
        """Chunks of stores and metadata."""
        yield from (span for location in self.stores for span in location.frame)
        yield from (block.frame for block in self.metadata)

    @property
    def lone_frame(self) -> Span | None:
        """The chunk of the store, when there is one store, and it can be read."""
        return self.stores[0].frame[0] if len(self.stores) == 1 and not self.stores[0].fault else None


class PngFormat(UpdatedInPlace):
    """PNG files, animated ones included."""

    name = "PNG"
    media_types: tuple[str, ...] = ("image/png", "image/apng", "image/vnd.mozilla.apng", "image/x-png")
    extensions: tuple[str, ...] = (".png", ".apng")
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp", "exif"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with the PNG signature."""
        return head.startswith(_SIGNATURE)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the chunk headers; ``MalformedError`` when the structure is broken before anything of use was found. A source is
        scanned once.
        """
        return source.known.once((self.name, limits), lambda: self._layout(source, limits))

    def _layout(self, source: Source, limits: Limits) -> Layout:
        window, found = Window(source), _Findings()
        width, height = _dimensions(window)
        walk = _chunks(window, limits)
        clear_from = source.size if source.known.clear_from is None else source.known.clear_from
        _look(walk, found, window, source, limits, to_data=True)
        if found.data_at is not None and found.data_at < clear_from:
            frame = found.lone_frame if source.known.verified_next else None
            with hashed_on_the_way(source, found.data_at, frame) as pieces:
                if frame:
                    window.follow(found.data_at, pieces)
                _look(walk, found, window, source, limits)
                if frame:
                    deque(pieces, maxlen=0)
        if found.data_at is not None and not any(span.start > found.data_at for span in found.frames):
            source.known.clear_from = min(found.data_at, clear_from)
        return Layout(
            media_type=self.media_types[0],
            size=source.size,
            stores=tuple(found.stores),
            insert_at=_insert_at(found),
            metadata=tuple(found.metadata),
            width=width,
            height=height,
            remarks=tuple(found.remarks),
        )

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all ``caBX`` chunks by one with ``store``, or remove them (None)."""
        removed = [Replacement(span) for location in layout.stores for span in location.frame]
        if store is None:
            return Edit(pieces=splice(source.size, removed))
        data = _chunk(_STORE, store)
        return Edit(
            pieces=splice(source.size, [Replacement(Span(layout.insert_at, 0), data), *removed]),
            exclusions=(Span(moved(layout.insert_at, removed), len(data)),),
        )

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """Set XMP (uncompressed ``iTXt``) or EXIF (``eXIf``) before the image data, in place of the old chunks."""
        changes: list[Replacement] = []
        for kind, data in (
            ("exif", exif and _chunk(b"eXIf", exif)),
            ("xmp", xmp and _chunk(b"iTXt", _XMP_KEYWORD + bytes(4) + xmp)),
        ):
            if data is None:
                continue
            frames = [block.frame for block in layout.metadata if block.kind == kind]
            at = frames[0].start if frames and _before_data(source, frames[0].start) else _AFTER_IHDR
            changes += [Replacement(Span(at, 0), data), *map(Replacement, frames)]
        return Edit(pieces=splice(source.size, changes))

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """The signature as ``PNGh``, the chunks under their types, ``caBX`` as ``C2PA`` (anchor ``_png_specific_handling``)."""
        window = Window(source)
        yield NamedBox(name="PNGh", span=Span(0, len(_SIGNATURE)))
        for kind, start, length in _chunks(window, limits):
            name = "C2PA" if kind == _STORE else kind.decode("ascii")
            yield NamedBox(name=name, span=Span(start, length + _FRAMING))

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """``tEXt``, ``zTXt``, ``iTXt``, the private ``comf`` of animated pictures from ComfyUI (keyword, zero, text), and ``eXIf``."""
        window = Window(source)
        for kind, start, length in _chunks(window, limits):
            if kind in _TEXTS:
                yield _text(kind.decode("ascii"), start, window.read(start + 8, min(length, _TEXT_HEAD)), length)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values behind the old keyword and flags, or chunks removed."""
        replacements = []
        for text, value in changes:
            data = b""
            if value is not None:
                head = source.read(text.frame.start + 8, text.value.start - text.frame.start - 8)
                data = _chunk(text.name.encode("ascii"), head + (zlib.compress(value) if text.compressed else value))
            replacements.append(Replacement(text.frame, data))
        return Edit(pieces=splice(source.size, replacements))

    def bare(self, source: Source) -> Edit:
        """The edit that leaves nothing but the still picture: header, colours and image data, of a damaged file up to the fault."""
        removed: list[Replacement] = []
        position = 0
        try:
            for kind, start, length in _chunks(Window(source), DEFAULT_LIMITS):
                position = start + length + _FRAMING
                if kind not in _PIXELS:
                    removed.append(Replacement(Span(start, length + _FRAMING)))
        except MalformedError:
            removed.append(Replacement(Span(position, source.size - position)))
        return Edit(pieces=splice(source.size, removed))

    def with_pixels(self, source: Source, picture: bytes) -> Edit:
        """The edit that takes the coded pixels of ``picture``, a PNG of the same size and colour form; every other chunk keeps its bytes.

        Of an animation it is the still picture that changes. ``AssetError`` when the two do not agree.
        """
        other = BytesSource(picture)
        header, new = source.read(0, _AFTER_IHDR), other.read(0, _AFTER_IHDR)
        if header[:_INTERLACE] != new[:_INTERLACE]:
            raise AssetError("the pixels to be put into the PNG have another size or form than those that are there")
        data = b"".join(other.read(start + 8, length) for kind, start, length in _chunks(Window(other), DEFAULT_LIMITS) if kind == b"IDAT")
        frames = [Span(start, length + _FRAMING) for kind, start, length in _chunks(Window(source), DEFAULT_LIMITS) if kind == b"IDAT"]
        changes = [Replacement(Span(0, _AFTER_IHDR), new)] if header != new else []
        changes += [Replacement(frame, b"" if number else _chunk(b"IDAT", data)) for number, frame in enumerate(frames)]
        return Edit(pieces=splice(source.size, changes))


_BYTES = 100
"""Of a large file, for each chunk; in real ones a chunk has at least 1 KiB on average."""
_NOTED = frozenset((b"IDAT", b"IEND", b"eXIf", b"iTXt", _STORE))
_PIXELS = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
_TEXTS = frozenset((b"tEXt", b"zTXt", b"iTXt", b"comf", b"eXIf"))


def _chunks(window: Window, limits: Limits) -> Iterator[_Chunk]:
    """Each chunk up to ``IEND``; ``MalformedError`` comes when the walk reaches the fault."""
    if window.read(0, len(_SIGNATURE)) != _SIGNATURE:
        raise MalformedError("the PNG signature is missing", where="PNG", offset=0)
    position, kind, known = len(_SIGNATURE), b"", {b"IDAT"}
    most = limits.allowed_parts(limits.png_chunks, window.size, each=_BYTES)
    for _ in range(most):
        if position + _FRAMING > window.size:
            raise MalformedError("the file ends before the IEND chunk", where="PNG", offset=position)
        length, kind = window.unpack(_HEADER, position)
        if kind not in known:
            if not kind.isalpha():
                raise MalformedError("a chunk type is not made of four letters", where="PNG", offset=position)
            known.add(kind)
        if length > window.size - position - _FRAMING:
            raise MalformedError(f"chunk {kind.decode('ascii')} claims {length:,} bytes, which do not fit", where="PNG", offset=position)
        yield kind, position, length
        if kind == b"IEND":
            return
        position += length + _FRAMING
    raise MalformedError(f"more than {most:,} chunks", where="PNG", offset=position)


def _dimensions(window: Window) -> tuple[int | None, int | None]:
    """Width and height from ``IHDR``, which has to come first."""
    head = window.read(0, _INTERLACE) if window.size >= _AFTER_IHDR else b""
    if head[8:16] != b"\x00\x00\x00\x0dIHDR":
        raise MalformedError("the first chunk is not a whole IHDR", where="PNG", offset=len(_SIGNATURE))
    return int.from_bytes(head[16:20], "big") or None, int.from_bytes(head[20:24], "big") or None


def _look(walk: Iterator[_Chunk], found: _Findings, window: Window, source: Source, limits: Limits, *, to_data: bool = False) -> None:
    """Note what stands in the following chunks, up to the end, or to the first with image data."""
    while not found.has_ended and not (to_data and found.data_at is not None):
        try:
            kind, start, length = next(walk)
        except MalformedError as error:
            if found.data_at is None and not found.stores:
                raise
            found.remarks.append(f"The structure of the PNG is damaged: {error}.")
            found.has_ended = True
            return
        if kind in _NOTED:
            _note(found, window, source, (kind, start, length), limits)


def _note(found: _Findings, window: Window, source: Source, chunk: _Chunk, limits: Limits) -> None:
    kind, start, length = chunk
    if kind == b"IDAT":
        found.data_at = start if found.data_at is None else found.data_at
    elif kind == b"IEND":
        found.has_ended = True
    elif kind == _STORE:
        if len(found.stores) == limits.stores:
            raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="PNG")
        sound = length > limits.store_size or _checksum_right(source, start, length)
        fault = "" if sound else "the checksum of its chunk is wrong"
        found.stores.append(StoreLocation(slices=(Span(start + 8, length),), frame=(Span(start, length + _FRAMING),), fault=fault))
    elif block := _metadata(window, chunk):
        if len(found.metadata) == limits.metadata_blocks:
            raise MalformedError(f"more than {limits.metadata_blocks:,} metadata blocks", where="PNG", offset=start)
        found.metadata.append(block)


def _checksum_right(source: Source, start: int, length: int) -> bool:
    checksum = 0
    for piece in source.chunks(start + 4, length + 4):
        checksum = zlib.crc32(piece, checksum)
    return source.read(start + 8 + length, 4) == checksum.to_bytes(4, "big")


def _metadata(window: Window, chunk: _Chunk) -> Metadata | None:
    kind, start, length = chunk
    frame = Span(start, length + _FRAMING)
    if kind == b"eXIf":
        return Metadata(kind="exif", slices=(Span(start + 8, length),), frame=frame)
    head = window.read(start + 8, min(length, _TEXT_HEAD))
    if not head.startswith(_XMP_KEYWORD):
        return None
    # Behind the keyword: compression flag and method, language and translated keyword, each of the two ended by NUL.
    flags, text = len(_XMP_KEYWORD), len(_XMP_KEYWORD) + 2
    for _ in range(2):
        stop = head.find(b"\x00", text)
        if stop < 0:
            return None
        text = stop + 1
    return Metadata(kind="xmp", slices=(Span(start + 8 + text, length - text),), frame=frame, compressed=head[flags] == 1)


def _text(name: str, start: int, head: bytes, length: int) -> TextSpan:
    """A chunk with a text; ``head`` is the beginning of its ``length`` bytes of data."""
    frame = Span(start, length + _FRAMING)
    if name == "eXIf":
        return TextSpan(kind="exif", name=name, value=Span(start + 8, length), frame=frame)
    keyword, found, rest = head.partition(b"\x00")
    # Behind the keyword: nothing (tEXt), the method (zTXt), or flag, method and two texts that end with zero (iTXt).
    skip = {"zTXt": 1, "iTXt": 2}.get(name, 0)
    parts = rest[skip:].split(b"\x00", 2) if name == "iTXt" else []
    if not found or len(rest) < skip or (name == "iTXt" and len(parts) < 3):
        return TextSpan(kind="text", name=name, value=Span(start + 8, length), frame=frame, fault="its keyword or its flags do not end")
    skip += len(keyword) + 1 + sum(len(part) + 1 for part in parts[:2])
    return TextSpan(
        kind="xmp" if keyword + found == _XMP_KEYWORD and name == "iTXt" else "text",
        name=name,
        keyword=keyword,
        value=Span(start + 8 + skip, length - skip),
        frame=frame,
        compressed=name == "zTXt" or (name == "iTXt" and rest[:1] == b"\x01"),
    )


def _insert_at(found: _Findings) -> int:
    if len(found.stores) == 1:
        place = found.stores[0].frame[0].start
        if found.data_at is None or place < found.data_at:
            return place
    return _AFTER_IHDR


def _before_data(source: Source, start: int) -> bool:
    """Whether no image data stands before ``start``."""
    kinds = _chunks(Window(source), DEFAULT_LIMITS)
    return next((position >= start for kind, position, _ in kinds if kind == b"IDAT" or position >= start), True)


def _chunk(kind: bytes, data: bytes) -> bytes:
    if len(data) > _MAX_CHUNK:
        raise AssetError(f"{len(data):,} bytes do not fit into a PNG chunk: make it at most {_MAX_CHUNK:,}")
    return b"".join((len(data).to_bytes(4, "big"), kind, data, zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big")))
