"""Generation parameters as AUTOMATIC1111's web UI, Forge, SD.Next and many others write them.

Where: PNG text ``parameters``, EXIF ``UserComment``, a GIF or JPEG comment, a ``.txt`` file beside the picture, or hidden in the pixels.
The grammar is ``infotext``'s; this file decides what each key means. The keys are those of the web UI's ``create_infotext``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from credkit.lifting import infotext
from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import json_object, number
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["FORMAT", "fill", "read"]

FORMAT = "a1111"
_KEYWORDS = ("parameters", "usercomment", "exif:usercomment", "comment", "description", "imagedescription", "")
_NAMED = {
    "Sampler": "sampler",
    "Schedule type": "scheduler",
    "Scheduler": "scheduler",
    "Steps": "steps",
    "CFG scale": "cfg",
    "Distilled CFG Scale": "guidance",
    "Denoising strength": "denoise",
    "Clip skip": "clip-skip",
}
_INPAINT = ("Mask blur", "Mask mode", "Inpaint area", "Masked content", "Masked area padding", "Conditional mask weight")
_FROM_IMAGE = ("Init image hash", "Image CFG scale", "SD upscale upscaler", "Ultimate SD upscale upscaler", "Noise multiplier")
_HIRES = ("Hires upscale", "Hires upscaler", "Hires resize", "Hires steps", "First pass size")
_UPSCALERS = (
    "Hires upscaler",
    "SD upscale upscaler",
    "Ultimate SD upscale upscaler",
    "Postprocess upscaler",
    "Postprocess upscaler 2",
    "Upscaler",
)
_HEX = re.compile(r"[0-9a-fA-F]{6,64}")
_SIZE = re.compile(r"\s*([0-9]{1,8})\s*[xX]\s*([0-9]{1,8})\s*")
_CONTROL = re.compile(r"ControlNet(?: [0-9]{1,3})?")
_MODULE = re.compile(r"(?:Hires )?Module [0-9]{1,3}")
_RESOURCES = {
    "checkpoint": "checkpoint",
    "model": "checkpoint",
    "lora": "lora",
    "locon": "lora",
    "lycoris": "lora",
    "dora": "lora",
    "embed": "embedding",
    "embedding": "embedding",
    "textualinversion": "embedding",
    "hypernet": "hypernetwork",
    "hypernetwork": "hypernetwork",
    "vae": "vae",
    "controlnet": "controlnet",
    "upscaler": "upscaler",
}


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """Every parameter text among ``blocks``; a note of the extras tab is read together with the first."""
    extras = next((block for block in blocks if block.keyword == "postprocessing"), None)
    found = [block for block in blocks if _may_hold(block)]
    results = []
    for index, block in enumerate(found):
        findings = Findings(format=FORMAT, blocks=(block, extras) if extras and not index else (block,), limits=limits)
        parts = infotext.parse(block.text)
        if extras and not index:
            parts.settings.update({key: value for key, value in infotext.pairs(extras.text) if key not in parts.settings})
        fill(findings, parts)
        results.append(findings.finish())
    return tuple(results) if found or extras is None else _extras_alone(extras, limits)


def _extras_alone(extras: TextBlock, limits: Limits) -> tuple[Lifted, ...]:
    findings = Findings(format=FORMAT, blocks=(extras,), limits=limits)
    fill(findings, infotext.Infotext(prompt="", negative_prompt="", settings=dict(infotext.pairs(extras.text))))
    findings.mode = "upscale" if any("upscale" in key.lower() for key in findings.settings) else "other"
    return (findings.finish(),)


def _may_hold(block: TextBlock) -> bool:
    """Anything under the web UI's own keyword; elsewhere only a text with a line of settings."""
    if block.keyword.lower() not in _KEYWORDS and block.kind not in ("pixels", "twin", "comment"):
        return False
    if not block.text.strip() or json_object(block.text) is not None:
        return False
    if block.keyword == "parameters" and block.kind == "png-text":
        return True
    return "Steps:" in block.text and bool(infotext.parse(block.text).settings)


