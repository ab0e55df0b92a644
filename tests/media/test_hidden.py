"""Texts hidden in pixels: found in every variant that tools write, and cleared so that nothing of them is left."""

from __future__ import annotations

import contextlib
import gzip
import io
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from credkit.assets import BytesSource, EditedSource, detect
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS
from credkit.media.hidden import clear_hidden, find_hidden
from tests.assets.samples import chunk

TEXT = "a cat, 猫 <lora:test:0.8>\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, Seed: 12345, Size: 64x48"
ALPHA, COLOURS = ("pnginfo", "pngcomp"), ("rgbinfo", "rgbcomp")


def picture(mode: str = "RGB", size: tuple[int, int] = (64, 48), seed: int = 1) -> Image.Image:
    generator = random.Random(seed)
    data = bytes(generator.randrange(256) for _ in range(size[0] * size[1] * len(mode)))
    return Image.frombytes(mode, size, data)


def hidden_in(image: Image.Image, text: str, variant: str, *, payload: bytes | None = None, length: int | None = None) -> Image.Image:
    """Written pixel by pixel, as the tools do it: columns from the left, each from the top."""
    raw = payload if payload is not None else gzip.compress(text.encode(), mtime=0) if variant.endswith("comp") else text.encode()
    head = f"stealth_{variant}".encode() + (8 * len(raw) if length is None else length).to_bytes(4, "big")
    bits = [byte >> shift & 1 for byte in head + raw for shift in range(7, -1, -1)]
    image = image.copy()
    if variant.startswith("png"):
        image.putalpha(255)
    pixels = image.load()
    assert pixels is not None
    places = [(x, y) for x in range(image.width) for y in range(image.height)]
    step = 1 if variant.startswith("png") else 3
    for number, place in zip(range(0, len(bits), step), places, strict=False):
        value = list(pixels[place])
        for band, bit in enumerate(bits[number : number + step]):
            at = 3 if step == 1 else band
            value[at] = value[at] & ~1 | bit
        pixels[place] = tuple(value)
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def read(source: EditedSource) -> bytes:
    return source.read(0, source.size)


def cleared(data: bytes) -> bytes:
    return read(clear_hidden(BytesSource(data)))


def chunks_of(data: bytes) -> list[tuple[str, bytes]]:
    source = BytesSource(data)
    form = detect(source)
    assert form is not None
    return [(box.name, data[box.span.start : box.span.end]) for box in form.boxes(source, form.scan(source))]


@pytest.mark.parametrize("variant", ALPHA + COLOURS)
@pytest.mark.parametrize("size", [(64, 48), (400, 7), (7, 400), (152, 40), (40, 152)])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_every_variant_is_found(variant: str, size: tuple[int, int], kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    data = saved(hidden_in(picture(size=size), TEXT, variant), kind, **options)
    found = find_hidden(BytesSource(data))
    assert found is not None
    assert (found.kind, found.keyword, found.text, found.damage) == ("pixels", f"stealth_{variant}", TEXT, "")
    assert ("alpha" if variant in ALPHA else "red") in found.place


@pytest.mark.parametrize("variant", COLOURS)
def test_colours_beside_an_alpha_channel(variant: str) -> None:
    found = find_hidden(BytesSource(saved(hidden_in(picture("RGBA"), TEXT, variant))))
    assert found is not None
    assert found.text == TEXT


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "1", "P", "I;16"])
def test_a_picture_without_one_has_none(mode: str) -> None:
    data = saved(Image.new(mode, (40, 40)) if mode in ("1", "P", "I;16") else picture(mode))
    assert find_hidden(BytesSource(data)) is None
    assert cleared(data) == data


