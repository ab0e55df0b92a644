"""What a format knows about one file, and the edit that changes it: spans only, never buffers.

``scan`` turns a ``Source`` into a ``Layout``; ``embed`` turns a layout and a store into an ``Edit``: pieces that are either copied from the
source or inserted, and the exclusions of a data hash in coordinates of the output. Copying, hashing and patching are written once, in
``engine``, so that a file of any size passes through constant memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from credkit.assets.source import Source
from credkit.dataclass import dataclass
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["AssetFormat", "Copy", "Edit", "Insert", "Layout", "Metadata", "NamedBox", "Piece", "Span", "StoreLocation", "TextSpan"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of bytes; ``start`` counts from the beginning of the file."""

    start: int
    length: int

    @property
    def end(self) -> int:
        """One past the last byte."""
        return self.start + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLocation:
    """Where a manifest store lies in a file."""

    slices: tuple[Span, ...]
    """The bytes of the store itself, in order; joined they are one JUMBF superbox."""
    frame: tuple[Span, ...]
    """The store with its format framing (markers, lengths, checksums): exactly what a data hash has to exclude.

    One span, unless foreign bytes stand between the parts of the store: such a store can be read, but no exclusion matches it.
    """
    fault: str = ""
    """Why the framing contradicts itself, in plain words; empty for a sound store. ``read_store`` refuses a store with a fault."""
    scattered: bool = False
    """The format wants one contiguous range, and there is something between the parts of this store; no hard binding can fit it."""
    base64: bool = False
    """The slices hold the store as Base64 text, as the line of a checkpoint does."""
    supplement: tuple[Span, ...] = ()
    """The bytes of a second store that has the update manifests only (ISO base media files); both are read as one."""
    deflated: bool = False
    """The slices hold the store deflated, as a stream of a PDF may."""
    before: tuple[StoreLocation, ...] = ()
    """The stores that earlier updates of a PDF brought, the oldest first; all are read as one."""
    loose: tuple[tuple[Span, str], ...] = ()
    """Parts of the frame, outside of the slices, that may hold anything, with what they are: no check and no hash covers them."""
    pinned: bool = False
    """Something behind it is found by its place in the file. A store that became longer would lie where that is looked for, so no update
    can have changed its length."""

    @property
    def size(self) -> int:
        """Bytes of the store, in both places if it lies in two."""
        return sum(piece.length for piece in self.slices + self.supplement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A block of asset metadata: ``kind`` is ``xmp``, ``xmp-extension`` (one part of extended XMP in JPEG), ``exif`` or ``iptc``.

    ``slices`` are the value bytes without framing (in order, joined they are the value as stored), ``frame`` the whole
    logical unit. ``compressed`` says that the value is deflated (PNG ``iTXt``), or with ``brotli`` that it is a Brotli stream (``brob`` of
    JPEG XL), of which the first ``skip`` bytes, unpacked, do not belong to it.
    """

    kind: str
    slices: tuple[Span, ...]
    frame: Span
    compressed: bool = False
    brotli: bool = False
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBox:
    """One box of a box hash: the name that the specification gives it (``SOI``, ``IHDR``, ``C2PA``) and where it lies."""

    name: str
    span: Span
    """From its first to its last byte."""
    ranges: tuple[Span, ...] = ()
    """What it consists of, in order, when other boxes lie in between (the pages of an Ogg stream); empty for a box in one piece."""
    zeroed: Span | None = None
    """A field that counts as zeros in a hash (``checkSumAdjustment`` of a font)."""
    padding: int = 0
    """Zero bytes right behind it that belong to no box (between the tables of a font)."""
    bounded: bool = True
    """Its own bytes, or those around it, say where it ends; False where only something says so that belongs to no box (the directory of a
    font)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSpan:
    """Where a text, or a block with texts in it, lies in a file. The scan notes none of them: only ``texts`` walks so far."""

    kind: str
    """``text`` (under a keyword), ``comment``, ``note`` (under a keyword, in whatever encoding), ``markup`` (XML with texts in it),
    or a kind of metadata: ``xmp``, ``xmp-extension``, ``exif``, ``iptc``."""
    name: str
    """What the format calls the chunk or segment: ``tEXt``, ``COM``."""
    keyword: bytes = b""
    value: Span
    """The bytes of the text or block, without framing, keyword and signature."""
    slices: tuple[Span, ...] = ()
    """Its pieces, where something of the format stands between them; empty for a value in one piece."""
    frame: Span
    """The whole chunk or segment."""
    compressed: bool = False
    """The value is deflated."""
    brotli: bool = False
    """The value is a Brotli stream."""
    skip: int = 0
    """Bytes of that stream, unpacked, that come before the value."""
    fault: str = ""
    """Why the chunk contradicts its own form, in plain words; empty for a sound one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a scan of one file found."""

    media_type: str
    size: int
    stores: tuple[StoreLocation, ...] = ()
    """Every manifest store found; more than one counts as none (anchor ``embedding_annex``)."""
    insert_at: int = 0
    """Where a new store goes."""
    metadata: tuple[Metadata, ...] = ()
    width: int | None = None
    """Pixels, where the format's header says so."""
    height: int | None = None
    reference: Span | None = None
    """The URI of the active manifest, where the format has a place of its own for one (fonts)."""
    size_fields: tuple[Span, ...] = ()
    """Fields that count the length of the store among others; a data hash leaves them out, so that an update can change it."""
    end: int | None = None
    """Where ends what the format knows of in the file: at its last byte, as a rule. None where only the boxes tell, or nothing at all."""
    remarks: tuple[str, ...] = ()
    """Oddities worth telling a person (a wrong checksum of the store's chunk); none makes the scan fail."""

    @property
    def store(self) -> StoreLocation | None:
        """The manifest store, when there is exactly one."""
        return self.stores[0] if len(self.stores) == 1 else None


@dataclass(frozen=True, slots=True)
class Copy:
    """Take a span of the source over."""

    span: Span

    @property
    def length(self) -> int:
        """Bytes of output."""
        return self.span.length


@dataclass(frozen=True, slots=True)
class Insert:
    """Put new bytes in."""

    data: bytes

    @property
    def length(self) -> int:
        """Bytes of output."""
        return len(self.data)


Piece = Copy | Insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """How the output is made from the source, in order, and where the store ends up."""

    pieces: tuple[Piece, ...]
    exclusions: tuple[Span, ...] = ()
    """What depends on the new store, in coordinates of the output, and what a data hash leaves out therefore: fields with its size, and its
    frame last. Empty when the store was removed or lives elsewhere.
    """

    @property
    def size(self) -> int:
        """Bytes of the output."""
        return sum(piece.length for piece in self.pieces)


class AssetFormat(Protocol):
    """One container format: small, stateless, no I/O of its own."""

    name: str
    """Short name for people: ``JPEG``."""
    media_types: tuple[str, ...]
    """First the one we write, then synonyms."""
    extensions: tuple[str, ...]
    """With the dot, lower case; first the usual one."""
    binding: str
    """Label of the hard binding that a new manifest gets, unless another is asked for."""
    writable: bool
    """Whether ``embed`` puts stores in and takes them out; False for a format whose credentials are only read."""
    metadata_kinds: frozenset[str]
    """The kinds of metadata that ``with_metadata`` sets: ``xmp``, ``exif``."""

    def matches(self, head: bytes) -> bool:
        """Whether a file that starts with ``head`` (up to 4,096 bytes, fewer only where the file ends) is of this format."""
        ...

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Find stores, metadata and the place for a new store; ``MalformedError`` when the container is broken."""
        ...

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """The edit that replaces any store by ``store``, or removes it (None).

        Its shape depends on ``len(store)`` alone: zeros of the final size give the final exclusions.
        """
        ...

    def update(self, source: Source, layout: Layout, store: bytes) -> Edit:
        """The edit after which ``store`` is the store of the file and nothing that an older hash covers has changed or moved.

        ``store`` holds the present manifests (some without redacted assertions) and new update manifests behind them. ``AssetError`` when
        the file has no place for it.
        """
        ...

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """The edit that sets the XMP packet and / or the EXIF block (TIFF structure).

        None leaves what is there, empty bytes remove it. ``AssetError`` when the value does not fit into the format. A manifest store is
        copied like any other part of the file: embed a new one afterwards.
        """
        ...

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:
        """All boxes in file order under the names of a box hash; the store is one box ``C2PA``. None for a format without a box hash."""
        ...

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """All texts and metadata blocks of the first picture in file order, wherever they stand.

        ``MalformedError`` comes when the walk reaches a fault, so that those before it can be used.
        """
        ...

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """The edit that gives spans of ``texts`` another value (deflated by the format where it was), or removes them whole (None).

        Everything else keeps its bytes; ``AssetError`` when a value does not fit. A manifest store is copied like any other part.
        """
        ...
