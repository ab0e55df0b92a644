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
    since: Run | None = None
    until = 0
    for run in runs:
        start, end, kind, what, url = run
        if end <= start:
            continue
        if since is None:
            since = run
        elif until != start or since.what != what or since.kind != kind or since.url != url:
            yield since if since.end == until else Run(since.start, until, since.kind, since.what, since.url)
            since = run
        until = end
    if since is not None:
        yield since if since.end == until else Run(since.start, until, since.kind, since.what, since.url)


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
