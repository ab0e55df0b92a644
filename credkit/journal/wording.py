"""What a journal says, in words that the table, the page and the command share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from credkit.dataclass import dataclass
from credkit.journal.entries import Final, Made, Note, Opening, Outcome, Recovery, Selection
from credkit.journal.verifying import JournalReport
from credkit.limits import Limits
from credkit.provenance.text import shown

__all__ = ["Row", "headline", "made_rows", "moment", "summary", "tone_of"]

_ROW = 120
"""Characters of what an entry is about."""


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and what it says; the text may have several lines."""

    heading: str
    text: str


def moment(time: datetime) -> str:
    """A time for people."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def tone_of(report: JournalReport) -> Literal["good", "warn", "bad"]:
    """How the verdict looks."""
    if not report.intact:
        return "bad"
    return "good" if report.checkpoints and all(checkpoint.trusted for checkpoint in report.checkpoints) else "warn"


def headline(report: JournalReport) -> str:
    """The verdict in a few words."""
    if not report.intact:
        count = len(report.faults)
        return f"This journal was altered or is incomplete: {count:,} fault{'' if count == 1 else 's'}"
    if not report.checkpoints:
        return "Nothing is wrong with this journal, and nothing in it is signed yet"
    count = len(report.checkpoints)
    return f"This journal is as it was written, under {count:,} signed checkpoint{'' if count == 1 else 's'}"


def made_rows(content: object, limits: Limits) -> Iterator[Row]:
    """The particulars of an entry."""
    if isinstance(content, Made):
        yield from _generation_rows(content, limits)
    elif isinstance(content, Opening):
        yield Row("Journal", shown(content.journal, limits))
        yield Row("Written by", shown(content.software, limits))
    elif isinstance(content, Final):
        yield from _given(("Title", content.title), ("Unsigned file", content.name), limits=limits)
        yield Row("Manifest", shown(content.manifest, limits))
        yield Row("SHA-256", shown(content.sha256, limits))
    elif isinstance(content, Outcome):
        yield from _given(("Reason", content.reason), ("File", content.name), limits=limits)
        yield Row("Manifest", shown(content.manifest, limits))
        yield from _given(("SHA-256", content.sha256), limits=limits)
    elif isinstance(content, Recovery):
        yield Row("Kept in", f"{shown(content.name, limits)}, {content.size:,} bytes")


def _given(*rows: tuple[str, str | None], limits: Limits) -> Iterator[Row]:
    yield from (Row(heading, shown(text, limits)) for heading, text in rows if text)


def _generation_rows(made: Made, limits: Limits) -> Iterator[Row]:
    for heading, text in (("Prompt", made.prompt), ("Negative prompt", made.negative_prompt), ("Seed", made.seed)):
        if text:
            yield Row(heading, "\n".join(shown(line, limits) for line in text[: limits.text_length].splitlines()))
    generation = made.generation
    tool = generation.get("tool")
    if isinstance(tool, Mapping):
        yield Row("Tool", shown(f"{tool.get('name', '')} {tool.get('version', '')}".strip(), limits))
    if isinstance(mode := generation.get("mode"), str):
        yield Row("Mode", shown(mode, limits))
    settings = generation.get("settings")
    if isinstance(settings, Mapping) and settings:
        yield Row("Settings", shown(", ".join(f"{name} {value}" for name, value in settings.items()), limits))
    models = generation.get("models")
    for model in models if isinstance(models, list) else ():
        if isinstance(model, Mapping):
            yield Row("Model", _model(model, limits))
    for area in made.areas:
        sign = "%" if area.unit == "percent" else ""
        place = f"{area.width:g}{sign} × {area.height:g}{sign} at {area.x:g}{sign}, {area.y:g}{sign}"
        yield Row("Area", place + ("" if sign else " (pixels)"))
    for remark in made.remarks:
        yield Row("Remark", shown(remark, limits))


def _model(model: Mapping[str, Any], limits: Limits) -> str:
    parts = [f"{model.get('role', 'model')} {model.get('name', '')}"]
    if model.get("version"):
        parts.append(f"version {model['version']}")
    if model.get("weight") is not None:
        parts.append(f"weight {model['weight']}")
    measured, claimed = model.get("measured"), model.get("claimed")
    if isinstance(measured, Mapping):
        parts.append(f"measured SHA-256 {measured.get('sha256', '')}")
    if isinstance(claimed, Mapping):
        parts += [f"claimed {kind} {value}" for kind, value in claimed.items()]
    return shown(", ".join(parts), limits)


def summary(report: JournalReport) -> Iterator[tuple[str, str, str, str]]:
    """One row for each entry and checkpoint, in the order of the lines: line, time, kind, and what it is about."""
    rows = [(number, moment(entry.time), entry.content.kind, _about(entry.content)) for number, entry in report.entries]
    for checkpoint in report.checkpoints:
        time = checkpoint.stamped or checkpoint.stated
        rows.append((checkpoint.line, moment(time) if time else "", "checkpoint", f"signed by {checkpoint.signer or 'nobody readable'}"))
    for number, *rest in sorted(rows):
        time_words, kind, about = rest
        yield f"{number:,}", time_words, kind, about


def _about(content: object) -> str:
    if isinstance(content, (Made, Selection)):
        words = {True: "kept", False: "discarded", None: "not decided"}
        pictures = [f"{item.name} ({words[item.kept]})" for item in content.candidates]
        first = content.prompt if isinstance(content, Made) else None
        return _short("; ".join(filter(None, (first, ", ".join(pictures), content.note))))
    if isinstance(content, Note):
        return _short(content.text)
    if isinstance(content, Opening):
        return content.journal
    if isinstance(content, Outcome):
        return _short(content.name or content.manifest if content.signed else f"nothing was signed: {content.reason}")
    return _short(content.name) if isinstance(content, (Final, Recovery)) else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _ROW else f"{line[: _ROW - 1]}…"
