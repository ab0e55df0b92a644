"""``python -m tests.cost``: what each hostile file costs, in one table; exit code 1 when one costs more than any file may."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.cost.catalogue import CATALOGUE
from tests.cost.hostile import FILE_VERBS
from tests.cost.measuring import MEGABYTE, Cost, allowed_memory, allowed_seconds, measure, written

__all__ = ["main"]

_SMALL = 3_000
_NOTES = """time: 50 ms + 10 ms/MB as a rule ("over" where a file takes longer), 2 s at most;
memory: 96 MiB + 2 x store above the interpreter."""


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cost", description=__doc__.partition(": ")[2])
    parser.add_argument("--only", metavar="NAME", default="", help="entries whose name has this in it (or one of these, parted by commas)")
    parser.add_argument("--verbs", default=",".join((*FILE_VERBS, "read")), help="default: %(default)s")
    parser.add_argument("--size", type=int, default=10 * MEGABYTE, help="bytes of each file (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=60, help="after which the watchdog ends a measurement (default: %(default)s)")
    parser.add_argument("--worst", action="store_true", help="print only what is over the rule or missed")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    return parser.parse_args(arguments)


def _row(name: str, cost: Cost) -> str:
    answer = "MISSED" if not cost.met else "met" if cost.usual else "over"
    return (
        f"{name:<44} {cost.size:>10,} {cost.verb:<8} {cost.seconds * 1e3:>8,.0f} {cost.seconds * 1e9 / cost.size:>9,.1f}"
        f" {cost.memory / 2**20:>7,.0f} {allowed_seconds(cost.size) * 1e3:>7,.0f} {allowed_memory(cost.store) / 2**20:>6,.0f}"
        f" {answer:<7} {cost.words.splitlines()[-1][:90] if cost.words else ''}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when a bound that holds for every file is missed."""
    options = _arguments(arguments)
    chosen = [entry for name, entry in CATALOGUE.items() if any(part.strip() in name for part in options.only.split(","))]
    if options.list:
        print("\n".join(entry.name for entry in chosen))
        return 0
    costs: list[Cost] = []
    print(f"{'file':<44} {'bytes':>10} {'verb':<8} {'ms':>8} {'ms/MB':>9} {'MiB':>7} {'ms':>7} {'MiB':>6} bound")
    with tempfile.TemporaryDirectory(prefix="credkit-cost-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        for entry in chosen:
            small, path = (written(entry, size, Path(folder)) for size in (_SMALL, options.size))
            for verb in [verb for verb in entry.verbs if verb in options.verbs.split(",")]:
                costs.append(measure(entry, verb, path, small, seconds=options.seconds))
                if not options.worst or not (costs[-1].usual and costs[-1].met):
                    print(_row(entry.name, costs[-1]), flush=True)
            for left in Path(folder).iterdir():
                left.unlink()
    missed = [cost for cost in costs if not cost.met]
    print(_NOTES)
    print(f"{len(costs)} measured, {sum(not cost.usual for cost in costs)} over the rule, {len(missed)} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
