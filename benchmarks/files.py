"""The files that are measured, made on the spot: as large as asked for, and with data that looks like the compressed data of a picture."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["KINDS", "make"]

_BLOCK = 1 << 20
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IDAT = {"PNG": 1 << 16, "PNG, 1 KiB chunks": 1 << 10}
KINDS = ("JPEG", *_IDAT)
"""Pillow writes image data in chunks of 64 KiB; other writers in far smaller ones."""


def make(kind: str, size: int, path: Path) -> None:
    """Write a file of about ``size`` bytes."""
    with path.open("wb") as out:
        for part in _jpeg(size) if kind == "JPEG" else _png(size, _IDAT[kind]):
            out.write(part)


def _noise(size: int) -> Iterator[bytes]:
    """Bytes without any pattern, the same ones for the same size."""
    source = random.Random(size)
    for start in range(0, size, _BLOCK):
        yield source.randbytes(min(_BLOCK, size - start))


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (2 + len(payload)).to_bytes(2, "big") + payload


def _jpeg(size: int) -> Iterator[bytes]:
    """A baseline picture with one scan; every FF of the data is followed by 00, as an encoder does it."""
    yield b"\xff\xd8" + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    yield _segment(0xDB, bytes([0, *[16] * 64])) + _segment(0xC0, b"\x08\x10\x00\x10\x00\x01\x01\x11\x00")
    yield _segment(0xC4, bytes([0x00, *[0] * 7, 12, *[0] * 8, *range(12)])) + _segment(
        0xC4, bytes([0x10, *[0] * 7, 12, *[0] * 8, *range(12)])
    )
    yield _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    for block in _noise(size):
        yield block.replace(b"\xff", b"\xff\x00")[: len(block)].removesuffix(b"\xff")
    yield b"\xff\xd9"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big")


def _png(size: int, step: int) -> Iterator[bytes]:
    yield _SIGNATURE + _chunk(b"IHDR", b"\x00\x00\x10\x00\x00\x00\x10\x00\x08\x02\x00\x00\x00")
    for block in _noise(size):
        for start in range(0, len(block), step):
            yield _chunk(b"IDAT", block[start : start + step])
    yield _chunk(b"IEND", b"")
