"""What a lint consists of: requirements as data, each with the clause that asks for it, and what was found for each in a file.

Nothing here decides whether a requirement is met; that stands beside each in the file of its regime.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from credkit.dataclass import dataclass
from credkit.labels.labels import Regime
from credkit.labels.lint.evidence import Evidence, Fact

__all__ = ["Answer", "Finding", "LintReport", "Outcome", "Requirement", "Rule", "answered", "look", "met", "skipped", "unmet"]

Outcome = Literal["met", "unmet", "look", "skipped"]
"""``look``: a person has to look, because a file cannot show it; ``skipped``: there is nothing yet of which it could be judged."""


_MOST_OTHERS = 10
_MOST_PLACES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a rule asks for."""

    id: str
    """``cn.producer``; it never changes its meaning."""
    regime: Regime | Literal["marks"]
    """``marks``: not a rule of a place; the marks of one file have to fit together."""
    clause: str
    asks: str
    """A sentence without a full stop."""
    second_hand: bool = False
    """Whether the clause is known through others that quote it, and not from its own text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a check says: the outcome, what was found or is missing (a sentence without a full stop), and where."""

    outcome: Outcome
    found: str
    where: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Other values for the same, each with its places; they do not decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A requirement with its check."""

    requirement: Requirement
    check: Callable[[Evidence], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A requirement and its answer for one file."""

    requirement: Requirement
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """All findings of one file. It says what is in the file, and not whether anybody is obliged to it."""

    name: str
    regimes: tuple[Regime, ...]
    state: str
    """The verdict on its credentials, as in ``Report``."""
    findings: tuple[Finding, ...]

    @property
    def unmet(self) -> tuple[Finding, ...]:
        """The findings that say what is wrong or missing."""
        return tuple(finding for finding in self.findings if finding.answer.outcome == "unmet")

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong or missing that a program can see."""
        return not self.unmet


def met(found: str, *where: str) -> Answer:
    """It is there."""
    return Answer(outcome="met", found=found, where=where)


def unmet(found: str, *where: str) -> Answer:
    """It is missing or wrong."""
    return Answer(outcome="unmet", found=found, where=where)


def look(found: str, *where: str) -> Answer:
    """A person has to look."""
    return Answer(outcome="look", found=found, where=where)


def skipped(found: str) -> Answer:
    """There is nothing to judge."""
    return Answer(outcome="skipped", found=found)


def answered(facts: tuple[Fact, ...]) -> Answer:
    """It is there: the value of the first of these facts answers, with all places that hold it; other values are told beside it."""
    places: dict[str, list[str]] = {}
    for fact in facts:
        places.setdefault(f"{fact.value:.500}", []).append(fact.where)
    (found, where), *others = ((value, tuple(dict.fromkeys(listed))) for value, listed in places.items())
    also = tuple(f"{value} ({'; '.join(listed[:_MOST_PLACES])})" for value, listed in others[:_MOST_OTHERS])
    return Answer(outcome="met", found=found, where=where, also=also)
