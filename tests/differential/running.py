"""Many mutants one after the other, in several processes, and what came of it."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus.measure import PROFILES, reports
from tests.corpus.reviewed import DIFFERENCES
from tests.differential.judging import Pair, compare
from tests.differential.mutants import mutant
from tests.differential.reviewed import REVIEWED, rules_of
from tests.forge.corpus import INDEX

__all__ = ["Found", "corpus", "run"]


@dataclass
class Found:
    """What a run came to."""

    seed: int
    total: int = 0
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Ours and theirs."""
    names: Counter[str] = field(default_factory=Counter)
    """How often each rule applied."""
    unreviewed: list[str] = field(default_factory=list)
    """One line for each disagreement without a rule."""

    @property
    def rules(self) -> list[tuple[str, str, int]]:
        """Name, clause and count of every rule, in the order of the list."""
        return [(rule.name, rule.clause, self.names[rule.name]) for rule in REVIEWED]

    def add(self, other: Found) -> None:
        self.total += other.total
        self.states += other.states
        self.names += other.names
        self.unreviewed += other.unreviewed


def run(seed: int, count: int, *, first: int = 0, jobs: int = 1, keep: str | None = None) -> Found:
    """Judge the mutants ``first`` to ``first + count``."""
    found = Found(seed)
    numbers = [range(first + job, first + count, jobs) for job in range(jobs)]
    if jobs == 1:
        found.add(_run_some(seed, numbers[0], keep))
        return found
    with ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(_run_some, [seed] * jobs, numbers, [keep] * jobs):
            found.add(part)
    return found


def _run_some(seed: int, numbers: range, keep: str | None) -> Found:
    found = Found(seed)
    for number in numbers:
        pair = compare(mutant(seed, number))
        found.total += 1
        found.states[pair.ours.state, pair.theirs.state] += 1
        if pair.agrees:
            continue
        rules = rules_of(pair)
        found.names.update(rules)
        if not rules:
            found.unreviewed.append(_line(seed, pair))
            if keep:
                _keep(Path(keep), seed, pair)
    return found


def _line(seed: int, pair: Pair) -> str:
    made = pair.mutant
    words = [*filter(None, pair.theirs.explanations)]
    return (
        f"seed {seed} number {made.number} ({made.family} of {made.base}: {'; '.join(made.changes)}): {pair.ours.state} here "
        f"{sorted(pair.ours.failures)}, {pair.theirs.state} there {sorted(pair.theirs.failures)} {words}"
    )


def _keep(folder: Path, seed: int, pair: Pair) -> None:
    """The file, which no other process can make again because its keys are new, and both answers beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{seed}-{pair.mutant.number}"
    (folder / f"{name}.{pair.mutant.kind}").write_bytes(pair.mutant.data)
    answers = {
        side: {"state": verdict.state, "failures": sorted(verdict.failures), "explanations": list(verdict.explanations)}
        for side, verdict in (("credkit", pair.ours), ("reference", pair.theirs))
    }
    about = {"family": pair.mutant.family, "base": pair.mutant.base, "changes": list(pair.mutant.changes)}
    (folder / f"{name}.json").write_text(json.dumps(about | answers, indent=2), "utf-8")


def corpus() -> tuple[int, int, list[str]] | None:
    """Verdicts on the files of the corpus, those that differ for a reason of its own list, and a line for each other; None without it."""
    if not INDEX.is_file():
        return None
    total, reviewed, unreviewed = 0, 0, []
    for profile in PROFILES:
        for name, item in reports(profile).items():
            total += 1
            if item.report.state == item.their_state:
                continue
            if any(difference.applies(item) for difference in DIFFERENCES):
                reviewed += 1
            else:
                unreviewed.append(f"corpus {name} {profile}: {item.report.state} here, {item.their_state} there")
    return total, reviewed, unreviewed
