"""Places that the indexes of an AVI name, after bytes in front of them were put in or taken out.

Three kinds count from the start of the file: the list of indexes in the header of a stream (``indx``), the base of an index of chunks
(``indx``, ``ix##``), and in files of some writers the short index ``idx1``, which counts from the list ``movi`` elsewhere. Where a base
cannot be moved so that all its entries stay right, the edit is refused. Everything else in an AVI counts from its own list.

Source: OpenDML AVI File Format Extensions 1.02, "Index Locations in RIFF File".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from struct import Struct

from credkit.assets.edited import Moves, Replacement
from credkit.assets.layout import Span
from credkit.assets.riff.chunks import FIRST, HEADER, LIST, Chunk, container_end, walk
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["moved_indexes"]

_NAME = "AVI"
_INDEX = Struct("<HBBI4sQ4x")
"""Words of an entry, kind of chunks, kind of index, entries, chunks meant, base; a list of indexes has no base."""
_BASE = HEADER.size + 12
_PLACE = Struct("<Q")
_SHORT = Struct("<4sIII")
_OF_INDEXES, _OF_CHUNKS = 0, 1
_WORD = 4
_MOST_WORDS = 8
"""An entry of these kinds has two to four; what many overlapping indexes make one read is bounded by this and their entries."""
_AT_ONCE = 1 << 16
"""Entries that are read at a time."""


def moved_indexes(source: Source, changes: list[Replacement], limits: Limits = DEFAULT_LIMITS) -> tuple[Replacement, ...]:
    """The replacements that let every index follow ``changes``; ``AssetError`` when one cannot, ``MalformedError`` when one is broken."""
    changes = [change for change in changes if change.growth]
    window = Window(source)
    end = container_end(window, _NAME)
    lists = {window.read(chunk.value.start, 4): chunk for chunk in _lists(window, FIRST, end, limits)}
    film, header = lists.get(b"movi"), lists.get(b"hdrl")
    first = min((change.span.start for change in changes), default=end)
    if film is None or (first >= film.end and end == window.size):
        return ()
    if first < film.end:
        _check_short_index(window, film, end, limits)
    indexes = _Indexes(source, changes, limits)
    for stream in _lists(window, header.value.start + 4, header.value.end, limits) if header else ():
        for chunk in walk(window, stream.value.start + 4, stream.value.end, limits, _NAME):
            if chunk.kind == b"indx":
                indexes.follow(chunk.start)
    return indexes.replacements()


def _lists(window: Window, start: int, end: int, limits: Limits) -> Iterator[Chunk]:
    return (chunk for chunk in walk(window, start, end, limits, _NAME) if chunk.kind == LIST and chunk.length >= 4)


def _check_short_index(window: Window, film: Chunk, end: int, limits: Limits) -> None:
    """``AssetError`` when the short index counts from the start of the file, and the film would move in it."""
    index = next((chunk for chunk in walk(window, film.end, end, limits, _NAME) if chunk.kind == b"idx1"), None)
    if index is None or index.length < _SHORT.size:
        return
    kind, _, offset, _ = window.unpack(_SHORT, index.value.start)
    place = film.value.start + offset
    if place + 4 > window.size or window.read(place, 4) != kind:
        raise AssetError("the index of this AVI counts from the start of the file and cannot follow: save the film anew")


class _Indexes:
    """The indexes of one film, each looked at once, and what has to change in them."""

    def __init__(self, source: Source, changes: list[Replacement], limits: Limits) -> None:
        self._source = source
        self._changes = changes
        self._moves = Moves(changes)
        self._limits = limits
        self._found: dict[int, Replacement] = {}
        self._seen: set[int] = set()
        self._entries = 0

    def replacements(self) -> tuple[Replacement, ...]:
        """All of them; ``AssetError`` when indexes lie over each other or over what is replaced."""
        found = tuple(self._found.values())
        spans = sorted(item.span for item in (*self._changes, *found))
        if any(one.end > other.start for one, other in pairwise(spans)):
            raise AssetError("the indexes of this AVI lie over other parts of the file: save the film anew")
        return found

    def follow(self, start: int, *, nested: bool = False) -> None:
        """Look at the index whose chunk begins at ``start``, and at those that it lists."""
        if start in self._seen:
            return
        self._seen.add(start)
        if len(self._seen) > self._limits.avi_indexes:
            raise MalformedError(f"more than {self._limits.avi_indexes:,} indexes", where=_NAME, offset=start)
        kind, words, count, base = self._head(start)
        first, stride = start + HEADER.size + _INDEX.size, words * _WORD
        if kind in (_OF_CHUNKS, _OF_INDEXES) and words > _MOST_WORDS:
            raise MalformedError(f"an index with {words:,} words an entry", where=_NAME, offset=start)
        if kind == _OF_CHUNKS:
            if shift := self._shift(base, first, stride, count):
                self._put(start + _BASE, base + shift)
        elif kind == _OF_INDEXES and not nested:
            for at in range(first, first + count * stride, stride):
                (place,) = _PLACE.unpack(self._source.read(at, _PLACE.size))
                if self._is_index(place):
                    self._put(at, self._moves.of(place))
                    self.follow(place, nested=True)

    def _is_index(self, place: int) -> bool:
        """Whether there is one; a list that leads elsewhere, as after an edit by a program that did not know it, stays as it is."""
        return place + HEADER.size <= self._source.size and self._source.read(place, 4).startswith((b"ix", b"indx"))

    def _head(self, start: int) -> tuple[int, int, int, int]:
        """Kind of index, words an entry, entries and base; ``MalformedError`` when the entries do not fit into the chunk or the file."""
        _, length = HEADER.unpack(self._source.read(start, HEADER.size))
        words, _, kind, count, _, base = _INDEX.unpack(self._source.read(start + HEADER.size, _INDEX.size))
        self._entries += count
        if words < 2 or _INDEX.size + count * words * _WORD > length or start + HEADER.size + length > self._source.size:
            raise MalformedError("an index does not fit into its chunk", where=_NAME, offset=start)
        if self._entries > self._limits.avi_index_entries:
            raise MalformedError(f"indexes with more than {self._limits.avi_index_entries:,} entries", where=_NAME, offset=start)
        return kind, words, count, base

    def _shift(self, base: int, first: int, stride: int, count: int) -> int:
        """By how much the chunks of an index move; ``AssetError`` when not all move alike."""
        shifts: set[int] = set()
        for done in range(0, count, _AT_ONCE):
            data = self._source.read(first + done * stride, min(_AT_ONCE, count - done) * stride)
            places = {base + int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), stride)}
            shifts |= {self._moves.of(place) - place for place in places}
        if len(shifts) > 1 or base + max(shifts, default=0) < 0:
            raise AssetError("an index of this AVI counts across the place of the credentials and cannot follow: save the film anew")
        return max(shifts, default=0)

    def _put(self, at: int, place: int) -> None:
        data = _PLACE.pack(place & (1 << 64) - 1)
        if self._source.read(at, _PLACE.size) != data:
            self._found[at] = Replacement(Span(at, _PLACE.size), data)
