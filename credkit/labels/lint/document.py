"""A lint as JSON, as ``schemas/lint.schema.json`` has it. Texts from files are as stored."""

from __future__ import annotations

from typing import Any

from credkit.labels.lint.requirement import Finding, LintReport

__all__ = ["lint_document"]


def lint_document(report: LintReport) -> dict[str, Any]:
    """The object for one file."""
    counts = dict.fromkeys(("met", "unmet", "look", "skipped"), 0)
    for finding in report.findings:
        counts[finding.answer.outcome] += 1
    return {
        "file": report.name,
        "regimes": list(report.regimes),
        "credentials": report.state,
        "ok": report.ok,
        "counts": counts,
        "findings": [_finding(finding) for finding in report.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    requirement, answer = finding.requirement, finding.answer
    return {
        "id": requirement.id,
        "regime": requirement.regime,
        "clause": requirement.clause,
        "second_hand": requirement.second_hand,
        "asks": requirement.asks,
        "outcome": answer.outcome,
        "found": answer.found,
        "where": list(answer.where),
        "also": list(answer.also),
    }
