"""Where a command writes: an output is named, and an existing file is replaced only when the user says so."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from credkit.errors import OutputError

__all__ = ["chosen_output", "refuse_existing"]


def refuse_existing(path: Path, *, force: bool) -> None:
    """``OutputError`` when ``path`` exists and ``--force`` was not given. Said before any work; the writer holds to it again."""
    if not force and os.path.lexists(path) and not path.is_dir():
        raise OutputError(f'"{path}" exists already: say --force to replace it, or name another output')


def chosen_output(args: argparse.Namespace, source: Path) -> tuple[Path, bool]:
    """The output of ``-o`` or ``--in-place``, and whether it may be replaced; ``OutputError`` when it may not."""
    if args.in_place:
        return source, True
    if args.output is None:
        args.usage("no output is named: say -o OUT, or --in-place to replace the file itself")
    if not args.force and _same(args.output, source):
        raise OutputError(f'"{args.output}" is the source itself: say --in-place if it is meant to be replaced')
    refuse_existing(args.output, force=args.force)
    return args.output, args.force


def _same(output: Path, source: Path) -> bool:
    try:
        return output.samefile(source)
    except (OSError, ValueError):
        return False
