"""How compressed sound begins: with an ID3v2 tag, as FLAC, or with frames of MPEG audio.

Source: ID3v2.2.0, ID3v2.3.0, ID3v2.4.0 (id3.org), 3.1; RFC 9639 (FLAC), 6.
"""

from __future__ import annotations

from credkit.assets.id3.mpeg import is_mpeg_audio

__all__ = ["FLAC", "HEADER", "is_tag", "looks_like_sound"]

FLAC = b"fLaC"
HEADER = 10
"""Bytes of the header of a tag, and of its footer."""
_VERSIONS = (2, 3, 4)


def looks_like_sound(head: bytes) -> bool:
    """Whether ``head`` begins with a tag, as FLAC, or with two frames of MPEG audio."""
    return is_tag(head) or head.startswith(FLAC) or is_mpeg_audio(head)


def is_tag(head: bytes) -> bool:
    """Whether ``head`` begins with the header of a tag of a version that is read."""
    return (
        head[:3] == b"ID3" and len(head) >= HEADER and head[3] in _VERSIONS and head[4] != 0xFF and all(byte < 0x80 for byte in head[6:10])
    )
