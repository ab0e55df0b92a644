"""``terms_of``: a report and the file's metadata become the terms of the picture.

Goes through every manifest of the chain, active first, and notes for each statement where it stands and who says it. What one assertion
says is left to ``credkit.terms.assertions``, the file's metadata to ``credkit.terms.metadata``, the outcome to ``credkit.terms.weighing``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from credkit.dataclass import replace
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import ManifestKind, base_label
from credkit.manifest.uri import JumbfUri
from credkit.provenance.values import claim_value
from credkit.terms.assertions import read_assertion, speaks_of_terms
from credkit.terms.gathered import Gathered
from credkit.terms.metadata import FileMetadata, read_metadata
from credkit.terms.origins import origin_of, passed_on, standing_of
from credkit.terms.reworking import reworked_with_ai
from credkit.terms.terms import Origin, Role, Said, Terms, UseStatement
from credkit.terms.weighing import USE_WORDS, contradictions, weigh
from credkit.verify.report import ManifestReport, Report

__all__ = ["terms_of"]

_RANKS: dict[Role, int] = {"active": 0, "parent": 1, "component": 2, "input": 3}
"""What binds more comes first, where a manifest was used in several ways."""


def terms_of(report: Report, *, metadata: FileMetadata | None = None, at: datetime | None = None, limits: Limits = DEFAULT_LIMITS) -> Terms:
    """The terms of the file that ``report`` is about; ``metadata`` (``metadata_of``) adds what the file itself says.

    ``at`` is the time that offers have to be valid at (aware; that of the report by default). Nothing in a file raises.
    """
    moment = at or report.validated_at
    out = Gathered(at=moment, limits=limits)
    roles = _roles(report)
    judged = [manifest for manifest in reversed(report.manifests) if manifest.label in roles]
    judged.sort(key=lambda manifest: _RANKS[roles[manifest.label]])
    origins = {manifest.label: origin_of(manifest, roles[manifest.label], report) for manifest in judged}
    signers: list[Said] = []
    for manifest in judged:
        origin = origins[manifest.label]
        if origin.speaker:
            signers.append(Said(text=origin.speaker, origin=origin))
        out.remarks.extend(_removed(manifest, report, limits))
        _read_manifest(manifest, origin, out)
    if report.state == "error" and report.problem:
        out.remarks.append(report.problem)
    if metadata is not None:
        read_metadata(metadata, report, out)
    if out.full:
        out.remarks.append(
            f"The file says more about its terms than is read here; only the first {limits.terms:,} statements were weighed."
        )
    return Terms(
        name=report.name,
        state=report.state,
        at=moment,
        uses=weigh(out.uses, complete=not (out.full or out.unread)),
        signers=tuple(signers),
        creators=tuple(out.creators),
        credits=tuple(out.credits),
        rights=tuple(out.rights),
        usage_terms=tuple(out.usage_terms),
        web_statements=tuple(out.web_statements),
        licensors=tuple(out.licensors),
        licences=tuple(out.licences),
        offers=tuple(out.offers),
        contradictions=contradictions(out.uses, out.offers, reworked_with_ai(report, origins, limits)),
        notices=tuple(out.notices),
        void=tuple(_void(judged, origins, out.uses))[: limits.terms],
        remarks=tuple(dict.fromkeys(out.remarks))[: limits.terms],
    )


def _read_manifest(manifest: ManifestReport, origin: Origin, out: Gathered) -> None:
    """Every statement about terms in one manifest; what its signer only passes on is not his word."""
    gathered = passed_on(manifest, out.limits)
    for assertion in manifest.manifest.assertions:
        if speaks_of_terms(assertion.base_label) and not assertion.is_zeroed:
            place = f"{assertion.base_label} of {origin.place}"
            standing = standing_of(assertion, origin, gathered)
            read_assertion(assertion, replace(origin, place=place, uri=assertion.uri, standing=standing), out, out.limits)


def _roles(report: Report) -> dict[str, Role]:
    """What each manifest is to the picture, by label; manifests that nothing refers to are left out."""
    if report.active is None:
        return {}
    known = {manifest.label: manifest for manifest in reversed(report.manifests)}
    roles: dict[str, Role] = {}
    waiting: deque[tuple[str, Role]] = deque([(report.active.label, "active")])
    while waiting:
        label, role = waiting.popleft()
        manifest = known.get(label)
        if manifest is None or (label in roles and _RANKS[roles[label]] <= _RANKS[role]):
            continue
        roles[label] = role
        waiting.extend(
            (ingredient.manifest, _role(ingredient.relationship, role, manifest))
            for ingredient in manifest.ingredients
            if ingredient.manifest
        )
    return roles


def _role(relationship: str, user: Role, manifest: ManifestReport) -> Role:
    if relationship == "inputTo" or user == "input":
        return "input"
    if relationship == "componentOf" or user == "component":
        return "component"
    same_picture = user == "active" and manifest.manifest.kind is ManifestKind.UPDATE
    return "active" if same_picture else "parent"


def _void(judged: list[ManifestReport], origins: dict[str, Origin], uses: list[UseStatement]) -> Iterator[str]:
    """One sentence for each assertion whose words cannot be attributed to anybody."""
    reserved: dict[str, dict[str, None]] = {}
    for statement in uses:
        if not statement.origin.counts and statement.binds:
            reserved.setdefault(statement.origin.place, {})[USE_WORDS[statement.use]] = None
    for manifest in judged:
        origin = origins[manifest.label]
        labels = () if origin.counts else dict.fromkeys(a.base_label for a in manifest.manifest.assertions if speaks_of_terms(a.base_label))
        for label in labels:
            place = f"{label} of {origin.place}"
            if place in reserved:
                kept = f"what it forbids or ties to conditions ({', '.join(reserved[place])}) is taken as a reservation all the same"
                yield f"What {place} permits counts for nothing, because {origin.flaw}; {kept}."
            else:
                yield f"What {place} says counts for nothing, because {origin.flaw}."


def _removed(manifest: ManifestReport, report: Report, limits: Limits) -> Iterator[str]:
    """What this manifest took out of the history, as far as it spoke of terms."""
    listed = claim_value(manifest.manifest, limits).get("redacted_assertions")
    for reference in listed[: limits.terms] if isinstance(listed, list) else []:
        uri = JumbfUri.parse(reference) if isinstance(reference, str) else None
        label = base_label(uri.path[-1]) if uri and uri.path else ""
        if not label or not speaks_of_terms(label):
            continue
        owner = report.find(uri.manifest) if uri else None
        whose = f"generation {owner.generation}" if owner else "an older generation"
        yield f"{label} of {whose} was removed by generation {manifest.generation}; what it said about terms is no longer in the file."
