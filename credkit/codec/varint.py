"""Unsigned numbers in as many bytes as they need, seven bits each, the lowest first (LEB128): in protobuf and Thrift."""

from __future__ import annotations

__all__ = ["VARINT_BYTES", "build_varint", "read_varint"]

VARINT_BYTES = 10
"""The most that are read: 64 bits, with some to spare."""


def build_varint(value: int) -> bytes:
    """A number in as few bytes as possible."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def read_varint(data: bytes, offset: int) -> tuple[int, int] | None:
    """The number at ``offset`` and where it ends; None when it does not end in ten bytes, or with the data. It need not be minimal."""
    value = 0
    for index, byte in enumerate(data[offset : offset + VARINT_BYTES]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, offset + index + 1
    return None
