"""The texts of a drawing: XMP, what else stands in its ``metadata``, and everything that it consists of itself.

What is XMP or ``metadata`` can be taken out. The drawing itself is given in one piece, as markup, so that a text in it is found; to change
it is the business of a drawing program, since such texts are seen, or steer how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from credkit.assets.edited import Replacement
from credkit.assets.layout import Span, TextSpan
from credkit.assets.source import Source
from credkit.errors import AssetError

if TYPE_CHECKING:
    from credkit.assets.svg.outline import Outline

__all__ = ["replaced_texts", "texts_of", "unread"]

_DRAWING, _METADATA = "the SVG drawing", "the metadata of the SVG"


def unread(source: Source) -> TextSpan:
    """What stands for a drawing whose texts cannot be read."""
    fault = "it is packed or written in UTF-16, and was not looked into"
    return TextSpan(kind="markup", name=_DRAWING, value=Span(0, 0), frame=Span(0, source.size), fault=fault)


def texts_of(source: Source, outline: Outline) -> Iterator[TextSpan]:
    """All texts; manifests are none."""
    for block in outline.metadata:
        for item in block.xmp:
            yield TextSpan(kind="xmp", name="XMP", value=item.span, frame=item.span)
        if rest := _around(block.content, [item.span for item in (*block.xmp, *block.manifests)]):
            yield TextSpan(kind="markup", name=_METADATA, value=block.content, slices=rest, frame=block.content)
    whole = Span(0, source.size)
    rest = _around(whole, [block.span for block in outline.metadata])
    yield TextSpan(kind="markup", name=_DRAWING, value=whole, slices=rest, frame=whole)


def replaced_texts(changes: Iterable[tuple[TextSpan, bytes | None]]) -> Iterator[Replacement]:
    """What has to be put where for other values (None: nothing); ``AssetError`` for a text of the drawing itself."""
    for text, value in changes:
        if text.name == _DRAWING:
            raise AssetError("a text of the SVG drawing itself would have to be taken out: change it in a drawing program first")
        first, *others = text.slices or (text.value,)
        yield Replacement(first, value or b"")
        yield from map(Replacement, others)


def _around(whole: Span, spans: list[Span]) -> tuple[Span, ...]:
    """What of ``whole`` lies outside of ``spans``."""
    position, found = whole.start, []
    for span in sorted(spans):
        found.append(Span(position, span.start - position))
        position = span.end
    return tuple(span for span in (*found, Span(position, whole.end - position)) if span.length)
