"""Small files made on the spot, and pieces to make odd ones of."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

from PIL import Image

from credkit.assets import FORMATS, AssetFormat, BytesSource, Edit, Layout, Source, write
from credkit.codec.jumbf import box_type, build_box, build_superbox

CORPUS = Path(os.environ.get("CREDKIT_CORPUS", Path(__file__).parents[2].parent / "shared" / "corpus"))
SMALLEST_STORE = 38
TIFF = b"II*\x00\x08\x00\x00\x00" + bytes(6)
"""An EXIF block without a single field."""


def store_of(size: int, fill: int = 0x5A) -> bytes:
    """A superbox of exactly ``size`` bytes that looks like a manifest store."""
    store = build_superbox(box_type("c2pa"), "c2pa")
    if size == len(store):
        return store
    content = bytes([fill]) * (size - len(store) - 8)
    built = build_superbox(box_type("c2pa"), "c2pa", build_box("free", content))
    assert len(built) == size
    return built


def picture(width: int = 31, height: int = 23) -> Image.Image:
    image = Image.new("RGB", (width, height))
    image.putdata([((x * 7) % 256, (y * 11) % 256, (x * y) % 256) for y in range(height) for x in range(width)])
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(**options: object) -> bytes:
    return saved(picture(), "JPEG", **options)


def png(**options: object) -> bytes:
    return saved(picture(), "PNG", **options)


def apng() -> bytes:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    return saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)


def webp(**options: object) -> bytes:
    return saved(picture(), "WEBP", **options)


def animated_webp() -> bytes:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100, lossless=True)


def pixels(data: bytes) -> list[bytes]:
    """All frames as raw pixels."""
    image = Image.open(io.BytesIO(data))
    frames = []
    for index in range(getattr(image, "n_frames", 1)):
        image.seek(index)
        frames.append(image.convert("RGB").tobytes())
    return frames


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", 2 + len(payload)) + payload


def jumbf_segment(
    store: bytes, *, instance: int = 0x0211, sequence: int = 1, head: bytes | None = None, body: bytes | None = None
) -> bytes:
    """One APP11 segment; by default the whole store."""
    return segment(0xEB, b"JP" + struct.pack(">HI", instance, sequence) + (head or store[:8]) + (store[8:] if body is None else body))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def format_of(data: bytes) -> AssetFormat:
    return next(item for item in FORMATS if item.matches(data[:4096]))


def scan(data: bytes) -> Layout:
    return format_of(data).scan(BytesSource(data))


def output(source: Source | bytes, edit: Edit) -> bytes:
    buffer = io.BytesIO()
    write(BytesSource(source) if isinstance(source, bytes) else source, edit, buffer)
    return buffer.getvalue()


def embedded(data: bytes, store: bytes | None) -> bytes:
    source = BytesSource(data)
    form = format_of(data)
    return output(source, form.embed(source, form.scan(source), store))


def with_metadata(data: bytes, **values: bytes) -> bytes:
    source = BytesSource(data)
    form = format_of(data)
    return output(source, form.with_metadata(source, form.scan(source), **values))


def box_names(data: bytes) -> list[str]:
    source = BytesSource(data)
    form = format_of(data)
    return [box.name for box in form.boxes(source, form.scan(source))]
