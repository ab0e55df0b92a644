"""``--resume``: which files a run over many need not touch again.

What the list of finished files holds is decided in ``credkit.api.finished_files``; here, on which options a result depends, when a file
counts as finished, and which ones a run that was killed had in hand: what it had written by then stands whole, so it is not made again,
yet it is told again, because it may never have been told.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from credkit.api.file_states import FileState
from credkit.api.finished_files import Entry, FinishedFiles
from credkit.api.found_files import FoundFile
from credkit.api.pauses import Pause
from credkit.cli.exits import ExitCode
from credkit.cli.many_results import Tally, Told
from credkit.dataclass import dataclass
from credkit.trust.policy import TrustPolicy
from credkit.version import __version__

__all__ = ["PerhapsWritten", "Resuming", "Writing", "options_of", "trust_digest"]

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
    "only_failed",
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

Writing = Callable[[FoundFile], Path | None]
"""What is to be written for a file; None where that is not known, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerhapsWritten(FoundFile):
    """A file that a run had in hand when it was killed, and whose output is another one since: whole, because outputs get their names in
    one step, and most likely its work, which whoever gets this has to find out."""


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

    ``writing`` tells for a command that writes what each file becomes (the file itself, where it is replaced).
    """

    def __init__(self, path: Path, options: str, *, writing: Writing | None = None) -> None:
        self._finished = FinishedFiles(path)
        self._options, self._writing = options, writing

    def __enter__(self) -> Resuming:
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.close()

    def left_over(self, files: Iterable[FoundFile | Pause], tally: Tally) -> Iterator[FoundFile | Pause]:
        """The files that are not finished; the others are counted. For a command that writes, what begins is noted first."""
        left = (
            file if isinstance(file, Pause) else self._as_left(file)
            for file in files
            if isinstance(file, Pause) or not self._is_finished(file, tally)
        )
        if self._writing is None:
            yield from left
            return
        together: list[FoundFile] = []
        for file in left:
            if not isinstance(file, Pause):
                together.append(file)
            if isinstance(file, Pause) or len(together) == _TOGETHER:
                yield from self._begin(together)
                together.clear()
            if isinstance(file, Pause):
                yield file
        yield from self._begin(together)

    def _begin(self, together: list[FoundFile]) -> list[FoundFile]:
        """What is noted as begun already stays so, with the state before."""
        begun = [entry for file in together if not isinstance(file, PerhapsWritten) and (entry := self._begun(file))]
        if begun:
            self._finished.note(*begun, now=True)
        return together

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
        entry = self._entry(file, "done")
        if entry is None or entry.state != file.state or (entry.output is not None and _present(entry.output) != entry.output_state):
            return False
        tally.add(entry.result, ExitCode(entry.code), file.size, earlier=True)
        return True

    def _as_left(self, file: FoundFile) -> FoundFile:
        """The file, or that it may have been written by a run that was killed."""
        entry = self._entry(file, "begun")
        if entry is None:
            return file
        if entry.output is None:
            is_another = file.state != entry.state
        else:
            now = _present(entry.output)
            is_another = file.state == entry.state and now is not None and now != entry.output_state
        return PerhapsWritten(path=file.path, below=file.below, state=file.state, problem=file.problem) if is_another else file

    def _entry(self, file: FoundFile, step: str) -> Entry | None:
        """The entry about a file, when it tells of this step under the present options."""
        entry = self._finished.get(os.path.abspath(file.path)) if file.state is not None else None
        return entry if entry is not None and entry.options == self._options and entry.step == step else None

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
