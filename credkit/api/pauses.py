"""A source of items that has none for the time being, such as a list of names that somebody is still writing.

What takes items may do something else meanwhile; what hands them on hands a pause on, too. Nothing here is waited for.
"""

from __future__ import annotations

from credkit.dataclass import dataclass

__all__ = ["Pause"]


@dataclass(frozen=True, slots=True)
class Pause:
    """In the place of an item: whoever asks for the next one waits for it, perhaps for long."""

    descriptor: int
    """A file descriptor that can be read when the wait may be over."""
