"""The same nodes in the present interface of ComfyUI (``comfy_api``), under the same identifiers."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import ComfyExtension, io

from credkit.integrations.comfyui import FORMATS, PRIVACY, Host, SaveRequest, save_animation, save_pictures

__all__ = ["CredkitExtension", "CredkitSaveAnimation", "CredkitSaveImage", "comfy_entrypoint"]


def _inputs(formats: tuple[str, ...], *more: Any) -> list[Any]:
    """What the editor shows; nothing secret, because workflows keep it."""
    return [
        io.Image.Input("images"),
        io.String.Input("filename_prefix", default="ComfyUI", tooltip="Prefix of the file name, as in Save Image."),
        io.Combo.Input("format", options=list(formats), default=formats[0]),
        *more,
        io.Int.Input("quality", default=90, min=1, max=100, tooltip="Of JPEG and WebP."),
        io.Combo.Input(
            "prompt_privacy",
            options=list(PRIVACY),
            default=PRIVACY[0],
            tooltip="What becomes of prompt and seed; the first leaves it to the export settings.",
        ),
    ]


def _hidden() -> list[Any]:
    return [io.Hidden.prompt, io.Hidden.extra_pnginfo, io.Hidden.unique_id]


def _request(hidden: Any, **given: Any) -> SaveRequest:
    node = getattr(hidden, "unique_id", None)
    return SaveRequest(
        prompt=getattr(hidden, "prompt", None),
        extra=getattr(hidden, "extra_pnginfo", None),
        node=None if node is None else str(node),
        **given,
    )


class CredkitSaveImage(io.ComfyNode):
    """Save each picture of a batch, signed."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """What the node looks like."""
        return io.Schema(
            node_id="CredkitSaveImage",
            display_name="Save Image (Content Credentials)",
            category="image/credkit",
            description="Saves pictures with Content Credentials (C2PA). Who signs stands in credkit's export settings.",
            inputs=_inputs(FORMATS),
            hidden=_hidden(),
            is_output_node=True,
        )

    @classmethod
    def execute(cls, *, images: Any, filename_prefix: str, format: str, quality: int, prompt_privacy: str) -> io.NodeOutput:  # noqa: A002
        """Save, sign, and tell the editor what to show."""
        request = _request(cls.hidden, images=images, prefix=filename_prefix, format=format, quality=quality, privacy=prompt_privacy)
        return io.NodeOutput(ui=save_pictures(request, Host.running()))


class CredkitSaveAnimation(io.ComfyNode):
    """Save a batch as one moving picture, signed."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """What the node looks like."""
        return io.Schema(
            node_id="CredkitSaveAnimation",
            display_name="Save Animation (Content Credentials)",
            category="image/credkit",
            description="Saves a moving picture with Content Credentials (C2PA). Who signs stands in credkit's export settings.",
            inputs=_inputs(("png", "webp"), io.Float.Input("fps", default=6.0, min=0.01, max=1000.0, step=0.01)),
            hidden=_hidden(),
            is_output_node=True,
        )

    @classmethod
    def execute(
        cls,
        *,
        images: Any,
        filename_prefix: str,
        format: str,  # noqa: A002
        fps: float,
        quality: int,
        prompt_privacy: str,
    ) -> io.NodeOutput:
        """Save, sign, and tell the editor what to show."""
        given = {"images": images, "prefix": filename_prefix, "format": format, "quality": quality, "privacy": prompt_privacy}
        return io.NodeOutput(ui=save_animation(_request(cls.hidden, frames_per_second=fps, **given), Host.running()))


class CredkitExtension(ComfyExtension):
    """What ComfyUI asks for."""

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        """The nodes."""
        return [CredkitSaveImage, CredkitSaveAnimation]


async def comfy_entrypoint() -> CredkitExtension:
    """Called by ComfyUI."""
    return CredkitExtension()
