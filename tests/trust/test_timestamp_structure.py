"""Time-stamps read: what a token says, and every way in which bytes are no token."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.trust.der import read
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp import TimeStampToken, check_time_stamp, parse_response, parse_token
from credkit.trust.timestamp.form import loose_parts
from tests.forge import pki, tsa
from tests.forge.pki import tlv

MESSAGE = b"what was stamped"
TSA = tsa.make_tsa()
STAMP = tsa.token(TSA, MESSAGE)
RESPONSE = tsa.response(STAMP)
POLICY = TrustPolicy.of(tsa=[TSA.root.der])
OID_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


def refused(parse, data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(MalformedError) as caught:
        parse(data, limits or Limits())
    assert caught.value.code == "timeStamp.malformed"
    assert caught.value.where == "time-stamp"
    return caught.value.message


def test_what_a_token_says():
    stamp = parse_token(
        tsa.token(TSA, MESSAGE, imprint=b"\x07" * 32, imprint_hash="sha384", time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    )
    assert stamp.time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert stamp.imprint == b"\x07" * 32
    assert stamp.imprint_algorithm == "2.16.840.1.101.3.4.2.2"
    assert sorted(stamp.certificates) == sorted(TSA.chain)
    assert stamp.signer.digest_algorithm == "2.16.840.1.101.3.4.2.1"
    assert stamp.signer.signature_algorithm.oid == "1.2.840.10045.4.3.2"
    assert stamp.signer.content_type == "1.2.840.113549.1.9.16.1.4"
    assert len(stamp.signer.message_digest) == 32
    assert [oid for oid, _ in stamp.signer.certificate_digests] == ["2.16.840.1.101.3.4.2.1"]
    assert stamp.signer.signed_attributes[:1] == b"\x31"
    assert stamp.signer.key_identifier is None


@pytest.mark.parametrize("status", [0, 1])
def test_a_granted_response_is_its_token(status):
    assert parse_response(tsa.response(STAMP, status)) == parse_token(STAMP)


@pytest.mark.parametrize("status", [2, 3, 4, 5, 6, 0x7F, 0xFF])
def test_a_refusal_is_no_token(status):
    refused(parse_response, tsa.response(STAMP, status))
    refused(parse_response, tsa.response(None, status))


def test_a_grant_without_a_token():
    refused(parse_response, tsa.response(None, 0))


def test_one_is_not_the_other():
    refused(parse_token, RESPONSE)
    refused(parse_response, STAMP)


@pytest.mark.parametrize(
    "how",
    [
        {"signers": 0},
        {"signers": 2},
        {"encapsulated": "data"},
        {"encapsulated": "data", "version": "v1"},
        {"without_imprint": True},
        {"doubled": ("message_digest",)},
        {"doubled": ("content_type",)},
        {"doubled": ("signing_certificate_v2",)},
        {"certificates": [TSA.certificate] * 17},
    ],
    ids=", ".join,
)
def test_tokens_with_too_little_or_too_much(how):
    refused(parse_token, tsa.token(TSA, MESSAGE, **how))
    refused(parse_response, tsa.response(tsa.token(TSA, MESSAGE, **how)))


@pytest.mark.parametrize(
    "time",
    [
        b"",
        b"Z",
        b"999991231235959Z",
        b"99999991231235959Z",
        b"20260102030405",
        b"20260102030405+0000",
        b"20260102030405+0100",
        b"202601020304Z",
        b"20260102030405.Z",
        b"20260102030405,5Z",
        b"20260102030405.1234567890Z",
        b"20260102030405ZZ",
        b"20260102030405Z\n",
        b"2026010203040\xb2Z",
        b"-2026010203405Z",
        b"00000102030405Z",
        b"20261302030405Z",
        b"20260230030405Z",
        b"20260102250405Z",
        b"20260102036305Z",
        b"20260102030460Z",
        b"20260102030461Z",
        b"\xff" * 15,
        b"1" * 70_000,
    ],
    ids=lambda time: repr(time[:30]),
)
def test_times_that_are_none(time):
    assert "genTime" in refused(parse_token, tsa.token(TSA, MESSAGE, raw_time=time))


@pytest.mark.parametrize(("text", "microsecond"), [("", 0), (".5", 500_000), (".742447", 742_447), (".742447999", 742_447), (".000", 0)])
def test_fractions(text, microsecond):
    raw = f"20260102030405{text}Z".encode()
    assert parse_token(tsa.token(TSA, MESSAGE, raw_time=raw)).time == datetime(2026, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC)


def test_bytes_behind_and_before():
    for data in (STAMP + b"\0", STAMP + STAMP, b"\0" + STAMP, STAMP[1:]):
        refused(parse_token, data)
    for data in (RESPONSE + b"\0", tlv(0x30, RESPONSE[4:], b"\x05\x00"), tlv(0x30, RESPONSE[4:], STAMP)):
        refused(parse_response, data)


# Paths, as positions of children, to the structures that the signature does not cover.
ENVELOPE = [(), (1,), (1, 0), (1, 0, 1), (1, 0, 1, 0), (1, 0, 2), (1, 0, 2, 1), (1, 0, 4), (1, 0, 4, 0), (1, 0, 4, 0, 1), (1, 0, 4, 0, 2)]


@pytest.mark.parametrize("path", ENVELOPE, ids=str)
@pytest.mark.parametrize("extra", [b"\x05\x00", b"\xa7\x00", b"\x30\x00", b"\x04\x01x"], ids=lambda extra: extra.hex())
def test_values_smuggled_into_the_envelope(path, extra):
    refused(parse_token, _with_extra(STAMP, path, extra))
    refused(parse_response, tsa.response(_with_extra(STAMP, path, extra)))


def _with_extra(der: bytes, path: tuple[int, ...], extra: bytes) -> bytes:
    element = read(der, "test")
    if not path:
        return tlv(element.tag, element.body, extra)
    parts = [part.raw for part in element.children()]
    parts[path[0]] = _with_extra(parts[path[0]], path[1:], extra)
    return tlv(element.tag, *parts)


_SHA256 = bytes.fromhex("30 0d 06 09 60 86 48 01 65 03 04 02 01")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"\x02\x01\x03\x31", b"\x02\x01\x04\x31", "signed data has a version"),
        (b"\x31\x0f" + _SHA256, b"\x31\x0f" + _SHA256[:-1] + b"\x02", "other hash algorithms"),
        (b"\x31\x0f" + _SHA256 + b"\x05\x00", b"\x31\x0f" + _SHA256 + b"\x04\x00", "algorithm has other fields"),
        (b"\x02\x01\x01\x30", b"\x02\x01\x03\x30", "signature has a version"),
        (_SHA256 + b"\x05\x00\xa0", _SHA256 + b"\x04\x00\xa0", "algorithm has other fields"),
    ],
)
def test_what_no_signature_covers_says_what_it_has_to(old, new, message):
    assert STAMP.count(old) == 1, STAMP.hex()
    assert message in refused(parse_token, STAMP.replace(old, new))


def test_the_version_of_older_tokens_is_read_and_can_be_found():
    old = STAMP.replace(b"\x02\x01\x03\x31", b"\x02\x01\x01\x31")
    assert parse_token(old) == parse_token(STAMP)
    chain = parse_token(STAMP).certificates
    at = STAMP.index(b"\x02\x01\x03\x31") + 2
    assert list(loose_parts(STAMP, chain)) == []
    assert list(loose_parts(old, chain)) == [(at, at + 1, "version of a time-stamp, which is 3 as a rule")]
    whole = tsa.response(old)
    at = whole.index(b"\x02\x01\x01\x31") + 2
    assert [(start, end) for start, end, _ in loose_parts(whole, chain)] == [(at, at + 1)]


def test_certificates_that_the_path_does_not_need_can_be_found():
    chain = parse_token(STAMP).certificates
    found = [(start, end) for start, end, _ in loose_parts(STAMP, ())]
    assert [STAMP[start:end] for start, end in found] == list(chain)
    assert list(loose_parts(RESPONSE, chain)) == []


def test_words_beside_the_status_of_a_response_can_be_found():
    chain = parse_token(STAMP).certificates
    for status in (b"\x30\x03\x02\x01\x01", b"\x30\x07\x02\x01\x00\x30\x02\x0c\x00"):
        body = status + STAMP
        whole = b"\x30\x82" + len(body).to_bytes(2, "big") + body
        assert [whole[start:end] for start, end, _ in loose_parts(whole, chain)] == [status[2:] if status[-1] == 1 else status[5:]]


def test_no_bit_of_the_status_of_a_response_passes_unnoticed():
    """What surrounds the token is signed by nobody: it says what it has to, or it is refused, or it can be found."""
    chain = parse_token(STAMP).certificates
    whole = tsa.response(STAMP)
    start = whole.index(b"\x30\x03\x02\x01\x00")
    for index in range(start + 5):
        for bit in range(8):
            changed = bytearray(whole)
            changed[index] ^= 1 << bit
            if parsed(parse_response, bytes(changed)) is not None:
                assert [place[:2] for place in loose_parts(bytes(changed), chain)] == [(start + 2, start + 5)]
                assert changed[index] == 1


@pytest.mark.parametrize("status", ["0a0100", "", "3000", "02010003020001020100", "0201000302000130020c00", "02010030020c0030020c00"])
def test_other_fields_in_the_status_of_a_response(status):
    body = bytes.fromhex(status)
    assert refused(parse_response, pki.tlv(0x30, pki.tlv(0x30, body), STAMP)) == "status has other fields than RFC 3161 gives it"


def test_a_longer_number_than_a_status_needs_can_be_found():
    whole = pki.tlv(0x30, b"\x30\x04\x02\x02\x00\x00", STAMP)
    found = list(loose_parts(whole, parse_token(STAMP).certificates))
    assert [(whole[start:end], words) for start, end, words in found] == [(b"\x02\x02\x00\x00", "words beside a time-stamp")]


def test_a_list_of_no_hash_algorithms_is_read():
    """Real tokens have it."""
    empty = STAMP.replace(b"\x31\x0f" + _SHA256 + b"\x05\x00", b"\x31\x00")
    start = empty.index(OID_SIGNED_DATA) + len(OID_SIGNED_DATA)
    inner = tlv(0xA0, tlv(0x30, empty[start + 8 :]))
    assert parse_token(tlv(0x30, OID_SIGNED_DATA, inner)) == parse_token(STAMP)


def test_size_at_the_limit_and_past_it():
    assert parse_token(STAMP, Limits(time_stamp_size=len(STAMP)))
    assert "allowed" in refused(parse_token, STAMP, Limits(time_stamp_size=len(STAMP) - 1))
    assert parse_response(RESPONSE, Limits(time_stamp_size=len(RESPONSE)))
    refused(parse_response, RESPONSE, Limits(time_stamp_size=len(RESPONSE) - 1))


def test_certificates_at_the_limit_and_past_it():
    assert parse_token(STAMP, Limits(certificates=2))
    assert "2 certificates" in refused(parse_token, STAMP, Limits(certificates=1))


def _nested(levels: int) -> bytes:
    data = b""
    for _ in range(levels):
        data = tlv(0x30, data)
    return data


HOSTILE = {
    "nothing": b"",
    "zero": b"\0",
    "sequence": b"\x30\x00",
    "deep": _nested(33),
    "very-deep": _nested(60_000),
    "deep-in-signed-data": tlv(0x30, OID_SIGNED_DATA, tlv(0xA0, _nested(40))),
    "many": tlv(0x30, *[tlv(0x30, *[b"\x05\x00"] * 256) for _ in range(250)]),
    "wide": tlv(0x30, b"\x05\x00" * 100_000),
    "indefinite": b"\x30\x80" + STAMP[4:] + b"\0\0",
    "overlong-length": b"\x30\x84\x00\x00" + STAMP[2:],
    "huge-length": b"\x30\x84\xff\xff\xff\xff" + STAMP[4:],
    "high-tag": b"\x3f\x81\x01" + STAMP[1:],
    "long-identifier": tlv(0x30, tlv(0x06, b"\x81" * 200_000 + b"\x01"), tlv(0xA0, b"")),
    "long-integer": tlv(0x30, OID_SIGNED_DATA, tlv(0xA0, tlv(0x30, tlv(0x02, b"\x7f" * 100_000)))),
    "no-signed-data": tlv(0x30, OID_SIGNED_DATA),
    "empty-signed-data": tlv(0x30, OID_SIGNED_DATA, tlv(0xA0, tlv(0x30))),
    "string-in-pieces": tlv(0x30, OID_SIGNED_DATA, tlv(0xA0, tlv(0x24, tlv(0x04, b"a"), tlv(0x04, b"b")))),
    "text": b"-----BEGIN PKCS7-----",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_are_refused(data):
    refused(parse_token, data)
    refused(parse_response, data)
    refused(parse_response, tsa.response(data))


def test_a_huge_serial_number_of_a_certificate_is_refused():
    def edit(fields: list[bytes]) -> None:
        fields[1] = tlv(0x02, b"\x01" * 2_000)

    authority = tsa.make_tsa(edit=edit)
    refused(parse_token, tsa.token(authority, MESSAGE))


def test_cut_short_at_every_byte():
    for size in range(len(STAMP)):
        refused(parse_token, STAMP[:size])
    for size in range(0, len(RESPONSE), 7):
        refused(parse_response, RESPONSE[:size])


def parsed(parse, data: bytes) -> TimeStampToken | None:
    """The token, or None for bytes that are refused as they should be."""
    try:
        return parse(data, Limits())
    except MalformedError as error:
        if error.code != "timeStamp.malformed":
            raise
        return None


def _survives(data: bytes) -> None:
    """Parsing gives a token or ``MalformedError``; judging the token gives a result, which is trusted only for what was stamped."""
    for parse in (parse_token, parse_response):
        stamp = parsed(parse, data)
        if stamp is None:
            continue
        result = check_time_stamp(stamp, MESSAGE, POLICY)
        assert result.findings
        assert result.trusted == (result.time is not None)
        if result.trusted:
            assert result.time == parse_token(STAMP).time
            assert result.chain[0] == TSA.certificate


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_random_bytes(data):
    _survives(data)


@given(st.binary(max_size=60), st.integers(0, 11), st.booleans())
@settings(max_examples=100, deadline=None)
def test_random_bytes_where_a_structure_belongs(data, depth, response):
    """The first path of structures down to ``depth`` is kept, lengths included; something else stands at its end."""
    changed = _replaced(STAMP, data, depth)
    _survives(tsa.response(changed) if response else changed)


def _replaced(der: bytes, data: bytes, depth: int) -> bytes:
    element = read(der, "test")
    if depth == 0 or not element.tag & 0x20 or not element.body:
        return tlv(element.tag, data)
    parts = [part.raw for part in element.children()]
    chosen = (depth * 7 + len(data)) % len(parts)
    parts[chosen] = _replaced(parts[chosen], data, depth - 1)
    return tlv(element.tag, *parts)


@pytest.mark.parametrize("seed", range(6))
def test_mutations(seed):
    source = random.Random(seed)
    for _ in range(150):
        data = bytearray(RESPONSE if source.random() < 0.5 else STAMP)
        for _ in range(source.choice((1, 1, 2, 8))):
            place = source.randrange(len(data))
            kind = source.randrange(4)
            if kind == 0:
                data[place] = source.randrange(256)
            elif kind == 1:
                del data[place : place + source.randrange(1, 40)]
            elif kind == 2:
                data[place:place] = source.randbytes(source.randrange(1, 20))
            else:
                start = source.randrange(len(data))
                data[place : place + 30] = data[start : start + 30]
            if not data:
                break
        _survives(bytes(data))


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))
@settings(max_examples=40, deadline=None)
def test_any_time_comes_back(time):
    raw = f"{time.year:04d}{time:%m%d%H%M%S}.{time.microsecond:06d}Z".encode()
    stamp = parse_token(tsa.token(TSA, MESSAGE, raw_time=raw))
    assert stamp.time == time.replace(tzinfo=UTC)
    result = check_time_stamp(stamp, MESSAGE, POLICY)
    assert result.trusted == (pki.NOW - timedelta(days=1) <= stamp.time <= pki.NOW + timedelta(days=365))


@pytest.mark.parametrize("count", [1_500, 1_501])
def test_the_values_in_a_token_are_counted(count: int) -> None:
    inner = [tlv(0x30, bytes.fromhex("0500") * 248) for _ in range(6)]
    data = tlv(0x30, *inner, bytes.fromhex("0500") * (count - 1 - 6 * 249))
    assert ("more than 1,500 ASN.1 values" in refused(parse_token, data)) == (count > 1_500)
