"""RIFF as bytes: containers, the chunks in them, and what becomes of sizes and filling bytes when something changes.

What the chunks mean is left to the formats. A chunk of odd length is followed by a zero byte that its length does not count; some writers
leave it out behind the last one, so that is not held against a file. Chunks therefore start at even places, and what is put behind a chunk
without its filling byte brings it along.

Anchor ``_riff_specific_handling``; Microsoft, *Multimedia Programming Interface and Data Specifications 1.0*, RIFF.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from credkit.assets.edited import Replacement
from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.dataclass import dataclass
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits

__all__ = ["FIRST", "HEADER", "LIST", "SIZE", "STORE", "Chunk", "build_chunk", "container_end", "containers", "resized", "walk"]

HEADER = Struct("<4sI")
FIRST = 12
"""Where the first chunk of a container starts, behind ``RIFF``, size and type."""
SIZE = Span(4, 4)
"""The size of the first container."""
STORE, LIST = b"C2PA", b"LIST"
_MOST = (1 << 32) - 10
_STREAMED = (0, 0xFFFFFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One chunk; places count from the start of the file."""

    kind: bytes
    start: int
    length: int
    """Of the data."""
    end: int
    """With the zero byte behind data of odd length, if it is there."""

    @property
    def value(self) -> Span:
        """The data."""
        return Span(self.start + HEADER.size, self.length)

    @property
    def frame(self) -> Span:
        """Header, data and the zero byte."""
        return Span(self.start, self.end - self.start)

    @property
    def bare(self) -> Span:
        """Without the zero byte."""
        return Span(self.start, HEADER.size + self.length)


def container_end(window: Window, name: str) -> int:
    """One past the last byte of the first container; ``MalformedError`` when it has none, or says no length that could be true."""
    if window.size < FIRST:
        raise MalformedError("the file ends inside its header", where=name, offset=0)
    kind, length = window.unpack(HEADER, 0)
    if kind != b"RIFF":
        raise MalformedError("the RIFF header is missing", where=name, offset=0)
    if length in _STREAMED:
        raise MalformedError("the header does not say how long the file is, because it was written as a stream: save it anew", where=name)
    end: int = HEADER.size + length
    if end > window.size or end < FIRST:
        raise MalformedError(f"the container claims {end:,} bytes, the file has {window.size:,}", where=name, offset=4)
    return end


def containers(window: Window, limits: Limits, name: str) -> Iterator[tuple[int, int]]:
    """Start and end of each container: the first, and those that follow it without a gap (AVI above 1 GiB)."""
    start, end = 0, container_end(window, name)
    for _ in range(limits.riff_chunks):
        yield start, end
        start = end
        if start + FIRST > window.size or window.read(start, 4) != b"RIFF":
            return
        end = start + HEADER.size + int(window.unpack(HEADER, start)[1])
        if not start + FIRST <= end <= window.size:
            raise MalformedError("a further container claims more bytes than the file has", where=name, offset=start)
    raise MalformedError(f"more than {limits.riff_chunks:,} containers", where=name, offset=start)


def walk(window: Window, position: int, end: int, limits: Limits, name: str) -> Iterator[Chunk]:
    """The chunks of a container or list from ``position`` to ``end``; ``MalformedError`` comes when the walk reaches the fault."""
    for count in range(limits.riff_chunks + 1):
        if position == end:
            return
        if count == limits.riff_chunks:
            break
        if position + HEADER.size > end:
            raise MalformedError("the container ends inside the header of a chunk", where=name, offset=position)
        kind, length = window.unpack(HEADER, position)
        data = position + HEADER.size
        if length > end - data:
            raise MalformedError(f"chunk {kind.decode('latin-1')} claims {length:,} bytes, which do not fit", where=name, offset=position)
        following = min(data + length + length % 2, end)
        yield Chunk(kind=kind, start=position, length=length, end=following)
        position = following
    raise MalformedError(f"more than {limits.riff_chunks:,} chunks", where=name, offset=position)


def build_chunk(kind: bytes, data: bytes, name: str) -> bytes:
    """A chunk with its filling byte; ``AssetError`` when the data is too long for one."""
    if len(data) > _MOST:
        raise AssetError(f"{len(data):,} bytes do not fit into a {name}: make it at most {_MOST:,}")
    return HEADER.pack(kind, len(data)) + data + bytes(len(data) % 2)


def resized(source: Source, changes: list[Replacement], name: str, *, always: bool = False) -> list[Replacement]:
    """The changes, which lie within the first container, and its size written anew where it changes, or ``always``."""
    size = int.from_bytes(source.read(SIZE.start, SIZE.length), "little")
    grown = size + sum(change.growth for change in changes)
    if not 4 <= grown <= _MOST:
        raise AssetError(f"the {name} would have {grown:,} bytes, and its container holds at most {_MOST:,}")
    return [*changes, Replacement(SIZE, grown.to_bytes(4, "little"))] if always or grown != size else changes
