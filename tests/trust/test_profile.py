from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa

from credkit.trust.certificate import OID, AlgorithmIdentifier, Certificate, Extension
from credkit.trust.der import read
from credkit.trust.pem import pem_blocks
from credkit.trust.profile import CLAIM_SIGNING, DEFAULT_PURPOSES, check_profile, is_sound_signature
from tests.forge import pki
from tests.forge.pki import tlv

NO_PURPOSE = "certificate has no emailProtection, documentSigning or c2pa-kp-claimSigning purpose"
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


def findings(algorithm: str = "ed25519", **spoiled: object) -> list[tuple[str, str]]:
    leaf = pki.make_pki(algorithm, **spoiled).leaf  # type: ignore[arg-type]
    return [(finding.rule, finding.message) for finding in check_profile(Certificate.parse(leaf))]


def replace_field(index: int, value: bytes):
    def edit(fields: list[bytes]) -> None:
        fields[index] = value

    return edit


def insert_field(index: int, value: bytes):
    return lambda fields: fields.insert(index, value)


def set_extension(oid: str, value: bytes | None, *, twice: bool = False):
    """An editor of one extension's value: None removes it, ``twice`` repeats it."""

    def edit(fields: list[bytes]) -> None:
        holder = read(fields[-1], "test").only("extensions")
        items = []
        for item in holder.children():
            parts = item.children()
            if parts[0].oid("x") == oid and not twice:
                if value is not None:
                    items.append(tlv(0x30, parts[0].raw, tlv(0x04, value)))
                continue
            items += [item.raw] * (2 if twice and parts[0].oid("x") == oid else 1)
        fields[-1] = tlv(0xA3, tlv(0x30, *items))

    return edit


@pytest.mark.parametrize("algorithm", pki.ALGORITHMS)
@pytest.mark.parametrize("intermediate", [True, False])
def test_a_sound_certificate_breaks_no_rule(algorithm, intermediate):
    assert findings(algorithm, intermediate=intermediate) == []


@pytest.mark.parametrize("eku", sorted(DEFAULT_PURPOSES))
def test_each_accepted_purpose(eku):
    assert findings(eku=[eku]) == []
    assert findings(eku=[pki.SERVER_AUTH, eku, "1.2.3.4"]) == []


@pytest.mark.parametrize(
    ("eku", "messages"),
    [
        (None, [NO_PURPOSE]),
        ([pki.SERVER_AUTH], [NO_PURPOSE]),
        ([pki.TIME_STAMPING], [NO_PURPOSE]),
        ([pki.OCSP_SIGNING], [NO_PURPOSE]),
        (["2.5.29.37.0"], ["certificate is for any purpose (anyExtendedKeyUsage)", NO_PURPOSE]),
        ([pki.EMAIL_PROTECTION, "2.5.29.37.0"], ["certificate is for any purpose (anyExtendedKeyUsage)"]),
        ([pki.EMAIL_PROTECTION, pki.TIME_STAMPING], ["certificate has the purpose timeStamping beside another"]),
        ([pki.EMAIL_PROTECTION, pki.OCSP_SIGNING], ["certificate has the purpose OCSPSigning beside another"]),
    ],
)
def test_purposes(eku, messages):
    assert findings(eku=eku) == [("extended-key-usage", message) for message in messages]


def test_an_empty_list_of_purposes():
    assert findings(edit=set_extension("2.5.29.37", tlv(0x30))) == [("extended-key-usage", NO_PURPOSE)]


def test_purposes_of_the_policy_are_named():
    certificate = Certificate.parse(pki.make_pki().leaf)
    (finding,) = check_profile(certificate, purposes=frozenset({CLAIM_SIGNING, "1.2.3"}))
    assert finding.message == "certificate has no c2pa-kp-claimSigning or 1.2.3 purpose"
    assert check_profile(certificate, purposes=frozenset({pki.EMAIL_PROTECTION})) == ()


@pytest.mark.parametrize(
    ("usage", "message"),
    [
        (None, "certificate has no keyUsage extension"),
        (["key_encipherment"], "certificate does not allow digital signatures (keyUsage)"),
        (["content_commitment"], "certificate does not allow digital signatures (keyUsage)"),
        (["digital_signature", "key_cert_sign"], "certificate may sign other certificates (keyUsage keyCertSign)"),
    ],
)
def test_key_usage(usage, message):
    assert findings(usage=usage) == [("key-usage", message)]


