"""Put a store or XMP into an ID3v2 tag, exchange it, or take it out.

A new frame goes behind the others, in front of the padding, which keeps its length; a file without a tag gets one of version 2.3. The sound
and what follows it (ID3v1, APEv2) stay as they are. Filling bytes ("unsynchronisation") would make the store depend on its own bytes, so a
tag that is changed is written without.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.id3.frames import Content, build_object, build_xmp, object_of, xmp_of
from credkit.assets.id3.scan import held, replaceable
from credkit.assets.id3.tags import Tag, read_tags, sized, syncsafe
from credkit.assets.layout import Edit, Layout, Span
from credkit.assets.source import Source
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS

__all__ = ["described", "embedded", "rewritten"]

_MOST = (1 << 28) - 1
"""Bytes of a tag behind its header."""
_Change = tuple[Tag, Replacement]


def embedded(source: Source, layout: Layout, store: bytes | None) -> Edit:
    """Replace all objects with a store by one with ``store``, or remove them (None); a tag that was left empty is removed, too.

    ``AssetError`` when a tag cannot be written anew: it is damaged, has a checksum, or would get too long.
    """
    tags = read_tags(source, DEFAULT_LIMITS)
    found = held(source, tags, object_of)
    here = next((one for one in found if store is not None and one[1].span.start == layout.insert_at and replaceable(one[1])), None)
    changes = [(tag, Replacement(content.frame.span)) for tag, content in found if here is None or content is not here[1]]
    if store is None:
        return Edit(pieces=splice(source.size, rewritten(tags, changes)))
    if here is None:
        put = _added(tags, changes, tags[0].end if tags else 0, build_object(tags[0] if tags else None, store))
    else:
        put = Replacement(here[1].span, store)
        changes += [(here[0], put), *_resized(*here, put.growth)]
    following = rewritten(tags, changes) if tags else [put]
    place = moved(put.span.start, [change for change in following if change is not put]) + len(put.data) - len(store)
    return Edit(pieces=splice(source.size, following), exclusions=(Span(place, len(store)),))


def described(source: Source, xmp: bytes | None) -> Edit:
    """Set the XMP in place of the old one, else behind the other frames; there is no place for EXIF.

    ``AssetError`` as in ``embed``, and for a tag of version 2.2, which has no such frames.
    """
    if xmp is None:
        return Edit(pieces=splice(source.size, ()))
    tags = read_tags(source, DEFAULT_LIMITS)
    found = held(source, tags, xmp_of)
    changes = [(tag, Replacement(content.frame.span)) for tag, content in found]
    put = None
    if xmp:
        first = next((content.frame.span.start for tag, content in found if tag is tags[0]), tags[0].end if tags else 0)
        put = _added(tags, changes, first, build_xmp(tags[0] if tags else None, xmp))
    return Edit(pieces=splice(source.size, rewritten(tags, changes) if tags or not put else [put]))


def _added(tags: Sequence[Tag], changes: list[_Change], at: int, frame: bytes) -> Replacement:
    """The insertion of a frame into the first tag, which joins ``changes``, or of a tag where there is none."""
    if not tags:
        return Replacement(Span(0, 0), b"ID3\x03\x00\x00" + syncsafe(_fitting(len(frame))) + frame)
    put = Replacement(Span(at, 0), frame)
    changes.append((tags[0], put))
    return put


def _fitting(size: int) -> int:
    if size > _MOST:
        raise AssetError(f"the ID3 tag would have {size:,} bytes, and it holds at most {_MOST:,}")
    return size


def _resized(tag: Tag, content: Content, growth: int) -> Iterator[_Change]:
    """The size of a frame whose content grows."""
    if growth:
        frame = content.frame
        data = sized(tag.version, _fitting(frame.content.length + growth))
        yield tag, Replacement(Span(frame.span.start + len(frame.name), len(data)), data)


def rewritten(tags: Sequence[Tag], changes: Sequence[_Change]) -> list[Replacement]:
    """The changes together with what follows from them: sizes, filling bytes taken out, tags that were left empty."""
    rewritten: list[Replacement] = []
    for tag in tags:
        own = [change for changed, change in changes if changed is tag]
        if not own:
            continue
        _check(tag)
        lost = [Replacement(Span(at, 1)) for at in tag.filling if not any(change.span.start <= at < change.span.end for change in own)]
        size = tag.size + sum(change.growth for change in (*own, *lost))
        if not size:
            rewritten.append(Replacement(tag.span))
            continue
        rewritten += own + lost
        if size != tag.size or tag.filled:
            rewritten += tag.rewritten(_fitting(size))
    return rewritten


def _check(tag: Tag) -> None:
    """``AssetError`` for a tag that cannot be written anew."""
    reason = ""
    if tag.fault:
        reason = f"is damaged ({tag.fault})"
    elif tag.checked:
        reason = "has a checksum that would no longer fit"
    elif tag.version == 4 and tag.filled and not all(frame.filled for frame in tag.frames):
        reason = "does not say which of its frames have filling bytes (unsynchronisation)"
    if reason:
        raise AssetError(f"the ID3 tag of this file {reason}: save its tags anew with a tag editor")
