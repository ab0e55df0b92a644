"""The media types of TIFF, of DNG, and of the raw files of cameras that are built like TIFF."""

from __future__ import annotations

__all__ = ["CANON", "DNG", "NIKON", "OLYMPUS", "PANASONIC", "RAW", "SONY", "TIFF"]

TIFF = "image/tiff"
DNG = "image/x-adobe-dng"
CANON = "image/x-canon-cr2"
NIKON = "image/x-nikon-nef"
SONY = "image/x-sony-arw"
OLYMPUS = "image/x-olympus-orf"
PANASONIC = "image/x-panasonic-rw2"
RAW = "image/x-raw"
"""Of a camera that is not among these."""
