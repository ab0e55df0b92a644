"""Runs of bytes, and how they are put together: sorted, without overlap, without a gap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from credkit.verify.report import RegionKind

__all__ = ["Run", "Runs", "joined", "over"]


class Run(NamedTuple):
    """Bytes from ``start`` to before ``end``."""

    start: int
    end: int
    kind: RegionKind
    what: str
    url: str | None = None
    """JUMBF URI of the box that it lies in; None outside of the store."""


class Runs:
    """Runs in order while they are found: neighbours of the same kind and meaning become one, empty ones are dropped."""

    __slots__ = ("_begun", "_end", "_runs", "_start")

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._start = self._end = 0
        self._begun: tuple[RegionKind, str, str | None] | None = None
        """What the last one is, which may still grow."""

    def add(self, start: int, end: int, kind: RegionKind, what: str, url: str | None = None) -> None:
        """Take in the run that follows."""
        if end <= start:
            return
        meaning = (kind, what, url)
        if start != self._end or meaning != self._begun:
            self._finish()
            self._start, self._begun = start, meaning
        self._end = end

    def all(self) -> list[Run]:
        """All of them, when no further one comes."""
        self._finish()
        self._begun = None
        return self._runs

    def _finish(self) -> None:
        if self._begun is not None:
            self._runs.append(Run(self._start, self._end, *self._begun))


def joined(runs: Iterable[Run]) -> list[Run]:
    """Runs that are in order, with neighbours of the same kind and meaning as one."""
    found = Runs()
    for run in runs:
        found.add(*run)
    return found.all()


def over(layer: Iterable[Run], below: Sequence[Run]) -> list[Run]:
    """``layer`` laid over ``below``, which is sorted and without overlap: what it covers is gone. Of two runs of the layer the earlier
    start wins.
    """
    upper = sorted(layer)
    if not upper:
        return list(below)
    top = _apart(upper)
    left: list[Run] = []
    index = 0
    for run in below:
        at, end, kind, what, url = run
        while index < len(top) and top[index].end <= at:
            index += 1
        following = index
        while following < len(top) and top[following].start < end:
            if top[following].start > at:
                left.append(Run(at, top[following].start, kind, what, url))
            at = max(at, top[following].end)
            following += 1
        if at < end:
            left.append(run if at == run.start else Run(at, end, kind, what, url))
    return sorted([*left, *top])


def _apart(runs: Iterable[Run]) -> list[Run]:
    result: list[Run] = []
    end = 0
    for run in runs:
        start = max(run.start, end)
        if start < run.end:
            result.append(run if start == run.start else run._replace(start=start))
            end = run.end
    return result
