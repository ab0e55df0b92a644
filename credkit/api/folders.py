"""Walking through folders: what lies in them, in an order that does not depend on the file system.

Which names are passed over, and that links to folders are not followed (they lead elsewhere, or in a circle), is decided here; which files
are wanted, by those who walk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from credkit.dataclass import dataclass

__all__ = ["EVERYTHING", "Listing", "Unreadable", "walked"]

EVERYTHING = ("**",)
"""The pattern that every path fits."""
_ANY_DEPTH = "**"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies in one folder besides folders."""

    path: Path
    relative: Path
    """Seen from where the walk began."""
    entries: tuple[os.DirEntry[str], ...]
    """Those that fit, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A folder that cannot be listed."""

    path: Path
    reason: str


def walked(
    folder: Path,
    pattern: tuple[str, ...] = EVERYTHING,
    *,
    without: tuple[Path, ...] = (),
    deepest: int | None = None,
) -> Iterator[Listing | Unreadable]:
    """The folder and those below it, each before what lies below, all by name; ``without`` are folders that are left out (absolute paths).

    ``pattern`` holds the parts of a path: ``*``, ``?`` and ``[...]`` stand for characters, ``**`` for any number of folders, at the end for
    files, too. A name that begins with a dot fits only a part that begins with one. Folders more than ``deepest`` below the first are
    passed over.
    """
    last = len(pattern) - 1
    waiting = [(folder, Path(), _reached(pattern, {0}))]
    while waiting:
        place, relative, parts = waiting.pop()
        try:
            with os.scandir(place) as listing:
                found = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if not relative.parts or not isinstance(error, FileNotFoundError):
                yield Unreadable(path=place, reason=(error.strerror or str(error)).lower())
            continue
        folders, others = [], []
        for entry in found:
            if not _is_folder(entry):
                others.append(entry)
            elif (deepest is None or len(relative.parts) < deepest) and (place / entry.name).absolute() not in without:
                below = _below(pattern, parts, entry.name)
                if below:
                    folders.append((place / entry.name, relative / entry.name, below))
        fitting = tuple(entry for entry in others if last in parts and _fits(entry.name, pattern[last]))
        if fitting:
            yield Listing(path=place, relative=relative, entries=fitting)
        waiting += reversed(folders)


def _reached(pattern: tuple[str, ...], parts: set[int]) -> frozenset[int]:
    """Those parts, and the ones behind each that stands for any number of folders, also for none."""
    for number in range(len(pattern) - 1):
        if number in parts and pattern[number] == _ANY_DEPTH:
            parts.add(number + 1)
    return frozenset(parts)


def _below(pattern: tuple[str, ...], parts: frozenset[int], name: str) -> frozenset[int]:
    """The parts that the content of a folder of that name may fit."""
    kept = {part for part in parts if pattern[part] == _ANY_DEPTH and not name.startswith(".")}
    kept |= {part + 1 for part in parts if pattern[part] != _ANY_DEPTH and part + 1 < len(pattern) and _fits(name, pattern[part])}
    return _reached(pattern, kept)


def _fits(name: str, part: str) -> bool:
    return (not name.startswith(".") or part.startswith(".")) and fnmatch(name, "*" if part == _ANY_DEPTH else part)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether a folder lies here, and no link to one; Windows has a kind of link that passes for a folder."""
    try:
        return entry.is_dir(follow_symlinks=False) and not getattr(entry, "is_junction", lambda: False)()
    except OSError:
        return False
