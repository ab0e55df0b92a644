"""Looking for a mark in bytes that are read for another purpose, so that looking costs no reading of its own.

Who is about to copy a whole file may take for granted, until then, that the mark does not occur in it. ``settle`` is asked when the copy is
made, before anything of it counts. What the mark means is decided by the formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from credkit.errors import HistoryError

__all__ = ["OverlookedError", "Watch"]


class _Read(Protocol):
    """A source, as far as it is read here; it shows its watch what it gives away."""

    @property
    def size(self) -> int: ...

    def chunks(self, start: int, length: int) -> Iterator[bytes | memoryview]: ...


class OverlookedError(HistoryError):
    """What was taken for granted is not so: whoever left the looking to the copy begins again, and looks before."""


class Watch:
    """One mark in one source, from ``start`` to the end; ``matters`` is asked, once it occurs, whether it makes a difference."""

    __slots__ = ("_found", "_last", "_mark", "_matters", "_position", "_source")

    def __init__(self, source: _Read, mark: bytes, start: int, matters: Callable[[], bool]) -> None:
        self._source = source
        self._mark = mark
        self._matters = matters
        self._position = start
        self._last = b""
        self._found = False

    def see(self, start: int, data: bytes | memoryview) -> None:
        """Look through bytes of the source that stand at ``start``; what was seen, and what does not follow on it, is passed over."""
        skip, end = self._position - start, start + len(data)
        if skip < 0 or end <= self._position:
            return
        fresh, border = bytes(data[skip:]), len(self._mark) - 1
        # From the end, because that takes half the time: the mark ends in bytes that are rarer than those it begins with.
        self._found = self._found or fresh.rfind(self._mark) >= 0 or self._mark in self._last + fresh[:border]
        self._last = (self._last + fresh[-border:])[-border:]
        self._position = end

    def settle(self) -> None:
        """Look through what nobody has read yet; ``OverlookedError`` when the mark occurs and matters."""
        if not self._found:
            for _ in self._source.chunks(self._position, self._source.size - self._position):
                pass
        # A source that shows nothing to its watch has to be looked through by whom the mark matters to.
        if (self._found or self._position < self._source.size) and self._matters():
            raise OverlookedError("the file holds credentials in the middle of its picture data; take them out first (credkit strip)")
