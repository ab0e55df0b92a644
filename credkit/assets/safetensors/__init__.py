"""SafeTensors: see ``format``."""

from __future__ import annotations

from credkit.assets.safetensors.format import SafetensorsFormat, header_of, metadata_of

__all__ = ["SafetensorsFormat", "header_of", "metadata_of"]
