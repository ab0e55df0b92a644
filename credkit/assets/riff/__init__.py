"""RIFF: pictures (WebP), sounds (WAV) and films (AVI), whose store is the last chunk ``C2PA`` of the first container."""

from __future__ import annotations

from credkit.assets.riff.avi import AviFormat
from credkit.assets.riff.wave import WavFormat
from credkit.assets.riff.webp import WebpFormat

__all__ = ["AviFormat", "WavFormat", "WebpFormat"]
