"""Fonts: the table of the store, tables as boxes, what the directory and the space between the tables may hide, and broken files."""

from __future__ import annotations

import hashlib
import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, FontFormat, detect
from credkit.assets.engine import read_store
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.load import load_store
from credkit.sign.builder import Builder
from credkit.verify import Report, verify
from tests.assets.samples import scan, store_of
from tests.assets.samples_font import Entry, c2pa_table, font, real_tables, rendered, sfnt, signed_font
from tests.forge import pki
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.verify.case import failures, judge

FORM = FontFormat()
MISMATCH, UNKNOWN = "assertion.boxesHash.mismatch", "assertion.boxesHash.unknownBox"
SMALL = {b"head": bytes(54), b"cvt ": b"\x01\x02\x03", b"glyf": b"outline"}


def judged(data: bytes) -> Report:
    return verify(BytesSource(data))


def faults(data: bytes) -> set[str]:
    return failures(judge(data)) - {"signingCredential.untrusted"}


def changed(data: bytes, at: int, value: int = 1) -> bytes:
    return data[:at] + bytes((data[at] ^ value,)) + data[at + 1 :]


# Reading


def test_the_store_is_read_and_the_font_still_works() -> None:
    made = signed_font()
    layout = scan(made)
    assert layout.media_type == "font/ttf"
    assert layout.store is not None
    assert faults(made) == set()
    assert rendered(made) == rendered(font())
    assert judged(made).content_intact is True


@pytest.mark.parametrize(("version", "kind"), [(b"OTTO", "font/otf"), (b"true", "font/ttf"), (b"\x00\x01\x00\x00", "font/ttf")])
def test_versions(version: bytes, kind: str) -> None:
    data = sfnt(SMALL, version=version)
    assert scan(data).media_type == kind
    assert judged(data).state == "none"


def test_a_store_beside_a_reference() -> None:
    uri = b"https://example.com/font.c2pa"
    data = sfnt(SMALL | {b"C2PA": c2pa_table(store_of(500), uri)})
    layout = scan(data)
    assert layout.store is not None
    assert read_store(BytesSource(data), layout.store) == store_of(500)
    assert layout.reference is not None
    assert data[layout.reference.start : layout.reference.end] == uri


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        (b"https://example.com/font.c2pa", "kept at https://example.com/font.c2pa"),
        (b"self#jumbf=c2pa/urn:c2pa:x", "carries no Content Credentials"),
    ],
)
def test_a_reference_alone_is_told(uri: bytes, problem: str) -> None:
    data = sfnt(SMALL | {b"C2PA": c2pa_table(uri=uri)})
    located = load_store(BytesSource(data))
    assert located.store is None
    assert problem in (located.problem or "")


@pytest.mark.parametrize("head", [b"wOFF", b"wOF2", b"ttcf"])
def test_packed_fonts_and_collections_hold_none_and_say_so(head: bytes) -> None:
    data = head + bytes(60)
    layout = scan(data)
    assert layout.stores == ()
    assert "not looked for" in layout.remarks[0]
    assert list(FORM.boxes(BytesSource(data), layout)) == []
    assert judged(data).state == "none"


@pytest.mark.parametrize("data", [font(), b"wOFF" + bytes(60)])
def test_a_font_is_signed_with_a_sidecar(data: bytes) -> None:
    builder, out = Builder(), io.BytesIO()
    builder.created("digitalCreation")
    builder.sign_sidecar(data, out, pki.signer())
    assert verify(BytesSource(data), sidecar=BytesSource(out.getvalue())).state == "Valid"
    with pytest.raises(AssetError, match="puts no Content Credentials into font files"):
        builder.sign(data, io.BytesIO(), pki.signer())


# What is bound


def test_every_byte_of_every_table_is_bound_but_one_sum() -> None:
    made = signed_font(SMALL)
    source = BytesSource(made)
    for box in FORM.boxes(source, scan(made)):
        for at in range(box.span.start, box.span.end) if box.name != "C2PA" else ():
            summed = box.name == "head" and 8 <= at - box.span.start < 12
            assert faults(changed(made, at)) == (set() if summed else {MISMATCH}), (box.name, at)


