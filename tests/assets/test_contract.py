"""What every format promises, run over all of them."""

from __future__ import annotations

import hashlib
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import (
    FORMATS,
    AssetFormat,
    BytesSource,
    EditedSource,
    Insert,
    JpegFormat,
    PngFormat,
    SidecarFormat,
    detect,
    fill,
    format_for_media_type,
    frame,
    hash_ranges,
    read_store,
    write_hashed,
)
from credkit.assets.engine import included
from credkit.assets.json_lines import JsonLinesFormat
from credkit.assets.webp import WebpFormat
from credkit.errors import AssetError, MalformedError
from tests.assets.samples import (
    SMALLEST_STORE,
    TIFF,
    animated_webp,
    apng,
    embedded,
    jpeg,
    output,
    pixels,
    png,
    scan,
    store_of,
    webp,
    with_metadata,
)

SAMPLES = {
    "jpeg": (JpegFormat, jpeg()),
    "jpeg progressive": (JpegFormat, jpeg(progressive=True)),
    "jpeg restart": (JpegFormat, jpeg(restart_marker_blocks=1)),
    "png": (PngFormat, png()),
    "apng": (PngFormat, apng()),
    "webp": (WebpFormat, webp()),
    "webp lossless": (WebpFormat, webp(lossless=True)),
    "webp extended": (WebpFormat, webp(exif=b"Exif\x00\x00" + TIFF, xmp=b"<x/>")),
    "webp animated": (WebpFormat, animated_webp()),
    "sidecar": (SidecarFormat, store_of(100)),
}
PICTURES = [name for name in SAMPLES if name != "sidecar"]


def sample(name: str) -> tuple[AssetFormat, bytes]:
    kind, data = SAMPLES[name]
    return next(item for item in FORMATS if isinstance(item, kind)), data


