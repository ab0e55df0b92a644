"""Change one bit at a time in eight signed files, and say what is still accepted, where, and whether anything else is told.

``python -m tests.bitflip`` changes every bit. Ends with 1 when a flip is accepted in bytes that the report does not call unbound, or when
anything is said that was not said of the sound file.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from tests.bitflip.files import FILES, signed_file
from tests.bitflip.flips import Outcome, flip_all, places

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    names = [name for name in FILES if not options.files or any(name.startswith(wanted) for wanted in options.files)]
    at = datetime.now(UTC)
    print(f"{'file':<48}{'bytes':>7}{'flips':>9}{'refused':>9}{'accepted':>9}{'changed report':>16}")
    wrong = 0
    for name in names:
        file = signed_file(name)
        outcome = flip_all(file, at, places(file, options.bits), options.jobs)
        _print(outcome)
        wrong += len(outcome.wrong)
    return 1 if wrong or not names else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bitflip", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bits", type=int, default=8, choices=range(1, 9), help="bits to change in each byte (default: 8)")
    parser.add_argument("--files", nargs="*", help="beginnings of their names (default: all eight)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    return parser


def _print(outcome: Outcome) -> None:
    accepted, wrong = sum(outcome.accepted.values()), len(outcome.wrong)
    print(f"{outcome.name:<48}{outcome.size:>7,}{outcome.flips:>9,}{outcome.refused:>9,}{accepted:>9,}{wrong:>16,}", flush=True)
    for what, count in outcome.accepted.most_common():
        print(f"    {count:>7,}  {what}")
    for line in outcome.wrong[:20]:
        print(f"    WRONG {line}")


if __name__ == "__main__":
    sys.exit(main())
