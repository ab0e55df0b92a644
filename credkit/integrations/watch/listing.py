"""Which files of a folder come into question, and in which state they are.

Decided by name and kind of the directory entry alone; whether a file is a picture is decided by ``judging``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Fingerprint", "Found", "Unreadable", "fingerprint_of", "list_files"]

_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".!ut", ".swp", "~")
"""How programs call what they are still writing."""
_BESIDE = (".c2pa", ".txt", ".json", ".jsonl", ".toml", ".yaml", ".log", ".html", ".md")
"""What lies beside pictures and is none."""
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one state of a file from another."""

    size: int
    modified: int
    """Nanoseconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file that may be a picture."""

    path: Path
    relative: Path
    """Seen from the watched folder."""
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A folder that cannot be listed."""

    path: Path
    reason: str


def fingerprint_of(path: Path) -> Fingerprint | None:
    """The present state of a regular file; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Fingerprint(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def list_files(folder: Path, *, recursive: bool, without: tuple[Path, ...] = ()) -> Iterator[Found | Unreadable]:
    """The candidates in ``folder``, by name; ``without`` are folders that are left out (absolute paths).

    Hidden files, files in the making and symbolic links are left out: a link leads to something that lies elsewhere, or in a circle.
    """
    waiting = [(folder, Path(), 0)]
    while waiting:
        place, relative, depth = waiting.pop()
        try:
            with os.scandir(place) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if depth == 0 or not isinstance(error, FileNotFoundError):
                yield Unreadable(path=place, reason=(error.strerror or str(error)).lower())
            continue
        folders = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                inner = place / entry.name
                if recursive and depth < _DEEPEST and inner.absolute() not in without:
                    folders.append((inner, relative / entry.name, depth + 1))
            elif (fingerprint := _candidate(entry)) is not None:
                yield Found(path=place / entry.name, relative=relative / entry.name, fingerprint=fingerprint)
        waiting += reversed(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _candidate(entry: os.DirEntry[str]) -> Fingerprint | None:
    if entry.name.lower().endswith((*_UNFINISHED, *_BESIDE)):
        return None
    try:
        # Not the entry's own numbers: Windows keeps those from before the file was closed.
        found = os.stat(entry.path, follow_symlinks=False)
    except OSError:
        return None
    return Fingerprint(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) and found.st_size else None
