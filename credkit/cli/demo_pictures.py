"""The files of ``credkit demo``: a drawn portrait that stands for one out of a generator, a repainted version of it, and a model file.

Only Pillow is used, at run time, so the demonstration needs no file and no network.
"""

from __future__ import annotations

import json
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, PngImagePlugin

__all__ = ["draw_originals", "draw_portrait", "generation_text", "model_file", "repaint_flower"]

_SIDE = 640
_SCALE = 2
_SKIN, _SHADE, _HAIR, _CLOTH = (233, 190, 164), (205, 152, 128), (58, 38, 40), (54, 78, 104)
_Canvas = ImageDraw.ImageDraw
_Box = tuple[float, float, float, float]


def draw_portrait(seed: int = 7) -> Image.Image:
    """A head and shoulders before an out-of-focus background, 640 x 640 pixels."""
    picture = _background(random.Random(seed))  # noqa: S311 (lights of a drawing, no secret)
    _figure(ImageDraw.Draw(picture))
    picture = Image.blend(picture, picture.filter(ImageFilter.GaussianBlur(6)), 0.35)
    _face(ImageDraw.Draw(picture))
    picture = _lit(picture).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    grain = Image.effect_noise(picture.size, 9).convert("RGB")
    return Image.blend(picture, ImageChops.overlay(picture, grain), 0.25)


def draw_originals() -> list[Image.Image]:
    """Three small pictures in the place of the photographs that the model was trained on: other lights, another frame."""
    whole = [draw_portrait(seed) for seed in (11, 12, 13)]
    return [picture.crop((40 * number, 40, 560, 600)).resize((320, 320)) for number, picture in enumerate(whole)]


def generation_text() -> PngImagePlugin.PngInfo:
    """The text chunk that the Stable Diffusion WebUI leaves in a picture, for ``Image.save(..., pnginfo=...)``."""
    text = PngImagePlugin.PngInfo()
    text.add_text(
        "parameters",
        "studio portrait, dark hair, soft light <lora:film grain:0.6>\nNegative prompt: text, watermark\n"
        "Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 965432101, Size: 640x640, Model: awportrait, "
        "Version: v1.10.1",
    )
    return text


def model_file() -> bytes:
    """A SafeTensors file with one small tensor, in the place of a model: only its form and its hash matter."""
    weights = bytes(range(256)) * 256
    header = json.dumps({"weight": {"dtype": "U8", "shape": [256, 256], "data_offsets": [0, len(weights)]}}).encode("ascii")
    return len(header).to_bytes(8, "little") + header + weights


def repaint_flower(portrait: Image.Image) -> Image.Image:
    """The same portrait with a flower painted into the hair, as an inpainting model would do it."""
    large = portrait.resize((_SIDE * _SCALE, _SIDE * _SCALE), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(large)
    centre = (410, 158)
    for x, y, colour in ((-36, 0, (214, 72, 92)), (36, 0, (226, 88, 104)), (0, -36, (232, 104, 118)), (0, 36, (198, 58, 80))):
        draw.ellipse(_circle(centre[0] + x, centre[1] + y, 34), fill=colour)
    for x, y in ((-26, -26), (26, -26), (-26, 26), (26, 26)):
        draw.ellipse(_circle(centre[0] + x, centre[1] + y, 30), fill=(236, 120, 132))
    draw.ellipse(_circle(*centre, 24), fill=(246, 200, 96))
    draw.ellipse(_circle(centre[0] - 6, centre[1] - 6, 10), fill=(252, 226, 150))
    return large.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)


def _circle(x: float, y: float, radius: float) -> _Box:
    return tuple(_SCALE * value for value in (x - radius, y - radius, x + radius, y + radius))  # type: ignore[return-value]


def _scaled(*values: float) -> _Box:
    return tuple(_SCALE * value for value in values)  # type: ignore[return-value]


def _background(chance: random.Random) -> Image.Image:
    side = _SIDE * _SCALE
    slope = Image.linear_gradient("L").resize((side, side))
    picture = Image.composite(Image.new("RGB", (side, side), (44, 52, 66)), Image.new("RGB", (side, side), (128, 112, 104)), slope)
    draw = ImageDraw.Draw(picture, "RGBA")
    for _ in range(26):
        warm = chance.randrange(90, 180)
        place = _circle(chance.randrange(_SIDE), chance.randrange(_SIDE * 3 // 4), chance.randrange(18, 64))
        draw.ellipse(place, fill=(250, 130 + warm // 2, warm, chance.randrange(24, 70)))
    return picture.filter(ImageFilter.GaussianBlur(14))


def _figure(draw: _Canvas) -> None:
    """Hair, shoulders, neck, head."""
    draw.ellipse(_scaled(186, 96, 454, 470), fill=_HAIR)
    draw.ellipse(_scaled(96, 476, 544, 900), fill=_CLOTH)
    draw.polygon([_scaled(*point, 0, 0)[:2] for point in ((262, 478), (378, 478), (320, 570))], fill=_SKIN)
    draw.rounded_rectangle(_scaled(276, 380, 364, 506), radius=60, fill=_SHADE)
    draw.ellipse(_scaled(224, 176, 416, 426), fill=_SKIN)


def _face(draw: _Canvas) -> None:
    for x in (280, 360):
        draw.ellipse(_scaled(x - 20, 258, x + 20, 282), fill=(246, 240, 236))
        draw.ellipse(_circle(x, 270, 11), fill=(72, 96, 84))
        draw.ellipse(_circle(x, 270, 5.5), fill=(20, 20, 22))
        draw.ellipse(_circle(x + 4, 266, 3), fill=(255, 255, 255))
        draw.arc(_scaled(x - 24, 252, x + 24, 292), 198, 342, fill=_HAIR, width=4 * _SCALE)
        draw.arc(_scaled(x - 32, 228, x + 32, 286), 212, 328, fill=_HAIR, width=5 * _SCALE)
    draw.arc(_scaled(304, 286, 340, 334), 30, 150, fill=_SHADE, width=5 * _SCALE)
    draw.chord(_scaled(284, 342, 356, 382), 8, 172, fill=(184, 82, 86))
    draw.ellipse(_scaled(286, 354, 354, 366), fill=(158, 62, 70))


def _lit(picture: Image.Image) -> Image.Image:
    """Light from the upper left and a darker border, so that the drawing has some depth."""
    side = picture.width
    glow = Image.radial_gradient("L").resize((side * 2, side * 2)).crop((side * 5 // 8, side * 5 // 8, side * 13 // 8, side * 13 // 8))
    shade = glow.point(lambda value: 255 - value * 5 // 8)
    return ImageChops.multiply(picture, Image.merge("RGB", (shade, shade, shade)))
