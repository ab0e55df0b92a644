from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec.binary import Cursor
from credkit.errors import MalformedError


def cursor(data: bytes, **span: int) -> Cursor:
    return Cursor(data, code="general.error", where="test", **span)


def test_reading_in_order() -> None:
    reader = cursor(b"\x01\x02\x03\xff\xff\xff\xffabc\0rest")
    assert reader.uint(1, "a") == 1
    assert reader.uint(2, "b") == 0x0203
    assert reader.uint(4, "c") == 0xFFFFFFFF
    assert reader.text("d") == "abc"
    assert (reader.offset, reader.remaining) == (11, 4)
    assert reader.take(4, "e") == b"rest"
    assert reader.take(0, "f") == b""
    assert reader.remaining == 0


@pytest.mark.parametrize("count", [1, 2, 1 << 40, -1])
def test_reading_past_the_end(count: int) -> None:
    reader = cursor(b"ab", start=2)
    with pytest.raises(MalformedError) as caught:
        reader.take(count, "field")
    assert (caught.value.code, caught.value.where, caught.value.offset) == ("general.error", "test", 2)
    assert "field" in caught.value.message
    assert reader.offset == 2


def test_the_end_is_the_given_one() -> None:
    reader = cursor(b"abcd\0", start=1, end=3)
    assert reader.remaining == 2
    with pytest.raises(MalformedError):
        reader.take(3, "field")
    with pytest.raises(MalformedError, match="no terminating NUL"):
        reader.text("name")
    assert reader.take(2, "field") == b"bc"


@pytest.mark.parametrize("raw", [b"\xff\0", b"\xc3\0", b"\xed\xa0\x80\0"])
def test_text_that_is_not_utf8(raw: bytes) -> None:
    with pytest.raises(MalformedError, match="not UTF-8"):
        cursor(raw).text("name")


def test_empty_text() -> None:
    reader = cursor(b"\0x")
    assert reader.text("name") == ""
    assert reader.offset == 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40), st.lists(st.tuples(st.sampled_from(["take", "uint", "text"]), st.integers(0, 12)), max_size=12))
def test_a_cursor_never_leaves_its_bytes(data: bytes, steps: list[tuple[str, int]]) -> None:
    reader = cursor(data)
    for kind, size in steps:
        before = reader.offset
        try:
            if kind == "text":
                assert b"\0" not in reader.text("x").encode()
            elif kind == "take":
                assert len(reader.take(size, "x")) == size
            else:
                assert reader.uint(size, "x") == int.from_bytes(data[before : before + size], "big")
        except MalformedError as error:
            assert error.offset is not None  # noqa: PT017
        assert before <= reader.offset <= len(data)