def test_every_format_has_a_sample():
    # JSON Lines are only appended to, and refuse every edit that is exercised here.
    assert {type(item) for item in FORMATS} - {JsonLinesFormat} == {kind for kind, _ in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_sniffing_goes_by_content(name):
    form, data = sample(name)
    assert detect(BytesSource(data)) is form
    assert [item for item in FORMATS if item.matches(data[:64])] == [form]
    assert not form.matches(b"")
    assert not form.matches(b"\x00" * 64)


def test_unknown_content_has_no_format():
    for data in (b"", b"\xff", b"\xff\xd8", b"GIF89a", b"RIFF\x00\x00\x00\x00WAVE", b"\x89PNG\r\n\x1a"):
        assert detect(BytesSource(data)) is None


@pytest.mark.parametrize("form", FORMATS, ids=lambda item: item.name)
def test_media_types_lead_back(form):
    for media_type in form.media_types:
        assert format_for_media_type(media_type) is form
        assert format_for_media_type(f" {media_type.upper()}; charset=binary") is form
    assert all(item.startswith(".") and item == item.lower() for item in form.extensions)
    assert format_for_media_type("text/plain") is None


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("size", [SMALLEST_STORE, 46, 5_000, 65_525, 65_526, 200_000])
def test_embed_read_replace(name, size):
    form, data = sample(name)
    store = store_of(size)
    signed = embedded(data, store)
    layout = scan(signed)
    assert layout.media_type == form.media_types[0]
    assert layout.size == len(signed)
    assert layout.remarks == ()
    assert layout.store is not None
    assert read_store(BytesSource(signed), layout.store) == store
    other = store_of(1_234, fill=0x11)
    again = embedded(signed, other)
    assert read_store(BytesSource(again), scan(again).store) == other
    assert again == embedded(data, other)


@pytest.mark.parametrize("name", PICTURES)
def test_removing_restores_every_byte(name):
    form, data = sample(name)
    signed = embedded(data, store_of(150_000))
    assert embedded(signed, None) == data
    assert embedded(data, None) == data
    source = BytesSource(signed)
    assert form.embed(source, form.scan(source), None).exclusions == ()


@pytest.mark.parametrize("name", PICTURES)
def test_pixels_stay(name):
    _, data = sample(name)
    assert pixels(embedded(data, store_of(70_000))) == pixels(data)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_one_pass_makes_the_digest_of_the_output(name, algorithm):
    form, data = sample(name)
    source = BytesSource(data)
    layout = form.scan(source)
    placeholder = form.embed(source, layout, bytes(70_000))
    sink, seen = io.BytesIO(), []
    digest = write_hashed(source, placeholder, sink, algorithm, on_bytes=seen.append)
    assert seen[-1] == placeholder.size == len(sink.getvalue())
    assert seen == sorted(seen)
    store = store_of(70_000)
    final = form.embed(source, layout, store)
    fill(sink, placeholder, final)
    signed = sink.getvalue()
    assert signed == output(source, final)
    assert hash_ranges(BytesSource(signed), algorithm, final.exclusions) == digest
    rest = b"".join(signed[span.start : span.end] for span in included(len(signed), final.exclusions))
    assert hashlib.new(algorithm, rest).digest() == digest.value


@pytest.mark.parametrize("name", SAMPLES)
def test_exclusions_are_exactly_the_frame(name):
    form, data = sample(name)
    source = BytesSource(data)
    for size in (SMALLEST_STORE, 5_000, 140_000):
        edit = form.embed(source, form.scan(source), store_of(size))
        signed = output(source, edit)
        layout = scan(signed)
        assert (*layout.size_fields, *layout.store.frame) == edit.exclusions
        assert frame(edit) == b"".join(signed[span.start : span.end] for span in edit.exclusions)
        assert b"".join(piece.data for piece in edit.pieces if isinstance(piece, Insert)) == frame(edit)


@pytest.mark.parametrize("name", SAMPLES)
@given(size=st.integers(SMALLEST_STORE + 8, 3 * 65_517 + 40))
@settings(max_examples=15, deadline=None)
def test_shape_depends_on_the_size_alone(name, size):
    form, data = sample(name)
    source = BytesSource(data)
    layout = form.scan(source)
    zeros, real = form.embed(source, layout, bytes(size)), form.embed(source, layout, store_of(size))
    assert zeros.exclusions == real.exclusions
    assert zeros.size == real.size


def test_fill_refuses_another_shape():
    form, data = sample("jpeg")
    source = BytesSource(data)
    layout = form.scan(source)
    sink = io.BytesIO(b"untouched")
    with pytest.raises(ValueError, match="place and size"):
        fill(sink, form.embed(source, layout, bytes(100)), form.embed(source, layout, store_of(101)))
    assert sink.getvalue() == b"untouched"


@pytest.mark.parametrize("name", SAMPLES)
def test_boxes_cover_the_file_in_order(name):
    form, data = sample(name)
    for content in (data, embedded(data, store_of(140_000))):
        source = BytesSource(content)
        layout = form.scan(source)
        position = 0
        for box in form.boxes(source, layout):
            assert box.span.start == position
            assert box.span.length > 0
            position = box.span.end
        assert position == len(content)
        stores = [box.span for box in form.boxes(source, layout) if box.name == "C2PA"]
        assert stores == ([layout.store.frame[0]] if layout.store else [])


@pytest.mark.parametrize("name", SAMPLES)
def test_whatever_is_behind_the_end_is_kept(name):
    _, data = sample(name)
    tail = b"\x00trailing bytes\xff\xd9"
    layout = scan(data + tail)
    assert layout.stores == scan(data).stores
    if name != "sidecar":
        assert embedded(data + tail, store_of(100)) == embedded(data, store_of(100)) + tail


def exercise(form: AssetFormat, data: bytes) -> None:
    """Everything a reader does; the two errors are all that may come out."""
    source = BytesSource(data)
    try:
        layout = form.scan(source)
    except (MalformedError, AssetError):
        return
    for span in [block.frame for block in layout.metadata] + [part for store in layout.stores for part in store.frame + store.slices]:
        assert 0 <= span.start <= span.end <= len(data)
    for action in (
        lambda: [read_store(source, location) for location in layout.stores],
        lambda: sum(box.span.length for box in form.boxes(source, layout)),
        lambda: scan(output(source, form.embed(source, layout, store_of(100)))),
        lambda: output(source, form.embed(source, layout, None)),
        lambda: output(source, form.with_metadata(source, layout, xmp=b"<x/>", exif=TIFF)),
        lambda: output(source, form.with_texts(source, [(text, None) for text in form.texts(source)])),
    ):
        try:
            action()
        except (MalformedError, AssetError):
            continue


@pytest.mark.parametrize("name", SAMPLES)
def test_truncation_anywhere_is_an_orderly_error(name):
    form, data = sample(name)
    signed = embedded(data, store_of(60))
    for length in range(len(signed)):
        exercise(form, signed[:length])


@pytest.mark.parametrize("name", SAMPLES)
def test_damage_anywhere_is_an_orderly_error(name):
    form, data = sample(name)
    signed = embedded(data, store_of(60))
    generator = random.Random(7)
    for _ in range(1_500):
        spoilt = bytearray(signed)
        for _ in range(generator.choice((1, 1, 2, 8))):
            spoilt[generator.randrange(len(spoilt))] = generator.choice((0, 1, 0x7F, 0xFF, generator.randrange(256)))
        exercise(form, bytes(spoilt))


@pytest.mark.parametrize("name", SAMPLES)
@given(tail=st.binary(max_size=300), keep=st.integers(0, 64))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_an_orderly_error(name, tail, keep):
    form, data = sample(name)
    exercise(form, data[:keep] + tail)


@pytest.mark.parametrize("name", PICTURES)
def test_edits_can_be_chained_without_a_file(name):
    form, data = sample(name)
    source = BytesSource(data)
    described = EditedSource(source, form.with_metadata(source, form.scan(source), xmp=b"<x/>", exif=TIFF).pieces)
    edit = form.embed(described, form.scan(described), store_of(70_000))
    chained = output(described, edit)
    first = output(source, form.with_metadata(source, form.scan(source), xmp=b"<x/>", exif=TIFF))
    assert chained == embedded(first, store_of(70_000))
    assert pixels(chained) == pixels(data)
    layout = scan(chained)
    assert {block.kind: chained[block.slices[0].start : block.slices[0].end] for block in layout.metadata} == {
        "xmp": b"<x/>",
        "exif": TIFF,
    }


def texts_of(data: bytes) -> list[tuple[str, bytes]]:
    source = BytesSource(data)
    return [(text.kind, data[text.value.start : text.value.end]) for text in scan_format(data).texts(source)]


def scan_format(data: bytes) -> AssetFormat:
    form = detect(BytesSource(data))
    assert form is not None
    return form


@pytest.mark.parametrize("name", PICTURES)
def test_texts_can_be_read_changed_and_removed(name):
    form, data = sample(name)
    plain = with_metadata(data, xmp=b"", exif=b"")
    described = embedded(with_metadata(plain, xmp=b"<x>value</x>", exif=TIFF), store_of(1_000))
    assert sorted(texts_of(described)) == [("exif", TIFF), ("xmp", b"<x>value</x>")]
    source = BytesSource(described)
    spans = list(form.texts(source))
    assert all(described[text.frame.start : text.frame.end].count(described[text.value.start : text.value.end]) for text in spans)
    assert output(source, form.with_texts(source, [])) == described
    same = [(text, described[text.value.start : text.value.end]) for text in spans]
    assert output(source, form.with_texts(source, same)) == described
    other = output(source, form.with_texts(source, [(text, b"<y/>") for text in spans if text.kind == "xmp"]))
    assert sorted(texts_of(other)) == [("exif", TIFF), ("xmp", b"<y/>")]
    bare = output(source, form.with_texts(source, [(text, None) for text in spans]))
    assert texts_of(bare) == []
    assert pixels(bare) == pixels(data)
    assert read_store(BytesSource(bare), scan(bare).store) == store_of(1_000)
