"""The letters of the visible mark, as strokes of our own: no font has to be there, and none is shipped.

Each glyph is a set of strokes inside a box of height 1; a stroke is a line through points (x, y), y downwards, drawn with round ends. Latin
capitals reach from 0 to 1; Chinese characters have a box as wide as high.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from credkit.dataclass import dataclass

__all__ = ["GLYPHS", "Glyph", "Point", "Stroke", "advance"]

Point = tuple[float, float]
Stroke = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter: its width, in heights, and its strokes."""

    width: float
    strokes: tuple[Stroke, ...]


def _arc(centre: Point, radii: Point, start: float, stop: float) -> Stroke:
    """A part of an ellipse, angles in degrees, clockwise from the right."""
    steps = max(4, int(abs(stop - start) / 10))
    angles = [math.radians(start + (stop - start) * step / steps) for step in range(steps + 1)]
    return tuple((centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle)) for angle in angles)


def _curve(start: Point, bend: Point, stop: Point) -> Stroke:
    """A quadratic curve."""
    parts = [step / 10 for step in range(11)]
    return tuple(
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * bend[0] + t**2 * stop[0],
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * bend[1] + t**2 * stop[1],
        )
        for t in parts
    )


_BOWL = _arc((0.26, 0.26), (0.27, 0.26), -90, 90)
GLYPHS: dict[str, Glyph] = {
    " ": Glyph(0.3, ()),
    "A": Glyph(0.72, (((0.0, 1.0), (0.36, 0.0), (0.72, 1.0)), ((0.14, 0.66), (0.58, 0.66)))),
    "D": Glyph(0.64, (((0.0, 0.0), (0.0, 1.0)), ((0.0, 0.0), (0.18, 0.0), *_arc((0.18, 0.5), (0.46, 0.5), -90, 90), (0.0, 1.0)))),
    "E": Glyph(0.5, (((0.5, 0.0), (0.0, 0.0), (0.0, 1.0), (0.5, 1.0)), ((0.0, 0.48), (0.44, 0.48)))),
    "F": Glyph(0.5, (((0.5, 0.0), (0.0, 0.0), (0.0, 1.0)), ((0.0, 0.5), (0.42, 0.5)))),
    "G": Glyph(0.72, ((*_arc((0.38, 0.5), (0.38, 0.5), -40, -330), (0.72, 0.56), (0.44, 0.56)),)),
    "I": Glyph(0.12, (((0.06, 0.0), (0.06, 1.0)),)),
    "M": Glyph(0.82, (((0.0, 1.0), (0.0, 0.0), (0.41, 0.72), (0.82, 0.0), (0.82, 1.0)),)),
    "N": Glyph(0.66, (((0.0, 1.0), (0.0, 0.0), (0.66, 1.0), (0.66, 0.0)),)),
    "O": Glyph(0.78, (_arc((0.39, 0.5), (0.39, 0.5), 0, 360),)),
    "R": Glyph(0.56, (((0.0, 1.0), (0.0, 0.0), *_BOWL, (0.0, 0.52)), ((0.28, 0.52), (0.56, 1.0)))),
    "T": Glyph(0.64, (((0.0, 0.0), (0.64, 0.0)), ((0.32, 0.0), (0.32, 1.0)))),
    "生": Glyph(
        1.0,
        (
            _curve((0.28, 0.06), (0.24, 0.28), (0.08, 0.44)),
            ((0.22, 0.28), (0.88, 0.28)),
            ((0.17, 0.6), (0.83, 0.6)),
            ((0.04, 0.95), (0.96, 0.95)),
            ((0.53, 0.03), (0.53, 0.95)),
        ),
    ),
    "成": Glyph(
        1.0,
        (
            ((0.16, 0.25), (0.95, 0.25)),
            (*_curve((0.16, 0.25), (0.17, 0.75), (0.04, 0.97)),),
            ((0.18, 0.5), (0.45, 0.5), (0.42, 0.82), (0.3, 0.84)),
            (*_curve((0.55, 0.03), (0.6, 0.72), (0.86, 0.94)), (0.93, 0.92), (0.96, 0.74)),
            _curve((0.85, 0.42), (0.74, 0.74), (0.46, 0.96)),
            ((0.7, 0.05), (0.83, 0.14)),
        ),
    ),
    "合": Glyph(
        1.0,
        (
            _curve((0.5, 0.03), (0.34, 0.3), (0.03, 0.47)),
            _curve((0.5, 0.03), (0.66, 0.3), (0.97, 0.47)),
            ((0.3, 0.43), (0.7, 0.43)),
            ((0.2, 0.6), (0.8, 0.6), (0.8, 0.96), (0.2, 0.96), (0.2, 0.6)),
        ),
    ),
}
"""The letters that the marks need."""
_GAP = 0.25


def advance(text: str) -> Iterator[tuple[float, Glyph]]:
    """Each letter of a line and where it begins, in heights."""
    position = 0.0
    for letter in text:
        glyph = GLYPHS[letter]
        yield position, glyph
        position += glyph.width + _GAP
