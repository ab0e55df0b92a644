"""The numbers in an ISO base media file that say where something lies in it, and what they are when parts of the file move.

A manifest store that is put in or taken out moves everything behind it. These count from the start of the file and follow: ``stco``,
``co64`` and, in a sample table, ``saio`` (places of chunks and of what belongs to samples), ``iloc`` (items of pictures), ``tfhd`` with a
base offset and ``tfra`` (fragments). ``sidx`` counts from its own end; it follows where something between the parts that it counts moves.
What counts from its own fragment (``trun``, ``saio`` in a fragment) or has other sizes only stays as it is.

Places in other files (``dref``) are left alone. Whatever cannot be followed is refused: an index that is compressed, a place behind the end
of the file, a number that would no longer fit.

Sources: ISO/IEC 14496-12, 8.7 to 8.8, 8.11, 8.16; the QuickTime file format, "Compressed movie resources".
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from struct import Struct

from credkit.assets.bmff.boxes import BmffBox, BoxWalker, nested_walker
from credkit.assets.bmff.item_locations import Room, moved_items
from credkit.assets.edited import Moves, Replacement
from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.dataclass import dataclass
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits

__all__ = ["moved_offsets"]

_CONTAINERS = frozenset({"moov", "trak", "mdia", "minf", "stbl", "meta", "moof", "traf", "mfra"})
_CHUNKS = {"stco": "I", "co64": "Q"}
_PLACED = frozenset({*_CHUNKS, "saio", "iloc", "tfra"})
_PARTS = 1 << 16
_COUNT = Struct(">I")
_REFERENCE = 12
_SIZE_BITS = 0x7FFFFFFF


def moved_offsets(walker: BoxWalker, changes: Sequence[Replacement], limits: Limits) -> list[Replacement]:
    """The tables of the file with the places that things have after ``changes``, each as long as it was; only those that change.

    ``AssetError`` for what cannot be followed, ``MalformedError`` where the boxes are broken.
    """
    source = walker.source
    tables = source.known.once(("BMFF tables", limits), lambda: tuple(_tables(walker, limits)))
    shifter = _Shifter(source, Moves(changes), limits)
    for table in tables:
        shifter.follow(table)
    return shifter.changes


def _refused(what: str) -> AssetError:
    return AssetError(f"credentials cannot be put into or taken out of this file: {what}; keep them in a file beside it (--sidecar)")


@dataclass(frozen=True, slots=True)
class _References:
    """Where the references that count in a box lead; summed up once, because thousands of tables may ask."""

    local: bool = False
    """At least one leads to this file."""
    external: frozenset[int] = frozenset()
    """Numbers (from 1) of those that lead to another."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A box with places in it."""

    box: BmffBox
    here: _References


def _tables(walker: BoxWalker, limits: Limits) -> Iterator[_Table]:
    """All of a file in order. They are sought once, however often a store is tried in it; ``AssetError`` for too many."""
    search = _Search(nested_walker(walker.source, limits))
    count = 0
    for box in walker.roots():
        if box.type in _CONTAINERS:
            found: Iterable[_Table] = search.inside(box, _References(), fragment=box.type == "moof")
        else:
            found = (_Table(box, _References()),) if box.type == "sidx" else ()
        for table in found:
            count += 1
            if count > limits.bmff_boxes:
                raise _refused(f"it has more than {limits.bmff_boxes:,} tables of places")
            # Where a box lies among others is long to tell, and nobody asks.
            yield _Table(table.box._replace(place=()), table.here)


