"""The user's configuration folder: where it is, what a thing kept there is called, and how its files are written, readable by the user
alone. What is in the making has one kind of name, here and wherever credkit writes, by which a later run knows it again.

What is kept there is decided by those who keep it: identities in ``sign/identity``, trust lists in ``trust/saved``.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from credkit.errors import CredentialError

__all__ = [
    "configuration_directory",
    "data_directory",
    "locked_file",
    "make_private_folder",
    "remove_leftovers",
    "replace_private_file",
    "slug_of",
    "sync_folder",
    "temporary_name",
    "write_private_file",
]

_TEMPORARY = re.compile(r"\.credkit-[0-9a-f]{16}\.tmp")
_STALE_AFTER = 3600.0
_searched: set[tuple[str, bool]] = set()

_DEVICE_NAMES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))})


def configuration_directory() -> Path:
    """The folder of credkit in the user's configuration; it need not exist. ``CredentialError`` for a user without a home folder."""
    if sys.platform == "win32":
        base = os.environ.get("APPDATA")
        return Path(base) / "credkit" if base else _home() / "AppData" / "Roaming" / "credkit"
    base = os.environ.get("XDG_CONFIG_HOME")
    # The XDG specification says to ignore a relative path.
    return (Path(base) if base and Path(base).is_absolute() else _home() / ".config") / "credkit"


def data_directory() -> Path:
    """The folder of credkit for what is kept for the user and was not set by him, such as openings of sealed prompts; it need not exist.

    ``CredentialError`` for a user without a home folder.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) / "credkit" if base else _home() / "AppData" / "Local" / "credkit"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base and Path(base).is_absolute() else _home() / ".local" / "share") / "credkit"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise CredentialError(
            "there is no home folder to keep identities and trust lists in: set HOME, or XDG_CONFIG_HOME (APPDATA on Windows)"
        ) from None


def slug_of(name: str, what: str = "identity") -> str:
    """A name for files: lower-case ASCII letters, digits and hyphens; ``what`` and a hash where no such letter is left."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:48].rstrip("-")
    if not slug or slug in _DEVICE_NAMES:
        return f"{what}-{sha256(name.encode('utf-8')).hexdigest()[:8]}"
    return slug


def make_private_folder(folder: Path) -> None:
    """Make a folder below the configuration folder, and that one, with mode 0700 where they are new; ``OSError``."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)


def temporary_name() -> str:
    """The name of what is in the making, which nobody else has: ``.credkit-<16 hexadecimal digits>.tmp``."""
    return f".credkit-{os.urandom(8).hex()}.tmp"


def remove_leftovers(folder: Path, *, folders: bool = False) -> None:
    """Remove the user's own files of such a name (with ``folders``: folders) that a killed run left in ``folder`` over an hour ago.

    Younger ones may belong to a program that is at work. What cannot be removed stays. A process searches each folder once.
    """
    key = (os.path.abspath(folder), folders)
    if key in _searched:
        return
    _searched.add(key)
    is_kind = stat.S_ISDIR if folders else stat.S_ISREG
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name) and _is_stale(entry, is_kind):
                with suppress(OSError):
                    _remove(entry.path, folders=folders)


def _remove(path: str, *, folders: bool) -> None:
    if not folders:
        os.unlink(path)
        return
    import shutil

    shutil.rmtree(path)


def _is_stale(entry: os.DirEntry[str], is_kind: Callable[[int], bool]) -> bool:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    ours = sys.platform == "win32" or found.st_uid == os.geteuid()
    return is_kind(found.st_mode) and ours and found.st_mtime < time.time() - _STALE_AFTER


def write_private_file(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600 to the disk, whole or not at all; ``OSError``, ``FileExistsError`` for a name that is taken."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def replace_private_file(path: Path, data: bytes) -> None:
    """Write a file with mode 0600, whole or not at all, in the place of the one of that name; ``OSError``."""
    remove_leftovers(path.parent)
    temporary = path.with_name(temporary_name())
    write_private_file(temporary, data)
    try:
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def locked_file(path: Path) -> IO[bytes]:
    """A file, open for appending and locked until it is closed; ``BlockingIOError`` when somebody else holds it, ``OSError``."""
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the end, because there a locked part of a file cannot be read.
            file.seek(1 << 40)
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                raise BlockingIOError from None
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        file.close()
        raise
    return file


def sync_folder(path: Path) -> None:
    """Let the names in a folder reach the disk, where the system can do that."""
    # Windows has no descriptor of a folder, and some file systems cannot sync one.
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
