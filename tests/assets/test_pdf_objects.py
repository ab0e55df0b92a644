"""The objects of PDF, and the unpacking of streams that have to be read."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets.pdf.objects import CutOffError, Name, Reference, parse_object
from credkit.assets.pdf.packed import Budget, unpack
from credkit.errors import MalformedError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"1", 1),
        (b"-1.5", -1.5),
        (b".5", 0.5),
        (b"1 0 R", Reference(1, 0)),
        (b"[1 0 R 2 0 3 0 R]", [Reference(1, 0), 2, 0, Reference(3, 0)]),
        (b"/A#42", "AB"),
        (b"/", ""),
        (b"<< /A 1 /B [true false null] % comment\n >>", {"A": 1, "B": [True, False, None]}),
        (b"(a \\( b (c) d)", b"a \\( b (c) d"),
        (b"<00 fF>", b"00 fF"),
        (b"<</A<</B/C>>>>", {"A": {"B": "C"}}),
    ],
)
def test_objects(text: bytes, value: object) -> None:
    assert parse_object(text + b" ")[0] == value
    assert isinstance(parse_object(b"/A ")[0], Name)


@pytest.mark.parametrize("text", [b"<< /A 1 /A 2 >>", b"<< 1 2 >>     ", b"<zz>   ", b"nothing at all", b"]      ", b"[" * 100 + b" " * 10])
def test_no_objects(text: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_object(text)


@pytest.mark.parametrize("text", [b"<< /A 1", b"(abc", b"<00", b"[1 2", b"", b"<< /A (x) /B "])
def test_cut_off_objects(text: bytes) -> None:
    with pytest.raises(CutOffError):
        parse_object(text)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_as_an_object(data: bytes) -> None:
    for text in (data, b"<<" + data, b"[" + data, b"(" + data):
        try:
            _, end = parse_object(text)
        except (MalformedError, CutOffError):
            continue
        assert end <= len(text)


def predicted(rows: list[bytes], kinds: list[int]) -> bytes:
    """The rows with differences taken as PNG does: 0 none, 1 to the byte in front, 2 to the byte above."""
    out, above = bytearray(), bytes(len(rows[0]))
    for number, row in enumerate(rows):
        kind = kinds[number % len(kinds)]
        other = {0: bytes(len(row)), 1: b"\0" + row[:-1], 2: above}.get(kind, above)
        out += bytes((kind, *((one - two) & 255 for one, two in zip(row, other, strict=True))))
        above = row
    return bytes(out)


@given(data=st.binary(min_size=5, max_size=200), kinds=st.lists(st.integers(0, 2), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_predictors(data: bytes, kinds: list[int]) -> None:
    rows = [data[at : at + 5] for at in range(0, len(data) - 4, 5)]
    stored_as = {"Filter": "FlateDecode", "DecodeParms": {"Predictor": 15, "Columns": 5}}
    assert unpack(zlib.compress(predicted(rows, kinds)), stored_as, Budget(1_000, 1_000)) == b"".join(rows)


@pytest.mark.parametrize(
    "parameters",
    [
        {"Predictor": 2, "Columns": 5},
        {"Predictor": 12, "Columns": 0},
        {"Predictor": 12, "Columns": 1 << 20},
        {"Predictor": 12, "Columns": 5, "Colors": 3},
        {"Predictor": 12, "Columns": 5, "BitsPerComponent": 16},
        {"Predictor": "12"},
    ],
)
def test_predictors_that_are_not_read(parameters: dict[str, object]) -> None:
    with pytest.raises(MalformedError, match="predicted"):
        unpack(zlib.compress(predicted([b"abcde"], [2])), {"Filter": ["Fl"], "DecodeParms": [parameters]}, Budget(1_000, 1_000))
    with pytest.raises(MalformedError, match="predicted"):
        unpack(zlib.compress(b"\4abcde\2abcde"), {"Filter": "Fl", "DecodeParms": {"Predictor": 12, "Columns": 5}}, Budget(1_000, 1_000))
    with pytest.raises(MalformedError, match="packed with"):
        unpack(b"", {"Filter": "LZWDecode"}, Budget(1_000, 1_000))
