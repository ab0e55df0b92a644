from __future__ import annotations

import io
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from credkit.errors import AssetError
from credkit.limits import Limits
from credkit.media.thumbnail import Thumbnail, make_thumbnail
from tests.media.pictures import encoded, scene


def opened(thumbnail: Thumbnail | None) -> Image.Image:
    assert thumbnail is not None
    image = Image.open(io.BytesIO(thumbnail.data))
    image.load()
    assert image.size == (thumbnail.width, thumbnail.height)
    assert f"image/{(image.format or '').lower()}" == thumbnail.media_type
    return image


def static(width: int, height: int, channels: int = 3) -> Image.Image:
    """Random pixels: the worst case for an encoder."""
    return Image.fromarray(numpy.random.default_rng(1).integers(0, 256, (height, width, channels), dtype="uint8"))


@pytest.mark.parametrize("size", [(1, 1), (16, 9), (203, 203), (512, 300), (512, 512)])
def test_a_small_picture_keeps_its_size(size: tuple[int, int]) -> None:
    assert opened(make_thumbnail(encoded(scene(*size)))).size == size


@pytest.mark.parametrize(("size", "wanted"), [((513, 400), (512, 399)), ((2048, 1024), (512, 256)), ((300, 1200), (128, 512))])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_one_is_reduced_in_proportion(size: tuple[int, int], wanted: tuple[int, int], form: str) -> None:
    assert opened(make_thumbnail(encoded(scene(*size), form))).size == wanted


@pytest.mark.parametrize("picture", [static(1024, 1024), static(512, 512), static(600, 400, 4), scene(1400, 1000)])
@pytest.mark.parametrize("budget", [40 * 1024, 8 * 1024, 1500])
def test_the_budget_is_kept(picture: Image.Image, budget: int) -> None:
    made = make_thumbnail(encoded(picture), max_bytes=budget)
    assert made is not None
    assert len(made.data) <= budget
    assert max(opened(made).size) <= 512


def test_a_budget_that_nothing_fits_gives_none() -> None:
    assert make_thumbnail(encoded(scene()), max_bytes=100) is None


def test_it_looks_like_the_picture_and_is_deterministic() -> None:
    picture = scene(1024, 768)
    made = make_thumbnail(encoded(picture, "JPEG", quality=95))
    assert made == make_thumbnail(encoded(picture, "JPEG", quality=95))
    expected = numpy.asarray(picture.resize((512, 384), Image.Resampling.LANCZOS)).astype(int)
    assert numpy.abs(numpy.asarray(opened(made)).astype(int) - expected).mean() < 4


def test_orientation_is_applied() -> None:
    picture = Image.new("RGB", (100, 50), (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, 50, 50))
    exif = Image.Exif()
    exif[0x0112] = 6
    image = opened(make_thumbnail(encoded(picture, "JPEG", quality=95, exif=exif)))
    assert image.size == (50, 100)
    red, _, blue = image.getpixel((25, 20))
    assert red > 200 > 50 > blue
    assert image.getexif().get(0x0112, 1) == 1


def test_no_metadata_of_the_picture_is_carried_over() -> None:
    exif = Image.Exif()
    exif[0x013B] = "SECRET artist"
    options = {"exif": exif, "comment": b"SECRET comment", "xmp": b"<x>SECRET</x>", "icc_profile": b"SECRET profile"}
    text = PngInfo()
    text.add_text("parameters", "SECRET prompt")
    see_through = scene(64, 64).convert("RGBA")
    see_through.putalpha(100)
    for picture in (
        encoded(scene(64, 64), "JPEG", **options),
        encoded(scene(64, 64), "PNG", pnginfo=text, exif=exif, icc_profile=b"SECRET profile"),
        encoded(see_through, "PNG", pnginfo=text, exif=exif, icc_profile=b"SECRET profile"),
        encoded(scene(64, 64), "GIF", comment=b"SECRET comment"),
    ):
        made = make_thumbnail(picture)
        assert made is not None
        assert b"SECRET" in picture or b"iCCP" in picture
        assert b"SECRET" not in made.data
        assert not {"exif", "comment", "xmp", "icc_profile", "parameters"} & set(opened(made).info)


