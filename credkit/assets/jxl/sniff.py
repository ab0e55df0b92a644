"""How a JPEG XL begins: with the signature box of its container, or as a codestream alone.

Source: ISO/IEC 18181-2:2024, clause 4.
"""

from __future__ import annotations

from credkit.assets.source import Source

__all__ = ["CODESTREAM", "SIGNATURE", "is_bare"]

SIGNATURE = b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"
CODESTREAM = b"\xff\x0a"


def is_bare(source: Source) -> bool:
    """Whether the file is nothing but a codestream."""
    return source.read(0, min(source.size, len(CODESTREAM))) == CODESTREAM
