"""``--resume``: which files a run over many need not touch again.

What the list of finished files holds is decided in ``credkit.api.finished_files``; here, on which options a result depends, when a file
counts as finished, and what became of one whose writing was begun by a run that was killed.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.api.file_states import FileState
from credkit.api.finished_files import Entry, FinishedFiles
from credkit.cli.exits import ExitCode
from credkit.cli.many_results import Tally, Told
from credkit.trust.policy import TrustPolicy
from credkit.version import __version__

if TYPE_CHECKING:
    from credkit.api.found_files import FoundFile

__all__ = ["Resuming", "Writing", "options_of", "trust_digest"]

_SELECTING = {
    "run",
    "usage",
    "debug",
    "files",
    "sources",
    "lists",
    "null",
    "all_files",
    "jobs",
    "resume",
    "force",
    "quiet",
    "passphrase_fd",
}
"""Options that choose files, or on which no result depends."""
_GROWING = {"journal", "openings"}
"""Options that name files that every run changes."""
_CONTENT = 16 << 20
_TOGETHER = 32
"""Files whose beginning is forced to the disk at once."""

Writing = Callable[["FoundFile"], Path | None]
"""What is to be written for a file; None where that is not known, or nothing."""


def options_of(args: argparse.Namespace, *more: str) -> str:
    """A digest of everything on the command line that results depend on, with the content of small files that it names, and ``more``."""
    state = sha256(f"{__version__}\0".encode())
    for name, value in sorted(vars(args).items()):
        if name not in _SELECTING:
            state.update(f"{name}={_told(value, name in _GROWING)}\0".encode("utf-8", "surrogatepass"))
    for text in more:
        state.update(f"{text}\0".encode())
    return state.hexdigest()[:32]


def _told(value: object, growing: bool) -> str:
    if isinstance(value, list | tuple):
        return f"[{','.join(_told(one, growing) for one in value)}]"
    if not isinstance(value, Path) or growing:
        return repr(value)
    try:
        state = FileState.of(value)
        content = sha256(value.read_bytes()).hexdigest() if state.size <= _CONTENT else repr((state.size, state.modified))
    except OSError:
        content = ""
    return f"{value!r}:{content}"


def trust_digest(policy: TrustPolicy) -> str:
    """A digest of whom a policy trusts, and for what."""
    state = sha256(repr(policy.identity_issuers).encode())
    for lists in (policy.signers, policy.time_stamps, policy.identities):
        for item in lists:
            state.update(repr((item.name, item.uri, sorted(item.purposes))).encode())
            for anchor in item.anchors:
                state.update(repr((sha256(anchor.der).hexdigest(), anchor.not_before, anchor.not_after)).encode())
        state.update(b"\0")
    for der in policy.allowed:
        state.update(sha256(der).digest())
    return state.hexdigest()


class Resuming:
    """The list of finished files during one run; ``OutputError`` when it cannot be used.

    ``writing`` tells for a command that writes what each file becomes (the file itself, where it is replaced), ``is_ours`` whether a
    file that was to be replaced holds what this command writes.
    """

    def __init__(
        self, path: Path, options: str, *, writing: Writing | None = None, is_ours: Callable[[str], bool] | None = None, result: str = ""
    ) -> None:
        self._finished = FinishedFiles(path)
        self._options, self._writing, self._is_ours, self._result = options, writing, is_ours, result

    def __enter__(self) -> Resuming:
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.close()

    def left_over(self, files: Iterable[FoundFile], tally: Tally) -> Iterator[FoundFile]:
        """The files that are not finished; the others are counted. For a command that writes, what begins is noted first."""
        left = (file for file in files if not self._is_finished(file, tally))
        if self._writing is None:
            yield from left
            return
        while together := list(islice(left, _TOGETHER)):
            self._finished.note(*filter(None, map(self._begun, together)), now=True)
            yield from together

    def note(self, file: FoundFile, told: Told) -> None:
        """A file is done, and what came of it was shown."""
        finished = told.output is not None if self._writing else told.code not in (ExitCode.UNREADABLE, ExitCode.FAULT)
        if file.state is None or not finished:
            # What is wrong may lie with the machine, or with what is to be replaced.
            return
        path = os.path.abspath(file.path)
        output = os.path.abspath(told.output) if told.output is not None else None
        replaced = output == path
        state = _present(path) if replaced else file.state
        if state is not None:
            self._finished.note(
                Entry(
                    file=path,
                    state=state,
                    options=self._options,
                    result=told.result,
                    code=int(told.code),
                    output=None if replaced else output,
                    output_state=_present(output) if output and not replaced else None,
                )
            )

    def _is_finished(self, file: FoundFile, tally: Tally) -> bool:
        entry = self._finished.get(os.path.abspath(file.path)) if file.state is not None else None
        if entry is None or entry.options != self._options:
            return False
        if entry.step == "begun":
            if not self._was_written(file, entry):
                return False
            told = Told(result=self._result, code=ExitCode.OK, output=entry.output or file.path)
            self.note(file, told)
        elif entry.state != file.state or (entry.output is not None and _present(entry.output) != entry.output_state):
            return False
        else:
            told = Told(result=entry.result, code=ExitCode(entry.code))
        tally.add(told.result, told.code, file.size, earlier=True)
        return True

    def _was_written(self, file: FoundFile, entry: Entry) -> bool:
        """Whether a run that was killed got as far as giving the file its name, which it does in one step."""
        if entry.output is None:
            return file.state != entry.state and self._is_ours is not None and self._is_ours(file.path)
        now = _present(entry.output)
        return file.state == entry.state and now is not None and now != entry.output_state

    def _begun(self, file: FoundFile) -> Entry | None:
        target = self._writing(file) if self._writing and file.state is not None and file.problem is None else None
        if target is None or file.state is None:
            return None
        path, output = os.path.abspath(file.path), os.path.abspath(target)
        other = output if output != path else None
        return Entry(
            file=path, state=file.state, options=self._options, step="begun", output=other, output_state=_present(other) if other else None
        )


def _present(path: str) -> FileState | None:
    try:
        return FileState.of(path)
    except (OSError, ValueError):
        return None
