"""Pictures of Fooocus, in both of its schemes.

Where: PNG text ``parameters`` with ``fooocus_scheme`` beside it; in JPEG and WebP the EXIF fields ``UserComment`` (without the prefix that
names the character set), ``Software`` (``Fooocus v2.5.5``) and ``MakerNote`` (the scheme); before 2.1.8 a JSON comment. The scheme
``fooocus`` is a JSON object, ``a1111`` the text of the web UI with a few keys of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from credkit.lifting import a1111, infotext
from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import json_object
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["FORMAT", "read"]

FORMAT = "fooocus"
_KEYWORDS = ("parameters", "UserComment", "Comment", "comment", "")
_NAMES = {
    "guidance_scale": "cfg",
    "cfg": "cfg",
    "clip_skip": "clip-skip",
    "sampler": "sampler",
    "scheduler": "scheduler",
    "steps": "steps",
}
_TOLD = frozenset({
    "prompt", "negative_prompt", "seed", "resolution", "width", "height", "base_model", "base_model_hash", "refiner_model",
    "refiner_model_hash", "vae", "version", "loras", "full_prompt", "full_negative_prompt",
})  # fmt: skip
_SIZE = re.compile(r"\D{0,3}([0-9]{1,8})\D{1,5}([0-9]{1,8})\D{0,3}")
_COMBINED = re.compile(r"lora_combined_[0-9]{1,3}")


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """Every text that Fooocus wrote."""
    software = next((block.text for block in blocks if block.keyword == "Software" and block.text.startswith("Fooocus")), "")
    named = bool(software) or any(block.keyword == "fooocus_scheme" for block in blocks)
    results = []
    for block in blocks:
        if block.keyword not in _KEYWORDS or not block.text.strip():
            continue
        findings = Findings(format=FORMAT, blocks=(block,), limits=limits, tool="Fooocus")
        findings.tool_version = software.removeprefix("Fooocus").strip(" v") or None
        if _tell(findings, block, limits, named=named):
            results.append(findings.finish())
    return tuple(results)


def _tell(findings: Findings, block: TextBlock, limits: Limits, *, named: bool) -> bool:
    value = json_object(block.text, limits)
    if value is not None:
        known = "base_model" in value and ("prompt" in value or "performance" in value)
        if known:
            _json(findings, value)
        return known
    parts = infotext.parse(block.text) if "Fooocus" in block.text or named else None
    version = parts.settings.get("Version") if parts else None
    if parts is None or not parts.settings or not (named or str(version).startswith("Fooocus")):
        return False
    a1111.fill(findings, parts)
    findings.tool, findings.tool_version = "Fooocus", (findings.tool_version or "").removeprefix("Fooocus").strip(" v") or None
    return True


def _json(findings: Findings, value: Mapping[str, Any]) -> None:
    findings.prompt, findings.negative_prompt = (value.get(key) if isinstance(value.get(key), str) else None for key in _PROMPTS)
    findings.set_seed(value.get("seed"))
    match = _SIZE.fullmatch(str(value.get("resolution", ""))[:100])
    findings.set_size(*(match.groups() if match else (value.get("width"), value.get("height"))))
    version = value.get("version")
    if isinstance(version, str):
        findings.tool_version = version.removeprefix("Fooocus").strip(" v") or None
    _models(findings, value)
    for key in ("full_prompt", "full_negative_prompt"):
        texts = value.get(key)
        findings.set(key, ", ".join(map(str, texts)) if isinstance(texts, list) else texts)
    findings.apply(value, _NAMES, without={*_TOLD, *(key for key in value if _COMBINED.fullmatch(key))})
    inpainted = any("inpaint" in key for key in value)
    findings.mode = "inpaint" if inpainted else "text-to-image"
    if not inpainted:
        findings.remark("Fooocus does not note whether it was given a picture to begin with.")


_PROMPTS = ("prompt", "negative_prompt")


def _models(findings: Findings, value: Mapping[str, Any]) -> None:
    findings.add_model(value.get("base_model"), role="checkpoint", claimed=[value.get("base_model_hash")])
    findings.add_model(value.get("refiner_model"), role="refiner", claimed=[value.get("refiner_model_hash")])
    if value.get("vae") != "Default (model)":
        findings.add_model(value.get("vae"), role="vae")
    listed = value.get("loras")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, list) and entry:
            name, weight, digits = (*entry, None, None)[:3]
            findings.add_model(name, role="lora", weight=weight, claimed=[digits])
    for key, text in value.items():
        if _COMBINED.fullmatch(key) and isinstance(text, str) and not listed:
            name, _, weight = text.rpartition(" : ")
            findings.add_model(name, role="lora", weight=weight)
