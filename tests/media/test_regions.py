from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageEnhance

from credkit.errors import AssetError
from credkit.limits import Limits
from credkit.media.regions import ChangedArea, RegionDiff, changed_regions
from tests.media.pictures import encoded, overlap, repaint, scene

_BOX = (192, 120, 403, 336)
_EXPORTS = [("JPEG", 60), ("JPEG", 75), ("JPEG", 85), ("JPEG", 95), ("WEBP", 60), ("WEBP", 80), ("PNG", 0)]


def corners(area: ChangedArea) -> tuple[int, int, int, int]:
    return area.x, area.y, area.x + area.width, area.y + area.height


def saved(image: Image.Image, form: str, quality: int) -> bytes:
    return encoded(image, form, quality=quality) if quality else encoded(image, form)


def require_inside(found: RegionDiff) -> None:
    width, height = found.child_size
    for area in found.areas:
        assert area.x >= 0
        assert area.y >= 0
        assert area.width > 0
        assert area.height > 0
        assert area.x + area.width <= width
        assert area.y + area.height <= height
        assert 0 < area.share <= 1


@pytest.mark.parametrize(("form", "quality"), _EXPORTS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_repainted_box_is_found_through_any_export(form: str, quality: int, seed: int) -> None:
    parent = scene(seed=seed)
    found = changed_regions(encoded(parent), saved(repaint(parent, _BOX, seed=seed + 50), form, quality))
    assert found.outcome == "changed"
    assert len(found.areas) == 1
    assert overlap(corners(found.areas[0]), _BOX) >= 0.8
    assert found.share == pytest.approx(0.148, abs=0.02)
    assert found.areas[0].share == found.share
    assert "one area changed" in found.description


@pytest.mark.parametrize(("form", "quality"), _EXPORTS[:-1])
@pytest.mark.parametrize("seed", [1, 2, 3, 20, 23])
def test_an_export_alone_is_noise(form: str, quality: int, seed: int) -> None:
    parent = scene(seed=seed)
    found = changed_regions(encoded(parent), saved(parent, form, quality))
    assert (found.outcome, found.areas, found.share) == ("noise", (), 0.0)
    assert "saving a picture again" in found.description


def test_jpeg_saved_again_is_noise() -> None:
    first = encoded(scene(), "JPEG", quality=90)
    with Image.open(io.BytesIO(first)) as image:
        assert changed_regions(first, encoded(image, "JPEG", quality=60)).outcome == "noise"


@pytest.mark.parametrize("spread", [3, 8, 15])
def test_even_noise_is_no_area(spread: int) -> None:
    parent = scene()
    pixels = numpy.asarray(parent).astype(float) + numpy.random.default_rng(4).normal(0, spread, (480, 640, 3))
    child = Image.fromarray(numpy.clip(pixels, 0, 255).astype("uint8"))
    assert changed_regions(encoded(parent), encoded(child)).outcome == "noise"


def test_identical_pixels_in_another_container() -> None:
    parent = scene()
    for form, options in (("PNG", {}), ("BMP", {}), ("TIFF", {}), ("WEBP", {"lossless": True})):
        found = changed_regions(encoded(parent), encoded(parent, form, **options))
        assert (found.outcome, found.areas) == ("same", ())
        assert "same" in found.description


@pytest.mark.parametrize("quality", [60, 75, 90])
def test_two_boxes_are_two_areas_largest_first(quality: int) -> None:
    parent, small, large = scene(seed=2), (40, 40, 140, 200), (384, 240, 600, 440)
    child = repaint(repaint(parent, small, seed=70), large, seed=71)
    found = changed_regions(encoded(parent), encoded(child, "JPEG", quality=quality))
    assert [overlap(corners(area), wanted) >= 0.8 for area, wanted in zip(found.areas, (large, small), strict=True)] == [True, True]
    assert found.share == pytest.approx(sum(area.share for area in found.areas))
    assert found.description.startswith("2 areas changed")


@pytest.mark.parametrize("quality", [60, 75, 95])
def test_an_ellipse_is_boxed_and_its_share_is_its_own(quality: int) -> None:
    parent = scene(seed=3)
    found = changed_regions(encoded(parent), encoded(repaint(parent, _BOX, ellipse=True, seed=53), "JPEG", quality=quality))
    (area,) = found.areas
    assert overlap(corners(area), _BOX) >= 0.8
    assert area.share < area.width * area.height / (640 * 480)


@pytest.mark.parametrize("quality", [75, 95])
def test_text_written_over_the_picture(quality: int) -> None:
    parent = scene(seed=3)
    child = parent.copy()
    draw = ImageDraw.Draw(child)
    draw.text((320, 240), "NEW TEXT HERE", fill=(0, 0, 0), font_size=30)
    wanted = draw.textbbox((320, 240), "NEW TEXT HERE", font_size=30)
    (area,) = changed_regions(encoded(parent), encoded(child, "JPEG", quality=quality)).areas
    assert overlap(corners(area), wanted) >= 0.6


@pytest.mark.parametrize("factor", [0.9, 1.08, 1.3])
def test_another_brightness_is_the_whole_picture(factor: float) -> None:
    parent = scene()
    found = changed_regions(encoded(parent), encoded(ImageEnhance.Brightness(parent).enhance(factor), "JPEG", quality=85))
    assert found.outcome == "whole"
    assert [corners(area) for area in found.areas] == [(0, 0, 640, 480)]
    assert found.share >= 0.85
    assert found.description == "the whole picture changed"


def test_another_picture_is_the_whole_picture() -> None:
    assert changed_regions(encoded(scene(seed=1)), encoded(scene(seed=30).rotate(180))).outcome == "whole"


def test_brightness_in_one_box_only() -> None:
    parent = scene(seed=2)
    child = parent.copy()
    child.paste(ImageEnhance.Brightness(parent).enhance(1.15).crop(_BOX), _BOX[:2])
    (area,) = changed_regions(encoded(parent), encoded(child, "JPEG", quality=80)).areas
    assert overlap(corners(area), _BOX) >= 0.8


def test_large_pictures_are_reported_in_their_own_pixels() -> None:
    parent, box = scene(2600, 1800, seed=2), (700, 400, 1500, 1300)
    found = changed_regions(encoded(parent, "BMP"), encoded(repaint(parent, box, seed=52), "JPEG", quality=80))
    assert found.child_size == (2600, 1800)
    assert overlap(corners(found.areas[0]), box) >= 0.9


@pytest.mark.parametrize(("width", "height"), [(320, 240), (1280, 960), (427, 320)])
def test_a_resized_child_is_compared_in_its_own_pixels(width: int, height: int) -> None:
    parent, scale = scene(seed=2), width / 640
    plain = changed_regions(encoded(parent), encoded(parent.resize((width, height), Image.Resampling.LANCZOS), "JPEG", quality=85))
    assert (plain.outcome, plain.resized, plain.parent_size, plain.child_size) == ("noise", True, (640, 480), (width, height))
    child = repaint(parent, _BOX, seed=52).resize((width, height), Image.Resampling.LANCZOS)
    found = changed_regions(encoded(parent), encoded(child, "JPEG", quality=85))
    assert found.resized
    require_inside(found)
    assert overlap(corners(found.areas[0]), tuple(round(edge * scale) for edge in _BOX)) >= 0.8


@pytest.mark.parametrize("size", [(600, 480), (640, 400), (480, 640), (641, 500), (640, 470)])
def test_another_view_is_not_compared(size: tuple[int, int]) -> None:
    found = changed_regions(encoded(scene()), encoded(scene(*size)))
    assert (found.outcome, found.areas, found.resized) == ("incomparable", (), False)
    assert f"640 x 480 pixels and the picture {size[0]} x {size[1]}" in found.description
    assert "--region X,Y,W,H" in found.description
    assert ("it was rotated" in found.description) == (size == (480, 640))


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_orientation_is_applied_before_comparing(orientation: int) -> None:
    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]
    parent = scene()
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = encoded(repaint(parent, _BOX).transpose(undo), "JPEG", quality=90, exif=exif)
    found = changed_regions(encoded(parent), turned)
    assert found.child_size == (640, 480)
    assert overlap(corners(found.areas[0]), _BOX) >= 0.8


