"""The blocks of a GIF, and the parts in which their data stands; every walk is bounded.

Source: GIF89a, 15 to 27; XMP, part 3, 1.1.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.gif.sniff import SCREEN, SIGNATURES
from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = [
    "APPLICATION",
    "COMMENT",
    "EXTENSION",
    "MAGIC",
    "NAMED",
    "PICTURE",
    "SCREEN_NAME",
    "STORE",
    "TRAILER",
    "XMP",
    "Block",
    "Walk",
]

_DESCRIPTOR = 10
_BYTES = 20
"""Of a large file, for each part of a block; in real ones a part has 255 bytes, but for the last of a block."""
EXTENSION, _IMAGE, _END, APPLICATION, COMMENT = 0x21, 0x2C, 0x3B, 0xFF, 0xFE
NAMED = 14
"""Bytes of an application extension up to its data: introducer, label, length, and a name of 11 bytes."""
STORE = b"C2PA_GIF\x01\x00\x00"
XMP = b"XMP DataXMP"
MAGIC = b"\x01" + bytes(range(0xFF, -1, -1)) + b"\x00"
"""Behind an XMP packet: whichever of its bytes is taken for a length, this leads a reader to the end."""
SCREEN_NAME, PICTURE, _DATA, TRAILER = "LSD", "2C", "TBID", "3B"
"""Names of blocks in a box hash (anchor ``_gif_specific_handling``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block; ``name`` is that of a box hash."""

    name: str
    start: int
    end: int
    parts_at: int = 0
    """Where its parts begin, each behind a byte with its length."""
    application: bytes = b""
    """The name of an application extension with its authentication code."""

    @property
    def frame(self) -> Span:
        """From the first to the last byte."""
        return Span(self.start, self.end - self.start)

    @property
    def is_store(self) -> bool:
        """Whether it holds a manifest store."""
        return self.application[:8] == STORE[:8]


class Walk:
    """The blocks of a file, and the parts of each; every loop is bounded."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._window = Window(source)
        self._limits = limits
        self._parts = self._left = limits.allowed_parts(limits.gif_parts, source.size, each=_BYTES)
        self._slices = limits.gif_slices

    def blocks(self) -> Iterator[Block]:
        """From the screen descriptor to the trailer; ``MalformedError`` comes when the walk reaches the fault."""
        read = self._window.read
        if self._window.size < SCREEN or read(0, 6) not in SIGNATURES:
            raise MalformedError("the header of a GIF is missing", where="GIF", offset=0)
        position = SCREEN + _colours(read(10, 1)[0])
        yield Block(name=SCREEN_NAME, start=6, end=position)
        most = self._limits.allowed_parts(self._limits.gif_blocks, self._window.size)
        for _ in range(most):
            kind = read(position, 1)[0]
            if kind == EXTENSION:
                block = self._extension(position)
            elif kind == _IMAGE:
                data = position + _DESCRIPTOR + _colours(read(position + 9, 1)[0])
                yield Block(name=PICTURE, start=position, end=data)
                block = Block(name=_DATA, start=data, end=self._end(data + 1), parts_at=data + 1)
            elif kind == _END:
                yield Block(name=TRAILER, start=position, end=position + 1)
                return
            else:
                raise MalformedError("no block begins where one is expected", where="GIF", offset=position)
            yield block
            position = block.end
        raise MalformedError(f"more than {most:,} blocks", where="GIF", offset=position)

    def _extension(self, start: int) -> Block:
        label = self._window.read(start + 1, 1)[0]
        named = label == APPLICATION and self._window.read(start + 2, 1)[0] == len(XMP)
        return Block(
            name=f"{EXTENSION:02X}{label:02X}",
            start=start,
            end=self._end(start + 2),
            parts_at=start + (NAMED if named else 2),
            application=self._window.read(start + 3, len(XMP)) if named else b"",
        )

    def _end(self, position: int) -> int:
        """One past the zero that ends the parts which begin at ``position``."""
        while self._left > 0:
            data, at = self._window.hold(position, 1)
            position -= at
            while at < len(data) and self._left > 0:
                self._left -= 1
                size = data[at]
                at += 1 + size
                if size == 0:
                    return position + at
            position += at
        raise MalformedError(f"its blocks have more than {self._parts:,} parts", where="GIF", offset=position)

    def parts(self, block: Block) -> tuple[tuple[Span, ...], str]:
        """Where the value of a block stands, and why not all of it is told."""
        found: list[Span] = []
        position = block.parts_at
        while size := self._window.read(position, 1)[0]:
            if self._slices == 0:
                return tuple(found), f"with others it is cut into more than {self._limits.gif_slices:,} parts"
            self._slices -= 1
            found.append(Span(position + 1, size))
            position += 1 + size
        return tuple(found), ""

    def packet(self, block: Block) -> tuple[tuple[Span, ...], str]:
        """The same of XMP, which stands in one piece in front of its trailer; some writers cut it into parts instead."""
        start, end = block.start + NAMED, block.end - len(MAGIC)
        if end >= start and self._source.read(end, len(MAGIC)) == MAGIC:
            return (Span(start, end - start),), ""
        return self.parts(block)


def _colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
