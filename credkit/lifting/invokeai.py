"""Pictures of InvokeAI: its own metadata since 3.0, and the two older forms.

Where: PNG text ``invokeai_metadata`` with ``invokeai_workflow`` and ``invokeai_graph`` beside it; before 3.0 ``sd-metadata``, before 1.15
``Dream`` (a command line). The names of the fields are those of the program's ``core_metadata`` node.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import json_object, number
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["FORMAT", "read"]

FORMAT = "invokeai"
_KEYWORDS = ("invokeai_metadata", "invokeai", "sd-metadata", "Dream", "dream", "invokeai_graph", "invokeai_workflow")
_TITLES = {
    "invokeai_metadata": "InvokeAI metadata",
    "invokeai_graph": "InvokeAI graph",
    "invokeai_workflow": "InvokeAI workflow",
    "sd-metadata": "InvokeAI metadata",
}
_NAMES = {"cfg_scale": "cfg", "strength": "denoise", "clip_skip": "clip-skip", "scheduler": "scheduler", "sampler": "sampler"}
_MODES = (
    ("txt2img", "text-to-image"),
    ("t2l", "text-to-image"),
    ("img2img", "image-to-image"),
    ("l2l", "image-to-image"),
    ("i2v", "image-to-image"),
    ("inpaint", "inpaint"),
    ("outpaint", "outpaint"),
)
_ROLES = {"model": "checkpoint", "refiner_model": "refiner", "vae": "vae"}
_ADAPTERS = (
    ("loras", ("model", "lora"), "lora", ""),
    ("controlnets", ("control_model",), "controlnet", "control-image"),
    ("t2iAdapters", ("t2i_adapter_model",), "controlnet", "control-image"),
    ("ipAdapters", ("ip_adapter_model",), "ip-adapter", "reference-image"),
)
_TOLD = frozenset({
    "generation_mode", "positive_prompt", "negative_prompt", "positive_conditioning", "negative_conditioning", "width", "height", "seed",
    "init_image", "app_version", "type", "id", "init_img", "init_image_path", "prompt", "model_weights", "model_hash", "app_id", "image",
    "is_intermediate", "use_cache",
})  # fmt: skip
_DREAM = re.compile(r'\s*"((?:[^"\\]|\\.)*+)"(.*)', re.DOTALL)
_FLAG = re.compile(r"(?<!\S)-([sSWHCAfI])\s*([^\s-]\S*)")
_FLAGS = {"s": "steps", "C": "cfg", "A": "sampler", "f": "denoise"}


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """One ``Lifted`` of the best of the program's texts."""
    found = sorted((block for block in blocks if block.keyword in _KEYWORDS), key=lambda block: _KEYWORDS.index(block.keyword))
    if not found:
        return ()
    findings = Findings(format=FORMAT, blocks=tuple(found), limits=limits, tool="InvokeAI", titles=dict(_TITLES))
    for block in found:
        if _tell(findings, block, limits):
            break
    else:
        findings.remark("The metadata of InvokeAI cannot be read.")
    return (findings.finish(),)


def _tell(findings: Findings, block: TextBlock, limits: Limits) -> bool:
    """Whether a text could be read."""
    if block.keyword.lower() == "dream":
        return _dream(findings, block.text)
    value = json_object(block.text, limits)
    if value is None:
        return False
    if block.keyword == "sd-metadata":
        _legacy(findings, value)
        return True
    if block.keyword in ("invokeai_graph", "invokeai_workflow"):
        return _of_graph(findings, value)
    _metadata(findings, value)
    return True


def _mode(text: Any) -> str | None:
    name = text if isinstance(text, str) else ""
    return next((mode for ending, mode in _MODES if name.endswith(ending)), None)


