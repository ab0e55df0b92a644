"""ISO base media files as an asset format: what is recognised and found, where stores go, and hostile files.

That nothing the file points to gets lost is in ``test_bmff_offsets``, updates are in ``test_bmff_updating``.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, detect
from credkit.assets.bmff import BmffFormat
from credkit.assets.bmff.boxes import BoxWalker
from credkit.assets.bmff.brands import media_type_of, read_brands
from credkit.assets.bmff.item_locations import Room, read_item_locations
from credkit.assets.engine import read_block, read_store
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.verify import verify
from tests.assets.samples import embedded, output, scan, store_of
from tests.assets.samples_bmff import XMP_UUID, film_of, fragmented, full, item_picture, media_of, old_film
from tests.forge.bmff import C2PA, box, c2pa_box, merkle_box
from tests.forge.corpus import CORPUS, entries, needs_corpus

FORM = BmffFormat()
FILMS: dict[str, Callable[[], bytes]] = {
    "film": film_of,
    "fragments": fragmented,
    "picture": lambda: item_picture(xmp=b"<x/>"),
    "old film": old_film,
}


def types(data: bytes) -> list[str]:
    return [found.type for found in BoxWalker(BytesSource(data)).roots()]


@pytest.mark.parametrize(
    ("brands", "handlers", "expected"),
    [
        (("isom", "mp42"), {"vide", "soun"}, "video/mp4"),
        (("isom", "mp42"), {"soun"}, "audio/mp4"),
        (("M4A ", "isom"), {"soun"}, "audio/mp4"),
        (("M4A ", "isom"), {"vide", "soun"}, "audio/mp4"),
        (("qt  ",), {"vide"}, "video/quicktime"),
        ((), {"vide"}, "video/quicktime"),
        (("heic", "mif1"), set(), "image/heic"),
        (("heix",), set(), "image/heic"),
        (("mif1", "heic"), set(), "image/heic"),
        (("mif1", "avif"), set(), "image/avif"),
        (("mif1",), set(), "image/heif"),
        (("msf1",), {"pict"}, "image/heif-sequence"),
        (("hevc", "heic", "mif1"), {"pict"}, "image/heic-sequence"),
        (("avif", "mif1", "miaf"), set(), "image/avif"),
        (("avis", "avif", "msf1"), {"pict"}, "image/avif"),
        (("mp41", "heic"), {"vide"}, "video/mp4"),
    ],
)
def test_brands_and_tracks_decide_on_the_media_type(brands: tuple[str, ...], handlers: set[str], expected: str) -> None:
    assert media_type_of(brands, frozenset(handlers)) == expected
    assert expected in FORM.media_types


def test_brands_are_read_as_far_as_they_go() -> None:
    assert read_brands(b"heic" + bytes(4) + b"mif1heic") == ("heic", "mif1", "heic")
    assert read_brands(b"heic" + bytes(4) + b"mif1he") == ("heic", "mif1")
    assert read_brands(b"heic") == ("heic",)


@pytest.mark.parametrize("brand", [b"jp2 ", b"jpx ", b"mjp2", b"crx ", b"jxl "])
def test_other_formats_of_boxes_are_left_to_others(brand: bytes) -> None:
    assert not FORM.matches(box("ftyp", brand, bytes(8)))


def test_signatures_of_other_formats_do_not_match() -> None:
    assert not FORM.matches(box("JXL ", b"\r\n\x87\n") + box("ftyp", b"jxl ", bytes(4), b"jxl "))
    assert not FORM.matches(box("jP  ", b"\r\n\x87\n") + box("ftyp", b"jp2 ", bytes(4), b"jp2 "))
    assert not FORM.matches(box("free", bytes(20)) + b"any text that is no box")
    assert not FORM.matches(b"\x00\x00\x00\x04moov")
    assert not FORM.matches(b"a poem about a moov, and other things")


@pytest.mark.parametrize("first", [b"", box("wide"), box("free", bytes(5)) + box("skip"), box("pnot", bytes(12))])
def test_films_without_brands_match(first: bytes) -> None:
    assert FORM.matches(first + box("moov", bytes(100)))
    assert FORM.matches(first + b"\x00\x00\x00\x01mdat" + bytes(20))


@pytest.mark.parametrize("first", ["styp", "moof", "sidx"])
def test_a_fragment_alone_is_told_to_be_one(first: str) -> None:
    data = box(first, bytes(32)) + box("moof", bytes(8)) + box("mdat", b"media")
    report = verify(BytesSource(data))
    assert report.state == "error"
    assert "fragment of a film" in str(report.problem)
    assert "--fragment" in str(report.problem)


def test_a_film_without_its_index_is_not_signed() -> None:
    data = box("ftyp", b"isom", bytes(4)) + box("mdat", bytes(30))
    assert scan(data).stores == ()
    assert embedded(data, None) == data
    with pytest.raises(AssetError, match="neither a film"):
        embedded(data, store_of(50))


def test_an_initialization_segment_is_not_signed() -> None:
    """Its media are in other files, about which a hash of this one would say nothing."""
    data = fragmented()
    with pytest.raises(AssetError, match="verified, not signed"):
        embedded(data[: data.index(b"moof") - 4], store_of(50))


@pytest.mark.parametrize("name", FILMS)
def test_the_store_stands_where_the_standard_wants_it(name: str) -> None:
    data = embedded(FILMS[name](), store_of(900))
    order = types(data)
    place = order.index("uuid")
    assert order[place - 1] in ("ftyp", "moov")
    assert place < order.index("mdat") or order[place - 1] == "moov"
    found = next(b for b in BoxWalker(BytesSource(data)).roots() if b.type == "uuid")
    head = data[found.span.start + 8 : found.span.start + 8 + 16 + 4 + 9 + 8]
    assert head == C2PA + bytes(4) + b"manifest\0" + bytes(8)


def test_free_space_is_not_used_up() -> None:
    data = film_of(media_first=True, kind="co64")
    assert types(embedded(data, store_of(60))) == ["ftyp", "uuid", "free", "mdat", "moov"]
    assert data[24:48] in embedded(data, store_of(60))


def test_sizes_are_those_of_the_main_picture() -> None:
    assert (scan(item_picture()).width, scan(item_picture()).height) == (31, 23)
    assert (scan(film_of()).width, scan(film_of()).height) == (31, 23)
    assert scan(film_of(handlers=(b"soun",))).width is None


def test_metadata_is_found_wherever_these_formats_keep_it() -> None:
    exif = b"II*\0\x08\0\0\0" + bytes(6)
    picture = item_picture(xmp=b"<x>picture</x>", exif=exif)
    source = BytesSource(picture)
    assert {block.kind: read_block(source, block) for block in scan(picture).metadata} == {"xmp": b"<x>picture</x>", "exif": exif}
    film = film_of() + box("uuid", XMP_UUID, b"<x>film</x>")
    assert [read_block(BytesSource(film), block) for block in scan(film).metadata] == [b"<x>film</x>"]
    start, rest = film_of(brand=b"qt  ")[:24], film_of(brand=b"qt  ")[24:]
    moov = rest[8 : int.from_bytes(rest[:4], "big")]
    movie = start + box("moov", moov, box("udta", box("XMP_", b"<x>movie</x>"))) + rest[8 + len(moov) :]
    assert [read_block(BytesSource(movie), block) for block in scan(movie).metadata] == [b"<x>movie</x>"]


def test_texts_get_other_values_where_they_stand() -> None:
    exif = b"II*\0\x08\0\0\0" + bytes(30)
    data = item_picture(xmp=b"<x>a text of some length</x>", exif=exif)
    source = BytesSource(data)
    texts = {text.kind: text for text in FORM.texts(source)}
    assert {kind: source.read(text.value.start, text.value.length) for kind, text in texts.items()} == {
        "xmp": b"<x>a text of some length</x>",
        "exif": exif,
    }
    assert output(source, FORM.with_texts(source, [])) == data
    changed = output(source, FORM.with_texts(source, [(texts["xmp"], b"<x>short</x>"), (texts["exif"], exif[:20])]))
    assert len(changed) == len(data)
    new = BytesSource(changed)
    assert [read_block(new, block) for block in scan(changed).metadata] == [b"<x>short</x>".ljust(28), exif[:20].ljust(38, b"\0")]
    with pytest.raises(AssetError, match="would need 29 bytes, and it has room for 28"):
        FORM.with_texts(source, [(texts["xmp"], bytes(29))])


def test_texts_that_are_taken_out_leave_empty_blocks() -> None:
    long, short = b"<x>" + b"secret " * 20 + b"</x>", b"<x>secret</x>"
    for xmp in (long, short):
        data = item_picture(xmp=xmp, exif=b"II*\0\x08\0\0\0" + b"secret" * 4)
        source = BytesSource(data)
        changed = output(source, FORM.with_texts(source, [(text, None) for text in FORM.texts(source)]))
        assert b"secret" not in changed
        assert len(changed) == len(data)
        assert media_of(changed)[:3] == media_of(data)[:3]
        left = {block.kind: read_block(BytesSource(changed), block) for block in scan(changed).metadata}
        assert left["xmp"].strip() == (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>' if xmp is long else b"")
        assert left["exif"].rstrip(b"\0") == b"II*\0\x08"


def test_a_remote_store_is_named_by_xmp() -> None:
    film = film_of() + box("uuid", XMP_UUID, b'<x dcterms:provenance="https://example.org/film.c2pa"/>')
    report = verify(BytesSource(film))
    assert report.failure is not None
    assert report.failure.code == "manifest.inaccessible"
    assert "example.org" in str(report.problem)


@pytest.mark.parametrize("padding", [0, 1, 7, 8, 100_000])
def test_zeros_behind_a_store_are_padding(padding: int) -> None:
    data = film_of() + c2pa_box("manifest", store_of(200) + bytes(padding))
    layout = scan(data)
    assert layout.store is not None
    assert read_store(BytesSource(data), layout.store) == store_of(200)
    assert embedded(data, None) == film_of()


@pytest.mark.parametrize("rest", [b"x", bytes(70_000) + b"x", bytes(8) + b"jumb"])
def test_anything_else_behind_a_store_stays_to_be_found(rest: bytes) -> None:
    data = film_of() + c2pa_box("manifest", store_of(200) + rest)
    layout = scan(data)
    assert layout.store is not None
    assert read_store(BytesSource(data), layout.store) == store_of(200) + rest


@pytest.mark.parametrize(
    "purposes", [("manifest", "manifest"), ("manifest", "original"), ("original", "original", "update"), ("manifest", "update", "update")]
)
def test_several_stores_count_as_none_and_all_are_removed(purposes: tuple[str, ...]) -> None:
    data = film_of() + b"".join(c2pa_box(purpose, store_of(100)) for purpose in purposes)
    layout = scan(data)
    assert len(layout.stores) == len(purposes)
    assert verify(BytesSource(data)).state == "error"
    assert embedded(data, None) == film_of()
    assert len(scan(embedded(data, store_of(80))).stores) == 1


def test_more_stores_than_anybody_needs_are_refused() -> None:
    data = film_of() + c2pa_box("manifest", store_of(60)) * 65
    with pytest.raises(MalformedError, match="more than 64 manifest stores") as caught:
        scan(data)
    assert caught.value.code == "manifest.inaccessible.malformed"


def test_boxes_with_parts_of_trees_go_with_the_store_that_they_belong_to() -> None:
    data = embedded(film_of(), store_of(100)) + merkle_box(0) + merkle_box(1)
    assert len(scan(data).stores) == 1
    assert embedded(data, None) == film_of()
    assert types(embedded(data, store_of(100))).count("uuid") == 1


def test_uuid_boxes_of_others_stay() -> None:
    other = box("uuid", bytes(range(16)), b"somebody else's")
    assert other in embedded(film_of() + other, store_of(100))
    assert embedded(embedded(film_of() + other, store_of(100)), None) == film_of() + other
    short = box("uuid", b"short")
    assert embedded(film_of() + short, None) == film_of() + short


def test_a_damaged_end_does_not_hide_a_store() -> None:
    data = embedded(film_of(), store_of(100)) + b"\x00\x00\x01\x00mdat"
    layout = scan(data)
    assert layout.store is not None
    assert any("damaged" in remark for remark in layout.remarks)
    source = BytesSource(data)
    with pytest.raises(AssetError, match="cut off or damaged"):
        FORM.embed(source, layout, store_of(100))


def test_a_damaged_description_is_a_remark() -> None:
    data = item_picture().replace(b"ipma", b"ipm\xff").replace(b"\x00\x00\x00\x00iinf", b"\x00\x00\x00\x00iinf")
    assert scan(data).width is None
    broken = bytearray(item_picture())
    at = broken.index(b"iinf") - 4
    broken[at : at + 4] = (11).to_bytes(4, "big")
    layout = scan(bytes(broken))
    assert any("damaged" in remark for remark in layout.remarks)


# Hostile files.


@pytest.mark.parametrize("name", FILMS)
def test_truncation_at_every_boundary(name: str) -> None:
    data = embedded(FILMS[name](), store_of(120))
    ends = {0}
    for found in BoxWalker(BytesSource(data)).roots():
        ends |= {found.span.start, found.span.start + 4, found.span.start + found.header, found.span.end - 1}
    for end in sorted(ends - {len(data)}):
        source = BytesSource(data[:end])
        try:
            layout = FORM.scan(source)
            FORM.embed(source, layout, store_of(120))
        except (MalformedError, AssetError):
            continue
        assert end in {found.span.start for found in BoxWalker(BytesSource(data)).roots()}


@pytest.mark.parametrize("size", [0, 1, 2, 7, 0x7FFFFFFF, 0xFFFFFFFF])
def test_lying_sizes(size: int) -> None:
    data = bytearray(film_of())
    for at in [index for index in range(len(data) - 8) if data[index + 4 : index + 8].isalpha()]:
        lying = bytes(data[:at]) + size.to_bytes(4, "big") + bytes(data[at + 4 :])
        source = BytesSource(lying)
        try:
            layout = FORM.scan(source)
            changed = output(source, FORM.embed(source, layout, store_of(50)))
        except (MalformedError, AssetError):
            continue
        assert scan(changed).store is not None


def test_a_thousand_levels_are_refused_when_they_matter() -> None:
    nested = b""
    for _ in range(1_000):
        nested = box("moov", nested)
    data = box("ftyp", b"isom", bytes(4)) + nested + box("mdat", b"media")
    source = BytesSource(data)
    layout = FORM.scan(source)
    assert layout.stores == ()
    with pytest.raises(AssetError, match="nested deeper than 16 levels"):
        FORM.embed(source, layout, store_of(50))


@pytest.mark.parametrize("kind", ["stco", "co64", "saio", "iloc", "tfra", "sidx", "iinf", "ipma", "dref"])
@pytest.mark.parametrize("count", [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x01\x00\x00"])
def test_huge_counts_in_tiny_boxes(kind: str, count: bytes) -> None:
    inner = {"iloc": b"\x44\x40" + count, "tfra": struct.pack(">II", 1, 63) + count, "sidx": bytes(18) + count[:2]}.get(kind, count)
    tiny = full(kind, inner)
    film = box("moov", box("trak", box("mdia", box("minf", box("dinf", tiny), box("stbl", tiny)))))
    picture = full("meta", full("hdlr", bytes(20)), full("pitm", b"\0\1"), tiny, box("iprp", box("ipco"), tiny))
    for content in (film, picture, film + tiny + box("mfra", tiny)):
        source = BytesSource(box("ftyp", b"isom", bytes(4)) + content)
        for action in (lambda s=source: FORM.scan(s), lambda s=source: FORM.embed(s, FORM.scan(s), store_of(50))):
            with suppress(MalformedError, AssetError):
                action()
        assert source.size < 1_000


def test_properties_that_repeat_without_end() -> None:
    """A table of 1 MB that names the same property a million times, and a property as large: neither is read for each mention."""
    linked = full("ipma", struct.pack(">I", 4_000), (struct.pack(">HB", 1, 255) + b"\x01" * 255) * 4_000)
    sizes = box("ipco", full("ispe", struct.pack(">II", 31, 23) + bytes((1 << 20) - 12)))
    inside = (full("hdlr", bytes(20)), full("pitm", b"\0\1"))
    layout = scan(box("ftyp", b"heic", bytes(4)) + full("meta", *inside, box("iprp", sizes, linked)))
    assert (layout.width, layout.height) == (31, 23)
    layout = scan(box("ftyp", b"heic", bytes(4)) + full("meta", *inside, box("iprp", sizes, *[linked] * 51)))
    assert layout.width is None
    assert any("more than 50,000 items" in remark for remark in layout.remarks)


def test_tables_larger_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credkit.assets.bmff.edit.DEFAULT_LIMITS", Limits(bmff_tables_size=30))
    source = BytesSource(film_of())
    with pytest.raises(AssetError, match="larger than 30 bytes"):
        FORM.embed(source, FORM.scan(source), store_of(50))


def test_more_items_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credkit.assets.bmff.edit.DEFAULT_LIMITS", Limits(bmff_items=3))
    source = BytesSource(item_picture())
    with pytest.raises(AssetError, match="more than 3 items"):
        FORM.embed(source, FORM.scan(source), store_of(50))


@given(data=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_random_boxes_are_an_orderly_error(data: bytes) -> None:
    for content in (box("moov", data), full("meta", data), box("moov", box("trak", data)), box("uuid", C2PA, data), data):
        source = BytesSource(box("ftyp", b"isom", bytes(4)) + content)
        try:
            layout = FORM.scan(source)
            [read_store(source, location) for location in layout.stores]
            output(source, FORM.embed(source, layout, store_of(50)))
        except (MalformedError, AssetError):
            continue


def test_damage_in_tables_is_an_orderly_error() -> None:
    generator = random.Random(5)
    for make in FILMS.values():
        data = make()
        for _ in range(300):
            spoilt = bytearray(data)
            for _ in range(generator.choice((1, 3, 9))):
                spoilt[generator.randrange(24, len(spoilt))] = generator.choice((0, 1, 0x7F, 0x80, 0xFF))
            source = BytesSource(bytes(spoilt))
            try:
                changed = output(source, FORM.embed(source, FORM.scan(source), store_of(50)))
                media_of(changed)
            except (MalformedError, AssetError, struct.error, IndexError, ZeroDivisionError):
                continue


@needs_corpus
@pytest.mark.parametrize("entry", entries("mp4", "mov", "m4a", "heic", "heif", "avif"), ids=lambda entry: str(entry["id"]))
def test_real_files_are_known_and_get_back_what_they_had(entry: dict[str, object]) -> None:
    data = (CORPUS / str(entry["path"])).read_bytes()
    assert isinstance(detect(BytesSource(data)), BmffFormat)
    source = BytesSource(data)
    try:
        layout = FORM.scan(source)
        bare = output(source, FORM.embed(source, layout, None))
    except (MalformedError, AssetError):
        assert entry["category"] == "crafted-bad" or entry.get("fragments"), "its index counts into files that are not there"
        return
    assert scan(bare).stores == ()
    if not {"moov", "meta"} & set(types(bare)) or not {"mdat", "meta"} & set(types(bare)):
        return
    signed = embedded(bare, store_of(4_321))
    assert embedded(signed, None) == bare
    assert media_of(signed) == media_of(bare) or entry["category"] == "crafted-bad"


def test_media_in_other_files_are_told() -> None:
    """A film may be nothing but an index of other files, which can be exchanged without a byte of it changing."""
    for flags, kind, told in ((0, "url ", 1), (1, "url ", 0), (0, "alis", 1), (0, "imdt", 0)):
        references = box("dinf", full("dref", struct.pack(">I", 1), full(kind, b"other.mp4\0", flags=flags)))
        film = box("moov", box("trak", box("mdia", box("minf", references))))
        picture = full("meta", full("hdlr", bytes(20)), references)
        for content in (film, picture):
            layout = FORM.scan(BytesSource(box("ftyp", b"isom", bytes(4)) + content + box("mdat", b"media")))
            assert layout.remarks == ("Media of this file lie in other files, which its hash does not cover.",) * told


def test_a_picture_that_lies_in_the_store_is_refused() -> None:
    """No hash covers a store, so whoever changed it would change the picture."""
    data = embedded(item_picture(), store_of(500))
    (location,) = FORM.scan(BytesSource(data)).stores
    assert location.fault == ""
    iloc = BytesSource(data)
    picture = next(b for b in BoxWalker(iloc).roots() if b.type == "meta")
    table = next(b for b in BoxWalker(iloc).children(picture) if b.type == "iloc")
    old = media_of(data)
    assert old == media_of(item_picture())
    first = next(entry for entry in read_item_locations(data[table.payload.start : table.payload.end], Room(100)) if not entry.method)
    field = first.extents[0][0]
    at = table.payload.start + field.at
    inside = location.slices[0].start + 100 - first.base.value
    forged = data[:at] + inside.to_bytes(field.width, "big") + data[at + field.width :]
    (location,) = FORM.scan(BytesSource(forged)).stores
    assert "parts of the picture lie in it" in location.fault
