"""Walk over the fields of a protobuf message without loading it: where each begins, and where its value lies.

Bytes that a length announces are jumped over, so that a model of gigabytes costs as many reads as it has fields. Varints have at most ten
bytes, and need not be minimal. Groups, which nobody writes any more, are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from credkit.assets.layout import Span
from credkit.assets.window import Window
from credkit.codec.varint import VARINT_BYTES, read_varint
from credkit.errors import MalformedError

__all__ = ["LENGTH_DELIMITED", "VARINT", "Counter", "Field", "fields", "varint_at"]

VARINT, _FIXED64, LENGTH_DELIMITED, _GROUP, _GROUP_END, _FIXED32 = range(6)
_GROUP_DEPTH = 32
_LARGEST_FIELD = (1 << 29) - 1


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message."""

    number: int
    wire: int
    """``VARINT``, ``LENGTH_DELIMITED`` or another wire type."""
    frame: Span
    """The field whole, with its tag."""
    value: Span
    """The bytes of a length-delimited field; of a varint its own."""
    length: Span
    """Where the length of a length-delimited field stands; empty for all others."""


@dataclass(slots=True)
class Counter:
    """How many fields may still be read in all messages of one file."""

    left: int

    def count(self, position: int) -> None:
        """One field more; ``MalformedError`` when there are too many."""
        self.left -= 1
        if self.left < 0:
            raise MalformedError("the model has too many fields", where="the model", offset=position)


def varint_at(window: Window, position: int, end: int) -> tuple[int, int]:
    """The varint at ``position`` and where it ends; ``MalformedError`` when it does not end before ``end``, or has over 64 bits."""
    value, length = _number(window.read(position, max(0, min(VARINT_BYTES, end - position))), 0, position)
    return value, position + length


def _number(data: bytes, offset: int, start: int) -> tuple[int, int]:
    """The varint at ``offset`` of ``data``, which begins at ``start`` of the file, and the offset behind it."""
    found = read_varint(data, offset)
    if found is not None and found[0] < 1 << 64:
        return found
    raise MalformedError("a number does not end, or is too large", where="the model", offset=start + offset)


def fields(window: Window, message: Span, counter: Counter) -> Iterator[Field]:
    """The fields of a message in order; ``MalformedError`` at the first that is broken or reaches past the end."""
    position, end = message.start, message.end
    while position < end:
        start = position
        # One read holds tag and length, since graphs have hundreds of thousands of fields.
        head = window.read(start, min(2 * VARINT_BYTES, end - start))
        tag, offset = _number(head, 0, start)
        counter.count(start)
        number, wire = tag >> 3, tag & 7
        if not 0 < number <= _LARGEST_FIELD:
            raise MalformedError(f"{number:,} is no number of a field", where="the model", offset=start)
        if wire == LENGTH_DELIMITED:
            size, behind = _number(head, offset, start)
            value = _within(Span(start + behind, size), end)
        else:
            value = _value(window, number, wire, Span(start + offset, end - start - offset), counter)
        length = Span(start + offset, value.start - start - offset)
        position = value.end
        yield Field(number, wire, Span(start, position - start), value, length)


def _within(found: Span, end: int) -> Span:
    """A value that ends before its message does; ``MalformedError`` otherwise."""
    if found.end > end:
        left = end - found.start
        raise MalformedError(f"a field claims {found.length:,} bytes, but {left:,} are left", where="the model", offset=found.start)
    return found


def _value(window: Window, number: int, wire: int, rest: Span, counter: Counter) -> Span:
    """Where the value lies, without its length; ``MalformedError`` when it reaches past ``rest``."""
    if wire == VARINT:
        return Span(rest.start, varint_at(window, rest.start, rest.end)[1] - rest.start)
    if wire == LENGTH_DELIMITED:
        length, start = varint_at(window, rest.start, rest.end)
        found = Span(start, length)
    elif wire in (_FIXED32, _FIXED64):
        found = Span(rest.start, 4 if wire == _FIXED32 else 8)
    elif wire == _GROUP:
        found = Span(rest.start, _group_end(window, number, rest, counter) - rest.start)
    else:
        raise MalformedError(f"{wire} is no kind of value", where="the model", offset=rest.start)
    return _within(found, rest.end)


def _group_end(window: Window, number: int, rest: Span, counter: Counter) -> int:
    """Behind the end of a group; groups in it are passed over, too."""
    position, opened = rest.start, [number]
    while opened:
        counter.count(position)
        tag, position = varint_at(window, position, rest.end)
        if tag & 7 == _GROUP:
            opened.append(tag >> 3)
            if len(opened) > _GROUP_DEPTH:
                raise MalformedError("groups are nested too deeply", where="the model", offset=position)
        elif tag & 7 == _GROUP_END:
            if opened.pop() != tag >> 3:
                raise MalformedError("a group ends that was not begun", where="the model", offset=position)
        else:
            position = _value(window, tag >> 3, tag & 7, Span(position, rest.end - position), counter).end
    return position
