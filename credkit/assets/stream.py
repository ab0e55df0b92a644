"""A source as a stream, for libraries that want one (Pillow)."""

from __future__ import annotations

import io
from typing import Any

from credkit.assets.source import Source

__all__ = ["SourceStream"]


class SourceStream(io.RawIOBase):
    """Read-only, seekable view of a source; closing it leaves the source open."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to an absolute or relative position; the new one is returned."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._source.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """The present position."""
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the present position as far as the source goes."""
        view = memoryview(buffer)
        length = max(0, min(len(view), self._source.size - self._position))
        view[:length] = self._source.read(self._position, length)
        self._position += length
        return length
