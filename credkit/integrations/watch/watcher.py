"""The watcher: rounds over the folders, files that come to rest, one signing at a time, and what follows from failure.

A file is taken up when its size and time stayed the same for some rounds and it is a whole picture. What fails for a passing reason is
tried again, later each time; what is refused for what it is, is told once and left alone until the file changes. Nothing that happens to
one file stops the watch.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from credkit.api.exporter import Exporter
from credkit.configuration import data_directory
from credkit.dataclass import dataclass, replace
from credkit.errors import AssetError, CredentialError, CredkitError, DefinitionError, HistoryError, OutputError
from credkit.integrations.watch.events import Event
from credkit.integrations.watch.judging import judge
from credkit.integrations.watch.listing import Fingerprint, Found, Unreadable, fingerprint_of, list_files
from credkit.integrations.watch.memory import Entry, Memory

__all__ = ["Watcher"]

_LONGEST_PAUSE = 600.0
_ROUNDS_OF_ONCE = 30
"""How long a single pass waits for a file that somebody is still writing."""
_FOR_GOOD = (DefinitionError, HistoryError, CredentialError)
"""Reasons that trying again does not mend."""


@dataclass(slots=True, kw_only=True)
class _Pending:
    """A file that nothing is remembered about on disk."""

    fingerprint: Fingerprint
    rounds: int = 1
    attempts: int = 0
    not_before: float = 0.0
    finished: bool = False
    """Nothing is to be done until it changes."""


class Watcher:
    """``with Watcher(exporter, folders, in_place=True) as watcher: for event in watcher.run(): ...``.

    Pictures are signed ``in_place``, or into the folder ``output``, under the same name and subfolder. ``recursive`` includes subfolders.
    ``new_only`` leaves alone what lies there when the folders are watched for the first time. A file has come to rest when it stayed the
    same for ``settle`` rounds, ``interval`` seconds apart. ``state`` is the file in which is kept what was done (by default one for these
    folders in the user's data folder).

    ``DefinitionError`` for settings that contradict each other, ``AssetError`` for a folder that is none, ``OutputError`` when the state
    cannot be kept or another watcher is at work with it.
    """

    def __init__(
        self,
        exporter: Exporter,
        folders: Iterable[str | os.PathLike[str]],
        *,
        in_place: bool = False,
        output: str | os.PathLike[str] | None = None,
        recursive: bool = False,
        new_only: bool = False,
        settle: int = 2,
        interval: float = 1.0,
        state: str | os.PathLike[str] | None = None,
    ) -> None:
        if in_place == (output is not None):
            raise DefinitionError("say where signed pictures go: in the place of the originals (--in-place) or into a folder (--to OUT)")
        if settle < 1 or interval <= 0:
            raise DefinitionError("a file comes to rest after at least one round, and rounds are some time apart")
        self._exporter = exporter
        self._folders = tuple(_folder(folder) for folder in folders)
        self._output = Path(os.path.realpath(output)) if output is not None else None
        self._refuse_confusion()
        self._recursive, self._new_only, self._settle, self._interval = recursive, new_only, settle, interval
        self._pending: dict[Path, _Pending] = {}
        self._ours: set[Path] = set()
        self._troubled: set[Path] = set()
        self._stop = threading.Event()
        self._memory = Memory(Path(state) if state is not None else self._usual_state())

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the state file."""
        self._memory.close()

    def stop(self) -> None:
        """Finish the present file and then no more; may be called by a signal handler or another thread."""
        self._stop.set()

    def run(self) -> Iterator[Event]:
        """Watch until ``stop``. ``OutputError`` when the state can no longer be kept."""
        self._leave_what_is_there()
        while not self._stop.is_set():
            yield from self._round()
            self._stop.wait(self._interval)

    def run_once(self) -> Iterator[Event]:
        """Sign what is there, waiting for files to come to rest, and end; what fails is not tried again."""
        self._leave_what_is_there()
        for _ in range(_ROUNDS_OF_ONCE + self._settle):
            for event in self._round():
                if event.kind in ("failed", "waiting"):
                    self._pending[event.path].finished = True
                yield event if event.retry_in is None else replace(event, retry_in=None)
            if self._stop.is_set() or all(pending.finished for pending in self._pending.values()):
                return
            self._stop.wait(self._interval)
        for path, pending in self._pending.items():
            if not pending.finished:
                yield Event(kind="waiting", path=path, message="it is still being written: run the same again later")

    def _round(self) -> Iterator[Event]:
        seen: set[Path] = set()
        without = (self._output,) if self._output else ()
        for folder in self._folders:
            readable = True
            for found in list_files(folder, recursive=self._recursive, without=without):
                if self._stop.is_set():
                    return
                if isinstance(found, Unreadable):
                    readable = readable and found.path != folder
                    yield from self._trouble(found)
                elif found.path not in seen:
                    seen.add(found.path)
                    event = self._consider(found, folder)
                    if event is not None:
                        yield event
            if readable and folder in self._troubled:
                self._troubled.discard(folder)
                yield Event(kind="folder", path=folder, message="it can be read again")
        for path in self._pending.keys() - seen:
            del self._pending[path]

    def _trouble(self, found: Unreadable) -> Iterator[Event]:
        if found.path not in self._troubled:
            self._troubled.add(found.path)
            yield Event(kind="folder", path=found.path, message=f"it cannot be read: {found.reason}; it is tried again")

    def _consider(self, found: Found, folder: Path) -> Event | None:
        """What is to be done about one file in this round."""
        entry = self._memory.get(found.path)
        if entry is not None and entry.step != "signing" and entry.fingerprint == found.fingerprint:
            self._pending.pop(found.path, None)
            return None
        pending = self._pending.get(found.path)
        if pending is None or pending.fingerprint != found.fingerprint:
            pending = self._pending[found.path] = _Pending(fingerprint=found.fingerprint)
        else:
            pending.rounds += 1
        if pending.finished or pending.rounds < self._settle or time.monotonic() < pending.not_before:
            return None
        return self._attempt(found, folder, pending)

    def _attempt(self, found: Found, folder: Path, pending: _Pending) -> Event | None:
        pending.attempts += 1
        try:
            try:
                judgement = judge(found.path, self._exporter.limits)
            except AssetError as error:
                return self._not_whole(found, pending, error)
            if judgement == "no picture":
                pending.finished = True
                return None
            if judgement == "signed":
                return self._skip(found, pending)
            return self._sign(found, self._target(found, folder), pending)
        except _FOR_GOOD as error:
            pending.finished = True
            return Event(kind="refused", path=found.path, message=str(error))
        except CredkitError as error:
            return self._failure(found, pending, error)
        except Exception as error:
            # A watch lasts for weeks; a picture that shows a fault of ours must not end it.
            pending.finished = True
            message = f"a fault in credkit itself ({type(error).__name__}): sign this file by hand with --debug and report what it shows"
            return Event(kind="refused", path=found.path, message=message)

    def _not_whole(self, found: Found, pending: _Pending, error: AssetError) -> Event | None:
        if not found.path.exists():
            return None
        try:
            with found.path.open("rb"):
                pass
        except OSError:
            return self._failure(found, pending, error)
        event = Event(kind="waiting", path=found.path, message=f"{error}; it is looked at again when it changes")
        pending.not_before = time.monotonic() + self._pause(pending.attempts)
        return event if pending.attempts == 1 else None

    def _failure(self, found: Found, pending: _Pending, error: CredkitError) -> Event | None:
        if not found.path.exists():
            return None
        pause = self._pause(pending.attempts)
        pending.not_before = time.monotonic() + pause
        return Event(kind="failed", path=found.path, message=str(error), attempt=pending.attempts, retry_in=pause)

    def _pause(self, attempts: int) -> float:
        return float(min(_LONGEST_PAUSE, self._interval * 2 ** min(attempts, 20)))

    def _skip(self, found: Found, pending: _Pending) -> Event | None:
        entry = self._memory.get(found.path)
        self._memory.note((found.path, Entry(step="skipped", fingerprint=found.fingerprint)))
        pending.finished = True
        if found.path in self._ours:
            self._ours.discard(found.path)
            return None
        begun = entry is not None and entry.step == "signing" and self._output is None
        message = "it was signed by the last watch" if begun else "it has Content Credentials already"
        return Event(kind="skipped", path=found.path, message=message)

    def _sign(self, found: Found, target: Path, pending: _Pending) -> Event:
        entry, before = self._memory.get(found.path), None
        if self._output is not None:
            before = fingerprint_of(target)
            if before is not None and entry is not None and entry.step == "signing" and before != entry.output:
                # The watcher before us was stopped after the file had its name and before that was noted.
                self._memory.note((found.path, Entry(step="signed", fingerprint=found.fingerprint, output=before)))
                return Event(kind="skipped", path=found.path, output=target, message="it was signed by the last watch")
            if before is not None and (entry is None or entry.output != before):
                raise DefinitionError(f'"{target}" exists already and is not what was signed from this file: move one of the two away')
        else:
            self._ours.add(found.path)
        self._memory.note((found.path, Entry(step="signing", fingerprint=found.fingerprint, output=before)))
        if found.path.is_symlink():
            raise AssetError("it has become a symbolic link, which is not followed")
        result = self._exporter.sign(found.path, target, overwrite=self._output is None or before is not None)
        if self._output is not None:
            self._memory.note((found.path, Entry(step="signed", fingerprint=found.fingerprint, output=fingerprint_of(target))))
        # In place, the content tells in the next rounds whether it is still our file.
        pending.finished = True
        return Event(kind="signed", path=found.path, output=target, label=result.label, notes=result.notes)

    def _target(self, found: Found, folder: Path) -> Path:
        if self._output is None:
            return found.path
        base = self._output / folder.name if len(self._folders) > 1 else self._output
        target = base / found.relative
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f'the folder "{target.parent}" cannot be made: {(error.strerror or str(error)).lower()}') from None
        return target

    def _leave_what_is_there(self) -> None:
        if not self._new_only or not self._memory.is_new:
            return
        without = (self._output,) if self._output else ()
        listed = [found for folder in self._folders for found in list_files(folder, recursive=self._recursive, without=without)]
        self._memory.note(*((f.path, Entry(step="left", fingerprint=f.fingerprint)) for f in listed if isinstance(f, Found)))
        self._memory.is_new = False

    def _refuse_confusion(self) -> None:
        if not self._folders:
            raise DefinitionError("no folder is named that is to be watched")
        if self._output is None:
            return
        if self._output in self._folders:
            raise DefinitionError(f'"{self._output}" is watched itself: name another folder for what is signed, or say --in-place')
        names = [folder.name for folder in self._folders]
        if len(set(names)) < len(names):
            raise DefinitionError("two of the watched folders have the same name, so their pictures would meet: watch them one by one")

    def _usual_state(self) -> Path:
        what = "\0".join([*sorted(map(os.fspath, self._folders)), "", os.fspath(self._output or "")])
        return data_directory() / "watch" / f"{hashlib.sha256(os.fsencode(what)).hexdigest()[:16]}.jsonl"


def _folder(folder: str | os.PathLike[str]) -> Path:
    path = Path(os.path.realpath(folder))
    if not path.is_dir():
        raise AssetError(f'"{os.fspath(folder)}" is no folder: name one that exists')
    return path
