"""Which files of a folder come into question, and in which state they are.

Decided by name and kind of the directory entry alone; whether a file is a picture is decided by ``judging``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from credkit.api.folders import EVERYTHING, Unreadable, walked
from credkit.dataclass import dataclass

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
    for listing in walked(folder, EVERYTHING if recursive else ("*",), without=without, deepest=_DEEPEST):
        if isinstance(listing, Unreadable):
            yield listing
            continue
        for entry in listing.entries:
            if (fingerprint := _candidate(entry)) is not None:
                yield Found(path=listing.path / entry.name, relative=listing.relative / entry.name, fingerprint=fingerprint)


def _candidate(entry: os.DirEntry[str]) -> Fingerprint | None:
    if entry.name.lower().endswith((*_UNFINISHED, *_BESIDE)):
        return None
    try:
        # Not the entry's own numbers: Windows keeps those from before the file was closed.
        found = os.stat(entry.path, follow_symlinks=False)
    except OSError:
        return None
    return Fingerprint(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) and found.st_size else None
