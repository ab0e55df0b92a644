"""What a file says about its making by AI, from the manifests of its line and from its metadata, ready to be held against requirements.

A fact is a text and the place that holds it; what is signed comes first. Whether the signature holds is a matter of the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from functools import cached_property
from typing import Any

from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.labels.content import AI_SOURCE_TYPES
from credkit.labels.labels import VISIBLE_LABEL
from credkit.labels.marks import FileMarks
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.actions import ActionView, read_actions
from credkit.manifest.assertions.source_types import source_type_name
from credkit.provenance.values import assertion_value
from credkit.verify.report import ManifestReport, Report

__all__ = ["Evidence", "Fact"]

_METADATA = ("cawg.metadata", "c2pa.metadata")
_FIELDS = {
    "Iptc4xmpExt:DigitalSourceType": "source_type",
    "schema:provider": "provider",
    "xmp:CreateDate": "time",
    "xmp:ModifyDate": "time",
    "xmpRights:WebStatement": "link",
}
_SYSTEM = ("Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AISystemVersionUsed")
_STATES_SYSTEM = (*_METADATA, "XMP")
_GENERATED = ("1", "2", "3")
"""Values of ``Label`` in a Chinese label."""
_LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something said, and where. Texts are as stored."""

    value: str
    where: str
    version: str = ""
    """Of a system."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The verdict on the credentials and the marks of the metadata."""

    report: Report
    marks: FileMarks
    limits: Limits = field(default=DEFAULT_LIMITS, repr=False)

    @cached_property
    def line(self) -> tuple[ManifestReport, ...]:
        """The active manifest and the versions that it goes back to, newest first; empty when there are no credentials that hold."""
        found: list[ManifestReport] = []
        current = self.report.active if self.is_valid else None
        while current is not None and current not in found:
            found.append(current)
            parent = next((item.manifest for item in current.ingredients if item.relationship == "parentOf"), None)
            current = self.report.find(parent) if parent else None
        return tuple(found)

    @property
    def is_valid(self) -> bool:
        """Whether the credentials hold: nothing was changed since it was signed."""
        return self.report.state in ("Valid", "Trusted")

    @cached_property
    def signed(self) -> dict[str, tuple[Fact, ...]]:
        """What the manifests of the line say, by kind: ``source_type``, ``system``, ``provider``, ``time``, ``identifier``, ``link``,
        ``visible``, ``watermark``.
        """
        found: dict[str, list[Fact]] = {}
        for kind, fact in self._signed():
            facts = found.setdefault(kind, [])
            if len(facts) < self.limits.label_facts:
                facts.append(fact)
        return {kind: tuple(facts) for kind, facts in found.items()}

    def facts(self, kind: str) -> tuple[Fact, ...]:
        """Everything said of a kind: signed, then in the metadata, then in Chinese labels."""
        loose = tuple(Fact(value=value, where=f"XMP {name}") for name, value in self.marks.fields.get(kind, ()))
        if kind == "system":
            version = next(iter(self.marks.values("system_version")), "")
            loose = tuple(Fact(value=fact.value, where=fact.where, version=version) for fact in loose)
        key = {"provider": "ContentProducer", "identifier": "ProduceID"}.get(kind)
        labels = [(label.reading.value(key), label.place) for label in self.marks.labels] if key else []
        return (*self.signed.get(kind, ()), *loose, *(Fact(value=value, where=place) for value, place in labels if value))

    @property
    def systems(self) -> tuple[Fact, ...]:
        """Systems, those first that stand in the property made for them: a software agent may be any program that took part."""
        return tuple(sorted(self.facts("system"), key=lambda fact: not fact.where.startswith(_STATES_SYSTEM)))

    @property
    def says_ai_signed(self) -> tuple[Fact, ...]:
        """What the manifests say of AI."""
        return tuple(fact for fact in self.signed.get("source_type", ()) if _is_ai(fact.value))

    @property
    def says_ai(self) -> tuple[Fact, ...]:
        """Every mark that says that AI made some or all of it."""
        sources = tuple(fact for fact in self.facts("source_type") if _is_ai(fact.value))
        labels = ((label.reading.value("Label"), label.place) for label in self.marks.labels)
        return (*sources, *(Fact(value=f"Label {value}", where=place) for value, place in labels if value in _GENERATED))

    def _signed(self) -> Iterator[tuple[str, Fact]]:
        for manifest in self.line:
            name = "the manifest" if manifest is self.line[0] else "an earlier manifest"
            yield "identifier", Fact(value=manifest.label, where=f"the label of {name}")
            if manifest.signature and manifest.signature.time:
                time = manifest.signature.time.astimezone(UTC)
                yield "time", Fact(value=f"{time:%Y-%m-%dT%H:%M:%SZ}", where=f"the time-stamp of {name}")
            for assertion in manifest.manifest.assertions:
                yield from self._said(assertion.base_label, assertion_value(assertion, self.limits), name)

    def _said(self, label: str, value: Any, name: str) -> Iterator[tuple[str, Fact]]:
        where = f"{label} of {name}"
        if not isinstance(value, dict):
            return
        if label in ("c2pa.actions", "c2pa.actions.v2"):
            yield from _done(value, label, where)
        elif label in _METADATA:
            yield from ((kind, Fact(value=text, where=where)) for key, kind in _FIELDS.items() if (text := _text(value.get(key))))
            if system := _text(value.get(_SYSTEM[0])):
                yield "system", Fact(value=system, where=where, version=_text(value.get(_SYSTEM[1])))
        elif label == "c2pa.ai-disclosure":
            yield "disclosure", Fact(value=_text(value.get("modelName")) or _text(value.get("modelType")), where=where)
        elif label == "c2pa.soft-binding":
            yield "watermark", Fact(value=_text(value.get("alg")) or "a soft binding", where=where)


def _done(value: dict[str, Any], label: str, where: str) -> Iterator[tuple[str, Fact]]:
    try:
        actions = read_actions(value, label)
    except MalformedError:
        return
    for action in actions:
        if action.digital_source_type:
            yield "source_type", Fact(value=action.digital_source_type, where=f"{action.action} in {where}")
        if action.when:
            yield "time", Fact(value=action.when, where=f"{action.action} in {where}")
        if action.action.startswith("c2pa.watermarked"):
            yield "watermark", Fact(value=action.action, where=where)
        if (agent := action.software_agent_info) and (named := _text(agent.get("name"))):
            yield "system", Fact(value=named, where=f"{action.action} in {where}", version=_text(agent.get("version")))
        yield from _visible(action, where)


def _visible(action: ActionView, where: str) -> Iterator[tuple[str, Fact]]:
    for region in action.changes:
        if region.get("identifier") == VISIBLE_LABEL and (text := _text(region.get("description"))):
            yield "visible", Fact(value=text, where=f"{action.action} in {where}")


def _text(value: object) -> str:
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def _is_ai(value: str) -> bool:
    return source_type_name(value) in AI_SOURCE_TYPES
