"""The goals, each a ratio in one run, and whether the figures of that run meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.comparison import Row
from benchmarks.growth import Growth

__all__ = ["Goal", "goals", "plain_goals"]

_MIB = 1_000_000
_LARGE = 10_000_000
_PEER = "c2pa-python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One line: what is wanted and what was seen."""

    work: str
    peer: str
    """What the reference needs, in the same unit."""
    wanted: str
    seen: str
    met: bool


def goals(rows: list[Row], growth: Growth | None = None) -> Iterator[Goal]:
    """Those of which this run has the figures."""
    plain = [row for row in rows if row.kind in ("JPEG", "PNG") and row.size >= _LARGE]
    yield from _over_limit([row for row in plain if row.work == "verify"], "verify, over read + SHA-256", 1.15)
    yield from _over_limit([row for row in plain if row.work == "sign"], "sign, over copy + SHA-256 in one pass", 1.3)
    yield from _many_chunks(rows)
    yield from _memory(rows)
    yield from _ahead(rows, "files", "{0.count} files of 100 KB in one process", 1.0, _rate)
    yield from _chains(rows)
    yield from _ahead(rows, "ingredients", "{0.count} ingredients side by side", 0.5, _milliseconds)
    yield from _ahead(rows, "process", "whole process, one small file to JSON", 1.0, _milliseconds)
    if growth:
        yield _growth(growth)


def _over_limit(rows: list[Row], work: str, most: float) -> Iterator[Goal]:
    for row in rows:
        ours, peer = row.ratio("credkit", "limit"), row.ratio(_PEER, "limit")
        name = f"{row.kind} of {row.size // _MIB:,} MB: {work}"
        alone = f", on one processor {row.alone / row.seconds['limit']:.2f}" if row.alone else ""
        yield Goal(work=name, peer=f"{peer:.2f}", wanted=f"at most {most}", seen=f"{ours:.2f}{alone}", met=ours <= most)


def _many_chunks(rows: list[Row]) -> Iterator[Goal]:
    for row in rows:
        simple = next((other for other in rows if (other.kind, other.size, other.work) == ("PNG", row.size, "verify")), None)
        if simple is None or not row.kind.startswith("PNG, ") or row.work != "verify":
            continue
        ours, peer = (row.seconds[name] / simple.seconds[name] for name in ("credkit", _PEER))
        ahead = row.ratio("credkit", _PEER)
        yield Goal(
            work=f"{row.kind}, {row.size // _MIB:,} MB: verify, over a plain one",
            peer=f"{peer:.1f}",
            wanted="at most 3, ahead of the peer",
            seen=f"{ours:.1f}, {ahead:.2f} of the peer's time",
            met=ours <= 3 and ahead < 1,
        )


def _memory(rows: list[Row]) -> Iterator[Goal]:
    if rows:
        ours, peer = (max(row.memory[name] for row in rows) for name in ("credkit", _PEER))
        name = f"peak memory of any row, up to {max(row.size for row in rows) // _MIB:,} MB"
        yield Goal(work=name, peer=f"{peer / _MIB:,.0f} MB", wanted="at most 40 MB", seen=f"{ours / _MIB:.0f} MB", met=ours <= 40 * _MIB)


def _rate(row: Row, name: str) -> str:
    return f"{row.count / row.seconds[name]:,.0f} files/s"


def _milliseconds(row: Row, name: str) -> str:
    return f"{row.seconds[name] * 1_000:.1f} ms"


def _ahead(rows: list[Row], kind: str, work: str, most: float, told: Callable[[Row, str], str]) -> Iterator[Goal]:
    for row in (row for row in rows if row.kind == kind):
        ratio = row.ratio("credkit", _PEER)
        yield Goal(
            work=work.format(row),
            peer=told(row, _PEER),
            wanted=f"at most {most:g} of the peer's time",
            seen=f"{told(row, 'credkit')}, {ratio:.2f}",
            met=ratio <= most,
        )


def _chains(rows: list[Row]) -> Iterator[Goal]:
    yield from _ahead([row for row in rows if row.count == 100], "chain", "chain of {0.count} generations", 0.5, _milliseconds)
    by_length = sorted((row for row in rows if row.kind == "chain" and row.count >= 10), key=lambda row: row.count)
    if len(by_length) < 2:
        return
    each = [{name: row.seconds[name] / row.count for name in ("credkit", _PEER)} for row in (by_length[0], by_length[-1])]
    ours, peer = (each[1][name] / each[0][name] for name in ("credkit", _PEER))
    yield Goal(
        work=f"one generation of {by_length[-1].count} over one of {by_length[0].count}",
        peer=f"{peer:.2f}",
        wanted="linear: at most 1.2",
        seen=f"{ours:.2f}",
        met=ours <= 1.2,
    )


def _growth(growth: Growth) -> Goal:
    ours, peer = growth.grown["credkit"], growth.grown[_PEER]
    return Goal(
        work=f"growth by {growth.edits} edits of a picture of {growth.first / _MIB:.2f} MB, with thumbnails",
        peer=f"{peer / _MIB:.1f} MB",
        wanted="at most 1 MB",
        seen=f"{ours / _MIB:.2f} MB",
        met=ours <= _MIB,
    )


def plain_goals(found: list[Goal]) -> str:
    """As a Markdown table."""
    lines = [("work", "c2pa-python", "goal", "credkit", "met")]
    lines += [(goal.work, goal.peer, goal.wanted, goal.seen, "yes" if goal.met else "no") for goal in found]
    widths = [max(len(line[index]) for line in lines) for index in range(5)]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines]
    return "\n".join([text[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *text[1:]])
