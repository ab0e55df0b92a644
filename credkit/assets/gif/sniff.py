"""How a GIF begins. Source: GIF89a, 17 and 18."""

from __future__ import annotations

__all__ = ["SCREEN", "SIGNATURES"]

SIGNATURES = (b"GIF87a", b"GIF89a")
SCREEN = 13
"""Bytes of header and screen descriptor."""
