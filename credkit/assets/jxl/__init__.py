"""JPEG XL, in a container or as a codestream alone: see ``format``."""

from __future__ import annotations

from credkit.assets.jxl.format import JxlFormat

__all__ = ["JxlFormat"]
