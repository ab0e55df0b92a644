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
    detect,
    fill,
    format_for_media_type,
    frame,
    hash_ranges,
    read_store,
    write_hashed,
)
from credkit.assets.engine import included, read_block
from credkit.assets.json_lines import JsonLinesFormat
from credkit.binding import BINDERS, BINDINGS
from credkit.errors import AssetError, MalformedError
from tests.assets.catalogue import SAMPLES, Sample
from tests.assets.samples import (
    SMALLEST_STORE,
    TIFF,
    embedded,
    output,
    scan,
    store_of,
)


def source_of(item: Sample) -> BytesSource:
    return BytesSource(item.data)


WRITABLE = [name for name, item in SAMPLES.items() if item.format.writable]
ASSETS = [name for name in WRITABLE if name != "sidecar"]
DESCRIBED = {kind: [name for name in ASSETS if kind in SAMPLES[name].format.metadata_kinds] for kind in ("xmp", "exif")}
BOXED = [name for name, item in SAMPLES.items() if list(item.format.boxes(source_of(item), item.format.scan(source_of(item))))]
VALUES = {"xmp": b"<x>value</x>", "exif": TIFF}


def sample(name: str) -> tuple[AssetFormat, bytes]:
    return SAMPLES[name].format, SAMPLES[name].data


def described(form: AssetFormat, data: bytes, **values: bytes) -> bytes:
    source = BytesSource(data)
    wanted = {kind: value for kind, value in values.items() if kind in form.metadata_kinds}
    return output(source, form.with_metadata(source, form.scan(source), **wanted))


def test_every_format_has_a_sample():
    # JSON Lines are only appended to, and refuse every edit that is exercised here.
    assert {type(item) for item in FORMATS} - {JsonLinesFormat} == {item.kind for item in SAMPLES.values()}


@pytest.mark.parametrize("form", FORMATS, ids=lambda item: item.name)
def test_a_format_can_bind_what_it_writes(form):
    assert form.binding in BINDINGS
    assert form.binding in BINDERS or not form.writable
    assert form.metadata_kinds <= {"xmp", "exif"}


@pytest.mark.parametrize("name", SAMPLES)
def test_sniffing_goes_by_content(name):
    form, data = sample(name)
    assert detect(BytesSource(data)) is form
    assert next(item for item in FORMATS if item.matches(data[:4096])) is form
    assert not form.matches(b"")
    assert not form.matches(b"\x00" * 64)


@pytest.mark.parametrize("name", [name for name, item in SAMPLES.items() if not item.format.writable])
def test_what_is_only_read_is_not_written(name):
    form, data = sample(name)
    source = BytesSource(data)
    for store in (store_of(100), None):
        with pytest.raises(AssetError):
            form.embed(source, form.scan(source), store)


def test_unknown_content_has_no_format():
    for data in (b"", b"\xff", b"\xff\xd8", b"GIF89a", b"RIFF\x00\x00\x00\x00ACON", b"\x89PNG\r\n\x1a"):
        assert detect(BytesSource(data)) is None


@pytest.mark.parametrize("form", FORMATS, ids=lambda item: item.name)
def test_media_types_lead_back(form):
    for media_type in form.media_types:
        assert format_for_media_type(media_type) is form
        assert format_for_media_type(f" {media_type.upper()}; charset=binary") is form
    assert all(item.startswith(".") and item == item.lower() for item in form.extensions)
    assert format_for_media_type("text/plain") is None


@pytest.mark.parametrize("name", WRITABLE)
@pytest.mark.parametrize("size", [SMALLEST_STORE, 46, 5_000, 65_525, 65_526, 200_000])
def test_embed_read_replace(name, size):
    form, data = sample(name)
    store = store_of(size)
    signed = embedded(data, store)
    layout = scan(signed)
    assert layout.media_type == (SAMPLES[name].media_type or form.media_types[0])
    assert layout.media_type in form.media_types
    assert layout.size == len(signed)
    assert layout.remarks == ()
    assert layout.store is not None
    assert read_store(BytesSource(signed), layout.store) == store
    other = store_of(1_234, fill=0x11)
    again = embedded(signed, other)
    assert read_store(BytesSource(again), scan(again).store) == other
    assert again == embedded(data, other)


@pytest.mark.parametrize("name", ASSETS)
def test_removing_leaves_no_trace(name):
    form, data = sample(name)
    signed = embedded(data, store_of(150_000))
    bare = embedded(signed, None)
    assert bare == data or not SAMPLES[name].restores
    assert scan(bare).stores == ()
    assert b"\x5a" * 100 not in bare
    assert embedded(data, None) == data
    assert embedded(bare, None) == bare
    source = BytesSource(signed)
    assert form.embed(source, form.scan(source), None).exclusions == ()


@pytest.mark.parametrize("name", [name for name in ASSETS if SAMPLES[name].content])
def test_a_second_reader_sees_no_difference(name):
    content, data = SAMPLES[name].content, SAMPLES[name].data
    for changed in (embedded(data, store_of(70_000)), embedded(embedded(data, store_of(70_000)), None)):
        assert content(changed) == content(data)


@pytest.mark.parametrize("name", WRITABLE)
@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_one_pass_makes_the_digest_of_the_output(name, algorithm):
    form, data = sample(name)
    source = BytesSource(data)
    layout = form.scan(source)
    placeholder = form.embed(source, layout, bytes(70_000))
    sink, seen = io.BytesIO(), []
    plans = (tuple(included(placeholder.size, placeholder.exclusions)),)
    (digest,) = write_hashed(source, placeholder, sink, algorithm, plans, on_bytes=seen.append)
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


