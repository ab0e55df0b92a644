"""The core of the ComfyUI nodes in ``integrations/comfyui-credkit``: save what a graph made, signed, with the graph as evidence.

Between nodes there are only numbers, so that credentials of a picture end at ``LoadImage``; the node that saves finds them again, because
ComfyUI hands it the graph. ``SaveRequest`` is what a node was given, ``save_pictures`` does the rest. Keys, passphrases and paths to
them come from the export settings, never from a node: the values of its widgets are written into every workflow.
"""

from __future__ import annotations

from credkit.integrations.comfyui.host import Host
from credkit.integrations.comfyui.saving import FORMATS, PRIVACY, SaveRequest, save_animation, save_pictures

__all__ = ["FORMATS", "PRIVACY", "Host", "SaveRequest", "save_animation", "save_pictures"]
