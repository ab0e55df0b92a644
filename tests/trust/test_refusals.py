"""What the readers of certificates, OCSP responses, time-stamps and keys say about bytes that they refuse, word for word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from credkit.errors import FetchError, MalformedError
from credkit.limits import Limits
from credkit.trust.certificate import Certificate
from credkit.trust.cose_key import read_cose_key
from credkit.trust.der import Element, read
from credkit.trust.fetch import Request, Response
from credkit.trust.identity.did import document_address, issuer_keys, parse_did, read_document
from credkit.trust.identity.jwk import base64url, key_of_jwk, key_of_multikey
from credkit.trust.links import find_links
from credkit.trust.lote import parse_lote
from credkit.trust.pem import pem_blocks, to_pem
from credkit.trust.revocation.ocsp import parse_ocsp_response
from credkit.trust.timestamp import parse_response, parse_token
from tests.forge.pki import tlv


def said(read: Callable[[], Any]) -> str:
    with pytest.raises(MalformedError) as caught:
        read()
    return f"{caught.value.code} | {caught.value}"


def value(tag: int, body: bytes = b"") -> Element:
    return read(tlv(tag, body), "X")


# DER


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "no ASN.1 value, or more than one in X"),
        ("05000500", "no ASN.1 value, or more than one in X"),
        ("0500050030", "no ASN.1 value, or more than one in X"),
        ("30", "ASN.1 length needs 1 byte, and 0 are left in X at byte 1"),
        ("3003", "ASN.1 value needs 3 bytes, and 0 are left in X at byte 2"),
        ("3080", "ASN.1 length is indefinite or too long in X at byte 2"),
        ("308500000000010", "ASN.1 length is indefinite or too long in X at byte 2"),
        ("3081", "ASN.1 length needs 1 byte, and 0 are left in X at byte 2"),
        ("30817f", "ASN.1 length is not in its shortest form in X at byte 3"),
        ("308200ff", "ASN.1 length is not in its shortest form in X at byte 4"),
        ("3f", "ASN.1 tag has more than one octet in X at byte 1"),
        ("1f", "ASN.1 tag has more than one octet in X at byte 1"),
    ],
)
def test_what_is_not_der(data: str, words: str) -> None:
    raw = bytes.fromhex(data + "0" * (len(data) % 2))
    assert said(lambda: read(raw, "X")) == f"signingCredential.invalid | {words}"


@pytest.mark.parametrize("size", [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x10000])
def test_lengths_of_der(size: int) -> None:
    raw = tlv(0x04, bytes(size))
    assert (read(raw, "X").body, read(raw, "X").raw) == (bytes(size), raw)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: value(0x04).children(), "a primitive ASN.1 value stands where a structure belongs"),
        (lambda: value(0x04).expect(0x30, "name"), "name has the ASN.1 tag 0x04 where 0x30 belongs"),
        (lambda: value(0x30, b"\x05\0" * 257).children(), "an ASN.1 structure has more than 256 values"),
        (lambda: value(0x30, b"\x05\0" * 257 + b"\x30").children(), "an ASN.1 structure has more than 256 values"),
        (lambda: value(0x30).only("name"), "name holds 0 ASN.1 values instead of one"),
        (lambda: value(0x30, b"\x05\0" * 2).only("name"), "name holds 2 ASN.1 values instead of one"),
        (lambda: value(0x03, b"\0").integer("name"), "name is not an integer"),
        (lambda: value(0x02).integer("name"), "name is not an integer"),
        (lambda: value(0x02, bytes(257)).integer("name"), "name has 257 octets, more than 256"),
        (lambda: value(0x02, b"\0").boolean("name"), "name is neither true nor false"),
        (lambda: value(0x01, b"\1").boolean("name"), "name is neither true nor false"),
        (lambda: value(0x06).oid("name"), "name is not an object identifier"),
        (lambda: value(0x06, b"\x2a\x80").oid("name"), "name is not an object identifier"),
        (lambda: value(0x06, bytes(129)).oid("name"), "name is not an object identifier"),
        (lambda: value(0x05).oid("name"), "name is not an object identifier"),
        (lambda: value(0x03).bits("name"), "name is not a bit string"),
        (lambda: value(0x03, b"\x08").bits("name"), "name is not a bit string"),
        (lambda: value(0x03, bytes(17)).bits("name"), "name is not a bit string"),
        (lambda: value(0x04, b"\0").bits("name"), "name is not a bit string"),
        (lambda: value(0x0C, b"20260101000000Z").time("name"), "name is not a date"),
        (lambda: value(0x17, b"20260101000000Z").time("name"), "name is not a date"),
        (lambda: value(0x18, b"20260230000000Z").time("name"), "name is not a date"),
    ],
)
def test_values_of_der(call: Callable[[], Any], words: str) -> None:
    assert said(call) == f"signingCredential.invalid | {words} in X"


def test_values_of_der_at_their_limits() -> None:
    assert len(value(0x30, b"\x05\0" * 256).children()) == 256
    assert value(0x02, b"\x01" + bytes(255)).integer("name") == 1 << 2040
    assert value(0x0A, b"\xff").integer("name") == -1
    assert value(0x06, b"\x2a" + b"\x01" * 127).oid("name") == "1.2" + ".1" * 127
    assert [value(0x06, bytes.fromhex(text)).oid("x") for text in ("00", "27", "28", "4f", "50", "8837", "2a8648")] == [
        *("0.0", "0.39", "1.0", "1.39", "2.0", "2.999", "1.2.840"),
    ]
    assert value(0x03, b"\x07" + b"\x80" + bytes(14)).bits("name") == {0}
    assert value(0x03, b"\x00" + bytes(14) + b"\x01").bits("name") == {119}
    years = [value(0x17, text + b"0101000000Z").time("x").year for text in (b"00", b"49", b"50", b"68", b"69", b"99")]
    assert years == [2000, 2049, 1950, 1968, 1969, 1999]
    assert str(value(0x18, b"20260102030405Z").time("x")) == "2026-01-02 03:04:05+00:00"


@pytest.mark.parametrize(
    ("tag", "body", "text"),
    [
        (0x0C, "é€".encode(), "é€"),
        (0x0C, b"\xe9", "\ufffd"),
        *((tag, b"\xe9", "é") for tag in (0x12, 0x13, 0x14, 0x16, 0x1A)),
        (0x1C, b"\0\0\x20\xac", "€"),
        (0x1C, b"\xff\xff\xff\xff", "\ufffd"),
        (0x1E, b"\x20\xac", "€"),
        (0x04, b"a", "#040161"),
    ],
)
def test_texts_of_der(tag: int, body: bytes, text: str) -> None:
    assert value(tag, body).text() == text


# Certificates

OID = bytes.fromhex("06032a0304")
ALGORITHM = tlv(0x30, OID)
NAME = tlv(0x30, tlv(0x31, tlv(0x30, bytes.fromhex("0603550403"), tlv(0x0C, b"n"))))
PERIOD = tlv(0x30, tlv(0x17, b"250101000000Z"), tlv(0x17, b"260101000000Z"))
KEY = tlv(0x30, ALGORITHM, tlv(0x03, b"\0k"))
VERSION = tlv(0xA0, b"\x02\x01\x02")
FIELDS = {
    "version": VERSION,
    "serial": b"\x02\x01\x07",
    "algorithm": ALGORITHM,
    "issuer": NAME,
    "period": PERIOD,
    "subject": NAME,
    "key": KEY,
}
SIGNATURE = tlv(0x03, b"\0s")


def certificate(*rest: bytes, outer: bytes = ALGORITHM, signature: bytes = SIGNATURE, **fields: bytes) -> bytes:
    return tlv(0x30, tlv(0x30, *(FIELDS | fields).values(), *rest), outer, signature)


def extensions(*items: bytes) -> bytes:
    return tlv(0xA3, tlv(0x30, *items))


EXTENSION = tlv(0x30, OID, tlv(0x04, b"v"))


def test_the_certificate_made_by_hand_is_one() -> None:
    unique = tlv(0x81, b"\0u"), tlv(0x82, b"\0u")
    found = Certificate.parse(certificate(*unique, extensions(EXTENSION, tlv(0x30, OID, b"\x01\x01\xff", tlv(0x04, b"w")))))
    assert (found.version, found.serial_number, found.subject, found.issuer) == (3, "7", "CN=n", "CN=n")
    assert (found.key_algorithm.oid, found.key_algorithm.parameters, found.public_key) == ("1.2.3.4", None, None)
    assert [(item.oid, item.critical, item.value) for item in found.extensions] == [("1.2.3.4", False, b"v"), ("1.2.3.4", True, b"w")]
    assert found.unreadable_extensions == ("1.2.3.4",)
    assert found.has_unique_identifiers
    assert found.has_one_signature_algorithm
    assert found.public_key_der == KEY
    plain = Certificate.parse(certificate(version=b"", outer=tlv(0x30, OID, b"\x05\0")))
    assert (plain.version, plain.extensions, plain.has_unique_identifiers) == (1, (), False)
    assert (plain.signature_algorithm.parameters, plain.has_one_signature_algorithm) == (b"\x05\0", False)
    for tag in (0x81, 0xA1, 0x82, 0xA2):
        assert Certificate.parse(certificate(tlv(tag, b""))).has_unique_identifiers
    many = [tlv(0x30, bytes((6, 3, 0x2A, 3, number)), tlv(0x04, b"")) for number in range(48)]
    assert len(Certificate.parse(certificate(extensions(*many))).extensions) == 48


@pytest.mark.parametrize(
    ("der", "words"),
    [
        (tlv(0x31), "certificate has the ASN.1 tag 0x31 where 0x30 belongs in certificate"),
        (tlv(0x30), "ASN.1 structure has 0 parts instead of 3 in certificate"),
        (certificate(signature=tlv(0x04, b"\0s")), "signature has the ASN.1 tag 0x04 where 0x03 belongs in certificate"),
        (certificate(signature=tlv(0x03, b"\x01s")), "certificate's signature is not made of whole octets in certificate"),
        (tlv(0x30, tlv(0x31), ALGORITHM, SIGNATURE), "certificate body has the ASN.1 tag 0x31 where 0x30 belongs in certificate"),
        (tlv(0x30, tlv(0x30), ALGORITHM, SIGNATURE), "certificate body is incomplete in certificate"),
        (certificate(key=b""), "certificate body is incomplete in certificate"),
        (certificate(version=tlv(0xA0)), "version holds 0 ASN.1 values instead of one in certificate"),
        (certificate(version=tlv(0xA0, b"\x0a\x01\x02")), "version has the ASN.1 tag 0x0a where 0x02 belongs in certificate"),
        (certificate(version=tlv(0xA0, b"\x02\x00")), "version is not an integer in certificate"),
        (certificate(serial=b"\x0a\x01\x02"), "serial number has the ASN.1 tag 0x0a where 0x02 belongs in certificate"),
        (certificate(serial=b"\x02\x00"), "serial number is not an integer in certificate"),
        (certificate(period=b"\x31\x00"), "validity has the ASN.1 tag 0x31 where 0x30 belongs in certificate"),
        (certificate(period=b"\x30\x00"), "ASN.1 structure has 0 parts instead of 2 in certificate"),
        (certificate(period=tlv(0x30, b"\x05\0", tlv(0x17, b"260101000000Z"))), "notBefore is not a date in certificate"),
        (certificate(period=tlv(0x30, tlv(0x17, b"260101000000Z"), b"\x05\0")), "notAfter is not a date in certificate"),
        (certificate(key=b"\x31\x00"), "public key has the ASN.1 tag 0x31 where 0x30 belongs in certificate"),
        (certificate(key=b"\x30\x00"), "ASN.1 structure has 0 parts instead of 2 in certificate"),
        (certificate(key=tlv(0x30, b"\x30\x00", b"\x05\x00")), "algorithm identifier is malformed in certificate"),
        (certificate(key=tlv(0x30, tlv(0x30, OID * 3), b"\x05\x00")), "algorithm identifier is malformed in certificate"),
        (certificate(outer=tlv(0x30, b"\x05\x00")), "algorithm is not an object identifier in certificate"),
        (certificate(tlv(0xA3)), "extensions holds 0 ASN.1 values instead of one in certificate"),
        (certificate(extensions(*[EXTENSION] * 49)), "certificate has 49 extensions, 48 are allowed in certificate"),
        (certificate(extensions(tlv(0x30, OID))), "extension is not made of an identifier and a value in certificate"),
        (certificate(extensions(tlv(0x30, OID * 4))), "extension is not made of an identifier and a value in certificate"),
        (certificate(extensions(tlv(0x30, OID, b"\x05\0", tlv(0x04)))), "critical flag is neither true nor false in certificate"),
        (certificate(extensions(tlv(0x30, b"\x05\0", tlv(0x04)))), "extension identifier is not an object identifier in certificate"),
        (certificate(extensions(tlv(0x30, OID, b"\x05\0"))), "extension value has the ASN.1 tag 0x05 where 0x04 belongs in certificate"),
    ],
)
def test_what_is_no_certificate(der: bytes, words: str) -> None:
    assert said(lambda: Certificate.parse(der)) == f"signingCredential.invalid | {words}"


def test_a_certificate_beyond_the_limit() -> None:
    der = certificate()
    assert Certificate.parse(der, Limits(certificate_size=len(der))).der == der
    words = f"certificate has {len(der)} bytes, {len(der) - 1} are allowed in certificate"
    assert said(lambda: Certificate.parse(der, Limits(certificate_size=len(der) - 1))) == f"signingCredential.invalid | {words}"


# OCSP responses

TIME = tlv(0x18, b"20260101000000Z")
IDENTIFIER = tlv(0x30, ALGORITHM, tlv(0x04, b"n"), tlv(0x04, b"k"), b"\x02\x01\x07")
BASIC = bytes.fromhex("06092b0601050507300101")
NONCE = bytes.fromhex("06092b0601050507300102")
SINGLE = tlv(0x30, IDENTIFIER, b"\x80\x00", TIME)
DATA = {"version": b"", "responder": tlv(0xA1, NAME), "produced": TIME, "statuses": tlv(0x30, SINGLE), "extensions": b""}


def ocsp(*, rest: bytes = b"", algorithm: bytes = ALGORITHM, signature: bytes = SIGNATURE, kind: bytes = BASIC, **data: bytes) -> bytes:
    basic = tlv(0x30, tlv(0x30, *(DATA | data).values()), algorithm, signature, rest)
    return tlv(0x30, b"\x0a\x01\x00", tlv(0xA0, tlv(0x30, kind, tlv(0x04, basic))))


def about(*parts: bytes) -> bytes:
    return ocsp(statuses=tlv(0x30, tlv(0x30, *parts)))


def test_the_response_made_by_hand_is_one() -> None:
    found = parse_ocsp_response(ocsp())
    (status,) = found.statuses
    assert (found.responder_name, found.responder_key_hash, found.nonce, found.critical_extensions) == (NAME, None, None, ())
    assert (found.signature, found.certificates, found.signature_algorithm.oid) == (b"s", (), "1.2.3.4")
    assert found.signed == tlv(0x30, *DATA.values())
    assert (status.issuer_name_hash, status.issuer_key_hash, status.hash_algorithm, status.serial_number) == (b"n", b"k", "1.2.3.4", 7)
    assert (status.status, status.revocation_time, status.revocation_reason, status.next_update) == ("good", None, None, None)
    items = tlv(0x30, NONCE, b"\x01\x01\xff", tlv(0x04, b"N")), tlv(0x30, OID, b"\x01\x01\xff", tlv(0x04)), tlv(0x30, OID, tlv(0x04))
    single = tlv(0x30, IDENTIFIER, b"\x82\x00", TIME, tlv(0xA1, tlv(0x30, tlv(0x30, OID[:-1] + b"\5", b"\x01\x01\xff", tlv(0x04)))))
    full = parse_ocsp_response(
        ocsp(
            version=tlv(0xA0, b"\x02\x01\x00"),
            responder=tlv(0xA2, tlv(0x04, b"h")),
            extensions=tlv(0xA1, tlv(0x30, *items)),
            statuses=tlv(0x30, single),
            rest=tlv(0xA0, tlv(0x30, b"\x05\x00", b"\x30\x00")),
        )
    )
    assert (full.responder_name, full.responder_key_hash, full.nonce) == (None, b"h", b"N")
    assert full.critical_extensions == ("1.2.3.4", "1.2.3.5")
    assert full.certificates == (b"\x05\x00", b"\x30\x00")
    assert full.statuses[0].status == "unknown"
    assert len(parse_ocsp_response(ocsp(statuses=tlv(0x30, SINGLE * 32))).statuses) == 32


@pytest.mark.parametrize(
    ("der", "words"),
    [
        (b"", "no ASN.1 value, or more than one"),
        (tlv(0x31), "response has the ASN.1 tag 0x31 where 0x30 belongs"),
        (tlv(0x30), "its outermost structure has other fields than a status and an answer"),
        (tlv(0x30, b"\x05\0" * 3), "its outermost structure has other fields than a status and an answer"),
        (tlv(0x30, b"\x02\x01\x00"), "response status has the ASN.1 tag 0x02 where 0x0a belongs"),
        (tlv(0x30, b"\x0a\x00"), "response status is not an integer"),
        (tlv(0x30, b"\x0a\x01\x01"), "the responder declined to answer (the request was malformed)"),
        (tlv(0x30, b"\x0a\x01\x02"), "the responder declined to answer (an error inside of it)"),
        (tlv(0x30, b"\x0a\x01\x03"), "the responder declined to answer (try later)"),
        (tlv(0x30, b"\x0a\x01\x04"), "the responder declined to answer (status 4)"),
        (tlv(0x30, b"\x0a\x01\x05"), "the responder declined to answer (sign the request)"),
        (tlv(0x30, b"\x0a\x01\x06"), "the responder declined to answer (not authorized)"),
        (tlv(0x30, b"\x0a\x01\x00"), "answer has the ASN.1 tag 0x0a where 0xa0 belongs"),
        (tlv(0x30, b"\x0a\x01\x00", tlv(0xA0)), "answer holds 0 ASN.1 values instead of one"),
        (tlv(0x30, b"\x0a\x01\x00", tlv(0xA0, b"\x31\0")), "structure has the ASN.1 tag 0x31 where 0x30 belongs"),
        (tlv(0x30, b"\x0a\x01\x00", tlv(0xA0, b"\x30\0")), "ASN.1 structure has 0 parts instead of 2"),
        (ocsp(kind=b"\x05\0"), "kind of answer is not an object identifier"),
        (ocsp(kind=OID), "its kind of answer is not known here"),
        (ocsp(rest=b"\x05\0\x05\0"), "ASN.1 structure has 5 parts instead of 3"),
        (ocsp(rest=b"\x05\0"), "certificates has the ASN.1 tag 0x05 where 0xa0 belongs"),
        (ocsp(rest=tlv(0xA0)), "certificates holds 0 ASN.1 values instead of one"),
        (ocsp(rest=tlv(0xA0, b"\x31\0")), "certificates has the ASN.1 tag 0x31 where 0x30 belongs"),
        (ocsp(signature=b"\x04\0"), "signature has the ASN.1 tag 0x04 where 0x03 belongs"),
        (ocsp(signature=b"\x03\x01\x01"), "signature is not a whole number of octets"),
        (ocsp(version=tlv(0xA0, b"\x02\x01\x01")), "answer is of a version that is not known here"),
        (ocsp(version=tlv(0xA0)), "version holds 0 ASN.1 values instead of one"),
        (ocsp(version=tlv(0xA0, b"\x05\0")), "version is not an integer"),
        (ocsp(produced=b""), "answer has other fields than the standard gives it"),
        (ocsp(extensions=b"\x05\0\x05\0"), "answer has other fields than the standard gives it"),
        (ocsp(extensions=b"\x05\0"), "extensions has the ASN.1 tag 0x05 where 0xa1 belongs"),
        (ocsp(extensions=tlv(0xA1)), "extensions holds 0 ASN.1 values instead of one"),
        (ocsp(extensions=tlv(0xA1, b"\x31\0")), "extensions has the ASN.1 tag 0x31 where 0x30 belongs"),
        (ocsp(extensions=tlv(0xA1, tlv(0x30, b"\x05\0" * 9))), "answer speaks of 9 extensions, 8 are allowed"),
        (ocsp(extensions=tlv(0xA1, tlv(0x30, b"\x30\0"))), "ASN.1 structure has 0 parts instead of 2"),
        (ocsp(extensions=tlv(0xA1, tlv(0x30, tlv(0x30, b"\x05\0", tlv(0x04))))), "extension is not an object identifier"),
        (ocsp(extensions=tlv(0xA1, tlv(0x30, tlv(0x30, OID, b"\x05\0")))), "extension has the ASN.1 tag 0x05 where 0x04 belongs"),
        (ocsp(extensions=tlv(0xA1, tlv(0x30, tlv(0x30, OID, b"\x05\0", tlv(0x04))))), "critical flag is neither true nor false"),
        (ocsp(responder=tlv(0xA1)), "responder name holds 0 ASN.1 values instead of one"),
        (ocsp(responder=tlv(0xA3)), "responder has the ASN.1 tag 0xa3 where 0xa2 belongs"),
        (ocsp(responder=tlv(0xA2)), "responder key holds 0 ASN.1 values instead of one"),
        (ocsp(responder=tlv(0xA2, b"\x05\0")), "responder key has the ASN.1 tag 0x05 where 0x04 belongs"),
        (ocsp(produced=tlv(0x17, b"260101000000Z")), "producedAt has the ASN.1 tag 0x17 where 0x18 belongs"),
        (ocsp(produced=tlv(0x18, b"2026")), "producedAt is not a date"),
        (ocsp(statuses=b"\x31\0"), "statuses has the ASN.1 tag 0x31 where 0x30 belongs"),
        (ocsp(statuses=tlv(0x30, SINGLE * 33)), "answer speaks of 33 certificates, 32 are allowed"),
        (ocsp(algorithm=b"\x30\0"), "ASN.1 structure has 0 parts instead of 1"),
        (ocsp(algorithm=tlv(0x30, b"\x05\0")), "algorithm is not an object identifier"),
        (about(), "ASN.1 structure has 0 parts instead of 3"),
        (about(b"\x30\0", b"\x80\0", TIME), "ASN.1 structure has 0 parts instead of 4"),
        (about(IDENTIFIER, b"\x80\0", TIME, tlv(0xA0)), "nextUpdate holds 0 ASN.1 values instead of one"),
        (about(IDENTIFIER, b"\x80\0", TIME, tlv(0xA0, b"\x05\0")), "nextUpdate has the ASN.1 tag 0x05 where 0x18 belongs"),
        (about(IDENTIFIER, b"\x80\0", b"\x05\0"), "thisUpdate has the ASN.1 tag 0x05 where 0x18 belongs"),
        (
            about(IDENTIFIER, b"\x80\0", TIME, tlv(0xA1, b"\x30\0"), tlv(0xA1, b"\x30\0")),
            "answer about a certificate has other fields than the standard gives it",
        ),
        (
            about(tlv(0x30, ALGORITHM, b"\5\0", tlv(4), b"\2\1\7"), b"\x80\0", TIME),
            "hash of the issuer's name has the ASN.1 tag 0x05 where 0x04 belongs",
        ),
        (
            about(tlv(0x30, ALGORITHM, tlv(4), b"\5\0", b"\2\1\7"), b"\x80\0", TIME),
            "hash of the issuer's key has the ASN.1 tag 0x05 where 0x04 belongs",
        ),
        (about(tlv(0x30, ALGORITHM, tlv(4), tlv(4), b"\5\0"), b"\x80\0", TIME), "serial number is not an integer"),
        (about(IDENTIFIER, b"\x80\1\0", TIME), "certificate status holds a value where none belongs"),
        (about(IDENTIFIER, b"\xa3\0", TIME), "certificate status has the ASN.1 tag 0xa3 where 0xa1 belongs"),
        (about(IDENTIFIER, b"\xa1\0", TIME), "revocation time has the ASN.1 tag 0xa1 where 0x18 belongs"),
        (about(IDENTIFIER, tlv(0xA1, TIME, b"\5\0" * 2), TIME), "revocation has other fields than time and reason"),
        (about(IDENTIFIER, tlv(0xA1, TIME, b"\5\0"), TIME), "revocation reason has the ASN.1 tag 0x05 where 0xa0 belongs"),
        (about(IDENTIFIER, tlv(0xA1, TIME, tlv(0xA0)), TIME), "revocation reason holds 0 ASN.1 values instead of one"),
        (about(IDENTIFIER, tlv(0xA1, TIME, tlv(0xA0, b"\2\1\1")), TIME), "revocation reason has the ASN.1 tag 0x02 where 0x0a belongs"),
        (about(IDENTIFIER, tlv(0xA1, TIME, tlv(0xA0, b"\x0a\0")), TIME), "reason is not an integer"),
    ],
)
def test_what_is_no_ocsp_response(der: bytes, words: str) -> None:
    assert said(lambda: parse_ocsp_response(der)) == f"signingCredential.ocsp.inaccessible | {words} in OCSP response"


# Time-stamps


@pytest.mark.parametrize("parse", [parse_token, parse_response])
@pytest.mark.parametrize(
    ("der", "words"),
    [
        (b"", "no ASN.1 value, or more than one"),
        (tlv(0x24, b"\x04\0"), "ASN.1 tag 0x24 cuts a value into pieces, which DER does not allow"),
        (tlv(0x30, tlv(0x02, bytes(257))), "an ASN.1 number has more than 256 octets"),
        (tlv(0x30, tlv(0x30, b"\x05\0" * 200) * 8), "more than 1,500 ASN.1 values"),
        (tlv(0x30, b"\x05\0" * 257), "an ASN.1 structure has more than 256 values"),
    ],
)
def test_what_has_not_the_form_of_a_time_stamp(parse: Callable[[bytes], Any], der: bytes, words: str) -> None:
    assert said(lambda: parse(der)) == f"timeStamp.malformed | {words} in time-stamp"


@pytest.mark.parametrize("levels", [31, 32, 33])
def test_levels_of_a_time_stamp(levels: int) -> None:
    der = b"\x05\0"
    for _ in range(levels - 1):
        der = tlv(0x30, der)
    words = "ASN.1 values are nested deeper than 32 levels" if levels > 32 else "token has other fields than RFC 3161 gives it"
    assert said(lambda: parse_token(der)) == f"timeStamp.malformed | {words} in time-stamp"


def test_size_of_a_time_stamp() -> None:
    few = Limits(time_stamp_size=3)
    words = "time-stamp token has 4 bytes, 3 are allowed in time-stamp"
    assert said(lambda: parse_token(tlv(0x30, b"\x05\0"), few)) == f"timeStamp.malformed | {words}"
    words = "time-stamp response has 4 bytes, 3 are allowed in time-stamp"
    assert said(lambda: parse_response(tlv(0x30, b"\x05\0"), few)) == f"timeStamp.malformed | {words}"


@pytest.mark.parametrize(
    ("der", "words"),
    [
        (b"\x31\0", "time-stamp response has the ASN.1 tag 0x31 where 0x30 belongs"),
        (b"\x30\0", "time-stamp response has other fields than RFC 3161 gives it"),
        (tlv(0x30, b"\x30\0"), "status has other fields than RFC 3161 gives it"),
        (tlv(0x30, tlv(0x30, b"\x02\0")), "status is not an integer"),
        (tlv(0x30, tlv(0x30, b"\x02\x01\x02")), "the authority refused to stamp (status 2)"),
        (tlv(0x30, tlv(0x30, b"\x02\x01\x00")), "time-stamp has 0 values of token where one belongs"),
        (tlv(0x30, tlv(0x30, b"\x02\x01\x01")), "time-stamp has 0 values of token where one belongs"),
        (tlv(0x30, tlv(0x30, b"\x02\x01\x00"), b"\x30\0"), "token has other fields than RFC 3161 gives it"),
        (tlv(0x30, tlv(0x30, b"\x02\x01\x00"), tlv(0x30, OID, b"\xa0\0")), "token holds 0 ASN.1 values instead of one"),
        (
            tlv(0x30, tlv(0x30, b"\x02\x01\x00"), tlv(0x30, OID, tlv(0xA0, b"\x30\0"))),
            "signed data has other fields than RFC 3161 gives it",
        ),
    ],
)
def test_what_is_no_answer_of_a_time_stamp_authority(der: bytes, words: str) -> None:
    assert said(lambda: parse_response(der)) == f"timeStamp.malformed | {words} in time-stamp"


# Keys and issuers

DOCUMENT = "cawg.ica.invalid_did_document"
EC = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: base64url(None), "a value is not base64url"),
        (lambda: base64url("A" * 4097), "a value is not base64url"),
        (lambda: base64url("AA=="), "a value is not base64url"),
        (lambda: base64url("A+A"), "a value is not base64url"),
        (lambda: base64url("A/A"), "a value is not base64url"),
        (lambda: base64url("A"), "a value is not base64url"),
        (lambda: base64url("A.AA"), "a value is not base64url"),
        (lambda: base64url("éAAA"), "a value is not base64url"),
        (lambda: key_of_jwk([]), "a key is not a JSON object"),
        (lambda: key_of_jwk({"d": None}), "a key is a private one, so anybody could have signed with it"),
        (lambda: key_of_jwk({}), "a key is not of a kind that C2PA signs with"),
        (lambda: key_of_jwk({"kty": "OKP", "crv": "X25519"}), "a key is not of a kind that C2PA signs with"),
        (lambda: key_of_jwk({"kty": "OKP", "crv": "Ed25519"}), "a value is not base64url"),
        (lambda: key_of_jwk({"kty": "OKP", "crv": "Ed25519", "x": "AA"}), "an Ed25519 key does not have 32 bytes"),
        (lambda: key_of_jwk(EC | {"crv": "secp256k1"}), "a key is not of a kind that C2PA signs with"),
        (lambda: key_of_jwk(EC | {"crv": []}), "a key is not of a kind that C2PA signs with"),
        (lambda: key_of_jwk(EC | {"x": "AA"}), "a coordinate does not have the length of its curve"),
        (lambda: key_of_jwk(EC | {"y": "AA"}), "a coordinate does not have the length of its curve"),
        (lambda: key_of_jwk(EC), "a key is no point of its curve"),
        (lambda: key_of_jwk({"kty": "RSA", "n": "AQ", "e": "AQ"}), "an RSA key is not one"),
        (lambda: key_of_jwk({"kty": "RSA", "n": "_" * 2732, "e": "AQAB"}), "an RSA key is too large"),
        (lambda: key_of_jwk({"kty": "RSA", "n": "_" * 342, "e": "_" * 12}), "an RSA key is too large"),
        (lambda: key_of_multikey(None), "a key is not in base58btc"),
        (lambda: key_of_multikey("x6"), "a key is not in base58btc"),
        (lambda: key_of_multikey("z0"), "a key is not in base58btc"),
        (lambda: key_of_multikey("z" * 4097), "a key is not in base58btc"),
        (lambda: key_of_multikey("z"), "a key is not of a kind that C2PA signs with"),
        (lambda: key_of_multikey("z" + "1" * 40), "a key is not of a kind that C2PA signs with"),
        (lambda: key_of_multikey("zK"), "a key is not of a kind that C2PA signs with"),
    ],
)
def test_keys_of_issuers(call: Callable[[], Any], words: str) -> None:
    assert said(call) == f"{DOCUMENT} | {words} in the issuer's keys"


@pytest.mark.parametrize(("text", "data"), [("", b""), ("AA", b"\0"), ("_-8", b"\xff\xef"), ("A" * 4096, bytes(3072))])
def test_base64url(text: str, data: bytes) -> None:
    assert base64url(text) == data


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: parse_did(None), "cawg.ica.invalid_issuer | it is not named by a DID in the issuer"),
        (lambda: parse_did("did:web:" + "a" * 4089), "cawg.ica.invalid_issuer | it is not named by a DID in the issuer"),
        (
            lambda: issuer_keys(parse_did("did:" + "x" * 50 + ":a"), None),
            f"cawg.ica.did_unsupported_method | the DID method {'x' * 40} is not known here in the issuer",
        ),
        (lambda: issuer_keys(parse_did("did:jwk:AA"), None), f"{DOCUMENT} | JSON cannot be decoded "),
        (lambda: issuer_keys(parse_did("did:jwk:A"), None), f"{DOCUMENT} | a value is not base64url in the issuer's keys"),
        (lambda: issuer_keys(parse_did("did:key:a"), None), f"{DOCUMENT} | a key is not in base58btc in the issuer's keys"),
        (
            lambda: issuer_keys(parse_did("did:web:example.com:a"), None),
            "cawg.identity.network_traffic_blocked | "
            "the keys of the issuer are at https://example.com/a/did.json, and the network was not allowed",
        ),
        (lambda: document_address(parse_did("did:web:-")), "cawg.ica.did_unavailable | it names no host in the issuer"),
        (lambda: document_address(parse_did("did:web:a::b")), "cawg.ica.did_unavailable | it names no host in the issuer"),
        (lambda: document_address(parse_did("did:web:a:%2e%2E:b")), "cawg.ica.did_unavailable | it names no host in the issuer"),
        (
            lambda: read_document(b'{"id": "did:web:a", "b": [[]]}', parse_did("did:web:a"), Limits(json_depth=2)),
            f"{DOCUMENT} | JSON is nested deeper than 2 levels in the issuer's document",
        ),
        (lambda: read_document(b"{", parse_did("did:web:a")), f"{DOCUMENT} | JSON cannot be decoded "),
        (lambda: read_document(b"[]", parse_did("did:web:a")), f"{DOCUMENT} | it is not about did:web:a in the issuer's document"),
        (
            lambda: read_document(b'{"id": "did:web:b"}', parse_did("did:web:a")),
            f"{DOCUMENT} | it is not about did:web:a in the issuer's document",
        ),
        (
            lambda: read_document(b'{"id": "did:web:a"}', parse_did("did:web:a")),
            f"{DOCUMENT} | it holds no key for assertions that can be used in the issuer's document",
        ),
    ],
)
def test_issuers(call: Callable[[], Any], words: str) -> None:
    found = said(call)
    assert found.startswith(words) if words.endswith(" ") else found == words
    if words.endswith(" "):
        assert found.endswith(" in the issuer's document")


class Noting:
    """A fetcher that answers nothing and knows what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def fetch(self, request: Request) -> Response:
        self.asked.append(request)
        raise FetchError("it is not there")


