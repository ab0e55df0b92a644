"""Rules about how it was made: is it said, does anything point to a trained model, and do the labels that the law asks for stand in it?"""

from __future__ import annotations

from credkit.acceptance.evidence import Evidence
from credkit.acceptance.judgement import RuleResult
from credkit.acceptance.policy import AcceptancePolicy
from credkit.errors import AssetError
from credkit.labels.content import AI_SOURCE_TYPES
from credkit.labels.labels import REGIMES
from credkit.labels.lint import lint
from credkit.provenance.text import shown

__all__ = ["ai", "labels"]

_NEUTRAL = ("empty",)
"""An empty canvas says nothing of what was put on it."""


def ai(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """``declared``, ``forbidden`` or ``required``, see ``RULES``."""
    declared = [word for word in evidence.declarations if word in AI_SOURCE_TYPES or word.startswith("c2pa.")]
    other = [word for word in evidence.declarations if word not in declared and word not in _NEUTRAL]
    if declared:
        return _result(
            policy.ai != "forbidden",
            f"Its credentials say that a trained model took part ({', '.join(declared[:3])})",
            "; that is not allowed here",
        )
    if evidence.traces:
        also = "; that is not allowed here" if policy.ai == "forbidden" else "; no signed statement that holds declares it"
        return _result(False, f"Something points to a trained model: {evidence.traces[0]}", also)
    if policy.ai == "required":
        return _result(False, "No signed statement says that a trained model took part", "; here that is required")
    if other:
        return _result(True, f"Its credentials say how it was made ({', '.join(other[:3])}), and nothing points to a trained model", "")
    words = "No signed statement says how it was made, so whether a trained model took part is not known."
    return RuleResult(rule="ai", passed=policy.unsaid == "accept", unsaid=True, sentence=words)


def labels(evidence: Evidence, policy: AcceptancePolicy) -> RuleResult:
    """What the lint of the regimes misses. A picture in which nothing points to a trained model owes no label."""
    declared = [word for word in evidence.declarations if word in AI_SOURCE_TYPES or word.startswith("c2pa.")]
    if not declared and not evidence.traces:
        return RuleResult(rule="labels", passed=True, sentence="Nothing points to a trained model, so no label is asked for.")
    if evidence.source is None:
        return RuleResult(rule="labels", passed=False, sentence="Without the file its labels cannot be read.")
    try:
        found = lint(evidence.source, evidence.report, tuple(r for r in REGIMES if r in policy.labels), limits=evidence.limits)
    except AssetError:
        return RuleResult(rule="labels", passed=False, sentence="The file cannot be read, so its labels cannot either.")
    if found.ok:
        return RuleResult(rule="labels", passed=True, sentence=f"It has what the labels of {', '.join(found.regimes)} ask for.")
    first = found.unmet[0]
    more = f" ({len(found.unmet) - 1:,} more: credkit lint)" if len(found.unmet) > 1 else ""
    words = f"Its labels lack what {shown(first.requirement.clause)} asks for: {shown(first.answer.found)}{more}."
    return RuleResult(rule="labels", passed=False, sentence=words)


def _result(passed: bool, words: str, why_not: str) -> RuleResult:
    return RuleResult(rule="ai", passed=passed, sentence=f"{words}." if passed else f"{words}{why_not}.")
