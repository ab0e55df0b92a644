"""What judging a file by a policy comes to: one result for each rule, each with a sentence. Nothing here decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credkit.dataclass import dataclass, field
from credkit.verify.report import Report

if TYPE_CHECKING:
    from credkit.terms import Terms

__all__ = ["Judgement", "RuleResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule found."""

    rule: str
    """Name of the rule as the policy writes it."""
    passed: bool
    sentence: str
    """For people, safe to show: what was found, and where it fails, what is missing."""
    unsaid: bool = False
    """Whether nothing in the file speaks of it, so that the policy's ``unsaid`` decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A report, judged by a policy."""

    policy: str
    """What the policy calls itself; empty for one without a name."""
    report: Report = field(repr=False)
    results: tuple[RuleResult, ...]
    """In the order of ``RULES``, only the rules that the policy has."""
    terms: Terms | None = field(default=None, repr=False)
    """What the file says about its use, where a rule asked for it."""

    @property
    def passed(self) -> bool:
        """Whether every rule is met."""
        return all(result.passed for result in self.results)

    @property
    def failed(self) -> tuple[RuleResult, ...]:
        """The rules that are not met."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each rule that is not met."""
        return tuple(result.sentence for result in self.failed)

    def result(self, rule: str) -> RuleResult:
        """What the rule of that name found; ``KeyError`` when the policy does not have it."""
        for found in self.results:
            if found.rule == rule:
                return found
        raise KeyError(rule)