def test_the_tables_may_lie_in_another_order_than_the_directory_lists_them() -> None:
    made = signed_font(dict(reversed(SMALL.items())))
    assert faults(made) == set()
    assert [box.name for box in FORM.boxes(BytesSource(made), scan(made))] == ["C2PA", "cvt ", "glyf", "head"]


def test_space_between_tables_holds_zeros_and_nothing_else() -> None:
    made = signed_font(SMALL)
    at = made.index(b"\x01\x02\x03\x00outline") + 3
    assert made[at] == 0
    assert faults(changed(made, at)) == {UNKNOWN}
    assert faults(made + b"\x00\x00\x00\x00") == {UNKNOWN}
    assert faults(made + b"hidden") == {UNKNOWN}


def test_zeros_fill_up_the_last_table() -> None:
    made = signed_font(SMALL, order=(b"C2PA", b"cvt ", b"glyf", b"head"))
    assert faults(made + bytes(-len(made) % 4)) == set()


def test_a_table_put_in_left_out_or_listed_elsewhere() -> None:
    def without(name: str) -> bytes:
        return signed_font(SMALL, edit=lambda listed, _: [item for item in listed if item["names"] != [name]])

    assert faults(without("glyf")) & {MISMATCH, UNKNOWN}
    assert faults(without("C2PA")) & {MISMATCH, UNKNOWN}
    assert faults(signed_font(SMALL, edit=lambda listed, _: listed[::-1])) == {MISMATCH}
    assert faults(signed_font(SMALL, edit=lambda listed, _: [*listed, {"names": ["post"], "hash": bytes(32), "pad": b""}])) == {MISMATCH}


def grouped(listed: list[Entry], data: bytes) -> list[Entry]:
    """All tables but that of the store in one entry, hashed with what fills up the space between them."""
    source = BytesSource(data)
    found = [box for box in FORM.boxes(source, scan(data)) if box.name != "C2PA"]
    run = bytearray(data[found[0].span.start : found[-1].span.end])
    head = next(box for box in found if box.name == "head")
    at = head.span.start - found[0].span.start + 8
    run[at : at + 4] = bytes(4)
    return [listed[0], {"names": [box.name for box in found], "hash": hashlib.sha256(run).digest(), "pad": b""}]


def test_tables_in_one_entry_are_hashed_with_what_lies_between_them() -> None:
    tables = dict(sorted((SMALL | {b"head": bytes(8) + b"\x11\x22\x33\x44" + bytes(42)}).items()))
    made = signed_font(tables, edit=grouped)
    assert faults(made) == set()
    at = made.index(b"\x01\x02\x03\x00outline") + 3
    assert faults(changed(made, at)) == {MISMATCH}
    assert faults(signed_font(dict(reversed(tables.items())), edit=grouped)) == {MISMATCH}


def all_together(listed: list[Entry], data: bytes) -> list[Entry]:
    """Every table but that of the store, which comes first in the directory and last in the file, in one entry."""
    found = [box for box in FORM.boxes(BytesSource(data), FORM.scan(BytesSource(data))) if box.name != "C2PA"]
    head = next(box.span.start for box in found if box.name == "head")
    run = bytearray(data[found[0].span.start : found[-1].span.end])
    at = head - found[0].span.start + 8
    run[at : at + 4] = bytes(4)
    return [listed[0], {"names": [box.name for box in found], "hash": hashlib.sha256(run).digest(), "pad": b""}]


def test_where_tables_of_one_entry_begin_is_bound_by_nothing_and_told() -> None:
    """The directory is in no hash, so the same bytes can be cut into other tables: another font, and the same digest."""
    sound = signed_font(dict(sorted(real_tables().items())), edit=all_together)
    assert faults(sound) == set()
    at = sound.index(b"loca") + 8
    start, length = struct.unpack(">II", sound[at : at + 8])
    forged = sound[:at] + struct.pack(">II", start + 2, length - 2) + sound[at + 8 :]
    assert rendered(forged) != rendered(sound)
    assert faults(forged) == set()
    for data in (sound, forged):
        assert judged(data).unprotected == ("where each of the 15 parts FFTM to post begins and ends",)
    assert judged(signed_font()).unprotected == ()


