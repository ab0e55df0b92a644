"""Is a journal what was written at the time? Every fault is named with its line.

Three things hold a journal together: the chain of hashes from line to line, the checkpoints, whose signatures cover all that stands before
them, and what this machine remembers of the last line. The first finds every change that is followed by another line; whoever rewrites all
lines after it is found by the second; the third misses what was cut off behind the last checkpoint. What none of them proves is said in
``notes``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from credkit.assets import FileSource, open_source
from credkit.assets.engine import hash_ranges
from credkit.dataclass import dataclass, field
from credkit.errors import AssetError, CredkitError
from credkit.journal.chain import ChainCheck
from credkit.journal.checked_checkpoints import CHANGED_BYTES, CheckpointReport, check_checkpoints
from credkit.journal.entries import Candidate, Entry, Final, Made, Opening, Outcome, Preview, Selection, UsedFile
from credkit.journal.faults import Fault
from credkit.journal.following import Memory, head_path, lines_of, read_memory
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.policy import TrustPolicy

__all__ = ["JournalReport", "verify_journal"]

_CLOCK_TOLERANCE = timedelta(seconds=5)
"""Clocks are set right by moments."""
_MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReport:
    """The verdict on one journal."""

    name: str
    journal: str | None
    """The URN in its first entry; None when that cannot be read."""
    size: int
    """Bytes."""
    sha256: str
    """Of all of them."""
    entries: tuple[tuple[int, Entry], ...] = field(repr=False)
    """Entries that can be read, each with the number of its line."""
    checkpoints: tuple[CheckpointReport, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    """What is no fault but has to be known, in sentences."""

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def began(self) -> datetime | None:
        """The time of the first entry, by the author's clock."""
        return self.entries[0][1].time if self.entries else None


