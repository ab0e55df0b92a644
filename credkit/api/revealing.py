"""``reveal``: show what was sealed in a picture, and that it is what was sealed.

The verdict on the file stands above all: an opening that fits a file which does not pass its check proves nothing. The commitment may stand
in the active manifest or in an earlier generation; what counts there is the signature of that generation.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from credkit import dataclass as dataclasses
from credkit.api.reading import verify_file
from credkit.assets import Asset
from credkit.errors import MalformedError, NoCredentialsError, OpeningError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.graph import provenance_graph
from credkit.provenance.text import quoted
from credkit.provenance.values import assertion_value
from credkit.provenance.verdict import signer_words
from credkit.sealing.commitments import Disclosure
from credkit.sealing.openings import Openings, kept_openings, read_openings
from credkit.trust.policy import TrustPolicy
from credkit.verify.report import ManifestReport, Report

__all__ = ["Revealed", "Revelation", "openings_for", "reveal", "reveal_from"]

_GENERATION = "org.credkit.generation"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """One sealed field, opened: ``value`` is what the signer committed to when the manifest was signed."""

    field: str
    value: str | int | float | bool = dataclasses.field(repr=False)
    digest: str
    """The commitment as it stands in the file."""
    manifest: str
    """Label of the manifest that holds it."""
    generation: int
    signer: str
    """Who signed that manifest, with what may be said of the name."""
    claimed: str | None
    """The time of signing in the signer's own word."""
    attested: datetime | None
    """The time, UTC, that an accepted time-stamp attests."""
    state: str
    """The verdict on the file: ``Valid`` or ``Trusted``."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Revelation:
    """What was revealed of one file, with all that it rests on."""

    report: Report
    openings: Openings
    """As they were given, whole."""
    revealed: tuple[Revealed, ...]


def reveal(
    asset: Asset,
    openings: str | os.PathLike[str] | None = None,
    fields: Iterable[str] = ("prompt",),
    *,
    sidecar: Asset | None = None,
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Revealed, ...]:
    """Open the sealed ``fields`` of a picture with a file of ``openings``; without one, with the kept openings of its manifests.

    No fields mean all that the file of openings has. Raises ``NoCredentialsError`` and ``AssetError`` for a file that cannot be used, and
    ``OpeningError`` when the file does not pass its check, when the openings belong to another one, when an opening does not fit the
    commitment, and for a field that was not sealed.
    """
    report = verify_file(asset, sidecar=sidecar, policy=policy, at=at, limits=limits)
    return reveal_from(report, openings, fields, limits=limits).revealed


def reveal_from(
    report: Report, openings: str | os.PathLike[str] | None, fields: Iterable[str], *, limits: Limits = DEFAULT_LIMITS
) -> Revelation:
    """As ``reveal``, from a verification that was made before."""
    _check_verdict(report)
    found = read_openings(openings, limits=limits) if openings is not None else openings_for(report, limits=limits)
    manifest = report.find(found.manifest)
    if manifest is None:
        raise OpeningError(
            f"these openings belong to the manifest {quoted(found.manifest, limits)}, which is not in the history of this file: look for "
            "those of this file, or for the file that they were made for"
        )
    if not manifest.reached or not manifest.valid or manifest.altered:
        raise OpeningError("the generation of the file that these openings belong to is not valid, so they prove nothing")
    commitments = _commitments(manifest, report, limits)
    named = (fields,) if isinstance(fields, str) else fields
    wanted = tuple(dict.fromkeys(named)) or tuple(one.field for one in found.disclosures)
    chosen = [_opening(name, found, commitments, limits) for name in wanted]
    return Revelation(report=report, openings=found, revealed=tuple(_revealed(one, manifest, report, limits) for one in chosen))


def openings_for(report: Report, *, limits: Limits = DEFAULT_LIMITS) -> Openings:
    """The openings that this user keeps of a manifest in the history, the newest first; ``OpeningError`` when there are none."""
    sealed = [manifest for manifest in reversed(report.manifests) if manifest.reached and any(_withheld(manifest, limits))]
    if not sealed:
        raise OpeningError("nothing is sealed in this file: no manifest of its history holds commitments")
    for manifest in sealed:
        try:
            path = kept_openings(manifest.label)
        except MalformedError:
            continue
        if path.is_file():
            return read_openings(path, limits=limits)
    raise OpeningError("the openings of this file are not kept here: name the file that holds them (--openings FILE)")


def _check_verdict(report: Report) -> None:
    if report.state in ("Valid", "Trusted"):
        return
    if report.state == "none":
        raise NoCredentialsError(report.problem or "the file carries no Content Credentials, so nothing is sealed in it")
    why = f": {report.problem}" if report.problem else ' ("credkit verify" says why)'
    raise OpeningError(f"the credentials of the file are not valid, so an opening proves nothing{why}")


def _withheld(manifest: ManifestReport, limits: Limits) -> Iterator[tuple[str, str]]:
    """Fields and digests of the commitments that a manifest holds."""
    for assertion in manifest.manifest.assertions:
        if assertion.base_label != _GENERATION:
            continue
        value: Any = assertion_value(assertion, limits)
        entries = value.get("withheld") if isinstance(value, dict) else None
        if not isinstance(entries, list) or value.get("digestAlgorithm") != "sha-256":
            continue
        for entry in entries:
            if isinstance(entry, dict) and isinstance(entry.get("field"), str) and isinstance(entry.get("digest"), str):
                yield entry["field"], entry["digest"]


def _commitments(manifest: ManifestReport, report: Report, limits: Limits) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, digest in _withheld(manifest, limits):
        found.setdefault(name, set()).add(digest)
    if found:
        return {name: frozenset(digests) for name, digests in found.items()}
    removed = any(
        removal.manifest == manifest.label and removal.label.startswith(_GENERATION)
        for node in provenance_graph(report, limits=limits).nodes
        for removal in node.removed
    )
    if removed:
        raise OpeningError("the commitments were taken out of the history on record (redacted), so nothing can be shown to fit them")
    raise OpeningError("the manifest that these openings belong to holds no commitments")


def _opening(name: str, openings: Openings, commitments: dict[str, frozenset[str]], limits: Limits) -> Disclosure:
    """The opening of one field, held against the commitment."""
    if name not in commitments:
        near = get_close_matches(name, commitments, n=1, cutoff=0.0)
        hint = f"; did you mean {quoted(near[0], limits)}?" if near else ""
        raise OpeningError(f"{quoted(name, limits)} is not sealed in this file{hint}")
    if len(commitments[name]) > 1:
        raise OpeningError(
            f"it commits to {quoted(name, limits)} more than once, so its author could show one value or another; that proves nothing"
        )
    candidates = [one for one in openings.disclosures if one.field == name]
    if not candidates:
        raise OpeningError(f"{quoted(name, limits)} is sealed in this file, and the openings that were given do not hold it")
    for one in candidates:
        if one.digest in commitments[name]:
            return one
    raise OpeningError(f"the opening of {quoted(name, limits)} does not fit the commitment in the file: it was altered, or made up")


def _revealed(disclosure: Disclosure, manifest: ManifestReport, report: Report, limits: Limits) -> Revealed:
    node = next((node for node in provenance_graph(report, limits=limits).nodes if node.label == manifest.label), None)
    return Revealed(
        field=disclosure.field,
        value=disclosure.value,
        digest=disclosure.digest,
        manifest=manifest.label,
        generation=manifest.generation,
        signer=signer_words(node.signer if node else None, limits),
        claimed=node.claimed_time if node else None,
        attested=node.attested_time if node else None,
        state=report.state,
    )
