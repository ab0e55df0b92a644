"""Regions of interest: which part of an asset an action or statement is about.

Clause: "Regions of Interest" (anchor ``_regions_of_interest``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.supporting_structures import REGION

__all__ = ["Region", "Unit"]

Unit = Literal["pixel", "percent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of a picture. Coordinates count from the upper left corner, in pixels or in percent of width and height."""

    ranges: tuple[dict[str, Any], ...]
    name: str | None = None
    identifier: str | None = None
    type: str | None = None
    """What is depicted: a URI of the IPTC list ``imageregiontype`` or a name of your own."""
    description: str | None = None

    def __post_init__(self) -> None:
        REGION.check(self.payload())

    @classmethod
    def rectangle(cls, x: float, y: float, width: float, height: float, unit: Unit = "pixel", *, name: str | None = None) -> Region:
        """A rectangle by its upper left corner and its sides."""
        return cls(ranges=(_spatial("rectangle", unit, (x, y), width=width, height=height),), name=name)

    @classmethod
    def circle(cls, x: float, y: float, diameter: float, unit: Unit = "pixel", *, name: str | None = None) -> Region:
        """A circle by its centre and its diameter."""
        return cls(ranges=(_spatial("circle", unit, (x, y), width=diameter),), name=name)

    @classmethod
    def polygon(cls, points: Sequence[tuple[float, float]], unit: Unit = "pixel", *, name: str | None = None) -> Region:
        """A polygon of at least three points; the first becomes the origin, the others the vertices."""
        if len(points) < 3:
            raise DefinitionError("a polygon needs at least three points")
        vertices = [{"x": x, "y": y} for x, y in points[1:]]
        return cls(ranges=(_spatial("polygon", unit, points[0], vertices=vertices),), name=name)

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        fields = {"name": self.name, "identifier": self.identifier, "type": self.type, "description": self.description}
        return {"region": list(self.ranges)} | {key: value for key, value in fields.items() if value is not None}


def _spatial(kind: str, unit: str, origin: tuple[float, float], **sides: Any) -> dict[str, Any]:
    return {"type": "spatial", "shape": {"type": kind, "unit": unit, "origin": {"x": origin[0], "y": origin[1]}, **sides}}
