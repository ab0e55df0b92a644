"""Judge the corpus and any number of mutants with credkit and with the reference, and say where the two part.

``python -m tests.differential --n 20000`` is the long run. The corpus is compared by the answers of the reference that are recorded with
it, each at the time of its run; mutants are judged by both here and now. Ends with 1 when a disagreement is on no reviewed list.
"""

from __future__ import annotations

import argparse
import sys

from tests.differential.running import Found, corpus, run

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    found = run(options.seed, options.n, first=options.first, jobs=options.jobs, keep=options.keep)
    _print(found)
    unreviewed = len(found.unreviewed)
    if not options.no_corpus:
        unreviewed += _print_corpus()
    print(f"unreviewed disagreements: {unreviewed}")
    return 1 if unreviewed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.differential", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--n", type=int, default=20_000, help="how many mutants (default: 20000)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (default: 1)")
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant, to go on or to repeat one (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--keep", help="folder for the files on which the two disagree without a rule")
    parser.add_argument("--no-corpus", action="store_true", help="mutants only")
    return parser


def _print(found: Found) -> None:
    states = ("Trusted", "Valid", "Invalid", "none", "error")
    print(f"{found.total:,} mutants, seed {found.seed}\n")
    print(f"{'credkit / reference':<20}" + "".join(f"{state:>9}" for state in states))
    for ours in states:
        print(f"{ours:<20}" + "".join(f"{found.states[ours, theirs]:>9,}" for theirs in states))
    accepted = sum(count for (ours, theirs), count in found.states.items() if _accepts(ours) and not _accepts(theirs))
    refused = sum(count for (ours, theirs), count in found.states.items() if not _accepts(ours) and _accepts(theirs))
    print(f"\naccepted here alone: {accepted:,}; accepted there alone: {refused:,}\n")
    for rule, clause, count in found.rules:
        print(f"{count:>7,}  {rule} ({clause})")
    for line in found.unreviewed:
        print(f"UNREVIEWED {line}")


def _accepts(state: str) -> bool:
    return state in ("Trusted", "Valid")


def _print_corpus() -> int:
    answers = corpus()
    if answers is None:
        print("the corpus of real files is not on this machine (set CREDKIT_CORPUS)")
        return 0
    total, reviewed, unreviewed = answers
    print(f"\ncorpus: {total:,} verdicts, {reviewed:,} differ for a reviewed reason, {len(unreviewed)} for none")
    for line in unreviewed:
        print(f"UNREVIEWED {line}")
    return len(unreviewed)


if __name__ == "__main__":
    sys.exit(main())
