from __future__ import annotations

import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec import cbor
from credkit.codec.cbor import Tag
from credkit.codec.cose import (
    ALG,
    CHAIN_LABELS,
    LEAST_PADDING,
    X5CHAIN,
    build_sign1,
    padding,
    parse_sign1,
    protected_header,
    to_be_signed,
)
from credkit.errors import MalformedError

EDDSA = -8
CLAIM = cbor.encode({"instanceID": "xmp:iid:1", "alg": "sha256"})
PROTECTED = protected_header(EDDSA, (b"leaf", b"issuer"))


def parse(value: Any) -> Any:
    return parse_sign1(value if isinstance(value, bytes) else cbor.encode(value), where="signature")


def refusal(value: Any) -> MalformedError:
    with pytest.raises(MalformedError) as caught:
        parse(value)
    assert caught.value.code == "claimSignature.mismatch"
    assert caught.value.where.startswith("signature")
    return caught.value


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def certificate(key: Ed25519PrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "credkit test")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    return builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(key, None).public_bytes(Encoding.DER)


def test_sign_and_verify(key: Ed25519PrivateKey, certificate: bytes) -> None:
    protected = protected_header(EDDSA, (certificate,))
    stored = build_sign1(protected, {"pad": bytes(100)}, key.sign(to_be_signed(protected, CLAIM)))
    sign1 = parse(stored)
    assert sign1.algorithm == EDDSA
    assert sign1.payload is None
    assert sign1.protected_bytes == protected
    assert sign1.unprotected == {"pad": bytes(100)}
    chain = x509.load_der_x509_certificate(sign1.protected[X5CHAIN])
    public = chain.public_key()
    public.verify(sign1.signature, to_be_signed(sign1.protected_bytes, CLAIM))
    for wrong in (to_be_signed(protected, CLAIM + b"\0"), to_be_signed(protected[:-1], CLAIM), CLAIM):
        with pytest.raises(InvalidSignature):
            public.verify(sign1.signature, wrong)


def test_structure_byte_by_byte() -> None:
    stored = build_sign1(b"\xa1\x01\x27", {}, b"s" * 64)
    assert stored == b"\xd2\x84" + b"\x43\xa1\x01\x27" + b"\xa0" + b"\xf6" + b"\x58\x40" + b"s" * 64


def test_signed_bytes_byte_by_byte() -> None:
    assert to_be_signed(b"\xa1\x01\x27", b"ab") == b"\x84\x6aSignature1\x43\xa1\x01\x27\x40\x42ab"
    assert to_be_signed(b"\xa1\x01\x27", b"ab", context="CounterSignature") == b"\x84\x70CounterSignature\x43\xa1\x01\x27\x40\x42ab"
    assert to_be_signed(b"", b"") == b"\x84\x6aSignature1\x40\x40\x40"


def test_one_certificate_is_bytes_and_more_are_an_array() -> None:
    assert cbor.decode(protected_header(EDDSA, (b"leaf",)), where="") == {ALG: EDDSA, X5CHAIN: b"leaf"}
    assert cbor.decode(PROTECTED, where="") == {ALG: EDDSA, X5CHAIN: [b"leaf", b"issuer"]}


def test_stored_bytes_of_the_protected_header_are_kept() -> None:
    odd = bytes.fromhex("bf0127ff")
    sign1 = parse(Tag(18, [odd, {}, None, b""]))
    assert sign1.protected_bytes == odd
    assert sign1.algorithm == EDDSA


@pytest.mark.parametrize("protected", [b"", b"\xa0"])
def test_empty_protected_header(protected: bytes) -> None:
    sign1 = parse(Tag(18, [protected, {ALG: EDDSA}, None, b"s"]))
    assert (sign1.protected, sign1.algorithm) == ({}, None)


@pytest.mark.parametrize("algorithm", ["EdDSA", None, True, 1.5, b"", [EDDSA]])
def test_algorithm_that_is_no_integer_counts_as_absent(algorithm: Any) -> None:
    assert parse(Tag(18, [cbor.encode({ALG: algorithm}), {}, None, b""])).algorithm is None


def test_attached_payload_is_told_apart_from_a_detached_one() -> None:
    assert parse(Tag(18, [PROTECTED, {}, b"", b"s"])).payload == b""
    assert parse(Tag(18, [PROTECTED, {}, CLAIM, b"s"])).payload == CLAIM
    assert parse(Tag(18, [PROTECTED, {}, None, b"s"])).payload is None


@pytest.mark.parametrize("number", [16, 17, 19, 96, 97, 98, 61])
def test_other_tags(number: int) -> None:
    assert "not a tagged COSE_Sign1" in refusal(Tag(number, [PROTECTED, {}, None, b"s"])).message


def test_untagged_and_tagged_twice() -> None:
    parts = [PROTECTED, {}, None, b"s"]
    refusal(parts)
    refusal(Tag(18, Tag(18, parts)))
    refusal(Tag(61, Tag(18, parts)))


