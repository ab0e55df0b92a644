"""What the items of a HEIF or AVIF picture tell without decoding: the size of the main picture, and where XMP and Exif lie.

Sources: ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 6.5.3 (``ispe``), annex A.2 (Exif).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from struct import unpack_from

from credkit.assets.bmff.boxes import BmffBox, BoxWalker
from credkit.assets.bmff.item_locations import Room, read_item_locations
from credkit.assets.layout import Metadata, Span
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["Items", "items_touch", "read_items"]

_XMP_TYPE = b"application/rdf+xml"
_EXIF_TYPE, _MIME_TYPE = b"Exif", b"mime"
_IN_FILE, _IN_IDAT = 0, 1
_TABLE_SIZE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The size of the main picture in pixels (None when it is not told), and blocks of metadata."""

    width: int | None = None
    height: int | None = None
    metadata: tuple[Metadata, ...] = ()


def read_items(walker: BoxWalker, meta: BmffBox, limits: Limits) -> Items:
    """What the ``meta`` box of a picture tells; ``MalformedError`` when its tables cannot be read."""
    boxes = {box.type: box for box in walker.children(meta)}
    sizes = _main_size(walker, boxes, limits) if {"pitm", "iprp"} <= boxes.keys() else None
    kinds = dict(_kinds(walker, boxes["iinf"], limits)) if "iinf" in boxes else {}
    blocks = tuple(_blocks(walker, boxes, kinds, limits)) if kinds and "iloc" in boxes else ()
    return Items(width=sizes[0] if sizes else None, height=sizes[1] if sizes else None, metadata=blocks[: limits.metadata_blocks])


def items_touch(walker: BoxWalker, meta: BmffBox, spans: Collection[Span], limits: Limits) -> bool:
    """Whether a part of the picture is said to lie in one of these ranges of the file; ``MalformedError`` as ``read_items``."""
    room = Room(limits.bmff_items)
    for box in walker.children(meta):
        if box.type != "iloc":
            continue
        for entry in read_item_locations(_content(walker, box), room):
            if entry.method != _IN_FILE or entry.reference:
                continue
            for start, length in entry.places:
                # Without a length it reaches to the end of the file, or is empty: what counts is where it begins.
                end = start + max(length, 1)
                if any(start < span.end and span.start < end for span in spans):
                    return True
    return False


def _content(walker: BoxWalker, box: BmffBox) -> bytes:
    if box.payload.length > _TABLE_SIZE:
        raise MalformedError(f"the table {box.type} is larger than {_TABLE_SIZE:,} bytes", where="BMFF", offset=box.span.start)
    return walker.source.read(box.payload.start, box.payload.length)


def _number(data: bytes, at: int, width: int) -> int:
    if at + width > len(data):
        raise MalformedError("a table of items is cut short", where="BMFF")
    return int.from_bytes(data[at : at + width], "big")


def _main_size(walker: BoxWalker, boxes: dict[str, BmffBox], limits: Limits) -> tuple[int, int] | None:
    """Width and height of the main item, before it is rotated."""
    primary = _content(walker, boxes["pitm"])
    main = _number(primary, 4, 4 if primary[:1] > b"\x00" else 2)
    properties: list[BmffBox] = []
    associations: list[BmffBox] = []
    for box in walker.children(boxes["iprp"]):
        if box.type == "ipco":
            properties = list(walker.children(box))
        elif box.type == "ipma":
            associations.append(box)
    numbers = _properties_of(main, (_content(walker, table) for table in associations), limits)
    mine = {box.type: box for number, box in enumerate(properties, 1) if number in numbers}
    return _shown_size({kind: _content(walker, mine[kind]) for kind in ("ispe", "clap") if kind in mine})


def _shown_size(properties: dict[str, bytes]) -> tuple[int, int] | None:
    """The size that is coded, or that of the part of it that is shown, when there is one."""
    if clean := properties.get("clap"):
        width, parts, height, pieces = (_number(clean, at, 4) for at in (0, 4, 8, 12))
        if width and height and parts == pieces == 1:
            return width, height
    if coded := properties.get("ispe"):
        return _number(coded, 4, 4), _number(coded, 8, 4)
    return None


def _properties_of(item: int, tables: Iterable[bytes], limits: Limits) -> set[int]:
    """Numbers (from 1) of the properties of an item in the tables ``ipma``."""
    numbers: set[int] = set()
    left = limits.bmff_items
    for data in tables:
        width, code = (4 if data[:1] > b"\x00" else 2), ("H" if _number(data, 3, 1) & 1 else "B")
        mask, size = (0x7FFF, 2) if code == "H" else (0x7F, 1)
        entries, position = _number(data, 4, 4), 8
        left -= entries
        if left < 0:
            raise MalformedError(f"more than {limits.bmff_items:,} items have properties", where="BMFF")
        for _ in range(entries):
            found, count = _number(data, position, width), _number(data, position + width, 1)
            position += width + 1
            if found == item:
                linked = data[position : position + size * count]
                numbers.update(number & mask for number in set(unpack_from(f">{len(linked) // size}{code}", linked)))
            position += size * count
    return numbers


def _kinds(walker: BoxWalker, box: BmffBox, limits: Limits) -> Iterator[tuple[int, str]]:
    """The items that are metadata: number and kind."""
    head = walker.source.read(box.payload.start, min(box.payload.length, 8))
    width = 4 if head[:1] > b"\x00" else 2
    entries = BmffBox(type="iinf", span=box.span, header=box.header + 4 + width, place=box.place)
    if entries.payload.length < 0:
        raise MalformedError("the table iinf is cut short", where="BMFF", offset=box.span.start)
    for count, entry in enumerate(walker.children(entries)):
        if count >= limits.bmff_items:
            raise MalformedError(f"more than {limits.bmff_items:,} items", where="BMFF", offset=box.span.start)
        data = walker.source.read(entry.payload.start, min(entry.payload.length, 256))
        if entry.type != "infe" or data[:1] < b"\x02":
            continue
        item_width = 2 if data[0] == 2 else 4
        item, kind, names = _number(data, 4, item_width), data[6 + item_width : 10 + item_width], data[10 + item_width :].split(b"\x00")
        if kind == _EXIF_TYPE:
            yield item, "exif"
        elif kind == _MIME_TYPE and len(names) > 1 and names[1].lower() == _XMP_TYPE:
            yield item, "xmp"


def _blocks(walker: BoxWalker, boxes: dict[str, BmffBox], kinds: dict[int, str], limits: Limits) -> Iterator[Metadata]:
    """Metadata that lies in this file in one piece."""
    for entry in read_item_locations(_content(walker, boxes["iloc"]), Room(limits.bmff_items)):
        if entry.item not in kinds or entry.reference or len(entry.extents) != 1:
            continue
        start, length = entry.places[0]
        if entry.method == _IN_IDAT and "idat" in boxes:
            start += boxes["idat"].payload.start
        elif entry.method != _IN_FILE:
            continue
        if length and start + length <= walker.source.size:
            frame = Span(start, length)
            yield Metadata(kind=kinds[entry.item], slices=(_value(walker, frame) if kinds[entry.item] == "exif" else frame,), frame=frame)


def _value(walker: BoxWalker, frame: Span) -> Span:
    """Exif stands behind the distance, in four bytes, to its TIFF header."""
    if frame.length < 4:
        return frame
    skipped = 4 + int.from_bytes(walker.source.read(frame.start, 4), "big")
    return Span(frame.start + skipped, frame.length - skipped) if skipped <= frame.length else frame