def fill(findings: Findings, parts: infotext.Infotext) -> None:
    """Put the parts of a parameter text into ``findings``."""
    findings.prompt, findings.negative_prompt = parts.prompt or None, parts.negative_prompt or None
    left = dict(parts.settings)
    if not left:
        findings.remark("The text has no line of settings; all of it is taken as the prompt.")
    findings.set_seed(left.pop("Seed", None))
    _tool(findings, left)
    _size(findings, left)
    findings.mode = _mode(left, has_prompt=bool(parts.prompt or parts.negative_prompt or findings.seed))
    for read_models in (_checkpoints, _parts_of_model, _networks, _tables_of_hashes, _controls, _resources):
        read_models(findings, left)
    for role, name, weight in infotext.tags(parts.prompt):
        findings.add_model(name, role=role, weight=weight)
    for key, value in left.items():
        findings.set(_NAMED.get(key, key), number(value) if isinstance(value, str) else value)


def _text(values: dict[str, Any], key: str) -> str:
    value = values.pop(key, "")
    return value if isinstance(value, str) else ""


def _tool(findings: Findings, left: dict[str, Any]) -> None:
    version, app = _text(left, "Version"), _text(left, "App")
    families: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("Fooocus", lambda name: name.startswith("Fooocus")),
        ("ComfyUI", lambda name: name.lower().startswith("comfyui")),
        ("Forge Neo", lambda name: name.startswith("neo")),
        ("Stable Diffusion WebUI Forge", lambda name: re.match(r"f[0-9]", name) is not None),
        ("Stable Diffusion WebUI", lambda name: re.match(r"v?1\.[0-9]", name) is not None),
    )
    known = next((name for name, fits in families if fits(version)), None)
    findings.tool = app or known or ("Civitai" if "Civitai resources" in left else None)
    findings.tool_version = version.removeprefix(findings.tool or "").strip() or None
    if not findings.tool:
        findings.set("Version", version)


def _size(findings: Findings, left: dict[str, Any]) -> None:
    match = _SIZE.fullmatch(str(left.get("Size", ""))[:100])
    if match:
        findings.set_size(match[1], match[2])
    if findings.size:
        del left["Size"]


def _mode(values: Mapping[str, Any], *, has_prompt: bool) -> str | None:
    script = str(values.get("Script", "")).lower()
    if "outpainting" in script or any(key.startswith("Outpaint") for key in values):
        return "outpaint"
    if any(key in values for key in _INPAINT):
        return "inpaint"
    from_image = any(key in values for key in _FROM_IMAGE)
    if from_image or ("Denoising strength" in values and not any(key in values for key in _HIRES)):
        return "image-to-image"
    return "text-to-image" if values and has_prompt else None


def _bracketed(text: str) -> tuple[str, str]:
    """A name and the hash in brackets behind it: ``awportrait_v14 [45dee52b00]``."""
    name, _, digits = text.strip()[:-1].rpartition("(" if text.rstrip().endswith(")") else "[")
    return (name.rstrip(), digits) if _HEX.fullmatch(digits) and text.rstrip().endswith((")", "]")) else (text, "")


def _checkpoints(findings: Findings, left: dict[str, Any]) -> None:
    name, digits = _text(left, "Model"), _text(left, "Model hash")
    if name or digits:
        findings.add_model(name or f"unnamed ({digits})", role="checkpoint", claimed=[digits])
    for key, role in (("Refiner", "refiner"), ("Hires checkpoint", "checkpoint")):
        name, bracketed = _bracketed(_text(left, key))
        if not name.startswith("Use same"):
            findings.add_model(name, role=role, claimed=[bracketed, _text(left, f"{key} hash")])