@pytest.mark.parametrize("parts", [[], [PROTECTED, {}, None], [PROTECTED, {}, None, b"s", b""], {}, b"", "four", None, 4])
def test_wrong_arity(parts: Any) -> None:
    assert "array of four" in refusal(Tag(18, parts)).message


@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize("value", [None, 1, "text", [], True])
def test_parts_of_the_wrong_type(place: int, value: Any) -> None:
    parts: list[Any] = [PROTECTED, {}, None, b"s"]
    parts[place] = value
    refusal(Tag(18, parts))


@pytest.mark.parametrize("payload", ["text", 0, [], {}, False, Tag(24, b"")])
def test_payload_of_the_wrong_type(payload: Any) -> None:
    assert "payload" in refusal(Tag(18, [PROTECTED, {}, payload, b"s"])).message


@pytest.mark.parametrize(
    "protected", [b"\x01", b"\x80", b"\xf6", b"\x41a", b"\xa1", b"\xa0\x00", b"\xa1\x01\x27\x01", b"\xa2\x01\x27\x01\x27", b"\xff"]
)
def test_broken_protected_header(protected: bytes) -> None:
    refusal(Tag(18, [protected, {}, None, b"s"]))


@pytest.mark.parametrize("label", [ALG, "sigTst2", 4, -70000])
def test_label_in_both_headers(label: Any) -> None:
    protected = cbor.encode({ALG: EDDSA, label: b"a"})
    assert str(label) in refusal(Tag(18, [protected, {label: b"b"}, None, b"s"])).message
    parse(Tag(18, [protected, {"pad": b""}, None, b"s"]))


@pytest.mark.parametrize("label", CHAIN_LABELS)
def test_a_chain_in_both_headers_is_left_to_the_reader_of_chains(label: Any) -> None:
    found = parse(Tag(18, [cbor.encode({ALG: EDDSA, label: b"a"}), {label: b"b"}, None, b"s"]))
    assert (found.protected[label], found.unprotected[label]) == (b"a", b"b")


@pytest.mark.parametrize("critical", [[1], [], ["unknown"], None])
def test_critical_headers(critical: Any) -> None:
    assert "critical" in refusal(Tag(18, [cbor.encode({ALG: EDDSA, 2: critical}), {}, None, b"s"])).message
    assert "critical" in refusal(Tag(18, [PROTECTED, {2: critical}, None, b"s"])).message


def test_trailing_bytes() -> None:
    refusal(build_sign1(PROTECTED, {}, b"s") + b"\0")


def test_truncation_at_every_offset() -> None:
    stored = build_sign1(PROTECTED, {"pad": bytes(20), "sigTst2": {"tstTokens": [{"val": b"token"}]}}, b"s" * 64)
    assert parse(stored).signature == b"s" * 64
    for length in range(len(stored)):
        refusal(stored[:length])


def test_nested_headers_have_plain_types() -> None:
    sign1 = parse(build_sign1(PROTECTED, {"sigTst2": {"tstTokens": [{"val": b"token"}]}, "rVals": {"ocspVals": [b"a"]}}, b"s"))
    assert sign1.unprotected == {"sigTst2": {"tstTokens": [{"val": b"token"}]}, "rVals": {"ocspVals": [b"a"]}}
    assert type(sign1.unprotected["sigTst2"]) is dict
    assert type(sign1.unprotected["sigTst2"]["tstTokens"]) is list
    assert type(sign1.protected[X5CHAIN]) is list


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_mutations(data: st.DataObject) -> None:
    stored = bytearray(build_sign1(PROTECTED, {"pad": bytes(8)}, b"s" * 16))
    for _ in range(data.draw(st.integers(1, 4))):
        stored[data.draw(st.integers(0, len(stored) - 1))] = data.draw(st.integers(0, 255))
    try:
        sign1 = parse(bytes(stored))
    except MalformedError:
        return
    assert isinstance(sign1.protected, dict)
    assert isinstance(sign1.signature, bytes)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_random_bytes(data: bytes) -> None:
    for raw in (data, b"\xd2\x84" + data):
        try:
            parse(raw)
        except MalformedError:
            continue


@pytest.mark.parametrize("size", [0, *range(5, 600), *range(65_520, 65_570)])
def test_padding_has_every_size(size: int) -> None:
    headers = padding(size)
    assert len(build_sign1(PROTECTED, headers, b"")) == len(build_sign1(PROTECTED, {}, b"")) + size
    assert not any(b"".join(headers.values()))
    assert ("pad2" in headers) == (size in (29, 262, 65_543, 65_544))


@pytest.mark.parametrize("size", [-1, 1, 2, 3, LEAST_PADDING - 1])
def test_sizes_that_no_padding_has(size: int) -> None:
    with pytest.raises(ValueError, match="no header takes"):
        padding(size)
