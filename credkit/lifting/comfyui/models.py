"""Which models a ComfyUI graph loads: by the names of the inputs in which loaders of the program and of others name a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from credkit.lifting.comfyui import walk
from credkit.lifting.comfyui.graph import Node
from credkit.lifting.findings import Findings

__all__ = ["add_models", "loads_model"]

_ROLES = {
    "ckpt_name": "checkpoint",
    "base_ckpt_name": "checkpoint",
    "refiner_ckpt_name": "refiner",
    "unet_name": "diffusion-model",
    "vae_name": "vae",
    "clip_name": "text-encoder",
    "clip_name1": "text-encoder",
    "clip_name2": "text-encoder",
    "clip_name3": "text-encoder",
    "clip_name4": "text-encoder",
    "text_encoder_name": "text-encoder",
    "control_net_name": "controlnet",
    "controlnet_name": "controlnet",
    "ipadapter_file": "ip-adapter",
    "style_model_name": "other",
    "hypernetwork_name": "hypernetwork",
    "gligen_name": "other",
    "upscale_model": "upscaler",
    "upscale_model_name": "upscaler",
}
_BY_KIND = (
    ("upscale", "upscaler"),
    ("controlnet", "controlnet"),
    ("lora", "lora"),
    ("ipadapter", "ip-adapter"),
    ("checkpoint", "checkpoint"),
    ("unet", "diffusion-model"),
    ("diffusion", "diffusion-model"),
    ("vae", "vae"),
    ("clip", "text-encoder"),
)
_FILE = re.compile(r".+\.(?:safetensors|ckpt|pt|pth|bin|gguf|sft|onnx)", re.IGNORECASE)
_LORA = re.compile(r"lora(?:_name)?_?([0-9]{0,3})")
_EMBEDDING = re.compile(r"embedding:([\w.\-/\\]{1,200})")


def _named(node: Node) -> Iterator[tuple[str, str, Any]]:
    """Role, name and weight of every model that a node names."""
    for key, value in node.values.items():
        lora = _LORA.fullmatch(key)
        if lora:
            yield from _loras(node, value, lora[1])
        elif isinstance(value, str) and value not in ("", "None", "Baked VAE"):
            role = _role(node.kind, key, value)
            if role:
                yield role, value, node.values.get("strength") if role == "hypernetwork" else None


def _loras(node: Node, value: Any, number: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        if value.get("on", True) is not False and isinstance(value.get("lora"), str):
            yield "lora", value["lora"], value.get("strength")
    elif isinstance(value, str) and value not in ("", "None"):
        ending = f"_{number}" if number else ""
        names = [f"{name}{ending}" for name in ("strength_model", "lora_wt", "model_str", "strength", "lora_strength", "model_weight")]
        yield "lora", value, next((node.values[name] for name in names if name in node.values), None)


def _role(kind: str, key: str, value: str) -> str | None:
    if key in ("clip_name",) and "vision" in kind.lower():
        return "other"
    if key in _ROLES:
        return _ROLES[key]
    if not _FILE.fullmatch(value[:1_000]):
        return None
    return next((role for word, role in _BY_KIND if word in kind.lower()), "other")


def loads_model(node: Node) -> bool:
    """Whether a node names the file of a model."""
    return next(_named(node), None) is not None


def add_models(findings: Findings, nodes: Mapping[str, Node], reached: Mapping[str, int], passes: list[str]) -> None:
    """Every model on the way to the picture; a checkpoint that only a later pass of the advanced sampler uses is a refiner."""
    first = walk.ancestors(nodes, passes[0]) if passes else dict(reached)
    refining = any(nodes[name].kind == "KSamplerAdvanced" for name in passes[1:])
    for name in sorted(reached, key=lambda name: (name not in first, -reached[name])):
        for role, model, weight in _named(nodes[name]):
            later = role == "checkpoint" and refining and name not in first
            findings.add_model(model, role="refiner" if later else role, weight=weight)
    for text in (findings.prompt, findings.negative_prompt):
        for model in _EMBEDDING.findall(text or ""):
            findings.add_model(model, role="embedding")
