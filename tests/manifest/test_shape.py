from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec.cbor import DateText
from credkit.errors import DefinitionError
from credkit.manifest.assertions.nearest import nearest, quoted, suggestion
from credkit.manifest.assertions.shape import Anything, Boolean, Bytes, Choice, DateTime, Float, Integer, Text, pointer
from credkit.manifest.assertions.shape_map import Dictionary, Either, ListOf, Map, Named
from credkit.manifest.assertions.text_rules import date_text, forbidden_character


def refusal(shape: object, value: object, path: str = "/x") -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        shape.check(value, path)  # type: ignore[attr-defined]
    return caught.value


def test_text_is_written_in_normalization_form_c() -> None:
    assert Text().check("e\u0301te\u0301") == "été"


@pytest.mark.parametrize(
    ("character", "word"),
    [
        ("\u202e", "direction of writing"),
        ("\U000e0041", "tag"),
        ("\x85", "control"),
        ("\x00", "control"),
        ("\x7f", "control"),
        ("\ufffa", "annotation"),
        ("\ud800", "surrogate"),
    ],
)
def test_text_refuses_misleading_characters_and_names_them(character: str, word: str) -> None:
    error = refusal(Text(), f"a{character}b")
    assert word in error.message
    assert f"U+{ord(character):04X}" in error.message
    assert error.path == "/x"
    assert forbidden_character(f"a{character}") is not None


@pytest.mark.parametrize("text", ["猫", "שלום", "emoji \U0001f600", "tab\tand\nline", "\u2066isolate\u2069"])
def test_text_accepts_what_people_write(text: str) -> None:
    assert Text().check(text)


@pytest.mark.parametrize(
    ("value", "word"),
    [("", "empty"), (None, "null"), (1, "not 1"), (True, "not true"), (["a"], "a list"), ({"a": 1}, "a map"), (b"a", "not bytes")],
)
def test_text_refuses_other_things(value: object, word: str) -> None:
    assert word in refusal(Text(), value).message


def test_text_length_and_pattern() -> None:
    assert Text(maximum=3).check("abc") == "abc"
    assert "4 characters" in refusal(Text(maximum=3), "abcd").message
    assert '"ab1" is not a word' in refusal(Text(pattern="[a-z]+", means="a word"), "ab1").message
    assert refusal(Text(pattern="[a-z]+", means="a word"), "abc\n")


def test_choice_names_the_nearest() -> None:
    choice = Choice(names=("allowed", "notAllowed", "constrained"), means="use")
    assert choice.check("notAllowed") == "notAllowed"
    assert str(refusal(choice, "notAlowed")) == '/x: "notAlowed" is no use; did you mean "notAllowed"?'
    assert refusal(choice, "NOTALLOWED").message.endswith('did you mean "notAllowed"?')
    assert refusal(choice, "zzz").message == '"zzz" is no use; possible are "allowed", "notAllowed", "constrained"'
    assert "should be a use" in refusal(choice, 3).message


def test_choice_with_aliases_retired_and_own_names() -> None:
    choice = Choice(names=("c2pa.new",), means="thing", aliases={"new": "c2pa.new"}, refused={"c2pa.old": "use new"}, own="com.example")
    assert choice.check("new") == "c2pa.new"
    assert choice.check("com.example.x") == "com.example.x"
    assert refusal(choice, "c2pa.old").message == "use new"
    assert "as in" in refusal(choice, "c2pa.com.example").message
    assert "as in" in refusal(choice, "com.example\n").message


def test_bytes_take_base64_text() -> None:
    assert Bytes().check("aGk=") == b"hi"
    assert Bytes().check(bytearray(b"hi")) == b"hi"
    assert "base64" in refusal(Bytes(), "a b").message
    assert "no bytes" in refusal(Bytes(), b"").message
    assert Bytes(minimum=0).check("") == b""
    assert "32" in refusal(Bytes(lengths=(32,)), b"x").message
    assert "zeros" in refusal(Bytes(zeros=True), b"\x00\x01").message
    assert "null" in refusal(Bytes(), None).message


def test_integers_and_floats() -> None:
    assert Integer(minimum=0, maximum=5).check(5) == 5
    assert "at most 5" in refusal(Integer(minimum=0, maximum=5), 6).message
    assert "at least 0" in refusal(Integer(minimum=0), -1).message
    assert "whole number" in refusal(Integer(), 1.0).message
    assert "whole number" in refusal(Integer(), True).message
    value = Float().check(10)
    assert isinstance(value, float)
    assert value == 10.0
    for wrong in (math.nan, math.inf, 10**400):
        assert "finite" in refusal(Float(), wrong).message
    assert "at least 0" in refusal(Float(minimum=0), -0.5).message
    assert "number" in refusal(Float(), "1").message
    assert Boolean().check(False) is False
    assert "true or false" in refusal(Boolean(), 1).message


def test_times_become_cbor_times() -> None:
    assert DateTime().check(datetime(2026, 9, 20, 8, tzinfo=UTC)) == "2026-09-20T08:00:00Z"
    assert DateTime().check(datetime(2026, 9, 20, 8, tzinfo=timezone(timedelta(hours=8)))) == "2026-09-20T08:00:00+08:00"
    assert isinstance(DateTime().check("2026-09-20T08:00:00.25Z"), DateText)