def test_an_authority_may_not_sign():
    assert [rule for rule, _ in findings(ca=True)] == ["certificate-authority"]
    assert [rule for rule, _ in findings(ca=True, usage=["digital_signature", "key_cert_sign"])] == ["certificate-authority"]


def test_basic_constraints_may_be_absent():
    assert findings(ca=None) == []


def test_the_key_of_the_issuer_must_be_named_unless_self_issued():
    assert [rule for rule, _ in findings(aki=False)] == ["authority-key-identifier"]
    assert findings(aki=False, self_signed=True) == []
    assert findings(self_signed=True) == []


@pytest.mark.parametrize("value", [tlv(0x30, tlv(0x31, tlv(0x30, tlv(0x00)))), tlv(0x30, tlv(0x05)), tlv(0x04, b"x")])
def test_a_subject_that_no_library_reads(value):
    assert [rule for rule, _ in findings(edit=replace_field(5, value))] == ["form"]


@pytest.mark.parametrize("version", [0, 1])
def test_old_versions(version):
    rules = findings(edit=replace_field(0, tlv(0xA0, tlv(0x02, bytes((version,))))))
    assert rules == [("version", f"certificate is of X.509 version {version + 1}, not 3")]


@pytest.mark.parametrize("tag", [0x81, 0x82])
def test_unique_identifiers(tag):
    assert [rule for rule, _ in findings(edit=insert_field(7, tlv(tag, b"\0id")))] == ["unique-identifiers"]


def test_critical_extensions():
    assert findings(extensions=[(UNKNOWN, True)]) == [("critical-extension", "certificate has an unknown critical extension (1.2.3.4)")]
    assert findings(extensions=[(UNKNOWN, False)]) == []
    assert findings(extensions=[(x509.SubjectAlternativeName([x509.DNSName("credkit.test")]), True)]) == []


@pytest.mark.parametrize(("oid", "name"), [("2.5.29.15", "keyUsage"), ("2.5.29.19", "basicConstraints"), ("2.5.29.37", "extendedKeyUsage")])
@pytest.mark.parametrize("twice", [True, False])
def test_unreadable_extensions(oid, name, twice):
    assert findings(edit=set_extension(oid, b"\x30\x05", twice=twice)) == [
        ("extensions", f"certificate has the extension {name} twice or in a form that cannot be read")
    ]


def test_weak_signatures_of_the_issuer():
    assert findings("es256", signature_hash=hashes.SHA224())[0][0] == "signature-algorithm"
    root = pki.make_root("ps256")
    sha1 = pki.make_pki(
        "ps256", root=root, pkcs1=True, edit=replace_field(2, tlv(0x30, bytes.fromhex("06092a864886f70d010105"), b"\x05\x00"))
    )
    assert check_profile(Certificate.parse(sha1.leaf))[0].message == "certificate names two different signature algorithms for itself"
    assert findings("ps256", pkcs1=True) == []


SHA256, SHA384 = bytes.fromhex("300d06096086480165030402010500"), bytes.fromhex("300d06096086480165030402020500")
SHA1 = bytes.fromhex("300906052b0e03021a0500")
MGF = bytes.fromhex("06092a864886f70d010108")


@pytest.mark.parametrize(
    ("parameters", "sound"),
    [
        (tlv(0x30, tlv(0xA0, SHA256), tlv(0xA1, tlv(0x30, MGF, SHA256)), tlv(0xA2, tlv(0x02, b"\x20"))), True),
        (tlv(0x30, tlv(0xA0, SHA384), tlv(0xA1, tlv(0x30, MGF, SHA384))), True),
        (tlv(0x30, tlv(0xA0, SHA256), tlv(0xA1, tlv(0x30, MGF, SHA384))), False),
        (tlv(0x30, tlv(0xA0, SHA1), tlv(0xA1, tlv(0x30, MGF, SHA1))), False),
        (tlv(0x30, tlv(0xA0, SHA256)), False),
        (tlv(0x30), False),
        (tlv(0x30, tlv(0xA0), tlv(0xA1)), False),
        (tlv(0x30, tlv(0xA0, SHA256), tlv(0xA1, tlv(0x30, MGF))), False),
        (tlv(0x30, tlv(0xA0, tlv(0x30)), tlv(0xA1, tlv(0x30, MGF, SHA256))), False),
        (b"\x05\x00", False),
        (b"", False),
        (None, False),
    ],
)
def test_pss_parameters(parameters, sound):
    assert is_sound_signature(AlgorithmIdentifier(oid="1.2.840.113549.1.1.10", parameters=parameters)) is sound


