"""The files of a folder, as the members of a collection.

Only what a walk of the folder itself finds can be opened, so that no URI of a manifest leads anywhere else: links to folders are not
followed, links to files only when they end inside, devices and pipes are passed over. Names are taken letter by letter, with their case,
whatever the file system thinks of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from credkit.assets import FileSource, Source
from credkit.binding.target import MemberState
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["FolderMembers", "OnMember"]

OnMember = Callable[[str, MemberState, int, int], object]
"""Called after each member that a collection lists: its URI, what became of it, how many of how many are done."""


class FolderMembers:
    """All files below ``folder``, except ``besides`` (the manifest store, where it lies there, too).

    ``AssetError`` when there is no such folder. What leads out of it is not among the names.
    """

    __slots__ = ("_besides", "_limits", "_on_member", "_root")

    what = "folder"

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        besides: str | os.PathLike[str] | None = None,
        on_member: OnMember | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        if not os.path.isdir(folder):
            raise AssetError(f'"{os.fspath(folder)}" is no folder: name the one that holds the files of the collection')
        self._root = os.path.realpath(folder)
        try:
            self._besides = os.path.realpath(besides) if besides is not None else None
        except ValueError:
            raise AssetError(f"cannot read {besides!r}: the name holds a character that no file name can hold") from None
        self._on_member = on_member
        self._limits = limits

    def names(self) -> Iterator[str]:
        """The path of each file below the folder; ``Limits.folder_files`` of them at most."""
        left = self._limits.folder_files
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            for entry in self._entries(prefix):
                name = f"{prefix}{entry.name}"
                if _is_folder(entry):
                    waiting.append(f"{name}/")
                elif self._is_member(entry, name):
                    if not left:
                        return
                    left -= 1
                    yield name

    def _entries(self, prefix: str) -> Iterator[os.DirEntry[str]]:
        """What lies in one folder; nothing where it may not be read."""
        try:
            with os.scandir(os.path.join(self._root, *prefix.split("/"))) as entries:
                yield from entries
        except OSError:
            return

    def _is_member(self, entry: os.DirEntry[str], name: str) -> bool:
        path = self._path(name) if entry.is_symlink() else entry.path
        return path is not None and path != self._besides and os.path.isfile(path)

    def _path(self, name: str) -> str | None:
        """Where the file really lies; None when that is not below the folder."""
        try:
            path = os.path.realpath(os.path.join(self._root, *name.split("/")))
        except OSError:
            # It went away meanwhile, as the files of processes do.
            return None
        return path if path.startswith(os.path.join(self._root, "")) else None

    @contextmanager
    def open(self, name: str) -> Iterator[Source]:
        """The file as a source."""
        path = self._path(name)
        if path is None:
            raise AssetError(f'"{name}" leads out of the folder: put the file itself into it')
        with FileSource(path) as source:
            yield source

    def judged(self, uri: str, state: MemberState, done: int, total: int) -> None:
        """Passed on to ``on_member``."""
        if self._on_member:
            self._on_member(uri, state, done, total)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether a folder lies here, and no link to one; Windows has a kind of link that passes for a folder."""
    try:
        return entry.is_dir(follow_symlinks=False) and not getattr(entry, "is_junction", lambda: False)()
    except OSError:
        return False
