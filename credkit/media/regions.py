"""Which part of a picture an edit changed: the pixels of parent and child compared, the result as rectangles in pixels of the child.

The rectangles are what the ``changes`` of an action wants as spatial ranges (anchor ``_regions_of_interest``); making the ranges, and
stating them, is left to signing. A comparison shows where two pictures differ, never who made them differ.
"""

from __future__ import annotations

from typing import Literal

from PIL import Image

from credkit.dataclass import dataclass
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.areas import BlockGroup, changed_share, groups, tighten
from credkit.media.difference import Bands, StrengthGrid, band_difference, bands_of, edge_difference, strengths
from credkit.media.pictures import PictureInput, open_picture, to_eight_bits, to_srgb, upright

__all__ = ["ChangedArea", "Outcome", "RegionDiff", "changed_regions"]

Outcome = Literal["changed", "whole", "noise", "same", "incomparable"]
"""``changed``: some areas; ``whole``: practically everything; ``noise``: only what re-encoding does; ``same``: equal pixels;
``incomparable``: the pictures do not cover the same view."""

_WORKING_SIDE = 1024
_WHOLE = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedArea:
    """A rectangle in pixels of the child as it is shown (EXIF orientation applied), origin at the top left.

    ``share`` is the part (0..1) of the picture that changed inside this rectangle, measured in small blocks; of a changed circle it is
    less than the rectangle's own share.
    """

    x: int
    y: int
    width: int
    height: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDiff:
    """What the comparison found; ``areas`` is empty unless ``outcome`` is ``changed`` or ``whole``."""

    outcome: Outcome
    areas: tuple[ChangedArea, ...]
    """Largest change first."""
    share: float
    """Part (0..1) of the picture that changed."""
    parent_size: tuple[int, int]
    """Width and height in pixels, as shown."""
    child_size: tuple[int, int]
    resized: bool
    """The parent was scaled to the child's size to compare them."""
    description: str
    """One sentence for people: what changed, or why no area is given."""


def changed_regions(parent: PictureInput, child: PictureInput, *, limits: Limits = DEFAULT_LIMITS, most: int = 6) -> RegionDiff:
    """Compare two pictures and find at most ``most`` rectangles of the child that differ by more than re-encoding explains.

    Alpha, palettes, grey, CMYK and 16 bits are compared as what is seen, in sRGB when the profiles differ; of an animation the first frame.
    Precise to about a pixel up to 1,024 pixels a side, to one part in 1,024 of the longer side above. ``AssetError`` when a picture cannot
    be decoded or has more than ``limits.pixels`` pixels.
    """
    before, after = _load(parent, "the parent picture", limits), _load(child, "the picture", limits)
    if not _same_view(before.size, after.size):
        return _incomparable(before.size, after.size)
    size = _working_size(before.size, after.size)
    first, second = _comparable(before, after, size)
    if band_difference(first, second).getbbox() is None:
        return _nothing("same", before.size, after.size, "the pixels are the same, nothing changed")
    grid = strengths(first, second, resampled=before.size != after.size)
    found = groups(grid, most=max(1, most))
    if not found:
        return _nothing("noise", before.size, after.size, "only slight differences all over, as saving a picture again makes them")
    return _changed(found, grid, edge_difference(first, second), before.size, after.size)


@dataclass(frozen=True, slots=True)
class _Picture:
    image: Image.Image
    size: tuple[int, int]
    profile: bytes | None


