"""What a FLAC says in a place where the specification has no store: the metadata block ``APPLICATION`` of some tools.

Source: RFC 9639 (FLAC), 8.1 and 8.4.
"""

from __future__ import annotations

from credkit.assets.source import Source
from credkit.assets.window import Window

__all__ = ["HEAD", "stray_store"]

HEAD = b"fLaC"
_BLOCKS = 128
"""Blocks that are looked at; files have up to ten."""
_APPLICATION, _LAST = 2, 0x80


def stray_store(source: Source, start: int) -> bool:
    """Whether a metadata block of the FLAC at ``start`` claims to be of C2PA. It is no credential, whatever is in it."""
    window, position = Window(source), start + len(HEAD)
    for _ in range(_BLOCKS):
        if position + 8 > source.size:
            return False
        head = window.read(position, 8)
        if head[0] & ~_LAST == _APPLICATION and head[4:8].lower() == b"c2pa":
            return True
        if head[0] & _LAST:
            return False
        position += 4 + int.from_bytes(head[1:4], "big")
    return False
