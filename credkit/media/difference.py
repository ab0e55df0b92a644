"""How strongly each small block of one picture differs from the same block of another, measured against the noise of re-encoding.

A JPEG encoder changes nearly every pixel, but keeps the mean of each block and is loud only where the picture has detail. So two things are
measured for a block: how far its mean moved (``level``), and how much its detail differs beyond that (``detail``). Both are held against
what happens to the same block when the parent itself is encoded as a JPEG, scaled by how noisy the child really is. The result is a grid of
strengths: from ``CHANGED`` on a block counts as changed, from ``CERTAIN`` on it may stand alone. Grouping blocks into areas is left to
``credkit.media.areas``.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageChops, ImageFilter

from credkit.dataclass import dataclass

__all__ = ["CERTAIN", "CHANGED", "Bands", "StrengthGrid", "band_difference", "bands_of", "edge_difference", "strengths"]

CHANGED = 60
"""Strength (0..255) from which a block counts as changed."""
CERTAIN = 96
"""Strength from which a few changed blocks, or one, are no noise."""

_LEVEL_FLOOR = 5.0
_DETAIL_FLOOR = 6.0
_LEVEL_MARGIN = 4.0
_DETAIL_MARGIN = 2.5
_SPREAD_MARGIN = 3.0
_AMPLIFIED = 4
_SUSCEPTIBLE = 0.75
_REFERENCE_QUALITY = 60

Bands = tuple[Image.Image, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthGrid:
    """Strength of the change of each block: an ``L`` picture with one pixel a block of ``block`` x ``block`` pixels."""

    image: Image.Image
    block: int


@dataclass(frozen=True, slots=True)
class _Blocks:
    level: list[float]
    detail: list[float]
    size: tuple[int, int]


def bands_of(image: Image.Image) -> Bands:
    """Three bands (R, G, B), or four (weighed by opacity, and the opacity) so that invisible colours do not count."""
    return image.convert("RGBa").split() if image.mode == "RGBA" else image.convert("RGB").split()


def band_difference(first: Bands, second: Bands) -> Image.Image:
    """The largest difference of any band, pixel by pixel."""
    return _largest(tuple(ImageChops.difference(a, b) for a, b in zip(first, second, strict=True)))


def edge_difference(first: Bands, second: Bands) -> Image.Image:
    """Pixel by pixel, brightness in full and bands at a third: encoders smear colour over 16 pixels, but keep brightness sharp."""
    light = ImageChops.difference(_luma(first), _luma(second))
    return ImageChops.lighter(light, band_difference(first, second).point(lambda value: value // 3))


def _largest(bands: Bands) -> Image.Image:
    result = bands[0]
    for band in bands[1:]:
        result = ImageChops.lighter(result, band)
    return result


def strengths(parent: Bands, child: Bands, *, resampled: bool) -> StrengthGrid:
    """Compare two pictures of one size; ``resampled`` says that one of them was scaled to it, which blurs edges."""
    block = _block_side(parent[0].size)
    found = _measure(parent, child, block)
    noise = _measure(parent, _degraded(parent, resampled), block)
    loudness = _loudness(found.detail, noise.detail)
    spread = sorted(found.detail)[len(found.detail) // 4]
    level_noise = _neighbourhood(noise.level, noise.size)
    detail_noise = _neighbourhood(noise.detail, noise.size)
    values = bytes(
        min(255, int(CHANGED * max(level / level_limit, detail / detail_limit)))
        for level, detail, level_limit, detail_limit in zip(
            found.level,
            found.detail,
            (_LEVEL_FLOOR + loudness * _LEVEL_MARGIN * value + 5 * spread / block for value in level_noise),
            (_DETAIL_FLOOR + loudness * _DETAIL_MARGIN * value + _SPREAD_MARGIN * spread for value in detail_noise),
            strict=True,
        )
    )
    return StrengthGrid(image=Image.frombytes("L", found.size, values), block=block)


def _block_side(size: tuple[int, int]) -> int:
    """8 pixels as in JPEG; less in tiny pictures, where 8 would be a large part of the whole."""
    shorter = min(size)
    return 8 if shorter >= 64 else 4 if shorter >= 16 else 1


def _measure(first: Bands, second: Bands, block: int) -> _Blocks:
    level = _largest(tuple(ImageChops.difference(a.reduce(block), b.reduce(block)) for a, b in zip(first, second, strict=True)))
    light, other = _luma(first), _luma(second)
    moved = ImageChops.difference(light.reduce(block), other.reduce(block)).tobytes()
    pixels = ImageChops.difference(light, other).point(lambda value: min(255, value * _AMPLIFIED)).reduce(block).tobytes()
    detail = [max(0.0, pixel / _AMPLIFIED - mean) for pixel, mean in zip(pixels, moved, strict=True)]
    return _Blocks([float(value) for value in level.tobytes()], detail, level.size)


def _luma(bands: Bands) -> Image.Image:
    return Image.merge("RGB", bands[:3]).convert("L")


def _degraded(bands: Bands, resampled: bool) -> Bands:
    """What an ordinary export does to the picture: the yardstick for where noise is to be expected."""
    image = Image.merge("RGB", bands[:3])
    if resampled:
        smaller = (max(1, image.width * 2 // 3), max(1, image.height * 2 // 3))
        image = image.resize(smaller, Image.Resampling.BILINEAR).resize(image.size, Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=_REFERENCE_QUALITY)
    with Image.open(stream, formats=["JPEG"]) as encoded:
        return (*encoded.convert("RGB").split(), *bands[3:])


def _loudness(found: list[float], noise: list[float]) -> float:
    """How loud the child's own noise is, compared with the yardstick: 0 for a lossless child, about 1 for a poor JPEG.

    Taken where the yardstick is audible and from the quieter blocks, so that a large repaint does not pass for noise.
    """
    ratios = sorted(a / b for a, b in zip(found, noise, strict=True) if b >= _SUSCEPTIBLE)
    return min(1.5, ratios[len(ratios) * 2 // 5]) if len(ratios) >= 8 else 1.0


def _neighbourhood(values: list[float], size: tuple[int, int]) -> list[float]:
    """The largest value of each block and its eight neighbours: noise spreads over the edge of a block."""
    scale: Callable[[float], int] = lambda value: min(255, int(value * _AMPLIFIED + 0.5))  # noqa: E731
    image = Image.frombytes("L", size, bytes(scale(value) for value in values)).filter(ImageFilter.MaxFilter(3))
    return [value / _AMPLIFIED for value in image.tobytes()]
