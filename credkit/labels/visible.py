"""The label that people see: a plate with a few words in a corner of the picture, drawn before it is signed.

Decides the words, the size and the place; the letters are in ``glyphs``, how pixels get back into a file is decided in ``repainting``. A
picture on which the words could not be read is refused.

Sources: GB 45438-2025, 5.2 (text with AI or 人工智能, and 生成 or 合成; at an edge or corner; at least 5 % of the shortest side high; known
second-hand); the common terms of the European Code of Practice (AI, GENERATED, MODIFIED).
"""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from credkit.assets import Source
from credkit.dataclass import dataclass
from credkit.errors import AssetError
from credkit.labels.glyphs import advance
from credkit.labels.labels import VISIBLE_LABEL, Corner, Labels
from credkit.labels.repainting import Painting, painting_of
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import Region

__all__ = ["Mark", "mark_of", "with_mark"]

_SHARE = 0.055
"""Height of a letter as a part of the shortest side; the standard asks for 0.05, and rounding must not fall below."""
_LEAST = {"en": 12, "cn": 16}
"""Pixels below which letters can no longer be told apart."""
_STROKE = 0.105
_PADDING, _LINE_GAP, _MARGIN = 0.5, 0.45, 0.4
_FINER, _FINE_ENOUGH = 4, 256
"""Letters are drawn so many times larger and made smaller, unless they are that large anyway."""
_ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a shown picture becomes a stored one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is to be drawn."""

    lines: tuple[str, ...]
    corner: Corner

    @property
    def text(self) -> str:
        """The words on one line."""
        return " ".join(self.lines)

    @property
    def least(self) -> int:
        """The least height of a letter, in pixels."""
        return _LEAST["en" if self.text.isascii() else "cn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int


def mark_of(labels: Labels, *, is_generated: bool) -> Mark:
    """The words for a picture that was generated as a whole, or in parts."""
    chosen = labels.visible
    if chosen == "auto":
        abroad = {"eu", "ca"} & set(labels.regimes)
        chosen = ("both" if abroad else "cn") if "cn" in labels.regimes else "en"
    chinese, english = ("AI生成", "AI GENERATED") if is_generated else ("AI合成", "AI MODIFIED")
    lines = {"cn": (chinese,), "en": (english,), "both": (chinese, english)}[chosen or "en"]
    return Mark(lines=lines, corner=labels.corner)


def with_mark(source: Source, mark: Mark, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Source, Region]:
    """The picture with the mark, everything but its pixels kept, and the area that it covers, in pixels of the picture as it is shown.

    ``AssetError`` when it is too small, is no JPEG or PNG whose pixels can be changed without losing something, or cannot be decoded.
    """
    with painting_of(source, limits) as painting:
        orientation = painting.orientation
        size = painting.image.size[::-1] if orientation >= 5 else painting.image.size
        plate, box = _placed(mark, size)
        stored_box = _stored(box, orientation, painting.image.size)
        turned = plate.transpose(_ORIENTATIONS[orientation]) if orientation in _ORIENTATIONS else plate
        _paint(painting, turned, stored_box)
        region = Region(
            ranges=Region.rectangle(box.x, box.y, box.width, box.height).ranges,
            name="visible label",
            identifier=VISIBLE_LABEL,
            description=mark.text,
        )
        return painting.repainted(), region


def _placed(mark: Mark, size: tuple[int, int]) -> tuple[Image.Image, _Box]:
    """The words as a mask (white letters on a black plate), and where they go in the picture as it is shown."""
    height = max(math.ceil(_SHARE * min(size)), mark.least)
    plate = _plate(mark.lines, height)
    margin = round(_MARGIN * height)
    if plate.width + 2 * margin > size[0] or plate.height + 2 * margin > size[1] // 2:
        raise AssetError(
            f'the picture has {size[0]:,} x {size[1]:,} pixels, too few for the visible label "{mark.text}" to be read: take a larger '
            "picture, or leave out --visible-label"
        )
    vertical, horizontal = mark.corner.split("-")
    x = margin if horizontal == "left" else size[0] - plate.width - margin
    y = margin if vertical == "top" else size[1] - plate.height - margin
    return plate, _Box(x=x, y=y, width=plate.width, height=plate.height)


def _plate(lines: tuple[str, ...], height: int) -> Image.Image:
    widths = [max(start + glyph.width for start, glyph in advance(line)) for line in lines]
    width = math.ceil((max(widths) + 2 * _PADDING) * height)
    total = math.ceil((len(lines) + (len(lines) - 1) * _LINE_GAP + 2 * _PADDING) * height)
    finer = max(1, min(_FINER, _FINE_ENOUGH // height))
    large = Image.new("L", (width * finer, total * finer))
    draw, scale = ImageDraw.Draw(large), height * finer
    for index, line in enumerate(lines):
        top = _PADDING + index * (1 + _LINE_GAP)
        _write(draw, line, (_PADDING, top), scale)
    return large.reduce(finer) if finer > 1 else large


def _write(draw: ImageDraw.ImageDraw, line: str, origin: tuple[float, float], scale: int) -> None:
    width = round(_STROKE * scale)
    for start, glyph in advance(line):
        for stroke in glyph.strokes:
            points = [((origin[0] + start + x) * scale, (origin[1] + y) * scale) for x, y in stroke]
            draw.line(points, fill=255, width=width, joint="curve")
            for x, y in (points[0], points[-1]):
                draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)


def _stored(box: _Box, orientation: int, size: tuple[int, int]) -> _Box:
    """Where an area of the shown picture lies among the stored pixels (EXIF orientation 1 to 8)."""
    right, below = size[0] - box.x - box.width, size[1] - box.y - box.height
    turned_right, turned_below = size[0] - box.y - box.height, size[1] - box.x - box.width
    x, y = {
        2: (right, box.y),
        3: (right, below),
        4: (box.x, below),
        5: (box.y, box.x),
        6: (box.y, turned_below),
        7: (turned_right, turned_below),
        8: (turned_right, box.x),
    }.get(orientation, (box.x, box.y))
    width, height = (box.height, box.width) if orientation >= 5 else (box.width, box.height)
    return _Box(x=x, y=y, width=width, height=height)


def _paint(painting: Painting, plate: Image.Image, box: _Box) -> None:
    area = (box.x, box.y, box.x + box.width, box.y + box.height)
    dark, bright = painting.colours
    if painting.image.mode == "I;16":
        # A number pasted into 16 bits loses its high byte, so the area is made of an image.
        shades = plate.convert("I").point(lambda value: value * ((bright - dark) / 255) + dark)
        painting.image.paste(shades.convert("I;16"), area)
        return
    painting.image.paste(dark, area)
    mask = plate if painting.blends else plate.point(lambda value: 255 if value >= 128 else 0).convert("1")
    painting.image.paste(bright, area, mask)
