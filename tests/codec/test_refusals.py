"""What each reader says about bytes that it refuses, word for word: code, fault, structure and offset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from credkit.codec import cbor, json_text
from credkit.codec.binary import Cursor
from credkit.codec.brotli_stream import unbrotli
from credkit.codec.cose import parse_sign1
from credkit.codec.fields import Fields
from credkit.codec.jumbf import box_type, build_box, build_superbox, parse_superbox
from credkit.errors import MalformedError
from credkit.limits import Limits

CODE = "claim.cbor.invalid"
JUMBF = "manifest.inaccessible.malformed"
FEW = Limits(cbor_items=3, cbor_depth=2, json_depth=2, jumbf_boxes=3, jumbf_depth=1, store_size=80)


def said(read: Callable[[], Any]) -> str:
    with pytest.raises(MalformedError) as caught:
        read()
    return f"{caught.value.code} | {caught.value}"


CBOR = [
    ("", "CBOR ends inside an item in X at byte 0"),
    ("82", "CBOR ends inside an item in X at byte 1"),
    ("8119", "CBOR ends inside an item in X at byte 1"),
    ("811901", "CBOR ends inside an item in X at byte 1"),
    ("4261", "CBOR ends inside a string in X at byte 0"),
    ("815f42", "CBOR ends inside a string in X at byte 2"),
    ("5f6161ff", "CBOR string has a chunk of another type in X at byte 1"),
    ("5f5fffff", "CBOR string has a chunk of another type in X at byte 1"),
    ("811c", "CBOR has a reserved head in X at byte 1"),
    ("811d", "CBOR has a reserved head in X at byte 1"),
    ("811e", "CBOR has a reserved head in X at byte 1"),
    ("811f", "CBOR has a reserved head in X at byte 1"),
    ("ff", "CBOR has a reserved head in X at byte 0"),
    ("bf6161ff", "CBOR has a reserved head in X at byte 3"),
    ("a1f400", "CBOR map key is neither an integer nor a string in X at byte 1"),
    ("d8196161", "CBOR tag 25 (string reference) is not allowed in X at byte 0"),
    ("81f7", "CBOR simple value 23 is not allowed in X at byte 1"),
    ("81f820", "CBOR simple value 32 is not allowed in X at byte 1"),
    ("81818100", "CBOR is nested deeper than 2 levels in X at byte 2"),
    ("83000000", "CBOR has more than 3 items in X at byte 3"),
    ("5f404040ff", "CBOR has more than 3 items in X at byte 3"),
    ("0000", "the CBOR item is followed by 1 byte in X at byte 1"),
    ("80000102", "the CBOR item is followed by 3 bytes in X at byte 1"),
]


@pytest.mark.parametrize(("data", "words"), CBOR)
def test_cbor(data: str, words: str) -> None:
    raw = bytes.fromhex(data)
    expected = f"{CODE} | {words}"
    assert said(lambda: cbor.check(raw, where="X", code=CODE, limits=FEW)) == expected
    assert said(lambda: cbor.decode(raw, where="X", code=CODE, limits=FEW)) == expected
    assert said(lambda: cbor.member(raw, "a", where="X", code=CODE, limits=FEW)) == expected
    if "followed by" in words:
        assert cbor.item_length(raw, where="X", code=CODE, limits=FEW) == 1
    else:
        assert said(lambda: cbor.item_length(raw, where="X", code=CODE, limits=FEW)) == expected


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (lambda: cbor.check(b"", where="X"), "general.error"),
        (lambda: cbor.decode(b"", where="X"), "general.error"),
        (lambda: cbor.member(b"", "a", where="X"), "general.error"),
        (lambda: cbor.item_length(b"", where="X"), "general.error"),
        (lambda: cbor.outline(b"", where="X"), "general.error"),
    ],
)
def test_cbor_of_no_purpose(read: Callable[[], Any], code: str) -> None:
    assert said(read) == f"{code} | CBOR ends inside an item in X at byte 0"


@pytest.mark.parametrize(("items", "depth"), [(2, 0), (1, 2)])
def test_limits_of_cbor_are_the_given_ones_everywhere(items: int, depth: int) -> None:
    limits = Limits(cbor_items=items, cbor_depth=depth)
    map_of_map = bytes.fromhex("a16161a0")
    for read in (cbor.check, cbor.decode, cbor.item_length, cbor.outline):
        with pytest.raises(MalformedError, match=" more than | deeper than "):
            read(map_of_map, where="X", limits=limits)
    with pytest.raises(MalformedError, match=" more than | deeper than "):
        cbor.member(map_of_map, "a", where="X", limits=limits)


def test_values_that_only_the_second_step_of_cbor_refuses() -> None:
    assert said(lambda: cbor.decode(b"\x61\xff", where="X", code=CODE)).startswith(f"{CODE} | CBOR cannot be decoded (")
    assert "duplicate" in said(lambda: cbor.decode(bytes.fromhex("a201000100"), where="X")).lower()


@pytest.mark.parametrize("data", ["00", "80", "6161", "f6", "c1a0"])
def test_only_maps_of_cbor_have_members(data: str) -> None:
    assert said(lambda: cbor.member(bytes.fromhex(data), "a", where="X", code=CODE)) == f"{CODE} | CBOR is not a map in X at byte 0"


@pytest.mark.parametrize("data", ["a4616101616202616303616404", "bf616101616202616303616404ff"])
@pytest.mark.parametrize(("key", "value"), [("a", b"\x01"), ("b", b"\x02"), ("c", b"\x03"), ("d", b"\x04"), ("e", None)])
def test_members_of_cbor_maps(data: str, key: str, value: bytes | None) -> None:
    assert cbor.member(bytes.fromhex(data), key, where="X") == value


def test_a_value_of_cbor_is_no_key() -> None:
    assert cbor.member(bytes.fromhex("a2616161626162616d"), "b", where="X") == bytes.fromhex("616d")
    assert cbor.member(bytes.fromhex("a161616162"), "b", where="X") is None


OUTLINES = [
    ("00", (0, 0, 1, 1, ())),
    ("1903e8", (0, 0, 3, 3, ())),
    ("426162", (2, 0, 1, 3, ())),
    ("5f41614162ff", (2, 0, 1, 6, ())),
    ("6161", (3, 0, 1, 2, ())),
    ("80", (4, 0, 1, 1, ())),
    ("8301820203f6", (4, 0, 1, 6, ((1, 2), (2, 5), (5, 6)))),
    ("9f018102ff", (4, 0, 1, 5, ((1, 2), (2, 4)))),
    ("9fff", (4, 0, 1, 2, ())),
    ("a201026161a0", (5, 0, 1, 6, ((1, 2), (2, 3), (3, 5), (5, 6)))),
    ("bf016161ff", (5, 0, 1, 5, ((1, 2), (2, 4)))),
    ("d28101", (6, 0, 1, 3, ((1, 3),))),
    ("f6", (7, 0, 1, 1, ())),
]


@pytest.mark.parametrize(("data", "expected"), OUTLINES)
@pytest.mark.parametrize("before", [0, 3])
def test_outlines_of_cbor(data: str, expected: tuple[Any, ...], before: int) -> None:
    found = cbor.outline(b"\xff" * before + bytes.fromhex(data) + b"\0\xff", before, where="X")
    major, start, content, end, parts = expected
    moved = tuple((first + before, last + before) for first, last in parts)
    assert found == cbor.Outline(major, start + before, content + before, end + before, moved)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("8101", "CBOR has more than 1 items in X at byte 1"),
        ("bf01ff", "CBOR has a reserved head in X at byte 2"),
        ("a101", "CBOR ends inside an item in X at byte 2"),
        ("9f01", "CBOR ends inside an item in X at byte 2"),
        ("4261", "CBOR ends inside a string in X at byte 0"),
        ("d2", "CBOR ends inside an item in X at byte 1"),
    ],
)
def test_no_outline(data: str, words: str) -> None:
    limits = Limits(cbor_items=1) if "more than" in words else Limits()
    assert said(lambda: cbor.outline(bytes.fromhex(data), where="X", limits=limits)) == f"general.error | {words}"


@pytest.mark.parametrize("data", ["00", "6161", "5f41614162ff", "830102f6", "a20102616103", "9f8101ff"])
def test_what_is_within_the_limits_has_an_outline(data: str) -> None:
    raw = bytes.fromhex(data)
    exactly = next(count for count in range(1, 10) if _passes(raw, count))
    assert cbor.outline(raw, where="X", limits=Limits(cbor_items=exactly)).end == len(raw)


def _passes(raw: bytes, items: int) -> bool:
    try:
        cbor.check(raw, where="X", limits=Limits(cbor_items=items))
    except MalformedError:
        return False
    return True


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1 << 64, "integer 18446744073709551616 does not fit into CBOR's 64 bits"),
        (-(1 << 64) - 1, "integer 18446744073709551616 does not fit into CBOR's 64 bits"),
        ({1, 2}, "a set has no CBOR form"),
        ([object], "a type has no CBOR form"),
        ({None: 1}, "None cannot be a key of a CBOR map"),
    ],
)
def test_what_cbor_cannot_write(value: Any, words: str) -> None:
    for write in (cbor.encode, cbor.encode_in_order):
        with pytest.raises(TypeError) as caught:
            write(value)
        assert str(caught.value) == words


def test_order_of_keys_is_kept_at_every_depth() -> None:
    inner = {"b": 1, "a": 2}
    written = "a2616201616102"
    sorted_ = "a261610261620 1".replace(" ", "")
    for value, head in (
        (inner, ""),
        ([inner], "81"),
        ({1: inner}, "a101"),
        (cbor.Tag(24, inner), "d818"),
        ([cbor.Tag(24, [inner])], "81d81881"),
    ):
        assert cbor.encode_in_order(value).hex() == head + written
        assert cbor.encode(value).hex() == head + sorted_


JSON = [
    (b"\xff", "JSON cannot be decoded ('utf-8' codec can't decode byte 0xff in position 0: invalid start byte) in X"),
    (b'{"a": 1, "a": 2}', "JSON cannot be decoded (an object has the same key twice) in X"),
    (b"[1e999]", "JSON cannot be decoded (a number is too large) in X"),
    (b"[-1e999]", "JSON cannot be decoded (a number is too large) in X"),
    (b"[NaN]", "JSON cannot be decoded (NaN is not JSON) in X"),
    (b"-Infinity", "JSON cannot be decoded (-Infinity is not JSON) in X"),
    (b"[[[]]]", "JSON is nested deeper than 2 levels in X"),
    (b"[" * 200_000, "JSON is nested deeper than 2 levels in X"),
    (b'{"a": {"b": {}}}', "JSON is nested deeper than 2 levels in X"),
    (b'["\\ud800"]', "JSON has a text with half a character (a lone surrogate) in X"),
    (b'{"\\udfff": 1}', "JSON has a text with half a character (a lone surrogate) in X"),
]


@pytest.mark.parametrize(("data", "words"), JSON, ids=[str(number) for number in range(len(JSON))])
def test_json(data: bytes, words: str) -> None:
    assert said(lambda: json_text.decode(data, where="X", code=CODE, limits=FEW)) == f"{CODE} | {words}"
    assert said(lambda: json_text.decode(data, where="X", limits=FEW)) == f"general.error | {words}"


def test_json_within_the_limits() -> None:
    assert json_text.decode(b'[["\\ud83d\\ude00", 1.5e3]]', where="X", limits=FEW) == [["\U0001f600", 1500.0]]


@pytest.mark.parametrize(
    ("data", "most", "words"),
    [
        (b"", 0, "unpacks to more than 0 bytes"),
        (b"", -1, "unpacks to more than -1 bytes"),
        (b"", 10, "is cut short"),
        (b"\xff\xff\xff\xff", 10, "is not Brotli"),
    ],
)
def test_brotli(data: bytes, most: int, words: str) -> None:
    assert said(lambda: unbrotli(data, most)) == f"general.error | {words}"


@pytest.mark.parametrize("size", [1, 2, 70_000])
def test_brotli_at_the_limit_and_past_it(size: int) -> None:
    import brotli

    packed = brotli.compress(b"a" * size)
    assert unbrotli(packed, size) == b"a" * size
    if size > 1:
        assert said(lambda: unbrotli(packed, size - 1)) == f"general.error | unpacks to more than {size - 1:,} bytes"
        assert said(lambda: unbrotli(packed[:-1], size)) == "general.error | is cut short"


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda cursor: cursor.take(4, "name"), "name needs 4 bytes, and 3 are left in X at byte 1"),
        (lambda cursor: cursor.uint(8, "number"), "number needs 8 bytes, and 3 are left in X at byte 1"),
        (lambda cursor: cursor.text("label"), "label has no terminating NUL in X at byte 1"),
    ],
)
def test_cursor(read: Callable[[Cursor], Any], words: str) -> None:
    assert said(lambda: read(Cursor(b"\x01\x02\x03\x04\0", code=CODE, where="X", start=1, end=4))) == f"{CODE} | {words}"


def test_text_of_a_cursor() -> None:
    assert said(lambda: Cursor(b"\x01\xff\0", code=CODE, where="X", start=1).text("label")) == f"{CODE} | label is not UTF-8 in X at byte 3"


KIND = box_type("cbor")


def described(payload: bytes, *more: bytes) -> bytes:
    return build_box("jumb", build_box("jumd", payload) + b"".join(more))


BOXES = [
    (b"", "box length needs 4 bytes, and 0 are left in JUMBF at byte 0"),
    (b"\0\0\0\x08", "box header is cut short in JUMBF at byte 4"),
    (b"\0\0\0\x01jumb\0", "extended box length needs 8 bytes, and 1 are left in JUMBF at byte 8"),
    (b"\0\0\0\x07jumb", "box 'jumb' claims 7 bytes, which do not fit in JUMBF at byte 8"),
    (b"\0\0\0\x09jumb", "box 'jumb' claims 9 bytes, which do not fit in JUMBF at byte 8"),
    (b"\0\0\0\0jumb", "box 'jumb' claims 0 bytes, which do not fit in JUMBF at byte 8"),
    (build_box("jumd", b""), "starts with 'jumd' instead of a superbox in JUMBF at byte 0"),
    (build_box("jumb", build_box("cbor", b"")), "superbox starts with 'cbor' instead of a description box in JUMBF at byte 16"),
    (described(KIND[:15]), "content type needs 16 bytes, and 15 are left in JUMBF description box at byte 16"),
    (described(KIND), "toggles needs 1 byte, and 0 are left in JUMBF description box at byte 32"),
    (described(KIND + b"\x02a\0"), "description box has toggles that no box of C2PA has in JUMBF description box at byte 33"),
    (described(KIND + b"\x03a"), "label has no terminating NUL in JUMBF description box at byte 33"),
    (described(KIND + b"\x03\xff\0"), "label is not UTF-8 in JUMBF description box at byte 35"),
    (described(KIND + b"\x03\0"), "label is empty or holds a forbidden character in JUMBF description box at byte 34"),
    (described(KIND + b"\x05\0\0"), "identifier needs 4 bytes, and 2 are left in JUMBF description box at byte 33"),
    (described(KIND + b"\x09\0"), "hash needs 32 bytes, and 1 are left in JUMBF description box at byte 33"),
    (described(KIND + b"\x01a\0"), "description box has bytes behind its last field in JUMBF description box at byte 33"),
    (described(KIND + b"\x11"), "box length needs 4 bytes, and 0 are left in JUMBF description box at byte 33"),
    (described(KIND + b"\x11\0\0\0\x08"), "box header is cut short in JUMBF description box at byte 37"),
    (
        described(KIND + b"\x11" + build_box("c2sh", bytes(8))),
        "salt is neither 16 nor 32 bytes long in JUMBF description box at byte 49",
    ),
    (described(KIND + b"\x01", b"\0"), "box length needs 4 bytes, and 1 are left in JUMBF at byte 33"),
    (
        build_superbox(KIND, "a", build_superbox(KIND, "b")),
        "boxes are nested deeper than 1 levels in JUMBF at byte 43",
    ),
    (build_superbox(KIND, "a", build_box("free", b""), build_box("free", b"")), "more than 3 boxes in JUMBF at byte 43"),
    (bytes(81), "larger than 80 bytes in JUMBF"),
]


@pytest.mark.parametrize(("data", "words"), BOXES, ids=[str(number) for number in range(len(BOXES))])
def test_jumbf(data: bytes, words: str) -> None:
    assert said(lambda: parse_superbox(data, limits=FEW)) == f"{JUMBF} | {words}"


def test_bytes_of_a_superbox_without_salt() -> None:
    expected = "0000001d6a756d62000000156a756d6463626f7200110010800000aa00389b71" + "03" + "6100"
    built = build_superbox(KIND, "a")
    assert built.hex() == "000000236a756d620000001b" + expected[24:]
    assert parse_superbox(built).description.toggles == 3


def sign1(*parts: Any) -> bytes:
    return cbor.encode(cbor.Tag(18, list(parts)))


SIGNATURES = [
    (b"", "CBOR ends inside an item in X at byte 0"),
    (cbor.encode([b"", {}, None, b""]), "signature is not a tagged COSE_Sign1 in X"),
    (sign1(b"", {}, None), "COSE_Sign1 is not an array of four in X"),
    (sign1("", {}, None, b""), "COSE_Sign1 has a part of the wrong type in X"),
    (sign1(b"", {}, "", b""), "COSE_Sign1 payload is neither nil nor bytes in X"),
    (sign1(b"\x80", {}, None, b""), "protected header is not a map in X"),
    (sign1(b"\xa1", {}, None, b""), "CBOR ends inside an item in X protected header at byte 1"),
    (sign1(b"\xa1\x01\x26", {1: -7}, None, b""), "header 1 stands in the protected and in the unprotected part in X"),
    (sign1(cbor.encode({5: 1, "a": 2}), {5: 1, "a": 2}, None, b""), "header 5 stands in the protected and in the unprotected part in X"),
    (sign1(b"\xa1\x02\x80", {}, None, b""), "signature demands critical headers that C2PA does not define in X"),
    (sign1(b"", {2: []}, None, b""), "signature demands critical headers that C2PA does not define in X"),
]


@pytest.mark.parametrize(("data", "words"), SIGNATURES, ids=[str(number) for number in range(len(SIGNATURES))])
def test_cose(data: bytes, words: str) -> None:
    assert said(lambda: parse_sign1(data, where="X")) == f"claimSignature.mismatch | {words}"


def test_limits_of_cose_hold_for_both_of_its_documents() -> None:
    # The structure has 6 items, its protected header 9.
    data = sign1(cbor.encode({4: [1, 2, 3, 4, 5, 6]}), {}, None, b"")
    assert parse_sign1(data, where="X", limits=Limits(cbor_items=9)).protected == {4: [1, 2, 3, 4, 5, 6]}
    words = "claimSignature.mismatch | CBOR has more than"
    assert said(lambda: parse_sign1(data, where="X", limits=Limits(cbor_items=8))) == f"{words} 8 items in X protected header at byte 8"
    assert said(lambda: parse_sign1(data, where="X", limits=Limits(cbor_items=5))) == f"{words} 5 items in X at byte 14"


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda fields: fields.need_text("absent"), 'field "absent" is missing in /here'),
        (lambda fields: fields.need_bytes("absent"), 'field "absent" is missing in /here'),
        (lambda fields: fields.need_integer("absent"), 'field "absent" is missing in /here'),
        (lambda fields: fields.need_list("absent"), 'field "absent" is missing in /here'),
        (lambda fields: fields.text("map"), 'field "map" should be text in /here'),
        (lambda fields: fields.map("list"), 'field "list" should be map in /here'),
        (lambda fields: list(fields.maps("list")), "expected a map, found int in /here/list/1"),
        (lambda fields: fields.map("map").need_text(7), 'field "7" is missing in /here/map'),
    ],
)
def test_fields(read: Callable[[Fields], Any], words: str) -> None:
    assert said(lambda: read(Fields({"map": {}, "list": [{}, 5]}, path="/here", code=CODE))) == f"{CODE} | {words}"
