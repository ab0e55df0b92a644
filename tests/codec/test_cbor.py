from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credkit.codec import cbor
from credkit.codec.cbor import DateText, Tag
from credkit.errors import MalformedError
from credkit.limits import Limits

INFINITY = float("inf")


def decode(data: bytes | str, **options: Any) -> Any:
    return cbor.decode(bytes.fromhex(data) if isinstance(data, str) else data, where="test", **options)


def refusal(data: bytes | str, **options: Any) -> MalformedError:
    with pytest.raises(MalformedError) as caught:
        decode(data, **options)
    return caught.value


# RFC 8949, appendix A: what is read, and written back as the same bytes.
DETERMINISTIC: list[tuple[str, Any]] = [
    ("00", 0),
    ("01", 1),
    ("0a", 10),
    ("17", 23),
    ("1818", 24),
    ("1819", 25),
    ("1864", 100),
    ("1903e8", 1000),
    ("1a000f4240", 1_000_000),
    ("1b000000e8d4a51000", 1_000_000_000_000),
    ("1bffffffffffffffff", 18_446_744_073_709_551_615),
    ("3bffffffffffffffff", -18_446_744_073_709_551_616),
    ("20", -1),
    ("29", -10),
    ("3863", -100),
    ("3903e7", -1000),
    ("f90000", 0.0),
    ("f98000", -0.0),
    ("f93c00", 1.0),
    ("fb3ff199999999999a", 1.1),
    ("f93e00", 1.5),
    ("f97bff", 65504.0),
    ("fa47c35000", 100_000.0),
    ("fa7f7fffff", 3.4028234663852886e38),
    ("fb7e37e43c8800759c", 1.0e300),
    ("f90001", 5.960464477539063e-8),
    ("f90400", 0.00006103515625),
    ("f9c400", -4.0),
    ("fbc010666666666666", -4.1),
    ("f97c00", INFINITY),
    ("f9fc00", -INFINITY),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("c074323031332d30332d32315432303a30343a30305a", DateText("2013-03-21T20:04:00Z")),
    ("c249010000000000000000", Tag(2, bytes.fromhex("010000000000000000"))),
    ("c349010000000000000000", Tag(3, bytes.fromhex("010000000000000000"))),
    ("c11a514b67b0", Tag(1, 1_363_896_240)),
    ("c1fb41d452d9ec200000", Tag(1, 1_363_896_240.5)),
    ("d74401020304", Tag(23, bytes.fromhex("01020304"))),
    ("d818456449455446", Tag(24, bytes.fromhex("6449455446"))),
    ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", Tag(32, "http://www.example.com")),
    ("40", b""),
    ("4401020304", bytes.fromhex("01020304")),
    ("60", ""),
    ("6161", "a"),
    ("6449455446", "IETF"),
    ("62225c", '"\\'),
    ("62c3bc", "\u00fc"),
    ("63e6b0b4", "\u6c34"),
    ("64f0908591", "\U00010151"),
    ("80", []),
    ("83010203", [1, 2, 3]),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("98190102030405060708090a0b0c0d0e0f101112131415161718181819", list(range(1, 26))),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
    ("826161a161626163", ["a", {"b": "c"}]),
    ("a56161614161626142616361436164614461656145", {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}),
]

# RFC 8949, appendix A: read, but written in another form.
READ_ONLY: list[tuple[str, Any]] = [
    ("fa7f800000", INFINITY),
    ("faff800000", -INFINITY),
    ("fb7ff0000000000000", INFINITY),
    ("fbfff0000000000000", -INFINITY),
    ("5f42010243030405ff", bytes.fromhex("0102030405")),
    ("7f657374726561646d696e67ff", "streaming"),
    ("9fff", []),
    ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
    ("9f01820203820405ff", [1, [2, 3], [4, 5]]),
    ("83018202039f0405ff", [1, [2, 3], [4, 5]]),
    ("83019f0203ff820405", [1, [2, 3], [4, 5]]),
    ("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", list(range(1, 26))),
    ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    ("826161bf61626163ff", ["a", {"b": "c"}]),
    ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}),
]


def same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and (left == right) and repr(left) == repr(right)


