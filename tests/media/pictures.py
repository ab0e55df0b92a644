"""Pictures drawn for the tests: a textured scene with edges, and its exports."""

from __future__ import annotations

import io
import random

import numpy
from PIL import Image, ImageDraw, ImageFilter


def scene(width: int = 640, height: int = 480, seed: int = 1) -> Image.Image:
    """A gradient with soft texture, hard edges, saturated colours and small text."""
    chance = random.Random(seed)
    down, across = numpy.mgrid[0:height, 0:width]
    base = numpy.stack([60 + 120 * across / width, 90 + 90 * down / height, 180 - 100 * across / width], axis=2)
    texture = numpy.random.default_rng(seed).normal(0, 14, (height, width, 1))
    image = Image.fromarray(numpy.clip(base + texture, 0, 255).astype("uint8"), "RGB").filter(ImageFilter.GaussianBlur(1))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = chance.randrange(width), chance.randrange(height)
        side = chance.randrange(width // 16 + 1, width // 5 + 2)
        colour = tuple(chance.randrange(256) for _ in range(3))
        if chance.random() < 0.5:
            draw.ellipse((x, y, x + side, y + side), fill=colour)
        else:
            draw.rectangle((x, y, x + side, y + side // 2), fill=colour)
    draw.text((width // 10, height // 10), "credkit test picture", fill=(255, 255, 255))
    return image


def repaint(image: Image.Image, box: tuple[int, int, int, int], *, ellipse: bool = False, seed: int = 99) -> Image.Image:
    """The picture with another scene inside ``box`` (left, top, right, bottom)."""
    patch = scene(box[2] - box[0], box[3] - box[1], seed).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    mask = Image.new("L", patch.size, 0 if ellipse else 255)
    if ellipse:
        ImageDraw.Draw(mask).ellipse((0, 0, patch.width - 1, patch.height - 1), fill=255)
    result = image.copy()
    result.paste(patch, box[:2], mask)
    return result


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def overlap(found: tuple[int, int, int, int], wanted: tuple[int, int, int, int]) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    width = min(found[2], wanted[2]) - max(found[0], wanted[0])
    height = min(found[3], wanted[3]) - max(found[1], wanted[1])
    common = max(0, width) * max(0, height)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (found, wanted))
    return common / (area - common)
