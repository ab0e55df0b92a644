"""A moving buffer over a source, for walks that read a few bytes every now and then.

A walk over 100,000 small chunks costs a few hundred reads instead of 100,000; a jump over a large chunk costs a small read.
"""

from __future__ import annotations

import re
from struct import Struct
from typing import Any

from credkit.assets.source import Source

__all__ = ["Window"]

_NEAR, _SMALL, _LARGE = 1 << 12, 1 << 12, 1 << 18


class Window:
    """Reads forwards from a source; ``MalformedError`` at its end, as the source says it."""

    __slots__ = ("_data", "_source", "_start", "_visits", "size")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data = b""
        self._start = 0
        self._visits = 0
        self.size = source.size

    def _load(self, start: int, length: int) -> None:
        """Hold at least ``length`` bytes from ``start``: many when the walk went step by step through what was held, few otherwise."""
        gap = start - self._start - len(self._data)
        step_by_step = gap <= _NEAR and 0 < len(self._data) <= self._visits * _NEAR
        self._data = self._source.read(start, max(length, min(_LARGE if step_by_step else _SMALL, self.size - start)))
        self._start, self._visits = start, 0

    def hold(self, start: int, length: int) -> tuple[bytes, int]:
        """What is held, and where ``start`` lies in it, with ``length`` bytes there: for walks of steps too small for a call each."""
        self._visits += 1
        offset = start - self._start
        if offset < 0 or offset + length > len(self._data):
            self._load(start, length)
            return self._data, 0
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
            offset = 0
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
