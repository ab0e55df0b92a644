"""Ogg pages, and small files of them."""

from __future__ import annotations

import struct

__all__ = ["AUDIO", "VIDEO", "ogg", "packet_pages", "page", "stored", "with_store"]

_FIRST, _LAST, _CONTINUED = 2, 4, 1
AUDIO, VIDEO = b"OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00", b"\x80theora" + bytes(35)
MOST = 255 * 255


def _checksum(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value >> 31 else 0)) & 0xFFFFFFFF
    return value


def page(body: bytes, serial: int, number: int, *, flags: int = 0, ended: bool = True) -> bytes:
    """A page with (the rest of) one packet; not ``ended`` when it goes on in the next page."""
    lacing = bytes([255] * (len(body) // 255)) + (bytes((len(body) % 255,)) if ended else b"")
    head = struct.pack("<4sBBQIIIB", b"OggS", 0, flags, 0, serial, number, 0, len(lacing)) + lacing
    return head[:22] + struct.pack("<I", _checksum(head + body)) + head[26:] + body


def packet_pages(packet: bytes, serial: int, *, last: bool = True) -> list[bytes]:
    """The pages of a stream of one packet."""
    parts = [packet[start : start + MOST] for start in range(0, len(packet), MOST)]
    if len(parts[-1]) == MOST:
        parts.append(b"")
    pages = []
    for number, part in enumerate(parts):
        flags = (_CONTINUED if number else _FIRST) | (_LAST if last and number == len(parts) - 1 else 0)
        pages.append(page(part, serial, number, flags=flags, ended=number == len(parts) - 1))
    return pages


def stored(store: bytes, serial: int = 77) -> list[bytes]:
    """The pages of a stream that holds a store."""
    return packet_pages(b"\x00c2pa" + store, serial)


def ogg(head: bytes = AUDIO, serial: int = 1, *, pages: int = 3) -> list[bytes]:
    """The pages of a stream of sound or film."""
    data = [page(bytes((number,)) * 300, serial, number, flags=_LAST if number == pages else 0) for number in range(1, pages + 1)]
    return [page(head, serial, 0, flags=_FIRST), *data]


def with_store(store: bytes) -> bytes:
    """Sound and store, as multiplexed streams are laid out: first pages first."""
    sound, kept = ogg(), stored(store)
    return b"".join((sound[0], kept[0], sound[1], *kept[1:], *sound[2:]))
