"""The one way in which a file is written: whole or not at all.

The new content goes into a temporary file beside the target, is forced to the disk, may be verified there by the caller, and only
then takes the target's name in one step. Whatever ends the program before that step (an error, a full disk, a kill, a power cut)
leaves every existing file as it was; at worst a ``.credkit-*.tmp`` stays behind, which a later run removes.

This file decides about names, permissions and durability. What is written, and whether it is good, is the caller's affair; so is
output to a stream that has no name.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from credkit.configuration import remove_leftovers, temporary_name
from credkit.dataclass import dataclass
from credkit.errors import AssetError, OutputError

__all__ = ["OutputFile", "Snapshot", "cannot_write", "exists_already", "write_bytes"]

_PERMISSIONS = 0o777
_OWNER_ONLY = 0o600

_CAUSES = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another folder",
    errno.EFBIG: "the file would exceed the size that the file system or this process allows; choose another folder or raise the limit",
    errno.EIO: "the disk reported a fault; check the device or choose another folder",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.EACCES: "permission is denied; choose another folder or change its permissions",
    errno.EPERM: "the system does not permit it; choose another folder or change the protection of the file",
    errno.ENAMETOOLONG: "the name is too long for the file system; choose a shorter one",
    errno.ENOENT: "the folder does not exist; create it first or choose another one",
    errno.ENOTDIR: "a part of the path is a file, not a folder; choose another path",
    errno.ELOOP: "its symbolic links lead in a circle; name the real file",
    errno.EBUSY: "the file is in use by the system; close what holds it or choose another name",
    errno.EMFILE: "too many files are open; close some or raise the limit",
    errno.ENFILE: "too many files are open on this machine; close some",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What identifies the state of a source file, taken before it is read."""

    path: Path
    device: int
    inode: int
    modified: int
    """Nanoseconds since the epoch."""
    size: int
    mode: int
    """Permission bits."""

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> Snapshot:
        """The present state of ``path`` (links followed); ``AssetError`` when there is no such file."""
        try:
            found = os.stat(path)
        except OSError as error:
            raise AssetError(f'cannot read "{os.fspath(path)}": {(error.strerror or "the system gave no reason").lower()}') from None
        except ValueError:
            raise AssetError(f"cannot read {os.fspath(path)!r}: the name holds a character that no file name can hold") from None
        return cls(
            path=Path(path),
            device=found.st_dev,
            inode=found.st_ino,
            modified=found.st_mtime_ns,
            size=found.st_size,
            mode=found.st_mode & _PERMISSIONS,
        )

    def is_current(self) -> bool:
        """Whether the path still leads to the same file with the same time and size."""
        try:
            now = os.stat(self.path)
        except OSError:
            return False
        return (now.st_dev, now.st_ino, now.st_mtime_ns, now.st_size) == (self.device, self.inode, self.modified, self.size)


