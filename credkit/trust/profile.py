"""The C2PA profile of a claim-signing certificate, rule by rule.

Clause: "Certificate profiles" (anchor ``_certificate_profiles``). It holds for the signer's own certificate alone; authorities are judged
by the path (``path``), and the period of validity by whoever knows the time. Each broken rule is a ``Finding`` that also says how to mend
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.trust import openssl
from credkit.trust.algorithms import (
    ALGORITHMS,
    RSA_EXPONENT_BITS,
    RSA_LARGEST,
    RSA_SMALLEST,
    has_small_exponent,
    key_description,
    lattice_key_name,
)
from credkit.trust.certificate import OID, AlgorithmIdentifier, Certificate
from credkit.trust.der import Element, read

__all__ = [
    "CLAIM_SIGNING",
    "DEFAULT_PURPOSES",
    "DOCUMENT_SIGNING",
    "EMAIL_PROTECTION",
    "OCSP_SIGNING",
    "TIME_STAMPING",
    "Finding",
    "check_profile",
    "has_no_parameters",
    "is_sound_signature",
]

CLAIM_SIGNING = "1.3.6.1.4.1.62558.2.1"
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"
_MICROSOFT_SIGNING = "1.3.6.1.4.1.311.76.59.1.9"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
_ANY_PURPOSE = "2.5.29.37.0"
DEFAULT_PURPOSES = frozenset({CLAIM_SIGNING, EMAIL_PROTECTION, DOCUMENT_SIGNING, _MICROSOFT_SIGNING})
"""Extended key usages with which a certificate may sign claims when the trust policy names no others."""

_PURPOSE_NAMES = {EMAIL_PROTECTION: "emailProtection", DOCUMENT_SIGNING: "documentSigning", CLAIM_SIGNING: "c2pa-kp-claimSigning"}
_EC_KEY, _RSA_KEY, _PSS, _ED25519 = "1.2.840.10045.2.1", "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.3.101.112"
_SHA2 = {"2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512"}
_MGF1 = "1.2.840.113549.1.1.8"
_NULL = b"\x05\x00"
_PSS_FIELDS = tuple((0xA0, 0xA1, *more) for more in ((), (0xA2,), (0xA3,), (0xA2, 0xA3)))
"""Tags of hash, mask generation, salt length and trailer; the first two have to be there."""
_SIGNATURES = {
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    _ED25519: "Ed25519",
}
_LATTICES = {"2.16.840.1.101.3.4.3.17": "ML-DSA-44", "2.16.840.1.101.3.4.3.18": "ML-DSA-65", "2.16.840.1.101.3.4.3.19": "ML-DSA-87"}
_CURVES = {"1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521"}
# Extensions that may be critical: those of RFC 5280.
_KNOWN_EXTENSIONS = frozenset(
    {f"2.5.29.{arc}" for arc in (9, 14, 15, 17, 18, 19, 30, 31, 32, 33, 35, 36, 37, 46, 54)} | {"1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11"}
)
_EXTENSION_NAMES = {OID.BASIC_CONSTRAINTS: "basicConstraints", OID.KEY_USAGE: "keyUsage", OID.EXTENDED_KEY_USAGE: "extendedKeyUsage"}
_NEW_IDENTITY = 'make one with "credkit identity new"'
_ASK = "ask the authority that issued it for a certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken rule: its name, what was found, and how to mend it; ``str()`` joins the two for people."""

    rule: str
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.message}: {self.mend}"


def check_profile(
    certificate: Certificate, *, purposes: frozenset[str] = DEFAULT_PURPOSES, chosen: bool = False, lattices: bool = False
) -> tuple[Finding, ...]:
    """Every rule of the profile that the certificate breaks; empty when it may sign claims.

    ``purposes`` are the accepted extended key usages. ``chosen`` is for a certificate that the user trusts by itself (private credential
    store): the clause then demands only sound algorithms and keys. ``lattices`` lets ML-DSA count as sound, as edition 2.5 does.
    """
    rules = () if chosen else _STRUCTURE_RULES
    findings = [*_signature_algorithm(certificate, lattices), *_public_key(certificate, lattices)]
    findings += [finding for rule in rules for finding in rule(certificate)]
    if not chosen:
        findings += _purposes(certificate, purposes)
    if not chosen and not findings:
        findings += _form(certificate)
    return tuple(findings)


