"""Thrift's compact protocol, as far as finding and passing over values needs it.

Nothing is built of what is passed over; nesting, numbers and the count of values are bounded. Source: Apache Thrift, "compact protocol".
"""

from __future__ import annotations

from typing import NamedTuple

from credkit.codec.varint import VARINT_BYTES, build_varint, read_varint
from credkit.errors import MalformedError

__all__ = ["BINARY", "LIST", "STRUCT", "FieldHeader", "Reader", "field_header", "list_header"]

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, BINARY, LIST, _SET, _MAP, STRUCT, _UUID = range(1, 14)
_FIXED = {_BYTE: 1, _DOUBLE: 8, _UUID: 16}
_NUMBERS = frozenset((_I16, _I32, _I64))
_IN_ONE = frozenset((*_NUMBERS, *_FIXED, _TRUE, _FALSE))
"""Kinds that hold no other values, and are passed over without a look at what they say."""
_ONE_BY_ONE = 3
"""As many values count those in a list that hold others, or have lengths of their own; each takes that much longer."""
_SHORT_FIELD = 16
"""Headers below have the number of the field behind them."""
_MORE = 0x80
"""In a byte of a number: others follow."""
_IN_STRUCT = 0
"""Stands for the fields of a struct that are still to come."""
_PAIRS = 1 << 8
"""Stands for keys and values in turns; the lowest eight bits are their kinds."""
_DEPTH = 64
_LONG = 15
_CUT = "the footer ends in the middle of a value"


class FieldHeader(NamedTuple):
    """The header of a field in a struct."""

    number: int
    kind: int
    is_short: bool
    """The number stands as a distance from that of the field before."""


class Reader:
    """A cursor over the bytes of one struct; every fault is a ``MalformedError`` whose offset counts from ``start`` of the file."""

    __slots__ = ("_data", "_left", "_start", "at")

    def __init__(self, data: bytes, *, values: int, start: int) -> None:
        self._data = data
        self._left = values
        self._start = start
        self.at = 0

    def fail(self, message: str) -> MalformedError:
        """A refusal at the cursor."""
        return MalformedError(message, where="the footer", offset=self._start + self.at)

    def byte(self) -> int:
        """The next byte."""
        if self.at >= len(self._data):
            raise self.fail(_CUT)
        self.at += 1
        return self._data[self.at - 1]

    def number(self) -> int:
        """An unsigned varint."""
        found = read_varint(self._data, self.at)
        if found is None:
            raise self.fail("a number does not end" if self.at + VARINT_BYTES <= len(self._data) else _CUT)
        value, self.at = found
        return value

    def length(self) -> int:
        """The length of a binary value that is there whole."""
        length = self.number()
        if length > len(self._data) - self.at:
            raise self.fail(f"a value claims {length:,} bytes, but {len(self._data) - self.at:,} are left")
        return length

    def list_of(self) -> tuple[int, int]:
        """Kind and count of the elements of a list whose header comes next."""
        header = self.byte()
        count = header >> 4
        return header & 15, self.number() if count == _LONG else count

    def field(self, before: int) -> FieldHeader | None:
        """The header of the next field, that of the one before it being ``before``; None at the end of the struct."""
        header = self.byte()
        if header == 0:
            return None
        if distance := header >> 4:
            return FieldHeader(before + distance, header & 15, is_short=True)
        zigzag = self.number()
        return FieldHeader((zigzag >> 1) ^ -(zigzag & 1), header & 15, is_short=False)

    def skip(self, kind: int) -> None:
        """Pass over the value of a field."""
        if kind in (_TRUE, _FALSE):
            return
        waiting = [(kind, 1)]
        while waiting:
            if len(waiting) > 2 * _DEPTH:
                raise self._too_many()
            kind, count = waiting.pop()
            if kind == _IN_STRUCT:
                self._fields(waiting)
            elif kind >= _PAIRS:
                self._count(_ONE_BY_ONE)
                if count > 1:
                    waiting.append((kind, count - 1))
                waiting.append((kind & 15, 1))
                self._pass(kind >> 4 & 15, waiting)
            elif kind in _IN_ONE:
                self._count(count)
                self._pass_alike(kind, count)
            else:
                self._count(_ONE_BY_ONE)
                if count > 1:
                    waiting.append((kind, count - 1))
                self._pass(kind, waiting)

    def _too_many(self) -> MalformedError:
        return self.fail("the footer has too many values, or nests them too deeply")

    def _count(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise self._too_many()

    def _fields(self, waiting: list[tuple[int, int]]) -> None:
        """The fields of a struct, up to one that holds others, or to its end. Nearly all of a footer goes through here."""
        data, at, left = self._data, self.at, self._left
        end = len(data)
        while True:
            left -= 1
            if left < 0 or at >= end:
                self.at, self._left = at, left
                raise self._too_many() if left < 0 else self.fail(_CUT)
            header = data[at]
            at += 1
            if header == 0:
                break
            if header < _SHORT_FIELD:
                self.at = at
                self.number()
                at = self.at
            kind = header & 15
            if kind in _NUMBERS:
                if at < end and data[at] < _MORE:
                    at += 1
                else:
                    self.at = at
                    self.number()
                    at = self.at
            elif kind == BINARY and at < end and data[at] < _MORE and data[at] < end - at:
                at += 1 + data[at]
            elif kind not in (_TRUE, _FALSE):
                self.at, self._left = at, left
                waiting.append((_IN_STRUCT, 1))
                return self._pass(kind, waiting)
        self.at, self._left = at, left
        return None

    def _pass_alike(self, kind: int, count: int) -> None:
        """Values of a list that hold no others."""
        if kind in _NUMBERS:
            for _ in range(count):
                if self.at < len(self._data) and self._data[self.at] < _MORE:
                    self.at += 1
                else:
                    self.number()
        else:
            self.at += _FIXED.get(kind, 1) * count
            if self.at > len(self._data):
                raise self.fail(_CUT)

    def _pass(self, kind: int, waiting: list[tuple[int, int]]) -> None:
        if kind == BINARY:
            # Not added in place: the length moves the cursor itself.
            length = self.length()
            self.at += length
        elif kind == STRUCT:
            waiting.append((_IN_STRUCT, 1))
        elif kind in (LIST, _SET):
            self._many(*self.list_of(), waiting)
        elif kind == _MAP:
            if count := self.number():
                self._many(_PAIRS | self.byte(), count, waiting)
        elif kind in _IN_ONE:
            self._pass_alike(kind, 1)
        else:
            raise self.fail(f"{kind} is no kind of value")

    def _many(self, kind: int, count: int, waiting: list[tuple[int, int]]) -> None:
        if count > len(self._data):
            raise self.fail(f"a list claims {count:,} elements")
        if count:
            waiting.append((kind, count))


def field_header(number: int, kind: int, before: int) -> bytes:
    """The header of a field behind field ``before``, in the short form where that is possible."""
    distance = number - before
    return bytes((distance << 4 | kind,)) if 0 < distance < 16 else bytes((kind,)) + build_varint(number << 1)


def list_header(kind: int, count: int, *, long: bool = False) -> bytes:
    """The header of a list of ``count`` elements."""
    return bytes((_LONG << 4 | kind,)) + build_varint(count) if long or count >= _LONG else bytes((count << 4 | kind,))
