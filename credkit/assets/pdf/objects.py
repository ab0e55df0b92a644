"""The objects of PDF: numbers, names, strings, arrays, dictionaries, references.

Source: ISO 32000-2, 7.2 and 7.3. Strings keep their bytes as written, because nothing here depends on what one says. Nesting is bounded by
``Limits.pdf_depth``; ``MalformedError`` for anything that is no object, ``CutOffError`` when the bytes end inside one.
"""

from __future__ import annotations

import re
from typing import Any

from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["CutOffError", "Name", "Reference", "Values", "indirect_head", "parse_object", "skip_space"]

_SPACE = re.compile(rb"(?:[\x00\t\n\f\r ]+|%[^\r\n]*)*")
_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]*)")
_ESCAPE = re.compile(r"#([0-9A-Fa-f]{2})")
_NUMBER = re.compile(rb"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})")
_REFERENCE = re.compile(rb"(\d{1,10})[\x00\t\n\f\r ]+(\d{1,5})[\x00\t\n\f\r ]+R(?![^\x00\t\n\f\r ()<>\[\]{}/%])")
_INDIRECT = re.compile(rb"[\x00\t\n\f\r ]*(\d{1,10})[\x00\t\n\f\r ]+(\d{1,5})[\x00\t\n\f\r ]+obj")
_WORD = re.compile(rb"(true|false|null)(?![^\x00\t\n\f\r ()<>\[\]{}/%])")
_WORDS = {b"true": True, b"false": False, b"null": None}
_HEX_STRING = re.compile(rb"<([0-9A-Fa-f\x00\t\n\f\r ]*)>")
_IN_STRING = re.compile(rb"[\\()]")


class CutOffError(Exception):
    """The bytes end inside an object; with more of them it may be whole. ``document`` asks for more, or refuses the file."""


class Name(str):
    """A name, without its slash and with its escapes resolved; it equals the text of the same letters."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """``12 0 R``: an object of the file by its number."""

    number: int
    generation: int


@dataclass(slots=True)
class Values:
    """How many values may still be read in all objects of one PDF."""

    left: int


def skip_space(data: bytes, at: int) -> int:
    """The first place at ``at`` or behind that is neither white space nor in a comment."""
    found = _SPACE.match(data, at)
    return found.end() if found else at


def indirect_head(data: bytes, at: int = 0) -> tuple[int, int] | None:
    """The number of the indirect object that starts at ``at``, and where its value starts; None when none starts there."""
    found = _INDIRECT.match(data, at)
    return (int(found[1]), found.end()) if found else None


def parse_object(data: bytes, at: int = 0, limits: Limits = DEFAULT_LIMITS, *, values: Values | None = None) -> tuple[Any, int]:
    """The object at ``at`` and the place behind it; ``values`` counts what is in it, so that many objects can share one bound."""
    return _Parser(data, limits, values or Values(limits.pdf_values)).value(at, 0)


class _Parser:
    __slots__ = ("_data", "_limits", "_values")

    def __init__(self, data: bytes, limits: Limits, values: Values) -> None:
        self._data = data
        self._limits = limits
        self._values = values

    def _fail(self, message: str, at: int) -> MalformedError | CutOffError:
        if at >= len(self._data) - 1:
            return CutOffError(message)
        return MalformedError(message, where="PDF object", offset=at)

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        data, at = self._data, skip_space(self._data, at)
        if depth > self._limits.pdf_depth:
            raise MalformedError(f"objects are nested deeper than {self._limits.pdf_depth} levels", where="PDF object", offset=at)
        self._values.left -= 1
        if self._values.left < 0:
            raise MalformedError(f"its objects have more than {self._limits.pdf_values:,} values", where="PDF object", offset=at)
        first = data[at : at + 1]
        if first == b"/":
            return self._name(at)
        if first == b"<":
            return self._dictionary(at + 2, depth) if data[at + 1 : at + 2] == b"<" else self._hex_string(at)
        if first == b"[":
            return self._array(at + 1, depth)
        if first == b"(":
            return self._string(at)
        if found := _REFERENCE.match(data, at):
            return Reference(int(found[1]), int(found[2])), found.end()
        if found := _NUMBER.match(data, at):
            text = found[0]
            return (float(text) if b"." in text else int(text)), found.end()
        if found := _WORD.match(data, at):
            return _WORDS[found[1]], found.end()
        raise CutOffError("it ends inside an object") if at + 5 >= len(data) else self._fail("no object", at)

    def _name(self, at: int) -> tuple[Name, int]:
        found = _NAME.match(self._data, at)
        assert found is not None
        return Name(_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), found[1].decode("latin-1"))), found.end()

    def _hex_string(self, at: int) -> tuple[bytes, int]:
        found = _HEX_STRING.match(self._data, at)
        if found is None:
            end = self._data.find(b">", at)
            raise self._fail("a string of hexadecimal digits holds something else", len(self._data) if end < 0 else at)
        return found[1], found.end()

    def _string(self, at: int) -> tuple[bytes, int]:
        position, level = at + 1, 1
        while level:
            found = _IN_STRING.search(self._data, position)
            if found is None:
                raise self._fail("a string does not end", len(self._data))
            position = found.end() + (found[0] == b"\\")
            level += {b"(": 1, b")": -1}.get(found[0], 0)
        return self._data[at + 1 : position - 1], position

    def _array(self, at: int, depth: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        while self._data[(at := skip_space(self._data, at)) : at + 1] != b"]":
            item, at = self.value(at, depth + 1)
            items.append(item)
        return items, at + 1

    def _dictionary(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        entries: dict[str, Any] = {}
        while self._data[(at := skip_space(self._data, at)) : at + 2] != b">>":
            if self._data[at : at + 1] != b"/":
                raise self._fail("a key of a dictionary is no name", at)
            key, at = self._name(at)
            value, at = self.value(at, depth + 1)
            if key in entries:
                raise MalformedError(f"a dictionary has the key {key[:50]!r} twice", where="PDF object", offset=at)
            entries[key] = value
        return entries, at + 2
