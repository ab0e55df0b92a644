"""What is known about one MP3 or FLAC: the stores and the XMP in its tags.

Clause: anchor ``_embedding_manifests_into_id3``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from credkit.assets.id3.flac import stray_store
from credkit.assets.id3.frames import Content, object_of, xmp_of
from credkit.assets.id3.mpeg import is_mpeg_audio
from credkit.assets.id3.sniff import FLAC
from credkit.assets.id3.tags import Frame, Tag, read_tags
from credkit.assets.layout import Layout, Metadata, StoreLocation
from credkit.assets.source import Source
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Held", "held", "replaceable", "scan_id3"]

_HEAD = 4096
Held = tuple[Tag, Content]
"""What a frame holds, with the tag that it stands in."""


def scan_id3(source: Source, mpeg: str, flac: str, limits: Limits) -> Layout:
    """The layout of a file, of the media type ``mpeg`` or ``flac``; ``MalformedError`` as ``Id3Format.scan`` says."""
    tags = read_tags(source, limits)
    start = tags[-1].span.end if tags else 0
    head = source.read(start, min(_HEAD, source.size - start))
    if not head.strip(b"\x00") or not (tags or head.startswith(FLAC) or is_mpeg_audio(head)):
        raise MalformedError("no sound follows the ID3 tag" if tags else "the file holds no sound", where="MP3/FLAC", offset=start)
    stores, metadata = held(source, tags, object_of, limits), held(source, tags, xmp_of, limits)
    return Layout(
        media_type=flac if head.startswith(FLAC) else mpeg,
        size=source.size,
        stores=tuple(StoreLocation(slices=content.slices, frame=(content.span,)) for _, content in stores),
        insert_at=_insert_at(tags, stores),
        metadata=tuple(Metadata(kind="xmp", slices=content.slices, frame=content.frame.span) for _, content in metadata),
        remarks=tuple(_remarks(source, tags, start if head.startswith(FLAC) else None)),
    )


def _remarks(source: Source, tags: Sequence[Tag], flac: int | None) -> Iterator[str]:
    for tag in tags:
        if tag.fault:
            yield f"The ID3 tag is damaged: {tag.fault}."
    if flac is not None and stray_store(source, flac):
        yield "A metadata block of this FLAC claims to hold Content Credentials; they belong into an ID3 tag, so it was not read."


def held(
    source: Source, tags: Sequence[Tag], read: Callable[[Source, Frame, Limits], Content | None], limits: Limits = DEFAULT_LIMITS
) -> list[Held]:
    """What ``read`` finds in the frames of all tags; ``MalformedError`` when it is in too many, or in too many pieces."""
    found: list[Held] = []
    pieces = 0
    for tag, frame in ((one, frame) for one in tags for frame in one.frames):
        content = read(source, frame, limits)
        if content is None:
            continue
        pieces += len(content.slices)
        if len(found) == limits.stores or pieces > limits.store_slices:
            raise MalformedError("more manifest stores or XMP than are read", code="manifest.inaccessible.malformed", where="MP3/FLAC")
        found.append((tag, content))
    return found


def replaceable(content: Content) -> bool:
    """Whether another store can take the place of this one, with nothing but sizes to follow."""
    return content.frame.plain and content.current


def _insert_at(tags: Sequence[Tag], stores: Sequence[Held]) -> int:
    """Where a single store stands already, else behind the frames of the first tag."""
    if len(stores) == 1 and stores[0][0] is tags[0] and replaceable(stores[0][1]):
        return stores[0][1].span.start
    return tags[0].end if tags else 0
