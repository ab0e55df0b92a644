"""Walk over the fields of a protobuf message without loading it: where each begins, and where its value lies.

Bytes that a length announces are jumped over, so that a model of gigabytes costs as many reads as it has fields. Varints have at most ten
bytes, and need not be minimal. Groups, which nobody writes any more, are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from credkit.assets.layout import Span
from credkit.assets.window import Window
from credkit.codec.varint import VARINT_BYTES, read_varint
from credkit.dataclass import dataclass
from credkit.errors import MalformedError

__all__ = ["LENGTH_DELIMITED", "VARINT", "Counter", "Field", "fields", "varint_at"]

VARINT, _FIXED64, LENGTH_DELIMITED, _GROUP, _GROUP_END, _FIXED32 = range(6)
_ONE_BYTE = 0x7F
"""The largest number that a varint of one byte holds."""
_GROUP_DEPTH = 32
_LARGEST_FIELD = (1 << 29) - 1


class Field(NamedTuple):
    """One field of a message, by where its parts begin in the file."""

    number: int
    wire: int
    """``VARINT``, ``LENGTH_DELIMITED`` or another wire type."""
    start: int
    length_at: int
    value_at: int
    end: int

    @property
    def frame(self) -> Span:
        """The field whole, with its tag."""
        return Span(self.start, self.end - self.start)

    @property
    def value(self) -> Span:
        """The bytes of a length-delimited field; of a varint its own."""
        return Span(self.value_at, self.end - self.value_at)

    @property
    def length(self) -> Span:
        """Where the length of a length-delimited field stands; empty for all others."""
        return Span(self.length_at, self.value_at - self.length_at)


@dataclass(slots=True)
class Counter:
    """How many fields may still be read in all messages of one file."""

    left: int

    @staticmethod
    def exhausted(position: int) -> MalformedError:
        """The refusal of one field more."""
        return MalformedError("the model has too many fields", where="the model", offset=position)

    def count(self, position: int) -> None:
        """One field more; ``MalformedError`` when there are too many."""
        self.left -= 1
        if self.left < 0:
            raise self.exhausted(position)


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
        # One look holds tag and length, since graphs have hundreds of thousands of fields; nearly all are numbers of one byte.
        count = min(2 * VARINT_BYTES, end - start)
        data, at = window.hold(start, count)
        tag, offset = data[at], 1
        if tag > _ONE_BYTE:
            tag, offset = _number(data[at : at + count], 0, start)
        counter.left -= 1
        if counter.left < 0:
            raise counter.exhausted(start)
        number, wire = tag >> 3, tag & 7
        if not 0 < number <= _LARGEST_FIELD:
            raise MalformedError(f"{number:,} is no number of a field", where="the model", offset=start)
        length_at = value_at = start + offset
        if wire == LENGTH_DELIMITED:
            if offset < count and data[at + offset] <= _ONE_BYTE:
                size, behind = data[at + offset], offset + 1
            else:
                size, behind = _number(data[at : at + count], offset, start)
            value_at = start + behind
            position = value_at + size
            if position > end:
                raise _too_long(value_at, size, end)
        elif wire == VARINT and offset < count and data[at + offset] <= _ONE_BYTE:
            position = value_at + 1
        else:
            position = _value(window, number, wire, Span(value_at, end - value_at), counter).end
        yield Field(number, wire, start, length_at, value_at, position)


def _too_long(start: int, length: int, end: int) -> MalformedError:
    return MalformedError(f"a field claims {length:,} bytes, but {end - start:,} are left", where="the model", offset=start)


def _within(found: Span, end: int) -> Span:
    """A value that ends before its message does; ``MalformedError`` otherwise."""
    if found.end > end:
        raise _too_long(found.start, found.length, end)
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
