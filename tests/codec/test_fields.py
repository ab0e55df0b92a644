from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec.cbor import DateText, Tag
from credkit.codec.fields import Fields
from credkit.errors import MalformedError

GOOD = {"text": "a", "bytes": b"a", "integer": 7, "boolean": False, "list": [1], "map": {"inner": "x"}}
OPTIONAL = ["text", "bytes", "integer", "boolean", "list", "map", "maps"]
REQUIRED = {"need_text": "text", "need_bytes": "bytes", "need_integer": "integer", "need_list": "list"}


def fields(value: Any) -> Fields:
    return Fields(value, path="claim", code="claim.malformed")


def refusal(call: Any, *arguments: Any) -> MalformedError:
    with pytest.raises(MalformedError) as caught:
        call(*arguments)
    assert caught.value.code == "claim.malformed"
    return caught.value


def test_values_of_the_right_type() -> None:
    view = fields(GOOD)
    assert (view.text("text"), view.bytes("bytes"), view.integer("integer"), view.boolean("boolean")) == ("a", b"a", 7, False)
    assert (view.need_text("text"), view.need_bytes("bytes"), view.need_integer("integer"), view.need_list("list")) == ("a", b"a", 7, [1])
    assert view.list("list") == [1]
    inner = view.map("map")
    assert inner is not None
    assert inner.need_text("inner") == "x"
    assert inner.path == "claim/map"


def test_date_is_a_text() -> None:
    assert fields({"when": DateText("2026-01-01T00:00:00Z")}).text("when") == "2026-01-01T00:00:00Z"
    refusal(fields({"when": Tag(0, 1)}).text, "when")


@pytest.mark.parametrize("getter", OPTIONAL)
@pytest.mark.parametrize("value", [{}, {"other": 1}, {"key": None}])
def test_absent_optional_fields(getter: str, value: dict[str, Any]) -> None:
    found = getattr(fields(value), getter)("key")
    assert (list(found) == []) if getter == "maps" else found is None


@pytest.mark.parametrize("getter", REQUIRED)
@pytest.mark.parametrize("value", [{}, {"other": 1}, {"key": None}])
def test_absent_required_fields(getter: str, value: dict[str, Any]) -> None:
    error = refusal(getattr(fields(value), getter), "key")
    assert error.message == 'field "key" is missing'
    assert error.where == "claim"


@pytest.mark.parametrize("getter", [*OPTIONAL, *REQUIRED])
@pytest.mark.parametrize("kind", GOOD)
def test_wrong_types(getter: str, kind: str) -> None:
    accepted = REQUIRED.get(getter, {"maps": "list"}.get(getter, getter))
    if kind == accepted:
        return
    error = refusal(lambda key: list(getattr(fields({key: GOOD[kind]}), getter)(key)), "key")
    assert error.message.startswith('field "key" should be ')


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_no_integer(value: bool) -> None:
    refusal(fields({"key": value}).integer, "key")
    refusal(fields({"key": value}).need_integer, "key")
    refusal(fields({"key": 1}).boolean, "key")
    assert fields({"key": value}).boolean("key") is value


def test_integer_keys() -> None:
    assert fields({1: b"a"}).need_bytes(1) == b"a"
    assert "1" in refusal(fields({1: 2}).text, 1).message


def test_maps_name_the_place_of_a_fault() -> None:
    view = fields({"actions": [{"action": "c2pa.created"}, {"action": 1}, "x"]})
    maps = view.maps("actions")
    assert next(maps).need_text("action") == "c2pa.created"
    assert refusal(next(maps).need_text, "action").where == "claim/actions/1"
    error = refusal(next, maps)
    assert error.where == "claim/actions/2"
    assert error.message == "expected a map, found str"


@pytest.mark.parametrize("value", [None, [], "text", 1, b"", Tag(1, {})])
def test_only_maps_have_fields(value: Any) -> None:
    assert refusal(fields, value).where == "claim"


def test_unknown_fields_stay_visible() -> None:
    view = fields({"known": 1, "com.example.extra": [1]})
    assert view.raw == {"known": 1, "com.example.extra": [1]}
    assert list(view) == ["known", "com.example.extra"]
    assert "known" in view
    assert "absent" not in view
    assert view.get("com.example.extra") == [1]
    assert view.get("absent") is None


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=5) | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
        max_leaves=8,
    ),
    st.sampled_from([*OPTIONAL, *REQUIRED]),
)
def test_any_value_is_read_or_malformed(value: Any, getter: str) -> None:
    try:
        found = getattr(fields(value), getter)("a")
        if getter == "maps":
            list(found)
    except MalformedError:
        return