@pytest.mark.parametrize("name", WRITABLE)
def test_exclusions_are_exactly_the_frame(name):
    form, data = sample(name)
    source = BytesSource(data)
    for size in (SMALLEST_STORE, 5_000, 140_000):
        edit = form.embed(source, form.scan(source), store_of(size))
        signed = output(source, edit)
        layout = scan(signed)
        assert (*layout.size_fields, *layout.store.frame) == edit.exclusions
        assert frame(edit) == b"".join(signed[span.start : span.end] for span in edit.exclusions)


@pytest.mark.parametrize("name", WRITABLE)
@given(size=st.integers(SMALLEST_STORE + 8, 3 * 65_517 + 40))
@settings(max_examples=15, deadline=None)
def test_shape_depends_on_the_size_alone(name, size):
    form, data = sample(name)
    source = BytesSource(data)
    layout = form.scan(source)
    zeros, real = form.embed(source, layout, bytes(size)), form.embed(source, layout, store_of(size))
    assert zeros.exclusions == real.exclusions
    assert zeros.size == real.size
    rests = [
        b"".join(whole[span.start : span.end] for span in included(len(whole), real.exclusions))
        for whole in (output(source, zeros), output(source, real))
    ]
    assert rests[0] == rests[1]


def test_fill_refuses_another_shape():
    form, data = sample("jpeg")
    source = BytesSource(data)
    layout = form.scan(source)
    sink = io.BytesIO(b"untouched")
    with pytest.raises(ValueError, match="place and size"):
        fill(sink, form.embed(source, layout, bytes(100)), form.embed(source, layout, store_of(101)))
    assert sink.getvalue() == b"untouched"


@pytest.mark.parametrize("name", [name for name in BOXED if not SAMPLES[name].apart])
def test_boxes_cover_the_file_in_order(name):
    form, data = sample(name)
    for content in (data, *((embedded(data, store_of(140_000)),) if form.writable else ())):
        source = BytesSource(content)
        layout = form.scan(source)
        position = 0
        for box in form.boxes(source, layout):
            assert box.span.start == position
            assert box.span.length > 0
            position = box.span.end
        assert position == len(content)
        stores = [box.span for box in form.boxes(source, layout) if box.name == "C2PA"]
        assert [span.start for span in stores] == ([layout.store.frame[0].start] if layout.store else [])


@pytest.mark.parametrize("name", [name for name in ASSETS if SAMPLES[name].open_end])
def test_whatever_is_behind_the_end_is_kept(name):
    _, data = sample(name)
    tail = b"\x00trailing bytes\xff\xd9"
    layout = scan(data + tail)
    assert layout.stores == scan(data).stores
    assert embedded(data + tail, store_of(100)) == embedded(data, store_of(100)) + tail


def exercise(form: AssetFormat, data: bytes) -> None:
    """Everything a reader does; the two errors are all that may come out."""
    source = BytesSource(data)
    try:
        layout = form.scan(source)
    except (MalformedError, AssetError):
        return
    assert layout.size == len(data)
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
    signed = embedded(data, store_of(60)) if form.writable else data
    for length in range(len(signed)) if len(signed) < 4_000 else sorted(random.Random(3).sample(range(len(signed)), 2_000)):
        exercise(form, signed[:length])


@pytest.mark.parametrize("name", SAMPLES)
def test_damage_anywhere_is_an_orderly_error(name):
    form, data = sample(name)
    signed = embedded(data, store_of(60)) if form.writable else data
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


@pytest.mark.parametrize("name", [name for name in ASSETS if SAMPLES[name].format.metadata_kinds])
def test_edits_can_be_chained_without_a_file(name):
    form, data = sample(name)
    values = {kind: VALUES[kind] for kind in form.metadata_kinds}
    source = BytesSource(data)
    changed = EditedSource(source, form.with_metadata(source, form.scan(source), **values).pieces)
    edit = form.embed(changed, form.scan(changed), store_of(70_000))
    chained = output(changed, edit)
    assert chained == embedded(described(form, data, **VALUES), store_of(70_000))
    if content := SAMPLES[name].content:
        assert content(chained) == content(data)
    found = {block.kind: read_block(BytesSource(chained), block) for block in scan(chained).metadata}
    assert {kind: found[kind] for kind in values} == values


def texts_of(data: bytes) -> list[tuple[str, bytes]]:
    source = BytesSource(data)
    return [(text.kind, data[text.value.start : text.value.end]) for text in scan_format(data).texts(source)]


def scan_format(data: bytes) -> AssetFormat:
    form = detect(BytesSource(data))
    assert form is not None
    return form


@pytest.mark.parametrize("name", [name for name in DESCRIBED["xmp"] if name in DESCRIBED["exif"]])
def test_texts_can_be_read_changed_and_removed(name):
    form, data = sample(name)
    plain = described(form, data, xmp=b"", exif=b"")
    signed = embedded(described(form, plain, **VALUES), store_of(1_000))
    assert sorted(texts_of(signed)) == [("exif", TIFF), ("xmp", b"<x>value</x>")]
    source = BytesSource(signed)
    spans = list(form.texts(source))
    assert all(signed[text.frame.start : text.frame.end].count(signed[text.value.start : text.value.end]) for text in spans)
    assert output(source, form.with_texts(source, [])) == signed
    same = [(text, signed[text.value.start : text.value.end]) for text in spans]
    assert output(source, form.with_texts(source, same)) == signed
    other = output(source, form.with_texts(source, [(text, b"<y/>") for text in spans if text.kind == "xmp"]))
    assert sorted(texts_of(other)) == [("exif", TIFF), ("xmp", b"<y/>")]
    bare = output(source, form.with_texts(source, [(text, None) for text in spans]))
    assert texts_of(bare) == []
    if content := SAMPLES[name].content:
        assert content(bare) == content(data)
    assert read_store(BytesSource(bare), scan(bare).store) == store_of(1_000)