def test_what_is_asked_for_the_document_of_an_issuer() -> None:
    fetcher = Noting()
    found = said(lambda: issuer_keys(parse_did("did:web:example.com%3A8443:a:b"), fetcher))
    assert found == "cawg.ica.did_unavailable | it is not there"
    (request,) = fetcher.asked
    assert (request.url, request.what) == ("https://example.com:8443/a/b/did.json", "the issuer's document")
    assert (request.most, request.plain_http, request.origin, request.body) == (262_144, False, "file", None)
    assert request.accept == "application/did+ld+json, application/did+json, application/json"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (None, "it is no map"),
        ({}, "its type None is none that C2PA signs with"),
        ({1: True}, "its type True is none that C2PA signs with"),
        ({1: 4}, "its type 4 is none that C2PA signs with"),
        ({1: "x" * 50}, f"its type '{'x' * 19} is none that C2PA signs with"),
        ({1: 1, -1: 4}, "its curve is not Ed25519"),
        ({1: 1, -1: 6}, "its field -2 is missing or no byte string"),
        ({1: 1, -1: 6, -2: b"a"}, "its numbers make no key"),
        ({1: 2}, "its curve is none of P-256, P-384 and P-521"),
        ({1: 2, -1: []}, "its numbers make no key"),
        ({1: 2, -1: 1}, "its field -2 is missing or no byte string"),
        ({1: 2, -1: 1, -2: b"a"}, "its field -3 is missing or no byte string"),
        ({1: 2, -1: 1, -2: b"a", -3: b"b"}, "its numbers make no key"),
        ({1: 2, -1: 1, -2: bytes(4097), -3: b"b"}, "its field -2 is missing or no byte string"),
        ({1: 3}, "its field -1 is missing or no byte string"),
        ({1: 3, -1: b"a"}, "its field -2 is missing or no byte string"),
        ({1: 7}, "it does not say which ML-DSA it is for"),
        ({1: 7, 3: -48}, "its field -1 is missing or no byte string"),
        ({1: 7, 3: -48, -1: b"a"}, "its numbers make no key"),
    ],
)
def test_keys_of_cose(key: object, words: str) -> None:
    assert said(lambda: read_cose_key(key)) == f"general.error | key cannot be used: {words} in COSE key"


