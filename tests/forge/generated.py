"""Pictures with the texts that generation tools leave in them, each in the tool's documented format."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, PngImagePlugin

__all__ = ["NEGATIVE", "PROMPT", "SEED", "TOOLS", "Sample", "a1111_text", "comfy_graph", "png", "sample"]

PROMPT = 'a lone lighthouse keeper "Ömer" & his <b>cat</b>, 灯台, oil on canvas\nsecond line about the foggy shore'
NEGATIVE = "blurry, extra fingers and toes"
SEED = "965123777"
_SIZE = (64, 48)


@dataclass(frozen=True)
class Sample:
    """A file with what it says of itself."""

    tool: str
    kind: str
    data: bytes = field(repr=False)
    prompt: str
    negative: str | None
    seed: str


def a1111_text(prompt: str = PROMPT, negative: str = NEGATIVE, seed: str = SEED) -> str:
    """The parameter block of A1111 and Forge."""
    return (
        f"{prompt}\nNegative prompt: {negative}\nSteps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: {seed}, "
        "Size: 64x48, Model hash: 45dee52b00, Model: awportrait_v14, RNG: CPU, Version: v1.10.1"
    )


def comfy_graph(prompt: str = PROMPT, negative: str = NEGATIVE, seed: str = SEED, *, initial: str | None = None) -> dict[str, Any]:
    """The executed graph of ComfyUI; ``initial`` names the picture that it started from."""
    latent = {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 48, "batch_size": 1}}
    graph: dict[str, Any] = {
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": int(seed),
                "steps": 20,
                "cfg": 8.0,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 0.6 if initial else 1.0,
                "model": ["4", 0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
        },
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "awportrait_v14.safetensors"}},
        "5": latent,
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": negative, "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}},
    }
    if initial:
        graph["5"] = {"class_type": "VAEEncode", "inputs": {"pixels": ["10", 0], "vae": ["4", 2]}}
        graph["10"] = {"class_type": "LoadImage", "inputs": {"image": initial}}
    return graph


def _image() -> Image.Image:
    return Image.linear_gradient("L").resize(_SIZE).convert("RGB")


def png(**texts: str) -> bytes:
    """A PNG with these texts, by keyword."""
    info = PngImagePlugin.PngInfo()
    for keyword, text in texts.items():
        if text.isascii():
            info.add_text(keyword, text)
        else:
            info.add_itxt(keyword, text, zip=len(text) > 200)
    out = io.BytesIO()
    _image().save(out, "PNG", pnginfo=info)
    return out.getvalue()


def _with_exif(kind: str, tags: dict[int, Any], user_comment: bytes | None = None) -> bytes:
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[tag] = value
    if user_comment is not None:
        exif.get_ifd(0x8769)[0x9286] = user_comment
    out = io.BytesIO()
    options: dict[str, Any] = {"lossless": True} if kind == "webp" else {"quality": 90}
    _image().save(out, "JPEG" if kind == "jpg" else "WEBP", exif=exif, **options)
    return out.getvalue()


def _unicode(text: str) -> bytes:
    return b"UNICODE\0" + text.encode("utf-16-be")


def _a1111(kind: str) -> bytes:
    return png(parameters=a1111_text()) if kind == "png" else _with_exif(kind, {}, _unicode(a1111_text()))


def _comfyui(kind: str) -> bytes:
    prompt = json.dumps(comfy_graph())
    workflow = json.dumps({"nodes": [{"id": 6, "type": "CLIPTextEncode", "widgets_values": [PROMPT]}], "links": []})
    if kind == "png":
        return png(prompt=prompt, workflow=workflow)
    return _with_exif(kind, {0x0110: f"prompt:{prompt}", 0x010F: f"workflow:{workflow}"})


def _invokeai(kind: str) -> bytes:
    metadata = {
        "generation_mode": "txt2img",
        "positive_prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "width": 64,
        "height": 48,
        "seed": int(SEED),
        "steps": 28,
        "cfg_scale": 6.5,
        "scheduler": "euler",
        "app_version": "5.0.0",
        "model": {"key": "k", "hash": "blake3:" + "ab" * 32, "name": "awportrait_v14", "base": "sd-1", "type": "main"},
    }
    return png(invokeai_metadata=json.dumps(metadata))


def _fooocus(kind: str) -> bytes:
    metadata = {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "full_prompt": [PROMPT],
        "full_negative_prompt": [NEGATIVE],
        "styles": "[]",
        "performance": "Speed",
        "steps": 30,
        "base_model": "awportrait_v14",
        "base_model_hash": "45dee52b00",
        "sampler": "dpmpp_2m_sde_gpu",
        "scheduler": "karras",
        "seed": SEED,
        "resolution": "(64, 48)",
        "guidance_scale": 4,
        "version": "Fooocus v2.5.5",
        "loras": [["filmgrain", 0.5, "aabbccddee"]],
    }
    text = json.dumps(metadata)
    if kind == "png":
        return png(parameters=text, fooocus_scheme="fooocus")
    return _with_exif(kind, {0x0131: "Fooocus v2.5.5"}, text.encode())


def _novelai(kind: str) -> bytes:
    comment = {
        "prompt": PROMPT,
        "uc": NEGATIVE,
        "scale": 6,
        "sampler": "k_euler",
        "seed": int(SEED),
        "steps": 28,
        "width": 64,
        "height": 48,
    }
    return png(
        Title="AI generated image", Description=PROMPT, Software="NovelAI", Source="NovelAI Diffusion V3", Comment=json.dumps(comment)
    )


def _swarmui(kind: str) -> bytes:
    parameters = {
        "prompt": PROMPT,
        "negativeprompt": NEGATIVE,
        "model": "awportrait_v14",
        "seed": int(SEED),
        "steps": 20,
        "cfgscale": 7.0,
        "width": 64,
        "height": 48,
        "swarm_version": "0.9.5",
    }
    text = json.dumps({"sui_image_params": parameters})
    return png(parameters=text) if kind == "png" else _with_exif(kind, {}, _unicode(text))


_WRITERS: dict[str, Callable[[str], bytes]] = {
    "a1111": _a1111,
    "comfyui": _comfyui,
    "invokeai": _invokeai,
    "fooocus": _fooocus,
    "novelai": _novelai,
    "swarmui": _swarmui,
}
TOOLS = (
    *(("a1111", kind) for kind in ("png", "jpg", "webp")),
    *(("comfyui", kind) for kind in ("png", "webp")),
    ("invokeai", "png"),
    *(("fooocus", kind) for kind in ("png", "jpg")),
    ("novelai", "png"),
    *(("swarmui", kind) for kind in ("png", "jpg")),
)
"""Each tool with the kinds of files that it writes."""


def sample(tool: str, kind: str) -> Sample:
    """A file of that tool."""
    return Sample(tool=tool, kind=kind, data=_WRITERS[tool](kind), prompt=PROMPT, negative=NEGATIVE, seed=SEED)
