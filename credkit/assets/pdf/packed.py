"""Unpacking the streams that have to be read on the way to a store: cross-reference streams and object streams.

Source: ISO 32000-2, 7.4.4 (FlateDecode with the predictors None, Sub and Up of PNG, which are those in use). ``Budget`` bounds what all
streams of one file unpack to.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from credkit.errors import MalformedError

__all__ = ["Budget", "filters_of", "unpack"]

_NONE, _SUB, _UP = 0, 1, 2
_PNG = 10


class Budget:
    """How many bytes may still be unpacked, and how many rows be undone one by one."""

    __slots__ = ("_rows", "left")

    def __init__(self, left: int, rows: int) -> None:
        self.left = left
        self._rows = rows

    def take_rows(self, count: int) -> None:
        """``MalformedError`` when there are more rows than are left."""
        self._rows -= count
        if self._rows < 0:
            raise _fail("its compressed streams have more rows, predicted in several ways, than a PDF needs")

    def inflate(self, data: bytes) -> bytes:
        """The inflated data; ``MalformedError`` for damage, and when there would be more than is left."""
        stream = zlib.decompressobj()
        try:
            unpacked = stream.decompress(data, self.left + 1)
        except zlib.error:
            raise _fail("a compressed stream is damaged") from None
        if len(unpacked) > self.left:
            raise _fail("its compressed streams unpack to more than a PDF needs")
        self.left -= len(unpacked)
        return unpacked


def _fail(message: str) -> MalformedError:
    return MalformedError(message)


def filters_of(dictionary: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The filters of a stream in the order in which they are undone, each with its parameters."""
    names, parameters = (dictionary.get(key) for key in ("Filter", "DecodeParms"))
    names = names if isinstance(names, list) else [] if names is None else [names]
    parameters = parameters if isinstance(parameters, list) else [parameters] * len(names)
    padded = [*parameters, *[None] * len(names)]
    return [(str(name), given if isinstance(given, dict) else {}) for name, given in zip(names, padded, strict=False)]


def unpack(data: bytes, dictionary: dict[str, Any], budget: Budget) -> bytes:
    """The content of a stream; ``MalformedError`` for a filter that such streams do not have."""
    for name, parameters in filters_of(dictionary):
        if name == "Crypt":
            continue
        if name not in ("FlateDecode", "Fl"):
            raise _fail(f"a stream that has to be read is packed with {name[:30]!r}, which is not read here")
        data = _predicted(budget.inflate(data), parameters, budget)
    return data


def _predicted(data: bytes, parameters: dict[str, Any], budget: Budget) -> bytes:
    """The rows as they were before differences were taken."""
    predictor, columns = parameters.get("Predictor", 1), parameters.get("Columns", 1)
    if predictor == 1:
        return data
    sound = type(predictor) is int and predictor >= _PNG and type(columns) is int and 1 <= columns <= 1 << 12
    if not sound or parameters.get("Colors", 1) != 1 or parameters.get("BitsPerComponent", 8) != 8:
        raise _fail("a stream that has to be read is predicted in a way that is not read here")
    row = columns + 1
    data = data[: len(data) - len(data) % row]
    kinds = set(data[::row])
    result = bytearray(len(data) // row * columns)
    if kinds <= {_NONE} or kinds <= {_UP}:
        for column in range(columns):
            values = data[column + 1 :: row]
            result[column::columns] = _summed(values) if kinds == {_UP} else values
    else:
        budget.take_rows(len(data) // row)
        _undo_rows(data, columns, result)
    return bytes(result)


def _summed(data: bytes) -> bytes:
    """Each byte with those in front of it added."""
    sums: Iterator[int] = accumulate(data, lambda one, other: (one + other) & 0xFF)
    return bytes(sums)


def _undo_rows(data: bytes, columns: int, result: bytearray) -> None:
    """Rows of several kinds, one after the other."""
    above = bytes(columns)
    for number, at in enumerate(range(0, len(data), columns + 1)):
        kind, here = data[at], data[at + 1 : at + 1 + columns]
        if kind == _UP:
            here = bytes([(one + other) & 0xFF for one, other in zip(here, above, strict=True)])
        elif kind == _SUB:
            here = _summed(here)
        elif kind != _NONE:
            raise _fail("a stream that has to be read is predicted in a way that is not read here")
        result[number * columns : (number + 1) * columns] = above = here
