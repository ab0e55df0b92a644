"""Small compressed sounds, and ID3 tags to put in front of them."""

from __future__ import annotations

import struct

__all__ = ["ABOUT", "FRAMES", "flac", "id3", "id3_frame", "mp3", "sound_of", "store_frame", "syncsafe"]

ABOUT = b"\x00application/c2pa\x00c2pa\x00c2pa manifest store\x00"
"""What stands before the store in its frame."""
_FRAME = b"\xff\xfb\x90\xc4" + bytes(413)
"""A frame of silence: MPEG 1, layer III, 128 kbit/s, 44.1 kHz, one channel."""
FRAMES = _FRAME * 6


def syncsafe(value: int) -> bytes:
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3_frame(name: bytes, content: bytes, *, version: int = 4, flags: int = 0, added: bytes = b"") -> bytes:
    """A frame; ``added`` are the fields that flags ask for."""
    content = added + content
    if version == 2:
        return name + len(content).to_bytes(3, "big") + content
    size = syncsafe(len(content)) if version == 4 else len(content).to_bytes(4, "big")
    return name + size + bytes((0, flags)) + content


def id3(*frames: bytes, version: int = 4, flags: int = 0, padding: int = 0, extended: bytes = b"") -> bytes:
    """A tag; of version 2.4 with the flag 0x10 it gets its footer."""
    body = extended + b"".join(frames) + bytes(padding)
    head = bytes((version, 0, flags)) + syncsafe(len(body))
    return b"ID3" + head + body + (b"3DI" + head if version == 4 and flags & 0x10 else b"")


def store_frame(store: bytes, *, version: int = 4, about: bytes = ABOUT, **options: int | bytes) -> bytes:
    """The frame that holds a store."""
    return id3_frame(b"GEO" if version == 2 else b"GEOB", about + store, version=version, **options)


def mp3(*tags: bytes) -> bytes:
    return b"".join(tags) + FRAMES


def _checksum(data: bytes, bits: int, polynomial: int) -> int:
    value = 0
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = value << 1 ^ (polynomial if value >> (bits - 1) & 1 else 0)
            value &= (1 << bits) - 1
    return value


def flac(*tags: bytes, blocks: tuple[tuple[int, bytes], ...] = ()) -> bytes:
    """Silence in ten frames of 192 samples; ``blocks`` are further metadata blocks, each a type and its content."""
    packed = 44_100 << 44 | 15 << 36 | 1_920
    info = struct.pack(">HH", 192, 192) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    listed = ((0, info), *blocks)
    head = b"".join(
        bytes((kind | (0x80 if index == len(listed) - 1 else 0),)) + len(content).to_bytes(3, "big") + content
        for index, (kind, content) in enumerate(listed)
    )
    sound = b""
    for number in range(10):
        frame = b"\xff\xf8\x19\x08" + bytes((number,))
        frame += bytes((_checksum(frame, 8, 0x07),)) + b"\x00\x00\x00"
        sound += frame + _checksum(frame, 16, 0x8005).to_bytes(2, "big")
    return b"".join(tags) + b"fLaC" + head + sound


def sound_of(data: bytes) -> bytes:
    """What follows the tags."""
    while data.startswith(b"ID3"):
        size = sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        data = data[10 + size + (10 if data[3] == 4 and data[5] & 0x10 else 0) :]
    return data
