"""How a font begins: with the directory of its tables, or as one that is packed or a collection.

Source: OpenType 1.9, "Organization of an OpenType font".
"""

from __future__ import annotations

from struct import Struct

__all__ = ["DIRECTORY", "PLAIN", "RECORD", "WRAPPED", "looks_like_font"]

PLAIN = {b"\x00\x01\x00\x00": "font/ttf", b"true": "font/ttf", b"OTTO": "font/otf"}
WRAPPED = {b"ttcf": "font/collection", b"wOFF": "font/woff", b"wOF2": "font/woff2"}
DIRECTORY = Struct(">4sHHHH")
RECORD = Struct(">4sIII")
_MOST = 0x0FFF
"""Tables of what is taken for a font; the same two bytes of a text would say more."""


def looks_like_font(head: bytes) -> bool:
    """Whether the file starts with the directory of a font, whose first table has a name, or as a packed font or a collection."""
    if head[:4] in WRAPPED:
        return len(head) > DIRECTORY.size
    if head[:4] not in PLAIN or len(head) < DIRECTORY.size + RECORD.size:
        return False
    count = int.from_bytes(head[4:6], "big")
    tag, _, start, _ = RECORD.unpack_from(head, DIRECTORY.size)
    named = tag.isascii() and tag.decode("ascii").isprintable()
    return named and 0 < count <= _MOST and start >= DIRECTORY.size + count * RECORD.size
