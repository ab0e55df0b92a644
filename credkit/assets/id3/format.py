"""Compressed sound with an ID3v2 tag, MP3 or FLAC: the store is an object in the tag, XMP is private data there.

Anchor ``_embedding_manifests_into_id3``. The specification names no exclusion for the hash: as the reference has it, this is the store and
nothing else. Sizes in the tag are hashed therefore, and a store can only be replaced in place by one of the same length.

A new frame goes behind the others, in front of the padding, which keeps its length; a file without a tag gets one of version 2.3. The sound
and what follows it (ID3v1, APEv2) stay as they are. Filling bytes ("unsynchronisation") would make the store depend on its own bytes, so a
tag that is changed is written without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.id3.flac import HEAD, stray_store
from credkit.assets.id3.frames import Content, build_object, build_xmp, object_of, xmp_of
from credkit.assets.id3.mpeg import is_mpeg_audio
from credkit.assets.id3.tags import Frame, Tag, is_tag, read_tags, sized, syncsafe
from credkit.assets.layout import Edit, Layout, Metadata, Span, StoreLocation
from credkit.assets.partial import NoBoxes, NoTexts
from credkit.assets.source import Source
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Id3Format"]

_MPEG, _FLAC = "audio/mpeg", "audio/flac"
_MPEG_HEAD = 4096
_MOST = (1 << 28) - 1
"""Bytes of a tag behind its header."""
_Held = tuple[Tag, Content]
_Change = tuple[Tag, Replacement]


class Id3Format(NoBoxes, NoTexts):
    """MP3 and FLAC files."""

    name = "MP3/FLAC"
    media_types: tuple[str, ...] = (_MPEG, "audio/mp3", "audio/x-mp3", "audio/mpeg3", _FLAC, "audio/x-flac")
    extensions: tuple[str, ...] = (".mp3", ".flac")
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with an ID3v2 tag, as FLAC, or with two frames of MPEG audio."""
        return is_tag(head) or head.startswith(HEAD) or is_mpeg_audio(head)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the frames of the tags; ``MalformedError`` when a tag is longer than the file or no sound follows. A source is scanned
        once.
        """
        return source.known.layout((self.name, limits), lambda: _layout(source, limits))

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all objects with a store by one with ``store``, or remove them (None); a tag that was left empty is removed, too.

        ``AssetError`` when a tag cannot be written anew: it is damaged, has a checksum, or would get too long.
        """
        tags = read_tags(source, DEFAULT_LIMITS)
        held = _held(source, tags, object_of)
        here = next((one for one in held if store is not None and one[1].span.start == layout.insert_at and _replaceable(one[1])), None)
        changes = [(tag, Replacement(content.frame.span)) for tag, content in held if here is None or content is not here[1]]
        if store is None:
            return Edit(pieces=splice(source.size, _rewritten(tags, changes)))
        if here is None:
            put = _added(tags, changes, tags[0].end if tags else 0, build_object(tags[0] if tags else None, store))
        else:
            put = Replacement(here[1].span, store)
            changes += [(here[0], put), *_resized(*here, put.growth)]
        rewritten = _rewritten(tags, changes) if tags else [put]
        place = moved(put.span.start, [change for change in rewritten if change is not put]) + len(put.data) - len(store)
        return Edit(pieces=splice(source.size, rewritten), exclusions=(Span(place, len(store)),))

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:  # noqa: ARG002
        """Set the XMP in place of the old one, else behind the other frames; there is no place for EXIF.

        ``AssetError`` as in ``embed``, and for a tag of version 2.2, which has no such frames.
        """
        if xmp is None:
            return Edit(pieces=splice(source.size, ()))
        tags = read_tags(source, DEFAULT_LIMITS)
        held = _held(source, tags, xmp_of)
        changes = [(tag, Replacement(content.frame.span)) for tag, content in held]
        put = None
        if xmp:
            first = next((content.frame.span.start for tag, content in held if tag is tags[0]), tags[0].end if tags else 0)
            put = _added(tags, changes, first, build_xmp(tags[0] if tags else None, xmp))
        return Edit(pieces=splice(source.size, _rewritten(tags, changes) if tags or not put else [put]))


def _layout(source: Source, limits: Limits) -> Layout:
    tags = read_tags(source, limits)
    start = tags[-1].span.end if tags else 0
    head = source.read(start, min(_MPEG_HEAD, source.size - start))
    if not head.strip(b"\x00") or not (tags or head.startswith(HEAD) or is_mpeg_audio(head)):
        raise MalformedError("no sound follows the ID3 tag" if tags else "the file holds no sound", where="MP3/FLAC", offset=start)
    stores, metadata = _held(source, tags, object_of, limits), _held(source, tags, xmp_of, limits)
    return Layout(
        media_type=_FLAC if head.startswith(HEAD) else _MPEG,
        size=source.size,
        stores=tuple(StoreLocation(slices=content.slices, frame=(content.span,)) for _, content in stores),
        insert_at=_insert_at(tags, stores),
        metadata=tuple(Metadata(kind="xmp", slices=content.slices, frame=content.frame.span) for _, content in metadata),
        remarks=tuple(_remarks(source, tags, start if head.startswith(HEAD) else None)),
    )


def _remarks(source: Source, tags: Sequence[Tag], flac: int | None) -> Iterator[str]:
    for tag in tags:
        if tag.fault:
            yield f"The ID3 tag is damaged: {tag.fault}."
    if flac is not None and stray_store(source, flac):
        yield "A metadata block of this FLAC claims to hold Content Credentials; they belong into an ID3 tag, so it was not read."


def _held(
    source: Source, tags: Sequence[Tag], read: Callable[[Source, Frame, Limits], Content | None], limits: Limits = DEFAULT_LIMITS
) -> list[_Held]:
    """What ``read`` finds in the frames of all tags; ``MalformedError`` when it is in too many, or in too many pieces."""
    found: list[_Held] = []
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


def _replaceable(content: Content) -> bool:
    """Whether another store can take the place of this one, with nothing but sizes to follow."""
    return content.frame.plain and content.current


def _insert_at(tags: Sequence[Tag], stores: Sequence[_Held]) -> int:
    """Where a single store stands already, else behind the frames of the first tag."""
    if len(stores) == 1 and stores[0][0] is tags[0] and _replaceable(stores[0][1]):
        return stores[0][1].span.start
    return tags[0].end if tags else 0


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


def _rewritten(tags: Sequence[Tag], changes: Sequence[_Change]) -> list[Replacement]:
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
