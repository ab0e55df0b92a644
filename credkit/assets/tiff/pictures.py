"""Where the pixels of a TIFF lie: strips, tiles and embedded JPEG streams of the main directories and those below them.

Needed because a store and metadata are left out of hashes: bytes that are pixels as well must not be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.tiff.directories import STORE, Directory, directories, directory_at
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["picture_parts", "touched", "within_pictures"]

_PARTS = ((273, 279), (324, 325), (513, 514))
"""Tags of the places and of the lengths."""
_TAGS = frozenset(chain.from_iterable(_PARTS))
_SUB_DIRECTORIES = 330
_LEFT_OUT = frozenset({STORE, 700, 33723})
"""Tags of what a hash may leave out: the store, XMP, IPTC."""


def within_pictures(source: Source, spans: Collection[Span], limits: Limits) -> Collection[Span]:
    """Those in which pixels lie, or other values of entries; all of them when the file does not allow to find out."""
    try:
        return touched(spans, chain(picture_parts(source, limits), _values(source, limits)))
    except MalformedError:
        return spans


def touched(spans: Collection[Span], others: Iterable[Span]) -> frozenset[Span]:
    """Those of a few spans that share bytes with one of many others."""
    free = set(spans)
    for other in others:
        if not free:
            break
        free -= {span for span in free if span.start < other.end and other.start < span.end}
    return frozenset(spans) - free


def picture_parts(source: Source, limits: Limits) -> Iterator[Span]:
    """All parts of all pictures, wherever they are said to be.

    ``MalformedError`` for more than ``tiff_entries`` parts or ``tiff_directories`` directories, and for lists outside of the file.
    """
    room = limits.tiff_entries
    for directory in _all(source, limits):
        for part in _parts(source, directory):
            room -= 1
            if room < 0:
                raise MalformedError(f"its pictures have more than {limits.tiff_entries:,} parts", where="TIFF")
            yield part


def _values(source: Source, limits: Limits) -> Iterator[Span]:
    """Directories below, and the values of entries that stand elsewhere: tables of colours, profiles, and whatever else steers the look."""
    for directory in _all(source, limits):
        yield directory.span
        for entry in directory.entries:
            if not entry.inline and entry.tag not in _LEFT_OUT and entry.value.end <= source.size:
                yield entry.value


def _all(source: Source, limits: Limits) -> Iterator[Directory]:
    """Main directories, and those that they name as parts of themselves; one that is named often counts as often."""
    room, entries = limits.tiff_directories, limits.tiff_entries
    for directory in directories(source, limits):
        yield directory
        below = directory.find(_SUB_DIRECTORIES)
        for start in below.numbers(source) if below else ():
            room -= 1
            if room < 0:
                raise MalformedError(f"more than {limits.tiff_directories:,} directories", where="TIFF", offset=start)
            part = directory_at(source, directory.form, start, directory.next_link, entries)
            entries -= part.length
            yield part


def _parts(source: Source, directory: Directory) -> Iterator[Span]:
    found = {entry.tag: entry for entry in directory.tagged(_TAGS)}
    for places, lengths in _PARTS:
        if places in found and lengths in found:
            for start, length in zip(found[places].numbers(source), found[lengths].numbers(source), strict=False):
                yield Span(start, length)
