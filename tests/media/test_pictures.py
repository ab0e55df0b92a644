"""What is told of a picture before its pixels are looked at."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from credkit.media.pictures import has_more


@pytest.mark.parametrize(
    ("kind", "count", "found"), [("GIF", 1, False), ("GIF", 3, True), ("TIFF", 1, False), ("TIFF", 2, True), ("PNG", 1, False)]
)
def test_more_pictures_than_the_first_are_told(kind: str, count: int, found: bool) -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), (60 * number, 0, 0)) for number in range(count)]
    frames[0].save(out, kind, **({"save_all": True, "append_images": frames[1:]} if count > 1 else {}))
    assert has_more(out) is found


@pytest.mark.parametrize("data", [b"", b"no picture", b"GIF89a"])
def test_what_cannot_be_told_counts_as_more(data: bytes) -> None:
    assert has_more(io.BytesIO(data))