def verify_journal(
    path: str | os.PathLike[str],
    *,
    files: str | os.PathLike[str] | None = None,
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> JournalReport:
    """Judge a journal as it is; nothing is written.

    ``files`` is a folder: pictures in it that the journal speaks of are held against the recorded hashes. ``policy`` says whose signatures
    under checkpoints are trusted, ``at`` is the clock of that verdict. ``AssetError`` only when the journal or the folder cannot be read at
    all.
    """
    path = Path(path)
    memory = read_memory(path)
    chain = ChainCheck(limits)
    content = _Contents()
    with FileSource(path) as source:
        digest = hash_ranges(source, "sha256").value.hex()
        with path.open("rb") as file:
            for line in lines_of(file, limits):
                entry = chain.take(line)
                if entry is not None:
                    content.take(line.number, entry)
                if chain.is_hopeless:
                    break
        checkpoints, faults = check_checkpoints(source, chain.checkpoints, policy=policy, at=at, limits=limits)
    found = [*chain.finished(), *content.faults, *faults, *_memory_faults(path, memory, chain)]
    found += _changed_before_checkpoint(found, chain)
    if files is not None:
        found += _file_faults(Path(files), content.recorded())
    opening = next((entry.content for _, entry in content.entries[:1] if isinstance(entry.content, Opening)), None)
    return JournalReport(
        name=path.name,
        journal=opening.journal if opening else None,
        size=chain.size,
        sha256=digest,
        entries=tuple(content.entries),
        checkpoints=checkpoints,
        faults=tuple(sorted(found, key=lambda fault: fault.line or chain.lines + 1)),
        notes=tuple(_notes(chain, content, memory, checkpoints)),
    )


class _Contents:
    """What the entries say, collected line by line."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, Entry]] = []
        self.faults: list[Fault] = []
        self._latest: datetime | None = None

    def take(self, number: int, entry: Entry) -> None:
        """One entry that could be read."""
        last = self._latest
        if last and entry.time < last - _CLOCK_TOLERANCE:
            told = f"its clock says {entry.time:%Y-%m-%d %H:%M:%S} UTC, and an entry before it was written at {last:%Y-%m-%d %H:%M:%S} UTC"
            self.faults.append(Fault(kind="clock", line=number, sequence=entry.sequence, message=told))
        if isinstance(entry.content, Opening) and entry.sequence:
            told = "it opens a journal in the middle of another"
            self.faults.append(Fault(kind="inserted", line=number, sequence=entry.sequence, message=told))
        for name, preview in _previews(entry):
            if problem := _preview_problem(preview):
                told = f'the preview of "{name}" {problem}'
                self.faults.append(Fault(kind="preview", line=number, sequence=entry.sequence, message=told))
        self._latest = max(last, entry.time) if last else entry.time
        self.entries.append((number, entry))

    def recorded(self) -> dict[str, dict[str, tuple[int, int]]]:
        """By file name, by SHA-256: line and sequence of what the journal recorded."""
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for number, entry in self.entries:
            for name, digest in _named_hashes(entry):
                found.setdefault(name, {}).setdefault(digest, (number, entry.sequence))
        return found

    @property
    def unfinished(self) -> list[Final]:
        """Signings whose outcome was not written."""
        told = {entry.content.manifest for _, entry in self.entries if isinstance(entry.content, Outcome)}
        finals = [entry.content for _, entry in self.entries if isinstance(entry.content, Final)]
        return [final for final in finals if final.manifest not in told]


def _previews(entry: Entry) -> Iterator[tuple[str, Preview]]:
    items: tuple[Candidate | UsedFile, ...] = ()
    if isinstance(entry.content, Made):
        items = (*entry.content.candidates, *entry.content.used)
    elif isinstance(entry.content, Selection):
        items = entry.content.candidates
    for item in items:
        if item.preview:
            yield item.name, item.preview


def _preview_problem(preview: Preview) -> str:
    if hashlib.sha256(preview.data).hexdigest() != preview.sha256:
        return "is not the one that was made: its hash is another"
    magic = _MAGIC.get(preview.media_type)
    return "" if magic and preview.data.startswith(magic) else "is no JPEG or PNG as it says"


def _named_hashes(entry: Entry) -> Iterator[tuple[str, str]]:
    content = entry.content
    if isinstance(content, Made):
        yield from ((item.name, item.sha256) for item in content.candidates)
        yield from ((item.name, item.sha256) for item in content.used)
    elif isinstance(content, Selection):
        yield from ((item.name, item.sha256) for item in content.candidates)
    elif isinstance(content, (Final, Outcome)) and content.name and content.sha256:
        yield content.name, content.sha256


def _changed_before_checkpoint(faults: list[Fault], chain: ChainCheck) -> Iterator[Fault]:
    """The line right before a checkpoint has nobody else to vouch for it: where all lines above it hold, it is the one that was changed."""
    first = next((fault for fault in faults if fault.kind == "checkpoint"), None)
    if first is None or first.line is None or CHANGED_BYTES not in first.message:
        return
    if not any(fault.line and fault.line <= first.line for fault in faults if fault is not first):
        told = f"the lines above it hold together, so it was changed after line {first.line:,} was signed"
        yield Fault(kind="edited", line=first.line - 1, sequence=chain.sequence_of(first.line - 1), message=told)


def _memory_faults(path: Path, memory: Memory | None, chain: ChainCheck) -> Iterator[Fault]:
    """What this machine remembers against what is there."""
    if memory is None:
        return
    there = chain.hash_at(memory.size)
    if there == memory.sha256:
        return
    short = memory.size - chain.whole_size
    if short > 0:
        told = f"at least {short:,} bytes are missing at the end: this machine wrote up to byte {memory.size:,}"
        yield Fault(kind="truncated", line=chain.lines or None, sequence=chain.sequence, message=told)
    else:
        told = f'it is not the line that this machine wrote up to byte {memory.size:,} ("{head_path(path).name}" remembers it)'
        yield Fault(kind="edited", line=chain.line_at(memory.size), sequence=None, message=told)


def _file_faults(folder: Path, recorded: dict[str, dict[str, tuple[int, int]]]) -> Iterator[Fault]:
    if not folder.is_dir():
        raise AssetError(f'"{folder}" is no folder: name the one in which the pictures are (--files)')
    for name, hashes in recorded.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            continue
        number, sequence = next(iter(hashes.values()))
        try:
            with open_source(path) as source:
                digest = hash_ranges(source, "sha256").value.hex()
        except CredkitError as error:
            yield Fault(kind="file", line=number, sequence=sequence, message=f'"{name}" cannot be compared: {error}')
            continue
        if digest not in hashes:
            told = f'the file "{name}" in the folder is not the one that was recorded: its hash is another'
            yield Fault(kind="file", line=number, sequence=sequence, message=told)


def _notes(chain: ChainCheck, content: _Contents, memory: Memory | None, checkpoints: tuple[CheckpointReport, ...]) -> Iterator[str]:
    if not checkpoints:
        yield "There is no checkpoint, so nothing proves to others when this was written, or that it was not written anew."
    elif not any(checkpoint.stamped for checkpoint in checkpoints):
        yield "No checkpoint has a time-stamp of an authority that counts here, so all times are those of the author's machine."
    signers = {checkpoint.certificate: checkpoint.signer for checkpoint in checkpoints if checkpoint.certificate}
    if len(signers) > 1:
        names = ", ".join(f'"{name or "somebody without a name"}"' for name in list(signers.values())[:5])
        yield f"The checkpoints were signed with {len(signers):,} different certificates ({names}): make sure that all are the author's."
    behind = sum(1 for number, _ in content.entries if number > (checkpoints[-1].line if checkpoints else 0))
    if checkpoints and behind:
        yield f"{behind:,} {'entry' if behind == 1 else 'entries'} behind the last checkpoint: not signed yet."
    if memory is None:
        yield "There is no record beside the journal of where it ended, so lines cut off behind the last checkpoint are not missed."
    if chain.torn:
        yield f"The last line was not finished ({chain.torn:,} bytes): a crash, not a change. The next entry puts it aside."
    for final in content.unfinished:
        yield f'Signing of "{final.name or "a picture"}" as {final.manifest} was begun, and what came of it was not written down.'
