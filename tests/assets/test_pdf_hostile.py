"""PDF documents that lie about themselves: each is an orderly error, in bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.limits import Limits
from tests.forge.documents import STYLES, document, pdf, scan, some_store, stream, updates, with_store

STORE = some_store()


@pytest.mark.parametrize("length", [b"12 0 R", b"11 0 R", b"99 0 R", b"-1", b"1e9", b"99999999", b"(x)", b"%d" % (len(STORE) - 40), b"0"])
def test_lengths_that_lie(length: bytes) -> None:
    objects = with_store(STORE) | {11: stream(STORE, length=length), 12: stream(b"x", length=b"12 0 R")}
    with pytest.raises(MalformedError):
        scan(pdf(objects))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[: data.rindex(b"startxref")], "does not say where its cross-references are"),
        (lambda data: data + bytes(5_000), "does not say where its cross-references are"),
        (lambda data: data[: data.rindex(b"startxref")] + b"startxref\n99999999\n%%EOF", "lead in a circle or out of the file"),
        (lambda data: data[: data.rindex(b"startxref")] + b"startxref\n20\n%%EOF", "no such object"),
        (lambda data: data.replace(b"/Root 1 0 R", b"/Prev 99999"), "lead in a circle or out of the file"),
        (lambda data: data.replace(b"/Root 1 0 R", b"/Prev (abc)"), "lead in a circle or out of the file"),
        (lambda data: data.replace(b"\n1 1\n", b"\n1 9999999\n"), "longer than the file"),
        (lambda data: data.replace(b"trailer", b"trailor"), "has no trailer"),
        (lambda data: data.replace(b"trailer\n<<", b"trailer\n[ "), "no object"),
        (lambda data: data.replace(b"\n1 0 obj", b"\n7 0 obj"), "no such object"),
        (lambda data: data.replace(b"endstream", b"endstraem"), "does not end where it says"),
        (lambda data: data.replace(b" 00000 n", b" 0000x n"), "is damaged"),
    ],
)
def test_tables_that_lie(change: object, words: str) -> None:
    data = change(pdf(with_store(STORE)))  # type: ignore[operator]
    with pytest.raises(MalformedError) as caught:
        scan(data)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/W [1 4 2]", b"/W [9 4 2]"),
        (b"/W [1 4 2]", b"/W [1 4]  "),
        (b"/W [1 4 2]", b"/W (1 4 2)"),
        (b"/W [1 4 2]", b"/W [0 0 0]"),
        (b"/Index [0 1", b"/Index [0 x"),
        (b"/Type /XRef", b"/Type /XReg"),
        (b"/Predictor 12", b"/Predictor 02"),
        (b"/Columns 7", b"/Columns 0"),
        (b"/N 4", b"/N 9"),
        (b"/N 4", b"/N 3"),
        (b"/First ", b"/Last "),
        (b"/Type /ObjStm", b"/Type /ObjStm /Length 5"),
    ],
)
def test_streams_that_lie(old: bytes, new: bytes) -> None:
    data = pdf(with_store(STORE), "packed")
    assert old in data
    with pytest.raises(MalformedError):
        scan(data.replace(old, new))


def test_circles() -> None:
    data = pdf(with_store(STORE))
    start = int(data.split()[-2])
    with pytest.raises(MalformedError, match="circle"):
        scan(data.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % start))
    for value in (b"7 0 R", b"8 0 R"):
        with pytest.raises(MalformedError):
            scan(pdf({1: value, 7: b"1 0 R", 8: b"8 0 R"}))


def test_limits() -> None:
    data = updates(*(with_store(STORE) for _ in range(5)))
    for limits in (Limits(pdf_sections=4), Limits(pdf_objects=3), Limits(pdf_depth=1), Limits(pdf_objects_size=500)):
        with pytest.raises(MalformedError):
            scan(data, limits)
    with pytest.raises(MalformedError):
        scan(pdf(with_store(STORE), "packed"), Limits(pdf_unpacked=10))
    many = document(AF=b"[" + b"<< >> " * 2_000 + b"]")
    assert scan(pdf(many)).stores == ()
    with pytest.raises(MalformedError):
        scan(pdf(many), Limits(pdf_object_size=5_000))


def test_one_large_object_is_not_read_again_and_again() -> None:
    objects = document(AF=b"[" + b"7 0 R " * 10_000 + b"]") | {7: b"[" + b"[] " * 20_000 + b"]"}
    with pytest.raises(MalformedError, match="bytes of objects"):
        scan(pdf(objects), Limits(pdf_objects_size=1 << 18))


@pytest.mark.parametrize("style", STYLES)
def test_truncation_anywhere(style: str) -> None:
    data = pdf(with_store(b"\0\0\0\x10jumb" + bytes(8)), style)
    for length in range(len(data)):
        try:
            scan(data[:length])
        except MalformedError:
            continue


@pytest.mark.parametrize("style", STYLES)
@given(places=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_damage_anywhere(style: str, places: list[tuple[int, int]]) -> None:
    data = bytearray(pdf(with_store(b"\0\0\0\x10jumb" + bytes(8)), style))
    for place, value in places:
        data[place % len(data)] = value
    try:
        layout = scan(bytes(data))
    except MalformedError:
        return
    assert all(span.end <= len(data) for store in layout.stores for span in store.frame)
