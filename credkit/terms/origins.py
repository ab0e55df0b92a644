"""Where a manifest stands to the file, and what its word is worth: the origin of every statement in it.

Used wherever statements of a chain are gathered; what they say is left to ``credkit.terms.assertions``.
"""

from __future__ import annotations

from credkit.limits import Limits
from credkit.manifest.store import Assertion
from credkit.manifest.uri import JumbfUri
from credkit.provenance.text import quoted
from credkit.provenance.values import claim_value
from credkit.status import SUCCESSORS, StatusCode
from credkit.terms.terms import Origin, Role, Standing
from credkit.verify.report import ManifestReport, Report

__all__ = ["origin_of", "passed_on", "standing_of"]

_FLAWS: dict[str, str] = {
    StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY: "the certificate of its signer had run out",
    StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED: "the certificate of its signer had been revoked",
    StatusCode.CLAIM_SIGNATURE_MISMATCH: "its signature does not fit",
    StatusCode.CLAIM_SIGNATURE_MISSING: "it is not signed",
}
"""Failures that people know by name; of several the first is told."""


def origin_of(manifest: ManifestReport, role: Role, report: Report) -> Origin:
    """The origin of what ``manifest`` says, without the name of an assertion in ``place``."""
    signature = manifest.signature
    sound = manifest.valid and not manifest.altered and signature is not None and signature.verified
    # What was signed for a picture says nothing about the changed one.
    sound = sound and not (role == "active" and report.content_intact is False)
    standing: Standing = "void" if not sound else "trusted" if signature and signature.trusted else "own word"
    names = (signature.common_name, signature.organization, signature.subject) if signature else ()
    speaker = next(filter(None, names), None)
    return Origin(
        place=_place(manifest, role, speaker),
        role=role,
        standing=standing,
        speaker=speaker,
        manifest=manifest.label,
        generation=manifest.generation,
        flaw=None if sound else _flaw(manifest, role, report),
    )


def _flaw(manifest: ManifestReport, role: Role, report: Report) -> str:
    """Why a manifest is void, as half a sentence."""
    if manifest.altered:
        return "it was altered after it was signed"
    if role == "active" and report.content_intact is False:
        return "the file was changed after it was signed"
    codes = {SUCCESSORS.get(status.code, status.code) for status in manifest.results.failure}
    return next((words for code, words in _FLAWS.items() if code in codes), "its signature or one of its checks fails")


def passed_on(manifest: ManifestReport, limits: Limits) -> set[str]:
    """Labels of assertions that the signer gathered from others, and does not state himself (clause "Claims", created and gathered)."""
    claim = claim_value(manifest.manifest, limits)
    return _listed(claim.get("gathered_assertions")) - _listed(claim.get("created_assertions"))


def standing_of(assertion: Assertion, origin: Origin, gathered: set[str]) -> Standing:
    """What the word of an assertion is worth: what its signer only passes on is not his word."""
    return "was there" if origin.counts and assertion.label in gathered else origin.standing


def _listed(references: object) -> set[str]:
    urls = [item.get("url") for item in references if isinstance(item, dict)] if isinstance(references, list) else []
    return {uri.path[-1] for url in urls if isinstance(url, str) and (uri := JumbfUri.parse(url)) and uri.path}


def _place(manifest: ManifestReport, role: Role, speaker: str | None) -> str:
    by = f" (signed by {quoted(speaker)})" if speaker else ""
    what = {"component": "a component", "input": "an input"}.get(role)
    return f"{what or f'generation {manifest.generation}'}{by}"
