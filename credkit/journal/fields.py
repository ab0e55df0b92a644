"""From decoded JSON to the dataclasses of entries, by the types of their fields; a wrong type is a ``MalformedError`` with its place."""

from __future__ import annotations

import types
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from credkit.errors import MalformedError

__all__ = ["Reader", "reader_of"]

Reader = Callable[[Any, str], Any]
"""Takes a decoded value and the words for its place."""


@cache
def reader_of(kind: Any) -> Reader:
    """How to read a value of a type: a dataclass, a tuple of one type, an optional one, bytes in Base64, a mapping, or a plain value."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return reader_of(next(item for item in inner if item is not type(None)))
    if origin is tuple:
        return _tuple_of(reader_of(inner[0]))
    if is_dataclass(kind):
        return _object_of(kind)
    if kind is bytes:
        return _bytes
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _plain(dict, "an object")
    return {str: _plain(str, "a text"), bool: _plain(bool, "true or false"), int: _plain(int, "a whole number"), float: _number}[kind]


def _plain(kind: type, words: str) -> Reader:
    def read(value: Any, place: str) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise MalformedError(f'"{place}" should be {words}')
        return value

    return read


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MalformedError(f'"{place}" should be a number')
    return value


def _bytes(value: Any, place: str) -> bytes:
    try:
        return b64decode(_plain(str, "a text")(value, place), validate=True)
    except ValueError:
        raise MalformedError(f'"{place}" should be Base64') from None


def _tuple_of(reader: Reader) -> Reader:
    def read(value: Any, place: str) -> tuple[Any, ...]:
        return tuple(reader(item, place) for item in _plain(list, "a list")(value, place))

    return read


def _object_of(kind: Any) -> Reader:
    hints = get_type_hints(kind)

    def read(value: Any, place: str) -> Any:
        given: dict[str, Any] = _plain(dict, "an object")(value, place)
        known = {item.name: item for item in fields(kind)}
        if (strange := next((name for name in given if name not in known), None)) is not None:
            raise MalformedError(f'"{place}" has a field {strange!r:.60} that no such entry has')
        # Empty texts are left out when an entry is written.
        for name, item in known.items():
            if name not in given and item.default is MISSING and item.default_factory is MISSING and hints[name] is not str:
                raise MalformedError(f'"{place}" lacks "{name}"')
        blank = {name: "" for name, item in known.items() if item.default is MISSING and hints[name] is str}
        return kind(**blank | {name: reader_of(hints[name])(item, name) for name, item in given.items()})

    return read
