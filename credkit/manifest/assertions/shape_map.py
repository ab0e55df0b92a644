"""Shapes made of shapes: maps, arrays, alternatives, and shapes with a name of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.manifest.assertions.shape import Schema, Shape, described, pointer
from credkit.manifest.labels import is_namespaced

__all__ = ["Dictionary", "Either", "ListOf", "Map", "Named"]

_DEPTH = 48
_NAMESPACED = "^[A-Za-z0-9][A-Za-z0-9_-]*([.][A-Za-z0-9_-]+)+$"


def _plain(value: Any) -> Any:
    """Objects that know their own payload (a region, an agent, a reference) stand for it."""
    payload = getattr(value, "payload", None)
    return payload() if callable(payload) and not isinstance(value, type) else value


def _mapping(value: Any, path: str, means: str) -> Mapping[Any, Any]:
    if value is None:
        raise DefinitionError("null is not allowed here; leave the field out", path=path)
    mapping = _plain(value)
    if not isinstance(mapping, Mapping):
        raise DefinitionError(f"should be {means} (a map), not {described(value)}", path=path)
    if path.count("/") > _DEPTH:
        raise DefinitionError(f"nested deeper than {_DEPTH} levels", path=path)
    return mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(Shape):
    """A map with known keys.

    Unknown keys are refused with the nearest known one; ``namespaced`` allows keys with a dot for data of others.
    """

    means: str
    """What the map is, with article: ``an ingredient``."""
    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)
    namespaced: Shape | None = None
    excludes: tuple[tuple[str, str], ...] = ()
    """Pairs of fields of which only one may be present."""
    requires: tuple[tuple[str, str], ...] = ()
    """Where the first field is present, the second must be."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Fields that must no longer be written, with the sentence that says why."""
    minimum: int = 0
    """Fields that must be present in all."""

    def check(self, value: Any, path: str = "") -> dict[str, Any]:
        """The map, each field as its shape writes it."""
        mapping = _mapping(value, path, self.means)
        result = {str(key): self._field(key, mapping[key], path) for key in mapping}
        for key in self.required:
            if key not in result:
                raise DefinitionError(f'the field "{key}" is missing from {self.means}', path=path)
        if len(result) < self.minimum:
            raise DefinitionError(f"{self.means} must have at least {self.minimum} field of {', '.join(self.optional)}", path=path)
        self._relations(result, path)
        return result

    def _field(self, key: object, value: Any, path: str) -> Any:
        if not isinstance(key, str):
            raise DefinitionError(f"the key {described(key)} is not a text", path=path)
        here = pointer(path, key)
        if key in self.refused:
            raise DefinitionError(self.refused[key], path=here)
        shape = self.required.get(key) or self.optional.get(key)
        if shape is None and self.namespaced is not None and is_namespaced(key):
            shape = self.namespaced
        if shape is None:
            raise DefinitionError(f"{quoted(key)} is no field of {self.means}{self._hint(key)}", path=here)
        return shape.check(value, here)

    def _hint(self, key: str) -> str:
        known = suggestion(key, (*self.required, *self.optional))
        return known or ('; fields of your own need a dot, as in "com.example.name"' if self.namespaced else "")

    def _relations(self, result: Mapping[str, Any], path: str) -> None:
        for first, second in self.excludes:
            if first in result and second in result:
                raise DefinitionError(
                    f'"{first}" and "{second}" must not stand together; leave one of them out', path=pointer(path, second)
                )
        for first, second in self.requires:
            if first in result and second not in result:
                raise DefinitionError(f'"{first}" needs "{second}" beside it', path=path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """An object."""
        fields = {**self.required, **self.optional}
        result: Schema = {"type": "object", "properties": {key: shape.schema(definitions) for key, shape in fields.items()}}
        if self.required:
            result["required"] = list(self.required)
        if self.namespaced is not None:
            result["patternProperties"] = {_NAMESPACED: self.namespaced.schema(definitions)}
        result["additionalProperties"] = False
        if self.minimum:
            result["minProperties"] = self.minimum
        if self.requires:
            result["dependentRequired"] = {first: [b for a, b in self.requires if a == first] for first, _ in self.requires}
        if self.excludes:
            result["allOf"] = [{"not": {"required": [first, second]}} for first, second in self.excludes]
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary(Shape):
    """A map whose keys are data: every key passes one shape, every value another."""

    means: str
    key: Shape
    value: Shape
    minimum: int = 1

    def check(self, value: Any, path: str = "") -> dict[str, Any]:
        """The map."""
        mapping = _mapping(value, path, self.means)
        if len(mapping) < self.minimum:
            raise DefinitionError(f"{self.means} must not be empty", path=path)
        return {self.key.check(key, pointer(path, key)): self.value.check(item, pointer(path, key)) for key, item in mapping.items()}

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """An object with constrained names."""
        return {
            "type": "object",
            "propertyNames": self.key.schema(definitions),
            "additionalProperties": self.value.schema(definitions),
            "minProperties": self.minimum,
        }


@dataclass(frozen=True, slots=True)
class ListOf(Shape):
    """An array of things of one shape, by default never empty."""

    item: Shape
    minimum: int = 1
    maximum: int | None = None

    def check(self, value: Any, path: str = "") -> list[Any]:
        """The array."""
        if value is None:
            raise DefinitionError("null is not allowed here; leave the field out", path=path)
        if not isinstance(value, (list, tuple)):
            raise DefinitionError(f"should be a list, not {described(value)}", path=path)
        if len(value) < self.minimum:
            what = "an empty list is not allowed here; leave the field out" if not value else f"at least {self.minimum} entries are needed"
            raise DefinitionError(what, path=path)
        if self.maximum is not None and len(value) > self.maximum:
            raise DefinitionError(f"at most {self.maximum} entries are allowed", path=path)
        return [self.item.check(item, pointer(path, index)) for index, item in enumerate(value)]

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """An array."""
        high = {} if self.maximum is None else {"maxItems": self.maximum}
        return {"type": "array", "items": self.item.schema(definitions), "minItems": self.minimum} | high


@dataclass(frozen=True, slots=True)
class Either(Shape):
    """One of two shapes; which of them is meant is told by ``means_second``, so that the message is about that one."""

    first: Shape
    second: Shape
    means_second: Callable[[Mapping[Any, Any]], bool]
    """Asked about maps only; anything else is checked against the first."""

    def check(self, value: Any, path: str = "") -> Any:
        """The value as the fitting shape writes it."""
        known = _plain(value)
        is_second = isinstance(known, Mapping) and self.means_second(known)
        return (self.second if is_second else self.first).check(known, path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """The alternatives."""
        return {"anyOf": [self.first.schema(definitions), self.second.schema(definitions)]}


@dataclass(frozen=True, slots=True)
class Named(Shape):
    """A shape under a name of its own, found when it is needed, so that a shape can contain itself."""

    name: str
    find: Callable[[], Shape]

    def check(self, value: Any, path: str = "") -> Any:
        """As the shape does."""
        return self.find().check(value, path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """A reference into the definitions."""
        if self.name not in definitions:
            definitions[self.name] = {}
            definitions[self.name] = self.find().schema(definitions)
        return {"$ref": f"#/$defs/{self.name}"}
