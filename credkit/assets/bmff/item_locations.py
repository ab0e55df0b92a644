"""``iloc``, the table that says where the items of a picture lie (ISO/IEC 14496-12, 8.11.3): read, and written with other places.

An item is one or more extents. Each lies in the file (construction method 0), in the box ``idat`` (1) or in another item (2), at the sum of
an offset of the item and one of its own; how wide these fields are is said at the start, and 0 is a width, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from credkit.errors import MalformedError

__all__ = ["Field", "ItemLocation", "Room", "moved_items", "read_item_locations"]

_WIDTHS = frozenset({0, 4, 8})
_LARGEST_VERSION = 2


class Field(NamedTuple):
    """A number in the table: where it stands, counted from the start of the box's content, how wide it is, and its value."""

    at: int
    width: int
    value: int


class ItemLocation(NamedTuple):
    """One item: its number, how and in which file (0 is this one) it lies, and its extents."""

    item: int
    method: int
    reference: int
    base: Field
    extents: tuple[tuple[Field, int], ...]
    """The offset of each, and its length; 0 means up to the end."""

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Start and length of each extent."""
        return tuple((self.base.value + offset.value, length) for offset, length in self.extents)


class _Reader:
    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def field(self, width: int) -> Field:
        start = self.at
        if start + width > len(self.data):
            raise MalformedError("the table of items (iloc) is cut short", where="BMFF")
        self.at += width
        return Field(at=start, width=width, value=int.from_bytes(self.data[start : self.at], "big"))

    def number(self, width: int) -> int:
        start = self.at
        if start + width > len(self.data):
            raise MalformedError("the table of items (iloc) is cut short", where="BMFF")
        self.at += width
        return int.from_bytes(self.data[start : self.at], "big")


class Room:
    """How many items and extents may still be read in all tables of one file."""

    __slots__ = ("left", "most")

    def __init__(self, most: int) -> None:
        self.left = self.most = most

    def take(self, count: int) -> None:
        """``MalformedError`` when there are more than are left."""
        self.left -= count
        if self.left < 0:
            raise MalformedError(f"the tables of items (iloc) have more than {self.most:,} items and extents", where="BMFF")


def read_item_locations(data: bytes, room: Room) -> Iterator[ItemLocation]:
    """The items of a table, given the content of its box; ``MalformedError`` when the walk reaches a fault, or there is no more room."""
    reader = _Reader(data)
    version, widths = reader.number(4) >> 24, reader.number(2)
    offset_width, length_width, base_width, index_width = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    if version == 0:
        index_width = 0
    if version > _LARGEST_VERSION or not {offset_width, length_width, base_width, index_width} <= _WIDTHS:
        raise MalformedError(
            "the table of items (iloc) is of an unknown version or has fields of a width that no edition allows", where="BMFF"
        )
    number_width = 4 if version == _LARGEST_VERSION else 2
    for _ in range(reader.number(number_width)):
        item = reader.number(number_width)
        method = reader.number(2) & 15 if version else 0
        reference, base, count = reader.number(2), reader.field(base_width), reader.number(2)
        room.take(1 + count)
        extents = tuple(_extents(reader, count, index_width, offset_width, length_width))
        yield ItemLocation(item=item, method=method, reference=reference, base=base, extents=extents)


def _extents(reader: _Reader, count: int, index_width: int, offset_width: int, length_width: int) -> Iterator[tuple[Field, int]]:
    for _ in range(count):
        reader.number(index_width)
        yield reader.field(offset_width), reader.number(length_width)


def moved_items(data: bytes, move: Callable[[int, int], int], external: frozenset[int], room: Room) -> bytes:
    """The content of the box with other places: ``move`` says for start and length of an extent where it starts then.

    Items in ``external`` files, by number of the reference, stay as they are. ``OverflowError`` for a place that its field cannot hold.
    """
    changed = bytearray(data)
    for entry in read_item_locations(data, room):
        if entry.method or entry.reference in external:
            continue
        shifts = {move(start, length) - start for start, length in entry.places}
        if shifts <= {0}:
            continue
        if entry.base.width and len(shifts) == 1:
            _put(changed, entry.base, entry.base.value + shifts.pop())
            continue
        for (offset, _), (start, length) in zip(entry.extents, entry.places, strict=True):
            _put(changed, offset, offset.value + move(start, length) - start)
    return bytes(changed)


def _put(data: bytearray, field: Field, value: int) -> None:
    data[field.at : field.at + field.width] = value.to_bytes(field.width, "big")
