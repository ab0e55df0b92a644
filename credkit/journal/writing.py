"""The one way in which a journal grows: a whole line at a time, at the end, under a lock, forced to the disk.

Before anything is appended the chain is followed from the first line; a journal that was altered is never continued, because the new line
would vouch for what it follows. No byte of a complete line is ever written again. What a crash left of an unfinished line, which nobody was
told is there, is moved into a file beside the journal, and an entry says so.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from credkit.configuration import data_directory, make_private_folder, replace_private_file, sync_folder, write_private_file
from credkit.dataclass import dataclass
from credkit.errors import AssetError, OutputError
from credkit.journal.entries import Content, Entry, Opening, Recovery, entry_line
from credkit.journal.following import Memory, Tail, follow, head_path, read_memory
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.version import __version__

__all__ = ["OpenJournal", "State", "append", "default_journal", "opened_journal"]

_PATIENCE = 60.0
_PAUSE = 0.02
_TOO_OPEN = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A journal up to and including one line: what a picture can refer to."""

    size: int
    """Bytes."""
    sha256: bytes
    """Of these bytes."""


def default_journal() -> Path:
    """Where the journal is when none is named; it need not exist. Errors as ``data_directory``."""
    return data_directory() / "journal.jsonl"


def append(path: Path, *contents: Content, at: datetime | None = None, limits: Limits = DEFAULT_LIMITS) -> tuple[Entry, ...]:
    """Append entries; a new journal is begun where there is none. The entries as written, without an opening or recovery before them.

    ``OutputError`` when the file was altered, is in use for too long, or the disk refuses; the journal is then as it was.
    """
    with opened_journal(path, limits=limits) as journal:
        return tuple(journal.append(content, at=at) for content in contents)


@contextmanager
def opened_journal(path: Path, *, wanted: bytes | None = None, limits: Limits = DEFAULT_LIMITS) -> Iterator[OpenJournal]:
    """A journal that nobody else appends to while the block lasts; its chain was followed, and what a crash left was put aside.

    ``wanted`` are bytes to look for in the lines (``tail.known``). Errors as ``append``.
    """
    path = Path(os.path.realpath(path))
    is_new = not path.exists()
    if is_new and (lost := read_memory(path)):
        raise OutputError(
            f'the journal "{path}" is gone, and this machine wrote {lost.size:,} bytes to it: put it back, or remove '
            f'"{head_path(path).name}" beside it to begin a new one'
        )
    descriptor = _open(path)
    try:
        _lock(descriptor, path)
        try:
            memory = read_memory(path)
            with open(descriptor, "rb", closefd=False) as file:
                tail = follow(file, memory, wanted=wanted, limits=limits)
            if tail.fault and not tail.lines:
                raise OutputError(f'"{path}" is no journal: name another file (--journal)')
            if tail.fault:
                raise OutputError(
                    f'the journal "{path}" was altered, so nothing is appended to it: {tail.fault} '
                    '(see "credkit journal verify"; keep the file, and begin a new one with --journal)'
                )
            _make_private(descriptor)
            journal = OpenJournal(path, descriptor, tail, limits)
            journal.begin()
            yield journal
        finally:
            if is_new and not os.fstat(descriptor).st_size:
                # Nothing could be written, and an empty file is no journal.
                with suppress(OSError):
                    path.unlink()
            _unlock(descriptor)
    finally:
        # Every line is on the disk by now; what a drive says when the file is closed changes nothing.
        with suppress(OSError):
            os.close(descriptor)


