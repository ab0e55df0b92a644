from __future__ import annotations

import json

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.trust.certificate import Certificate
from credkit.trust.path import check_path
from credkit.trust.pem import pem_blocks
from credkit.trust.policy import TrustPolicy
from credkit.trust.profile import check_profile
from tests.forge import pki
from tests.forge.pki import tlv

GOOD = pki.make_pki("ed25519")
RICH = pki.make_pki(
    "es256",
    subject=x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Hessen"),
            x509.NameAttribute(NameOID.LOCALITY_NAME, "Kassel"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "credkit test, with comma"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "one"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "two"),
            x509.NameAttribute(NameOID.COMMON_NAME, ' #"<Zoë>;+\\ '),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "a@example.org"),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, "NTRDE-1"),
            x509.NameAttribute(NameOID.TITLE, "left out"),
        ]
    ),
)


@pytest.mark.parametrize("der", [GOOD.leaf, GOOD.root.der, RICH.leaf, *pki.make_pki("ps384").chain], ids=["leaf", "root", "rich", "pss"])
def test_values_agree_with_cryptography(der):
    ours, theirs = Certificate.parse(der), x509.load_der_x509_certificate(der)
    assert ours.subject == theirs.subject.rfc4514_string()
    assert ours.issuer == theirs.issuer.rfc4514_string()
    assert ours.serial_number == str(theirs.serial_number)
    assert (ours.not_before, ours.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
    assert ours.public_key == theirs.public_key()
    assert [(item.oid, item.critical) for item in ours.extensions] == [
        (item.oid.dotted_string, item.critical) for item in theirs.extensions
    ]
    assert ours.version == 3
    assert ours.signature_algorithm.oid == theirs.signature_algorithm_oid.dotted_string


def test_fields_of_a_name():
    assert dict(Certificate.parse(RICH.leaf).subject_fields) == {
        "C": "DE",
        "ST": "Hessen",
        "L": "Kassel",
        "O": "credkit test, with comma",
        "OU": "one, two",
        "CN": ' #"<Zoë>;+\\ ',
        "E": "a@example.org",
        "2.5.4.97": "NTRDE-1",
    }
    parsed = Certificate.parse(RICH.leaf)
    assert (parsed.organization, parsed.common_name) == ("credkit test, with comma", ' #"<Zoë>;+\\ ')
    assert parsed.issuer_common_name == "credkit test root es256"


def test_leaf_and_authority():
    leaf, root = Certificate.parse(GOOD.leaf), Certificate.parse(GOOD.root.der)
    assert (leaf.is_ca, leaf.self_issued, leaf.key_usage, leaf.extended_key_usages) == (
        False,
        False,
        frozenset({"digitalSignature"}),
        (pki.EMAIL_PROTECTION,),
    )
    assert (root.is_ca, root.self_issued, root.key_usage) == (True, True, frozenset({"keyCertSign", "cRLSign"}))
    assert leaf.is_within_validity(leaf.not_before)
    assert leaf.is_within_validity(leaf.not_after)
    assert not leaf.is_within_validity(root.not_after)


def _renamed(value: bytes):
    """An editor that puts ``value`` in the place of the subject's common name."""

    def edit(fields: list[bytes]) -> None:
        attribute = tlv(0x30, bytes.fromhex("0603550403"), value)
        fields[5] = tlv(0x30, tlv(0x31, attribute))

    return edit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (tlv(0x13, b"under_score@*"), "under_score@*"),
        (tlv(0x0C, b"bad \xff utf"), "bad \ufffd utf"),
        (tlv(0x14, "Zoë".encode("latin-1")), "Zoë"),
        (tlv(0x0C, b"\x1b[31mred\r\n"), "\x1b[31mred\r\n"),
        (tlv(0x0C, "\u202egnp".encode()), "\u202egnp"),
        (tlv(0x13, b""), ""),
        (tlv(0x02, b"\x05"), "#020105"),
    ],
    ids=["underscore", "no utf-8", "teletex", "escape", "bidi", "empty", "integer"],
)
def test_names_are_read_leniently_and_returned_raw(value, text):
    chain = pki.make_pki("ed25519", edit=_renamed(value))
    certificate = Certificate.parse(chain.leaf)
    assert certificate.common_name == text
    # OpenSSL compares names octet by octet, but refuses what is no text in its own encoding.
    readable = "\ufffd" not in text and not text.startswith("#")
    assert [finding.rule for finding in check_profile(certificate)] == ([] if readable else ["form"])
    assert check_path(chain.chain, TrustPolicy.of(chain.root_pem).signers, pki.NOW).trusted is readable


