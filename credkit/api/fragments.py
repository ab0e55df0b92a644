"""The further files of a film that is kept in fragments: which they are, and how they are read.

A stream has hundreds of them, so each is open only while it is read.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from credkit.assets import FileSource, Source
from credkit.assets.source import Known
from credkit.errors import AssetError

__all__ = ["open_fragments"]

_PATTERN = re.compile(r"[*?\[]")
_NUMBERS = re.compile(r"(\d+)")
_SUFFIX = ".m4s"


def open_fragments(names: Iterable[str | os.PathLike[str]]) -> tuple[Source, ...]:
    """Sources over the files that are named, in order; ``AssetError`` when one cannot be read or a pattern or folder has none.

    A pattern stands for the files that it fits, a folder for its ``.m4s`` files, both in the order of the numbers in their names.
    """
    return tuple(_Fragment(path) for name in names for path in _files(os.fspath(name)))


def _files(name: str) -> list[str]:
    if os.path.isdir(name):
        found = [os.path.join(name, entry) for entry in os.listdir(name) if Path(entry).suffix.lower() == _SUFFIX]
    elif _PATTERN.search(name) and not os.path.exists(name):
        found = [path for path in glob.glob(name) if os.path.isfile(path)]
    else:
        return [name]
    if not found:
        raise AssetError(f'no file fits "{name}": name the fragments of the film one by one, by a pattern, or by their folder')
    return sorted(found, key=_by_numbers)


def _by_numbers(name: str) -> tuple[list[str | int], str]:
    """``segment2`` comes before ``segment10``; texts and numbers alternate, so that only like is compared with like."""
    return [int(part) if index % 2 else part for index, part in enumerate(_NUMBERS.split(name))], name


class _Fragment:
    """A file as a source that is open only while it is read."""

    __slots__ = ("_path", "known", "size")

    def __init__(self, path: str) -> None:
        with FileSource(path) as source:
            self.size = source.size
        self._path = path
        self.known = Known()

    def read(self, start: int, length: int) -> bytes:
        """As of ``FileSource``."""
        with FileSource(self._path) as source:
            return source.read(start, length)

    def chunks(self, start: int, length: int) -> Iterator[bytes]:
        """As of ``FileSource``."""
        with FileSource(self._path) as source:
            yield from source.chunks(start, length)