# Text


def test_faults_of_a_list_have_the_general_code() -> None:
    assert said(lambda: parse_lote(b'{"LoTE": {}}')) == 'general.error | field "ListAndSchemeInformation" is missing in /LoTE'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a\n\n-----BEGIN X-----\nAA==", "X block has no end in line 3"),
        (b"-----BEGIN X-----\n-----BEGIN Y-----\n-----END X-----\n-----END Y-----", "X block has no end in line 1"),
        (b"-----BEGIN X-----\n-----END X-----\n\n-----BEGIN Y-----\n-----END X-----", "Y block has no end in line 4"),
    ],
)
def test_blocks_of_pem_without_an_end(data: bytes, words: str) -> None:
    assert said(lambda: pem_blocks(data)) == f"general.error | {words}"


def test_blocks_of_pem() -> None:
    text = b"words\n-----BEGIN A B-----\r\nAQID\r\n BAUG \r\n-----END A B-----\r\nmore\n-----BEGIN C-----\n*\n-----END C-----\n"
    first, second = pem_blocks(text)
    assert (first.label, first.line, first.der) == ("A B", 2, b"\1\2\3\4\5\6")
    assert (second.label, second.line) == ("C", 7)
    assert said(lambda: second.der) == "general.error | C block is not base64 in line 7"
    assert to_pem((b"a" * 49, b"b")) == (
        b"-----BEGIN CERTIFICATE-----\n" + b"YWFh" * 16 + b"\nYQ==\n-----END CERTIFICATE-----\n"
        b"-----BEGIN CERTIFICATE-----\nYg==\n-----END CERTIFICATE-----\n"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<a>; rel=x, <b>; rel="y x"; title="c, <d>"; q', ("a", "b")),
        ("<a>; rel=x; rel=y", ("a",)),
        ("<a>; rel=y; rel=x", ()),
        ("<a>; REL=X", ("a",)),
        ("<a>; rel=x; anchor=b", ()),
        ('< a >; rel="\\x"', ("a",)),
        ("<a>, <b>;rel=x", ("b",)),
        ("<a>; rel=x ! <b>; rel=x", ()),
        ("<a>; rel", ()),
    ],
)
def test_links_of_a_relation(text: str, found: tuple[str, ...]) -> None:
    assert find_links([text, "", "<z>; rel=x"], "x") == (*found, "z")
