"""Whether a time-stamp token was signed by the certificate that it names (RFC 5652, 5.6), and with which algorithms it may be.

Whether that certificate may speak about time is left to ``authority``.
"""

from __future__ import annotations

import hashlib
import hmac

from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.certificate import Certificate
from credkit.trust.der import read
from credkit.trust.profile import has_no_parameters, is_sound_signature
from credkit.trust.timestamp.structure import TimeStampToken, TokenSigner
from credkit.trust.verification import SHA2, verifies

__all__ = ["IMPRINT_HASHES", "has_allowed_algorithm", "signature_problem", "signing_certificate"]

IMPRINT_HASHES = SHA2
"""Hash algorithms that a time-stamp may be made with: those of C2PA, by dotted identifier, as ``hashlib`` calls them."""
# RFC 2634 knows no other hash than SHA-1 for the first signing-certificate attribute; finding a second certificate for a given hash is
# still out of reach, and the authority's signature is over the attribute.
_CERTIFICATE_HASHES = IMPRINT_HASHES | {"1.3.14.3.2.26": "sha1"}
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_KEY_IDENTIFIER = "2.5.29.14"
_RSA = "1.2.840.113549.1.1.1"


def has_allowed_algorithm(signer: TokenSigner) -> bool:
    """Whether the token is signed with RSA (PKCS #1 v1.5 or PSS), ECDSA or Ed25519, and hashed with SHA-2 throughout."""
    algorithm = signer.signature_algorithm
    is_plain_rsa = algorithm.oid == _RSA and has_no_parameters(algorithm)
    return signer.digest_algorithm in IMPRINT_HASHES and (is_plain_rsa or is_sound_signature(algorithm))


def signing_certificate(token: TimeStampToken, limits: Limits = DEFAULT_LIMITS) -> Certificate | None:
    """The certificate of the token that its signer names, by issuer and serial number or by key identifier; None when it is not there or
    cannot be read.
    """
    for der in token.certificates:
        try:
            certificate = Certificate.parse(der, limits)
        except MalformedError:
            continue
        if _is_named(certificate, token.signer):
            return certificate
    return None


def _is_named(certificate: Certificate, signer: TokenSigner) -> bool:
    if signer.issuer_der is not None:
        return certificate.issuer_der == signer.issuer_der and certificate.serial_number == str(signer.serial_number)
    extension = certificate.extension(_KEY_IDENTIFIER)
    try:
        return extension is not None and read(extension.value, "time-stamp").body == signer.key_identifier
    except MalformedError:
        return False


def signature_problem(token: TimeStampToken, certificate: Certificate) -> str | None:
    """Why the token is not what the holder of ``certificate`` signed, in words; None when it is. ``has_allowed_algorithm`` comes first."""
    signer = token.signer
    if signer.signed_attributes is None or signer.content_type != _TST_INFO:
        return "the signed attributes do not say that a time-stamp was signed"
    digest = hashlib.new(IMPRINT_HASHES[signer.digest_algorithm], token.info).digest()
    if signer.message_digest is None or not hmac.compare_digest(digest, signer.message_digest):
        return "the content is not the one that was signed"
    if not signer.certificate_digests:
        return "the signature does not say with which certificate it was made (signing-certificate)"
    if not all(_is_digest_of(certificate.der, *expected) for expected in signer.certificate_digests):
        return "the certificate is not the one that the signature names"
    algorithm, hash_name = signer.signature_algorithm, IMPRINT_HASHES[signer.digest_algorithm]
    if not verifies(certificate.public_key, algorithm, signer.signature, signer.signed_attributes, hash_name=hash_name):
        return "the signature does not verify with the key of the certificate"
    return None


def _is_digest_of(der: bytes, algorithm: str, expected: bytes) -> bool:
    name = _CERTIFICATE_HASHES.get(algorithm)
    return name is not None and hmac.compare_digest(hashlib.new(name, der, usedforsecurity=False).digest(), expected)
