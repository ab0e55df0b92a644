"""Fuzzing by changed files: ``python -m tests.fuzz.mutate --n 200000 --jobs 2``.

Ends with 1 when anything was found. ``--keep`` writes each finding as a file; ``--one SEED:NUMBER`` makes one mutant again and says what
becomes of it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.held import Budget, examine
from tests.fuzz.mutants import mutant
from tests.fuzz.workers import Done, Run, run

__all__ = ["Table", "main"]


@dataclass
class _Row:
    number: int = 0
    refused: int = 0
    same: int = 0
    signed: int = 0
    milliseconds: float = 0
    megabytes: float = 0
    findings: int = 0

    def count(self, done: Done) -> None:
        self.number += 1
        self.refused += done.verdict == "refused"
        self.same += done.verdict in ("same", "untouched")
        self.signed += done.verdict == "signed"
        self.milliseconds = max(self.milliseconds, done.milliseconds)
        self.megabytes = max(self.megabytes, done.megabytes)
        self.findings += len(done.findings)


@dataclass
class Table:
    """Numbers by kind of mutation and by format or table of cases."""

    kinds: dict[str, _Row] = field(default_factory=lambda: defaultdict(_Row))
    families: dict[str, _Row] = field(default_factory=lambda: defaultdict(_Row))
    total: _Row = field(default_factory=_Row)

    def count(self, done: Done) -> None:
        for row in (self.kinds[done.kind], self.families[done.family], self.total):
            row.count(done)

    def __str__(self) -> str:
        lines = [f"{'':22}{'mutants':>10}{'refused':>10}{'same':>8}{'signed':>8}{'worst ms':>10}{'worst MB':>10}{'findings':>10}"]
        for rows in (self.kinds, self.families, {"all": self.total}):
            for name, row in sorted(rows.items()):
                lines.append(
                    f"{name:22}{row.number:>10,}{row.refused:>10,}{row.same:>8,}{row.signed:>8,}"
                    f"{row.milliseconds:>10.1f}{row.megabytes:>10.1f}{row.findings:>10,}"
                )
            lines.append("")
        return "\n".join(lines)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.mutate", description=__doc__)
    parser.add_argument("--n", type=int, default=200_000, help="mutants (200000)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the run (1)")
    parser.add_argument("--start", type=int, default=0, help="number of the first mutant (0)")
    parser.add_argument("--max-ms", type=float, default=50, help="milliseconds of CPU for any file (50)")
    parser.add_argument("--max-ms-per-mb", type=float, default=10, help="and for each MB of it (10)")
    parser.add_argument("--max-rss", type=float, default=96, help="MB of memory, besides twice the store (96)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write each finding to this folder")
    parser.add_argument("--one", metavar="SEED:NUMBER", help="make one mutant again and examine it")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run, tell, and give the exit code."""
    given = _arguments(arguments)
    budget = Budget(milliseconds=given.max_ms, per_megabyte=given.max_ms_per_mb)
    if given.one:
        return _one(given, budget)
    wanted = Run(given.seed, given.n, given.jobs, budget, given.max_rss, given.start)
    table, begun, said = Table(), time.monotonic(), 0.0
    for done in run(wanted):
        table.count(done)
        for finding in done.findings:
            print(f"\n{given.seed}:{done.number} {done.kind} of {done.seed}: {finding.what}: {finding.text}", flush=True)
        if done.findings and given.keep:
            _keep(given.keep, given.seed, done)
        if time.monotonic() - said > 10:
            said = time.monotonic()
            rate = table.total.number / (said - begun)
            print(
                f"{table.total.number:,} of {given.n:,}, {rate:.0f} a second, {table.total.findings} findings", file=sys.stderr, flush=True
            )
    spent, processor = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    print(
        f"\n{table}seed {given.seed}, {spent:.0f} seconds, {table.total.number / max(processor, 0.1):.0f} mutants in a second of processor"
    )
    return 1 if table.total.findings else 0


def _one(given: argparse.Namespace, budget: Budget) -> int:
    run_seed, _, number = given.one.partition(":")
    made = mutant(int(run_seed), int(number))
    if given.keep:
        _write(given.keep, f"{run_seed}-{number}", made.data, made.sidecar)
    outcome = examine(made, budget)
    print(f"{made.kind} of {made.seed.name}, {made.size:,} bytes: {outcome.verdict}, {outcome.milliseconds:.1f} ms")
    for finding in outcome.findings:
        print(f"{finding.what}: {finding.text}")
    return 1 if outcome.findings else 0


def _keep(folder: Path, seed: int, done: Done) -> None:
    made = mutant(seed, done.number)
    stem = f"{seed}-{done.number}"
    _write(folder, stem, made.data, made.sidecar)
    text = "\n".join(f"{finding.what}: {finding.text}" for finding in done.findings)
    (folder / f"{stem}.txt").write_text(f"{done.kind} of {done.seed}\n{text}\n", encoding="utf-8")


def _write(folder: Path, stem: str, data: bytes, sidecar: bytes | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / stem).write_bytes(data)
    if sidecar is not None:
        (folder / f"{stem}.c2pa").write_bytes(sidecar)


if __name__ == "__main__":
    sys.exit(main())
