"""Typed access to a decoded map; a wrong type is a ``MalformedError`` that names the path.

Inputs from files are not schema-validated (the specification says so): each reader asks for the fields that it needs and
ignores the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from credkit.errors import MalformedError

__all__ = ["Fields"]

T = TypeVar("T")
_NAMES = {str: "text", bytes: "bytes", int: "integer", bool: "true or false", dict: "map", list: "array", float: "number"}


class Fields:
    """A view of one map: ``fields.text("url")`` is a ``str`` or an error, ``optional=True`` allows absence (None)."""

    __slots__ = ("_code", "_value", "path")

    def __init__(self, value: object, *, path: str, code: str) -> None:
        if not isinstance(value, dict):
            raise MalformedError(f"expected a map, found {type(value).__name__}", code=code, where=path)
        self._value: dict[Any, Any] = value
        self._code = code
        self.path = path

    @property
    def raw(self) -> dict[Any, Any]:
        """The map itself, unknown fields included."""
        return self._value

    def __contains__(self, key: object) -> bool:
        return key in self._value

    def __iter__(self) -> Iterator[Any]:
        return iter(self._value)

    def get(self, key: str | int) -> Any:
        """The value as it is, or None."""
        return self._value.get(key)

    def _typed(self, key: str | int, kind: type[T], optional: bool) -> T | None:
        value = self._value.get(key)
        if value is None:
            if optional:
                return None
            raise self.error(key, "is missing")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(key, f"should be {_NAMES[kind]}")
        return value

    def error(self, key: str | int, message: str) -> MalformedError:
        """A fault of one field."""
        return MalformedError(f'field "{key}" {message}', code=self._code, where=self.path)

    def need_text(self, key: str | int) -> str:
        """A required text."""
        return self._typed(key, str, False)  # type: ignore[return-value]

    def text(self, key: str | int) -> str | None:
        """An optional text."""
        return self._typed(key, str, True)

    def need_bytes(self, key: str | int) -> bytes:
        """A required byte string."""
        return self._typed(key, bytes, False)  # type: ignore[return-value]

    def bytes(self, key: str | int) -> bytes | None:
        """An optional byte string."""
        return self._typed(key, bytes, True)

    def need_integer(self, key: str | int) -> int:
        """A required integer."""
        return self._typed(key, int, False)  # type: ignore[return-value]

    def integer(self, key: str | int) -> int | None:
        """An optional integer."""
        return self._typed(key, int, True)

    def boolean(self, key: str | int) -> bool | None:
        """An optional boolean."""
        return self._typed(key, bool, True)

    def need_list(self, key: str | int) -> list[Any]:
        """A required array."""
        return self._typed(key, list, False)  # type: ignore[return-value]

    def list(self, key: str | int) -> list[Any] | None:
        """An optional array."""
        return self._typed(key, list, True)

    def map(self, key: str | int) -> Fields | None:
        """An optional nested map."""
        value = self._typed(key, dict, True)
        return None if value is None else Fields(value, path=f"{self.path}/{key}", code=self._code)

    def maps(self, key: str | int) -> Iterator[Fields]:
        """The maps of an optional array."""
        for index, item in enumerate(self.list(key) or ()):
            yield Fields(item, path=f"{self.path}/{key}/{index}", code=self._code)
