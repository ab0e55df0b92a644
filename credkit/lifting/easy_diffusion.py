"""Pictures of Easy Diffusion: one PNG text for each setting, or one JSON object in EXIF ``UserComment``.

Each setting has two names, the program's own (``num_inference_steps``) and the one for people (``Steps``); a file has one kind of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import json_object, json_value
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["FORMAT", "read"]

FORMAT = "easy-diffusion"
_FOR_PEOPLE = {
    "Prompt": "prompt",
    "Negative Prompt": "negative_prompt",
    "Seed": "seed",
    "Stable Diffusion model": "use_stable_diffusion_model",
    "Clip Skip": "clip_skip",
    "ControlNet model": "use_controlnet_model",
    "ControlNet Filter": "control_filter_to_apply",
    "VAE model": "use_vae_model",
    "Sampler": "sampler_name",
    "Width": "width",
    "Height": "height",
    "Steps": "num_inference_steps",
    "Guidance Scale": "guidance_scale",
    "Prompt Strength": "prompt_strength",
    "LoRA model": "use_lora_model",
    "LoRA Strength": "lora_alpha",
    "Hypernetwork model": "use_hypernetwork_model",
    "Hypernetwork Strength": "hypernetwork_strength",
    "Embedding models": "use_embeddings_model",
    "Seamless Tiling": "tiling",
    "Use Face Correction": "use_face_correction",
    "Use Upscaling": "use_upscale",
    "Upscale By": "upscale_amount",
    "Latent Upscaler Steps": "latent_upscaler_steps",
}
_OWN = frozenset(_FOR_PEOPLE.values())
_MARKS = frozenset({"use_stable_diffusion_model", "num_inference_steps"})
_NAMES = {
    "sampler_name": "sampler",
    "num_inference_steps": "steps",
    "guidance_scale": "cfg",
    "prompt_strength": "denoise",
    "clip_skip": "clip-skip",
}
_MODELS = (
    ("use_stable_diffusion_model", "checkpoint", ""),
    ("use_vae_model", "vae", ""),
    ("use_controlnet_model", "controlnet", ""),
    ("use_lora_model", "lora", "lora_alpha"),
    ("use_hypernetwork_model", "hypernetwork", "hypernetwork_strength"),
    ("use_embeddings_model", "embedding", ""),
)
_TOLD = frozenset({"prompt", "negative_prompt", "seed", "width", "height", *(key for entry in _MODELS for key in entry[::2] if key)})


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """One ``Lifted`` of the PNG texts together, and one of each object."""
    results = []
    texts = [block for block in blocks if block.kind == "png-text" and (block.keyword in _OWN or block.keyword in _FOR_PEOPLE)]
    values = _named({block.keyword: block.text for block in reversed(texts)})
    if values.keys() >= _MARKS:
        results.append(_lifted(tuple(texts), values, limits))
    for block in blocks:
        if block.kind in ("exif", "comment") and ("num_inference_steps" in block.text or "Stable Diffusion model" in block.text):
            found = _named(json_object(block.text, limits) or {})
            if found.keys() >= _MARKS:
                results.append(_lifted((block,), found, limits))
    return tuple(results)


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings under the program's own names."""
    return {_FOR_PEOPLE.get(key, key): value for key, value in values.items() if value not in ("None", "null")}


def _lifted(blocks: tuple[TextBlock, ...], values: Mapping[str, Any], limits: Limits) -> Lifted:
    ordered = tuple(sorted(blocks, key=lambda block: _FOR_PEOPLE.get(block.keyword, block.keyword) != "prompt"))
    findings = Findings(format=FORMAT, blocks=ordered, limits=limits, tool="Easy Diffusion")
    findings.keep_together("Easy Diffusion settings", values)
    prompt, negative_prompt = values.get("prompt"), values.get("negative_prompt")
    findings.prompt = prompt if isinstance(prompt, str) else None
    findings.negative_prompt = negative_prompt if isinstance(negative_prompt, str) else None
    findings.set_seed(values.get("seed"))
    findings.set_size(values.get("width"), values.get("height"))
    for key, role, strength in _MODELS:
        names, weights = _listed(values.get(key), limits), _listed(values.get(strength), limits)
        for index, name in enumerate(names):
            findings.add_model(name, role=role, weight=weights[index] if index < len(weights) else None)
    findings.apply(values, _NAMES, without=_TOLD)
    findings.mode = "image-to-image" if "prompt_strength" in values else "text-to-image"
    return findings.finish()


def _listed(value: Any, limits: Limits) -> list[Any]:
    """One value or several; a list stands in PNG texts as Python or JSON writes it."""
    if isinstance(value, str) and value.startswith("["):
        value = json_value(value.replace("'", '"'), limits)
    return value if isinstance(value, list) else [] if value is None else [value]
