"""Runs of bytes, and how they are put together: sorted, without overlap, without a gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from credkit.verify.report import RegionKind

__all__ = ["Run", "joined", "over"]


class Run(NamedTuple):
    """Bytes from ``start`` to before ``end``."""

    start: int
    end: int
    kind: RegionKind
    what: str
    url: str | None = None
    """JUMBF URI of the box that it lies in; None outside of the store."""


def joined(runs: Iterable[Run]) -> Iterator[Run]:
    """Neighbours of the same kind and meaning as one; empty ones are dropped."""
    last: Run | None = None
    for run in runs:
        if run.end <= run.start:
            continue
        if last is not None and last.end == run.start and last[2:] == run[2:]:
            last = Run(last.start, run.end, run.kind, run.what, run.url)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def over(layer: Iterable[Run], below: Sequence[Run]) -> list[Run]:
    """``layer`` laid over ``below``, which is sorted and without overlap: what it covers is gone. Of two runs of the layer the earlier
    start wins.
    """
    top = _apart(sorted(layer))
    if not top:
        return list(below)
    left: list[Run] = []
    index = 0
    for run in below:
        at = run.start
        while index < len(top) and top[index].end <= at:
            index += 1
        following = index
        while following < len(top) and top[following].start < run.end:
            if top[following].start > at:
                left.append(run._replace(start=at, end=top[following].start))
            at = max(at, top[following].end)
            following += 1
        if at < run.end:
            left.append(run._replace(start=at))
    return sorted([*left, *top])


def _apart(runs: Iterable[Run]) -> list[Run]:
    result: list[Run] = []
    end = 0
    for run in runs:
        start = max(run.start, end)
        if start < run.end:
            result.append(run._replace(start=start))
            end = run.end
    return result
