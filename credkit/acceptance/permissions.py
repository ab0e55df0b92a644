"""Rules about use: what the file's terms allow, which licence and creator are named, whether the terms agree with themselves.

A prohibition counts wherever it stands, also in a statement that is void. A permission, conditions or none, counts when a signed statement
gives it: metadata that nobody signed allows nothing.
How statements are weighed against each other is decided in ``credkit.terms``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from credkit.acceptance.evidence import Evidence
from credkit.acceptance.judgement import RuleResult
from credkit.acceptance.policy import TRAINING_USES, AcceptancePolicy
from credkit.provenance.text import quoted, shown
from credkit.terms import Origin, Use, UseTerms
from credkit.terms.weighing import told_first

__all__ = [
    "commercial_use_allowed",
    "creator_named",
    "derivatives_allowed",
    "licence",
    "no_contradictions",
    "redistribution_allowed",
    "training_allowed",
]

_WORDS: dict[str, str] = {
    "ai_training": "training of AI models",
    "ai_generative_training": "training of generative AI models",
    "ai_inference": "use as input of AI models",
    "data_mining": "data mining",
    "commercial": "commercial use",
    "derivatives": "making derivatives",
    "redistribution": "passing it on",
}
_SIGNED = ("trusted", "own word")


def training_allowed(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """The uses of ``cawg.training-mining`` that the policy names, all of them."""
    return _allowed("training_allowed", [use for use in TRAINING_USES if use in policy.training_allowed], evidence, policy)


def commercial_use_allowed(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """Commercial use."""
    return _allowed("commercial_use_allowed", ["commercial"], evidence, policy)


def derivatives_allowed(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """Making derivatives."""
    return _allowed("derivatives_allowed", ["derivatives"], evidence, policy)


def redistribution_allowed(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """Passing it on."""
    return _allowed("redistribution_allowed", ["redistribution"], evidence, policy)


def _allowed(rule: str, uses: Iterable[str], evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """The first use that is not allowed decides; the sentence of a met rule names all of them."""
    told = []
    unsaid = False
    for use in uses:
        terms = evidence.terms.use(cast("Use", use))
        words = _WORDS[use]
        if terms.permission == "notAllowed":
            return RuleResult(rule=rule, passed=False, sentence=f"{_capital(words)} is forbidden{_place(terms, 'by')}.")
        if terms.permission == "constrained":
            conditions = f": {shown(terms.info[0])}" if terms.info else ""
            if policy.constrained == "refuse" or not _grants(terms, evidence):
                whose = "" if policy.constrained == "refuse" else ", and no signer whose word still holds grants it"
                sentence = f"{_capital(words)} is allowed only under conditions{_place(terms, 'of')}{conditions}{whose}."
                return RuleResult(rule=rule, passed=False, sentence=sentence)
            told.append(f"{words} is allowed under conditions")
        elif terms.permission == "allowed" and terms.standing in _SIGNED and _holds(evidence):
            told.append(f"{words} is allowed")
        else:
            unsaid = True
            whose = "No statement of a signer that still holds allows" if terms.permission == "allowed" else "Nobody says anything about"
            if policy.unsaid == "refuse":
                return RuleResult(rule=rule, passed=False, unsaid=True, sentence=f"{whose} {words}, and that is no permission.")
            told.append(f"nobody says anything about {words}")
    return RuleResult(rule=rule, passed=True, unsaid=unsaid, sentence=f"{_capital('; '.join(told))}.")


def _place(terms: UseTerms, joint: str) -> str:
    """Where the statement stands that decided."""
    deciding = min((s for s in terms.statements if s.permission == terms.permission and s.binds), key=told_first, default=None)
    if deciding is None:
        return ""
    flaw = f" ({deciding.origin.flaw}, and it is taken as a reservation all the same)" if deciding.origin.flaw else ""
    return f" {joint} {shown(deciding.origin.place)}{flaw}"


def _grants(terms: UseTerms, evidence: Evidence) -> bool:
    """Whether somebody signed that the use can be had at all, in a file that is still what was signed."""
    given = (s.origin for s in terms.statements if s.permission != "notAllowed" and s.origin.binds)
    return _holds(evidence) and any(origin.standing in _SIGNED for origin in given)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _counts(origin: Origin, evidence: Evidence) -> bool:
    """Whether somebody signed it about this picture, and not about one that it was made of, in a file that is still what was signed."""
    return _holds(evidence) and origin.role == "active" and origin.standing in _SIGNED


def _holds(evidence: Evidence) -> bool:
    return evidence.report.state in ("Valid", "Trusted")


def licence(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """A signed statement names one of the licences, by identifier or address."""
    wanted = {text.casefold().rstrip("/") for text in policy.licence}
    named = [item for item in evidence.terms.licences if _counts(item.origin, evidence)]
    for item in named:
        if {text.casefold().rstrip("/") for text in (item.name, item.url) if text} & wanted:
            return RuleResult(rule="licence", passed=True, sentence=f"It is under the licence {shown(item.name)}.")
    if not named:
        return RuleResult(rule="licence", passed=policy.unsaid == "accept", unsaid=True, sentence="No signed statement names its licence.")
    listed = ", ".join(map(shown, policy.licence))
    return RuleResult(rule="licence", passed=False, sentence=f"It is under the licence {shown(named[0].name)}; accepted are {listed}.")


def creator_named(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """A signed statement names a creator, or one of those that the policy lists."""
    named = [said.text for said in evidence.terms.creators if _counts(said.origin, evidence)]
    if not named:
        words = "No signed statement names a creator."
        return RuleResult(rule="creator_named", passed=policy.unsaid == "accept", unsaid=True, sentence=words)
    wanted = policy.creator_named if isinstance(policy.creator_named, tuple) else ()
    if wanted and not set(named) & set(wanted):
        sentence = f"It names {quoted(named[0])} as its creator, who is not among the creators of the policy."
        return RuleResult(rule="creator_named", passed=False, sentence=sentence)
    found = next((name for name in named if name in wanted), named[0])
    return RuleResult(rule="creator_named", passed=True, sentence=f"It names {quoted(found)} as its creator.")


def no_contradictions(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:  # noqa: ARG001
    """What the file says about its use, in its credentials and in its metadata."""
    found = evidence.terms.contradictions
    if found:
        more = f" ({len(found) - 1:,} more)" if len(found) > 1 else ""
        return RuleResult(rule="no_contradictions", passed=False, sentence=f"{shown(found[0].sentence).rstrip('.')}{more}.")
    return RuleResult(rule="no_contradictions", passed=True, sentence="What it says about its use does not contradict itself.")