def _parts_of_model(findings: Findings, left: dict[str, Any]) -> None:
    name = _text(left, "VAE")
    if name not in ("Automatic", "Default (model)"):
        findings.add_model(name, role="vae", claimed=[_text(left, "VAE hash")])
    for key in [key for key in left if _MODULE.fullmatch(key)]:
        name = _text(left, key)
        if name not in ("Built-in", "Use same choices"):
            findings.add_model(name, role=_module_role(name))
    for key in _UPSCALERS:
        if key in left and left[key] not in ("Latent", "None") and not str(left[key]).startswith(("Latent (", "Lanczos", "Nearest")):
            findings.add_model(left[key], role="upscaler")
    findings.add_model(left.get("ADetailer model"), role="other")


def _module_role(name: str) -> str:
    lowered = name.lower()
    if any(part in lowered for part in ("clip", "t5", "text", "llama", "qwen", "gemma", "encoder")):
        return "text-encoder"
    return "vae" if "vae" in lowered or lowered in ("ae", "flux_ae") else "other"


def _networks(findings: Findings, left: dict[str, Any]) -> None:
    weights = dict(_named_values(left.pop("Lora weights", "")))
    for name, digits in _named_values(left.pop("Lora hashes", "")):
        written, _, weight = digits.partition(":")
        findings.add_model(name, role="lora", weight=weights.get(name) or weight or None, claimed=[written])
    for name, digits in _named_values(left.pop("TI hashes", "")):
        findings.add_model(name, role="embedding", claimed=[digits])
    for name in _text(left, "TI").split(", "):
        findings.add_model(name, role="embedding")
    name, digits = _bracketed(_text(left, "Hypernet"))
    findings.add_model(name, role="hypernetwork", weight=_text(left, "Hypernet strength"), claimed=[digits])


def _named_values(value: Any) -> Iterator[tuple[str, str]]:
    """``name: value, name: value``; some writers quote the list twice, some give a JSON object."""
    if isinstance(value, dict):
        yield from ((str(name), str(digits)) for name, digits in value.items())
    elif isinstance(value, str):
        for entry in value.strip('"').split(","):
            name, colon, digits = entry.partition(":")
            if colon and name.strip():
                yield name.strip(), digits.strip()


def _tables_of_hashes(findings: Findings, left: dict[str, Any]) -> None:
    """``Hashes: {"model": "...", "lora:name": "..."}``, an extension's way of telling all of them."""
    table = left.pop("Hashes", None)
    if not isinstance(table, dict):
        return
    checkpoint = next((model.name for model in findings.models if model.role == "checkpoint"), None)
    for key, digits in table.items():
        kind, _, name = str(key).partition(":")
        role = _RESOURCES.get(kind.lower(), "other")
        findings.add_model(name or (checkpoint if role == "checkpoint" else None) or kind, role=role, claimed=[digits])


def _controls(findings: Findings, left: dict[str, Any]) -> None:
    for key in [key for key in left if _CONTROL.fullmatch(key)]:
        value = left[key]
        if not isinstance(value, str):
            continue
        unit = dict(infotext.pairs(value))
        name, digits = _bracketed(str(unit.get("Model", "")))
        findings.add_model(name, role="controlnet", weight=unit.get("Weight"), claimed=[digits])
        findings.add_input("control-image")


def _resources(findings: Findings, left: dict[str, Any]) -> None:
    """Civitai's own list of what took part; it names versions of its catalogue, and rarely hashes."""
    metadata = left.pop("Civitai metadata", None)
    if isinstance(metadata, dict):
        for key, value in metadata.items():
            findings.set(f"Civitai {key}", value)
    resources = left.pop("Civitai resources", None)
    for entry in resources if isinstance(resources, list) else ():
        if not isinstance(entry, dict):
            continue
        role = _RESOURCES.get(str(entry.get("type", "")).lower(), "other")
        identifier = entry.get("modelVersionId")
        name = entry.get("modelName") or (f"Civitai model version {identifier}" if identifier else None)
        version = entry.get("modelVersionName") or identifier
        findings.add_model(name, role=role, weight=entry.get("weight"), version=version, claimed=[entry.get("hash")])
