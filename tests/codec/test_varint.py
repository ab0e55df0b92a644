from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec.varint import VARINT_BYTES, build_varint, read_varint


@pytest.mark.parametrize(("value", "data"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), ((1 << 64) - 1, "ff" * 9 + "01")])
def test_known_numbers(value: int, data: str) -> None:
    assert build_varint(value) == bytes.fromhex(data)
    assert read_varint(bytes.fromhex(data), 0) == (value, len(data) // 2)


@given(value=st.integers(0, (1 << 64) - 1), before=st.binary(max_size=5), after=st.binary(max_size=5))
@settings(max_examples=100, deadline=None)
def test_what_was_built_is_read(value: int, before: bytes, after: bytes) -> None:
    data = build_varint(value)
    assert read_varint(before + data + after, len(before)) == (value, len(before + data))
    assert all(read_varint(data[:length], 0) is None for length in range(len(data)))


def test_more_bytes_than_needed() -> None:
    assert read_varint(b"\x81\x80\x00", 0) == (1, 3)
    assert read_varint(b"\x80" * (VARINT_BYTES - 1) + b"\x00", 0) == (0, VARINT_BYTES)
    assert read_varint(b"\x80" * VARINT_BYTES + b"\x00", 0) is None
    assert read_varint(b"", 0) is None
    assert read_varint(b"\x01", 1) is None
