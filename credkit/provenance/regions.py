"""Regions of interest: where in a picture something was done.

Clause: "Regions of interest" (anchor ``_regions_of_interest``). Only the spatial ones can be drawn; the others are put into words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from credkit.dataclass import dataclass
from credkit.provenance.values import text_of

__all__ = ["Region", "Shape", "read_regions"]

_MOST = 64  # A list of actions with more regions than this says nothing that a drawing could show.


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A spatial range by the box around it: ``x``, ``y`` is its upper left corner, ``unit`` is ``pixel`` or ``percent`` of the picture."""

    kind: str
    """``rectangle``, ``circle`` or ``polygon``."""
    unit: str
    x: float
    y: float
    width: float
    height: float
    vertices: tuple[tuple[float, float], ...] = ()
    inside: bool = True
    """False when everything but the shape is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region in words, with the shapes that can be drawn."""

    words: str
    shapes: tuple[Shape, ...]


def read_regions(value: object) -> tuple[Region, ...]:
    """The regions in a decoded ``changes`` array; what cannot be read is left out."""
    items = value if isinstance(value, list) else []
    return tuple(_region(item) for item in items[:_MOST] if isinstance(item, dict) and isinstance(item.get("region"), list))


def _region(item: dict[Any, Any]) -> Region:
    ranges = [part for part in item["region"][:_MOST] if isinstance(part, dict)]
    shapes = tuple(shape for part in ranges if (shape := _shape(part.get("shape"))))
    places = [*(_place(shape) for shape in shapes), *_other_places(ranges)]
    named = text_of(item.get("description")) or text_of(item.get("name"))
    where = "; ".join(places) or "not said where"
    return Region(words=f"region {where}" + (f" ({named})" if named else ""), shapes=shapes)


def _shape(value: object) -> Shape | None:
    if not isinstance(value, dict) or value.get("type") not in ("rectangle", "circle", "polygon"):
        return None
    kind, unit = value["type"], value.get("unit")
    vertices = tuple(point for item in _list(value.get("vertices")) if (point := _point(item)))
    origin = _point(value.get("origin"))
    width = _number(value.get("width"))
    height = _number(value.get("height"))
    if kind == "polygon":
        vertices = (origin, *vertices) if origin else vertices
        if len(vertices) > 2:
            xs, ys = [x for x, _ in vertices], [y for _, y in vertices]
            origin, width, height = (min(xs), min(ys)), max(xs) - min(xs), max(ys) - min(ys)
    elif kind == "circle" and origin and width is not None:
        origin, height = (origin[0] - width / 2, origin[1] - width / 2), width
    if origin is None or width is None or height is None or unit not in ("pixel", "percent"):
        return None
    return Shape(
        kind=kind,
        unit=unit,
        x=origin[0],
        y=origin[1],
        width=width,
        height=height,
        vertices=vertices if kind == "polygon" else (),
        inside=value.get("inside") is not False,
    )


def _list(value: object) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else []


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= 1e9 or not math.isfinite(value):
        return None
    return float(value)


def _point(value: object) -> tuple[float, float] | None:
    if not isinstance(value, dict):
        return None
    x, y = _number(value.get("x")), _number(value.get("y"))
    return None if x is None or y is None else (x, y)


def _place(shape: Shape) -> str:
    sign = "%" if shape.unit == "percent" else ""
    box = f"{shape.x:g}{sign},{shape.y:g}{sign} {shape.width:g}{sign}x{shape.height:g}{sign}"
    kind = "" if shape.kind == "rectangle" else f"{shape.kind} in "
    return ("" if shape.inside else "all but ") + kind + box


def _other_places(ranges: list[dict[Any, Any]]) -> Iterator[str]:
    for part in ranges:
        span = next((part[key] for key in ("time", "frame", "text", "item") if isinstance(part.get(key), dict)), None)
        if span is None:
            if part.get("type") == "spatial" and not isinstance(part.get("shape"), dict):
                yield "the whole picture"
            continue
        if isinstance(span.get("identifier"), str):
            yield f"item {span.get('value')}"
        elif "start" in span or "end" in span:
            yield f"{part.get('type')} {span.get('start', 'start')} to {span.get('end', 'end')}"
