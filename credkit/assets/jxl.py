"""JPEG XL as an asset format: the store is a top-level ``jumb`` box of the container, EXIF and XMP are boxes of their own.

Anchors ``_embedding_manifests_into_jpeg_xl`` and ``_jpeg_xl_special_handling``. The box is the store itself, without any framing; it is
known by the type of its description, so that other ``jumb`` boxes are left alone. It is read anywhere and written before the picture,
behind ``ftyp`` and ``jxll``, or where a single old one stood there.

A file that is nothing but a codestream can hold no box and reads as one without a store. To be given one, it is put into a container, byte
by byte; such a codestream is of level 5, which a container need not say.

Metadata compressed with Brotli (``brob``) is read. A picture that was made from a JPEG may hold what is needed to restore that file
(``jbrd``), which counts on the metadata as it is: there it is not changed, and it is no place where texts are looked for.

Source: ISO/IEC 18181-2:2024, clauses 4 and 9; 18181-1, annex D.3 (dimensions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from struct import Struct

from credkit.assets.bmff.boxes import BmffBox, BoxWalker
from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.layout import Edit, Layout, Metadata, NamedBox, Span, StoreLocation, TextSpan
from credkit.assets.source import Source
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["JxlFormat"]

_SIGNATURE = b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"
_CODESTREAM = b"\xff\x0a"
_FILE_TYPE = b"\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl "
_WHOLE, _PART = "jxlc", "jxlp"
_RESTORING, _PACKED, _LEVEL = "jbrd", "brob", "jxll"
_KINDS = {"Exif": "exif", "xml ": "xmp"}
_TYPES = {kind: name for name, kind in _KINDS.items()}
_STORE_TYPE = b"jumdc2pa"
"""Type of the description box, then the first four bytes of the type of a store: enough to notice a damaged one, too."""
_LAST_PART = 0x80
_NUMBER = Struct(">I")
_MOST = (1 << 32) - 1
_HEAD = 16
_UNREAD = "what it keeps of the JPEG that the picture was made from is not read"
_INCOMPLETE = "The picture breaks off: its last part is missing."


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
    insert_at: int = len(_SIGNATURE)
    remarks: list[str] = field(default_factory=list)


class JxlFormat:
    """JPEG XL files, in a container or as a codestream alone."""

    name = "JPEG XL"
    media_types: tuple[str, ...] = ("image/jxl",)
    extensions: tuple[str, ...] = (".jxl",)
    binding = "c2pa.hash.boxes"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp", "exif"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with the signature box, or with that of a codestream."""
        return head.startswith((_SIGNATURE, _CODESTREAM))

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the boxes of the file; ``MalformedError`` when the structure is broken before anything of use was found. A source is
        scanned once.
        """
        return source.known.layout((self.name, limits), lambda: self._layout(source, limits))

    def _layout(self, source: Source, limits: Limits) -> Layout:
        found = _Findings()
        if not self.matches(source.read(0, min(source.size, len(_SIGNATURE)))):
            raise MalformedError("the signature is missing", where="JPEG XL", offset=0)
        if _is_bare(source):
            found.insert_at = 0
            found.width, found.height = _dimensions(source.read(0, min(source.size, _HEAD)))
        else:
            _walk(found, source, limits)
        return Layout(
            media_type=self.media_types[0],
            size=source.size,
            stores=tuple(found.stores),
            insert_at=found.insert_at,
            metadata=tuple(found.metadata),
            width=found.width,
            height=found.height,
            remarks=tuple(found.remarks),
        )

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all store boxes by ``store``, or remove them (None); a codestream alone gets a container around it.

        ``AssetError`` when the picture breaks off before its last part.
        """
        removed = [Replacement(span) for location in layout.stores for span in location.frame]
        if store is None:
            return Edit(pieces=splice(source.size, removed))
        if _is_bare(source):
            head, tail = _container(source.size)
            return Edit(
                pieces=splice(source.size, [Replacement(Span(0, 0), head + store + tail)]), exclusions=(Span(len(head), len(store)),)
            )
        if _INCOMPLETE in layout.remarks:
            raise AssetError("the JPEG XL file breaks off before the last part of its picture and was not changed: take a whole copy")
        return Edit(
            pieces=splice(source.size, [Replacement(Span(layout.insert_at, 0), store), *removed]),
            exclusions=(Span(moved(layout.insert_at, removed), len(store)),),
        )

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """Set XMP or EXIF in a box that is not compressed, in place of the old ones, else before the picture.

        ``AssetError`` when a JPEG is to be restored with the metadata that is there.
        """
        given = {kind: value for kind, value in (("exif", exif), ("xmp", xmp)) if value is not None}
        changes: list[Replacement] = []
        store = next((span for location in layout.stores for span in location.frame if span.start == layout.insert_at), None)
        for kind, value in given.items():
            frames = [block.frame for block in layout.metadata if block.kind == kind]
            if frames:
                _check_changeable(source, kind.upper())
            at = frames[0].start if frames else store.end if store else layout.insert_at
            changes += [Replacement(Span(at, 0), _metadata_box(kind, value)), *map(Replacement, frames)]
        if _is_bare(source) and any(given.values()):
            head, tail = _container(source.size)
            changes = [Replacement(Span(0, 0), head), *changes, Replacement(Span(0, 0), tail)]
        return Edit(pieces=splice(source.size, changes))

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:
        """The top-level boxes under their types, the store as ``C2PA``; none for a codestream alone."""
        stores = {location.frame[0].start for location in layout.stores}
        for box in () if _is_bare(source) else _boxes(source, limits):
            yield NamedBox(name="C2PA" if box.span.start in stores else box.type, span=box.span)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """The ``Exif`` and ``xml `` boxes, also compressed ones; what belongs to a JPEG that can be restored is named as unread."""
        for box in () if _is_bare(source) else _boxes(source, limits):
            if box.type == _RESTORING:
                empty = Span(box.payload.start, 0)
                yield TextSpan(kind="text", name=box.type, value=empty, frame=box.span, fault=_UNREAD)
            elif block := _metadata(source, box):
                yield TextSpan(
                    kind=block.kind,
                    name=_TYPES[block.kind].strip(),
                    value=block.slices[0],
                    frame=box.span,
                    brotli=block.brotli,
                    skip=block.skip,
                )

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values in boxes that are not compressed, or boxes removed; ``AssetError`` as for ``with_metadata``."""
        replacements = []
        for text, value in changes:
            _check_changeable(source, text.kind.upper())
            replacements.append(Replacement(text.frame, b"" if value is None else _metadata_box(text.kind, value)))
        return Edit(pieces=splice(source.size, replacements))


def _is_bare(source: Source) -> bool:
    return source.read(0, min(source.size, len(_CODESTREAM))) == _CODESTREAM


def _boxes(source: Source, limits: Limits) -> Iterator[BmffBox]:
    """The top-level boxes, signature and file type first; ``MalformedError`` comes when the walk reaches a fault."""
    due = ["JXL ", "ftyp"]
    try:
        for box in BoxWalker(source, limits).roots():
            if due and box.type != due.pop(0):
                raise MalformedError("the file does not begin with its signature and its type", offset=box.span.start)
            yield box
    except MalformedError as error:
        raise MalformedError(error.message, where="JPEG XL", offset=error.offset) from None


def _walk(found: _Findings, source: Source, limits: Limits) -> None:
    try:
        for box in _boxes(source, limits):
            _note(found, source, box, limits)
    except MalformedError as error:
        if error.code != "general.error" or (found.codestream_at is None and not found.stores):
            raise
        found.remarks.append(f"The structure of the JPEG XL file is damaged: {error}.")
    if found.codestream_at is None and not found.stores:
        raise MalformedError("the file holds no picture", where="JPEG XL", offset=len(_SIGNATURE))
    if found.in_parts and not found.complete:
        found.remarks.append(_INCOMPLETE)
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
    elif block := _metadata(source, box):
        if len(found.metadata) == limits.metadata_blocks:
            raise MalformedError(f"more than {limits.metadata_blocks:,} metadata blocks", offset=box.span.start)
        found.metadata.append(block)


def _begins_as_store(source: Source, payload: Span) -> bool:
    return source.read(payload.start, min(payload.length, 4 + len(_STORE_TYPE)))[4:] == _STORE_TYPE


def _note_codestream(found: _Findings, source: Source, box: BmffBox) -> None:
    start = box.payload.start
    if box.type == _PART:
        if box.payload.length < _NUMBER.size:
            raise MalformedError("a part of the picture has no number", offset=box.span.start)
        found.in_parts = True
        found.complete = found.complete or source.read(start, 1)[0] >= _LAST_PART
        start += _NUMBER.size
    if found.codestream_at is None:
        found.codestream_at = box.span.start
        found.width, found.height = _dimensions(source.read(start, min(_HEAD, box.span.end - start)))


def _metadata(source: Source, box: BmffBox) -> Metadata | None:
    """EXIF or XMP; an EXIF box begins with the distance to its TIFF header, which is nothing as a rule."""
    kind, value = box.type, box.payload
    packed = kind == _PACKED
    if packed:
        kind = source.read(value.start, min(value.length, 4)).decode("latin-1")
        value = Span(value.start + 4, max(value.length - 4, 0))
    if kind not in _KINDS:
        return None
    skip = _NUMBER.size if kind == "Exif" else 0
    if skip and not packed:
        if value.length < skip:
            return None
        (distance,) = _NUMBER.unpack(source.read(value.start, skip))
        skip = min(skip + distance, value.length)
        value, skip = Span(value.start + skip, value.length - skip), 0
    return Metadata(kind=_KINDS[kind], slices=(value,), frame=box.span, compressed=packed, brotli=packed, skip=skip)


def _metadata_box(kind: str, value: bytes) -> bytes:
    """The box of a block, nothing for an empty one."""
    if not value:
        return b""
    data = bytes(_NUMBER.size) + value if kind == "exif" else value
    if len(data) > _MOST - 8:
        raise AssetError(f"{len(value):,} bytes do not fit into a box of a JPEG XL file: make it at most {_MOST - 12:,}")
    return _NUMBER.pack(8 + len(data)) + _TYPES[kind].encode("ascii") + data


def _check_changeable(source: Source, kind: str) -> None:
    if any(box.type == _RESTORING for box in _boxes(source, DEFAULT_LIMITS)):
        raise AssetError(
            f"this JPEG XL can be turned back into the JPEG that it was made from, which needs its {kind} metadata as it is: "
            "sign without repeating the statements there (--no-mirrors), or convert the picture without that (cjxl --lossless_jpeg=0)"
        )


def _container(size: int) -> tuple[bytes, bytes]:
    """What comes before the store when a codestream of ``size`` bytes gets a container, and what behind it."""
    length = 8 + size
    header = _NUMBER.pack(length) + b"jxlc" if length <= _MOST else _NUMBER.pack(1) + b"jxlc" + (length + 8).to_bytes(8, "big")
    return _SIGNATURE + _FILE_TYPE, header


def _dimensions(head: bytes) -> tuple[int | None, int | None]:
    """Width and height from the first bytes of a codestream; None where they do not tell."""
    bits = _Bits(head[len(_CODESTREAM) :])
    if not head.startswith(_CODESTREAM):
        return None, None
    small = bits.take(1)
    height = bits.side(small=small)
    ratio = _RATIOS[bits.take(3)]
    width = height * ratio[0] // ratio[1] if ratio else bits.side(small=small)
    return (width, height) if bits.left >= 0 else (None, None)


_RATIOS = (None, (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_SIDE_BITS = (9, 13, 18, 30)


class _Bits:
    """Bits of a codestream, lowest first; zeros behind its end."""

    __slots__ = ("_value", "left")

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self.left = 8 * len(data)

    def take(self, count: int) -> int:
        bits = self._value & ((1 << count) - 1)
        self._value >>= count
        self.left -= count
        return bits

    def side(self, *, small: int) -> int:
        """A length in pixels, by eights or in one of four sizes."""
        return 8 * (1 + self.take(5)) if small else 1 + self.take(_SIDE_BITS[self.take(2)])
