"""The ratios of one run as a picture: a bar for each contender in each row, over the limit of the machine."""

from __future__ import annotations

from math import log10

from jinja2 import Environment

from benchmarks.comparison import Row
from benchmarks.table import cells

__all__ = ["plot"]

_COLOURS = {"credkit": "#1f6f8b", "c2pa-python": "#b0b7bd"}
_LEFT, _WIDTH, _STEP, _BAR, _TOP = 260, 560, 30, 11, 64
_LEAST = 0.5
_TICKS = (0.5, 1, 2, 5, 10, 20, 50)

_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{ width }} {{ height }}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="16" y="24" font-size="15" fill="#222222">Time over that of the limit, which does one thing after the other (logarithmic)</text>
{%- for name, colour in colours.items() %}
<rect x="{{ 16 + 110 * loop.index0 }}" y="34" width="12" height="12" fill="{{ colour }}"/>
<text x="{{ 34 + 110 * loop.index0 }}" y="45" fill="#222222">{{ name }}</text>
{%- endfor %}
{%- for value, x in ticks %}
<line x1="{{ x }}" y1="{{ top - 8 }}" x2="{{ x }}" y2="{{ height - 24 }}" stroke="#dddddd"/>
<text x="{{ x }}" y="{{ height - 8 }}" text-anchor="middle" fill="#555555">{{ value }}</text>
{%- endfor %}
{%- for label, y, bars in lines %}
<text x="{{ left - 10 }}" y="{{ y + 15 }}" text-anchor="end" fill="#222222">{{ label }}</text>
{%- for colour, bar_y, length, ratio in bars %}
<rect x="{{ left }}" y="{{ bar_y }}" width="{{ length }}" height="{{ bar }}" fill="{{ colour }}"/>
<text x="{{ left + length + 4 }}" y="{{ bar_y + 10 }}" font-size="10" fill="#555555">{{ ratio }}</text>
{%- endfor %}
{%- endfor %}
</svg>
"""


def plot(rows: list[Row]) -> str:
    """An SVG with one line for each row; ``rows`` is not empty."""
    most = max(row.ratio(name, "limit") for row in rows for name in _COLOURS)
    scale = _WIDTH / log10(max(most, 2) / _LEAST)

    def place(ratio: float) -> float:
        return round(scale * log10(max(ratio / _LEAST, 1.02)), 1)

    lines = []
    for number, row in enumerate(rows):
        y = _TOP + number * _STEP
        ratios = [(colour, row.ratio(name, "limit")) for name, colour in _COLOURS.items()]
        bars = [(colour, y + _BAR * index, place(ratio), f"{ratio:.2f}") for index, (colour, ratio) in enumerate(ratios)]
        lines.append((", ".join(cells(row)[:3]), y, bars))
    return (
        Environment(autoescape=True)
        .from_string(_SVG)
        .render(
            width=_LEFT + _WIDTH + 60,
            height=_TOP + len(rows) * _STEP + 40,
            left=_LEFT,
            top=_TOP,
            bar=_BAR,
            colours=_COLOURS,
            ticks=[(value, _LEFT + place(value)) for value in _TICKS if value <= max(most, 2)],
            lines=lines,
        )
    )
