"""Which journal a command means."""

from __future__ import annotations

import argparse
from pathlib import Path

from credkit.cli.parsers import INPUT

__all__ = ["add_file_option", "add_journal_option", "existing_journal", "journal_of", "journal_path"]

_DEFAULT = "default"


def add_journal_option(parser: argparse.ArgumentParser) -> None:
    """The option of ``credkit sign``."""
    group = parser.add_argument_group("where it is written down")
    group.add_argument(
        "--journal",
        metavar=INPUT,
        help="tie the picture to this journal, so that each names the other; the word default stands for the one of credkit journal",
    )


def journal_of(args: argparse.Namespace) -> Path | None:
    """The journal that this option names; None without it."""
    if args.journal is None:
        return None
    from credkit.journal.writing import default_journal

    return default_journal() if args.journal == _DEFAULT else Path(args.journal)


def add_file_option(parser: argparse.ArgumentParser) -> None:
    """The option of ``credkit journal``."""
    parser.add_argument(
        "--journal", metavar=INPUT, type=Path, help="the journal (default: journal.jsonl in the folder of credkit for your data)"
    )


def journal_path(args: argparse.Namespace) -> Path:
    """The file that ``add_file_option`` names, or the default one; it need not exist."""
    from credkit.journal.writing import default_journal

    return args.journal or default_journal()


def existing_journal(args: argparse.Namespace) -> Path:
    """The same; ``AssetError`` when there is none."""
    from credkit.errors import AssetError

    path = journal_path(args)
    if not path.is_file():
        raise AssetError(f'there is no journal "{path}": "credkit journal add" or "credkit journal note" begins one')
    return path
