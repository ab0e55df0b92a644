"""One page that a newsroom or a court can keep: self-contained, without script, readable on a phone, on paper and in the dark.

This file gathers what the page shows; ``templates/report.html.j2`` lays it out. Three things keep the page harmless: every text passed
through ``shown``, the template escapes everything once more, and the page's own policy forbids all but its styles and embedded pictures.
There are no links.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from credkit.dataclass import dataclass
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import EmbeddedFile
from credkit.provenance.facts import Fact, facts, standing_tone, title_words
from credkit.provenance.graph import provenance_graph
from credkit.provenance.json_report import json_report, time_text
from credkit.provenance.nodes import Graph, Node
from credkit.provenance.regions import Shape
from credkit.provenance.text import short_json_text, shown
from credkit.provenance.values import base64_text
from credkit.provenance.verdict import Tone, status_words, verdict
from credkit.status import Status
from credkit.verify.report import ManifestReport, Report
from credkit.version import __version__

__all__ = ["html_page"]

_TEMPLATES = Path(__file__).parent / "templates"
_SIGNS: dict[Tone, str] = {"good": "✓", "warn": "!", "bad": "✗", "plain": "•"}
_LARGEST_JSON = 1 << 20  # Beyond this a browser gets slow; the JSON report is the better place.
_HEADINGS = {
    "who": "Who",
    "named": "Named",
    "tool": "With",
    "done": "What was done",
    "from": "Made from",
    "when": "When",
    "intact": "Intact",
    "fault": "Fault",
    "removed": "Removed",
    "note": "Note",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overlay:
    """One shape over a picture, in percent of its width and height."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    points: str
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """What the page shows of one node."""

    key: str
    name: str
    tone: Tone
    sign: str
    facts: tuple[tuple[str, tuple[Fact, ...]], ...]
    """By heading, in reading order."""
    said: tuple[tuple[str, tuple[Fact, ...]], ...]
    """What the manifest says of rights, makers and models, by topic."""
    said_by: str
    """Whose words these are."""
    picture: str | None
    """A ``data:`` address."""
    overlays: tuple[_Overlay, ...]
    frame: tuple[int, int] | None
    """Width and height of an empty frame to draw the overlays in, when there is no picture."""


