"""What exactly is wrong with a chain of lines: an edit, a gap, an insertion, a line that was moved.

A line records the hash of the line before it. Where that does not fit, the other lines tell the cases apart: the recorded hash is that of a
line further up (something was put in between), further down (the lines changed places), or of none (the line before was edited, or lines
are gone).
"""

from __future__ import annotations

from credkit.dataclass import replace
from credkit.errors import MalformedError
from credkit.journal.entries import FIRST_PREVIOUS, Entry, Opening, read_entry
from credkit.journal.faults import Fault, FaultKind
from credkit.journal.following import Line
from credkit.limits import Limits

__all__ = ["ChainCheck"]


class ChainCheck:
    """Takes the lines one by one, keeps no line itself, and names the faults at the end."""

    def __init__(self, limits: Limits) -> None:
        self.checkpoints: list[Line] = []
        """Lines in the form of checkpoints."""
        self.lines = 0
        self.size = 0
        """Bytes, those of an unfinished line included."""
        self.whole_size = 0
        """Bytes of complete lines."""
        self.torn = 0
        self.sequence: int | None = None
        """Of the last entry."""
        self._limits = limits
        self._hashes: list[str] = []
        self._ends: list[int] = []
        self._entries: list[Entry | None] = []
        self._faults: list[Fault] = []
        self._more = False

    def take(self, line: Line) -> Entry | None:
        """The next line; the entry in it when there is one that can be read."""
        self.size = line.span.end
        if not line.is_whole:
            if line.span.length >= self._limits.journal_line:
                self._fault("unreadable", line.number, None, f"it is longer than {self._limits.journal_line:,} bytes")
            self.torn = line.span.length
            return None
        self.lines, self.whole_size, self.torn = line.number, line.span.end, 0
        entry = None
        if line.is_checkpoint:
            self.checkpoints.append(line)
        else:
            entry = self._read(line)
        self._hashes.append(line.sha256)
        self._ends.append(line.span.end)
        self._entries.append(entry)
        self.sequence = entry.sequence if entry else self.sequence
        return entry

    def _read(self, line: Line) -> Entry | None:
        try:
            return read_entry(line.data, self._limits)
        except MalformedError as error:
            self._fault("unreadable", line.number, None, f"it cannot be read as an entry, so it was changed or put there ({error})")
            return None

    def hash_at(self, size: int) -> str | None:
        """SHA-256 of the line that ends at that byte; None when none does."""
        number = self.line_at(size)
        return self._hashes[number - 1] if number and self._ends[number - 1] == size else None

    def line_at(self, size: int) -> int | None:
        """Number of the first line that ends at that byte or behind it."""
        return next((number for number, end in enumerate(self._ends, 1) if end >= size), None)

    def sequence_of(self, number: int) -> int | None:
        """Of the entry in a line; None where none can be read."""
        entry = self._entries[number - 1] if 0 < number <= len(self._entries) else None
        return entry.sequence if entry else None

    def finished(self) -> tuple[Fault, ...]:
        """All faults of the chain, after the last line."""
        places = {digest: number for number, digest in reversed(list(enumerate(self._hashes, 1)))}
        seen: dict[int, int] = {}
        last = -1
        for number, entry in enumerate(self._entries, 1):
            if entry is None:
                continue
            before = self._hashes[number - 2] if number > 1 else FIRST_PREVIOUS
            doubled = seen.get(entry.sequence)
            if doubled is not None:
                self._fault("doubled", number, entry.sequence, f"entry {entry.sequence:,} stands in line {doubled:,} already")
            elif entry.previous != before:
                self._broken(number, entry, places, last)
            elif entry.sequence != last + 1:
                self._unnumbered(number, entry, last)
            seen.setdefault(entry.sequence, number)
            last = entry.sequence
        if not self.lines:
            self._fault("missing", None, None, "the journal is empty")
        elif self._entries[0] is None or not isinstance(self._entries[0].content, Opening):
            self._fault("missing", 1, None, "the journal does not begin with its opening, so the beginning is gone or was changed")
        return tuple(self._faults)

    def _broken(self, number: int, entry: Entry, places: dict[str, int], last: int) -> None:
        place = 0 if entry.previous == FIRST_PREVIOUS else places.get(entry.previous)
        if place is not None and place >= number - 1:
            self._fault("order", number, entry.sequence, f"it was written behind line {place:,}: lines changed places")
        elif place is not None:
            between = f"line {place + 1:,}" if place + 2 == number else f"lines {place + 1:,} to {number - 1:,}"
            self._fault("inserted", number, entry.sequence, f"it was written behind line {place:,}: {between} came in between")
        elif entry.sequence != last + 1:
            self._unnumbered(number, entry, last)
        else:
            told = f"it is not the line that line {number:,} was written behind: it was changed, or a line between them is gone"
            self._fault("edited", number - 1, last if last >= 0 else None, told)

    def _unnumbered(self, number: int, entry: Entry, last: int) -> None:
        if entry.sequence <= last:
            self._fault("order", number, entry.sequence, f"it stands behind entry {last:,}, which was written later")
            return
        gone = f"entry {last + 1:,} is" if entry.sequence == last + 2 else f"entries {last + 1:,} to {entry.sequence - 1:,} are"
        self._fault("missing", number, entry.sequence, f"{gone} missing before it, or unreadable")

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is wrong that the rest is not looked at."""
        return self._more

    def _fault(self, kind: FaultKind, line: int | None, sequence: int | None, message: str) -> None:
        # One in any case, because without any it would pass for intact.
        if len(self._faults) >= max(1, self._limits.journal_faults):
            if not self._more:
                self._faults[-1] = replace(self._faults[-1], message=f"{self._faults[-1].message}; there is more, and it was not judged")
            self._more = True
            return
        self._faults.append(Fault(kind=kind, line=line, sequence=sequence, message=message))
