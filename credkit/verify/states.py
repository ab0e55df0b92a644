"""From statuses to states: well-formed, valid, trusted, and the one word for the asset.

Clause: "Validation states" (anchor ``_validation_states``). The standard gives no table from code to state; this is its prose as sets.
"""

from __future__ import annotations

from collections.abc import Iterable

from credkit.status import Kind, Status
from credkit.verify.report import IngredientDelta, ResultMap, State

__all__ = ["ALTERATION_CODES", "asset_state", "is_accepted", "is_alteration", "is_trusted", "is_valid", "is_well_formed"]

_IDENTITY = "cawg."
"""Codes that concern a named person or organization and never the manifest or the file."""
_OUTSIDE = frozenset({"assertion.external-reference.hashMismatch", "assertion.external-reference.labelMismatch"})
"""Codes that concern what the network returned."""
_TRUST = frozenset({"signingCredential.untrusted"})
_SIGNATURE = frozenset(
    {
        "claimSignature.missing",
        "claimSignature.mismatch",
        "claimSignature.outsideValidity",
        "signingCredential.invalid",
        "signingCredential.ocsp.revoked",
        "signingCredential.ocsp.unknown",
    }
)
_SIGNED = frozenset({"claimSignature.validated", "claimSignature.insideValidity"})
_BINDINGS = ("dataHash", "boxesHash", "bmffHash", "collectionHash", "multiAssetHash", "segmentHash")

ALTERATION_CODES = frozenset(
    {
        "claimSignature.mismatch",
        "assertion.hashedURI.mismatch",
        "assertion.missing",
        "assertion.undeclared",
        "assertion.notRedacted",
        "hashedURI.mismatch",
        "claim.cbor.invalid",
        "ingredient.manifest.mismatch",
        "ingredient.claimSignature.mismatch",
    }
)
"""Failures that say: these bytes are not the ones that were signed."""


def _is_content(code: str) -> bool:
    """Whether a failure is an outcome of the content check; a malformed or redacted binding counts against well-formedness instead."""
    parts = code.split(".")
    return len(parts) == 3 and parts[0] == "assertion" and parts[1] in _BINDINGS and parts[2] not in ("malformed", "redacted")


def _is_apart(found: Status) -> bool:
    """Whether a failure is told to the application without any bearing on states: that of an identity assertion, and data kept elsewhere
    that are not what was recorded (anchor ``_external_data_validation``).
    """
    outside = found.code in _OUTSIDE or (found.code == "assertion.hashedURI.mismatch" and found.resource_url is not None)
    return outside or found.code.startswith(_IDENTITY)


def is_alteration(found: Status) -> bool:
    """Whether a failure says that bytes of the manifest are not the ones that were signed."""
    return found.code in ALTERATION_CODES and not _is_apart(found)


def is_accepted(results: ResultMap) -> bool:
    """Trusted and without any failure: only then are data outside of the manifest asked for."""
    return all(map(_is_apart, results.failure)) and is_trusted(results)


def is_well_formed(results: ResultMap) -> bool:
    """No failure other than those of trust, signature and content, and those that are not about the manifest."""
    return all(s.code in _TRUST or s.code in _SIGNATURE or _is_content(s.code) or _is_apart(s) for s in results.failure)


def is_valid(results: ResultMap) -> bool:
    """Well-formed, signed by the key of its certificate, and within the certificate's time."""
    unsigned = any(s.code in _SIGNATURE for s in results.failure)
    return not unsigned and _SIGNED.issubset([s.code for s in results.success]) and is_well_formed(results)


def is_trusted(results: ResultMap) -> bool:
    """Valid, and the certificate leads to an anchor of the trust policy."""
    return is_valid(results) and any(s.code == "signingCredential.trusted" for s in results.success)


def _tolerable(failures: Iterable[Status]) -> bool:
    return all(s.code in _TRUST for s in failures)


def asset_state(results: ResultMap, deltas: tuple[IngredientDelta, ...], *, content_bound: bool) -> State:
    """The state of the asset, from the active manifest's results and what its ancestors add.

    ``content_bound`` is False when a store was judged without its asset; then the content check cannot be demanded. A new
    failure below an ingredient counts against the asset, because an ingredient's checks are part of being well-formed. An
    ancestor whose signer is unknown to the policy, and was not recorded as such, keeps the asset from being called Trusted,
    though not from being Valid.
    """
    below = [s for delta in deltas for s in delta.validation_deltas.failure if not _is_apart(s)]
    content_fails = any(_is_content(s.code) for s in results.failure)
    matched = any(s.kind is Kind.SUCCESS and s.code.endswith("Hash.match") for s in results.success)
    if not is_valid(results) or content_fails or (content_bound and not matched) or not _tolerable(below):
        return "Invalid"
    return "Trusted" if is_trusted(results) and not below else "Valid"
