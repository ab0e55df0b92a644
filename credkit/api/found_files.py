"""Which files are meant by names, folders and patterns: each once, in the order in which they are named, those of a folder by name.

A folder stands for the files below it whose names end like those of a format that credkit reads; what such a file is, its content decides
when it is opened. Left out are hidden files and folders, links to folders, pipes and devices, and manifest stores that lie beside their
picture, because they are read with it. Nothing is opened here, and names are handed out as they are found.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import overload

from credkit.api.file_states import FileState
from credkit.api.folders import EVERYTHING, Unreadable, walked
from credkit.api.pauses import Pause
from credkit.api.reading import is_address
from credkit.dataclass import dataclass
from credkit.load import sidecar_candidates

__all__ = ["FoundFile", "ListedName", "find_files", "is_pattern"]

_WILD = re.compile(r"[*?]|\[[^/]+\]")
_STORE = ".c2pa"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file that is meant, or a place where none could be found."""

    path: str
    """As it is to be opened and shown: the name that was given, or the folder that was given with the path below it. An address stays as
    it is."""
    below: str
    """The path below the folder that was named, or below the first wildcard of a pattern; for a file that was named, its name alone, and
    for one that was listed the path from here. It never leads upwards."""
    state: FileState | None = None
    """When it was found; None for what is no ordinary file, or an address."""
    problem: str | None = None
    """Why there is no file: one sentence."""

    @property
    def size(self) -> int:
        """In bytes, 0 where it is not known."""
        return self.state.size if self.state else 0


class ListedName(str):
    """A name out of a list: it is taken letter by letter, so that it is no pattern, and keeps its place below the present folder."""

    __slots__ = ()


def is_pattern(name: str) -> bool:
    """Whether a name stands for the files that it fits; a file of that very name comes first."""
    return _WILD.search(name) is not None and not is_address(name) and not os.path.lexists(name)


@overload
def find_files(
    names: Iterable[str | os.PathLike[str]],
    *,
    all_files: bool = ...,
    links: bool = ...,
    stores: bool = ...,
    without: Iterable[str | os.PathLike[str]] = ...,
) -> Iterator[FoundFile]:
    """Of names that are there."""


@overload
def find_files(
    names: Iterable[str | os.PathLike[str] | Pause],
    *,
    all_files: bool = ...,
    links: bool = ...,
    stores: bool = ...,
    without: Iterable[str | os.PathLike[str]] = ...,
) -> Iterator[FoundFile | Pause]:
    """Of names that are still to come."""


def find_files(
    names: Iterable[str | os.PathLike[str] | Pause],
    *,
    all_files: bool = False,
    links: bool = True,
    stores: bool = True,
    without: Iterable[str | os.PathLike[str]] = (),
) -> Iterator[FoundFile] | Iterator[FoundFile | Pause]:
    """The files that ``names`` stand for: files, folders, and patterns such as ``photos/**/*.jpg``; see above.

    ``all_files`` takes every file of a folder, whatever its name ends with. Without ``links``, links to files are left out of folders, and
    without ``stores`` files that are manifest stores. ``without`` are folders that are not looked into. What is wrong with a name is told
    by a ``FoundFile`` with a ``problem``; a name without a file is handed out as it is, for whoever opens it to tell. A ``Pause`` among the
    names is handed out in its place.
    """
    chosen = _Choice(all_files=all_files, links=links, stores=stores, without=tuple(Path(os.path.realpath(folder)) for folder in without))
    seen: set[bytes] = set()
    for given in names:
        if isinstance(given, Pause):
            yield given
            continue
        for found, real in chosen.of(os.fspath(given), listed=isinstance(given, ListedName)):
            if real is not None:
                # Short, so that a million names take 100 MB; long enough that nobody finds two names with the same.
                key = blake2b(real.encode("utf-8", "surrogatepass"), digest_size=16).digest()
                if key in seen:
                    continue
                seen.add(key)
            yield found


_Found = Iterator[tuple[FoundFile, str | None]]
"""Each file, and its path without links, where there is one."""