@pytest.mark.parametrize(("data", "value"), DETERMINISTIC + READ_ONLY)
def test_appendix_a_is_read(data: str, value: Any) -> None:
    assert same(decode(data), value)


@pytest.mark.parametrize(("data", "value"), DETERMINISTIC)
def test_appendix_a_is_written(data: str, value: Any) -> None:
    assert cbor.encode(value).hex() == data


@pytest.mark.parametrize("data", ["f97e00", "fa7fc00000", "fb7ff8000000000000", "f97e01", "fb7ff0000000000001"])
def test_every_nan_is_read_and_one_is_written(data: str) -> None:
    value = decode(data)
    assert math.isnan(value)
    assert cbor.encode(value).hex() == "f97e00"


@pytest.mark.parametrize("data", ["f7", "f0", "f820", "f8ff", "f818", "e0", "f3", "f814", "f815", "f816", "f817"])
def test_simple_values_without_meaning_here_are_refused(data: str) -> None:
    error = refusal(data)
    assert "simple value" in error.message
    assert error.offset == 0


@pytest.mark.parametrize(
    "data",
    [
        *(f"{major << 5 | info:02x}" for major in range(8) for info in (28, 29, 30)),
        *(f"{major << 5 | 31:02x}" for major in (0, 1, 6, 7)),
        "81ff",
        "a1ff",
        "bf01ff",
        "c1ff",
        "8201ff",
        "9f01ff00",
        "a10102ff",
    ],
)
def test_reserved_heads_and_stray_breaks_are_refused(data: str) -> None:
    refusal(data + "0000")


@pytest.mark.parametrize("data", ["5f4101614102ff", "7f6161416101ff", "5f5f4101ffff", "7f7f6161ffff", "5f00ff", "5fc14101ff", "7f80ff"])
def test_chunks_of_another_kind_are_refused(data: str) -> None:
    assert "chunk" in refusal(data).message


@pytest.mark.parametrize("data", ["61ff", "62c328", "64f0288cbc", "63eda080", "61c3", "62c080", "7f61c361a9ff", "64f4908080"])
def test_text_that_is_not_utf8_is_refused(data: str) -> None:
    refusal(data)


@pytest.mark.parametrize("data", ["a201000100", "a261610061 6100", "a241610041 6100", "a20100180100"])
def test_duplicate_keys_are_refused(data: str) -> None:
    refusal(data)


@pytest.mark.parametrize("data", ["a26161007801 6100", "a26161007f6161ff00", "bf616100616100ff"])
def test_duplicate_keys_in_other_spellings_are_refused(data: str) -> None:
    refusal(data)


def test_text_and_byte_keys_differ() -> None:
    assert decode("a2 6161 01 4161 02") == {"a": 1, b"a": 2}


@pytest.mark.parametrize("key", ["80", "a0", "f4", "f5", "f6", "f93c00", "c000", "c06161", "d8184100", "9fff"])
def test_keys_are_integers_or_strings(key: str) -> None:
    assert "key" in refusal(f"a1{key}00").message


@pytest.mark.parametrize("tag", [25, 28, 29, 256])
@pytest.mark.parametrize("inner", ["00", "6161", "80"])
def test_tags_that_share_or_refer_are_refused(tag: int, inner: str) -> None:
    error = refusal(f"8200{cbor._head(6, tag).hex()}{inner}")
    assert f"tag {tag} " in error.message
    assert error.offset == 2


@pytest.mark.parametrize(
    "number", [*range(1, 24), 30, 35, 36, 37, 43, 52, 54, 100, 258, 260, 261, 279, 1004, 43000, 55799, 1 << 32, (1 << 64) - 1]
)
@pytest.mark.parametrize("value", [0, -1, 1.5, "a(", b"\x80\x00", [], [1, 2], {"a": 1}, None, "1999-99-99", b"0" * 16])
def test_other_tags_mean_nothing_here(number: int, value: Any) -> None:
    data = cbor.encode(Tag(number, value))
    assert decode(data) == Tag(number, value)
    assert cbor.encode(decode(data)) == data


@pytest.mark.parametrize("value", [0, 1.5, b"2020", ["2020"], None])
def test_date_that_is_no_text_stays_a_tag(value: Any) -> None:
    assert decode(cbor.encode(Tag(0, value))) == Tag(0, value)


