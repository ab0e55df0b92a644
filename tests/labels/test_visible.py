"""The mark that people see: legible, in its corner, upright, and nothing else of the file changed."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from credkit.assets import BytesSource
from credkit.errors import AssetError
from credkit.labels import Labels
from credkit.labels.glyphs import GLYPHS, advance
from credkit.labels.visible import Mark, mark_of, with_mark
from tests.forge.pictures import picture

CORNERS = ("bottom-right", "bottom-left", "top-right", "top-left")


def labels(**given: Any) -> Labels:
    return Labels(**({"regimes": ("eu",), "visible": "both"} | given))


def marked(data: bytes, mark: Mark | None = None) -> tuple[bytes, tuple[int, int, int, int]]:
    source, region = with_mark(BytesSource(data), mark or mark_of(labels(), is_generated=True))
    shape = region.payload()["region"][0]["shape"]
    return source.read(0, source.size), (shape["origin"]["x"], shape["origin"]["y"], shape["width"], shape["height"])


def shown(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).convert("L")


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def drawn() -> Image.Image:
    return Image.open(io.BytesIO(picture("png", 640, 480)))


@pytest.mark.parametrize(
    ("given", "generated", "lines"),
    [
        ({"visible": "cn"}, True, ("AI生成",)),
        ({"visible": "cn"}, False, ("AI合成",)),
        ({"visible": "en"}, True, ("AI GENERATED",)),
        ({"visible": "en"}, False, ("AI MODIFIED",)),
        ({"visible": "both"}, True, ("AI生成", "AI GENERATED")),
        ({"visible": "auto"}, True, ("AI GENERATED",)),
        ({"visible": "auto", "regimes": ("cn",), "provider_code": "7"}, True, ("AI生成",)),
        ({"visible": "auto", "regimes": ("cn", "eu"), "provider_code": "7"}, False, ("AI合成", "AI MODIFIED")),
    ],
)
def test_words(given: dict[str, Any], generated: bool, lines: tuple[str, ...]) -> None:
    mark = mark_of(labels(**given), is_generated=generated)
    assert mark.lines == lines
    assert all(letter in GLYPHS for line in lines for letter in line)


def test_letters_stay_in_their_boxes() -> None:
    for letter, glyph in GLYPHS.items():
        for stroke in glyph.strokes:
            assert all(-0.02 <= x <= glyph.width + 0.02 and -0.02 <= y <= 1.02 for x, y in stroke), letter
    starts = [start for start, _ in advance("AI GENERATED")]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("kind", ["png", "jpg"])
@pytest.mark.parametrize("corner", CORNERS)
def test_corner_contrast_and_height(kind: str, corner: str) -> None:
    data = picture(kind, 640, 480)
    out, (x, y, width, height) = marked(data, mark_of(labels(corner=corner, visible="en"), is_generated=True))
    assert (x > 320) == corner.endswith("right")
    assert (y > 240) == corner.startswith("bottom")
    plate = shown(out).crop((x, y, x + width, y + height))
    low, high = plate.getextrema()
    assert high - low > 180
    box = plate.point(lambda value: 255 if value > 128 else 0).getbbox()
    assert box is not None
    assert box[3] - box[1] >= 0.05 * 480
    before = shown(data)
    rest = [(0, 0, 640, y - 16), (0, y + height + 16, 640, 480), (0, y, x - 16, y + height), (x + width + 16, y, 640, y + height)]
    for area in rest:
        if area[0] < area[2] and area[1] < area[3]:
            pairs = zip(before.crop(area).tobytes(), shown(out).crop(area).tobytes(), strict=True)
            assert max(abs(a - b) for a, b in pairs) <= (0 if kind == "png" else 12)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_modes_of_png_are_kept(mode: str) -> None:
    image = drawn().convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else drawn().convert(mode)
    out, (x, y, width, height) = marked(encoded(image))
    with Image.open(io.BytesIO(out)) as found:
        assert found.mode == mode
        area = found.crop((x, y, x + width, y + height))
        values = area.convert("RGB").convert("L") if mode != "I;16" else area.convert("I").point(lambda value: value / 257).convert("L")
        low, high = values.getextrema()
        assert high - low > 150


def test_modes_of_jpeg_are_kept() -> None:
    for mode in ("L", "RGB", "CMYK"):
        out, (x, y, width, height) = marked(encoded(drawn().convert(mode), "JPEG", quality=90))
        with Image.open(io.BytesIO(out)) as found:
            assert found.mode == mode
            low, high = found.convert("RGB").convert("L").crop((x, y, x + width, y + height)).getextrema()
            assert high - low > 150


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_upright_where_it_is_shown(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(drawn(), "JPEG", quality=95, exif=exif)
    out, (x, y, width, height) = marked(data)
    upright = marked(encoded(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))))[0]
    first, second = (shown(picture_).crop((x, y, x + width, y + height)).tobytes() for picture_ in (out, upright))
    assert sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first) < 6


def test_everything_else_of_a_jpeg_stays() -> None:
    exif = Image.Exif()
    exif[0x013B] = "Test Studio"
    options = {"icc_profile": b"profile" * 20_000, "exif": exif, "comment": b"a comment", "xmp": b"<x:xmpmeta/>"}
    data = encoded(drawn(), "JPEG", quality=71, subsampling="4:2:2", progressive=True, **options)
    out, _ = marked(data)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(out)) as after:
        assert after.quantization == before.quantization
        assert after.layer == before.layer
        assert after.info == before.info
        assert after.applist == before.applist
    assert marked(data + b"behind the picture")[0].endswith(b"behind the picture")


def test_everything_else_of_a_png_stays() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a portrait")
    info.add(b"teSt", b"private", after_idat=True)
    data = encoded(drawn(), pnginfo=info, icc_profile=b"profile" * 500, dpi=(300, 300))
    out, _ = marked(data)

    def chunks(file: bytes) -> list[bytes]:
        found, at = [], 8
        while at < len(file):
            end = at + 12 + int.from_bytes(file[at : at + 4], "big")
            found += [file[at:end]] if file[at + 4 : at + 8] != b"IDAT" else []
            at = end
        return found

    assert chunks(out) == chunks(data)
    assert marked(data)[0] == out


def animated() -> bytes:
    return encoded(drawn(), save_all=True, append_images=[drawn().convert("L").convert("RGB")], duration=100)


def deep() -> bytes:
    """A PNG of 16 bits a colour, whose header alone is looked at."""
    data = bytearray(encoded(drawn()))
    data[24] = 16
    return bytes(data)


def several() -> bytes:
    return encoded(drawn(), "MPO", save_all=True, append_images=[drawn()])


def flat() -> bytes:
    image = Image.new("P", (640, 480))
    image.putpalette([90, 90, 90, 120, 120, 120])
    return encoded(image)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: picture("png", 100, 80), "too few for the visible label"),
        (lambda: picture("jpg", 2000, 20), "too few"),
        (lambda: b"no picture at all", "neither JPEG nor PNG"),
        (lambda: encoded(drawn(), "WEBP"), "neither JPEG nor PNG"),
        (animated, "animated"),
        (deep, "16 bits"),
        (several, "several pictures"),
        (flat, "no two colours"),
        (lambda: picture("png", 640, 480)[:900], "damaged"),
    ],
)
def test_refusals(made: Callable[[], bytes], words: str) -> None:
    with pytest.raises(AssetError, match=words):
        marked(made())


@given(noise=st.binary(min_size=1, max_size=40), share=st.floats(0, 1), kind=st.sampled_from(["png", "jpg"]))
@settings(max_examples=60, deadline=None)
def test_damaged_pictures_are_marked_or_refused(noise: bytes, share: float, kind: str) -> None:
    data = picture(kind, 240, 180)
    at = int(share * len(data))
    with contextlib.suppress(AssetError):
        marked(data[:at] + noise + data[at + len(noise) :])


def test_a_large_picture() -> None:
    out, (_, _, _, height) = marked(encoded(Image.new("L", (5_000, 4_800)), compress_level=1))
    assert height > 0.05 * 4_800
    with Image.open(io.BytesIO(out)) as found:
        assert found.size == (5_000, 4_800)
