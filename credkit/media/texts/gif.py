"""The comments of a GIF. There is no asset format for GIF, so this is the only walk over its blocks.

Source: GIF89a, 18 to 24 (block structure), 24 (comment extension).
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets import Source
from credkit.assets.window import Window
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.media.texts.block import TextBlock
from credkit.media.texts.decoding import latin1_text

__all__ = ["gif_comments", "is_gif"]

_EXTENSION, _IMAGE, _TRAILER, _COMMENT = 0x21, 0x2C, 0x3B, 0xFE
_SCREEN, _DESCRIPTOR = 13, 10
_PARTS = 1_000_000
"""Parts of blocks that are looked at; 250 MB in parts of 255 bytes."""


def is_gif(source: Source) -> bool:
    """Whether the file starts as a GIF."""
    return source.read(0, min(source.size, 6)) in (b"GIF87a", b"GIF89a")


def gif_comments(source: Source, limits: Limits) -> Iterator[TextBlock]:
    """The comments in order; a last block says where the file is broken, if it is."""
    window = Window(source)
    walk = _Walk(window)
    try:
        position = _SCREEN + _colours(window.read(10, 1)[0])
        while (kind := window.read(position, 1)[0]) != _TRAILER:
            if kind == _EXTENSION and window.read(position + 1, 1)[0] == _COMMENT:
                raw, position = walk.joined(position + 2, limits.text_size)
                cut = f"it is longer than {limits.text_size:,} bytes, and only these were read" if len(raw) >= limits.text_size else ""
                text, damage = latin1_text(raw)
                yield TextBlock(kind="comment", keyword="", text=text, place="GIF comment", damage=cut or damage)
            elif kind == _EXTENSION:
                _, position = walk.joined(position + 2, 0)
            elif kind == _IMAGE:
                data = position + _DESCRIPTOR + _colours(window.read(position + 9, 1)[0])
                _, position = walk.joined(data + 1, 0)
            else:
                raise MalformedError("no block begins where one is expected", where="GIF", offset=position)
    except MalformedError as error:
        damage = f"the file is damaged, and what follows was not read: {error}"
        yield TextBlock(kind="comment", keyword="", text="", place="the GIF file", damage=damage)


def _colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


class _Walk:
    """Reads blocks; ``MalformedError`` when the file has more parts than anybody waits for."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._left = _PARTS

    def joined(self, position: int, most: int) -> tuple[bytes, int]:
        """Sub-blocks from ``position`` on, joined up to ``most`` bytes, and where they end."""
        read, parts = self._window.read, bytearray()
        while True:
            self._left -= 1
            if self._left < 0:
                raise MalformedError(f"its blocks have more than {_PARTS:,} parts", where="GIF", offset=position)
            size = read(position, 1)[0]
            if size == 0:
                return bytes(parts[:most]), position + 1
            if len(parts) < most:
                parts += read(position + 1, size)
            position += 1 + size
