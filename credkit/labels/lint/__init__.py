"""What a file has of that which the rules of a place ask for, clause by clause. One file a regime; requirements are data."""

from __future__ import annotations

from credkit.labels.lint.document import lint_document
from credkit.labels.lint.linting import RULES, lint
from credkit.labels.lint.requirement import Answer, Finding, LintReport, Outcome, Requirement, Rule

__all__ = ["RULES", "Answer", "Finding", "LintReport", "Outcome", "Requirement", "Rule", "lint", "lint_document"]
