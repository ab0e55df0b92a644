"""``judge``: every rule of a policy, in the order of ``RULES``, over one report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from credkit.acceptance.evidence import Evidence
from credkit.acceptance.judgement import Judgement, RuleResult
from credkit.acceptance.origin import ai, labels
from credkit.acceptance.permissions import (
    commercial_use_allowed,
    creator_named,
    derivatives_allowed,
    licence,
    no_contradictions,
    redistribution_allowed,
    training_allowed,
)
from credkit.acceptance.policy import AcceptancePolicy
from credkit.acceptance.standing import ancestors, formats, no_redactions, no_unprotected_bytes, signer, state
from credkit.acceptance.times import maximal_signature_age_days, maximal_time_stamp_age_days, revocation_known, time_stamp
from credkit.assets import Source
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.terms import Terms
from credkit.verify.report import Report

__all__ = ["judge", "judgement_object"]

_Rule = Callable[[Evidence, AcceptancePolicy], RuleResult]
_ABOUT_USE: tuple[_Rule, ...] = (
    training_allowed,
    commercial_use_allowed,
    derivatives_allowed,
    redistribution_allowed,
    licence,
    creator_named,
    no_contradictions,
)
_RULES: tuple[_Rule, ...] = (
    state,
    signer,
    ancestors,
    ai,
    *_ABOUT_USE,
    no_unprotected_bytes,
    time_stamp,
    maximal_time_stamp_age_days,
    maximal_signature_age_days,
    revocation_known,
    no_redactions,
    formats,
    labels,
)


def judge(
    report: Report,
    policy: AcceptancePolicy,
    *,
    source: Source | None = None,
    terms: Terms | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Judgement:
    """Hold a report against a policy.

    ``source`` is the file that the report is about; without it nothing outside of the credentials can be looked at, and
    ``no_unprotected_bytes`` cannot be met. ``terms`` spares gathering them again. Raises nothing for content.
    """
    evidence = Evidence(report=report, source=source, given_terms=terms, limits=limits)
    asked = policy.asked
    results = tuple(rule(evidence, policy) for rule in _RULES if rule.__name__ in asked)
    wanted = terms is not None or any(rule.__name__ in asked for rule in _ABOUT_USE)
    return Judgement(policy=policy.name, report=report, results=results, terms=evidence.terms if wanted else None)


def judgement_object(judgement: Judgement) -> dict[str, Any]:
    """The member ``policy`` of a report in JSON; see ``schemas/report.schema.json``."""
    return {
        "name": judgement.policy,
        "passed": judgement.passed,
        "results": [
            {"rule": result.rule, "passed": result.passed, "unsaid": result.unsaid, "sentence": result.sentence}
            for result in judgement.results
        ],
    }