class _Search:
    """The search for tables in boxes that hold others."""

    __slots__ = ("_walker",)

    def __init__(self, walker: BoxWalker) -> None:
        self._walker = walker

    def inside(self, box: BmffBox, here: _References, *, fragment: bool) -> Iterator[_Table]:
        """The tables in a box; ``here`` is what counts in it."""
        if box.type in ("minf", "meta"):
            found = tuple(self._references(box))
            here = _References(any(found), frozenset(number for number, local in enumerate(found, 1) if not local))
        for child in self._walker.children(box):
            if child.type in _CONTAINERS:
                yield from self.inside(child, here, fragment=fragment)
            elif child.type == "cmov":
                raise _refused("its index is compressed, so that the places in it cannot be adjusted")
            elif child.type == "tfhd":
                # Most have no place in them.
                if self._walker.source.read(child.payload.start, min(4, child.payload.length))[3:] > b"\0":
                    yield _Table(child, here)
            elif child.type in _PLACED and not (fragment and child.type == "saio"):
                yield _Table(child, here)

    def _references(self, box: BmffBox) -> Iterator[bool]:
        """Whether each of the references in ``dref`` leads to this file."""
        tables = (table for info in self._walker.children(box) if info.type == "dinf" for table in self._walker.children(info))
        for table in tables:
            if table.type != "dref" or table.payload.length < 8:
                continue
            entries = BmffBox(type="dref", span=table.span, header=table.header + 8, place=table.place)
            for entry in self._walker.children(entries):
                yield entry.payload.length >= 4 and self._walker.source.read(entry.payload.start + 3, 1)[0] & 1 == 1


