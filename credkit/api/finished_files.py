"""What a run over many files has finished, on disk, so that a later run with the same list takes up where it ended.

An append-only file of JSON lines, locked while a run has it. A line says which file was finished in which state, under which options, and
with what result; one about a file that is to be written stands there, on the disk, before the writing begins. The last line about a file
counts; a line that a crash cut off counts as not written. In memory there is only where each line stands.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from credkit.api.file_states import FileState
from credkit.configuration import locked_file
from credkit.dataclass import dataclass
from credkit.errors import OutputError

__all__ = ["Entry", "FinishedFiles"]

_HEAD = b'{"finished": "files of credkit", "version": 1}\n'
_SYNCED_EVERY = 1.0
"""Seconds between two times at which what was noted is forced to the disk; a power cut has as much done again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of one file."""

    file: str
    """Its absolute path."""
    state: FileState
    """Of the file, when it was looked at; of a file that was replaced, afterwards."""
    options: str
    """What the result depends on besides the file, as a digest."""
    step: Literal["begun", "done"] = "done"
    result: str = ""
    """A word for the summary."""
    code: int = 0
    """The exit code of this file alone."""
    output: str | None = None
    """The absolute path of what was, or is to be, written, where that is another file."""
    output_state: FileState | None = None
    """Of that file: before it is written (None: there is none) for ``begun``, afterwards for ``done``."""


_FIELDS = ("file", "state", "options", "step", "result", "code", "output", "output_state")
_STATES = ("state", "output_state")
_NUMBERS = ("size", "modified", "changed", "inode")


class FinishedFiles:
    """The list, open and locked until ``close``; ``OutputError`` when it cannot be used, is no such list, or another run has it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._synced = time.monotonic()
        try:
            self._file = locked_file(self.path)
        except BlockingIOError:
            raise OutputError(f'another run is at work with "{self.path}": wait for its end, or name another file (--resume)') from None
        except OSError as error:
            raise self._unusable(error) from None
        try:
            self._lines = self.path.open("rb")
            self._places = dict(self._read())
        except OSError as error:
            self._file.close()
            raise self._unusable(error) from None
        except OutputError:
            self._lines.close()
            self._file.close()
            raise

    def __enter__(self) -> FinishedFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Force what was noted to the disk, close and unlock."""
        with suppress(OSError):
            os.fsync(self._file.fileno())
        for file in (self._lines, self._file):
            with suppress(OSError):
                file.close()

    def get(self, file: str) -> Entry | None:
        """The last entry about a file (its absolute path)."""
        place = self._places.get(_key(file))
        if place is None:
            return None
        try:
            self._lines.seek(place)
            return _entry(self._lines.readline())
        except OSError as error:
            raise self._unusable(error) from None

    def note(self, *entries: Entry, now: bool = False) -> None:
        """Add entries; with ``now`` they are on the disk when this returns, else a moment later. ``OutputError`` when the disk refuses."""
        try:
            self._append(entries)
            if now or time.monotonic() - self._synced > _SYNCED_EVERY:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            raise self._unusable(error) from None

    def _append(self, entries: Iterable[Entry]) -> None:
        place = os.fstat(self._file.fileno()).st_size
        lines = []
        for entry in entries:
            lines.append(_line(entry))
            self._places[_key(entry.file)] = place
            place += len(lines[-1])
        self._file.write(b"".join(lines))
        self._file.flush()

    def _read(self) -> Iterator[tuple[bytes, int]]:
        place, line = 0, b""
        for line in self._lines:
            if not place and line != _HEAD:
                break
            if (entry := _entry(line)) is not None:
                yield _key(entry.file), place
            place += len(line)
        if not place:
            self._begin(line)
        elif not line.endswith(b"\n"):
            self._file.write(b"\n")
            self._file.flush()

    def _begin(self, line: bytes) -> None:
        """Write the first line, also where a crash left a part of it."""
        if not _HEAD.startswith(line):
            raise OutputError(f'"{self.path}" is no list of finished files that credkit made: name a new file (--resume)')
        self._file.truncate(0)
        self._file.write(_HEAD)
        self._file.flush()

    def _unusable(self, error: OSError) -> OutputError:
        reason = (error.strerror or str(error)).lower()
        return OutputError(f'what is finished cannot be noted in "{self.path}": {reason}; name another file (--resume)')


def _key(file: str) -> bytes:
    return blake2b(file.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _line(entry: Entry) -> bytes:
    # ASCII, because a name may hold bytes that are no text in any encoding.
    value = {name: getattr(entry, name) for name in _FIELDS}
    states = {name: {key: getattr(state, key) for key in _NUMBERS} for name in _STATES if (state := value[name]) is not None}
    return json.dumps({name: one for name, one in value.items() if one is not None} | states).encode("ascii") + b"\n"


def _entry(line: bytes) -> Entry | None:
    """One line; None for one that a crash or somebody else wrote."""
    try:
        value = json.loads(line)
        states = {name: FileState(**{key: int(number) for key, number in value[name].items()}) for name in _STATES if name in value}
        entry = Entry(**{**value, **states})
        texts = (entry.file, entry.options, entry.step, entry.result, entry.output or "")
        return entry if all(isinstance(text, str) for text in texts) and isinstance(entry.code, int) else None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
