"""What is known about one ISO base media file: its stores, where a new one goes, what kind of file it is, size and metadata.

The boxes of the root are walked over, and only those that tell what the file is are looked into. A fault is a remark where a store was
found. What a picture tells is left to ``items``, which boxes of C2PA are a store to ``stores``.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.bmff.boxes import BmffBox, BoxWalker, nested_walker
from credkit.assets.bmff.brands import FRAGMENT_TYPES, looks_like_bmff, media_type_of, read_brands
from credkit.assets.bmff.elsewhere import ELSEWHERE, leads_elsewhere
from credkit.assets.bmff.items import items_touch, read_items
from credkit.assets.bmff.sharing import film_touches, fragment_touches
from credkit.assets.bmff.stores import MANIFEST, ORIGINAL, UPDATE, C2paBox, locate, read_c2pa_box
from credkit.assets.layout import Layout, Metadata, Span, StoreLocation
from credkit.assets.source import Source
from credkit.dataclass import dataclass, field, replace
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["scan_bmff"]

_XMP_UUID = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
_XMP_ATOM = "XMP_"
_BRANDS_SIZE = 1 << 12
_SIDES = 8
_HEAD = 4096


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
    elsewhere: bool = False
    """Media lie in other files."""
    fragments: list[BmffBox] = field(default_factory=list)
    shared: str = ""
    """What is said to have parts that lie in a box of C2PA."""
    remarks: list[str] = field(default_factory=list)


def scan_bmff(source: Source, limits: Limits) -> Layout:
    """The layout of a file; ``MalformedError`` as ``BmffFormat.scan`` says."""
    if not looks_like_bmff(source.read(0, min(source.size, _HEAD))):
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
    for look in (_look_into_stores, _look_inside):
        try:
            look(found, walker, limits)
        except MalformedError as error:
            remark = f"The description of the content is damaged: {error}."
            found.remarks += [] if remark in found.remarks else [remark]
    if found.shared:
        fault_of = f"parts of the {found.shared} lie in it, where no hash covers them"
        stores = tuple(replace(store, fault=store.fault or fault_of) for store in stores)
    return Layout(
        media_type=media_type_of(found.brands, frozenset(found.handlers)),
        size=source.size,
        stores=stores,
        insert_at=found.insert_at,
        metadata=tuple(found.metadata[: limits.metadata_blocks]),
        width=found.width,
        height=found.height,
        # The boxes of the root are the whole file.
        end=None if fault else source.size,
        remarks=tuple(found.remarks),
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
    elif box.type == "moof":
        found.fragments.append(box)
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
        found.elsewhere = found.elsewhere or leads_elsewhere(walker, found.picture)
    if found.elsewhere:
        found.remarks.append(ELSEWHERE)


def _look_into_stores(found: _Findings, walker: BoxWalker, limits: Limits) -> None:
    """Whether parts of what the file describes lie in a box of C2PA."""
    spans = [one.box.span for one in found.boxes]
    if not spans:
        return
    deep = nested_walker(walker.source, limits)
    if found.picture is not None and items_touch(deep, found.picture, spans, limits):
        found.shared = "picture"
    elif (found.film is not None and film_touches(deep, found.film, spans, limits)) or any(
        fragment_touches(deep, fragment, spans) for fragment in found.fragments
    ):
        found.shared = "film"


def _look_into_film(found: _Findings, walker: BoxWalker, film: BmffBox) -> None:
    for box in walker.children(film):
        if box.type == "trak":
            for child in walker.children(box):
                if child.type == "tkhd" and found.width is None:
                    found.width, found.height = _sides(walker.source, child)
                elif child.type == "mdia":
                    found.handlers.update(_handlers(walker, child))
                    parts = (part for part in walker.children(child) if part.type == "minf")
                    found.elsewhere = found.elsewhere or any(leads_elsewhere(walker, part) for part in parts)
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
