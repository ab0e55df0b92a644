"""What was done to which state of which file, on disk, so that a restart neither signs twice nor forgets.

An append-only file of JSON lines, one for each step, each on the disk before the step counts: ``signing`` before a file is signed,
``signed`` after it was signed into another folder, ``skipped`` for a file that carries credentials, ``left`` for one that was there before.
The last line about a file counts; a line that a crash cut off counts as not written. When it is opened, it is locked against a second
watcher and written anew without what is superseded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from credkit.configuration import locked_file, replace_private_file
from credkit.dataclass import dataclass
from credkit.errors import OutputError
from credkit.integrations.watch.listing import Fingerprint

__all__ = ["Entry", "Memory", "Step"]

Step = Literal["signing", "signed", "skipped", "left"]
_STEPS = ("signing", "signed", "skipped", "left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The last step about one file."""

    step: Step
    fingerprint: Fingerprint
    """Of the file itself."""
    output: Fingerprint | None = None
    """Of the signed copy: the one that was there before for ``signing`` (None: none), the new one for ``signed``."""


class Memory:
    """The file, locked as long as the object is open; ``OutputError`` when it cannot be used or belongs to a running watcher."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = locked_file(path.with_name(path.name + ".lock"))
        except BlockingIOError:
            raise OutputError(f'another "credkit watch" is at work with "{path}": stop it, or name another file (--state)') from None
        except OSError as error:
            raise _unusable(path, error) from None
        self.is_new = not path.exists()
        """Whether nobody watched with this file before."""
        try:
            self._entries = dict(self._read())
            self._compact()
            self._file = path.open("ab")
        except OSError as error:
            self._lock.close()
            raise _unusable(path, error) from None

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close and unlock."""
        # Every step is on the disk by now; what a drive says when a file is closed changes nothing.
        for file in (self._file, self._lock):
            with suppress(OSError):
                file.close()

    def get(self, path: Path) -> Entry | None:
        """The last step about a file."""
        return self._entries.get(str(path))

    def note(self, *steps: tuple[Path, Entry]) -> None:
        """Remember steps; on the disk when this returns. ``OutputError`` when the disk refuses."""
        self._entries.update({str(path): entry for path, entry in steps})
        try:
            self._file.write(b"".join(_line(str(path), entry) for path, entry in steps))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unusable(self.path, error) from None

    def _read(self) -> Iterator[tuple[str, Entry]]:
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in lines:
            if (found := _entry(line)) is not None:
                yield found

    def _compact(self) -> None:
        self._entries = {name: entry for name, entry in self._entries.items() if os.path.lexists(name)}
        replace_private_file(self.path, b"".join(_line(name, entry) for name, entry in self._entries.items()))


def _line(name: str, entry: Entry) -> bytes:
    value: dict[str, Any] = {"file": name, "step": entry.step, "size": entry.fingerprint.size, "modified": entry.fingerprint.modified}
    if entry.output is not None:
        value["output"] = {"size": entry.output.size, "modified": entry.output.modified}
    # ASCII, because a name may hold bytes that are no text in any encoding.
    return json.dumps(value).encode("ascii") + b"\n"


def _entry(line: bytes) -> tuple[str, Entry] | None:
    """One line; None for one that a crash or somebody else wrote."""
    try:
        value = json.loads(line)
        name, step, output = value["file"], value["step"], value.get("output")
        if not isinstance(name, str) or step not in _STEPS:
            return None
        before = Fingerprint(int(output["size"]), int(output["modified"])) if output else None
        return name, Entry(step=step, fingerprint=Fingerprint(int(value["size"]), int(value["modified"])), output=before)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _unusable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f'what was signed cannot be noted in "{path}": {(error.strerror or str(error)).lower()}; name another file (--state)'
    )
