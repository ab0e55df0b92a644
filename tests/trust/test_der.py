from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.trust.der import Element, read
from tests.forge.pki import tlv


def element(tag: int, body: bytes) -> Element:
    return read(tlv(tag, body), "test")


@given(st.integers(min_value=-(2**200), max_value=2**200))
def test_integers(value):
    assert element(0x02, value.to_bytes(26, "big", signed=True)).integer("x") == value


@pytest.mark.parametrize(
    ("body", "dotted"),
    [("2b0601050507030 4".replace(" ", ""), "1.3.6.1.5.5.7.3.4"), ("550406", "2.5.4.6"), ("00", "0.0"), ("8837", "2.999")],
)
def test_object_identifiers(body, dotted):
    assert element(0x06, bytes.fromhex(body)).oid("x") == dotted


@pytest.mark.parametrize("body", ["", "80", "2b86", "2b" + "01" * 128])
def test_broken_object_identifiers(body):
    with pytest.raises(MalformedError, match="object identifier"):
        element(0x06, bytes.fromhex(body)).oid("x")


@pytest.mark.parametrize(
    ("tag", "text", "moment"),
    [
        (0x17, b"261123070000Z", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        (0x17, b"500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
        (0x17, b"491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (0x18, b"20500101000000Z", datetime(2050, 1, 1, tzinfo=UTC)),
        (0x18, b"99991231235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_times(tag, text, moment):
    assert element(tag, text).time("x") == moment


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (0x17, b"2611230700Z"),
        (0x17, b"261123070000+0100"),
        (0x17, b"261323070000Z"),
        (0x18, b"20261123070000.5Z"),
        (0x18, b"00000101000000Z"),
        (0x18, b"999991231235959Z"),
        (0x18, "２０２６1123070000Z".encode()),
        (0x0C, b"20261123070000Z"),
    ],
)
def test_broken_times(tag, text):
    with pytest.raises(MalformedError, match="not a date"):
        element(tag, text).time("x")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "30",
        "3080020100 0000".replace(" ", ""),
        "308100",
        "30820001ff",
        "3085000000000100",
        "1f0100",
        "020100020100",
        "300302",
    ],
    ids=["empty", "no length", "indefinite", "long form of 0", "leading zero", "five octets", "long tag", "two values", "short"],
)
def test_what_is_not_der_is_refused(data):
    with pytest.raises(MalformedError) as caught:
        read(bytes.fromhex(data), "test")
    assert caught.value.code == "signingCredential.invalid"


def test_texts_never_fail():
    assert element(0x0C, "Zoë".encode()).text() == "Zoë"
    assert element(0x13, b"under_score").text() == "under_score"
    assert element(0x1E, "Zoë".encode("utf-16-be")).text() == "Zoë"
    assert element(0x0C, b"\xff").text() == "\ufffd"
    assert element(0x02, b"\x05").text() == "#020105"


def test_values_of_another_type_are_refused():
    value = element(0x04, b"\x01")
    for call in (value.integer, value.boolean, value.oid, value.bits, value.time, value.only):
        with pytest.raises(MalformedError):
            call("x")
    with pytest.raises(MalformedError, match="tag 0x04 where 0x30"):
        value.expect(0x30, "x")


def test_booleans_are_those_of_der():
    assert element(0x01, b"\xff").boolean("x") is True
    assert element(0x01, b"\x00").boolean("x") is False
    for other in (b"\x01", b"\xef", b"\x7f", b"", b"\xff\xff"):
        with pytest.raises(MalformedError, match="neither true nor false"):
            element(0x01, other).boolean("x")


def test_bits():
    assert element(0x03, bytes.fromhex("0780")).bits("x") == {0}
    assert element(0x03, bytes.fromhex("000601")).bits("x") == {5, 6, 15}


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_values_or_a_malformed_error(data):
    try:
        found = read(data, "test")
    except MalformedError:
        return
    assert found.raw == data
    for call in (found.integer, found.boolean, found.oid, found.bits, found.time):
        try:
            call("x")
        except MalformedError:
            continue
    assert isinstance(found.text(), str)
