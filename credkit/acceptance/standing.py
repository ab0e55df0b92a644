"""Rules about the verdict itself: the state, who signed, the generations before, what was removed, what is left unprotected, the format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from credkit.acceptance.evidence import Evidence
from credkit.acceptance.judgement import RuleResult
from credkit.acceptance.policy import AcceptancePolicy, SignerRule
from credkit.provenance.byte_account import unbound_words
from credkit.provenance.text import quoted, shown
from credkit.verify.report import IdentityReport, Report, SignatureReport

__all__ = ["ancestors", "formats", "no_redactions", "no_unprotected_bytes", "signer", "state"]

_STATES = {
    "Trusted": "valid, by a signer on a trust list",
    "Valid": "valid, by a signer who is on no trust list",
    "Invalid": "not valid: something was changed since it was signed, or the credentials do not pass their checks",
    "none": "without Content Credentials",
    "error": "unreadable, or its credentials are",
}
_ACCEPTED = {"valid": ("Valid", "Trusted"), "trusted": ("Trusted",), "valid_or_none": ("Valid", "Trusted", "none")}
_ALL_COVERED = (
    "The hard binding covers every byte but those of the manifest store, which signatures and hashes cover, and nothing stands behind "
    "the picture."
)
_WANTED = {"valid": "valid", "trusted": "trusted", "valid_or_none": "valid, or without credentials"}


def state(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """The state of the whole file."""
    found = evidence.report.state
    passed = found in _ACCEPTED[policy.state]
    words = f"The file is {_STATES[found]}"
    return RuleResult(rule="state", passed=passed, sentence=f"{words}." if passed else f"{words}; it must be {_WANTED[policy.state]}.")


def signer(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """Who signed the active manifest. A name is a claim of the certificate, so it counts only where a trust list vouches for it."""
    assert policy.signer is not None
    active = evidence.report.active
    signature = active.signature if active else None
    if active is None or signature is None or not signature.verified:
        return RuleResult(rule="signer", passed=False, sentence="Nobody's signature on the file could be verified.")
    named = quoted(signature.common_name or signature.subject or "somebody without a name")
    if any(_fits(policy.signer, signature)) or any(_attested(policy.signer, identity) for identity in active.identities):
        return RuleResult(rule="signer", passed=True, sentence=f"It was signed by {named}, who is among the signers of the policy.")
    if any(_names(policy.signer, signature)):
        why = "whose certificate bears a name of the policy, but no trust list vouches for that name"
    else:
        why = "who is not among the signers of the policy"
    return RuleResult(rule="signer", passed=False, sentence=f"It was signed by {named}, {why}.")


def _fits(rule: SignerRule, signature: SignatureReport) -> Iterator[bool]:
    if signature.chain:
        yield hashlib.sha256(signature.chain[0]).hexdigest() in {text.replace(":", "").lower() for text in rule.certificate_sha256}
    if signature.trusted:
        yield from _names(rule, signature)


def _names(rule: SignerRule, signature: SignatureReport) -> Iterator[bool]:
    yield signature.common_name in rule.common_name
    yield signature.organization in rule.organization
    yield signature.subject in rule.subject


def _attested(rule: SignerRule, identity: IdentityReport) -> bool:
    """Whether a trusted identity assertion is by, or about, one of the DIDs."""
    if identity.standing != "trusted":
        return False
    return identity.issuer in rule.did or any(item.uri in rule.did for item in identity.identities)


def ancestors(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """Everything before the active manifest, and what was put in."""
    wanted = policy.ancestors
    earlier = [manifest for manifest in evidence.report.manifests[:-1] if manifest.reached]
    for manifest in earlier:
        if not (manifest.trusted and manifest.valid if wanted == "trusted" else manifest.valid):
            title = shown(evidence.graph.node(_key(evidence, manifest.label)).name)
            kind = "not trusted" if manifest.valid else "not valid"
            return RuleResult(rule="ancestors", passed=False, sentence=f"An ancestor ({title}) is {kind}; every one must be {wanted}.")
    bare = [
        ingredient
        for manifest in evidence.report.manifests
        if manifest.reached
        for ingredient in manifest.ingredients
        if ingredient.relationship in ("parentOf", "componentOf") and ingredient.manifest is None
    ]
    if bare:
        words = f"An ancestor ({quoted(bare[0].title or 'without a title')}) came without credentials, so nobody vouches for it"
        passed = policy.unsaid == "accept"
        return RuleResult(rule="ancestors", passed=passed, unsaid=True, sentence=f"{words}.")
    count = len(earlier)
    return RuleResult(rule="ancestors", passed=True, sentence=_all_are(count, wanted))


def _all_are(count: int, wanted: str | None) -> str:
    if count < 2:
        return f"Its one ancestor is {wanted}." if count else "It has no ancestors."
    return f"All of its {count:,} ancestors are {wanted}."


def _key(evidence: Evidence, label: str) -> str:
    return next(node.key for node in evidence.graph.nodes if node.label == label)


def no_redactions(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:  # noqa: ARG001
    """Whether any generation took statements out of earlier ones."""
    removals = [removal for node in evidence.graph.nodes for removal in node.removes]
    if removals:
        labels = ", ".join(dict.fromkeys(shown(removal.label) for removal in removals[:3]))
        return RuleResult(rule="no_redactions", passed=False, sentence=f"Statements were removed from its credentials ({labels}).")
    return RuleResult(rule="no_redactions", passed=True, sentence="Nothing was removed from its credentials.")


def no_unprotected_bytes(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:  # noqa: ARG001
    """The hard binding fits, every byte of the file and of its credentials is covered, and nothing stands behind the picture."""
    problem = _unprotected(evidence.report, evidence)
    sentence = problem or _ALL_COVERED
    return RuleResult(rule="no_unprotected_bytes", passed=problem is None, sentence=sentence)


def _unprotected(report: Report, evidence: Evidence) -> str | None:
    if not report.content_intact:
        return "No hard binding fits the content of the file, so nothing protects it."
    if report.unprotected:
        more = f" and {len(report.unprotected) - 1:,} more" if len(report.unprotected) > 1 else ""
        return f"The hard binding leaves out {shown(report.unprotected[0])}{more}."
    if report.unbound:
        words = unbound_words(report.unbound)
        return f"{words[:1].upper()}{words[1:]}."
    behind = evidence.behind()
    if behind is None:
        return "Whether anything stands behind the picture could not be found out."
    return f"Behind the end of the picture stand {behind:,} bytes." if behind else None


def formats(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """The media type, by content."""
    found = evidence.report.media_type
    passed = found in policy.formats
    words = f"The file is {'of no format that is known here' if found is None else shown(found)}"
    return RuleResult(
        rule="formats", passed=passed, sentence=f"{words}." if passed else f"{words}; allowed are {', '.join(map(shown, policy.formats))}."
    )
