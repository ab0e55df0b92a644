"""``credkit`` and ``python -m credkit``: the command line in a process of its own.

A command lives as long as its work, and most of what it makes at the start (modules, classes, functions) lives as long as the command.
Looking through all of it for garbage, again and again while modules are loaded and once more at the end, takes a fifth of the time of
verifying a small file. So the first search comes late and passes over what was there at the start ever after, and at the end there is none.
Nothing else is left out at the end.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping

__all__ = ["run"]

_AT_THE_START = 40_000
"""New objects before the first search; verifying one file makes fewer."""
_USUAL = gc.get_threshold()


def run() -> int:
    """Run the command line of this process and return its exit code."""
    gc.set_threshold(_AT_THE_START)
    gc.callbacks.append(_searched)
    # Loading it is the first thing that makes many objects.
    from credkit.cli import main

    try:
        return main()
    finally:
        gc.freeze()


def _searched(phase: str, _info: Mapping[str, int]) -> None:
    """Whoever has more to do has garbage like every program, and is looked after like every program."""
    if phase == "stop":
        gc.callbacks.remove(_searched)
        gc.freeze()
        gc.set_threshold(*_USUAL)


if __name__ == "__main__":
    sys.exit(run())
