"""TIFF and what is built like it (DNG, BigTIFF, raw files of cameras): directories, the entry with the store, edits."""

from __future__ import annotations

from credkit.assets.tiff.format import TiffFormat

__all__ = ["TiffFormat"]
