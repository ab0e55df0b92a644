"""An entry of the catalogue: a file that is made to cost, of any size, the same each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CATALOGUE", "FILE_VERBS", "Hostile", "hostile"]

FILE_VERBS = ("verify", "inspect", "tree", "terms", "sign", "check", "strip")
"""``inspect`` makes the page, in which the JSON stands, too, ``tree`` what is shown on a screen, and ``terms`` weighs who may do what:
each is a command of its own. ``check`` verifies what ``sign`` wrote, ``strip`` takes the store out of it (or out of the file, when it was
not signed).
"""

Maker = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One file for one parser or limit."""

    name: str
    suffix: str
    make: Maker
    """The file in about so many bytes; of the same shape for every size."""
    most: int | None = None
    """Where more bytes make it no worse: a limit is reached before."""
    reader: Callable[[Path], object] | None = None
    """What reads it, where it is no file that is verified or signed: a policy, a journal, a trust list."""

    @property
    def verbs(self) -> tuple[str, ...]:
        """What is measured of it."""
        return ("read",) if self.reader else FILE_VERBS


CATALOGUE: dict[str, Hostile] = {}
"""All entries by name."""


def hostile(name: str, suffix: str, *, most: int | None = None, reader: Callable[[Path], object] | None = None) -> Callable[[Maker], Maker]:
    """Enter what a function makes."""

    def enter(make: Maker) -> Maker:
        if name in CATALOGUE:
            raise ValueError(f"two entries are called {name}")
        CATALOGUE[name] = Hostile(name=name, suffix=suffix, make=make, most=most, reader=reader)
        return make

    return enter
