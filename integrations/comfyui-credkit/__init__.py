"""Save pictures of ComfyUI with Content Credentials.

ComfyUI takes classic nodes (``NODE_CLASS_MAPPINGS``) before it looks for the present interface (``comfy_entrypoint``), so one of the two
is given to it: the present one where it exists.
"""

from __future__ import annotations

try:
    from .present import comfy_entrypoint

    __all__ = ["comfy_entrypoint"]
except ImportError:
    from .classic import NODE_CLASS_MAPPINGS, NODE_DISPLAY_NAME_MAPPINGS

    __all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
