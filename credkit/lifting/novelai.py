"""Pictures of NovelAI: a handful of PNG texts, or all of them as one JSON object hidden in the alpha channel or in EXIF.

``Comment`` is a JSON object with the settings; since version 4 it has prompts for single characters. ``signed_hash`` in it is NovelAI's own
signature of pixels and settings; it is told, and not checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import json_object
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["FORMAT", "read"]

FORMAT = "novelai"
_KEYWORDS = ("Comment", "Description", "Software", "Source", "Title", "Generation time")
_NAMES = {"scale": "cfg", "noise_schedule": "scheduler", "strength": "denoise", "sampler": "sampler", "steps": "steps"}
_TOLD = frozenset({
    "prompt", "uc", "seed", "width", "height", "signed_hash", "v4_prompt", "v4_negative_prompt", "image", "mask",
})  # fmt: skip
_MODEL = re.compile(r"(.{1,200}?)\s+([0-9A-F]{8})")


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """One ``Lifted`` of the PNG texts together, and one of each object that holds them all."""
    results = []
    texts = [block for name in _KEYWORDS for block in blocks if block.kind == "png-text" and block.keyword == name]
    values = {block.keyword: block.text for block in reversed(texts)}
    if values.get("Software") == "NovelAI" or _is_comment(values.get("Comment", ""), limits):
        results.append(_lifted(tuple(texts), values, limits))
    for block in blocks:
        if block.kind not in ("pixels", "exif", "comment") or '"Comment"' not in block.text:
            continue
        value = json_object(block.text, limits)
        if value is not None and "Comment" in value:
            inner = {key: item if isinstance(item, str) else json.dumps(item) for key, item in value.items()}
            results.append(_lifted((block,), inner, limits))
    return tuple(results)


def _is_comment(text: str, limits: Limits) -> bool:
    value = json_object(text, limits) if '"uc"' in text else None
    return value is not None and "sampler" in value


def _lifted(blocks: tuple[TextBlock, ...], values: Mapping[str, str], limits: Limits) -> Lifted:
    findings = Findings(format=FORMAT, blocks=blocks, limits=limits, tool="NovelAI")
    findings.keep_together("NovelAI texts", values)
    findings.prompt = values.get("Description")
    _source(findings, values.get("Source", ""))
    comment = json_object(values.get("Comment", ""), limits)
    if comment is None:
        findings.remark("The settings of NovelAI cannot be read.")
    else:
        _comment(findings, comment)
    findings.set("Generation time", values.get("Generation time"))
    return findings.finish()


def _source(findings: Findings, source: str) -> None:
    match = _MODEL.fullmatch(source.strip()[:300])
    name, version = match.groups() if match else (source.strip(), None)
    findings.add_model(name, role="checkpoint", version=version)


def _comment(findings: Findings, comment: Mapping[str, Any]) -> None:
    plain = comment.get("prompt")
    findings.prompt = _captions(findings, comment.get("v4_prompt")) or (plain if isinstance(plain, str) else findings.prompt)
    negative = comment.get("uc")
    findings.negative_prompt = _captions(findings, comment.get("v4_negative_prompt")) or (negative if isinstance(negative, str) else None)
    findings.set_seed(comment.get("seed"))
    findings.set_size(comment.get("width"), comment.get("height"))
    findings.mode = _mode(comment)
    findings.apply(comment, _NAMES, without=_TOLD)
    if comment.get("reference_information_extracted_multiple") or comment.get("reference_strength_multiple"):
        findings.add_input("reference-image")
    if findings.mode == "image-to-image":
        findings.add_input("initial-image")
    if comment.get("signed_hash"):
        findings.remark("NovelAI's own signature of pixels and settings stands in the text (signed_hash); it is not checked.")


def _mode(comment: Mapping[str, Any]) -> str:
    request = str(comment.get("request_type", ""))
    if "Infill" in request or "Inpaint" in request:
        return "inpaint"
    return "image-to-image" if "Img2Img" in request or "ImageToImage" in request else "text-to-image"


def _captions(findings: Findings, value: Any) -> str | None:
    """The base caption, and below it the captions of single characters, one on each line."""
    caption = value.get("caption") if isinstance(value, dict) else None
    if not isinstance(caption, dict) or not isinstance(caption.get("base_caption"), str):
        return None
    characters = caption.get("char_captions")
    texts = [item.get("char_caption") for item in characters if isinstance(item, dict)] if isinstance(characters, list) else []
    lines = [text for text in texts if isinstance(text, str) and text]
    if lines:
        findings.remark("The prompts of single characters stand below the base prompt, one on each line.")
    return "\n".join([caption["base_caption"], *lines])
