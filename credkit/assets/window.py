"""A moving buffer over a source, for walks that read a few bytes every now and then.

A walk over 100,000 small chunks costs a few hundred reads instead of 100,000; a jump over a large chunk costs a small read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct
from typing import Any

from credkit.assets.source import Source, check_range

__all__ = ["Window"]

_NEAR, _SMALL, _LARGE = 1 << 12, 1 << 12, 1 << 18


class Window:
    """Reads forwards from a source; ``MalformedError`` at its end, as the source says it."""

    __slots__ = ("_data", "_next", "_pieces", "_source", "_start", "_visits", "size")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data = b""
        self._start = 0
        self._visits = 0
        self._pieces: Iterator[bytes | memoryview] | None = None
        self._next = 0
        self.size = source.size

    def follow(self, start: int, pieces: Iterator[bytes | memoryview]) -> None:
        """Read no more from the source: ``pieces``, which somebody else needs too, are all of it from ``start`` on. No walk goes back
        behind where it has been.
        """
        self._next, self._pieces = start, pieces

    def _load(self, start: int, length: int) -> None:
        """Hold at least ``length`` bytes from ``start``: many when the walk went step by step through what was held, few otherwise."""
        if self._pieces is not None:
            self._take(self._pieces, start, length)
            return
        gap = start - self._start - len(self._data)
        step_by_step = gap <= _NEAR and 0 < len(self._data) <= self._visits * _NEAR
        self._data = self._source.read(start, max(length, min(_LARGE if step_by_step else _SMALL, self.size - start)))
        self._start, self._visits = start, 0

    def _take(self, pieces: Iterator[bytes | memoryview], start: int, length: int) -> None:
        """Hold the piece with ``start`` and those behind it that are needed; those before it are gone. ``ValueError`` for a step back."""
        check_range(start, length, self.size)
        if start < self._start:
            raise ValueError("a walk over pieces does not go back")
        held = [self._data[start - self._start :]] if start < self._next else []
        first = start
        while self._next < start + length:
            piece = bytes(next(pieces))
            if not held:
                first = self._next
            self._next += len(piece)
            if self._next > start:
                held.append(piece)
        self._data = held[0] if len(held) == 1 else b"".join(held)
        self._start = first

    def hold(self, start: int, length: int) -> tuple[bytes, int]:
        """What is held, and where ``start`` lies in it, with ``length`` bytes there: for walks of steps too small for a call each."""
        self._visits += 1
        offset = start - self._start
        if offset < 0 or offset + length > len(self._data):
            self._load(start, length)
            offset = start - self._start
        return self._data, offset

    def read(self, start: int, length: int) -> bytes:
        """Exactly ``length`` bytes; meant for headers, so at most a few KiB."""
        data, offset = self.hold(start, length)
        return data[offset : offset + length]

    def unpack(self, layout: Struct, start: int) -> tuple[Any, ...]:
        """The fields of ``layout`` at ``start``."""
        # As ``hold``, written out: hostile files have millions of headers.
        self._visits += 1
        offset = start - self._start
        if offset < 0 or offset + layout.size > len(self._data):
            self._load(start, layout.size)
            offset = start - self._start
        return layout.unpack_from(self._data, offset)

    def find(self, pattern: re.Pattern[bytes], start: int) -> int:
        """Where the first match of a two-byte pattern starts, at ``start`` or later; -1 when there is none up to the end.

        Behind the buffer the search runs through the source's own chunks, which need no copy.
        """
        if start + 2 > self.size:
            return -1
        _, offset = self.hold(start, 2)
        if match := pattern.search(self._data, offset):
            return self._start + match.start()
        last, position = self._data[-1:], self._start + len(self._data)
        for chunk in self._source.chunks(position, self.size - position):
            if pattern.match(last + chunk[:1]):
                return position - 1
            if match := pattern.search(chunk):
                return position + match.start()
            last, position = bytes(chunk[-1:]), position + len(chunk)
        return -1
