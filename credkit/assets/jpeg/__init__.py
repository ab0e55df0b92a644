"""JPEG: marker segments (``markers``), the store in APP11 (``app11``), multi-picture offsets (``mpf``), the format (``format``)."""

from credkit.assets.jpeg.format import JpegFormat

__all__ = ["JpegFormat"]
