"""The texts in the tags of an MP3 or FLAC, and those among the metadata of a FLAC itself.

A frame with a text goes as a whole, with the sizes that count it; a frame that is compressed or encrypted is named as unread, since it may
hold one. What stands under a keyword in a FLAC (``prompt``, ``workflow``) is emptied where it is.

Source: ID3v2.3.0 and 2.4.0, 4.2 (texts), 4.8 (lyrics) and 4.10 (comments); RFC 9639, 8.6 (Vorbis comment).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.edited import Replacement, splice
from credkit.assets.id3.edit import rewritten
from credkit.assets.id3.flac import comments_of
from credkit.assets.id3.frames import build_xmp, text_of, xmp_of
from credkit.assets.id3.sniff import FLAC
from credkit.assets.id3.tags import read_tags
from credkit.assets.layout import Edit, Span, TextSpan
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["replaced_texts", "texts_of"]

_COMMENT = "Vorbis comment"
_UNREAD = "it is compressed or encrypted, and was not looked into"
_STORED = (b"GEOB", b"GEO")


def texts_of(source: Source, limits: Limits) -> Iterator[TextSpan]:
    """XMP and texts of all tags, then the comments of a FLAC; ``MalformedError`` when the walk reaches a fault."""
    tags = read_tags(source, limits)
    for frame in (frame for tag in tags for frame in tag.frames):
        name = frame.name.decode("ascii")
        if frame.coded:
            if frame.name not in _STORED:
                yield TextSpan(kind="note", name=name, value=Span(frame.content.start, 0), frame=frame.span, fault=_UNREAD)
        elif xmp := xmp_of(source, frame, limits):
            yield TextSpan(kind="xmp", name=name, value=xmp.span, slices=xmp.slices, frame=frame.span)
        elif text := text_of(source, frame, limits):
            keyword, content = text
            yield TextSpan(kind="note", name=name, keyword=keyword, value=content.span, slices=content.slices, frame=frame.span)
    start = tags[-1].span.end if tags else 0
    if source.read(start, min(len(FLAC), source.size - start)) == FLAC:
        for keyword, value in comments_of(source, start):
            yield TextSpan(kind="note", name=_COMMENT, keyword=keyword, value=value, frame=value)


def replaced_texts(source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
    """Frames removed, or with another packet of XMP, and comments emptied; ``AssetError`` for a tag that cannot be written anew."""
    tags = read_tags(source, DEFAULT_LIMITS)
    framed, emptied = [], []
    for text, value in changes:
        if text.name == _COMMENT:
            emptied.append(Replacement(text.value, b" " * text.value.length))
            continue
        tag = next(tag for tag in tags if tag.span.start <= text.frame.start < tag.span.end)
        framed.append((tag, Replacement(text.frame, b"" if value is None else build_xmp(tag, value))))
    return Edit(pieces=splice(source.size, [*rewritten(tags, framed), *emptied]))