class _Shifter:
    __slots__ = ("_limits", "_moves", "_read", "_room", "_size", "_source", "changes")

    def __init__(self, source: Source, moves: Moves, limits: Limits) -> None:
        self._source = source
        self._size = source.size
        self._moves = moves
        self._limits = limits
        self._read = 0
        self._room = Room(limits.bmff_items)
        self.changes: list[Replacement] = []

    def follow(self, table: _Table) -> None:
        """Every place in a table."""
        box, here = table.box, table.here
        if box.type in _CHUNKS:
            self._chunks(box, _CHUNKS[box.type], 4, here)
        elif box.type == "saio":
            self._auxiliary(box, here)
        elif box.type == "iloc":
            self._items(box, here)
        elif box.type == "tfhd":
            self._fragment(box)
        elif box.type == "tfra":
            self._random_access(box)
        else:
            self._index(box)

    def _content(self, box: BmffBox) -> bytes:
        self._read += box.payload.length
        if self._read > self._limits.bmff_tables_size:
            raise _refused(f"its tables of places are larger than {self._limits.bmff_tables_size:,} bytes")
        return self._source.read(box.payload.start, box.payload.length)

    def _place(self, position: int, length: int = 0) -> int:
        """Where ``position`` comes to lie."""
        if position + length > self._size:
            raise _refused(
                f"it points to byte {position + length:,}, but ends after {self._size:,}, so it is cut off or damaged: take a whole copy"
            )
        return self._moves.of(position)

    def _put(self, start: int, old: bytes, new: bytes) -> None:
        if new != old:
            self.changes.append(Replacement(Span(start, len(old)), new))

    def _chunks(self, box: BmffBox, code: str, header: int, here: _References) -> None:
        """A table of absolute offsets behind ``header`` bytes and their count.

        Which entry belongs to which reference is said elsewhere; tracks with references of both kinds are too rare for that.
        """
        data = self._content(box)
        width, start = array(code).itemsize, header + _COUNT.size
        if len(data) < start or _COUNT.unpack_from(data, header)[0] * width > len(data) - start:
            raise MalformedError(f"the table {box.type} is shorter than its number of entries", where="BMFF", offset=box.span.start)
        end = start + _COUNT.unpack_from(data, header)[0] * width
        if end > start and here.local and here.external:
            raise _refused("parts of a track lie in other files and parts in this one")
        if end == start or here.external:
            return
        parts = [self._moved_table(data[at : min(at + _PARTS * width, end)], code) for at in range(start, end, _PARTS * width)]
        self._put(box.payload.start + start, data[start:end], b"".join(parts))

    def _moved_table(self, data: bytes, code: str) -> bytes:
        table = array(code, data)
        if sys.byteorder == "little":
            table.byteswap()
        first, last = min(table), max(table)
        self._place(last)
        together = self._moves.together(first, last)
        if together == 0:
            return data
        try:
            table = array(code, map(together.__add__, table) if together is not None else map(self._moves.of, table))
        except OverflowError:
            raise _too_wide() from None
        if sys.byteorder == "little":
            table.byteswap()
        return table.tobytes()

    def _auxiliary(self, box: BmffBox, here: _References) -> None:
        head = self._source.read(box.payload.start, min(4, box.payload.length))
        if len(head) < 4:
            raise MalformedError("the table saio is cut short", where="BMFF", offset=box.span.start)
        self._chunks(box, "Q" if head[0] else "I", 12 if head[3] & 1 else 4, here)

    def _items(self, box: BmffBox, here: _References) -> None:
        data = self._content(box)
        try:
            self._put(box.payload.start, data, moved_items(data, self._place, here.external, self._room))
        except OverflowError:
            raise _too_wide() from None

    def _fragment(self, box: BmffBox) -> None:
        """``tfhd``: a base offset behind flags and number of the track, when the flags say so."""
        data = self._source.read(box.payload.start, min(16, box.payload.length))
        if len(data) >= 4 and data[3] & 1:
            self._number(box, data, 8, 8)

    def _number(self, box: BmffBox, data: bytes, at: int, width: int) -> None:
        old = data[at : at + width]
        if len(old) < width:
            raise MalformedError(f"the box {box.type} is cut short", where="BMFF", offset=box.span.start)
        try:
            self._put(box.payload.start + at, old, self._place(int.from_bytes(old, "big")).to_bytes(width, "big"))
        except OverflowError:
            raise _too_wide() from None

    def _random_access(self, box: BmffBox) -> None:
        """``tfra``: time and place of fragments, each entry with three numbers more of one to four bytes each."""
        data = self._content(box)
        if len(data) < 16:
            raise MalformedError("the table tfra is cut short", where="BMFF", offset=box.span.start)
        widths, count = _COUNT.unpack_from(data, 8)[0], _COUNT.unpack_from(data, 12)[0]
        number = 8 if data[0] else 4
        entry = 2 * number + sum((widths >> shift & 3) + 1 for shift in (4, 2, 0))
        if count * entry > len(data) - 16:
            raise MalformedError("the table tfra is shorter than its number of entries", where="BMFF", offset=box.span.start)
        changed = bytearray(data)
        try:
            for at in range(16 + number, 16 + count * entry, entry):
                changed[at : at + number] = self._place(int.from_bytes(data[at : at + number], "big")).to_bytes(number, "big")
        except OverflowError:
            raise _too_wide() from None
        self._put(box.payload.start, data, bytes(changed))

    def _index(self, box: BmffBox) -> None:
        """``sidx``: the distance from its end to the first part, and the sizes of the parts that follow each other from there.

        The parts may be files of their own, as if they stood behind this one.
        """
        data = self._content(box)
        wide = 8 if data[:1] > b"\x00" else 4
        first_at, sizes_at = 12 + wide, 16 + 2 * wide
        if len(data) < sizes_at or int.from_bytes(data[sizes_at - 2 : sizes_at], "big") * _REFERENCE > len(data) - sizes_at:
            raise MalformedError("the index sidx is cut short", where="BMFF", offset=box.span.start)
        end = sizes_at + int.from_bytes(data[sizes_at - 2 : sizes_at], "big") * _REFERENCE
        changed, anchor = bytearray(data), self._moves.of(box.span.end)
        start = box.span.end + int.from_bytes(data[first_at : first_at + wide], "big")
        try:
            changed[first_at : first_at + wide] = (self._moves.of(start) - anchor).to_bytes(wide, "big")
            for at in range(sizes_at, end, _REFERENCE):
                word = int.from_bytes(data[at : at + 4], "big")
                following = start + (word & _SIZE_BITS)
                size = self._moves.of(following) - self._moves.of(start)
                if size > _SIZE_BITS:
                    raise _too_wide()
                changed[at : at + 4] = (word & ~_SIZE_BITS | size).to_bytes(4, "big")
                start = following
        except OverflowError:
            raise _too_wide() from None
        self._put(box.payload.start, data, bytes(changed))


def _too_wide() -> AssetError:
    return _refused("something would lie behind the first 4 GB, where its 32-bit numbers cannot point")
