"""Whether a film says that parts of it lie in a box of C2PA, which no hash covers.

A signer could hide media there that players show and that nobody hashed. Places are those of chunks (``stco``, ``co64``) with the sizes of
their samples (``stsc``, ``stsz``), and those of runs of samples in fragments (``tfhd``, ``trun``). What lies in other files (``dref``) is
left alone, and so is where a chunk ends whose samples are all said to be of one size: in old sound that is no number of bytes.

Sources: ISO/IEC 14496-12, 8.7 and 8.8.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise

from credkit.assets.bmff.boxes import BmffBox, BoxWalker
from credkit.assets.bmff.elsewhere import leads_elsewhere
from credkit.assets.layout import Span
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["film_touches", "fragment_touches"]

_COUNTED = 8
"""Bytes in front of the entries of a table: version, flags, their number."""
_BASE, _INDEX, _DURATION, _SIZE = 1, 2, 8, 16
"""Flags of ``tfhd``: which fields it has."""
_PLACED, _FIRST, _TIMED, _SIZED, _FLAGGED, _SHIFTED = 1, 4, 0x100, 0x200, 0x400, 0x800
"""Flags of ``trun``: where its samples begin, flags of the first, and what is said of each."""


def film_touches(walker: BoxWalker, film: BmffBox, spans: Collection[Span], limits: Limits) -> bool:
    """Whether a chunk of a film (``moov``) reaches into one of these ranges of the file; ``MalformedError`` when its tables are broken."""
    for track in _within(walker, film, "trak"):
        for media in _within(walker, track, "mdia"):
            for information in _within(walker, media, "minf"):
                if leads_elsewhere(walker, information):
                    continue
                if any(_chunks_touch(walker, table, spans, limits) for table in _within(walker, information, "stbl")):
                    return True
    return False


def fragment_touches(walker: BoxWalker, fragment: BmffBox, spans: Collection[Span]) -> bool:
    """The same of a fragment (``moof``)."""
    return any(
        _overlaps(start, size, spans) for track in _within(walker, fragment, "traf") for start, size in _runs(walker, fragment, track)
    )


def _within(walker: BoxWalker, box: BmffBox, kind: str) -> Iterator[BmffBox]:
    return (child for child in walker.children(box) if child.type == kind)


def _overlaps(start: int, size: int, spans: Collection[Span]) -> bool:
    return any(start < span.end and span.start < start + max(size, 1) for span in spans)


def _chunks_touch(walker: BoxWalker, table: BmffBox, spans: Collection[Span], limits: Limits) -> bool:
    boxes = {box.type: box for box in walker.children(table)}
    for kind, code in (("stco", "I"), ("co64", "Q")):
        starts = _numbers(walker, boxes.get(kind), code, limits)
        # The store stands in front of the media in nearly every film.
        if not starts or min(starts) >= max(span.end for span in spans):
            continue
        if any(span.start <= start < span.end for span in spans for start in starts):
            return True
        # None begins in a store, so one that reaches into it begins in front of it.
        before = [span.start for span in spans]
        sizes = _sizes(walker, boxes, len(starts), limits)
        if any(start < place < start + size for start, size in zip(starts, sizes, strict=False) for place in before):
            return True
    return False


def _numbers(walker: BoxWalker, box: BmffBox | None, code: str, limits: Limits, *, before: int = _COUNTED, each: int = 1) -> Sequence[int]:
    """The entries of a table, ``each`` of so many numbers, behind ``before`` bytes of which the last four are their count."""
    if box is None or box.payload.length < before:
        return ()
    if box.payload.length > limits.bmff_tables_size:
        raise MalformedError(f"the table {box.type} is larger than {limits.bmff_tables_size:,} bytes", where="BMFF", offset=box.span.start)
    data = walker.source.read(box.payload.start, box.payload.length)
    found = array(code)
    length = int.from_bytes(data[before - 4 : before], "big") * each * found.itemsize
    if length > len(data) - before:
        raise MalformedError(f"the table {box.type} is shorter than its number of entries", where="BMFF", offset=box.span.start)
    found.frombytes(data[before : before + length])
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _sizes(walker: BoxWalker, boxes: dict[str, BmffBox], chunks: int, limits: Limits) -> Iterator[int]:
    """Bytes of each chunk, as far as they are told."""
    if "stsz" not in boxes or walker.source.read(boxes["stsz"].payload.start, min(8, boxes["stsz"].payload.length))[4:] != bytes(4):
        return
    ends = array("Q", accumulate(_numbers(walker, boxes["stsz"], "I", limits, before=12), initial=0))
    runs = _numbers(walker, boxes.get("stsc"), "I", limits, each=3)
    firsts = [*runs[::3], chunks + 1]
    sample = 0
    for (first, following), count in zip(pairwise(firsts), runs[1::3], strict=True):
        for _ in range(min(following, chunks + 1) - first):
            if sample + count >= len(ends):
                return
            yield ends[sample + count] - ends[sample]
            sample += count


def _runs(walker: BoxWalker, fragment: BmffBox, track: BmffBox) -> Iterator[tuple[int, int]]:
    """Start and length of each run of samples of a track; where one without a place begins is where the one before it ends."""
    base, usual, position = fragment.span.start, 0, fragment.span.start
    for box in walker.children(track):
        if box.type == "tfhd":
            data = walker.source.read(box.payload.start, min(40, box.payload.length))
            flags, at = int.from_bytes(data[1:4], "big"), 8
            if flags & _BASE:
                base, at = int.from_bytes(data[at : at + 8], "big"), at + 8
            at += 4 * (bool(flags & _INDEX) + bool(flags & _DURATION))
            usual = int.from_bytes(data[at : at + 4], "big") if flags & _SIZE else 0
            position = base
        elif box.type == "trun":
            start, size = _run(walker, box, usual)
            position = position if start is None else base + start
            yield position, size
            position += size


def _run(walker: BoxWalker, box: BmffBox, usual: int) -> tuple[int | None, int]:
    """Where the samples of a run begin, counted from the base, and how many bytes they are."""
    head = walker.source.read(box.payload.start, min(12, box.payload.length)).ljust(12, b"\x00")
    flags, count = int.from_bytes(head[1:4], "big"), int.from_bytes(head[4:8], "big")
    start = int.from_bytes(head[8:12], "big", signed=True) if flags & _PLACED else None
    if not flags & _SIZED:
        return start, usual * count
    before = 8 + 4 * (bool(flags & _PLACED) + bool(flags & _FIRST))
    each = sum(bool(flags & flag) for flag in (_TIMED, _SIZED, _FLAGGED, _SHIFTED))
    data = walker.source.read(box.payload.start + before, max(0, min(4 * each * count, box.payload.length - before)))
    found = array("I", data[: len(data) // (4 * each) * 4 * each])
    if sys.byteorder == "little":
        found.byteswap()
    return start, sum(found[bool(flags & _TIMED) :: each])
