"""What pictures of services carry of their provenance besides Content Credentials: that a machine made them, and an identifier.

Midjourney writes prompt, flags and job into a description, and the IPTC digital source type; Ideogram and Grok an EXIF field or two,
Hugging Face the identifier of a job. OpenAI, Google, Stability and Black Forest Labs sign Content Credentials of their own: there is
nothing to lift.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import number
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["read"]

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_JOB = re.compile(rf"Job ID: ({_UUID})")
_FLAG = re.compile(r"(?<!\S)--([a-z]{1,20})\b(?:[ \t]+((?!--)\S+))?")
_PICTURE = re.compile(r"https?://\S+")
_DESCRIPTIONS = ("Description", "dc:description", "ImageDescription", "Caption")
_SOURCE_TYPE = re.compile(r"(?:https?://cv\.iptc\.org/newscodes/digitalsourcetype/)?([A-Za-z]{3,60})/?")
_GENERATED = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"})


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """What each service says, one ``Lifted`` a service; a bare digital source type counts where no service is named."""
    results = [found for reader in (_midjourney, _ideogram, _grok, _hugging_face) for found in reader(blocks, limits)]
    return tuple(results or _source_type(blocks, limits))


def _declared(blocks: Sequence[TextBlock]) -> tuple[TextBlock, str] | None:
    """The property with the digital source type, where it says that the picture is generated."""
    for block in blocks:
        if block.keyword == "Iptc4xmpExt:DigitalSourceType":
            match = _SOURCE_TYPE.fullmatch(block.text.strip()[:200])
            if match and match[1] in _GENERATED:
                return block, match[1]
    return None


def _findings(format_: str, tool: str | None, blocks: Sequence[TextBlock], all_blocks: Sequence[TextBlock], limits: Limits) -> Findings:
    declared = _declared(all_blocks)
    findings = Findings(format=format_, blocks=tuple(blocks), limits=limits, tool=tool)
    findings.source_type = declared[1] if declared else "trainedAlgorithmicMedia"
    findings.documents = None if format_ == "midjourney" else ()
    return findings


def _midjourney(blocks: Sequence[TextBlock], limits: Limits) -> list[Lifted]:
    block = next((block for block in blocks if block.keyword in _DESCRIPTIONS and _JOB.search(block.text)), None)
    if block is None:
        return []
    findings = _findings("midjourney", "Midjourney", [block], blocks, limits)
    job = _JOB.search(block.text)
    text = block.text[: job.start()] if job else block.text
    first = _FLAG.search(text)
    prompt = text[: first.start()] if first else text
    findings.prompt = prompt.strip()
    for name, value in _FLAG.findall(text):
        if name in ("no",):
            findings.negative_prompt = text.partition("--no")[2].partition("--")[0].strip() or None
        elif name == "seed":
            findings.set_seed(value)
        elif name in ("v", "version"):
            findings.tool_version = value
            findings.add_model("Midjourney", role="checkpoint", version=value)
        else:
            findings.set(name, number(value) if value else True)
    findings.set("Job ID", job[1] if job else None)
    pictures = _PICTURE.findall(prompt)
    for address in pictures:
        findings.add_input("reference-image", address)
    findings.mode = "text-to-image"
    return [findings.finish()]


def _ideogram(blocks: Sequence[TextBlock], limits: Limits) -> list[Lifted]:
    block = next((block for block in blocks if block.keyword == "Make" and block.text.strip().lower().startswith("ideogram")), None)
    return [_findings("ideogram", "Ideogram", [block], blocks, limits).finish()] if block else []


def _grok(blocks: Sequence[TextBlock], limits: Limits) -> list[Lifted]:
    signature = next((block for block in blocks if block.keyword == "ImageDescription" and block.text.startswith("Signature: ")), None)
    artist = next((block for block in blocks if block.keyword == "Artist" and re.fullmatch(_UUID, block.text.strip())), None)
    if signature is None or artist is None:
        return []
    findings = _findings("grok", "Grok", [signature, artist], blocks, limits)
    findings.set("Artist", artist.text.strip())
    findings.remark("The service's own signature stands in the image description; it is not checked.")
    return [findings.finish()]


def _hugging_face(blocks: Sequence[TextBlock], limits: Limits) -> list[Lifted]:
    block = next((block for block in blocks if block.keyword == "hf-job-id" and block.text.strip()), None)
    if block is None:
        return []
    findings = _findings("hugging-face", "Hugging Face", [block], blocks, limits)
    findings.set("hf-job-id", block.text.strip())
    return [findings.finish()]


def _source_type(blocks: Sequence[TextBlock], limits: Limits) -> list[Lifted]:
    declared = _declared(blocks)
    if declared is None:
        return []
    findings = _findings("iptc", None, [declared[0]], blocks, limits)
    for keyword in ("Iptc4xmpExt:DigImageGUID", "photoshop:Credit", "Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AISystemVersionUsed"):
        findings.set(keyword, next((block.text for block in blocks if block.keyword == keyword), None))
    return [findings.finish()]
