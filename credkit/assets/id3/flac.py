"""What stands in the metadata blocks of a FLAC: a store where the specification has none (``APPLICATION``), and comments.

Source: RFC 9639 (FLAC), 8.1, 8.4 and 8.6.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.id3.sniff import FLAC
from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.window import Window

__all__ = ["comments_of", "stray_store"]

_BLOCKS = 128
"""Blocks that are looked at; files have up to ten."""
_APPLICATION, _COMMENTS, _LAST = 2, 4, 0x80
_MOST_COMMENTS, _KEYWORD = 1_000, 256


def stray_store(source: Source, start: int) -> bool:
    """Whether a metadata block of the FLAC at ``start`` claims to be of C2PA. It is no credential, whatever is in it."""
    return any(kind == _APPLICATION and head.lower() == b"c2pa" for kind, head, _ in _blocks(source, start))


def comments_of(source: Source, start: int) -> Iterator[tuple[bytes, Span]]:
    """Keyword and value of each comment of the FLAC at ``start``; what does not fit into its block is passed over."""
    window = Window(source)
    for kind, _, block in _blocks(source, start):
        if kind != _COMMENTS or block.length < 8:
            continue
        position = block.start + 4 + int.from_bytes(window.read(block.start, 4), "little") + 4
        for _ in range(_MOST_COMMENTS):
            if position + 4 > block.end:
                break
            value = Span(position + 4, int.from_bytes(window.read(position, 4), "little"))
            if value.end > block.end:
                break
            keyword, found, _ = window.read(value.start, min(value.length, _KEYWORD)).partition(b"=")
            if found and value.length > len(keyword) + 1:
                yield keyword, Span(value.start + len(keyword) + 1, value.length - len(keyword) - 1)
            position = value.end


def _blocks(source: Source, start: int) -> Iterator[tuple[int, bytes, Span]]:
    """Kind, first four bytes and place of each block that is whole."""
    window, position = Window(source), start + len(FLAC)
    for _ in range(_BLOCKS):
        if position + 8 > source.size:
            return
        head = window.read(position, 8)
        block = Span(position + 4, int.from_bytes(head[1:4], "big"))
        yield head[0] & ~_LAST, head[4:], Span(block.start, min(block.length, source.size - block.start))
        if head[0] & _LAST:
            return
        position = block.end