@pytest.mark.parametrize("small", [picture("L"), Image.new("1", (40, 40)), picture("RGB", size=(5, 5)), picture("RGBA", size=(5, 5))])
def test_no_pixel_is_decoded_where_the_header_tells_that_there_is_none(small: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(small)
    decoded: list[Image.Image] = []
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", decoded.append)
    assert find_hidden(BytesSource(data)) is None
    assert cleared(data) == data
    assert decoded == []


def test_other_files_have_none() -> None:
    jpeg = saved(picture(), "JPEG")
    for data in (b"", b"text", jpeg, saved(picture(), "GIF"), b"\x89PNG\r\n\x1a\n", saved(picture())[:200]):
        assert find_hidden(BytesSource(data)) is None
        assert cleared(data) == data


@pytest.mark.parametrize("variant", ALPHA + COLOURS)
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_clearing_leaves_nothing_of_the_text(variant: str, kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    original = hidden_in(picture(), TEXT, variant)
    data = saved(original, kind, **options)
    out = cleared(data)
    assert find_hidden(BytesSource(out)) is None
    assert cleared(out) == out
    before, after = original.convert("RGBA"), opened(out).convert("RGBA")
    if variant in ALPHA:
        assert after.getchannel("A").getextrema() == (255, 255)
        assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()
        return
    raw = gzip.compress(TEXT.encode()) if variant.endswith("comp") else TEXT.encode()
    bits = 8 * (19 + len(raw))
    for number, (x, y) in enumerate((x, y) for x in range(64) for y in range(48)):
        for band in range(3):
            old, new = before.getpixel((x, y))[band], after.getpixel((x, y))[band]
            assert new == (old & ~1 if 3 * number + band < bits else old)
    assert after.getchannel("A").tobytes() == before.getchannel("A").tobytes()


def test_real_transparency_stays_behind_the_text() -> None:
    image = hidden_in(picture(), TEXT, "pnginfo")
    alpha = image.getchannel("A")
    alpha.paste(90, (60, 0, 64, 48))
    image.putalpha(alpha)
    after = opened(cleared(saved(image)))
    assert after.getchannel("A").crop((60, 0, 64, 48)).getextrema() == (90, 90)
    assert after.getchannel("A").crop((0, 0, 60, 48)).getextrema() == (255, 255)
    assert after.convert("RGB").tobytes() == image.convert("RGB").tobytes()


def test_check_bits_behind_the_text_go_too() -> None:
    """NovelAI's files have a second length and error correction behind the text."""
    payload = gzip.compress(TEXT.encode())
    image = hidden_in(picture(), "", "pngcomp", payload=payload + (800).to_bytes(4, "big") + bytes(range(100)), length=8 * len(payload))
    found = find_hidden(BytesSource(saved(image)))
    assert found is not None
    assert (found.text, found.damage) == (TEXT, "")
    assert opened(cleared(saved(image))).getchannel("A").getextrema() == (255, 255)


def test_both_carriers_are_cleared() -> None:
    image = hidden_in(hidden_in(picture(), "in the colours", "rgbinfo"), "in the alpha channel", "pngcomp")
    found = find_hidden(BytesSource(saved(image)))
    assert found is not None
    assert found.text == "in the alpha channel"
    assert find_hidden(BytesSource(cleared(saved(image)))) is None
    assert find_hidden(BytesSource(saved(opened(cleared(saved(image))).convert("RGB")))) is None


def test_every_other_chunk_stays_in_place() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", TEXT)
    info.add(b"prVt", b"private", after_idat=True)
    data = saved(hidden_in(picture(size=(300, 300)), TEXT, "pngcomp"), pnginfo=info, dpi=(72, 72), icc_profile=b"profile")
    data = data.replace(chunk(b"IEND", b""), chunk(b"tEXt", b"late\x00text") + chunk(b"IEND", b"")) + b"behind the end"
    out = cleared(data)
    assert [item for item in chunks_of(out) if item[0] != "IDAT"] == [item for item in chunks_of(data) if item[0] != "IDAT"]
    assert out.endswith(b"behind the end")
    names = [name for name, _ in chunks_of(out)]
    assert names.index("prVt") > names.index("IDAT") > names.index("iTXt")


def test_an_animation_keeps_its_other_frames() -> None:
    frames = [hidden_in(picture(seed=seed), TEXT, "pngcomp") for seed in (1, 2, 3)]
    data = saved(frames[0], save_all=True, append_images=frames[1:], duration=50)
    out = cleared(data)
    assert [item for item in chunks_of(out) if item[0] != "IDAT"] == [item for item in chunks_of(data) if item[0] != "IDAT"]
    assert find_hidden(BytesSource(out)) is None


def test_a_gray_picture_with_alpha() -> None:
    """What an optimizer makes of a gray picture that carries a text in its alpha channel."""
    gray = picture("L").convert("RGB")
    image = hidden_in(gray, TEXT, "pngcomp").convert("LA")
    data = saved(image)
    found = find_hidden(BytesSource(data))
    assert found is not None
    assert found.text == TEXT
    out = opened(cleared(data))
    assert out.mode == "LA"
    assert out.getchannel("L").tobytes() == image.getchannel("L").tobytes()


def palette_with_text() -> bytes:
    image = hidden_in(Image.new("RGB", (64, 48), "red"), "short", "pnginfo")
    levels = image.getchannel("A").tobytes()
    indexed = Image.frombytes("P", image.size, bytes(int(level == 255) for level in levels))
    indexed.putpalette([255, 0, 0] * 2)
    return saved(indexed, transparency=b"\xfe\xff")


def transparent_colour() -> bytes:
    return saved(hidden_in(picture(), TEXT, "rgbinfo"), transparency=(1, 2, 3))


def lossy() -> bytes:
    return saved(hidden_in(picture(), TEXT, "pnginfo"), "WEBP", quality=80, exact=True)


@pytest.mark.parametrize("make", [palette_with_text, transparent_colour, lossy])
def test_what_cannot_be_written_again_is_refused(make) -> None:
    data = make()
    assert find_hidden(BytesSource(data)) is not None
    with pytest.raises(AssetError, match="cannot be cleared, because .*: save it anew"):
        clear_hidden(BytesSource(data))


def test_a_picture_too_large_to_be_decoded_is_said() -> None:
    data = saved(hidden_in(picture(), TEXT, "pngcomp"))
    limits = replace(DEFAULT_LIMITS, pixels=100)
    found = find_hidden(BytesSource(data), limits=limits)
    assert found is not None
    assert (found.kind, found.keyword, found.text) == ("pixels", "", "")
    assert "more than 100 pixels" in found.damage
    with pytest.raises(AssetError, match="more than 100 pixels"):
        clear_hidden(BytesSource(data), limits=limits)


def test_a_bomb_is_cut_off() -> None:
    payload = gzip.compress(bytes(b"x" * 3_000_000))
    data = saved(hidden_in(picture(size=(200, 200)), "", "pngcomp", payload=payload))
    found = find_hidden(BytesSource(data), limits=replace(DEFAULT_LIMITS, text_size=1_000_000))
    assert found is not None
    assert found.text == "x" * 1_000_000
    assert "longer than 1,000,000 bytes" in found.damage


@pytest.mark.parametrize(
    ("options", "damage"),
    [
        ({"length": 1 << 31}, "claims 2,147,483,648 bits"),
        ({"payload": b"not gzip at all"}, "compression is damaged"),
        ({"payload": gzip.compress(b"text" * 100)[:-20]}, "ends early"),
        ({"payload": gzip.compress(b"\xff\xfe\xfa")}, "no UTF-8"),
        ({"payload": b"", "length": 0}, "ends early"),
    ],
)
def test_broken_ones_are_told_and_cleared(options: dict, damage: str) -> None:
    data = saved(hidden_in(picture(), TEXT, "pngcomp", **options))
    found = find_hidden(BytesSource(data))
    assert found is not None
    assert found.keyword == "stealth_pngcomp"
    assert damage in found.damage
    assert find_hidden(BytesSource(cleared(data))) is None


@given(st.text(max_size=200).filter(lambda text: "\x00" not in text), st.sampled_from(ALPHA + COLOURS))
@settings(max_examples=30, deadline=None)
def test_any_text_comes_back(text: str, variant: str) -> None:
    found = find_hidden(BytesSource(saved(hidden_in(picture(), text.encode("utf-8", "ignore").decode(), variant))))
    assert found is not None
    assert found.text == text.removeprefix("\ufeff")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_never_an_exception(data: st.DataObject) -> None:
    good = bytearray(saved(hidden_in(picture(size=(40, 40)), TEXT, "pngcomp")))
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(8, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(good[: data.draw(st.integers(8, len(good)))])
    find_hidden(BytesSource(cut))
    with contextlib.suppress(AssetError):
        cleared(cut)
