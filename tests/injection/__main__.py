"""``python -m tests.injection --full``: every hostile text in every field by itself, through every output.

Without ``--full`` each text is tried in a share of the fields, other ones for each text.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.injection.attack import attack
from tests.injection.fields import FIELDS
from tests.injection.outputs import COMMANDS
from tests.injection.strings import HOSTILE, MIXED

_SHARE = 16
_NAMES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.injection", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every text in every field")
    parser.add_argument("--texts", type=lambda words: words.split(","), help="only these texts, by name")
    args = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", message="Attribute's length")
    texts = {name: text for name, text in (HOSTILE | {"mixed": MIXED}).items() if args.texts is None or name in args.texts}
    chosen = [
        (name, text, field)
        for row, (name, text) in enumerate(texts.items())
        for column, field in enumerate(FIELDS)
        if args.full or (row + column) % _SHARE == 0
    ]
    leaks = 0
    with TemporaryDirectory() as folder:
        os.environ.update(dict.fromkeys(_NAMES, f"{folder}/home"))
        for name, text, field in chosen:
            try:
                attack(Path(folder), {field: text})
            except AssertionError as error:
                leaks += 1
                print(f"LEAK {name} in {field}: {error}"[:600], flush=True)
    print(f"{len(texts)} texts, {len(FIELDS)} fields, {len(COMMANDS)} outputs: {len(chosen) * len(COMMANDS):,} checked, {leaks} leaks")
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main())