def test_date_is_kept_as_stored() -> None:
    value = decode(b"\xc0\x6bnot a date!")
    assert type(value) is DateText
    assert value == "not a date!"
    assert cbor.encode({"when": value}) == b"\xa1\x64when\xc0\x6bnot a date!"


@pytest.mark.parametrize(("data", "offset"), [("00", 0), ("8101", 0), ("a0", 0), ("f6", 0)])
@pytest.mark.parametrize("trailing", ["00", "ff", "f6", "0000000000"])
def test_trailing_bytes_are_refused(data: str, offset: int, trailing: str) -> None:
    error = refusal(data + trailing)
    assert "follow" in error.message
    assert error.offset == len(data) // 2 + offset


@pytest.mark.parametrize("data", [data for data, _ in DETERMINISTIC + READ_ONLY])
def test_truncation_at_every_offset(data: str) -> None:
    raw = bytes.fromhex(data)
    for length in range(len(raw)):
        refusal(raw[:length])


@pytest.mark.parametrize(
    "data", ["5bffffffffffffffff", "7b7fffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff", "9a7fffffff00", "ba7fffffff"]
)
def test_claimed_lengths_cost_nothing(data: str) -> None:
    refusal(data)
    refusal(data + "00" * 100)


OPENINGS = {"array": ("81", ""), "open array": ("9f", "ff"), "map": ("a100", ""), "open map": ("bf00", "ff"), "tag": ("c6", "")}


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("depth", [1, 5, 32, 300, 3000])
def test_depth_at_the_limit_and_past_it(opening: str, depth: int) -> None:
    head, tail = OPENINGS[opening]
    limits = Limits(cbor_depth=depth)
    data = bytes.fromhex(head * depth + "f6" + tail * depth)
    cbor.check(data, where="test", limits=limits)
    if depth <= 300:
        decode(data, limits=limits)
    error = refusal(bytes.fromhex(head * (depth + 1) + "f6" + tail * (depth + 1)), limits=limits)
    assert "nested deeper" in error.message
    assert error.offset == len(head) // 2 * depth


def test_endless_nesting_is_refused_without_recursion() -> None:
    for head in ("81", "9f", "a100", "bf00", "c6"):
        refusal(bytes.fromhex(head) * 500_000)
        refusal(bytes.fromhex(head) * 500_000, limits=Limits(cbor_depth=10**6))


def test_items_at_the_limit_and_past_it() -> None:
    limits = Limits(cbor_items=1000)
    assert decode(cbor.encode([0] * 999), limits=limits) == [0] * 999
    assert "more than 1,000 items" in refusal(cbor.encode([0] * 1000), limits=limits).message
    assert len(decode(b"\x9f" + b"\0" * 999 + b"\xff", limits=limits)) == 999
    refusal(b"\x9f" + b"\0" * 1000 + b"\xff", limits=limits)


def test_chunks_count_as_items() -> None:
    limits = Limits(cbor_items=1000)
    assert decode(b"\x5f" + b"\x41a" * 999 + b"\xff", limits=limits) == b"a" * 999
    refusal(b"\x5f" + b"\x40" * 1000 + b"\xff", limits=limits)


def test_a_string_of_any_size_is_one_item() -> None:
    data = cbor.encode(b"\x9f" * (8 << 20))
    assert decode(data, limits=Limits(cbor_items=1)) == b"\x9f" * (8 << 20)


def test_refusal_names_code_and_place() -> None:
    error = refusal("820161ff", code="claim.cbor.invalid")
    assert (error.code, error.where) == ("claim.cbor.invalid", "test")
    error = refusal("8201fc", code="claim.cbor.invalid")
    assert (error.code, error.where, error.offset) == ("claim.cbor.invalid", "test", 2)
    assert refusal("").offset == 0
    assert str(refusal("8201fc")).endswith("in test at byte 2")


def test_long_content_does_not_fill_the_message() -> None:
    key = cbor.encode("k" * 10_000)
    assert len(str(refusal(b"\xa2" + key + b"\x00" + key + b"\x00"))) < 400