def _metadata(findings: Findings, value: Mapping[str, Any]) -> None:
    findings.tool_version = value.get("app_version")
    findings.prompt = _text(value.get("positive_prompt", value.get("positive_conditioning")))
    findings.negative_prompt = _text(value.get("negative_prompt", value.get("negative_conditioning")))
    findings.set_seed(value.get("seed"))
    findings.set_size(value.get("width"), value.get("height"))
    findings.mode = _mode(value.get("generation_mode", value.get("type")))
    if isinstance(value.get("init_image"), str):
        findings.add_input("initial-image", value["init_image"])
        findings.mode = findings.mode or "image-to-image"
    _models(findings, value)
    findings.apply(value, _NAMES, without=_TOLD)


def _models(findings: Findings, value: Mapping[str, Any]) -> None:
    for key, entry in value.items():
        if isinstance(entry, dict) and _name(entry):
            role = _ROLES.get(key) or ("text-encoder" if "encoder" in key or "clip" in key else "other")
            _model(findings, entry, role, None)
    for key, names, role, picture in _ADAPTERS:
        entries = value.get(key)
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, dict):
                continue
            model = next((entry[name] for name in names if isinstance(entry.get(name), dict)), entry)
            _model(findings, model, role, entry.get("weight", entry.get("control_weight")))
            image = entry.get("image")
            if picture and isinstance(image, dict):
                findings.add_input(picture, image.get("image_name"))


def _name(entry: Mapping[str, Any]) -> Any:
    return entry.get("name") or entry.get("model_name")


def _model(findings: Findings, entry: Mapping[str, Any], role: str, weight: Any) -> None:
    findings.add_model(_name(entry), role=role, weight=weight, version=entry.get("base"), claimed=[entry.get("hash")])


def _legacy(findings: Findings, value: Mapping[str, Any]) -> None:
    """``sd-metadata``: the settings stand below ``image``."""
    given = value.get("image")
    image: dict[str, Any] = given if isinstance(given, dict) else {}
    findings.tool_version = value.get("app_version")
    findings.add_model(value.get("model_weights"), role="checkpoint", claimed=[value.get("model_hash")])
    prompt = image.get("prompt")
    if isinstance(prompt, list):
        prompt = "\n".join(str(part.get("prompt", "")) for part in prompt if isinstance(part, dict))
    _bracketed(findings, _text(prompt))
    findings.set_seed(image.get("seed"))
    findings.set_size(image.get("width"), image.get("height"))
    findings.mode = _mode(image.get("type"))
    initial = image.get("init_image_path", image.get("init_img"))
    if isinstance(initial, str) and initial:
        findings.add_input("initial-image", initial)
    findings.apply(image, _NAMES, without=_TOLD)


def _dream(findings: Findings, text: str) -> bool:
    match = _DREAM.match(text)
    prompt, flags = match.groups() if match else (text, "")
    _bracketed(findings, prompt.replace('\\"', '"'))
    given = dict(_FLAG.findall(flags))
    findings.set_seed(given.get("S"))
    findings.set_size(given.get("W"), given.get("H"))
    for flag, name in _FLAGS.items():
        findings.set(name, number(given[flag]) if flag in given else None)
    if "I" in given:
        findings.add_input("initial-image", given["I"])
    findings.mode = "image-to-image" if "I" in given else "text-to-image"
    return True


def _bracketed(findings: Findings, prompt: str | None) -> None:
    """The older forms have one text; what stands in square brackets is the negative prompt, and stays where it is."""
    findings.prompt = prompt
    if prompt and "[" in prompt:
        findings.remark("Words in square brackets are the negative prompt.")


def _of_graph(findings: Findings, value: Mapping[str, Any]) -> bool:
    """The graph holds a node that collects the metadata; its plain fields are those of the metadata."""
    nodes = value.get("nodes")
    entries = nodes.values() if isinstance(nodes, dict) else nodes if isinstance(nodes, list) else ()
    core = next((node for node in entries if isinstance(node, dict) and node.get("type") == "core_metadata"), None)
    if core is None:
        return False
    _metadata(findings, {key: item for key, item in core.items() if key != "type"})
    findings.remark("Read from InvokeAI's graph; values that came through links of the graph are not told.")
    return True


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
