"""ID3v2 tags at the start of a file, as places: which frames there are, and what would have to be written anew when one changes.

Versions 2.2, 2.3 and 2.4, several tags one behind the other, the extended header, the footer, padding, and filling bytes
("unsynchronisation": a zero behind each FF that could be taken for a frame of sound). What stands in the frames is left to ``frames``.

In versions 2.2 and 2.3 the whole tag is filled or none of it, and sizes count without filling bytes; such a tag is walked as if they were
not there. In 2.4 each frame is filled on its own, and sizes count them.

Source: ID3v2.2.0, ID3v2.3.0, ID3v2.4.0 (id3.org), 3 and 4.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from credkit.assets.edited import EditedSource, Replacement, splice
from credkit.assets.id3.sniff import HEADER, is_tag
from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.dataclass import dataclass, replace
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["Frame", "Tag", "fillings", "read_tags", "sized", "syncsafe"]

_WHERE = "ID3 tag"
_FILLED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_NAMES = {2: re.compile(rb"[A-Z0-9]{3}"), 3: re.compile(rb"[A-Z0-9]{4}"), 4: re.compile(rb"[A-Z0-9]{4}")}
_NEAR = 64
"""Bytes of what may be padding that are looked at before all of it."""
_CHECKED = {3: (4, 0x80), 4: (5, 0x20)}
"""Where the extended header says that there is a checksum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame; places count from the start of the file."""

    name: bytes
    span: Span
    """Header and content."""
    content: Span
    """Without the fields that flags put before it."""
    filled: bool = False
    """Zeros stand in the content that do not belong to it."""
    coded: bool = False
    """Compressed or encrypted."""
    plain: bool = True
    """Nothing stands between header and content, and no flag of its form is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One tag; places count from the start of the file."""

    version: int
    """2, 3 or 4."""
    flags: int
    span: Span
    """Header, frames, padding, and footer."""
    size: int
    """As the header says it: without header and footer."""
    frames: tuple[Frame, ...] = ()
    end: int
    """Where the last frame ends, and padding begins."""
    filling: tuple[int, ...] = ()
    """Zeros in a tag of version 2.2 or 2.3 that do not belong to it."""
    checked: bool = False
    """There is a checksum over the frames."""
    fault: str = ""
    """Why the walk broke off, in plain words."""

    @property
    def filled(self) -> bool:
        """Whether the header says that there are filling bytes."""
        return bool(self.flags & _FILLED)

    def rewritten(self, size: int) -> Iterator[Replacement]:
        """The header, and the footer where there is one, for another size, and without the flag for filling bytes."""
        data = bytes((self.flags & ~_FILLED,)) + syncsafe(size)
        yield Replacement(Span(self.span.start + 5, 5), data)
        if self.flags & _FOOTER and self.version == 4:
            yield Replacement(Span(self.span.end - 5, 5), data)


def syncsafe(value: int) -> bytes:
    """Four bytes of seven bits."""
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def sized(version: int, value: int) -> bytes:
    """The size of a frame."""
    return value.to_bytes(3, "big") if version == 2 else value.to_bytes(4, "big") if version == 3 else syncsafe(value)


def read_tags(source: Source, limits: Limits) -> tuple[Tag, ...]:
    """The tags one behind the other at the start of a file; ``MalformedError`` when one is longer than the file. A source is read once."""
    return source.known.once((_WHERE, limits), lambda: tuple(_tags(source, limits)))


def _tags(source: Source, limits: Limits) -> Iterator[Tag]:
    start = 0
    for _ in range(limits.id3_tags):
        head = source.read(start, HEADER) if start + HEADER <= source.size else b""
        if not is_tag(head):
            return
        tag = _tag(source, start, head, limits)
        yield tag
        start = tag.span.end


def _unpacked(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def _tag(source: Source, start: int, head: bytes, limits: Limits) -> Tag:
    version, flags, size = head[3], head[5], _unpacked(head[6:10])
    body = Span(start + HEADER, size)
    end = body.end + (HEADER if version == 4 and flags & _FOOTER else 0)
    if end > source.size:
        raise MalformedError(f"the tag claims {end - start:,} bytes, the file has {source.size - start:,}", where=_WHERE, offset=start)
    filling = tuple(fillings(source, body, limits)) if version < 4 and flags & _FILLED else ()
    whole = Tag(version=version, flags=flags, span=Span(start, end - start), size=size, end=body.end, filling=filling)
    return _Walk(source, whole, body, limits).walked()


def fillings(source: Source, span: Span, limits: Limits) -> Iterator[int]:
    """Where in ``span`` zeros stand behind FF; ``MalformedError`` for too many."""
    position, last, count = span.start, b"", 0
    for chunk in source.chunks(span.start, span.length):
        data = last + bytes(chunk)
        at = data.find(b"\xff\x00")
        while at >= 0:
            count += 1
            if count > limits.id3_fillings:
                raise MalformedError(f"more than {limits.id3_fillings:,} filling bytes", where=_WHERE, offset=span.start)
            yield position - len(last) + at + 1
            at = data.find(b"\xff\x00", at + 2)
        position, last = position + len(chunk), data[-1:] if data[-1:] == b"\xff" else b""


class _Walk:
    """The walk over the frames of one tag, in which places do not count filling bytes."""

    def __init__(self, source: Source, tag: Tag, body: Span, limits: Limits) -> None:
        self._tag, self._limits = tag, limits
        lost = [Replacement(Span(at, 1)) for at in tag.filling]
        self._source: Source = EditedSource(source, splice(source.size, lost)) if lost else source
        self._places = [at - index for index, at in enumerate(tag.filling)]
        self._start, self._end = body.start, body.end - len(tag.filling)
        self._header = 6 if tag.version == 2 else 10

    def walked(self) -> Tag:
        """The tag with its frames."""
        tag, position, checked = self._tag, self._start, False
        if tag.flags & _EXTENDED:
            if tag.version == 2:
                return self._with((), position, fault="it is compressed")
            length, checked = self._extended()
            position += length
        frames: list[Frame] = []
        while position + self._header <= self._end:
            name = self._source.read(position, len(self._name(b"....")))
            if not _NAMES[tag.version].fullmatch(name):
                break
            if len(frames) == self._limits.id3_frames:
                raise MalformedError(f"more than {self._limits.id3_frames:,} frames", where=_WHERE, offset=tag.span.start)
            size = self._size(position)
            if position + self._header + size > self._end:
                fault = f"frame {name.decode('ascii')} claims {size:,} bytes, which do not fit"
                return self._with(frames, position, fault=fault, checked=checked)
            frames.append(self._frame(name, position, size))
            position += self._header + size
        fault = "" if self._is_padding(position) else "something else stands behind its frames"
        return self._with(frames, position, fault=fault, checked=checked)

    def _with(self, frames: Sequence[Frame], end: int, *, fault: str = "", checked: bool = False) -> Tag:
        return replace(self._tag, frames=tuple(frames), end=self._end_place(end), fault=fault, checked=checked)

    def _name(self, head: bytes) -> bytes:
        return head[:3] if self._tag.version == 2 else head

    def _extended(self) -> tuple[int, bool]:
        """Length of the extended header, and whether it holds a checksum."""
        if self._start + 6 > self._end:
            raise MalformedError("the extended header does not fit", where=_WHERE, offset=self._start)
        head = self._source.read(self._start, 6)
        length = 4 + int.from_bytes(head[:4], "big") if self._tag.version == 3 else _unpacked(head[:4])
        if not 6 <= length <= self._end - self._start:
            raise MalformedError("the extended header does not fit", where=_WHERE, offset=self._start)
        at, bit = _CHECKED[self._tag.version]
        return length, bool(head[at] & bit)

    def _size(self, position: int) -> int:
        """Bytes of the content of a frame. Some programs write those of version 2.4 as if it were 2.3; what follows tells."""
        raw = self._source.read(position + len(self._name(b"....")), self._header - (3 if self._tag.version == 2 else 6))
        plain = int.from_bytes(raw, "big")
        if self._tag.version != 4:
            return plain
        usual = _unpacked(raw)
        if any(byte > 0x7F for byte in raw) or (not self._frame_at(position + 10 + usual) and self._frame_at(position + 10 + plain)):
            return plain
        return usual

    def _frame_at(self, position: int) -> bool:
        """Whether a frame, padding or the end of the tag is there."""
        named = position + self._header <= self._end and bool(_NAMES[4].fullmatch(self._source.read(position, 4)))
        return named or (position <= self._end and self._is_padding(position))

    def _is_padding(self, position: int) -> bool:
        """Whether there are only zeros up to the end of the tag."""
        left = self._end - position
        if self._source.read(position, min(left, _NEAR)).strip(b"\x00"):
            return False
        return not any(bytes(chunk).strip(b"\x00") for chunk in self._source.chunks(position, left))

    def _frame(self, name: bytes, position: int, size: int) -> Frame:
        start, end = position + self._header, position + self._header + size
        flags = self._source.read(start - 1, 1)[0] if self._tag.version > 2 else 0
        span = Span(self._place(position), self._end_place(end) - self._place(position))
        if self._tag.version == 4:
            added, coded, filled = (flags >> 6 & 1) + (flags & 1) * 4, bool(flags & 0x0C), bool(flags & 0x02)
        else:
            added, coded, filled = flags >> 5 & 1, bool(flags & 0xC0), bool(self._tag.filling)
        start = min(start + added, end)
        content = Span(self._place(start), max(self._end_place(end) - self._place(start), 0))
        return Frame(name=name, span=span, content=content, filled=filled, coded=coded, plain=not flags and not self._tag.filled)

    def _place(self, position: int) -> int:
        """Where the byte at ``position`` stands in the file."""
        return position + bisect_right(self._places, position)

    def _end_place(self, position: int) -> int:
        """Where what ends before ``position`` ends in the file."""
        return position + bisect_left(self._places, position)
