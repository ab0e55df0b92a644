"""Pictures of Draw Things: a JSON object in the XMP property ``exif:UserComment``, prompts under ``c`` and ``uc``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import json_object
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["FORMAT", "read"]

FORMAT = "draw-things"
_KEYWORDS = ("exif:usercomment", "usercomment")
_NAMES = {"scale": "cfg", "steps": "steps", "sampler": "sampler", "strength": "denoise", "clip_skip": "clip-skip"}
_TOLD = frozenset({
    "c", "uc", "seed", "size", "model", "refiner", "lora", "control", "v2",
})  # fmt: skip
_SIZE = re.compile(r"([0-9]{1,8})x([0-9]{1,8})")


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """Every text of the program."""
    results = []
    for block in blocks:
        value = json_object(block.text, limits) if block.keyword.lower() in _KEYWORDS and '"c"' in block.text else None
        if value is None or not isinstance(value.get("c"), str) or not {"sampler", "seed", "uc"} & value.keys():
            continue
        findings = Findings(format=FORMAT, blocks=(block,), limits=limits, tool="Draw Things")
        _tell(findings, value)
        results.append(findings.finish())
    return tuple(results)


def _tell(findings: Findings, value: Mapping[str, Any]) -> None:
    findings.prompt = value["c"]
    findings.negative_prompt = value["uc"] if isinstance(value.get("uc"), str) else None
    findings.set_seed(value.get("seed"))
    match = _SIZE.fullmatch(str(value.get("size", ""))[:100])
    findings.set_size(*(match.groups() if match else (None, None)))
    findings.add_model(value.get("model"), role="checkpoint")
    findings.add_model(value.get("refiner"), role="refiner")
    for key, role in (("lora", "lora"), ("control", "controlnet")):
        entries = value.get(key)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                findings.add_model(entry.get("model", entry.get("file")), role=role, weight=entry.get("weight"))
    findings.apply(value, _NAMES, without=_TOLD)
    strength = findings.settings.get("denoise")
    from_picture = isinstance(strength, (int, float)) and not isinstance(strength, bool) and strength < 1
    findings.mode = "image-to-image" if from_picture else "text-to-image"
