"""The size of a JPEG XL picture, in pixels, by the first bits of its codestream. Source: ISO/IEC 18181-1, annex D.3."""

from __future__ import annotations

from credkit.assets.jxl.sniff import CODESTREAM

__all__ = ["HEAD", "dimensions"]

HEAD = 16
"""Bytes of a codestream that tell the size."""
_RATIOS = (None, (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_SIDE_BITS = (9, 13, 18, 30)


def dimensions(head: bytes) -> tuple[int | None, int | None]:
    """Width and height from the first bytes of a codestream; None where they do not tell."""
    bits = _Bits(head[len(CODESTREAM) :])
    if not head.startswith(CODESTREAM):
        return None, None
    small = bits.take(1)
    height = bits.side(small=small)
    ratio = _RATIOS[bits.take(3)]
    width = height * ratio[0] // ratio[1] if ratio else bits.side(small=small)
    return (width, height) if bits.left >= 0 else (None, None)


class _Bits:
    """Bits of a codestream, lowest first; zeros behind its end."""

    __slots__ = ("_value", "left")

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self.left = 8 * len(data)

    def take(self, count: int) -> int:
        bits = self._value & ((1 << count) - 1)
        self._value >>= count
        self.left -= count
        return bits

    def side(self, *, small: int) -> int:
        """A length in pixels, by eights or in one of four sizes."""
        return 8 * (1 + self.take(5)) if small else 1 + self.take(_SIDE_BITS[self.take(2)])
