"""What a payload has to look like: small checkers that are put together into one for each assertion.

A shape has two faces. ``check`` takes a value from a caller and gives back the value to write (texts in NFC, date-times as CBOR
date-times, whole
numbers as floats where the standard wants floats), or raises ``DefinitionError`` with the JSON Pointer of the first fault and, for a
misspelt
name, the nearest right one. ``schema`` describes the same thing as JSON Schema 2020-12, so that the two cannot drift apart. Composite
shapes (maps, arrays, alternatives) are in ``shape_map``; rules between fields of one assertion are functions beside its shape.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from credkit.codec.cbor import DateText
from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.manifest.assertions.text_rules import clean_text, date_text, forbidden_character
from credkit.manifest.labels import OWN_NAME, is_own_name

__all__ = [
    "Anything",
    "Boolean",
    "Bytes",
    "Choice",
    "Date",
    "DateTime",
    "Float",
    "Integer",
    "Schema",
    "Shape",
    "Text",
    "described",
    "pointer",
]

Schema = dict[str, Any]
_DEPTH = 48
_INTEGERS = range(-(1 << 63), 1 << 64)


def pointer(path: str, key: object) -> str:
    """``path`` extended by one key or index, as JSON Pointer (RFC 6901)."""
    text = str(key)
    return f"{path}/{text}" if text.isalnum() else f"{path}/{text.replace('~', '~0').replace('/', '~1')}"


def described(value: object) -> str:
    """A value of the caller in a message: short texts and numbers as they are, anything else by its kind."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (bool, int, float)):
        return "true" if value is True else "false" if value is False else f"{value!r:.40}"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "bytes" if isinstance(value, (bytes, bytearray, memoryview)) else f"a {type(value).__name__}"


class Shape(Protocol):
    """One checker; frozen, without state."""

    @abstractmethod
    def check(self, value: Any, path: str = "") -> Any:
        """The value to write, or ``DefinitionError`` with ``path`` and what is below it."""
        ...

    @abstractmethod
    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """The JSON Schema; shapes with a name of their own go into ``definitions``."""
        ...