class _Choice:
    """What is taken of folders."""

    def __init__(self, *, all_files: bool, links: bool, stores: bool, without: tuple[Path, ...]) -> None:
        from credkit.assets import FORMATS

        self.all_files, self.links, self.stores, self.without = all_files, links, stores, without
        self.suffixes = frozenset(suffix for known in FORMATS for suffix in known.extensions)

    def of(self, name: str, *, listed: bool) -> _Found:
        """The files that one name stands for."""
        if is_address(name):
            yield FoundFile(path=name, below=name), None
        elif os.path.isdir(name):
            yield from self._below(name, EVERYTHING, any_suffix=self.all_files)
        elif not listed and is_pattern(name):
            yield from self._fitting(name)
        else:
            below = _inner(name) if listed else os.path.basename(os.path.normpath(name))
            yield FoundFile(path=name, below=below, state=_state(name)), _real(name)

    def _fitting(self, name: str) -> _Found:
        parts = Path(name).parts
        first = next(number for number, part in enumerate(parts) if _WILD.search(part))
        folder, pattern = str(Path(*parts[:first])) if first else "", parts[first:]
        if ".." in pattern:
            yield FoundFile(path=name, below="", problem=f'"{name}" leads upwards behind a wildcard: name the folder itself'), None
            return
        if folder and not os.path.isdir(folder):
            yield FoundFile(path=name, below="", problem=f'no file fits "{name}": there is no folder "{folder}"'), None
            return
        found = None
        for found in self._below(folder, pattern, any_suffix=True):
            yield found
        if found is None:
            yield FoundFile(path=name, below="", problem=f'no file fits "{name}"'), None

    def _below(self, folder: str, pattern: tuple[str, ...], *, any_suffix: bool) -> _Found:
        # The folder without links, so that one to be left out is recognised; files keep the name that was given.
        root = os.path.realpath(folder)
        for listing in walked(Path(root), pattern, without=self.without):
            if isinstance(listing, Unreadable):
                shown = os.path.normpath(os.path.join(folder, os.path.relpath(listing.path, root)))
                yield FoundFile(path=shown, below="", problem=f'the folder "{shown}" cannot be read: {listing.reason}'), None
                continue
            wanted = [entry for entry in listing.entries if self._is_wanted(entry, any_suffix=any_suffix)]
            beside = _beside([entry.name for entry in wanted])
            for entry in wanted:
                if entry.name not in beside:
                    below = os.path.join(*listing.relative.parts, entry.name)
                    real = _real(entry.path) if entry.is_symlink() else entry.path
                    yield FoundFile(path=os.path.join(folder, below), below=below, state=_state(entry.path)), real

    def _is_wanted(self, entry: os.DirEntry[str], *, any_suffix: bool) -> bool:
        suffix = os.path.splitext(entry.name)[1].lower()
        if not any_suffix and suffix not in self.suffixes:
            return False
        if suffix == _STORE and not self.stores:
            return False
        try:
            if entry.is_symlink():
                # What a link leads to decides; one that leads nowhere, or to a folder, is passed over.
                return self.links and stat.S_ISREG(os.stat(entry.path).st_mode)
            return entry.is_file(follow_symlinks=False)
        except OSError:
            return False


def _beside(names: list[str]) -> frozenset[str]:
    """Names of manifest stores that belong to one of the other files in the same folder."""
    if not any(name.endswith(_STORE) for name in names):
        return frozenset()
    pictures = (name for name in names if not name.endswith(_STORE))
    return frozenset(beside for picture in pictures for beside in sidecar_candidates(picture))


def _inner(name: str) -> str:
    """Where a file that was named by itself belongs below another folder: its path, when that is one from here downwards, else its name."""
    parts = Path(os.path.normpath(name)).parts
    return os.path.join(*parts) if parts and not os.path.isabs(name) and ".." not in parts else os.path.basename(name)


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path


def _state(path: str) -> FileState | None:
    try:
        return FileState.of(path)
    except (OSError, ValueError):
        return None
