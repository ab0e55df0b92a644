"""The texts in the markup of a drawing (SVG): what stands between tags, in attributes and in comments.

A phrase may be cut by tags (``<tspan>``) and written with references (``&#97;``), so what stands between tags is also given in one piece.
Markup that is no well-formed XML is given as it is. That entities do not unfold without end is seen to where the drawing is read
(``assets/svg``), and by the parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from credkit.limits import Limits
from credkit.media.texts.block import FieldText

__all__ = ["markup_texts"]

_SHORT = 64
"""Characters up to which a text between two tags is also given by itself."""
_MOST_SHORT = 200


def markup_texts(data: bytes, *, limits: Limits) -> Iterator[FieldText]:
    """The text between all tags, short ones by themselves, the comments, and the values of attributes."""
    found = _Texts()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.CharacterDataHandler = found.between.append
    parser.CommentHandler = found.comments.append
    parser.ProcessingInstructionHandler = lambda _, text: found.comments.append(text)
    parser.StartElementHandler = lambda _, attributes: found.attributes.extend(attributes.values())
    try:
        # A part of a drawing has no root of its own; one with a prolog is whole.
        parser.Parse(data if data.lstrip().startswith((b"<?xml", b"\xef\xbb\xbf", b"<!DOCTYPE")) else b"<g>" + data + b"</g>", True)
    except (expat.ExpatError, ValueError, LookupError):
        yield FieldText(name="", text=data[: limits.text_size].decode("utf-8", "replace"), damage="it is no well-formed XML")
        return
    short = (text.strip() for text in (*found.between, *found.comments))
    texts = ("".join(found.between).strip(), *found.comments, "\n".join(found.attributes))
    kept = [text for text in dict.fromkeys(short) if len(text) <= _SHORT][:_MOST_SHORT]
    yield from (FieldText(name="", text=text) for text in dict.fromkeys((*texts, *kept)) if text)


class _Texts:
    """What one parser came across."""

    def __init__(self) -> None:
        self.between: list[str] = []
        self.comments: list[str] = []
        self.attributes: list[str] = []