class OpenJournal:
    """A locked journal whose chain holds."""

    __slots__ = ("_descriptor", "_limits", "path", "tail")

    def __init__(self, path: Path, descriptor: int, tail: Tail, limits: Limits) -> None:
        self.path = path
        self.tail = tail
        self._descriptor = descriptor
        self._limits = limits

    @property
    def state(self) -> State:
        """The journal as it is now."""
        return State(size=self.tail.size, sha256=self.tail.digest.digest())

    def begin(self) -> None:
        """Put aside what a crash left, and write the first entry of a new journal."""
        aside = self._put_aside() if self.tail.torn else None
        if not self.tail.lines:
            self.append(Opening(journal=f"urn:uuid:{uuid.uuid4()}", software=f"credkit {__version__}"))
        if aside:
            self.append(aside)

    def append(self, content: Content, *, at: datetime | None = None) -> Entry:
        """Append one entry; errors as ``append`` of the module."""
        entry = Entry(
            sequence=self.tail.sequence + 1,
            time=_milliseconds(at or datetime.now(UTC)),
            previous=self.tail.previous,
            salt=secrets.token_hex(16),
            content=content,
        )
        line = entry_line(entry)
        if len(line) > self._limits.journal_entry:
            raise OutputError(
                f"the entry would have {len(line):,} bytes, and {self._limits.journal_entry:,} are allowed: give fewer pictures at a time"
            )
        self.append_line(line)
        self.tail.sequence, self.tail.time = entry.sequence, entry.time
        return entry

    def append_line(self, line: bytes) -> None:
        """Append a finished line with its line break; ``OutputError`` when the disk refuses, the journal is then as it was."""
        try:
            _write(self._descriptor, line)
        except BaseException as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.tail.size)
            if not isinstance(error, OSError):
                raise
            raise OutputError(f'cannot append to the journal "{self.path}": {(error.strerror or "no reason given").lower()}') from None
        self.tail.lines += 1
        self.tail.size += len(line)
        self.tail.previous = hashlib.sha256(line).hexdigest()
        self.tail.digest.update(line)
        # The journal is complete without it; a memory that lags behind is caught up with by the next line.
        with suppress(OSError):
            replace_private_file(head_path(self.path), Memory(size=self.tail.size, sha256=self.tail.previous).text())

    def _put_aside(self) -> Recovery:
        """Copy the unfinished line into a file of its own, to the disk, before it goes."""
        rest = _read_at(self._descriptor, self.tail.size, self.tail.torn)
        target = self.path.with_name(f"{self.path.name}.torn-{secrets.token_hex(4)}")
        try:
            write_private_file(target, rest)
            sync_folder(target.parent)
            os.ftruncate(self._descriptor, self.tail.size)
        except OSError as error:
            raise OutputError(
                f'the unfinished last line of "{self.path}" cannot be put aside: {(error.strerror or "no reason given").lower()}'
            ) from None
        self.tail.torn = 0
        return Recovery(name=target.name, sha256=hashlib.sha256(rest).hexdigest(), size=len(rest))


def _milliseconds(moment: datetime) -> datetime:
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _open(path: Path) -> int:
    try:
        if path == default_journal():
            make_private_folder(path.parent)
        new = not path.exists()
        if not new and not path.is_file():
            raise OutputError(f'"{path}" is not a regular file; name another journal (--journal)')
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise OutputError(f'the journal "{path}" cannot be opened: {(error.strerror or "no reason given").lower()}') from None
    if new:
        sync_folder(path.parent)
    return descriptor


def _make_private(descriptor: int) -> None:
    """It holds prompts and rejected pictures, whatever rights it was given on its way."""
    if sys.platform != "win32" and os.fstat(descriptor).st_mode & _TOO_OPEN:
        with suppress(OSError):
            os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & ~_TOO_OPEN)


def _read_at(descriptor: int, start: int, length: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(start)
        return file.read(length)


def _write(descriptor: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    """Wait until nobody else appends.

    ``OutputError`` after a minute, or where files cannot be locked; ``AssetError`` when another file took the name meanwhile.
    """
    end = time.monotonic() + _PATIENCE
    try:
        while not _try_lock(descriptor):
            if time.monotonic() > end:
                raise OutputError(f'another program holds the journal "{path}": try again when it is done')
            time.sleep(_PAUSE)
    except OSError as error:
        raise OutputError(
            f'the journal "{path}" cannot be locked, as on some network drives: {(error.strerror or "no reason given").lower()}; '
            "keep it on a drive of this machine (--journal)"
        ) from None
    try:
        same = os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        same = False
    if not same:
        _unlock(descriptor)
        raise AssetError(f'the journal "{path}" was moved or replaced in the meantime: start again')


if sys.platform == "win32":
    import msvcrt

    _FAR_BEHIND = 1 << 60
    """A byte that no journal has: locks of Windows keep others from reading what they cover."""

    def _move(action: Callable[[], object], descriptor: int) -> None:
        os.lseek(descriptor, _FAR_BEHIND, os.SEEK_SET)
        action()

    def _try_lock(descriptor: int) -> bool:
        try:
            _move(lambda: msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1), descriptor)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True

    def _unlock(descriptor: int) -> None:
        with suppress(OSError):
            _move(lambda: msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1), descriptor)
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)
