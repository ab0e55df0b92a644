"""Texts under any tag of a TIFF, in every directory: pages, parts of pages, EXIF, GPS.

The description and the metadata blocks of the first directory are left to ``format``, which can take them out whole. A text anywhere else
is emptied where it stands: its entry stays and says nothing any more, and no place in the file changes.

Source: TIFF 6.0, section 8; Exif 2.32, 4.6; the XP fields are Microsoft's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, pairwise

from credkit.assets.layout import Span, TextSpan
from credkit.assets.source import Source
from credkit.assets.tiff.directories import Directory, Entry, directories, directory_at
from credkit.assets.tiff.pictures import picture_parts, touched
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["notes_of", "require_apart"]

_ASCII, _UTF8 = 2, 129
_BELOW = (330, 34665, 34853, 40965)
"""Parts of a picture, EXIF, GPS, interoperability."""
_NAMES = {
    269: "DocumentName", 270: "ImageDescription", 271: "Make", 272: "Model", 285: "PageName", 305: "Software", 306: "DateTime",
    315: "Artist", 316: "HostComputer", 700: "XMP", 33432: "Copyright", 33723: "IPTC", 37510: "UserComment", 40091: "XPTitle",
    40092: "XPComment", 40093: "XPAuthor", 40094: "XPKeywords", 40095: "XPSubject",
}  # fmt: skip
_TEXTS = frozenset({700, 33723, 37510, *range(40091, 40096)})
"""Those that are no text by their type."""


def notes_of(source: Source, taken: Collection[int], limits: Limits) -> Iterator[TextSpan]:
    """The texts of all directories, of the first one without the tags ``taken``; ``MalformedError`` when the walk reaches a fault."""
    for number, directory in enumerate(_every(source, limits)):
        for entry in directory.entries:
            if _holds_text(entry) and entry.value.end <= source.size and (number or entry.tag not in taken):
                keyword = _NAMES.get(entry.tag, f"0x{entry.tag:04X}").encode("ascii")
                yield TextSpan(kind="note", name="note", keyword=keyword, value=entry.value, frame=entry.value)


def _holds_text(entry: Entry) -> bool:
    return entry.length > 0 and (entry.kind in (_ASCII, _UTF8) or entry.tag in _TEXTS)


def _every(source: Source, limits: Limits) -> Iterator[Directory]:
    """The main directories, each followed by those that it names as parts of itself."""
    seen = set[int]()
    room = limits.tiff_entries
    for main in directories(source, limits):
        waiting = [main]
        while waiting:
            directory = waiting.pop(0)
            if directory.start in seen:
                continue
            seen.add(directory.start)
            room -= directory.length
            if len(seen) > limits.tiff_directories or room < 0:
                raise MalformedError(f"more than {limits.tiff_directories:,} directories or {limits.tiff_entries:,} entries", where="TIFF")
            yield directory
            for entry in directory.tagged(_BELOW):
                if entry.count <= limits.tiff_directories:
                    waiting += (directory_at(source, main.form, start, main.next_link, room) for start in entry.numbers(source))


def require_apart(source: Source, spans: Collection[Span]) -> None:
    """``AssetError`` when some of the texts share bytes with each other, with the structure of the file, or with its pixels."""
    ordered = sorted(spans)
    doubled = any(first.end > second.start for first, second in pairwise(ordered))
    others = (part for item in _every(source, DEFAULT_LIMITS) for part in _parts(item) if part not in spans)
    try:
        shared = doubled or touched(spans, chain(others, picture_parts(source, DEFAULT_LIMITS)))
    except MalformedError:
        shared = True
    if shared:
        raise AssetError("a text of the TIFF shares its bytes with something else, so it cannot be taken out without damage")


def _parts(directory: Directory) -> Iterator[Span]:
    """What a directory consists of, and all its values."""
    size = directory.form.entry.size
    field = directory.form.offset.size
    yield Span(directory.start, directory.form.count.size)
    for entry in directory.entries:
        yield Span(entry.place, size - field if entry.inline else size)
        yield entry.value
    yield directory.next_link
