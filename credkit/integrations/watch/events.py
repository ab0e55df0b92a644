"""What a watched folder has to tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from credkit.dataclass import dataclass

__all__ = ["Event", "EventKind"]

EventKind = Literal["signed", "skipped", "waiting", "failed", "refused", "folder"]
"""``signed``; ``skipped``: it has credentials already, or was there before; ``waiting``: it came to rest but is no whole picture;
``failed``: to be tried again; ``refused``: for as long as file and settings stay as they are; ``folder``: a folder that cannot be read, or
can be read again.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one file or folder."""

    kind: EventKind
    path: Path
    output: Path | None = None
    """The signed file."""
    label: str | None = None
    """Label of its manifest."""
    message: str = ""
    """For people: what is wrong, or why nothing was done; empty for ``signed``."""
    notes: tuple[str, ...] = ()
    """Of the signing; see ``SignResult.notes``."""
    attempt: int = 0
    """How often it was tried, for ``failed``."""
    retry_in: float | None = None
    """Seconds until it is tried again, for ``failed``."""

    def as_json(self) -> dict[str, Any]:
        """For programs: the fields that say something."""
        values = {
            "event": self.kind,
            "file": str(self.path),
            "output": str(self.output) if self.output else None,
            "manifest": self.label,
            "message": self.message,
            "notes": list(self.notes),
            "attempt": self.attempt,
            "retry_in": self.retry_in,
        }
        return {name: value for name, value in values.items() if value not in (None, "", [], 0)}
