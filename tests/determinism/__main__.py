"""Show and judge the same files in many surroundings (locale, time zone, hash seed, folder, mask), and compare every byte of the output.

``python -m tests.determinism --runs 100`` is the long run. Ends with 1 when anything differs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.determinism.running import LOCALES, ZONES, run

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.determinism", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, help="how many surroundings (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (default: 1)")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        found = run(options.runs, options.seed, Path(folder))
    print(f"{found.runs} surroundings, {found.commands} command lines with {found.bytes:,} bytes of output in each")
    print(f"locales: {', '.join(found.locales)} (of {', '.join(LOCALES)}); time zones: {', '.join(ZONES)}")
    for line in found.different:
        print(f"DIFFERENT {line}")
    print(f"different outputs: {len(found.different)}")
    return 1 if found.different else 0


if __name__ == "__main__":
    sys.exit(main())