def is_sound_signature(algorithm: AlgorithmIdentifier, *, lattices: bool = False) -> bool:
    """Whether an issuer's signature algorithm is one that the profile allows (SHA-2 with RSA, RSASSA-PSS or ECDSA; Ed25519; with
    ``lattices`` ML-DSA, which has no parameters).
    """
    if algorithm.oid in _LATTICES:
        return lattices and algorithm.parameters is None
    if algorithm.oid == _PSS:
        return algorithm.parameters is not None and _is_sound_pss(algorithm.parameters)
    return algorithm.oid in _SIGNATURES and has_no_parameters(algorithm)


def has_no_parameters(algorithm: AlgorithmIdentifier) -> bool:
    """Whether nothing, or an empty NULL, stands in the place of its parameters: in a time-stamp or OCSP response nothing signs them."""
    return algorithm.parameters in (None, _NULL)


def _is_sound_pss(parameters: bytes) -> bool:
    """Hash and mask generation stated, of the same SHA-2 hash; an absent field would mean SHA-1. No other fields than the standard's
    (RFC 4055, 3.1), each once, in order.
    """
    try:
        parts = read(parameters, "certificate").expect(0x30, "PSS parameters").children()
        fields = {part.tag: part.only("PSS parameter") for part in parts}
        if tuple(fields) not in _PSS_FIELDS or len(parts) != len(fields):
            return False
        if 0xA3 in fields and fields[0xA3].integer("trailer") != 1:
            return False
        hash_name = _hash_oid(fields[0xA0])
        mask, mask_parameters = fields[0xA1].children()
        return hash_name in _SHA2 and mask.oid("mask generation") == _MGF1 and _hash_oid(mask_parameters) == hash_name
    except (MalformedError, ValueError, IndexError):
        return False


def _hash_oid(element: Element) -> str:
    """A hash algorithm has no parameters, or NULL in their place (RFC 5754, 2)."""
    oid, *parameters = element.expect(0x30, "hash algorithm").children()
    if [part.raw for part in parameters] not in ([], [_NULL]):
        raise element.error("hash algorithm has parameters")
    return oid.oid("hash algorithm")


def _signature_algorithm(certificate: Certificate, lattices: bool) -> Iterator[Finding]:
    if not certificate.has_one_signature_algorithm:
        yield Finding(
            rule="signature-algorithm", message="certificate names two different signature algorithms for itself", mend=f"{_ASK} made anew"
        )
    elif not is_sound_signature(certificate.signature_algorithm, lattices=lattices):
        yield Finding(
            rule="signature-algorithm",
            message=f"certificate was signed by its issuer with an algorithm not allowed by C2PA ({certificate.signature_algorithm.oid})",
            mend=f"{_ASK} signed with SHA-256 or stronger",
        )


def _public_key(certificate: Certificate, lattices: bool) -> Iterator[Finding]:
    problem = _key_problem(certificate, lattices)
    if problem:
        yield Finding(
            rule="public-key",
            message=f"certificate holds {problem}",
            mend="use an Ed25519 key, an elliptic curve key on P-256, P-384 or P-521, or an RSA key of at least 2048 bits",
        )


def _key_problem(certificate: Certificate, lattices: bool) -> str | None:
    key, kind = certificate.public_key, certificate.key_algorithm
    if kind.oid == _EC_KEY:
        curve = _curve(kind)
        if curve not in _CURVES:
            return "an elliptic curve key that is not on a named curve of C2PA"
        return None if key is not None else "an elliptic curve key that is no point of its curve"
    if kind.oid in (_RSA_KEY, _PSS):
        from cryptography.hazmat.primitives.asymmetric import rsa

        if not isinstance(key, rsa.RSAPublicKey):
            return "an RSA key that cannot be read"
        if not RSA_SMALLEST <= key.key_size <= RSA_LARGEST:
            return f"an RSA key of {key.key_size:,} bits where {RSA_SMALLEST} to {RSA_LARGEST} are allowed"
        return None if has_small_exponent(key) else f"an RSA key with a public exponent of more than {RSA_EXPONENT_BITS} bits"
    if kind.oid == _ED25519:
        return None if ALGORITHMS[-8].accepts_key(key) else "an Ed25519 key that is no sound point of the curve"
    if kind.oid in _LATTICES and lattices:
        return None if lattice_key_name(key) == _LATTICES[kind.oid] and kind.parameters is None else "an ML-DSA key that is not usable"
    return f"a key of a kind that C2PA does not allow ({key_description(key) if key is not None else kind.oid})"


def _curve(kind: AlgorithmIdentifier) -> str | None:
    try:
        return read(kind.parameters or b"", "certificate").oid("curve")
    except MalformedError:
        return None