def test_what_else_stands_in_the_table_of_the_store() -> None:
    assert faults(signed_font(SMALL, uri=b"https://example.com/a.c2pa")) == set()
    assert faults(signed_font(SMALL, tail=b"\x00\x00\x00")) == set()
    for options in ({"tail": b"hidden"}, {"tail": bytes(4)}, {"between": b"hidden"}, {"between": bytes(4)}):
        assert faults(signed_font(SMALL, **options)) == {MISMATCH}, options


@needs_corpus
@pytest.mark.parametrize("entry", entries("font"), ids=lambda entry: entry["id"])
def test_corpus(entry: dict[str, str]) -> None:
    """A font of 2024 that lists two halves of ``head`` under names that no edition of the standard has."""
    report = judged((CORPUS / entry["path"]).read_bytes())
    assert report.state == "Invalid"
    assert MISMATCH in failures(report)


# Broken files


def record(tag: bytes, start: int, length: int) -> bytes:
    return struct.pack(">4sIII", tag, 0, start, length)


@pytest.mark.parametrize(
    "table",
    [
        b"",
        bytes(19),
        struct.pack(">HHIHHII", 0, 1, 0, 0, 0, 20, 100),
        struct.pack(">HHIHHII", 0, 1, 0, 0, 0, 0xFFFFFFFF, 1),
        struct.pack(">HHIHHII", 0, 1, 0, 0, 0, 4, 10),
        struct.pack(">HHIHHII", 0, 1, 7, 5, 0, 0, 0),
        struct.pack(">HHIHHII", 0, 1, 20, 0xFFFF, 0, 0, 0),
    ],
)
def test_a_table_that_contradicts_itself_is_no_store(table: bytes) -> None:
    data = sfnt(SMALL | {b"C2PA": table})
    layout = scan(data)
    assert layout.store is not None
    with pytest.raises(MalformedError, match="C2PA table"):
        read_store(BytesSource(data), layout.store)
    assert judged(data).state == "error"


def test_two_tables_of_credentials_are_none_that_can_be_relied_on() -> None:
    first = c2pa_table(store_of(100))
    data = b"\x00\x01\x00\x00" + struct.pack(">HHHH", 2, 32, 1, 0) + record(b"C2PA", 44, len(first)) * 2 + first
    assert len(scan(data).stores) == 2
    assert "only one is allowed" in (judged(data).problem or "")


@pytest.mark.parametrize("place", [(0, 10), (20, 1), (44, 100), (0xFFFFFFFF, 1), (44, 0xFFFFFFFF)])
def test_a_table_outside_of_the_file_or_in_the_directory_is_refused(place: tuple[int, int]) -> None:
    data = b"\x00\x01\x00\x00" + struct.pack(">HHHH", 2, 32, 1, 0) + record(b"cmap", 44, 4) + record(b"glyf", *place) + bytes(8)
    with pytest.raises(MalformedError, match="does not lie"):
        scan(data)


def test_limits() -> None:
    with pytest.raises(MalformedError, match="more than 2 tables"):
        FORM.scan(BytesSource(sfnt(SMALL)), Limits(font_tables=2))
    with pytest.raises(MalformedError, match="version"):
        FORM.scan(BytesSource(b"text, not a font"))


@pytest.mark.parametrize(
    "data", [b"true", b"true story, told at length and in plain words", b"true" + bytes(40), b"OTTO", b"\x00\x01\x00\x00" * 20]
)
def test_what_only_begins_like_a_font(data: bytes) -> None:
    found = detect(BytesSource(data))
    assert not isinstance(found, FontFormat)


@given(tail=st.binary(max_size=120), count=st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_random_directories_raise_nothing_but_malformed(tail: bytes, count: int) -> None:
    source = BytesSource(b"\x00\x01\x00\x00" + struct.pack(">HHHH", count, 0, 0, 0) + tail)
    try:
        layout = FORM.scan(source)
        list(FORM.boxes(source, layout))
        for location in layout.stores:
            read_store(source, location)
    except MalformedError:
        pass


def test_the_real_font_is_put_together_as_it_was() -> None:
    assert rendered(sfnt(real_tables())) == rendered(font())
