"""Three kinds of ID3 frames: an object with its media type (``GEOB``, ``GEO``), data of an owner (``PRIV``), and texts.

Source: ID3v2.2.0, 4.16; ID3v2.3.0 and 2.4.0, 4.15 (``GEOB``) and 4.27 (``PRIV``); XMP part 3 for the owner ``XMP``.
"""

from __future__ import annotations

from credkit.assets.id3.tags import Frame, Tag, fillings, sized
from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.dataclass import dataclass
from credkit.errors import AssetError
from credkit.limits import Limits

__all__ = ["Content", "build_object", "build_xmp", "object_of", "text_of", "xmp_of"]

_MOST = {2: (1 << 24) - 1, 3: (1 << 32) - 1, 4: (1 << 28) - 1}
_DESCRIBED = (b"TXXX", b"TXX", b"COMM", b"COM", b"USLT", b"ULT")
_LANGUAGE = 3
_OBJECTS, _PRIVATE = (b"GEOB", b"GEO"), b"PRIV"
_HEAD = 1 << 12
"""Bytes in which media type, file name and description have to end."""
_STORE_TYPES = (b"application/c2pa", b"application/x-c2pa-manifest-store")
_XMP = b"XMP\x00"
_ABOUT = b"\x00application/c2pa\x00c2pa\x00c2pa manifest store\x00"
"""Encoding (Latin-1), media type, file name and description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a frame holds behind its own fields."""

    frame: Frame
    span: Span
    """From the first byte to the last."""
    slices: tuple[Span, ...]
    """The same without filling bytes."""
    current: bool = True
    """Under the media type that is written."""


def object_of(source: Source, frame: Frame, limits: Limits) -> Content | None:
    """The manifest store in a frame; None when there is something else in it."""
    if frame.name not in _OBJECTS or frame.coded:
        return None
    head = _head(source, frame)
    media_type, found, rest = head[1:].partition(b"\x00")
    if not found or media_type.lower() not in _STORE_TYPES:
        return None
    position = len(head) - len(rest)
    for _ in ("file name", "description"):
        position = _behind_text(head, position, wide=head[0] in (1, 2))
    return _content(source, frame, position, limits, current=media_type == _STORE_TYPES[0])


def xmp_of(source: Source, frame: Frame, limits: Limits) -> Content | None:
    """The XMP in a frame; None when there is something else in it."""
    if frame.name != _PRIVATE or frame.coded:
        return None
    return _content(source, frame, len(_XMP), limits) if _head(source, frame).startswith(_XMP) else None


def text_of(source: Source, frame: Frame, limits: Limits) -> tuple[bytes, Content] | None:
    """The text in a frame, with its mark of UTF-16 where it has one, and its description or else the name of the frame; None when there is
    none in it.
    """
    described = frame.name in _DESCRIBED
    if frame.coded or not (described or frame.name.startswith(b"T")) or not frame.content.length:
        return None
    head = _head(source, frame)
    position = 1 + (_LANGUAGE if described and not frame.name.startswith(b"T") else 0)
    start, wide = position, head[:1] in (b"\x01", b"\x02")
    if described:
        position = min(_behind_text(head, position, wide=wide), len(head))
    name = head[start:position].decode("utf-16" if wide else "latin-1", "replace").rstrip("\x00")
    return name.encode("utf-8", "replace") or frame.name, _content(source, frame, min(position, len(head)), limits)


def build_object(tag: Tag | None, store: bytes) -> bytes:
    """A frame with a manifest store, for a tag or a new one."""
    return _built(tag, b"GEOB", _ABOUT + store)


def build_xmp(tag: Tag | None, packet: bytes) -> bytes:
    """A frame with XMP."""
    return _built(tag, _PRIVATE, _XMP + packet)


def _built(tag: Tag | None, name: bytes, content: bytes) -> bytes:
    version = tag.version if tag else 3
    if version == 2 and name == _PRIVATE:
        raise AssetError("an ID3 tag of version 2.2 has no place for XMP: save the tags anew in version 2.3")
    if len(content) > _MOST[version]:
        raise AssetError(f"{len(content):,} bytes do not fit into the ID3 tag: make it at most {_MOST[version]:,}")
    if version == 2:
        return name[:3] + sized(version, len(content)) + content
    return name + sized(version, len(content)) + bytes(2) + content


def _head(source: Source, frame: Frame) -> bytes:
    """The beginning of the content without filling bytes."""
    raw = source.read(frame.content.start, min(frame.content.length, _HEAD))
    return raw.replace(b"\xff\x00", b"\xff") if frame.filled else raw


def _behind_text(head: bytes, position: int, *, wide: bool) -> int:
    """Where the text at ``position`` has ended, with one zero or, in UTF-16, two; the end of ``head`` when it does not."""
    zero = bytes(2 if wide else 1)
    at = head.find(zero, position)
    while wide and at >= 0 and (at - position) % 2:
        at = head.find(zero, at + 1)
    return len(head) if at < 0 else at + len(zero)


def _content(source: Source, frame: Frame, skipped: int, limits: Limits, *, current: bool = True) -> Content:
    filling = tuple(fillings(source, frame.content, limits)) if frame.filled else ()
    start = frame.content.start + skipped
    for at in filling:
        start += at < start
    start = min(start, frame.content.end)
    span = Span(start, frame.content.end - start)
    edges = [start, *(edge for at in filling if at >= start for edge in (at, at + 1)), span.end]
    slices = tuple(Span(one, other - one) for one, other in zip(edges[::2], edges[1::2], strict=True) if other > one)
    return Content(frame=frame, span=span, slices=slices, current=current)
