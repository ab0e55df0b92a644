"""Pictures of ComfyUI: ``graph`` reads the two forms of its graph, ``walk`` follows links, ``models`` names loaders, ``reading`` tells."""

from __future__ import annotations

from credkit.lifting.comfyui.reading import FORMAT, read

__all__ = ["FORMAT", "read"]
