"""Several new files in one folder: written under temporary names first, given their own names when all of them are complete.

The folder is opened once and everything is done relative to it, so that nobody who may rename things around it leads us elsewhere; symbolic
links in it are replaced or refused and never followed. Whether the user's folder itself is reached through a link is his own affair.

This file decides about names, durability and what stays when something fails. Where the system cannot work relative to an open folder
(Windows), paths are used instead, with the same refusals.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from credkit.configuration import remove_leftovers, temporary_name
from credkit.dataclass import dataclass
from credkit.errors import OutputError
from credkit.sign.output import cannot_write, exists_already

__all__ = ["OutputFolder"]

_RELATIVE = {os.open, os.link, os.unlink, os.rename, os.stat} <= os.supports_dir_fd
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(slots=True)
class _Staged:
    name: str
    temporary: str
    placed: bool = False
    replaced: bool = False


class OutputFolder:
    """Files in the making: ``with OutputFolder(folder) as out: out.add("1-thumbnail.jpg", data); out.commit()``.

    The folder is made when it is not there. ``overwrite=False`` refuses names that are taken, also by a broken symbolic link, and also when
    they are taken while we write. Names must be single ones, without separators.

    ``OutputError`` when the folder is none or cannot be written, a name is taken, or the disk refuses; then no new file stays, and every
    file that was there is as it was. The one exception: with ``overwrite`` a file that had its new content already keeps it, whole.
    """

    __slots__ = ("_descriptor", "_made", "_overwrite", "_staged", "folder")

    def __init__(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        self.folder = Path(folder)
        self._overwrite = overwrite
        self._descriptor: int | None = None
        self._made = False
        self._staged: list[_Staged] = []

    def __enter__(self) -> OutputFolder:
        try:
            self._made = not self.folder.is_dir()
            self.folder.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self.folder)
            if _RELATIVE:
                self._descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileExistsError:
            raise OutputError(f'"{self.folder}" is a file, not a folder; name another one') from None
        except (OSError, ValueError) as error:
            raise cannot_write(error, self.folder) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for staged in self._staged:
            self._unlink(staged.temporary)
            if kind is not None and staged.placed and not staged.replaced:
                self._unlink(staged.name)
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if kind is not None and self._made:
            with suppress(OSError):
                self.folder.rmdir()

    def add(self, name: str, data: bytes) -> None:
        """Write one file under a temporary name; nothing is seen of it yet."""
        if os.path.basename(name) != name or name in ("", ".", ".."):
            raise ValueError(f"{name!r} is no name of a file in a folder")
        self._refuse_taken(name)
        staged = _Staged(name, temporary_name())
        self._staged.append(staged)
        try:
            descriptor = os.open(self._at(staged.temporary), _NEW, 0o666, **self._here())
            with os.fdopen(descriptor, "wb", closefd=True) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise cannot_write(error, self.folder / name) from None

    def commit(self) -> None:
        """Give every file its name, in the order in which they were added, and force that to the disk."""
        for staged in self._staged:
            self._refuse_taken(staged.name)
        for staged in self._staged:
            try:
                self._place(staged)
            except FileExistsError:
                raise exists_already(self.folder / staged.name) from None
            except OSError as error:
                raise cannot_write(error, self.folder / staged.name) from None
        if self._descriptor is not None:
            with suppress(OSError):
                os.fsync(self._descriptor)

    def _place(self, staged: _Staged) -> None:
        if self._overwrite:
            staged.replaced = self._found(staged.name) is not None
            if _RELATIVE:
                os.rename(staged.temporary, staged.name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
            else:
                os.replace(self._at(staged.temporary), self._at(staged.name))
        elif _RELATIVE:
            # A hard link, unlike a rename, fails when the name is taken: no gap between looking and writing.
            try:
                os.link(staged.temporary, staged.name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor, follow_symlinks=False)
            except FileExistsError:
                raise
            except OSError:
                self._refuse_taken(staged.name)
                os.rename(staged.temporary, staged.name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        else:
            # There, a rename fails as well when the name is taken.
            os.rename(self._at(staged.temporary), self._at(staged.name))
        staged.placed = True

    def _refuse_taken(self, name: str) -> None:
        found = self._found(name)
        if found is None:
            return
        if not self._overwrite:
            raise exists_already(self.folder / name)
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            raise OutputError(f'"{self.folder / name}" is not a regular file; choose another folder')

    def _found(self, name: str) -> os.stat_result | None:
        try:
            return os.stat(self._at(name), follow_symlinks=False, **self._here())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot_write(error, self.folder / name) from None

    def _unlink(self, name: str) -> None:
        with suppress(OSError):
            os.unlink(self._at(name), **self._here())

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else os.fspath(self.folder / name)

    def _here(self) -> dict[str, int]:
        return {} if self._descriptor is None else {"dir_fd": self._descriptor}
