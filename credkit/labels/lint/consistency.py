"""The marks of one file held against each other: no rule of a place, but what every reader of only one of them relies on."""

from __future__ import annotations

from collections.abc import Callable

from credkit.labels.content import AI_SOURCE_TYPES, manifest_number
from credkit.labels.lint.evidence import Evidence
from credkit.labels.lint.requirement import Answer, Requirement, Rule, look, met, skipped, unmet
from credkit.manifest.assertions.source_types import SOURCE_TYPES, source_type_name

__all__ = ["CONSISTENCY"]

_IPTC = "IPTC Photo Metadata 2025.1"


def _rule(name: str, clause: str, asks: str, check: Callable[[Evidence], Answer]) -> Rule:
    return Rule(requirement=Requirement(id=f"marks.{name}", regime="marks", clause=clause, asks=asks), check=check)


def _readable(evidence: Evidence) -> Answer:
    unread = evidence.marks.unread
    return unmet(f"some cannot be read, so marks in it are lost to readers: {unread[0]:.500}") if unread else met("all of it was read")


def _source_type(evidence: Evidence) -> Answer:
    values = evidence.marks.values("source_type")
    if not values:
        return skipped("XMP gives none")
    where = "XMP Iptc4xmpExt:DigitalSourceType"
    wrong = [value for value in values if "://" not in value or source_type_name(value) is None]
    if not wrong:
        return met(", ".join(values), where)
    name = source_type_name(wrong[0])
    mend = f": write {SOURCE_TYPES[name]}" if name in SOURCE_TYPES else ""
    return unmet(f'"{wrong[0]:.200}" is no address of the vocabulary{mend}', where)


def _agreement(evidence: Evidence) -> Answer:
    loose = [name for value in evidence.marks.values("source_type") if (name := source_type_name(value))]
    signed = [name for fact in evidence.signed.get("source_type", ()) if (name := source_type_name(fact.value))]
    if not loose or not signed:
        return skipped("only one of them gives a source type")
    if any(name in AI_SOURCE_TYPES for name in loose) == any(name in AI_SOURCE_TYPES for name in signed):
        if set(loose) & set(signed):
            return met(f"both say {loose[0]}", "XMP", "the manifest")
        return look(f"XMP says {loose[0]}, the manifest {signed[0]}; they agree whether AI took part", "XMP", "the manifest")
    return unmet(f"XMP says {', '.join(loose)}, the manifest {', '.join(dict.fromkeys(signed))}", "XMP", "the manifest")


def _system(evidence: Evidence) -> Answer:
    loose, stated = evidence.marks.values("system"), [f for f in evidence.signed.get("system", ()) if "metadata of" in f.where]
    if not loose or not stated:
        return skipped("only one of them names a system")
    if len(loose) > 1:
        return unmet(f'XMP names several: "{loose[0]:.200}", "{loose[1]:.200}"', "XMP")
    version = next(iter(evidence.marks.values("system_version")), "")
    if any((fact.value, fact.version) == (loose[0], version) for fact in stated):
        return met("they agree", "XMP", stated[0].where)
    signed = f"{stated[0].value} {stated[0].version}".strip()
    return unmet(f'XMP says "{f"{loose[0]} {version}".strip():.200}", the manifest "{signed:.200}"', "XMP", stated[0].where)


def _number(evidence: Evidence) -> Answer:
    named = [(found, found.reading.value("ReservedCode1"), found.reading.value("ProduceID")) for found in evidence.marks.labels]
    named = [entry for entry in named if entry[1].startswith("urn:c2pa:")]
    if not named:
        return skipped("no label names a manifest")
    found, manifest, number = named[0]
    held = {report.label for report in evidence.report.manifests}
    if manifest not in held:
        words = "the file carries no credentials any more" if not held else "the file does not hold it"
        return unmet(f"the Chinese label names the manifest {manifest:.100}, and {words}", found.place)
    if number != manifest_number(manifest):
        return unmet(f"ProduceID is {number:.100}, and the manifest that the label names has another number", found.place)
    return met("ProduceID is the number of a manifest in this file", found.place)


def _covered(evidence: Evidence) -> Answer:
    if not evidence.line or not (evidence.marks.labels or evidence.marks.fields):
        return skipped("there are no credentials, or no marks in metadata")
    open_parts = [part for part in evidence.report.unprotected if any(word in part for word in ("XMP", "Exif", "EXIF", "iTXt", "tEXt"))]
    if open_parts:
        return unmet(f"the signature leaves out {open_parts[0]:.200}, which anyone can change unseen")
    return met("a change of them would show")


CONSISTENCY: tuple[Rule, ...] = (
    _rule("readable", "ISO 16684-1; Exif 2.32", "the metadata can be read", _readable),
    _rule("source-type", _IPTC, "the source type in XMP is an address of the vocabulary", _source_type),
    _rule("agreement", f"{_IPTC}; C2PA 2.4, Actions", "XMP and manifest agree whether AI took part", _agreement),
    _rule("system", _IPTC, "XMP and manifest name the same system", _system),
    _rule("number", "as credkit writes labels", "the manifest that a Chinese label names is in the file", _number),
    _rule("covered", "C2PA 2.4, Hard bindings", "the signature covers the marks in the metadata", _covered),
)
