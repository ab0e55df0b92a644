"""Rules about time and revocation: a time-stamp, its age, the age of the signature, what is known of the certificate."""

from __future__ import annotations

from datetime import UTC, datetime

from credkit.acceptance.evidence import Evidence
from credkit.acceptance.judgement import RuleResult
from credkit.acceptance.policy import AcceptancePolicy

__all__ = ["maximal_signature_age_days", "maximal_time_stamp_age_days", "revocation_known", "time_stamp"]

_DAY = 86_400
_NO_STAMP = "No time-stamp authority on a trust list attests when it was signed"
_REVOCATION = {
    "revoked": "The signer's certificate was revoked.",
    "unknown": "The issuer of the signer's certificate does not know whether it was revoked.",
    "inaccessible": "Whether the signer's certificate was revoked could not be found out: its issuer gave no usable answer.",
    "skipped": "Whether the signer's certificate was revoked was not asked; the network was not allowed.",
}


def _attested(evidence: Evidence) -> datetime | None:
    active = evidence.report.active
    return active.signature.time if active and active.signature else None


def _age(evidence: Evidence, moment: datetime) -> float:
    """Days; never negative."""
    return max(0.0, (evidence.report.validated_at - moment).total_seconds() / _DAY)


def time_stamp(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:  # noqa: ARG001
    """An accepted time-stamp on the active manifest."""
    moment = _attested(evidence)
    sentence = f"A time-stamp attests that it was signed before {moment:%Y-%m-%d %H:%M:%S} UTC." if moment else f"{_NO_STAMP}."
    return RuleResult(rule="time_stamp", passed=moment is not None, sentence=sentence)


def maximal_time_stamp_age_days(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """The age of the accepted time-stamp at the time of the verdict."""
    assert policy.maximal_time_stamp_age_days is not None
    rule = "maximal_time_stamp_age_days"
    moment = _attested(evidence)
    if moment is None:
        return RuleResult(rule=rule, passed=False, sentence=f"{_NO_STAMP}, so its age cannot be told.")
    return _judged(rule, "time-stamp", _age(evidence, moment), policy.maximal_time_stamp_age_days)


def maximal_signature_age_days(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """The age of the signature: by the time-stamp, else, where ``unsaid`` is ``accept``, by the time that the signer states."""
    assert policy.maximal_signature_age_days is not None
    rule = "maximal_signature_age_days"
    moment = _attested(evidence)
    if moment is not None:
        return _judged(rule, "signature", _age(evidence, moment), policy.maximal_signature_age_days)
    claimed = _claimed(evidence)
    if policy.unsaid == "refuse" or claimed is None:
        own = "; the time that the signer states is the signer's own word" if claimed else ""
        passed = policy.unsaid == "accept"
        return RuleResult(rule=rule, passed=passed, unsaid=True, sentence=f"{_NO_STAMP}, so its age cannot be told{own}.")
    return _judged(rule, "signature, by the signer's own word,", _age(evidence, claimed), policy.maximal_signature_age_days)


def _claimed(evidence: Evidence) -> datetime | None:
    active = evidence.graph.active
    try:
        found = datetime.fromisoformat(active.claimed_time) if active and active.claimed_time else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _judged(rule: str, what: str, age: float, allowed: float) -> RuleResult:
    passed = age <= allowed
    bound = f"{allowed:,.4g} days are allowed"
    words = f"The {what} is {age:,.1f} days old"
    return RuleResult(rule=rule, passed=passed, sentence=f"{words}; {bound}.")


def revocation_known(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """Only a usable answer of the issuer counts. A certificate that names no way to ask leaves it unsaid."""
    active = evidence.report.active
    if active is None or active.signature is None:
        return RuleResult(rule="revocation_known", passed=False, sentence="There is no signature whose certificate could be asked about.")
    known = active.signature.revocation
    if known == "notRevoked":
        return RuleResult(rule="revocation_known", passed=True, sentence="The signer's certificate had not been revoked when it signed.")
    if known is None:
        words = "Nobody says whether the signer's certificate was revoked: it names no way to ask."
        return RuleResult(rule="revocation_known", passed=policy.unsaid == "accept", unsaid=True, sentence=words)
    return RuleResult(rule="revocation_known", passed=False, sentence=_REVOCATION[known])
