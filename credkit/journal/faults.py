"""What can be wrong with a journal, as data."""

from __future__ import annotations

from typing import Literal

from credkit.dataclass import dataclass

__all__ = ["Fault", "FaultKind"]

FaultKind = Literal[
    "edited", "missing", "inserted", "order", "doubled", "truncated", "unreadable", "clock", "preview", "checkpoint", "file", "link"
]
"""``edited`` a line is not what it was when the next was written, ``missing`` lines are gone, ``inserted`` or ``order`` lines stand where
they were not written, ``doubled`` an entry stands there twice, ``truncated`` the end is gone, ``unreadable`` a line is no entry,
``clock`` time ran backwards, ``preview`` a small picture was exchanged, ``checkpoint`` a signed line does not hold, ``file`` a picture
beside the journal is another, ``link`` picture and journal do not name each other.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong."""

    kind: FaultKind
    line: int | None
    """From 1; None when it concerns no single line."""
    sequence: int | None
    """Of the entry there; None for checkpoints, and where it cannot be read."""
    message: str
    """What is the matter, as a clause without a full stop."""

    @property
    def sentence(self) -> str:
        """The whole sentence for people."""
        entry = f" (entry {self.sequence:,})" if self.sequence is not None else ""
        return f"Line {self.line:,}{entry}: {self.message}." if self.line else self.clause

    @property
    def clause(self) -> str:
        """The sentence without its place, for where that is seen."""
        return f"{self.message[:1].upper()}{self.message[1:]}."
