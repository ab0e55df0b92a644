"""Small previews of a picture for a thumbnail assertion: never enlarged, from the best one downwards, and free of metadata.

Clause: "Thumbnail" (anchor ``thumbnail_assertion``). The format decided here is JPEG, or PNG where transparency matters and the
result fits. Whether a manifest gets a thumbnail at all, and which, is left to signing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

from credkit.dataclass import dataclass, field
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.pictures import PictureInput, open_picture, picture_stream, to_eight_bits, to_srgb, upright

__all__ = ["MOST_BYTES", "Thumbnail", "make_thumbnail", "thumbnails"]

_QUALITIES = (82, 74, 66, 58)
_SHRINK = 0.8
_SMALLEST = 16
MOST_BYTES = 40 * 1024
"""The largest thumbnail that is made unless more is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """An encoded preview. ``media_type`` is ``image/jpeg`` or ``image/png``; sides are in pixels."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int


def make_thumbnail(
    source: PictureInput, *, max_side: int = 512, max_bytes: int = MOST_BYTES, limits: Limits = DEFAULT_LIMITS
) -> Thumbnail | None:
    """The best of ``thumbnails`` with at most ``max_bytes`` bytes; None when there is none, or nothing to show. ``AssetError`` likewise."""
    return next((small for small in thumbnails(source, max_side=max_side, limits=limits) if len(small.data) <= max_bytes), None)


def thumbnails(source: PictureInput, *, max_side: int = 512, limits: Limits = DEFAULT_LIMITS) -> Iterator[Thumbnail]:
    """Previews of at most ``max_side`` pixels a side, upright and in sRGB; each is made when it is asked for.

    A picture smaller than ``max_side`` keeps its size at first. Then the JPEG quality goes down, then the size. The same input gives the
    same bytes in the same order, so that a preview that was made before is met again. Nothing when there is nothing to show: not a picture
    format, damaged, or more than ``limits.pixels`` pixels to decode; a thumbnail is optional, so none of these stops a signature.
    ``AssetError`` only for a path that cannot be opened.
    """
    with picture_stream(source) as stream:
        try:
            with open_picture(stream, limits=limits, draft=max_side) as image:
                small = _reduced(image, max_side)
        except AssetError:
            return
    if small.mode == "RGBA":
        yield _as_png(small)
        small = _flattened(small)
    yield from _as_jpegs(small)


def _reduced(image: Image.Image, max_side: int) -> Image.Image:
    profile = image.info.get("icc_profile")
    small = to_eight_bits(upright(image))
    # "RGBa" weighs colours by their opacity, so that colours of invisible pixels do not bleed into the edges.
    scaled = small.convert("RGBa") if small.mode == "RGBA" else small.copy()
    scaled.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    result = to_srgb(scaled.convert(small.mode), profile)
    if result.mode == "RGBA" and result.getchannel("A").getextrema() == (255, 255):
        result = result.convert("RGB")
    return _bare(result)


def _bare(image: Image.Image) -> Image.Image:
    """Without comment, profile, text and EXIF, all of which Pillow would write again."""
    image = image.copy()
    image.info = {}
    return image


def _flattened(image: Image.Image) -> Image.Image:
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")


def _as_png(image: Image.Image) -> Thumbnail:
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return _thumbnail(stream, "image/png", image)


def _as_jpegs(image: Image.Image) -> Iterator[Thumbnail]:
    while True:
        for quality in _QUALITIES:
            stream = io.BytesIO()
            image.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
            yield _thumbnail(stream, "image/jpeg", image)
        if max(image.size) <= _SMALLEST:
            return
        size = (max(1, round(image.width * _SHRINK)), max(1, round(image.height * _SHRINK)))
        image = image.resize(size, Image.Resampling.LANCZOS)


def _thumbnail(stream: io.BytesIO, media_type: str, image: Image.Image) -> Thumbnail:
    return Thumbnail(data=stream.getvalue(), media_type=media_type, width=image.width, height=image.height)
