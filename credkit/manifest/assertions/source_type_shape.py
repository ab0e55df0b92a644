"""The source type of a statement as a shape: what may be written, by short name or by URI. The types are in ``source_types``."""

from __future__ import annotations

from typing import Any

from credkit.dataclass import dataclass
from credkit.manifest.assertions.shape import Schema, Shape
from credkit.manifest.assertions.source_types import SOURCE_TYPES, digital_source_type

__all__ = ["DIGITAL_SOURCE_TYPE"]


@dataclass(frozen=True, slots=True)
class _DigitalSourceType(Shape):
    def check(self, value: Any, path: str = "") -> str:
        """The URI."""
        return digital_source_type(value, path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """Short names and URIs."""
        return {"enum": [*SOURCE_TYPES, *SOURCE_TYPES.values()]}


DIGITAL_SOURCE_TYPE = _DigitalSourceType()