def _form(certificate: Certificate) -> Iterator[Finding]:
    """``Certificate`` reads leniently what only people look at; what OpenSSL, which builds the path, cannot read is no certificate."""
    try:
        openssl.load(certificate.der)
    except MalformedError:
        yield Finding(rule="form", message="certificate is not written as X.509 demands", mend=f"{_ASK} made anew")


def _version(certificate: Certificate) -> Iterator[Finding]:
    if certificate.version != 3:
        yield Finding(rule="version", message=f"certificate is of X.509 version {certificate.version}, not 3", mend=f"{_ASK} of version 3")


def _unique_identifiers(certificate: Certificate) -> Iterator[Finding]:
    if certificate.has_unique_identifiers:
        yield Finding(
            rule="unique-identifiers",
            message="certificate has the forbidden field issuerUniqueID or subjectUniqueID",
            mend=f"{_ASK} without it",
        )


def _unreadable_extensions(certificate: Certificate) -> Iterator[Finding]:
    for oid in certificate.unreadable_extensions:
        yield Finding(
            rule="extensions",
            message=f"certificate has the extension {_EXTENSION_NAMES.get(oid, oid)} twice or in a form that cannot be read",
            mend=f"{_ASK} made anew",
        )


def _critical_extensions(certificate: Certificate) -> Iterator[Finding]:
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _KNOWN_EXTENSIONS:
            yield Finding(
                rule="critical-extension",
                message=f"certificate has an unknown critical extension ({extension.oid})",
                mend=f"{_ASK} in which that extension is absent or not critical",
            )


def _authority(certificate: Certificate) -> Iterator[Finding]:
    if certificate.is_ca:
        yield Finding(
            rule="certificate-authority",
            message="certificate is that of an authority (CA:TRUE), which may sign certificates but not claims",
            mend=f"use a signing certificate issued by it, or {_NEW_IDENTITY}",
        )


def _key_usage(certificate: Certificate) -> Iterator[Finding]:
    usage = certificate.key_usage
    if usage is None:
        if OID.KEY_USAGE not in certificate.unreadable_extensions:
            yield Finding(rule="key-usage", message="certificate has no keyUsage extension", mend=f"{_ASK} with keyUsage digitalSignature")
        return
    if "digitalSignature" not in usage:
        yield Finding(
            rule="key-usage",
            message="certificate does not allow digital signatures (keyUsage)",
            mend=f"{_ASK} with keyUsage digitalSignature",
        )
    if "keyCertSign" in usage and not certificate.is_ca:
        yield Finding(
            rule="key-usage", message="certificate may sign other certificates (keyUsage keyCertSign)", mend=f"{_ASK} without keyCertSign"
        )


def _authority_key_identifier(certificate: Certificate) -> Iterator[Finding]:
    if not certificate.self_issued and certificate.extension(OID.AUTHORITY_KEY_IDENTIFIER) is None:
        yield Finding(
            rule="authority-key-identifier",
            message="certificate does not say which key of its issuer signed it (authorityKeyIdentifier)",
            mend=f"{_ASK} with that extension",
        )


def _purposes(certificate: Certificate, accepted: frozenset[str]) -> Iterator[Finding]:
    found = certificate.extended_key_usages
    rule = "extended-key-usage"
    if OID.EXTENDED_KEY_USAGE in certificate.unreadable_extensions:
        return
    if _ANY_PURPOSE in found:
        yield Finding(rule=rule, message="certificate is for any purpose (anyExtendedKeyUsage)", mend=f"{_ASK} with a purpose of its own")
    for lonely, name in ((TIME_STAMPING, "timeStamping"), (OCSP_SIGNING, "OCSPSigning")):
        if lonely in found and len(set(found)) > 1:
            yield Finding(rule=rule, message=f"certificate has the purpose {name} beside another", mend=f"{_ASK} without {name}")
    if not accepted.intersection(found):
        yield Finding(rule=rule, message=f"certificate has no {_one_of(accepted)} purpose", mend=_NEW_IDENTITY)


def _one_of(accepted: frozenset[str]) -> str:
    """The accepted purposes in words; a vendor's own is not something to advise."""
    known = [name for oid, name in _PURPOSE_NAMES.items() if oid in accepted]
    names = known + sorted(accepted.difference(_PURPOSE_NAMES, (_MICROSOFT_SIGNING,)))
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or "accepted"


_Rule = Callable[[Certificate], Iterator[Finding]]
_STRUCTURE_RULES: tuple[_Rule, ...] = (
    _version,
    _unique_identifiers,
    _unreadable_extensions,
    _critical_extensions,
    _authority,
    _key_usage,
    _authority_key_identifier,
)