@pytest.mark.parametrize(
    "oid", ["1.2.840.113549.1.1.5", "1.2.840.113549.1.1.4", "1.2.840.10045.4.1", "1.3.101.113", "1.2.840.113549.1.1.14"]
)
def test_signature_algorithms_that_are_not_allowed(oid):
    assert not is_sound_signature(AlgorithmIdentifier(oid=oid))


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (ec.generate_private_key(ec.SECP256K1()), "an elliptic curve key that is not on a named curve of C2PA"),
        (ec.generate_private_key(ec.SECP192R1()), "an elliptic curve key that is not on a named curve of C2PA"),
        (pki.rsa_key(1024), "an RSA key of 1,024 bits where 2048 to 16384 are allowed"),
        (ed448.Ed448PrivateKey.generate(), "a key of a kind that C2PA does not allow (Ed448)"),
    ],
    ids=["secp256k1", "p192", "rsa1024", "ed448"],
)
def test_keys_that_are_not_allowed(key, message):
    assert findings(key=key) == [("public-key", f"certificate holds {message}")]


@pytest.mark.parametrize(
    ("spki", "message"),
    [
        (
            tlv(0x30, bytes.fromhex("300506032b6570"), tlv(0x03, b"\0\x01" + bytes(31))),
            "an Ed25519 key that is no sound point of the curve",
        ),
        (tlv(0x30, bytes.fromhex("300506032b6570"), tlv(0x03, b"\0\x01")), "an Ed25519 key that is no sound point of the curve"),
        (
            tlv(0x30, bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"), tlv(0x03, b"\0\x04" + bytes(64))),
            "an elliptic curve key that is no point of its curve",
        ),
        (
            tlv(0x30, bytes.fromhex("300906072a8648ce3d0201"), tlv(0x03, b"\0\x04")),
            "an elliptic curve key that is not on a named curve of C2PA",
        ),
        (tlv(0x30, bytes.fromhex("300d06092a864886f70d0101010500"), tlv(0x03, b"\0\x30\x00")), "an RSA key that cannot be read"),
        (tlv(0x30, bytes.fromhex("300506032a0304"), tlv(0x03, b"\0")), "a key of a kind that C2PA does not allow (1.2.3.4)"),
    ],
    ids=["small order", "short", "off the curve", "no curve", "empty rsa", "unknown"],
)
def test_keys_that_are_no_keys(spki, message):
    assert findings(edit=replace_field(6, spki)) == [("public-key", f"certificate holds {message}")]


def test_lattices_count_in_edition_2_5_alone():
    by_lattice = Certificate.parse(pki.make_pki("ed25519", root=pki.make_root("ml-dsa-44")).leaf)
    of_lattice = Certificate.parse(pki.make_pki("ml-dsa-65", root=pki.make_root("ed25519")).leaf)
    for certificate, rule in ((by_lattice, "signature-algorithm"), (of_lattice, "public-key")):
        assert [finding.rule for finding in check_profile(certificate)] == [rule]
        assert check_profile(certificate, lattices=True) == ()


def test_a_chosen_certificate_needs_only_sound_algorithms():
    spoiled = pki.make_pki(eku=None, usage=None, ca=True, aki=False, extensions=[(UNKNOWN, True)])
    certificate = Certificate.parse(spoiled.leaf)
    assert {finding.rule for finding in check_profile(certificate)} == {
        "certificate-authority",
        "key-usage",
        "authority-key-identifier",
        "critical-extension",
        "extended-key-usage",
    }
    assert check_profile(certificate, chosen=True) == ()
    weak = Certificate.parse(pki.make_pki(key=pki.rsa_key(1024)).leaf)
    assert [finding.rule for finding in check_profile(weak, chosen=True)] == ["public-key"]


@pytest.mark.parametrize(("bits", "words"), [(2047, "2,047"), (2048, None), (16384, None), (16385, "16,385")])
def test_sizes_of_rsa_keys(bits, words):
    key = rsa.RSAPublicNumbers(65537, (1 << bits) - 1).public_key()
    certificate = replace(Certificate.parse(pki.make_pki("ps256").leaf), public_key=key)
    found = [finding.message for finding in check_profile(certificate)]
    assert found == ([f"certificate holds an RSA key of {words} bits where 2048 to 16384 are allowed"] if words else [])


def test_every_finding_says_how_to_mend_it():
    spoiled = Certificate.parse(pki.make_pki(eku=None, usage=None, ca=True, aki=False, key=pki.rsa_key(1024)).leaf)
    for finding in check_profile(spoiled):
        assert str(finding) == f"{finding.message}: {finding.mend}"
        assert finding.mend
        assert finding.rule
    assert 'make one with "credkit identity new"' in [finding.mend for finding in check_profile(spoiled)]


def test_certificates_of_real_signers_fit(corpus):
    for path in corpus.glob("certs/*.pub"):
        assert check_profile(Certificate.parse(pem_blocks(path.read_bytes())[0].der)) == ()
    for block in pem_blocks((corpus / "trust" / "cai-interim_allowed.pem").read_bytes()):
        assert check_profile(Certificate.parse(block.der)) == ()


ASK = "ask the authority that issued it for a certificate"
USE = "use an Ed25519 key, an elliptic curve key on P-256, P-384 or P-521, or an RSA key of at least 2048 bits"
NEW = 'make one with "credkit identity new"'
MD5 = AlgorithmIdentifier(oid="1.2.840.113549.1.1.4")
EC_KEY, RSA_KEY, ED25519, ML_DSA = "1.2.840.10045.2.1", "1.2.840.113549.1.1.1", "1.3.101.112", "2.16.840.1.101.3.4.3.17"
ANY, STAMPS, RESPONSES = "2.5.29.37.0", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"


def kind_of_key(oid: str, parameters: bytes | None = None) -> dict[str, Any]:
    return {"key_algorithm": AlgorithmIdentifier(oid=oid, parameters=parameters), "public_key": None}


@pytest.mark.parametrize(
    ("changes", "rule", "words", "mend"),
    [
        (
            {"has_one_signature_algorithm": False},
            "signature-algorithm",
            "certificate names two different signature algorithms for itself",
            f"{ASK} made anew",
        ),
        (
            {"signature_algorithm": MD5},
            "signature-algorithm",
            "certificate was signed by its issuer with an algorithm not allowed by C2PA (1.2.840.113549.1.1.4)",
            f"{ASK} signed with SHA-256 or stronger",
        ),
        (kind_of_key(EC_KEY), "public-key", "certificate holds an elliptic curve key that is not on a named curve of C2PA", USE),
        (
            kind_of_key(EC_KEY, bytes.fromhex("06052b81040022")),
            "public-key",
            "certificate holds an elliptic curve key that is no point of its curve",
            USE,
        ),
        (kind_of_key(RSA_KEY), "public-key", "certificate holds an RSA key that cannot be read", USE),
        (kind_of_key(ED25519), "public-key", "certificate holds an Ed25519 key that is no sound point of the curve", USE),
        (kind_of_key(ML_DSA), "public-key", f"certificate holds a key of a kind that C2PA does not allow ({ML_DSA})", USE),
        ({"version": 1}, "version", "certificate is of X.509 version 1, not 3", f"{ASK} of version 3"),
        (
            {"has_unique_identifiers": True},
            "unique-identifiers",
            "certificate has the forbidden field issuerUniqueID or subjectUniqueID",
            f"{ASK} without it",
        ),
        *(
            (
                {"unreadable_extensions": (oid,)},
                "extensions",
                f"certificate has the extension {name} twice or in a form that cannot be read",
                f"{ASK} made anew",
            )
            for oid, name in ((OID.BASIC_CONSTRAINTS, "basicConstraints"), (OID.KEY_USAGE, "keyUsage"), ("1.2.3", "1.2.3"))
        ),
        ({"is_ca": True}, "certificate-authority", None, f"use a signing certificate issued by it, or {NEW}"),
        ({"key_usage": None}, "key-usage", "certificate has no keyUsage extension", f"{ASK} with keyUsage digitalSignature"),
        (
            {"key_usage": frozenset({"cRLSign"})},
            "key-usage",
            "certificate does not allow digital signatures (keyUsage)",
            f"{ASK} with keyUsage digitalSignature",
        ),
        (
            {"key_usage": frozenset({"digitalSignature", "keyCertSign"})},
            "key-usage",
            "certificate may sign other certificates (keyUsage keyCertSign)",
            f"{ASK} without keyCertSign",
        ),
        (
            {"extensions": ()},
            "authority-key-identifier",
            "certificate does not say which key of its issuer signed it (authorityKeyIdentifier)",
            f"{ASK} with that extension",
        ),
        (
            {"extended_key_usages": (CLAIM_SIGNING, ANY)},
            "extended-key-usage",
            "certificate is for any purpose (anyExtendedKeyUsage)",
            f"{ASK} with a purpose of its own",
        ),
        (
            {"extended_key_usages": (CLAIM_SIGNING, STAMPS)},
            "extended-key-usage",
            "certificate has the purpose timeStamping beside another",
            f"{ASK} without timeStamping",
        ),
        (
            {"extended_key_usages": (CLAIM_SIGNING, RESPONSES)},
            "extended-key-usage",
            "certificate has the purpose OCSPSigning beside another",
            f"{ASK} without OCSPSigning",
        ),
        ({"extended_key_usages": ()}, "extended-key-usage", NO_PURPOSE, NEW),
        ({"der": b""}, "form", "certificate is not written as X.509 demands", f"{ASK} made anew"),
    ],
)
def test_rule_words_and_advice(changes: dict[str, Any], rule: str, words: str | None, mend: str):
    sound = Certificate.parse(pki.make_pki("ed25519").leaf)
    (finding,) = check_profile(replace(sound, **changes))
    words = words or "certificate is that of an authority (CA:TRUE), which may sign certificates but not claims"
    assert (finding.rule, finding.message, finding.mend) == (rule, words, mend)


def test_an_unknown_critical_extension_in_words():
    sound = Certificate.parse(pki.make_pki("ed25519").leaf)
    more = (*sound.extensions, Extension(oid="1.2.3", critical=True, value=b""), Extension(oid="1.2.4", critical=False, value=b""))
    (finding,) = check_profile(replace(sound, extensions=more))
    assert (finding.rule, finding.message) == ("critical-extension", "certificate has an unknown critical extension (1.2.3)")
    assert finding.mend == f"{ASK} in which that extension is absent or not critical"


SHA_256, SHA_384 = bytes.fromhex("300b0609608648016503040201"), bytes.fromhex("300b0609608648016503040202")
MGF1 = bytes.fromhex("06092a864886f70d010108")
PSS = (tlv(0xA0, SHA_256), tlv(0xA1, tlv(0x30, MGF1, SHA_256)))


@pytest.mark.parametrize("oid", ["1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2", "1.3.101.112"])
def test_parameters_beside_an_algorithm_that_has_none(oid: str):
    """In a time-stamp or OCSP response nothing signs them, so that anybody could put words there."""
    for parameters, sound in ((None, True), (b"\x05\x00", True), (b"\x05\x04evil", False), (b"\x0c\x04evil", False), (b"", False)):
        assert is_sound_signature(AlgorithmIdentifier(oid=oid, parameters=parameters)) is sound


@pytest.mark.parametrize(
    ("fields", "sound"),
    [
        ((tlv(0xA0, SHA_256), tlv(0xA1, tlv(0x30, MGF1, SHA_256))), True),
        ((tlv(0xA0, SHA_256),), False),
        ((tlv(0xA1, tlv(0x30, MGF1, SHA_256)),), False),
        ((tlv(0xA0, SHA_256), tlv(0xA1, tlv(0x30, MGF1, SHA_384))), False),
        ((tlv(0xA0, SHA_256), tlv(0xA1, tlv(0x30, MGF1))), False),
        ((tlv(0xA0, b"\x30\0"), tlv(0xA1, tlv(0x30, MGF1, SHA_256))), False),
        ((tlv(0xA0, SHA_256), tlv(0xA1, tlv(0x30, MGF1[:-1] + b"\x09", SHA_256))), False),
        ((tlv(0xA0), tlv(0xA1)), False),
        ((*PSS, tlv(0xA3, b"\x02\x01\x01")), True),
        ((*PSS, tlv(0xA2, b"\x02\x01\x20"), tlv(0xA3, b"\x02\x01\x01")), True),
        ((*PSS, tlv(0xA3, b"\x02\x01\x02")), False),
        ((*PSS, tlv(0xA4, b"\x0c\x04evil")), False),
        ((*PSS, tlv(0xA2, b"\x02\x01\x20", b"\x0c\x04evil")), False),
        ((PSS[1], PSS[0]), False),
        ((*PSS, PSS[1]), False),
        ((tlv(0xA0, tlv(0x30, SHA_256[2:], b"\x0c\x04evil")), PSS[1]), False),
        ((PSS[0], tlv(0xA1, tlv(0x30, MGF1, tlv(0x30, SHA_256[2:], b"\x05\x04evil")))), False),
        ((PSS[0], tlv(0xA1, tlv(0x30, MGF1, SHA_256, b"\x0c\x04evil"))), False),
    ],
)
def test_fields_of_pss_parameters(fields: tuple[bytes, ...], sound: bool):
    for tag, expected in ((0x30, sound), (0x31, False)):
        assert is_sound_signature(AlgorithmIdentifier(oid="1.2.840.113549.1.1.10", parameters=tlv(tag, *fields))) is expected
