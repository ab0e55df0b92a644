"""A store that is replaced where it stands: the same start, and not one other byte changed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, Edit, Span, read_store
from credkit.assets.engine import frame, included
from credkit.assets.in_place import replace_store
from credkit.assets.jpeg.app11 import framed
from credkit.assets.partial import UpdatedInPlace
from credkit.errors import AssetError
from tests.assets.samples import apng, chunk, embedded, format_of, jpeg, output, png, scan, segment, store_of, webp
from tests.assets.test_contract import ASSETS, sample
from tests.assets.test_mpf import EXPECTED, multi_picture, pictures

SIZES = (46, 100, 5_000, 65_525, 65_526, 140_000)


def planned(data: bytes, store: bytes) -> Edit:
    source = BytesSource(data)
    form = format_of(data)
    return replace_store(source, form, form.scan(source), store)


def check_in_place(data: bytes, size: int) -> bytes:
    (old,) = scan(data).store.frame
    edit = planned(data, store_of(size))
    changed = output(data, edit)
    *sizes, new = edit.exclusions
    assert new.start == old.start
    assert without(changed[: new.start], sizes) == without(data[: old.start], sizes)
    assert changed[new.end :] == data[old.end :]
    assert b"".join(changed[span.start : span.end] for span in edit.exclusions) == frame(edit)
    layout = scan(changed)
    assert (*layout.size_fields, *layout.store.frame) == edit.exclusions
    assert read_store(BytesSource(changed), layout.store) == store_of(size)
    return changed


def without(data: bytes, spans: list[Span]) -> bytes:
    return b"".join(data[span.start : span.end] for span in included(len(data), tuple(spans)))


def behind_exif(data: bytes) -> bytes:
    """A store that another tool put behind EXIF, where we would not put one."""
    at = 20 if data[:2] == b"\xff\xd8" else 33
    extra = (
        segment(0xE1, b"Exif\x00\x00" + b"II*\x00\x08\x00\x00\x00" + bytes(6)) if at == 20 else chunk(b"tEXt", b"Comment\x00by somebody")
    )
    store = framed(store_of(3_000), 0x0102) if at == 20 else chunk(b"caBX", store_of(3_000))
    return data[:at] + extra + store + data[at:]


def behind_the_pixels(data: bytes) -> bytes:
    """A store between the last IDAT and IEND, as editions before 2.5 allow."""
    return data[:-12] + chunk(b"caBX", store_of(3_000)) + data[-12:]


FILES = {
    "jpeg": embedded(jpeg(), store_of(90_000)),
    "jpeg progressive": embedded(jpeg(progressive=True), store_of(400)),
    "jpeg of another tool": behind_exif(jpeg()),
    "jpeg with a tail": embedded(jpeg(), store_of(400)) + b"trailing bytes",
    "multi-picture, store before the index": embedded(multi_picture(), store_of(400)),
    "png": embedded(png(), store_of(400)),
    "png of another tool": behind_exif(png()),
    "png with the store behind its pixels": behind_the_pixels(png()),
    "webp": embedded(webp(), store_of(400)),
    "webp with a tail": embedded(webp(lossless=True), store_of(400)) + b"trailing bytes",
    "apng": embedded(apng(), store_of(400)),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FILES)
def test_the_rest_of_the_file_stays(name: str, size: int) -> None:
    if size % 2 and name.startswith("webp"):
        # A zero byte would have to follow the store, and a hash covers what follows it.
        with pytest.raises(AssetError, match="cannot change its length without changing signed bytes"):
            planned(FILES[name], store_of(size))
        return
    check_in_place(FILES[name], size)


@pytest.mark.parametrize("name", FILES)
@given(sizes=st.lists(st.integers(46, 200_000), min_size=1, max_size=4))
@settings(max_examples=8, deadline=None)
def test_again_and_again(name: str, sizes: list[int]) -> None:
    data = FILES[name]
    for size in sizes if not name.startswith("webp") else [size & ~1 for size in sizes]:
        data = check_in_place(data, size)


# A format with a place of its own for update manifests is tested with real manifests, in ``test_bmff_updating``.
@pytest.mark.parametrize("name", [name for name in ASSETS if isinstance(sample(name)[0], UpdatedInPlace)])
def test_every_format_replaces_in_place_or_not_at_all(name: str) -> None:
    data = embedded(sample(name)[1], store_of(400))
    for size in SIZES:
        with suppress(AssetError):
            check_in_place(data, size)


def test_pictures_behind_the_first_stay_where_they_are() -> None:
    changed = check_in_place(FILES["multi-picture, store before the index"], 100_000)
    assert pictures(changed) == EXPECTED


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_index_that_would_have_to_change_is_refused(order: str) -> None:
    data = multi_picture(order, after=framed(store_of(5_000), 7))
    for size in (100, 90_000):
        with pytest.raises(AssetError, match="without changing signed bytes"):
            planned(data, store_of(size))
    check_in_place(data, 5_000)


@pytest.mark.parametrize("data", [jpeg(), png()], ids=["jpeg", "png"])
def test_without_a_store_there_is_nothing_to_replace(data: bytes) -> None:
    with pytest.raises(AssetError, match="holds no manifest store"):
        planned(data, store_of(100))


def test_two_stores_are_refused() -> None:
    data = png()
    with pytest.raises(AssetError, match="holds 2 manifest stores"):
        planned(data[:33] + 2 * chunk(b"caBX", store_of(100)) + data[33:], store_of(100))


def test_a_store_in_several_places_is_refused() -> None:
    whole = framed(store_of(90_000), 7)
    first = 2 + int.from_bytes(whole[2:4], "big")
    data = jpeg()
    scattered = data[:20] + whole[:first] + segment(0xFE, b"between") + whole[first:] + data[20:]
    with pytest.raises(AssetError, match="several places"):
        planned(scattered, store_of(100))


def test_a_damaged_store_is_refused() -> None:
    whole = bytearray(framed(store_of(90_000), 7))
    first = 2 + int.from_bytes(whole[2:4], "big")
    whole[first + 11] = 9
    data = jpeg()
    with pytest.raises(AssetError, match="damaged"):
        planned(data[:20] + bytes(whole) + data[20:], store_of(100))
