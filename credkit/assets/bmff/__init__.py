"""ISO base media files (MP4, HEIF, AVIF, QuickTime): the tree of boxes that they are, and the store in it."""

from __future__ import annotations

from credkit.assets.bmff.format import BmffFormat

__all__ = ["BmffFormat"]