def _sixteen_bits(image: Image.Image) -> bytes:
    grey = numpy.asarray(image.convert("L")).astype("uint16") * 257
    return encoded(Image.fromarray(grey))


@pytest.mark.parametrize(
    "export",
    [
        lambda image: encoded(image.convert("L")),
        lambda image: encoded(image.convert("RGBA")),
        lambda image: encoded(image.convert("CMYK"), "TIFF"),
        lambda image: encoded(image.convert("LA")),
        lambda image: encoded(image.quantize(256)),
        lambda image: encoded(image.quantize(256), "GIF"),
        lambda image: encoded(image.convert("1", dither=Image.Dither.NONE)),
        lambda image: encoded(image.convert("L").convert("I"), "TIFF"),
        lambda image: encoded(image.convert("L").convert("F"), "TIFF"),
        lambda image: encoded(image.convert("YCbCr"), "TIFF"),
        lambda image: encoded(image.convert("P", dither=Image.Dither.NONE)),
        _sixteen_bits,
    ],
    ids=["L", "RGBA", "CMYK", "LA", "palette", "GIF", "1", "I", "F", "YCbCr", "P", "I;16"],
)
def test_other_modes_are_compared_as_what_is_seen(export) -> None:  # type: ignore[no-untyped-def]
    parent = scene(seed=2)
    assert changed_regions(export(parent), export(parent)).outcome == "same"
    found = changed_regions(export(parent), export(repaint(parent, _BOX, seed=52)))
    assert max(overlap(corners(area), _BOX) for area in found.areas) >= 0.8


def test_grey_levels_of_16_bits_match_those_of_8_bits() -> None:
    parent = scene()
    assert changed_regions(_sixteen_bits(parent), encoded(parent.convert("L"))).outcome == "same"


