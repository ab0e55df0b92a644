"""Options of commands that take many files: which files, how many processes, where to take up again. Nothing here imports the library."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from credkit.cli.parsers import INPUT, named_path

if TYPE_CHECKING:
    from pathlib import Path

    from credkit.api.found_files import FoundFile, ListedName
    from credkit.api.pauses import Pause

__all__ = ["HELP", "add_many_options", "are_many", "found_of"]

HELP = """\
many files: name several, or a folder (every file below it of a known format; hidden files are left out), or a pattern in quotes
("photos/**/*.jpg"), or a list of names (--files). They come in the order in which they are named, those of a folder by name, each once. One
file stops no other, the worst exit code counts, and Ctrl-C finishes the files at hand."""
_LARGEST_NAME = 1 << 16


def add_many_options(parser: argparse.ArgumentParser) -> None:
    """Which further files, and how they are worked on."""
    group = parser.add_argument_group("many files")
    group.add_argument(
        "--files",
        metavar=INPUT,
        dest="lists",
        action="append",
        default=[],
        help="also those that this text file names, one a line, - for standard input; files and folders, no patterns; may be repeated",
    )
    group.add_argument(
        "-0", "--null", action="store_true", help="names in --files end with a zero byte (find ... -print0), not with a line"
    )
    group.add_argument("--all-files", action="store_true", help="every file of a folder, not only those named like a known format")
    group.add_argument(
        "--jobs",
        metavar="N",
        type=_number,
        default=1,
        help="work in N processes; 0: one for each processor (default: %(default)s, in this one)",
    )
    group.add_argument(
        "--only-failed", action="store_true", help="show only files that do not get exit code 0 by themselves; the summary counts all"
    )
    group.add_argument(
        "--resume",
        metavar=INPUT,
        type=named_path,
        help="note here which files are finished, and leave out those that were finished with the same options and did not change since",
    )


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) > 1_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes such as 4")
    return int(text) or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))


def are_many(args: argparse.Namespace, names: list[Path | str]) -> bool:
    """Whether the command is about many files; ends the program when it names none, or when options for many are given with one."""
    if not names and not args.lists:
        args.usage("no FILE is named: name files, folders or patterns, or a list of them (--files)")
    if args.null and not args.lists:
        args.usage("--null says how names in a list end: name the list (--files FILE, or --files - for standard input)")
    if len(names) != 1 or args.lists or os.path.isdir(names[0]) or _is_pattern(str(names[0])):
        return True
    for option in ("resume", "only_failed"):
        if getattr(args, option):
            args.usage(f"--{option.replace('_', '-')} goes with several files, a folder, a pattern or a list")
    return False


def _is_pattern(name: str) -> bool:
    if not any(character in name for character in "*?["):
        return False
    from credkit.api.found_files import is_pattern

    return is_pattern(name)


def found_of(
    args: argparse.Namespace, names: list[Path | str], *, links: bool = True, stores: bool = True, without: tuple[Path, ...] = ()
) -> Iterator[FoundFile | Pause]:
    """The files of a command, those of its lists behind those that it names, and a pause where a list has no more for the time being."""
    from itertools import chain

    from credkit.api.found_files import find_files

    listed = (name for path in args.lists for name in _listed(path, b"\0" if args.null else b"\n"))
    return find_files(chain(map(str, names), listed), all_files=args.all_files, links=links, stores=stores, without=without)


def _listed(path: str, end: bytes) -> Iterator[ListedName | Pause]:
    """The names in a list, as they come; ``AssetError`` when it cannot be read."""
    from credkit.api.found_files import ListedName
    from credkit.api.pauses import Pause
    from credkit.errors import AssetError

    try:
        descriptor = os.dup(sys.stdin.fileno()) if path == "-" else os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb", buffering=0) as file:
            rest = b""
            while True:
                if not _is_readable(descriptor):
                    yield Pause(descriptor)
                if not (piece := file.read(_LARGEST_NAME)):
                    break
                *lines, rest = (rest + piece).split(end)
                yield from (ListedName(name) for line in lines if (name := _name(line, end)))
                if len(rest) > _LARGEST_NAME:
                    raise AssetError(f'the list "{path}" holds a name of more than {_LARGEST_NAME:,} bytes: is it a list of names?')
            if name := _name(rest, end):
                yield ListedName(name)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "the system gave no reason").lower()
        raise AssetError(f'the list "{path}" cannot be read: {reason}') from None


def _is_readable(descriptor: int) -> bool:
    """Whether reading would not wait; also where the system cannot tell."""
    import select

    try:
        return bool(select.select([descriptor], [], [], 0)[0])
    except (OSError, ValueError):
        return True


def _name(line: bytes, end: bytes) -> str:
    return os.fsdecode(line.removesuffix(b"\r") if end == b"\n" else line)