@pytest.mark.parametrize(
    "value", [datetime(2026, 9, 20), "2026-09-20", "2026-09-20T08:00:00", "2026-13-20T08:00:00Z", "today", 5, None, ""]
)
def test_times_need_a_zone(value: object) -> None:
    assert refusal(DateTime(), value)


def test_date_text_keeps_valid_text() -> None:
    assert date_text("2026-09-20T08:00:00+02:00") == "2026-09-20T08:00:00+02:00"


def test_map_checks_keys_and_relations() -> None:
    shape = Map(
        means="a thing",
        required={"name": Text()},
        optional={"size": Integer(), "other": Integer()},
        excludes=(("size", "other"),),
        refused={"old": "old is gone"},
        namespaced=Anything(),
    )
    assert shape.check({"name": "x", "com.example.note": {"a": [1, None]}}) == {"name": "x", "com.example.note": {"a": [1, None]}}
    error = refusal(shape, {"name": "x", "sise": 1})
    assert str(error) == '/x/sise: "sise" is no field of a thing; did you mean "size"?'
    assert refusal(shape, {"size": 1}).message == 'the field "name" is missing from a thing'
    assert "must not stand together" in refusal(shape, {"name": "x", "size": 1, "other": 2}).message
    assert refusal(shape, {"name": "x", "old": 1}).message == "old is gone"
    assert refusal(shape, {1: 2}).message == "the key 1 is not a text"
    assert "should be a thing" in refusal(shape, []).message
    assert "null" in refusal(shape, None).message
    assert refusal(shape, {"name": None}).path == "/x/name"
    assert "needs" in refusal(Map(means="a", optional={"a": Text(), "b": Text()}, requires=(("a", "b"),)), {"a": "x"}).message
    assert "at least 1" in refusal(Map(means="a", optional={"a": Text()}, minimum=1), {}).message


def test_pointer_escapes() -> None:
    assert pointer("/a", "b/c~d") == "/a/b~1c~0d"


def test_lists_dictionaries_and_alternatives() -> None:
    assert ListOf(Integer()).check((1, 2)) == [1, 2]
    assert "empty list" in refusal(ListOf(Integer()), []).message
    assert refusal(ListOf(Integer()), [1, "2"]).path == "/x/1"
    assert "at most 1" in refusal(ListOf(Integer(), maximum=1), [1, 2]).message
    assert "at least 2" in refusal(ListOf(Integer(), minimum=2), [1]).message
    assert "should be a list" in refusal(ListOf(Integer()), "ab").message
    assert "null" in refusal(ListOf(Integer()), None).message
    words = Dictionary(means="a table", key=Text(), value=Integer())
    assert words.check({"a": 1}) == {"a": 1}
    assert "empty" in refusal(words, {}).message
    either = Either(Integer(), Map(means="a box", required={"n": Integer()}), lambda value: True)
    assert either.check(3) == 3
    assert either.check({"n": 3}) == {"n": 3}
    assert refusal(either, {"n": "3"}).path == "/x/n"


def test_recursive_shapes_end() -> None:
    tree = Named("tree", lambda: Map(means="a tree", optional={"below": ListOf(tree)}))
    value: dict[str, object] = {}
    for _ in range(200):
        value = {"below": [value]}
    assert "nested deeper" in refusal(tree, value).message
    definitions: dict[str, object] = {}
    assert tree.schema(definitions) == {"$ref": "#/$defs/tree"}
    assert list(definitions) == ["tree"]


def test_anything_bounds_depth_and_types() -> None:
    value: object = 1
    for _ in range(100):
        value = [value]
    assert "nested deeper" in refusal(Anything(), value).message
    assert Anything().check({"b": b"x", "d": datetime(2026, 1, 1, tzinfo=UTC)}) == {"b": b"x", "d": "2026-01-01T00:00:00Z"}
    assert "cannot be written as JSON" in refusal(Anything(json=True), {"b": b"x"}).message
    assert refusal(Anything(), {"f": math.nan}).path == "/x/f"
    assert "CBOR" in refusal(Anything(), 1 << 70).message
    assert "CBOR" in refusal(Anything(), object()).message
    assert refusal(Anything(), {1: 2})
    assert refusal(Anything(), {"a\x00": 2})


def test_nearest_names() -> None:
    assert nearest("trainedAlgorithmicMedai", ["trainedAlgorithmicMedia", "digitalCapture"]) == "trainedAlgorithmicMedia"
    assert nearest("AI", ["trainedAlgorithmicMedia"]) is None
    assert suggestion("q", [f"name{i}" for i in range(20)]) == ""
    assert quoted("a\u202eb") == '"a\\u202eb"'
    assert len(quoted("x" * 500)) == 62


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)


@given(json_like)
@settings(max_examples=100, deadline=None)
def test_anything_gives_what_can_be_encoded_or_refuses(value: object) -> None:
    from credkit.codec import cbor

    try:
        checked = Anything().check(value)
    except DefinitionError:
        return
    assert cbor.decode(cbor.encode(checked), where="test") == checked
