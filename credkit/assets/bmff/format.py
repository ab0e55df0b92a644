"""HEIF, AVIF, MP4 and QuickTime as one asset format: the store is a ``uuid`` box, and what says where something lies follows it.

Anchor ``_embedding_manifests_into_bmff_based_assets``. A new store goes behind ``ftyp``, so before all content; in a QuickTime film
without ``ftyp`` behind ``moov``, where the specification allows it, too. All boxes of C2PA that are there go, those with parts of Merkle
trees as well, which belong to the old hash. Free space in the file stays what it is.

An update changes no place: the box is renamed from "manifest" to "original", and a box "update" at the end takes the update manifests. A
redacted original keeps the length of its box with zeros behind the store. Where nothing stands behind the store's own box, that box grows.

Which bytes follow a move is left to ``offsets``, what a picture tells to ``items``. XMP and Exif that are there can get another value of no
greater length (``texts``); none are added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from credkit.assets.bmff.boxes import BmffBox, BoxWalker
from credkit.assets.bmff.brands import FRAGMENT_TYPES, looks_like_bmff, media_type_of, read_brands
from credkit.assets.bmff.items import read_items
from credkit.assets.bmff.stores import MANIFEST, ORIGINAL, UPDATE, C2paBox, locate, read_c2pa_box, store_box
from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.layout import Edit, Layout, Metadata, Span, StoreLocation, TextSpan
from credkit.assets.partial import NoBoxes, NoMetadata
from credkit.assets.source import Source
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["BmffFormat"]

_XMP_UUID = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
_XMP_ATOM = "XMP_"
_BRANDS_SIZE = 1 << 12
_SIDES = 8
_HEAD = 4096
_INDEXES = frozenset({"moov", "meta"})
_CONTENT = frozenset({"mdat", "moof", "meta"})


@dataclass(slots=True)
class _Findings:
    """What a scan has seen so far."""

    first: str = ""
    brands: tuple[str, ...] = ()
    insert_at: int = 0
    film: BmffBox | None = None
    picture: BmffBox | None = None
    boxes: list[C2paBox] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    handlers: set[str] = field(default_factory=set)
    width: int | None = None
    height: int | None = None
    remarks: list[str] = field(default_factory=list)


class BmffFormat(NoMetadata, NoBoxes):
    """Films, sound and pictures in ISO base media files; which of them a file is, its brands and tracks decide."""

    name = "HEIF/AVIF/MP4"
    media_types: tuple[str, ...] = (
        "video/mp4",
        "image/heic",
        "image/heif",
        "image/avif",
        "audio/mp4",
        "video/quicktime",
        "image/heic-sequence",
        "image/heif-sequence",
        "application/mp4",
        "video/x-m4v",
        "audio/x-m4a",
        "audio/m4a",
    )
    extensions: tuple[str, ...] = (".mp4", ".heic", ".heif", ".avif", ".m4a", ".mov", ".m4v", ".hif", ".heics", ".heifs", ".avifs", ".qt")
    binding = "c2pa.hash.bmff.v3"
    writable = True

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with ``ftyp`` and no brand of another format, as an old QuickTime film, or as a fragment of a film."""
        return looks_like_bmff(head)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the boxes of the root, and look into those that tell what the file is. A source is scanned once.

        ``MalformedError`` when they are broken and no store was found, and for a fragment of a film.
        """
        return source.known.layout((self.name, limits), lambda: self._layout(source, limits))

    def _layout(self, source: Source, limits: Limits) -> Layout:
        if not self.matches(source.read(0, min(source.size, _HEAD))):
            raise MalformedError("it does not begin as such a file does", where="BMFF", offset=0)
        walker, found = BoxWalker(source, limits), _Findings()
        fault: MalformedError | None = None
        try:
            for box in walker.roots():
                _note(found, source, box, limits)
        except MalformedError as error:
            fault = error
        stores = locate(source, tuple(found.boxes), limits)
        _check_whole(found, stores, fault)
        try:
            _look_inside(found, walker, limits)
        except MalformedError as error:
            found.remarks.append(f"The description of the content is damaged: {error}.")
        return Layout(
            media_type=media_type_of(found.brands, frozenset(found.handlers)),
            size=source.size,
            stores=stores,
            insert_at=found.insert_at,
            metadata=tuple(found.metadata[: limits.metadata_blocks]),
            width=found.width,
            height=found.height,
            remarks=tuple(found.remarks),
        )

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Take out all boxes of C2PA and put one with ``store`` in (unless None); what says where something lies follows.

        ``AssetError`` when it cannot: see ``offsets``.
        """
        from credkit.assets.bmff.offsets import moved_offsets

        try:
            changes = list(_old_boxes(source, whole=store is not None))
            framed = store_box(MANIFEST, store) if store is not None else b""
            changes.insert(0, Replacement(Span(layout.insert_at, 0), framed))
            changes += moved_offsets(BoxWalker(source), changes, DEFAULT_LIMITS)
        except MalformedError as error:
            raise AssetError(f"the {self.name} file is cut off or damaged: {error}; take a whole copy, or save the file anew") from None
        pieces = splice(source.size, changes)
        if store is None:
            return Edit(pieces=pieces)
        place = moved(
            layout.insert_at, [change for change in changes if change.span.end < layout.insert_at or change.span.start > layout.insert_at]
        )
        return Edit(pieces=pieces, exclusions=(Span(place, len(framed)),))

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """XMP and Exif, wherever the file keeps them."""
        from credkit.assets.bmff.texts import texts_of

        return texts_of(self.scan(source, limits))

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values in the place of the old ones, filled up to their length, or emptied ones; ``AssetError`` when one is longer."""
        from credkit.assets.bmff.texts import replaced_texts

        return Edit(pieces=splice(source.size, replaced_texts(changes)))

    def update(self, source: Source, layout: Layout, store: bytes) -> Edit:
        """The edit that makes ``store``, which holds the present manifests (some without redacted assertions) and new update manifests
        behind them, the store of the file, with every byte outside of the boxes of C2PA at its place.

        ``AssetError`` when there is not exactly one sound store, or the boxes leave no room for that.
        """
        from credkit.assets.bmff.updating import updated

        return updated(source, layout, store)


def _old_boxes(source: Source, *, whole: bool) -> Iterator[Replacement]:
    """The removal of every box of C2PA; ``AssetError`` when the file shall be ``whole`` and lacks its index or what that describes."""
    types: set[str] = set()
    for box in BoxWalker(source).roots():
        types.add(box.type)
        if read_c2pa_box(source, box):
            yield Replacement(box.span)
    if whole and not types & _INDEXES:
        raise AssetError(
            "the file holds neither a film (moov) nor a picture (meta), so it was cut off or never finished: take a whole copy"
        )
    if whole and not types & _CONTENT:
        raise AssetError(
            "the file describes a film and holds nothing of it: films whose fragments are files of their own are verified, not signed"
        )


def _note(found: _Findings, source: Source, box: BmffBox, limits: Limits) -> None:
    """One box of the root."""
    found.first = found.first or box.type
    if box.type == "ftyp" and not found.brands:
        payload = box.payload
        found.brands = read_brands(source.read(payload.start, min(payload.length, _BRANDS_SIZE)))
        found.insert_at = box.span.end
    elif box.type == "moov" and found.film is None:
        found.film = box
        found.insert_at = found.insert_at if found.brands else box.span.end
    elif box.type == "meta" and found.picture is None:
        found.picture = box
    elif (c2pa := read_c2pa_box(source, box)) and c2pa.purpose in (MANIFEST, ORIGINAL, UPDATE):
        if len(found.boxes) == limits.stores:
            raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="BMFF")
        found.boxes.append(c2pa)
    elif box.type == "uuid" and box.payload.length >= 16 and source.read(box.payload.start, 16) == _XMP_UUID:
        value = Span(box.payload.start + 16, box.payload.length - 16)
        found.metadata.append(Metadata(kind="xmp", slices=(value,), frame=box.span))


def _check_whole(found: _Findings, stores: tuple[StoreLocation, ...], fault: MalformedError | None) -> None:
    """``MalformedError`` for what is no file that anything could be said about; a store that was found is judged in any case."""
    if found.first in FRAGMENT_TYPES and not (found.film or found.picture):
        raise MalformedError(
            "it is one fragment of a film, which is judged with its initialization segment (credkit verify INIT --fragment FILE)"
        )
    if fault and stores and fault.code == "general.error":
        found.remarks.append(f"The structure of the file is damaged: {fault}.")
    elif fault:
        raise fault


def _look_inside(found: _Findings, walker: BoxWalker, limits: Limits) -> None:
    """Size, kinds of tracks, and metadata."""
    if found.film is not None:
        _look_into_film(found, walker, found.film)
    if found.picture is not None:
        items = read_items(walker, found.picture, limits)
        found.metadata += items.metadata
        if items.width is not None:
            found.width, found.height = items.width, items.height


def _look_into_film(found: _Findings, walker: BoxWalker, film: BmffBox) -> None:
    for box in walker.children(film):
        if box.type == "trak":
            for child in walker.children(box):
                if child.type == "tkhd" and found.width is None:
                    found.width, found.height = _sides(walker.source, child)
                elif child.type == "mdia":
                    found.handlers.update(_handlers(walker, child))
        elif box.type == "udta":
            for child in walker.children(box):
                if child.type == _XMP_ATOM:
                    found.metadata.append(Metadata(kind="xmp", slices=(child.payload,), frame=child.span))


def _sides(source: Source, box: BmffBox) -> tuple[int | None, int | None]:
    """Width and height of a track, in pixels; None for sound."""
    if box.payload.length < _SIDES:
        return None, None
    data = source.read(box.span.end - _SIDES, _SIDES)
    width, height = (int.from_bytes(data[at : at + 4], "big") >> 16 for at in (0, 4))
    return (width, height) if width and height else (None, None)


def _handlers(walker: BoxWalker, media: BmffBox) -> Iterator[str]:
    for box in walker.children(media):
        if box.type == "hdlr" and box.payload.length >= 12:
            yield walker.source.read(box.payload.start + 8, 4).decode("latin-1")
