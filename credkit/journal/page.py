"""The journal as one page for people: a court, an editor, a licensee. Self-contained, without script and links.

This file gathers what the page shows; ``templates/journal.html.j2`` lays it out. As for reports (``credkit.provenance.html``): every text
passes through ``shown``, the template escapes all of it once more, and the page's own policy forbids everything but its styles and embedded
pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from credkit.dataclass import dataclass, replace
from credkit.journal.checked_checkpoints import CheckpointReport
from credkit.journal.entries import Candidate, Entry, Final, Made, Note, Opening, Outcome, Preview, Recovery, Selection, UsedFile
from credkit.journal.verifying import JournalReport
from credkit.journal.wording import Row, headline, made_rows, moment, tone_of
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.text import shown
from credkit.provenance.values import base64_text
from credkit.version import __version__

__all__ = ["journal_page"]

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST = 20_000
_SIGNS = {"good": "✓", "warn": "!", "bad": "✗", "plain": "•"}
_Decision = Literal["kept", "discarded", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """One picture."""

    name: str
    picture: str | None
    """A ``data:`` address."""
    decision: _Decision | None
    """None for what went in."""
    lines: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """One entry or checkpoint."""

    key: str
    heading: str
    when: str
    tone: str
    sign: str
    paragraphs: tuple[str, ...]
    """Texts of several lines."""
    rows: tuple[Row, ...]
    figures: tuple[_Figure, ...]
    figures_heading: str
    used: tuple[_Figure, ...]
    faults: tuple[str, ...]


def journal_page(report: JournalReport, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """The page as one HTML document; what is wrong with the journal stands at its top and at the entries concerned."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("journal.html.j2").render(_values(report, limits)).strip() + "\n"


def _values(report: JournalReport, limits: Limits) -> dict[str, Any]:
    tone = tone_of(report)
    cards = _Cards(report, limits)
    shown_cards = list(cards.all())
    return {
        "name": shown(report.name, limits),
        "tone": tone,
        "sign": _SIGNS[tone],
        "headline": headline(report),
        "faults": [shown(fault.sentence, cards.long) for fault in report.faults],
        "notes": [shown(note, cards.long) for note in report.notes],
        "summary": list(_summary(report, cards, limits)),
        "cards": shown_cards,
        "version": __version__,
    }


def _summary(report: JournalReport, cards: _Cards, limits: Limits) -> Iterator[tuple[str, str]]:
    entries = [entry for _, entry in report.entries]
    decisions = list(cards.decisions.values())
    yield "Journal", shown(report.journal or "unknown", limits)
    if entries:
        yield "Period", f"{moment(entries[0].time)} to {moment(entries[-1].time)}, by the clock of the author's machine"
    yield "Generations", f"{sum(isinstance(entry.content, Made) for entry in entries):,}"
    counts = ", ".join(f"{decisions.count(word):,} {said}" for word, said in _DECIDED if word in decisions)
    yield "Pictures", counts or "none"
    signed = sum(isinstance(entry.content, Outcome) and entry.content.signed for entry in entries)
    yield "Signed", f"{signed:,}"
    yield "Checkpoints", f"{len(report.checkpoints):,}"
    yield "File", f"{report.size:,} bytes"
    yield "SHA-256", report.sha256


_DECIDED: tuple[tuple[_Decision, str], ...] = (("kept", "kept"), ("discarded", "discarded"), ("open", "not decided"))


