"""Pictures of SwarmUI: one JSON object with ``sui_image_params``, and where it is set so, the hashes of the models.

Where: PNG text ``parameters``, EXIF ``UserComment``, formerly EXIF ``Model`` (0x0110), or hidden in the pixels. Source: the program's
"Image Metadata Format". Its hashes are of the tensors alone, so that they never compare with the hash of a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import file_name, json_object
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["FORMAT", "read"]

FORMAT = "swarmui"
_MODELS = 500
_NAMES = {
    "cfgscale": "cfg",
    "steps": "steps",
    "sampler": "sampler",
    "comfyuisampler": "sampler",
    "autowebuisampler": "sampler",
    "scheduler": "scheduler",
    "comfyuischeduler": "scheduler",
    "initimagecreativity": "denoise",
    "fluxguidancescale": "guidance",
    "clipstopatlayer": "clip-skip",
}
_ROLES = {
    "model": "checkpoint",
    "refinermodel": "refiner",
    "vae": "vae",
    "controlnetmodel": "controlnet",
    "controlnettwomodel": "controlnet",
    "controlnetthreemodel": "controlnet",
    "loras": "lora",
    "used_loras": "lora",
    "used_embeddings": "embedding",
}
_INPUTS = {
    "initimage": "initial-image",
    "maskimage": "mask",
    "controlnetimageinput": "control-image",
    "promptimages": "reference-image",
}
_TOLD = frozenset({
    "prompt", "negativeprompt", "seed", "width", "height", "swarm_version", "loras", "loraweights", "model", "refinermodel", "vae",
    "controlnetmodel", "controlnettwomodel", "controlnetthreemodel", "initimage", "maskimage", "controlnetimageinput", "promptimages",
})  # fmt: skip


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """Every text with the program's parameters."""
    results = []
    for block in blocks:
        value = json_object(block.text, limits) if '"sui_image_params"' in block.text else None
        parameters = value.get("sui_image_params") if value is not None else None
        if value is None or not isinstance(parameters, dict):
            continue
        findings = Findings(format=FORMAT, blocks=(block,), limits=limits, tool="SwarmUI")
        extra = value.get("sui_extra_data")
        _tell(findings, parameters, extra if isinstance(extra, dict) else {})
        _hashes(findings, value.get("sui_models"))
        results.append(findings.finish())
    return tuple(results)


def _tell(findings: Findings, values: Mapping[str, Any], extra: Mapping[str, Any]) -> None:
    findings.tool_version = values.get("swarm_version")
    findings.prompt, findings.negative_prompt = (
        values[key] if isinstance(values.get(key), str) else None for key in ("prompt", "negativeprompt")
    )
    findings.set_seed(values.get("seed"))
    findings.set_size(values.get("width"), values.get("height"))
    for key, role in _ROLES.items():
        if isinstance(values.get(key), str) and key != "loras":
            findings.add_model(values[key], role=role)
    weights = _listed(values.get("loraweights"))
    for index, name in enumerate(_listed(values.get("loras"))):
        findings.add_model(name, role="lora", weight=weights[index] if index < len(weights) else None)
    given = {**extra, **values}
    for key, role in _INPUTS.items():
        if key in values or f"{key}_filename" in extra:
            name = extra.get(f"{key}_filename")
            findings.add_input(role, name if isinstance(name, str) else None)
    findings.mode = "inpaint" if "maskimage" in given else "image-to-image" if "initimage" in given else "text-to-image"
    findings.apply(values, _NAMES, without=_TOLD)
    findings.apply(extra, {}, without=[key for key in extra if key.endswith("_filename")])


def _listed(value: Any) -> list[Any]:
    """A list, or the same as one text with commas."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    return value if isinstance(value, list) else []


def _hashes(findings: Findings, models: Any) -> None:
    known_models = findings.models
    for entry in models[:_MODELS] if isinstance(models, list) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            continue
        role = _ROLES.get(str(entry.get("param"))) or "other"
        name = file_name(entry["name"])
        known = next((model.name for model in known_models if model.role == role and name.rpartition(".")[0] == model.name), name)
        digits = entry.get("hash")
        claimed = f"tensors:{digits.lower().removeprefix('0x')}" if isinstance(digits, str) else None
        findings.add_model(known, role=role, claimed=[claimed])