def test_keys_are_sorted_by_their_encoded_bytes() -> None:
    # RFC 8949, 4.2.1: the example of that section, in order (without the keys that no C2PA map has).
    value = {"aa": 6, b"": 8, "z": 5, 100: 2, 10: 1, -1: 3, "": 4, b"z": 9}
    encoded = cbor.encode(value)
    order = [10, 100, -1, b"", b"z", "", "z", "aa"]
    assert list(decode(encoded)) == order
    assert encoded == b"\xa8" + b"".join(cbor.encode(key) + cbor.encode(value[key]) for key in order)


def test_longer_keys_do_not_jump_the_queue() -> None:
    # Length first is the order of RFC 7049; here 0x1903e8 (1000) stands before 0x20 (-1).
    assert cbor.encode({-1: 0, 1000: 0}).hex() == "a21903e8002000"


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, 1j, range(3), cbor, [object()], {"a": {1}}, Tag(6, object()), 1 << 64, -(1 << 64) - 1, Tag(1 << 64, 0)]
)
def test_what_has_no_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        cbor.encode(value)


@pytest.mark.parametrize("key", [None, True, False, 1.5, (1, 2), DateText("2020"), Tag(1, 2), frozenset()])
def test_keys_that_would_not_be_read_back_are_not_written(key: Any) -> None:
    with pytest.raises(TypeError, match="cannot be a key"):
        cbor.encode({key: 0})


def test_surrogates_are_not_written() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        cbor.encode("\ud800")


def test_bytes_like_and_tuples_are_written() -> None:
    assert cbor.encode(bytearray(b"ab")) == cbor.encode(memoryview(b"ab")) == b"\x42ab"
    assert cbor.encode(memoryview(struct.pack("<2H", 1, 2)).cast("H")) == b"\x44\x01\x00\x02\x00"
    assert cbor.encode((1, (2,))) == b"\x82\x01\x81\x02"


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 64), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=30)
    | st.binary(max_size=30)
    | st.text(max_size=20).map(DateText)
)
KEYS = st.integers(-(1 << 64), (1 << 64) - 1) | st.text(max_size=10) | st.binary(max_size=10)
NUMBERS = st.integers(1, (1 << 64) - 1).filter(lambda n: n not in (25, 28, 29, 256))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5) | st.builds(Tag, NUMBERS, inner),
    max_leaves=25,
)


def depth_of(value: Any) -> int:
    if isinstance(value, DateText):
        return 1
    if isinstance(value, Tag):
        return 1 + depth_of(value.value)
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@settings(max_examples=100, deadline=None)
@given(VALUES.filter(lambda value: depth_of(value) <= 32))
def test_round_trip(value: Any) -> None:
    encoded = cbor.encode(value)
    decoded = decode(encoded)
    assert decoded == value
    assert cbor.encode(decoded) == encoded


@settings(max_examples=60, deadline=None)
@given(st.floats())
def test_floats_take_the_shortest_form_that_keeps_them(value: float) -> None:
    encoded = cbor.encode(value)
    forms = {3: ">e", 5: ">f", 9: ">d"}
    assert len(encoded) in forms
    if math.isnan(value):
        assert encoded.hex() == "f97e00"
        return
    assert struct.unpack(forms[len(encoded)], encoded[1:]) == (value,)
    for size, form in forms.items():
        if size < len(encoded):
            try:
                shorter = struct.unpack(form, struct.pack(form, value))[0]
            except OverflowError:
                continue
            assert shorter != value


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, st.none(), max_size=12))
def test_map_order(value: dict[Any, None]) -> None:
    keys = [cbor.encode(key) for key in decode(cbor.encode(value))]
    assert keys == sorted(keys)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
@example(b"\xbf\x01\xff")
@example(b"\xa1\xbf")
def test_random_bytes_are_a_value_or_malformed(data: bytes) -> None:
    try:
        value = decode(data)
    except MalformedError:
        return
    again = decode(cbor.encode(value))
    assert cbor.encode(again) == cbor.encode(value)


@settings(max_examples=100, deadline=None)
@given(VALUES.filter(lambda value: depth_of(value) <= 32), st.data())
def test_mutated_documents_are_a_value_or_malformed(value: Any, data: st.DataObject) -> None:
    raw = bytearray(cbor.encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(raw))
    except MalformedError as error:
        assert error.offset is None or 0 <= error.offset <= len(raw)  # noqa: PT017


