"""Edits of a file that is not held in memory: put them together from replacements, and read their output without writing it.

``splice`` makes pieces out of replacements, ``moved`` tells where a byte of the source comes to lie, ``EditedSource`` reads the output.
What has to be replaced is decided by the formats.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from credkit.assets.layout import Copy, Insert, Piece, Span
from credkit.assets.source import Known, Source, check_range
from credkit.dataclass import dataclass

__all__ = ["EditedSource", "Moves", "Replacement", "moved", "splice"]


@dataclass(frozen=True, slots=True)
class Replacement:
    """Put ``data`` where ``span`` of the source was; a span of length 0 inserts, empty data removes."""

    span: Span
    data: bytes = b""

    @property
    def growth(self) -> int:
        """How many bytes longer the output gets."""
        return len(self.data) - self.span.length


def splice(size: int, replacements: Iterable[Replacement]) -> tuple[Piece, ...]:
    """The pieces of a source of ``size`` bytes with the replacements made; spans may touch but not overlap.

    What is inserted at the start of a removed span comes before what follows; insertions at one place keep their order.
    """
    pieces: list[Piece] = []
    position = 0
    for replacement in sorted(replacements, key=lambda item: (item.span.start, item.span.end)):
        if replacement.span.start < position or replacement.span.end > size:
            raise ValueError(f"replacement at byte {replacement.span.start} overlaps another one or leaves the source")
        if replacement.span.start > position:
            pieces.append(Copy(Span(position, replacement.span.start - position)))
        if replacement.data:
            pieces.append(Insert(replacement.data))
        position = replacement.span.end
    if position < size:
        pieces.append(Copy(Span(position, size - position)))
    return tuple(pieces)


def moved(position: int, replacements: Iterable[Replacement]) -> int:
    """Where the byte at ``position`` of the source lies in the output; it must not be part of a replaced span."""
    return Moves(replacements).of(position)


class Moves:
    """``moved`` for many positions and many replacements: one sort, then a binary search each."""

    __slots__ = ("_ends", "_growth")

    def __init__(self, replacements: Iterable[Replacement]) -> None:
        changes = sorted((replacement.span.end, replacement.growth) for replacement in replacements)
        self._ends = [end for end, _ in changes]
        self._growth = list(accumulate((growth for _, growth in changes), initial=0))

    def of(self, position: int) -> int:
        """Where the byte at ``position`` of the source lies in the output."""
        return position + self._growth[bisect_right(self._ends, position)]

    def together(self, first: int, last: int) -> int | None:
        """By how many bytes everything from ``first`` to ``last`` moves; None when its parts move by different amounts."""
        index = bisect_right(self._ends, first)
        return self._growth[index] if index == bisect_right(self._ends, last) else None


class EditedSource:
    """The output of an edit as a source, so that a second edit can follow before anything is written.

    Memory is proportional to the number of pieces; the bytes are read from ``source`` when they are asked for.
    """

    __slots__ = ("_pieces", "_source", "_starts", "known")

    def __init__(self, source: Source, pieces: Sequence[Piece]) -> None:
        self._source = source
        self._pieces = tuple(piece for piece in pieces if piece.length)
        for piece in self._pieces:
            if isinstance(piece, Copy):
                check_range(piece.span.start, piece.span.length, source.size)
        self._starts = list(accumulate((piece.length for piece in self._pieces), initial=0))
        self.known = Known(source.known)
        self.known.clear_from = self._clear_from()

    def _clear_from(self) -> int | None:
        """What the source knows about its end holds for the same bytes here."""
        clear_from = self._source.known.clear_from
        last = self._pieces[-1] if self._pieces else None
        if clear_from is None or not isinstance(last, Copy) or last.span.end != self._source.size:
            return None
        return self.size - (last.span.end - max(clear_from, last.span.start))

    @property
    def size(self) -> int:
        """Length of the output."""
        return self._starts[-1]

    def read(self, start: int, length: int) -> bytes:
        """The range of the output."""
        return b"".join(
            piece.data[offset : offset + count] if isinstance(piece, Insert) else self._source.read(piece.span.start + offset, count)
            for piece, offset, count in self._parts(start, length)
        )

    def chunks(self, start: int, length: int) -> Iterator[bytes | memoryview]:
        """The range of the output in pieces; inserted data comes as a view."""
        for piece, offset, count in self._parts(start, length):
            if isinstance(piece, Insert):
                yield memoryview(piece.data)[offset : offset + count]
            else:
                yield from self._source.chunks(piece.span.start + offset, count)

    def _parts(self, start: int, length: int) -> Iterator[tuple[Piece, int, int]]:
        check_range(start, length, self.size)
        index = bisect_right(self._starts, start) - 1
        while length:
            piece, offset = self._pieces[index], start - self._starts[index]
            count = min(length, piece.length - offset)
            yield piece, offset, count
            start, length, index = start + count, length - count, index + 1