def _absent(value: object, path: str) -> None:
    if value is None:
        raise DefinitionError("null is not allowed here; leave the field out", path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Shape):
    """A text: never empty, NFC, without misleading characters; ``pattern`` must match it whole."""

    pattern: str | None = None
    means: str = "a text"
    """What the text is, for messages: ``a media type``."""
    maximum: int = 10_000
    """Characters."""

    def check(self, value: Any, path: str = "") -> str:
        """The text in NFC."""
        _absent(value, path)
        if not isinstance(value, str):
            raise DefinitionError(f"should be {self.means}, not {described(value)}", path=path)
        if not value:
            raise DefinitionError("an empty text is not allowed here; leave the field out", path=path)
        wrong = forbidden_character(value)
        if wrong:
            raise DefinitionError(f"the text holds {wrong}, which is not allowed in assertions; remove it", path=path)
        text = clean_text(str(value))
        if len(text) > self.maximum:
            raise DefinitionError(f"the text has {len(text):,} characters; at most {self.maximum:,} are allowed", path=path)
        if self.pattern is not None and not re.fullmatch(self.pattern, text):
            raise DefinitionError(f"{quoted(text)} is not {self.means}", path=path)
        return text

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A string of bounded length."""
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": "string", "minLength": 1, "maxLength": self.maximum} | pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Shape):
    """One of a list of names; a wrong one is answered with the nearest.

    ``refused`` maps names that must no longer be written to the sentence that says why.
    """

    names: tuple[str, ...]
    means: str
    """What the name is, without article: ``digital source type``."""
    aliases: Mapping[str, str] | None = None
    """Other spellings that are accepted, with what is written for each."""
    refused: Mapping[str, str] | None = None
    own: str | None = None
    """An example (``com.example.sharpened``) where names in a namespace of one's own are allowed."""

    def check(self, value: Any, path: str = "") -> str:
        """The name as it is written."""
        _absent(value, path)
        if not isinstance(value, str):
            raise DefinitionError(f"should be a {self.means}, not {described(value)}", path=path)
        if value in self.names:
            return str(value)
        if self.refused and value in self.refused:
            raise DefinitionError(self.refused[value], path=path)
        if self.aliases and value in self.aliases:
            return self.aliases[value]
        if self.own and is_own_name(value):
            return Text(means=f"a {self.means}").check(value, path)
        known = (*(self.aliases or ()), *self.names)
        ending = suggestion(value, known)
        addition = f" (names of your own start with your domain, as in {quoted(self.own)})" if self.own else ""
        raise DefinitionError(f"{quoted(value)} is no {self.means}{addition}{ending}", path=path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """An enumeration, or one beside a pattern of names."""
        listed: Schema = {"enum": [*self.names, *(self.aliases or ())]}
        return {"anyOf": [listed, {"type": "string", "pattern": OWN_NAME}]} if self.own else listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes(Shape):
    """A byte string; a JSON definition gives it as base64 text."""

    minimum: int = 1
    """Bytes."""
    lengths: tuple[int, ...] = ()
    """The only lengths allowed, when given."""
    zeros: bool = False
    """Padding: every byte is zero."""

    def check(self, value: Any, path: str = "") -> bytes:
        """The bytes."""
        _absent(value, path)
        data = self._bytes(value, path)
        if len(data) < self.minimum:
            raise DefinitionError("no bytes are given", path=path)
        if self.lengths and len(data) not in self.lengths:
            raise DefinitionError(f"{len(data)} bytes are given; it must be {' or '.join(map(str, self.lengths))}", path=path)
        if self.zeros and any(data):
            raise DefinitionError("padding must be zeros", path=path)
        return data

    @staticmethod
    def _bytes(value: Any, path: str) -> bytes:
        if isinstance(value, (bytes, bytearray, memoryview)):
            return bytes(value)
        if not isinstance(value, str):
            raise DefinitionError(f"should be bytes (base64 text in JSON), not {described(value)}", path=path)
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise DefinitionError(f"{quoted(value)} is not base64", path=path) from None

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A base64 string."""
        return {"type": "string", "contentEncoding": "base64"} | ({"minLength": 1} if self.minimum else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Shape):
    """A whole number within bounds, both inclusive."""

    minimum: int = _INTEGERS.start
    maximum: int = (1 << 63) - 1

    def check(self, value: Any, path: str = "") -> int:
        """The number."""
        _absent(value, path)
        if isinstance(value, bool) or not isinstance(value, int):
            raise DefinitionError(f"should be a whole number, not {described(value)}", path=path)
        if not self.minimum <= value <= self.maximum:
            bound = f"at least {self.minimum:,}" if value < self.minimum else f"at most {self.maximum:,}"
            raise DefinitionError(f"{described(value)} is out of range; it must be {bound}", path=path)
        return int(value)

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """An integer; bounds that only express the width of the encoding are left out."""
        low = {"minimum": self.minimum} if self.minimum != _INTEGERS.start else {}
        high = {"maximum": self.maximum} if self.maximum < (1 << 63) - 1 else {}
        return {"type": "integer"} | low | high


@dataclass(frozen=True, slots=True, kw_only=True)
class Float(Shape):
    """A finite number, written as a CBOR float even when it is whole."""

    minimum: float | None = None

    def check(self, value: Any, path: str = "") -> float:
        """The number as a float."""
        _absent(value, path)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise DefinitionError(f"should be a number, not {described(value)}", path=path)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise DefinitionError("the number is not finite", path=path)
        if self.minimum is not None and number < self.minimum:
            raise DefinitionError(f"{described(value)} is out of range; it must be at least {self.minimum:g}", path=path)
        return number

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A number."""
        return {"type": "number"} | ({} if self.minimum is None else {"minimum": self.minimum})


@dataclass(frozen=True, slots=True)
class Boolean(Shape):
    """True or false."""

    def check(self, value: Any, path: str = "") -> bool:
        """The truth value."""
        _absent(value, path)
        if not isinstance(value, bool):
            raise DefinitionError(f"should be true or false, not {described(value)}", path=path)
        return value

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Date(Shape):
    """A day: a ``date`` or a text of ISO 8601; written as text."""

    def check(self, value: Any, path: str = "") -> str:
        """The date as text."""
        text = value.isoformat()[:10] if isinstance(value, date) else Text(means="a date").check(value, path)
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise DefinitionError(f'{quoted(text)} is no date such as "2027-12-31"', path=path) from None

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A date."""
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, slots=True)
class DateTime(Shape):
    """A point in time with a zone: a ``datetime`` or RFC 3339 text; written as CBOR tag 0."""

    def check(self, value: Any, path: str = "") -> DateText:
        """The time, ready to be encoded."""
        _absent(value, path)
        text = date_text(value) if isinstance(value, (datetime, str)) else None
        if text is None:
            raise DefinitionError(f'{described(value)} is no date and time with a zone, such as "2026-09-20T08:00:00Z"', path=path)
        return DateText(text)

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A date-time string."""
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything(Shape):
    """Any value that the content can carry: data of the caller's own namespace."""

    json: bool = False
    """Without byte strings, because the content is JSON."""

    def check(self, value: Any, path: str = "") -> Any:
        """The value, texts checked for characters that cannot be written."""
        return self._check(value, path, 0)

    def _check(self, value: Any, path: str, depth: int) -> Any:
        if depth > _DEPTH:
            raise DefinitionError(f"nested deeper than {_DEPTH} levels", path="/" + path.split("/", 2)[1])
        if isinstance(value, Mapping):
            return {self._key(key, path): self._check(item, pointer(path, key), depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._check(item, pointer(path, index), depth + 1) for index, item in enumerate(value)]
        return self._scalar(value, path)

    @staticmethod
    def _key(key: object, path: str) -> str:
        if not isinstance(key, str):
            raise DefinitionError(f"the key {described(key)} is not a text", path=path)
        if forbidden_character(key):
            raise DefinitionError(f"the key {quoted(key)} holds {forbidden_character(key)}", path=path)
        return clean_text(key)

    def _scalar(self, value: Any, path: str) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            wrong = forbidden_character(value)
            if wrong:
                raise DefinitionError(f"the text holds {wrong}, which is not allowed in assertions; remove it", path=path)
            return value if isinstance(value, DateText) and not self.json else clean_text(str(value))
        if isinstance(value, datetime):
            return str(DateTime().check(value, path)) if self.json else DateTime().check(value, path)
        if isinstance(value, int) and value in _INTEGERS:
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        if isinstance(value, (bytes, bytearray, memoryview)) and not self.json:
            return bytes(value)
        form = "JSON" if self.json else "CBOR"
        raise DefinitionError(f"{described(value)} cannot be written as {form}", path=path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """No constraint."""
        return {}
