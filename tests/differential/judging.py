"""Both verdicts on one file, with the same trust settings and without network, and where they part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import c2pa

from credkit.trust.policy import TrustPolicy
from credkit.verify import Report
from tests.differential.mutants import Mutant
from tests.differential.seeds import anchors
from tests.forge import peer
from tests.verify.case import judge

__all__ = ["ACCEPTED", "Pair", "Verdict", "compare"]

ACCEPTED = ("Trusted", "Valid")
_SIDES = {"Trusted": "Trusted", "Valid": "Valid", "Invalid": "refused", "error": "refused", "none": "none"}
"""A refusal with a report and one without are the same to whoever asks."""
_NOTHING = ("ManifestNotFound", "no JUMBF data found")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one side says."""

    state: str
    """``Trusted``, ``Valid``, ``Invalid``, ``none`` or ``error``."""
    failures: frozenset[str] = frozenset()
    """Failure codes of the active manifest and below its ingredients."""
    said: frozenset[str] = frozenset()
    """All other codes."""
    explanations: tuple[str, ...] = ()
    """Of the failures; the words of an error."""

    @property
    def side(self) -> str:
        return _SIDES[self.state]

    @property
    def accepts(self) -> bool:
        return self.state in ACCEPTED


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The two verdicts on one mutant."""

    mutant: Mutant
    ours: Verdict
    theirs: Verdict
    report: Report

    @property
    def agrees(self) -> bool:
        return self.ours.side == self.theirs.side

    @property
    def accepted_here_alone(self) -> bool:
        return self.ours.accepts and not self.theirs.accepts

    @property
    def extra(self) -> frozenset[str]:
        """Failures that only we find."""
        return self.ours.failures - self.theirs.failures

    @property
    def lacking(self) -> frozenset[str]:
        """Failures that only they find."""
        return self.theirs.failures - self.ours.failures

    def they_say(self, words: str) -> bool:
        """Whether these words are in one of their explanations."""
        return any(words in text for text in self.theirs.explanations)

    def we_say(self, words: str) -> bool:
        """Whether these words are in one of our explanations."""
        return any(words in text for text in self.ours.explanations)


def compare(mutant: Mutant, at: datetime | None = None) -> Pair:
    """Both verdicts on a mutant."""
    report = judge(mutant.data, policy=_policy(), at=at)
    return Pair(mutant=mutant, ours=_ours(report), theirs=_theirs(mutant), report=report)


@cache
def _policy() -> TrustPolicy:
    """The reference has one store of anchors for signers and time-stamp authorities alike."""
    return TrustPolicy.of(anchors(), tsa=[anchors()])


def _ours(report: Report) -> Verdict:
    maps = [*(manifest.results for manifest in report.manifests[-1:]), *(delta.validation_deltas for delta in report.ingredient_deltas)]
    failures = [status for found in maps for status in found.failure] + ([report.failure] if report.failure else [])
    said = frozenset(status.code for found in maps for status in (*found.success, *found.informational))
    words = (*(status.explanation or "" for status in failures), report.problem or "")
    return Verdict(state=report.state, failures=frozenset(status.code for status in failures), said=said, explanations=words)


def _theirs(mutant: Mutant) -> Verdict:
    try:
        raw = peer.read(mutant.data, mutant.kind, anchors=anchors()).raw
    except c2pa.C2paError as error:
        words = f"{type(error).__name__} {error}"
        return Verdict(state="none" if any(part in words for part in _NOTHING) else "error", explanations=(words,))
    except Exception as error:
        # A crash of the peer is a refusal, whatever it is.
        return Verdict(state="error", explanations=(f"{type(error).__name__} {error}",))
    return _read(raw)


def _read(raw: dict[str, Any]) -> Verdict:
    results = raw["validation_results"]
    maps = [results.get("activeManifest", {}), *(delta["validationDeltas"] for delta in results.get("ingredientDeltas", []))]
    failures = [entry for found in maps for entry in found.get("failure", [])]
    said = frozenset(entry["code"] for found in maps for kind in ("success", "informational") for entry in found.get(kind, []))
    return Verdict(
        state=raw["validation_state"],
        failures=frozenset(entry["code"] for entry in failures),
        said=said,
        explanations=tuple(str(entry.get("explanation") or "") for entry in failures),
    )