class _Cards:
    """Everything that happened, in order."""

    def __init__(self, report: JournalReport, limits: Limits) -> None:
        self._report = report
        self._limits = limits
        self.long = replace(limits, text_length=_LONGEST)
        self.decisions: dict[str, _Decision] = {}
        """By SHA-256 of a picture: what was decided in the end."""
        self._previews: dict[str, Preview] = {}
        self._signed: dict[str, list[str]] = {}
        self._faults: dict[int | None, list[str]] = {}
        for fault in report.faults:
            self._faults.setdefault(fault.line, []).append(shown(fault.clause, self.long))
        exchanged = {fault.line for fault in report.faults if fault.kind == "preview"}
        for number, entry in report.entries:
            self._learn(entry, sound=number not in exchanged)
        self._pictures = self._addresses()

    def _learn(self, entry: Entry, *, sound: bool) -> None:
        content = entry.content
        if isinstance(content, (Made, Selection)):
            for item in content.candidates:
                decided: _Decision = "open" if item.kept is None else "kept" if item.kept else "discarded"
                if decided != "open" or item.sha256 not in self.decisions:
                    self.decisions[item.sha256] = decided
                if item.preview and sound:
                    self._previews[item.sha256] = item.preview
        if isinstance(content, Made) and sound:
            self._previews |= {item.sha256: item.preview for item in content.used if item.preview}
        if isinstance(content, Final):
            self._signed.setdefault(content.sha256, []).append(content.manifest)

    def _addresses(self) -> dict[str, str]:
        """Pictures as ``data:`` addresses, the newest first until the limit is reached."""
        left, found = self._limits.page_pictures, {}
        for digest, preview in reversed(self._previews.items()):
            if preview.media_type in ("image/jpeg", "image/png") and len(preview.data) <= left:
                left -= len(preview.data)
                found[digest] = f"data:{preview.media_type};base64,{base64_text(preview.data)}"
        return found

    def all(self) -> Iterator[_Card]:
        """One card for each entry and checkpoint, in the order of the lines."""
        lines: list[tuple[int, Entry | CheckpointReport]] = [
            *self._report.entries,
            *((item.line, item) for item in self._report.checkpoints),
        ]
        for number, item in sorted(lines, key=lambda line: line[0]):
            faults = tuple(self._faults.get(number, ()))
            if isinstance(item, CheckpointReport):
                yield self._checkpoint(item, faults)
            else:
                yield self._entry(number, item, faults)

    def _entry(self, number: int, entry: Entry, faults: tuple[str, ...]) -> _Card:
        content = entry.content
        made = content if isinstance(content, Made) else None
        pictures = content.candidates if isinstance(content, (Made, Selection)) else ()
        return _Card(
            key=f"line-{number}",
            heading=f"{_heading(content)} (entry {entry.sequence:,})",
            when=moment(entry.time),
            tone="bad" if faults else "plain",
            sign=_SIGNS["bad" if faults else "plain"],
            paragraphs=self._paragraphs(content),
            rows=tuple(made_rows(content, self.long)),
            figures=tuple(self._figure(item) for item in pictures),
            figures_heading="What came out" if made else "What was decided about",
            used=tuple(self._used(item) for item in made.used) if made else (),
            faults=faults,
        )

    def _paragraphs(self, content: object) -> tuple[str, ...]:
        if isinstance(content, Note):
            return (self._text(content.text),)
        note = content.note if isinstance(content, (Made, Selection)) else None
        return (self._text(note),) if note else ()

    def _text(self, text: str) -> str:
        return "\n".join(shown(line, self.long) for line in text[:_LONGEST].splitlines())

    def _figure(self, item: Candidate) -> _Figure:
        size = f"{item.width:,} × {item.height:,} pixels" if item.width and item.height else ""
        seed = f"seed {shown(item.seed, self._limits)}" if item.seed else ""
        signed = [f"signed as {shown(label, self._limits)}" for label in self._signed.get(item.sha256, ())]
        return _Figure(
            name=shown(item.name, self._limits) or "unnamed",
            picture=self._pictures.get(item.sha256),
            decision=self.decisions.get(item.sha256, "open"),
            lines=tuple(line for line in (size, seed, *signed) if line),
            sha256=shown(item.sha256, self._limits),
        )

    def _used(self, item: UsedFile) -> _Figure:
        return _Figure(
            name=shown(item.name, self._limits),
            picture=self._pictures.get(item.sha256),
            decision=None,
            lines=(shown(item.role.replace("-", " "), self._limits),),
            sha256=shown(item.sha256, self._limits),
        )

    def _checkpoint(self, item: CheckpointReport, faults: tuple[str, ...]) -> _Card:
        tone = "good" if item.valid and not faults else "bad"
        when = item.stamped or item.stated
        rows = [
            Row(
                "Signed by",
                shown(item.signer or "unreadable", self._limits) + ("" if item.trusted else " (nobody here vouches for the name)"),
            ),
            Row("Covers", "every line above"),
            Row("Manifest", shown(item.label or "unreadable", self._limits)),
        ]
        if when:
            told = "" if item.stamped else ", by a time-stamp authority that nobody here vouches for"
            rows.insert(1, Row("Time-stamp", f"{moment(when)}{told}"))
        return _Card(
            key=f"line-{item.line}",
            heading="Checkpoint",
            when=moment(when) if when else "",
            tone=tone,
            sign=_SIGNS[tone],
            paragraphs=(),
            rows=tuple(rows),
            figures=(),
            figures_heading="",
            used=(),
            faults=faults,
        )


def _heading(content: object) -> str:
    if isinstance(content, Outcome):
        return "The picture was signed" if content.signed else "Nothing was signed"
    headings: dict[type, str] = {
        Opening: "The journal begins",
        Made: "Generation",
        Selection: "Choice",
        Note: "Note",
        Final: "A picture is about to be signed",
        Recovery: "An unfinished line was put aside",
    }
    return headings[type(content)]