def html_page(
    report: Report,
    *,
    sha256: str | None = None,
    dimensions: tuple[int, int] | None = None,
    preview: EmbeddedFile | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """The page as one HTML document.

    ``sha256`` and ``dimensions`` are those of the asset, ``preview`` is a small picture that the caller made of it; each
    where the caller has them.
    """
    return str(_template().render(_values(report, sha256, dimensions, preview, limits))).strip() + "\n"


@cache
def _template() -> Any:
    """The layout of the page; compiling it takes ten times as long as filling it in."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html.j2")


def _values(
    report: Report, sha256: str | None, dimensions: tuple[int, int] | None, preview: EmbeddedFile | None, limits: Limits
) -> dict[str, Any]:
    graph = provenance_graph(report, limits=limits)
    words = verdict(report, graph, limits=limits)
    pictures = _pictures(graph, limits)
    if preview and graph.active:
        pictures[graph.active.key] = _address(preview.media_type, preview.data)
    # What came without credentials stands in the card of its user; only a picture of it is worth a card of its own.
    told = [node for node in graph.nodes if node.kind in ("manifest", "missing") or (node.kind == "unsigned" and node.picture)]
    return {
        "name": shown(report.name, limits) or "unnamed file",
        "verdict": words,
        "sign": _SIGNS[words.tone],
        "asset": _asset(report, sha256, dimensions, limits),
        "cards": [_card(node, graph, pictures, dimensions, limits) for node in told],
        "own": graph.active.key if preview and graph.active else None,
        "checks": [
            _check(m, node, limits) for m, node in zip(report.manifests, (n for n in graph.nodes if n.label is not None), strict=True)
        ],
        "json": _json(report, graph, limits),
        "version": __version__,
        "validated_at": _moment(report),
    }


def _moment(report: Report) -> str:
    return f"{report.validated_at:%Y-%m-%d %H:%M:%S} UTC"


def _asset(report: Report, sha256: str | None, dimensions: tuple[int, int] | None, limits: Limits) -> list[tuple[str, str]]:
    """What identifies the file, and under which conditions it was judged."""
    locations = {"embedded": "inside the file", "sidecar": "in a file beside it", "remote": "on the network"}
    rows = [
        ("File", shown(report.name, limits) or "unnamed"),
        ("Size", f"{report.size:,} bytes" if report.size is not None else ""),
        ("Type", shown(report.media_type, limits) if report.media_type else ""),
        ("Picture", f"{dimensions[0]:,} × {dimensions[1]:,} pixels" if dimensions else ""),
        ("SHA-256", shown(sha256, limits) if sha256 else ""),
        ("Credentials", locations.get(report.location or "", "")),
        ("Checked", f"{_moment(report)} with credkit {__version__}"),
        ("Rules", f"C2PA {report.profile}"),
        ("Trust list", "given by whoever made this page" if report.trust_configured else "none was given"),
    ]
    return [(heading, value) for heading, value in rows if value]


def _pictures(graph: Graph, limits: Limits) -> dict[str, str]:
    """By key of the node, as ``data:`` addresses; newest first until the limit is reached."""
    left = limits.page_pictures
    found: dict[str, str] = {}
    for node in reversed(graph.nodes):
        if node.picture and len(node.picture.data) <= left:
            left -= len(node.picture.data)
            found[node.key] = _address(node.picture.media_type, node.picture.data)
    return found


def _address(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64_text(data)}"


def _card(node: Node, graph: Graph, pictures: dict[str, str], dimensions: tuple[int, int] | None, limits: Limits) -> _Card:
    told = facts(node, graph, limits=limits)
    size = (dimensions if node.active else None) or node.size
    shapes = [shape for deed in node.done for region in deed.regions for shape in region.shapes]
    overlays = tuple(overlay for shape in shapes if (overlay := _overlay(shape, size)))
    tone = standing_tone(node)
    name = title_words(node, limits)
    return _Card(
        key=node.key,
        name=name[:1].upper() + name[1:],
        tone=tone,
        sign=_SIGNS[tone],
        facts=_grouped([fact for fact in told if fact.topic in _HEADINGS], _HEADINGS),
        said=_grouped([fact for fact in told if fact.topic not in _HEADINGS], {}),
        said_by=_said_by(node),
        picture=pictures.get(node.key),
        overlays=overlays,
        frame=size if overlays and node.key not in pictures else None,
    )


def _said_by(node: Node) -> str:
    if node.kind in ("unsigned", "missing"):
        return "What the signer who used it says of it:"
    if node.valid:
        return "What it says, in the signer's words:"
    return "What it says. It is not valid, so nobody in particular can be held to have said this:"


def _grouped(told: list[Fact], headings: dict[str, str]) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
    groups: dict[str, list[Fact]] = {}
    for fact in told:
        groups.setdefault(headings.get(fact.topic, fact.topic[:1].upper() + fact.topic[1:]), []).append(fact)
    return tuple((heading, tuple(group)) for heading, group in groups.items())


def _overlay(shape: Shape, size: tuple[int, int] | None) -> _Overlay | None:
    """The shape in percent; None for pixels of a picture whose size is not known."""
    if shape.unit == "pixel" and size is None:
        return None
    across, down = (100 / size[0], 100 / size[1]) if shape.unit == "pixel" and size else (1.0, 1.0)
    return _Overlay(
        kind=shape.kind,
        x=round(shape.x * across, 3),
        y=round(shape.y * down, 3),
        width=round(abs(shape.width) * across, 3),
        height=round(abs(shape.height) * down, 3),
        points=" ".join(f"{round(x * across, 3)},{round(y * down, 3)}" for x, y in shape.vertices),
        inside=shape.inside,
    )


def _check(manifest: ManifestReport, node: Node, limits: Limits) -> dict[str, Any]:
    """The technical record of one manifest: statuses, certificates, digests."""
    signature = manifest.signature
    claim = manifest.manifest.claim_bytes
    lines: list[tuple[str, str]] = [("Label", shown(manifest.label, limits))]
    if signature:
        period = f"{time_text(signature.not_before)} to {time_text(signature.not_after)}" if signature.not_before else ""
        lines += [
            ("Signature", shown(signature.algorithm or "unreadable", limits)),
            ("Certificate of", shown(signature.subject or "unreadable", limits)),
            ("Issued by", shown(signature.issuer or "unreadable", limits)),
            ("Serial number", shown(signature.serial_number or "", limits)),
            ("Valid", period),
        ]
        lines += [
            (f"Certificate {number}, SHA-256", hashlib.sha256(der).hexdigest()) for number, der in enumerate(signature.chain, start=1)
        ]
    lines += [("Claim, SHA-256", hashlib.sha256(claim).hexdigest()) if claim else ("Claim", "missing")]
    results = manifest.results
    return {
        "key": node.key,
        "name": title_words(node, limits),
        "lines": [(heading, value) for heading, value in lines if value],
        "statuses": [
            *(_status(s, "bad", limits) for s in results.failure),
            *(_status(s, "plain", limits) for s in results.informational),
            *(_status(s, "good", limits) for s in results.success),
        ],
    }


def _status(status: Status, tone: Tone, limits: Limits) -> dict[str, str]:
    sentence = status_words(status, limits)
    explanation = shown(status.explanation or "", limits)
    return {
        "tone": tone,
        "sign": _SIGNS[tone],
        "code": shown(status.code, limits),
        "sentence": sentence,
        "explanation": "" if sentence.startswith(explanation.removesuffix(".")) else explanation,
        "url": shown((status.url or "").partition("/c2pa/")[2] or status.url or status.resource_url or "", limits),
    }


def _json(report: Report, graph: Graph, limits: Limits) -> str:
    text = short_json_text(json_report(report, graph=graph, limits=limits), _LARGEST_JSON)
    return text if text is not None else f"Left out here because of its size (more than {_LARGEST_JSON:,} characters)."