def test_a_profile_becomes_srgb() -> None:
    lab_grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = Image.new("RGB", (32, 32), (10, 200, 90))
    with_profile = opened(make_thumbnail(encoded(plain, "PNG", icc_profile=lab_grey)))
    assert max(abs(a - b) for a, b in zip(with_profile.getpixel((9, 9)), (10, 200, 90), strict=True)) <= 4


def test_transparency_stays_where_it_matters_and_fits() -> None:
    opaque = scene(100, 80).convert("RGBA")
    made = make_thumbnail(encoded(opaque))
    assert made is not None
    assert made.media_type == "image/jpeg"
    hole = opaque.copy()
    hole.paste((255, 0, 0, 0), (0, 0, 40, 80))
    kept = opened(make_thumbnail(encoded(hole)))
    assert kept.mode == "RGBA"
    assert kept.getpixel((5, 5))[3] == 0
    flattened = opened(make_thumbnail(encoded(static(600, 400, 4))))
    assert flattened.format == "JPEG"
    tight = opened(make_thumbnail(encoded(hole), max_bytes=4000))
    assert tight.format == "JPEG"
    assert min(tight.getpixel((2, 2))) > 240, "transparent parts become white"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16", "LAB"])
def test_every_mode_gives_a_thumbnail(mode: str) -> None:
    grey = scene(90, 60).convert("L")
    picture = Image.fromarray(numpy.asarray(grey).astype("uint16") * 257) if mode == "I;16" else None
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        picture = ImageCms.profileToProfile(scene(90, 60), *profiles, outputMode="LAB")
    picture = picture or (grey if mode in ("I", "F") else scene(90, 60)).convert(mode)
    image = opened(make_thumbnail(encoded(picture, "TIFF")))
    assert image.size == (90, 60)
    assert numpy.asarray(image.convert("L")).mean() == pytest.approx(numpy.asarray(grey).mean(), abs=12)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_frame(form: str) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (40, 40), (255, 0, 0)).save(stream, form, save_all=True, append_images=[Image.new("RGB", (40, 40), (0, 0, 255))])
    assert opened(make_thumbnail(stream.getvalue())).getpixel((20, 20))[0] > 200


def test_paths_streams_and_bytes(tmp_path: Path) -> None:
    data = encoded(scene(600, 500))
    path = tmp_path / "picture.txt"
    path.write_bytes(data)
    stream = io.BytesIO(data)
    stream.seek(7)
    assert (
        make_thumbnail(path)
        == make_thumbnail(str(path))
        == make_thumbnail(stream)
        == make_thumbnail(memoryview(data))
        == make_thumbnail(data)
    )
    assert not stream.closed


@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\xff\xd8\xff\xe0"])
def test_what_cannot_be_shown_gives_none(data: bytes) -> None:
    assert make_thumbnail(data) is None


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"absent\.png"):
        make_thumbnail(tmp_path / "absent.png")


@pytest.mark.filterwarnings("error")
def test_pixels_at_the_limit_and_one_past() -> None:
    picture = encoded(Image.new("L", (40, 30)))
    assert make_thumbnail(picture, limits=Limits(pixels=1200)) is not None
    assert make_thumbnail(picture, limits=Limits(pixels=1199)) is None
    assert make_thumbnail(encoded(Image.new("1", (14_000, 14_000)))) is None


_SMALL = [
    encoded(scene(40, 40)),
    encoded(scene(40, 40), "JPEG"),
    encoded(scene(40, 40), "WEBP"),
    encoded(scene(40, 40).quantize(16), "GIF"),
]


@pytest.mark.filterwarnings("ignore")
@given(st.sampled_from(_SMALL), st.integers(0, 3000), st.binary(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_spoilt_pictures_never_raise(picture: bytes, place: int, patch: bytes) -> None:
    place %= len(picture)
    made = make_thumbnail(picture[:place] + patch + picture[place + len(patch) :])
    assert made is None or len(made.data) <= 40 * 1024