def _load(source: PictureInput, what: str, limits: Limits) -> _Picture:
    """Decode and at once shrink by a whole factor, so that two large pictures are never in memory together."""
    with open_picture(source, limits=limits, what=what) as image:
        profile = image.info.get("icc_profile")
        shown = to_eight_bits(upright(image))
        factor = max(1, max(shown.size) // (2 * _WORKING_SIDE))
        return _Picture(shown.reduce(factor), shown.size, profile)


def _same_view(parent: tuple[int, int], child: tuple[int, int]) -> bool:
    """Whether one size is the other scaled: at most one pixel off, which rounding explains."""
    width_off = abs(child[0] - parent[0] * child[1] / parent[1])
    height_off = abs(child[1] - parent[1] * child[0] / parent[0])
    return min(width_off, height_off) <= 1 and max(width_off / child[0], height_off / child[1]) <= 0.02


def _working_size(parent: tuple[int, int], child: tuple[int, int]) -> tuple[int, int]:
    """The child's proportions, at most 1,024 a side, and no larger than the smaller of the two pictures."""
    scale = min(1.0, _WORKING_SIDE / max(child), parent[0] / child[0])
    return max(1, round(child[0] * scale)), max(1, round(child[1] * scale))


def _comparable(before: _Picture, after: _Picture, size: tuple[int, int]) -> tuple[Bands, Bands]:
    differ = before.profile != after.profile
    images = [to_srgb(picture.image, picture.profile if differ else None) for picture in (before, after)]
    if any(image.mode == "RGBA" for image in images):
        images = [image.convert("RGBA") for image in images]
    first, second = (_scaled(bands_of(image), size) for image in images)
    return first, second


def _scaled(bands: Bands, size: tuple[int, int]) -> Bands:
    return tuple(band if band.size == size else band.resize(size, Image.Resampling.LANCZOS) for band in bands)


def _incomparable(parent: tuple[int, int], child: tuple[int, int]) -> RegionDiff:
    sizes = f"the parent has {parent[0]} x {parent[1]} pixels and the picture {child[0]} x {child[1]}"
    turned = "rotated" if parent == child[::-1] else "cropped, extended or rotated"
    sentence = f"{sizes}: it was {turned}, so the changed area cannot be measured; give it as --region X,Y,W,H"
    return _nothing("incomparable", parent, child, sentence, resized=False)


def _nothing(
    outcome: Outcome, parent: tuple[int, int], child: tuple[int, int], description: str, *, resized: bool | None = None
) -> RegionDiff:
    return RegionDiff(
        outcome=outcome,
        areas=(),
        share=0.0,
        parent_size=parent,
        child_size=child,
        resized=parent != child if resized is None else resized,
        description=description,
    )


def _changed(
    found: tuple[BlockGroup, ...], grid: StrengthGrid, difference: Image.Image, parent: tuple[int, int], child: tuple[int, int]
) -> RegionDiff:
    shares = [changed_share(group, grid.block, difference.size) for group in found]
    share = min(1.0, sum(shares))
    if share >= _WHOLE:
        areas: tuple[ChangedArea, ...] = (ChangedArea(x=0, y=0, width=child[0], height=child[1], share=share),)
    else:
        areas = tuple(_area(group, part, grid, difference, child) for group, part in zip(found, shares, strict=True))
    return RegionDiff(
        outcome="whole" if share >= _WHOLE else "changed",
        areas=areas,
        share=share,
        parent_size=parent,
        child_size=child,
        resized=parent != child,
        description=_describe(areas, share),
    )


def _area(group: BlockGroup, share: float, grid: StrengthGrid, difference: Image.Image, child: tuple[int, int]) -> ChangedArea:
    left, top, right, bottom = tighten(group, grid.block, difference)
    across, down = child[0] / difference.width, child[1] / difference.height
    x, y = int(left * across), int(top * down)
    return ChangedArea(
        x=x, y=y, width=min(child[0], round(right * across)) - x, height=min(child[1], round(bottom * down)) - y, share=share
    )


def _describe(areas: tuple[ChangedArea, ...], share: float) -> str:
    if share >= _WHOLE:
        return "the whole picture changed"
    part = "less than 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"
    if len(areas) == 1:
        area = areas[0]
        return f"one area changed, {area.width} x {area.height} pixels at {area.x},{area.y}: {part} of the picture"
    return f"{len(areas)} areas changed: {part} of the picture"
