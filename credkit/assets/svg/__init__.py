"""SVG: XML that is read with its byte positions and edited by them, never written anew."""

from __future__ import annotations

from credkit.assets.svg.format import SvgFormat

__all__ = ["SvgFormat"]