def test_opacity_counts_and_invisible_colours_do_not() -> None:
    parent = scene().convert("RGBA")
    parent.putalpha(255)
    hole = parent.copy()
    hole.paste((0, 0, 0, 0), _BOX)
    other_hole = parent.copy()
    other_hole.paste((255, 0, 90, 0), _BOX)
    (area,) = changed_regions(encoded(parent), encoded(hole)).areas
    assert corners(area) == _BOX
    assert changed_regions(encoded(hole), encoded(other_hole)).outcome == "same"
    assert changed_regions(encoded(parent.convert("RGB")), encoded(parent)).outcome == "same"
    (area,) = changed_regions(encoded(parent.convert("RGB")), encoded(hole)).areas
    assert corners(area) == _BOX


def test_a_profile_is_applied_when_the_two_differ() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    parent = scene()
    assert changed_regions(encoded(parent), encoded(parent, icc_profile=profile)).outcome in ("same", "noise")
    assert changed_regions(encoded(parent), encoded(parent, icc_profile=b"broken")).outcome == "same"


def test_of_an_animation_the_first_frame() -> None:
    first, second = scene().quantize(64), scene(seed=9).quantize(64)
    animated = io.BytesIO()
    first.save(animated, "GIF", save_all=True, append_images=[second])
    assert changed_regions(encoded(first, "GIF"), animated.getvalue()).outcome == "same"


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 7), (15, 40), (17, 16), (63, 90), (65, 64), (1000, 2), (2, 3000)])
def test_tiny_and_narrow_pictures(size: tuple[int, int]) -> None:
    black, white = Image.new("RGB", size), Image.new("RGB", size, (255, 255, 255))
    found = changed_regions(encoded(black), encoded(white))
    assert found.outcome == "whole"
    assert [corners(area) for area in found.areas] == [(0, 0, *size)]
    assert changed_regions(encoded(black), encoded(black)).outcome == "same"


def test_many_spots_become_at_most_a_handful_of_rectangles() -> None:
    parent = Image.new("RGB", (1000, 800), (120, 130, 140))
    child = parent.copy()
    draw = ImageDraw.Draw(child)
    for x in range(20, 1000, 80):
        for y in range(20, 800, 80):
            draw.rectangle((x, y, x + 12, y + 12), fill=(250, 20, 20))
    found = changed_regions(encoded(parent), encoded(child))
    assert 1 <= len(found.areas) <= 6
    require_inside(found)
    covered = Image.new("L", child.size)
    for area in found.areas:
        covered.paste(255, corners(area))
    changed = ImageChops.difference(parent, child).convert("L").point(lambda value: 255 if value else 0)
    assert ImageChops.subtract(changed, covered).getbbox() is None
    assert len(changed_regions(encoded(parent), encoded(child), most=1).areas) == 1


def test_paths_streams_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "parent.bin"
    path.write_bytes(encoded(scene()))
    child = io.BytesIO(encoded(repaint(scene(), _BOX)))
    child.seek(100)
    expected = changed_regions(path.read_bytes(), child.getvalue())
    assert changed_regions(path, child) == changed_regions(str(path), child) == expected
    assert not child.closed


def test_a_picture_at_the_limit_and_one_past() -> None:
    picture = encoded(Image.new("RGB", (40, 30)))
    assert changed_regions(picture, picture, limits=Limits(pixels=1200)).outcome == "same"
    with pytest.raises(AssetError, match="the parent picture has 40 x 30 pixels; at most 1,199 are decoded"):
        changed_regions(picture, picture, limits=Limits(pixels=1199))


@pytest.mark.filterwarnings("error")
def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    for side in (9_500, 20_000):
        bomb = encoded(Image.new("1", (side, side)))
        with pytest.raises(AssetError, match=r"the picture has .* pixels"):
            changed_regions(encoded(Image.new("L", (8, 8))), bomb)


def test_what_is_no_picture_is_one_sentence(tmp_path: Path) -> None:
    good = encoded(scene(64, 64))
    for bad, words in (
        (b"", "in no format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "in no format"),
        (good[:-400], "damaged"),
        (good[:40], "damaged|no format"),
    ):
        with pytest.raises(AssetError, match=words):
            changed_regions(good, bad)
    with pytest.raises(AssetError, match="cannot be opened"):
        changed_regions(tmp_path / "absent.png", good)


_SMALL = [
    encoded(scene(40, 40)),
    encoded(scene(40, 40), "JPEG"),
    encoded(scene(40, 40), "WEBP"),
    encoded(scene(40, 40).quantize(16), "GIF"),
]


@pytest.mark.filterwarnings("ignore")
@given(st.sampled_from(_SMALL), st.integers(0, 3000), st.binary(min_size=1, max_size=8))
@settings(max_examples=80, deadline=None)
def test_spoilt_pictures_raise_nothing_else(picture: bytes, place: int, patch: bytes) -> None:
    place %= len(picture)
    spoilt = picture[:place] + patch + picture[place + len(patch) :]
    with contextlib.suppress(AssetError):
        require_inside(changed_regions(_SMALL[0], spoilt))