def test_cryptography_alone_would_refuse_the_underscore():
    with pytest.raises(ValueError):
        _ = x509.load_der_x509_certificate(pki.make_pki("ed25519", edit=_renamed(tlv(0x13, b"under_score"))).leaf).subject


@pytest.mark.parametrize("name", [tlv(0x30), tlv(0x30, tlv(0x02, b"\x01")), tlv(0x30, tlv(0x31, tlv(0x30))), tlv(0x04, b"x")])
def test_an_unreadable_name_is_an_empty_one(name):
    def edit(fields: list[bytes]) -> None:
        fields[5] = name

    certificate = Certificate.parse(pki.make_pki("ed25519", edit=edit).leaf)
    assert certificate.subject == ""
    assert certificate.common_name is None


def test_a_kind_of_key_that_is_not_known_is_no_key():
    def edit(fields: list[bytes]) -> None:
        fields[6] = tlv(0x30, tlv(0x30, bytes.fromhex("06032b6599")[:4] + b"\x19"), tlv(0x03, b"\0" + bytes(32)))

    assert Certificate.parse(pki.make_pki("ed25519", edit=edit).leaf).public_key is None


def test_the_limit_of_size():
    size = len(GOOD.leaf)
    assert Certificate.parse(GOOD.leaf, Limits(certificate_size=size)).der == GOOD.leaf
    with pytest.raises(MalformedError, match="bytes") as caught:
        Certificate.parse(GOOD.leaf, Limits(certificate_size=size - 1))
    assert caught.value.code == "signingCredential.invalid"


@pytest.mark.parametrize("index", range(4))
def test_truncation_at_every_offset_is_malformed(index):
    der = RICH.leaf
    for length in range(index, len(der), 4):
        with pytest.raises(MalformedError):
            Certificate.parse(der[:length])


@pytest.mark.parametrize(("field", "value"), [(0, tlv(0xA0, tlv(0x0A, b"\x02"))), (1, tlv(0x0A, b"\x05"))], ids=["version", "serial"])
def test_another_kind_of_number_is_malformed(field, value):
    def edit(fields: list[bytes]) -> None:
        fields[field] = value

    with pytest.raises(MalformedError, match="where 0x02 belongs"):
        Certificate.parse(pki.make_pki("ed25519", edit=edit).leaf)


@pytest.mark.parametrize("unused", [1, 4, 8])
def test_a_signature_that_ends_inside_of_an_octet_is_malformed(unused):
    assert GOOD.leaf[-67:-64] == b"\x03\x41\x00"
    with pytest.raises(MalformedError, match="whole octets"):
        Certificate.parse(GOOD.leaf[:-65] + bytes((unused,)) + GOOD.leaf[-64:])


def test_bytes_behind_the_certificate_are_malformed():
    with pytest.raises(MalformedError):
        Certificate.parse(GOOD.leaf + b"\0")


def _parse_quietly(data: bytes) -> None:
    try:
        certificate = Certificate.parse(data)
    except MalformedError:
        return
    assert isinstance(check_profile(certificate), tuple)


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_random_bytes_never_raise_anything_else(data):
    _parse_quietly(data)
    _parse_quietly(b"\x30" + data)


