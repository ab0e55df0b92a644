"""JPEG as an asset format: what a scan finds, and the edits that write a store, XMP or EXIF.

A new store goes right behind the leading APP0 segments, before any MPF index, so that the distance from the index to the other pictures
does not change; a single sound store is replaced where it stands, so that a longer store of an update manifest starts at the same byte.
Bytes behind ``EOI`` (further pictures, films, vendor trailers) are kept, not read.

Metadata is looked for where readers look: before the first scan header. What follows is walked over only when ``search`` says that there
is something to find. A fault behind the first store or scan header does not make the scan fail: it is a remark when the walk meets it,
because the store has been found and the rest is hashed anyway. ``boxes`` raises ``MalformedError`` when it reaches such a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.jpeg.app11 import StoreFinder, box_instance, framed, free_instance
from credkit.assets.jpeg.markers import (
    APP0,
    APP1,
    APP2,
    APP11,
    APP13,
    COM,
    MPF,
    SOI,
    SOS,
    Segment,
    is_frame_header,
    marker_name,
    segments,
)
from credkit.assets.jpeg.search import STORE_TYPE, is_plain
from credkit.assets.layout import Edit, Layout, Metadata, NamedBox, Piece, Span, StoreLocation, TextSpan
from credkit.assets.partial import UpdatedInPlace
from credkit.assets.source import Source
from credkit.assets.watch import Watch
from credkit.assets.window import Window
from credkit.dataclass import dataclass, field, replace
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from credkit.assets.jpeg.mpf import PictureOffset

__all__ = ["JpegFormat"]

_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\x00"
_EXIF = b"Exif\x00\x00"
_IPTC = b"Photoshop 3.0\x00"
_BLOCKS = ((APP1, _XMP, "xmp"), (APP1, _XMP_EXTENSION, "xmp-extension"), (APP1, _EXIF, "exif"), (APP13, _IPTC, "iptc"))
_MAX_SEGMENT = 65_535
_MAX_XMP = 65_502
_MAX_EXIF = 65_533 - len(_EXIF)


@dataclass(slots=True)
class _Findings:
    """What a scan has seen so far."""

    after_app0: int = 2
    header_open: bool = True
    metadata: list[Metadata] = field(default_factory=list)
    scan_at: int | None = None
    data_at: int | None = None
    """Behind the first scan header."""
    mpf_at: int | None = None
    pictures: tuple[int, ...] = ()
    """Where the further pictures begin that the index of a multi-picture file names."""
    width: int | None = None
    height: int | None = None
    stores: tuple[StoreLocation, ...] = ()
    remarks: list[str] = field(default_factory=list)


class JpegFormat(UpdatedInPlace):
    """JPEG files, also progressive, with restart intervals, or with further pictures behind the first."""

    name = "JPEG"
    media_types: tuple[str, ...] = ("image/jpeg", "image/jpg", "image/pjpeg")
    extensions: tuple[str, ...] = (".jpg", ".jpeg", ".jpe", ".jfif")
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp", "exif"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with ``SOI`` and another marker."""
        return head[:3] == b"\xff\xd8\xff"

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the header and look for stores behind it; ``MalformedError`` when the structure is broken before anything of use was
        found. A source is scanned once.
        """
        return source.known.once((self.name, limits), lambda: self._layout(source, limits))

    def _layout(self, source: Source, limits: Limits) -> Layout:
        found = _findings(source, limits)
        found.remarks.extend(f"The manifest store is damaged: {location.fault}." for location in found.stores if location.fault)
        layout = Layout(
            media_type=self.media_types[0],
            size=source.size,
            stores=found.stores,
            insert_at=found.after_app0,
            metadata=tuple(found.metadata),
            width=found.width,
            height=found.height,
            remarks=tuple(found.remarks),
        )
        return _replacing_in_place(layout, _barrier(found.mpf_at, found.scan_at))

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all stores by ``store`` in APP11 segments, or remove them (None). Other JUMBF boxes stay, MPF offsets stay right."""
        header = _Header.of(source)
        removed = [Replacement(span) for location in layout.stores for span in location.frame]
        if store is None:
            return Edit(pieces=header.splice(source.size, tuple(removed)))
        data = framed(store, free_instance(header.instances(layout)))
        edit = header.splice(source.size, (Replacement(Span(layout.insert_at, 0), data), *removed))
        # What stands before the insertion may have lost other stores.
        return Edit(pieces=edit, exclusions=(Span(moved(layout.insert_at, removed), len(data)),))

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """Set XMP or EXIF in APP1 segments, in place of the old ones; extended XMP stays as long as the packet refers to it.

        ``AssetError`` for XMP above 65,502 or EXIF above 65,527 bytes.
        """
        header = _Header.of(source)
        changes: list[Replacement] = []
        for value, kinds, signature, most in (
            (exif, ("exif",), _EXIF, _MAX_EXIF),
            (xmp, ("xmp",) if b"HasExtendedXMP" in (xmp or b"") else ("xmp", "xmp-extension"), _XMP, _MAX_XMP),
        ):
            if value is None:
                continue
            if len(value) > most:
                raise AssetError(f"{kinds[0].upper()} of {len(value):,} bytes does not fit into a JPEG: make it at most {most:,}")
            frames = [block.frame for block in layout.metadata if block.kind in kinds]
            at = header.place(frames, layout, behind_exif="xmp" in kinds)
            data = b"\xff\xe1" + (2 + len(signature) + len(value)).to_bytes(2, "big") + signature + value if value else b""
            changes += [Replacement(Span(at, 0), data), *map(Replacement, frames)]
        return Edit(pieces=header.splice(source.size, tuple(changes)))

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:
        """Segments under their symbols; ``SOSn`` and ``RSTn`` with their data, the store as one ``C2PA``.

        Further pictures that follow directly behind ``EOI`` (multi-picture files) are listed too, their APP11 segments as what they are
        (anchor ``_jpeg_1_specific_handling``). Fill bytes belong to the box that follows them, except before ``C2PA``: they are a gap.
        """
        window = Window(source)
        frames = sorted((span for location in layout.stores for span in location.frame), reverse=True)
        start = 0
        while start + 2 <= source.size and window.read(start, 2) == b"\xff\xd8":
            end = start
            for segment in segments(window, limits, start=start, restarts=True):
                end = segment.end
                if not frames or segment.end <= frames[-1].start:
                    yield NamedBox(name=marker_name(segment.marker), span=Span(segment.fill, segment.end - segment.fill))
                elif segment.end == frames[-1].end:
                    yield NamedBox(name="C2PA", span=frames.pop())
            start = end

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """Comments, and XMP, EXIF and IPTC blocks, also between the scans."""
        window = Window(source)
        for segment in segments(window, limits):
            frame = Span(segment.start, segment.length)
            if segment.marker == COM:
                yield TextSpan(kind="comment", name="COM", value=Span(segment.start + 4, segment.length - 4), frame=frame)
            elif segment.marker in (APP1, APP13) and (block := _metadata(window, segment)):
                yield TextSpan(kind=block.kind, name=marker_name(segment.marker), value=block.slices[0], frame=frame)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values behind the old signatures, or segments removed; MPF offsets stay right."""
        replacements = []
        for text, value in changes:
            data = b""
            if value is not None:
                head = source.read(text.frame.start, text.value.start - text.frame.start)
                length = len(head) - 2 + len(value)
                if length > _MAX_SEGMENT:
                    raise AssetError(f"{len(value):,} bytes do not fit into one segment of a JPEG: make it shorter")
                data = head[:2] + length.to_bytes(2, "big") + head[4:] + value
            replacements.append(Replacement(text.frame, data))
        return Edit(pieces=_Header.of(source).splice(source.size, tuple(replacements)))


def _findings(source: Source, limits: Limits) -> _Findings:
    """What is in the header, and what a walk finds behind it when there may be something."""
    found, known = _walk(source, limits, header_only=True), source.known
    start = found.data_at
    if start is None or (known.clear_from is not None and known.clear_from <= start):
        return found
    if known.copied_whole and not found.stores and source.read(source.size - 2, 2) == b"\xff\xd9":
        known.clear_from = start
        known.look_later(Watch(source, STORE_TYPE, start, lambda: _has_more(source, limits)))
        return found
    sound = len(found.stores) == 1 and len(found.stores[0].frame) == 1 and not found.stores[0].fault
    if not is_plain(source, start, found.stores[0].frame[0] if sound else None):
        found = _walk(source, limits, header_only=False)
    if all(span.end <= start for location in found.stores for span in location.frame):
        known.clear_from = start
    return found


def _has_more(source: Source, limits: Limits) -> bool:
    """Whether a walk over a file without a store in its header has something to say that the header does not."""
    try:
        found = _walk(source, limits, header_only=False)
    except MalformedError:
        return True
    return bool(found.stores or found.remarks)


def _walk(source: Source, limits: Limits, *, header_only: bool) -> _Findings:
    """What the first picture holds, up to its first scan header or its end."""
    window, found = Window(source), _Findings()
    stores = StoreFinder(window, limits)
    walk = segments(window, limits, header_only=header_only)
    while True:
        try:
            segment = next(walk, None)
        except MalformedError as error:
            if found.scan_at is None and not stores.found:
                raise
            found.remarks.append(f"The structure of the JPEG is damaged: {error}.")
            break
        if segment is None:
            break
        if segment.marker == APP11:
            stores.add(segment, behind_scan=found.scan_at is not None)
        if found.scan_at is None:
            _note(found, window, segment, limits)
    found.stores = tuple(_without_pictures(location, found.pictures) for location in stores.locations())
    return found


def _without_pictures(store: StoreLocation, pictures: tuple[int, ...]) -> StoreLocation:
    """The store with a fault when a further picture is to begin in it, where no hash covers anything."""
    if store.fault or not any(span.start <= start < span.end for span in store.frame for start in pictures):
        return store
    return replace(store, fault="another picture of the file is said to begin in it")


def _note(found: _Findings, window: Window, segment: Segment, limits: Limits) -> None:
    marker = segment.marker
    if marker == APP0 and found.header_open and segment.start == found.after_app0:
        # Behind fill bytes the reference would miscount, so then the store goes in front of them.
        found.after_app0 = segment.end
    elif marker == SOS:
        found.scan_at, found.data_at = segment.start, segment.end
    elif marker == APP2 and found.mpf_at is None and window.read(segment.start, min(segment.length, 8))[4:] == MPF:
        # Most pictures stand alone.
        from credkit.assets.jpeg.mpf import picture_offsets

        found.mpf_at = segment.start
        found.pictures = tuple(offset.target for offset in picture_offsets(window, segment))
    elif is_frame_header(marker) and found.width is None and segment.length >= 9:
        size = window.read(segment.start + 5, 4)
        found.height, found.width = int.from_bytes(size[:2], "big") or None, int.from_bytes(size[2:], "big") or None
    elif marker in (APP1, APP13) and (block := _metadata(window, segment)):
        if len(found.metadata) == limits.metadata_blocks:
            raise MalformedError(f"more than {limits.metadata_blocks:,} metadata blocks", where="JPEG", offset=segment.start)
        found.metadata.append(block)
    found.header_open = found.header_open and marker in (SOI, APP0)


def _metadata(window: Window, segment: Segment) -> Metadata | None:
    head = window.read(segment.start + 4, min(segment.length - 4, len(_XMP_EXTENSION)))
    for marker, signature, kind in _BLOCKS:
        if marker == segment.marker and head.startswith(signature):
            skip = 4 + len(signature)
            value = Span(segment.start + skip, segment.length - skip)
            return Metadata(kind=kind, slices=(value,), frame=Span(segment.start, segment.length))
    return None


def _barrier(mpf_at: int | None, scan_at: int | None) -> int | None:
    """What must not be written behind: an MPF index or, without one, the first scan."""
    return scan_at if mpf_at is None else mpf_at


def _replacing_in_place(layout: Layout, barrier: int | None) -> Layout:
    store = layout.store
    if store is None or len(store.frame) != 1 or (barrier is not None and store.frame[0].start > barrier):
        return layout
    return replace(layout, insert_at=store.frame[0].start)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """The segments before the first scan, for edits: a layout does not carry them."""

    boxes: tuple[tuple[int, int], ...]
    """Start and instance number of each segment of a JUMBF box."""
    offsets: tuple[PictureOffset, ...]
    after_app0: int
    barrier: int | None

    @classmethod
    def of(cls, source: Source) -> _Header:
        """The header of a source; read once, however often an edit is tried."""
        return source.known.once("header of a JPEG", lambda: cls._read(source))

    @classmethod
    def _read(cls, source: Source) -> _Header:
        from credkit.assets.jpeg.mpf import picture_offsets

        window = Window(source)
        found = _Findings()
        boxes: list[tuple[int, int]] = []
        offsets: list[PictureOffset] = []
        try:
            for segment in segments(window, header_only=True):
                _note(found, window, segment, DEFAULT_LIMITS)
                if segment.start == found.mpf_at:
                    offsets.extend(picture_offsets(window, segment))
                if segment.marker == APP11 and (instance := box_instance(window, segment)) is not None:
                    boxes.append((segment.start, instance))
        except MalformedError:
            # The scan has judged the structure already; what was read before the fault is all there is.
            pass
        return cls(
            boxes=tuple(boxes),
            offsets=tuple(offsets),
            after_app0=found.after_app0,
            barrier=_barrier(found.mpf_at, found.scan_at),
        )

    def instances(self, layout: Layout) -> frozenset[int]:
        """Instance numbers of the boxes that stay."""
        frames = [span for location in layout.stores for span in location.frame]
        return frozenset(number for start, number in self.boxes if not any(span.start <= start < span.end for span in frames))

    def place(self, frames: list[Span], layout: Layout, *, behind_exif: bool) -> int:
        """Where a metadata segment goes: where it was, behind EXIF, or behind APP0, but never behind the barrier."""
        exif = [block.frame.end for block in layout.metadata if block.kind == "exif"] if behind_exif else []
        for place in [span.start for span in frames] + exif:
            if self.barrier is None or place <= self.barrier:
                return place
        return self.after_app0

    def splice(self, size: int, replacements: tuple[Replacement, ...]) -> tuple[Piece, ...]:
        """The pieces, with MPF offsets corrected."""
        from credkit.assets.jpeg.mpf import corrections

        return splice(size, (*replacements, *corrections(self.offsets, replacements)))