@given(VALUES.filter(lambda value: depth_of(value) <= 32), st.binary(max_size=20))
def test_length_of_the_first_item(value: Any, padding: bytes) -> None:
    data = cbor.encode(value)
    assert cbor.item_length(data + padding, where="test") == len(data)


@pytest.mark.parametrize("data", [b"", b"\xa1", b"\x62a", b"\x1c"])
def test_length_of_what_is_no_item(data: bytes) -> None:
    with pytest.raises(MalformedError):
        cbor.item_length(data, where="test")


def walked(data: bytes, limits: Limits = Limits()) -> Any:  # noqa: B008
    """What comes out where every document is walked over before it is decoded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cbor, "_decoded_directly", lambda *_: cbor._UNFIT)  # type: ignore[attr-defined]
        return outcome(data, limits)


def outcome(data: bytes, limits: Limits = Limits()) -> Any:  # noqa: B008
    try:
        value = cbor.decode(data, where="test", limits=limits)
    except MalformedError as error:
        return error.message, error.offset
    return repr(value)


TAGGED = ["d81c80", "82d81c80d81d00", "d901008261616161", "d9010082626161d81900", "c074" + b"2026-01-01T00:00:00Z".hex(), "d28440a0f640"]
TAGGED += ["c1c2c38101", "d9d9f7a1d81c0100", "a1d81c6161d81d00", "c0d81c00", "d2d81c81d81d00"]
STRANGE_KEYS = [
    "a1f501",
    "a1f601",
    "a18001",
    "a1a001",
    "a1c10001",
    "a1fb3ff000000000000001",
    "a1c0616101",
    "a1f701",
    "d281a1f501",
    "a2010141aa02",
]
OTHERS = [
    "f7",
    "e3",
    "f820",
    "f8ff",
    "81f7",
    "a161a1f7",
    "f97e00",
    "fb7ff8000000000000",
    "fa3fc00000",
    "1800",
    "9fff",
    "bf6161f6ff",
    "5f4161ff",
]
OTHERS += [
    "61ff",
    "a2616101616102",
    "a20100180101",
    "8100ff",
    "00f6",
    "",
    "81",
    "1bffffffffffffffff",
    "3bffffffffffffffff",
    "f93c00",
    "fb8000000000000000",
]


@pytest.mark.parametrize("data", TAGGED + STRANGE_KEYS + OTHERS)
def test_what_needs_no_walk_is_what_the_walk_passes(data: str) -> None:
    raw = bytes.fromhex(data)
    assert outcome(raw) == walked(raw)


@settings(max_examples=100, deadline=None)
@given(VALUES.filter(lambda value: depth_of(value) <= 32), st.data())
def test_a_walk_changes_no_outcome(value: Any, data: st.DataObject) -> None:
    raw = bytearray(cbor.encode(value))
    for _ in range(data.draw(st.integers(0, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    limits = Limits(cbor_items=data.draw(st.sampled_from([3, 20, 200_000])), cbor_depth=data.draw(st.sampled_from([0, 1, 2, 3, 32, 100])))
    assert outcome(bytes(raw), limits) == walked(bytes(raw), limits)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40))
def test_a_walk_changes_no_outcome_of_any_bytes(raw: bytes) -> None:
    assert outcome(raw) == walked(raw)


@pytest.mark.parametrize("levels", [20, 30])
def test_shared_values_are_not_multiplied(levels: int) -> None:
    # Each list holds the one before it twice: written out the last one would have a million items, or a thousand millions.
    raw = bytes.fromhex("d81c82") * levels + b"\x00\x00" + b"".join(bytes.fromhex("d81d") + cbor.encode(at) for at in range(levels, 1, -1))
    with pytest.raises(MalformedError, match="shareable value"):
        decode(raw)


def test_what_needs_no_walk_is_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"a": [1, -1, "b", b"c", None, True, {"d": {}}], "e": 1 << 63, "f": cbor.DateText("2026-01-01T00:00:00Z")}
    data = cbor.encode(value)
    monkeypatch.setattr(cbor, "check", None)
    assert decode(data) == value
    with pytest.raises(TypeError):
        decode(data, limits=Limits(cbor_items=len(data) - 1))