class OutputFile:
    """A file in the making: ``with OutputFile(target) as out: out.file.write(...); out.commit()``.

    ``target`` may be a symbolic link (the link stays, what it leads to is replaced). ``overwrite=False`` refuses an existing target,
    also one that appears while we write. ``source`` is the state of the file that the content is made from; when it has changed by the
    time of ``commit``, nothing is written. ``private`` gives the file to its owner alone (mode 0600); otherwise permission bits come from
    the existing target, else from ``source``, else from the process's mask.

    ``OutputError`` when the target is a folder, read-only, not a regular file, or in a folder that is missing or cannot be written.
    Leaving the block without ``commit``, or by an exception, removes the temporary file.
    """

    __slots__ = ("_file", "_overwrite", "_path", "_private", "_source", "target")

    def __init__(
        self,
        target: str | os.PathLike[str],
        *,
        overwrite: bool = True,
        source: Snapshot | None = None,
        private: bool = False,
    ) -> None:
        try:
            self.target = Path(os.path.realpath(target))
        except (OSError, ValueError) as error:
            raise cannot_write(error, target) from None
        self._overwrite = overwrite
        self._source = source
        self._private = private
        self._file: io.BufferedRandom | None = None
        self._path: Path | None = None

    @property
    def file(self) -> io.BufferedRandom:
        """The temporary file, open for reading and writing; its ``write`` raises ``OutputError`` when the disk refuses."""
        if self._file is None:
            raise ValueError("the output is not open")
        return self._file

    @property
    def path(self) -> Path:
        """Where the temporary file lies."""
        if self._path is None:
            raise ValueError("the output is not open")
        return self._path

    def __enter__(self) -> OutputFile:
        existing = self._existing()
        folder = self.target.parent
        remove_leftovers(folder)
        path = folder / temporary_name()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        mode = self._mode(existing)
        try:
            descriptor = os.open(path, flags, 0o666 if mode is None else _OWNER_ONLY)
        except OSError as error:
            raise cannot_write(error, self.target) from None
        self._path = path
        self._file = io.BufferedRandom(_TemporaryFile(descriptor, self.target))
        try:
            _set_access(descriptor, mode, existing)
        except BaseException:
            self._discard()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._discard()

    def commit(self, check: Callable[[Path], object] | None = None) -> None:
        """Put the finished file in place.

        ``check`` is called with the path of the complete temporary file and stops the replacement by raising. ``OutputError`` when the disk
        refuses, the source has changed, or the target may not be overwritten; in every case of an exception nothing has changed.
        """
        file, path = self.file, self.path
        try:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            # Asked here, because a check could only say that a file is gone whose name nobody knows.
            os.stat(path)
        except OSError as error:
            raise cannot_write(error, self.target) from None
        if check is not None:
            check(path)
        if self._source is not None and not self._source.is_current():
            raise OutputError(f'"{self._source.path}" was changed by someone else in the meantime; nothing was written, start again')
        try:
            self._replace(path)
        except OSError as error:
            raise cannot_write(error, self.target) from None
        _sync_folder(self.target.parent)

    def _existing(self) -> os.stat_result | None:
        """The target as it is now; None when it is new. Refuses what must not be replaced."""
        try:
            found = os.stat(self.target)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot_write(error, self.target) from None
        if stat.S_ISDIR(found.st_mode):
            raise OutputError(f'"{self.target}" is a folder; name a file in it')
        if not stat.S_ISREG(found.st_mode):
            raise OutputError(f'"{self.target}" is not a regular file; name another output')
        if not self._overwrite:
            raise exists_already(self.target)
        # The administrator may write anywhere, yet a file without any write bit was protected on purpose.
        if not found.st_mode & 0o222 or not os.access(self.target, os.W_OK):
            raise OutputError(f'"{self.target}" is read-only; make it writable or name another output')
        return found

    def _mode(self, existing: os.stat_result | None) -> int | None:
        if self._private:
            return _OWNER_ONLY
        if existing is not None:
            return existing.st_mode & _PERMISSIONS
        return self._source.mode if self._source is not None else None

    def _replace(self, path: Path) -> None:
        if self._overwrite:
            os.replace(path, self.target)
            return
        try:
            # A hard link, unlike a rename, fails when the name is taken: no gap between looking and writing.
            os.link(path, self.target)
        except FileExistsError:
            raise exists_already(self.target) from None
        except OSError:
            if os.path.lexists(self.target):
                raise exists_already(self.target) from None
            os.rename(path, self.target)
        else:
            with suppress(OSError):
                os.unlink(path)

    def _discard(self) -> None:
        """Close and remove the temporary file; after a commit there is nothing left to remove."""
        if self._file is not None and not self._file.closed:
            # Closing the raw file skips the flush of content that is not wanted any more (and might fail again).
            self._file.raw.close()
        if self._path is not None:
            with suppress(OSError):
                os.unlink(self._path)
        self._file = self._path = None


def write_bytes(target: str | os.PathLike[str], data: bytes, *, overwrite: bool = True, private: bool = False) -> None:
    """Write a small file (sidecar, JSON, page, identity) whole or not at all; ``OutputError`` as for ``OutputFile``."""
    with OutputFile(target, overwrite=overwrite, private=private) as out:
        out.file.write(data)
        out.commit()


class _TemporaryFile(io.FileIO):
    """A file whose failed writes say what failed, so that they are not taken for a fault of the source that is being copied."""

    def __init__(self, descriptor: int, target: Path) -> None:
        super().__init__(descriptor, "r+b")
        self._target = target

    def write(self, data: Any, /) -> int:
        try:
            return os.write(self.fileno(), data)
        except OSError as error:
            raise cannot_write(error, self._target) from None


def _set_access(descriptor: int, mode: int | None, existing: os.stat_result | None) -> None:
    """Give the new file the owner of the one it replaces, where we may, and its permission bits."""
    if sys.platform == "win32" or mode is None:
        return
    if existing is not None:
        with suppress(OSError):
            os.fchown(descriptor, existing.st_uid, existing.st_gid)
    with suppress(OSError):
        # File systems without permissions (FAT, some network shares) refuse; the content matters more.
        os.fchmod(descriptor, mode)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut.

    A refusal is not reported: the file is in its place and complete, so neither "failed" nor "nothing changed" would be true.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def exists_already(target: Path) -> OutputError:
    """What is said of a target that may not be replaced."""
    return OutputError(f'"{target}" exists already; allow overwriting or name another output')


def cannot_write(error: OSError | ValueError, target: str | os.PathLike[str]) -> OutputError:
    """What is said of a target that the system refuses, with its reason."""
    return OutputError(f'cannot write "{os.fspath(target)}": {_reason(error)}')


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return _CAUSES.get(error.errno or 0) or (error.strerror or "the system gave no reason").lower()
    return "the name holds a character that no file name can hold; choose another one"