@given(st.sampled_from([GOOD.leaf, RICH.leaf]), st.integers(0, 2000), st.integers(1, 255))
@settings(max_examples=100, deadline=None)
def test_changed_bytes_never_raise_anything_else(der, position, flip):
    changed = bytearray(der)
    changed[position % len(der)] ^= flip
    _parse_quietly(bytes(changed))
    result = check_path((bytes(changed), GOOD.root.der), TrustPolicy.of(GOOD.root_pem, RICH.root_pem).signers, pki.NOW)
    assert not result.trusted


def test_certificates_of_real_signers(corpus):
    count = 0
    for path in sorted([*corpus.glob("trust/*.pem"), *corpus.glob("certs/*.pub")]):
        for block in pem_blocks(path.read_bytes()):
            ours, theirs = Certificate.parse(block.der), x509.load_der_x509_certificate(block.der)
            assert ours.subject == theirs.subject.rfc4514_string()
            assert ours.public_key == theirs.public_key()
            count += 1
    assert count > 100


def test_names_agree_with_the_reference(corpus):
    known = {"C", "ST", "L", "O", "OU", "CN", "E", "2.5.4.97"}
    blocks = [pem_blocks(path.read_bytes())[0] for path in corpus.glob("certs/*.pub")]
    ours = {tuple(sorted(Certificate.parse(block.der).subject_fields.items())) for block in blocks}
    seen = 0
    with (corpus / "corpus.jsonl").open(encoding="utf-8") as lines:
        for manifest in (manifest for line in lines for manifest in json.loads(line)["summary"].get("manifests", ())):
            subject = {key: value for key, value in (manifest["signer_subject"] or {}).items() if key in known}
            seen += tuple(sorted(subject.items())) in ours
    assert seen


def _crowded(index: int, value: bytes):
    def edit(fields: list[bytes]) -> None:
        fields[index] = value

    return edit


ATTRIBUTE = tlv(0x30, bytes.fromhex("0603550403"), tlv(0x0C, b"x"))
EXTENSION = tlv(0x30, bytes.fromhex("06022a03"), tlv(0x04, b""))


def test_a_name_is_read_up_to_a_hundred_attributes():
    certificate = Certificate.parse(pki.make_pki(edit=_crowded(5, tlv(0x30, *[tlv(0x31, ATTRIBUTE)] * 200))).leaf)
    assert certificate.subject.count("CN=x") == 100
    assert certificate.common_name == ", ".join("x" * 100)


@pytest.mark.parametrize("name", [tlv(0x30, *[tlv(0x31, ATTRIBUTE)] * 257), tlv(0x30, tlv(0x31, *[tlv(0x05)] * 31_000))])
def test_a_crowded_name_is_an_empty_one(name):
    assert Certificate.parse(pki.make_pki(edit=_crowded(5, name)).leaf).subject == ""


def test_crowded_extensions_are_malformed():
    assert len(Certificate.parse(pki.make_pki(edit=_crowded(-1, tlv(0xA3, tlv(0x30, *[EXTENSION] * 48)))).leaf).extensions) == 48
    with pytest.raises(MalformedError, match="49 extensions, 48 are allowed"):
        Certificate.parse(pki.make_pki(edit=_crowded(-1, tlv(0xA3, tlv(0x30, *[EXTENSION] * 49)))).leaf)


def test_a_serial_number_of_thousands_of_digits_is_refused() -> None:
    """Python will not print such an integer, and a certificate must never make a verdict fail."""

    def enlarge(fields: list[bytes]) -> None:
        at = next(i for i, field in enumerate(fields) if field[:1] == b"\x02")
        fields[at] = pki.tlv(0x02, b"\x01" + bytes(2000))

    root = pki.make_root()
    der = pki.resigned(pki.make_pki(root=root).leaf, root.key, enlarge)
    with pytest.raises(MalformedError, match="serial number has 2,001 octets"):
        Certificate.parse(der)
