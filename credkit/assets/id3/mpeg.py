"""Is this MPEG audio? Its frames begin with eleven set bits, which stand in many other files too, so two frames have to agree.

Source: ISO/IEC 11172-3 and 13818-3 (frame header); the extension to lower sampling rates that goes by MPEG 2.5.
"""

from __future__ import annotations

__all__ = ["is_mpeg_audio"]

_ONE, _TWO = 3, 2
"""MPEG 1 and MPEG 2 as the header numbers them; 0 is MPEG 2.5."""
_FIRST, _THIRD = 3, 1
"""Layers I and III as the header numbers them."""
_RATES = {
    (True, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Thousands of bits a second, by whether it is MPEG 1, and layer."""
_SAMPLING = (44_100, 48_000, 32_000)
_SAME = 0xFFFE0C00
"""What two frames of one sound have in common: synchronization, version, layer, sampling rate."""


def is_mpeg_audio(head: bytes) -> bool:
    """Whether ``head`` begins with two frames of MPEG audio, layer I, II or III; the second may be cut off behind its header."""
    length = _frame_length(head[:4])
    if length is None or _frame_length(head[length : length + 4]) is None:
        return False
    first, second = (int.from_bytes(head[at : at + 4], "big") for at in (0, length))
    return first & _SAME == second & _SAME


def _frame_length(header: bytes) -> int | None:
    """Bytes of a frame by its header; None when it is none, or of a rate of its own that the header does not tell."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate, sampling, padded = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 0 or rate in (0, 15) or sampling == 3:
        return None
    bits = _RATES[version == _ONE, layer][rate - 1] * 1_000
    hertz = _SAMPLING[sampling] >> {_ONE: 0, _TWO: 1}.get(version, 2)
    if layer == _FIRST:
        return (12 * bits // hertz + padded) * 4
    return (72 if layer == _THIRD and version != _ONE else 144) * bits // hertz + padded
