"""Small pictures with something to see, drawn once a run."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

from PIL import Image, ImageDraw

__all__ = ["ALL_KINDS", "KINDS", "checked", "picture", "repainted"]

KINDS = ("png", "jpg")
"""What the reference updates and compresses without fault."""
ALL_KINDS = (*KINDS, "webp")


def _drawn(width: int, height: int) -> Image.Image:
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.3, height * 0.2, width * 0.7, height * 0.7), fill=(222, 184, 160), outline=(90, 60, 50), width=3)
    draw.rectangle((width * 0.35, height * 0.7, width * 0.65, height), fill=(40, 70, 120))
    return image


def _encoded(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, {"jpg": "JPEG"}.get(kind, kind.upper()), quality=90)
    return out.getvalue()


@cache
def picture(kind: str = "png", width: int = 240, height: int = 180) -> bytes:
    """A file of that kind (one of ``ALL_KINDS``)."""
    return _encoded(_drawn(width, height), kind)


@cache
def repainted(kind: str = "jpg", width: int = 240, height: int = 180) -> bytes:
    """The same picture with one area painted over: x 20..80, y 30..90."""
    image = _drawn(width, height)
    ImageDraw.Draw(image).rectangle((20, 30, 80, 90), fill=(250, 20, 60))
    return _encoded(image, kind)


def checked(data: bytes) -> bytes:
    """A changed file with right checksums, as whoever means to fool a reader would leave it: those of a PNG; others have none."""
    if not data.startswith(b"\x89PNG"):
        return data
    parts, at = [data[:8]], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunk = data[at + 4 : at + 8 + length]
        parts += [data[at : at + 4], chunk, struct.pack(">I", zlib.crc32(chunk))]
        at += 12 + length
    return b"".join(parts) + data[at:]
