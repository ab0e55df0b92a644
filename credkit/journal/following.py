"""The chain of a journal, followed line by line: where it ends, and whether every line follows the one before it.

Lines are hashed as stored and not decoded, so that appending to a long journal stays quick; what they say, and what exactly is wrong with a
journal that was altered, is the question of ``verifying``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from credkit.assets import Span
from credkit.dataclass import dataclass, field
from credkit.journal.entries import FIRST_PREVIOUS, HEAD
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Line", "Memory", "Tail", "follow", "head_path", "lines_of", "read_memory"]

_CHECKPOINT = b'{"c2pa:checkpoint":"'
_LARGEST_MEMORY = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as stored."""

    number: int
    """From 1."""
    span: Span
    data: bytes = field(repr=False)
    """With its line break; without one when it was not finished or is too long to be one."""

    @property
    def sha256(self) -> str:
        """In hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def is_checkpoint(self) -> bool:
        """Whether it has the form of a checkpoint."""
        return self.data.startswith(_CHECKPOINT)

    @property
    def is_whole(self) -> bool:
        """Whether its line break is there."""
        return self.data.endswith(b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What this machine remembers of the end of a journal, in a small file beside it: so a tail that is cut off is missed."""

    size: int
    """Bytes of the journal after the last line that was written."""
    sha256: str
    """Of that line."""

    def text(self) -> bytes:
        """The content of the file."""
        return json.dumps({"size": self.size, "sha256": self.sha256}).encode("ascii") + b"\n"


@dataclass(slots=True, kw_only=True)
class Tail:
    """What is known after the last complete line."""

    size: int = 0
    """Bytes of all complete lines."""
    lines: int = 0
    sequence: int = -1
    """Of the last entry."""
    previous: str = FIRST_PREVIOUS
    """SHA-256 of the last line."""
    time: datetime | None = None
    checkpoints: list[Span] = field(default_factory=list)
    torn: int = 0
    """Bytes behind the last line break."""
    fault: str = ""
    """Why the chain does not hold, in plain words."""
    remembered: bool = False
    """The line that this machine remembers as the last was met."""
    known: bool = False
    """A line holds the text that was looked for."""
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    """Over all complete lines."""


def head_path(journal: Path) -> Path:
    """The file beside a journal that remembers where it ended."""
    return journal.with_name(journal.name + ".head")


def read_memory(journal: Path) -> Memory | None:
    """What is remembered; None when there is nothing that can be read."""
    try:
        with head_path(journal).open("rb") as file:
            value = json.loads(file.read(_LARGEST_MEMORY))
        size, digest = value["size"], value["sha256"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return Memory(size=size, sha256=digest) if type(size) is int and isinstance(digest, str) else None


def lines_of(file: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[Line]:
    """Every line from the present position on; one that is longer than ``limits.journal_line`` comes in pieces without line break."""
    start = number = 0
    while data := file.readline(max(1, limits.journal_line)):
        number += 1
        yield Line(number=number, span=Span(start, len(data)), data=data)
        start += len(data)


def follow(file: BinaryIO, memory: Memory | None = None, *, wanted: bytes | None = None, limits: Limits = DEFAULT_LIMITS) -> Tail:
    """Follow the chain to its end, or to the first line at which it breaks (then ``fault`` says so).

    ``memory`` is held against it; ``wanted`` are bytes to look for in the lines.
    """
    tail = Tail()
    for line in lines_of(file, limits):
        if not line.is_whole:
            if line.span.length >= limits.journal_line:
                # Other lines may stand behind it, which would be cut off with a line that a crash left.
                tail.fault = f"line {line.number:,} is longer than {limits.journal_line:,} bytes"
                return tail
            tail.torn = line.span.length
            break
        if not line.is_checkpoint:
            _follow_entry(tail, line)
        else:
            tail.checkpoints.append(line.span)
        if tail.fault:
            return tail
        tail.lines, tail.size, tail.previous = line.number, line.span.end, line.sha256
        tail.digest.update(line.data)
        tail.known = tail.known or (wanted is not None and wanted in line.data)
        if memory and memory.size == tail.size:
            tail.remembered = memory.sha256 == tail.previous
    if memory and not tail.remembered:
        short = memory.size - tail.size
        tail.fault = (
            f"at least {short:,} bytes that this machine wrote are missing at the end"
            if short > 0
            else f"the line that ended at byte {memory.size:,} is not the one that this machine wrote there"
        )
    return tail


def _follow_entry(tail: Tail, line: Line) -> None:
    head = HEAD.match(line.data)
    if head is None:
        tail.fault = f"line {line.number:,} is no entry of a journal"
    elif head[3].decode() != tail.previous:
        tail.fault = f"line {line.number:,} was not written behind the line that stands before it now"
    elif int(head[1]) != tail.sequence + 1:
        tail.fault = f"line {line.number:,} is entry {int(head[1]):,} where entry {tail.sequence + 1:,} is due"
    else:
        tail.sequence += 1
        tail.time = datetime.fromisoformat(head[2].decode())
