"""Texts that people and programs leave in a film under a keyword: title, comment, the workflow of a generation tool.

They stand in lists of items (``ilst``), whose keywords are types of boxes or numbers into a table of names (``keys``), and as texts with a
language directly in ``udta``. Only texts in UTF-8 are told from pictures and numbers; a value is given without its framing.

Sources: QuickTime File Format, "Metadata" and "User data atoms"; what ffmpeg writes with and without ``use_metadata_tags``.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.bmff.boxes import BmffBox, BoxWalker
from credkit.assets.layout import Span, TextSpan

__all__ = ["notes_of"]

_KIND_AND_LANGUAGE = 8
_UTF8 = 1
_FREE = "----"
_MOST_NAMES = 1 << 16
_KEYWORD = 256


def notes_of(walker: BoxWalker) -> Iterator[TextSpan]:
    """The texts of the film and of its tracks, in file order; ``MalformedError`` when the walk reaches a fault."""
    for film in walker.find((("moov", None),)):
        yield from _within(walker, film)


def _within(walker: BoxWalker, holder: BmffBox) -> Iterator[TextSpan]:
    for box in walker.children(holder):
        if box.type == "trak":
            yield from _within(walker, box)
        elif box.type == "meta":
            yield from _items(walker, box)
        elif box.type == "udta":
            for child in walker.children(box):
                if child.type == "meta":
                    yield from _items(walker, child)
                elif child.type.startswith("\xa9"):
                    yield from _strings(walker, child)


def _items(walker: BoxWalker, meta: BmffBox) -> Iterator[TextSpan]:
    boxes = list(walker.children(meta))
    names = [name for box in boxes if box.type == "keys" for name in _names(walker, box)]
    for item in (item for box in boxes if box.type == "ilst" for item in walker.children(box)):
        number = int.from_bytes(item.type.encode("latin-1"), "big")
        keyword = names[number - 1] if 0 < number <= len(names) else item.type.encode("utf-8")
        for box in walker.children(item):
            value = Span(box.payload.start + _KIND_AND_LANGUAGE, box.payload.length - _KIND_AND_LANGUAGE)
            if box.type == "name" and item.type == _FREE:
                keyword = walker.source.read(box.payload.start + 4, max(0, min(box.payload.length - 4, _KEYWORD)))
            elif box.type == "data" and value.length > 0 and _kind(walker, box) == _UTF8:
                yield TextSpan(kind="note", name="note", keyword=keyword, value=value, frame=value)


def _kind(walker: BoxWalker, box: BmffBox) -> int:
    return int.from_bytes(walker.source.read(box.payload.start, 4), "big")


def _names(walker: BoxWalker, box: BmffBox) -> Iterator[bytes]:
    """The names in a table ``keys``: each with its length and a kind before it."""
    position = box.payload.start + 8
    for _ in range(_MOST_NAMES):
        if position + 8 > box.span.end:
            return
        length = int.from_bytes(walker.source.read(position, 4), "big")
        if not 8 <= length <= box.span.end - position:
            return
        yield walker.source.read(position + 8, min(length - 8, _KEYWORD))
        position += length


def _strings(walker: BoxWalker, box: BmffBox) -> Iterator[TextSpan]:
    """Texts with a length and a language, each in two bytes."""
    position = box.payload.start
    while position + 4 < box.span.end:
        length = int.from_bytes(walker.source.read(position, 2), "big")
        value = Span(position + 4, length)
        if not length or value.end > box.span.end:
            return
        yield TextSpan(kind="note", name="note", keyword=box.type.encode("utf-8"), value=value, frame=value)
        position = value.end
