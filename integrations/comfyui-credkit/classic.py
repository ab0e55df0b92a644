"""The nodes in the classic interface, for versions of ComfyUI without ``comfy_api``."""

from __future__ import annotations

from typing import Any, ClassVar

from credkit.integrations.comfyui import FORMATS, PRIVACY, Host, SaveRequest, save_animation, save_pictures

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS", "CredkitSaveAnimation", "CredkitSaveImage"]

_HIDDEN = {"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO", "unique_id": "UNIQUE_ID"}
_PREFIX = ("STRING", {"default": "ComfyUI", "tooltip": "Prefix of the file name, as in Save Image."})
_PRIVACY = (
    list(PRIVACY),
    {"default": PRIVACY[0], "tooltip": "What becomes of prompt and seed; the first leaves it to the export settings."},
)
_QUALITY = ("INT", {"default": 90, "min": 1, "max": 100, "tooltip": "Of JPEG and WebP."})


def _inputs(formats: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """What the editor shows, in its order; nothing secret, because workflows keep it."""
    return {
        "required": {
            "images": ("IMAGE",),
            "filename_prefix": _PREFIX,
            "format": (list(formats), {"default": formats[0]}),
            **more,
            "quality": _QUALITY,
            "prompt_privacy": _PRIVACY,
        },
        "hidden": dict(_HIDDEN),
    }


def _request(
    *,
    images: Any,
    filename_prefix: str = "ComfyUI",
    format: str = "png",  # noqa: A002
    quality: int = 90,
    prompt_privacy: str = PRIVACY[0],
    extra_pnginfo: Any = None,
    unique_id: Any = None,
    **more: Any,
) -> SaveRequest:
    """The inputs of a node, by the names that the editor has for them."""
    return SaveRequest(
        images=images,
        prefix=filename_prefix,
        format=format,
        quality=quality,
        privacy=prompt_privacy,
        extra=extra_pnginfo,
        node=None if unique_id is None else str(unique_id),
        **more,
    )


class _SaveNode:
    """What the editor asks of every node that saves."""

    RETURN_TYPES: ClassVar[tuple[str, ...]] = ()
    FUNCTION = "save"
    OUTPUT_NODE = True
    CATEGORY = "image/credkit"


class CredkitSaveImage(_SaveNode):
    """Save each picture of a batch, signed."""

    DESCRIPTION = "Saves pictures with Content Credentials (C2PA). Who signs stands in credkit's export settings."

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:  # noqa: N802
        """What the editor shows."""
        return _inputs(FORMATS)

    def save(self, **inputs: Any) -> dict[str, Any]:
        """Save, sign, and tell the editor what to show."""
        return {"ui": save_pictures(_request(**inputs), Host.running())}


class CredkitSaveAnimation(_SaveNode):
    """Save a batch as one moving picture, signed."""

    DESCRIPTION = "Saves a moving picture with Content Credentials (C2PA). Who signs stands in credkit's export settings."

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:  # noqa: N802
        """What the editor shows."""
        return _inputs(("png", "webp"), fps=("FLOAT", {"default": 6.0, "min": 0.01, "max": 1000.0, "step": 0.01}))

    def save(self, *, fps: float = 6.0, **inputs: Any) -> dict[str, Any]:
        """Save, sign, and tell the editor what to show."""
        return {"ui": save_animation(_request(frames_per_second=fps, **inputs), Host.running())}


NODE_CLASS_MAPPINGS = {"CredkitSaveImage": CredkitSaveImage, "CredkitSaveAnimation": CredkitSaveAnimation}
NODE_DISPLAY_NAME_MAPPINGS = {
    "CredkitSaveImage": "Save Image (Content Credentials)",
    "CredkitSaveAnimation": "Save Animation (Content Credentials)",
}
