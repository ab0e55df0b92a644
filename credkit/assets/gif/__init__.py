"""GIF, animated ones included: see ``format``."""

from __future__ import annotations

from credkit.assets.gif.format import GifFormat

__all__ = ["GifFormat"]
