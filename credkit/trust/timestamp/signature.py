"""Whether a time-stamp token was signed by the certificate that it names (RFC 5652, 5.6), and with which algorithms it may be.

Whether that certificate may speak about time is left to ``authority``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.algorithms import ALGORITHMS
from credkit.trust.certificate import Certificate
from credkit.trust.der import read
from credkit.trust.profile import is_sound_signature
from credkit.trust.timestamp.structure import TimeStampToken, TokenSigner

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

__all__ = ["IMPRINT_HASHES", "has_allowed_algorithm", "signature_problem", "signing_certificate"]

IMPRINT_HASHES: dict[str, str] = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
"""Hash algorithms of C2PA by dotted identifier, as ``hashlib`` calls them."""
# RFC 2634 knows no other hash than SHA-1 for the first signing-certificate attribute; finding a second certificate for a given hash is
# still out of reach, and the authority's signature is over the attribute.
_CERTIFICATE_HASHES = IMPRINT_HASHES | {"1.3.14.3.2.26": "sha1"}
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_KEY_IDENTIFIER = "2.5.29.14"
_RSA, _PSS, _ED25519 = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.3.101.112"
_RSA_HASHES = {"1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512"}
_ECDSA_HASHES = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512"}


def has_allowed_algorithm(signer: TokenSigner) -> bool:
    """Whether the token is signed with RSA (PKCS #1 v1.5 or PSS), ECDSA or Ed25519, and hashed with SHA-2 throughout."""
    algorithm = signer.signature_algorithm
    return signer.digest_algorithm in IMPRINT_HASHES and (algorithm.oid == _RSA or is_sound_signature(algorithm))


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
    if not _verifies(certificate.public_key, signer, signer.signed_attributes):
        return "the signature does not verify with the key of the certificate"
    return None


def _is_digest_of(der: bytes, algorithm: str, expected: bytes) -> bool:
    name = _CERTIFICATE_HASHES.get(algorithm)
    return name is not None and hmac.compare_digest(hashlib.new(name, der, usedforsecurity=False).digest(), expected)


def _verifies(key: Any, signer: TokenSigner, data: bytes) -> bool:
    from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

    try:
        _scheme(signer)(key, signer.signature, data)
    except (InvalidSignature, UnsupportedAlgorithm, InternalError, MalformedError, ValueError, TypeError):
        return False
    return True


_Scheme = Callable[[Any, bytes, bytes], None]


def _scheme(signer: TokenSigner) -> _Scheme:
    oid = signer.signature_algorithm.oid
    if oid == _ED25519:
        return _verify_ed25519
    if oid in _ECDSA_HASHES:
        return _ecdsa(_ECDSA_HASHES[oid])
    if oid == _PSS:
        return _pss(signer.signature_algorithm.parameters or b"")
    return _pkcs1(_RSA_HASHES.get(oid) or IMPRINT_HASHES[signer.digest_algorithm])


def _hash(name: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    kinds: dict[str, type[HashAlgorithm]] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
    return kinds[name]()


def _verify_ed25519(key: Any, signature: bytes, data: bytes) -> None:
    if not ALGORITHMS[-8].accepts_key(key):
        raise TypeError("not a sound Ed25519 key")
    key.verify(signature, data)


def _ecdsa(hash_name: str) -> _Scheme:
    from cryptography.hazmat.primitives.asymmetric import ec

    def verify(key: Any, signature: bytes, data: bytes) -> None:
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise TypeError("not an elliptic curve key")
        key.verify(signature, data, ec.ECDSA(_hash(hash_name)))

    return verify


def _pkcs1(hash_name: str) -> _Scheme:
    from cryptography.hazmat.primitives.asymmetric import padding

    return _rsa(padding.PKCS1v15(), _hash(hash_name))


def _pss(parameters: bytes) -> _Scheme:
    """PSS with a salt as long as the hash, as C2PA has it everywhere; nothing signs the parameters, so that they only may say the same.

    ``is_sound_signature`` has seen that hash and mask generation are stated and of one SHA-2 hash.
    """
    from cryptography.hazmat.primitives.asymmetric import padding

    fields = {part.tag: part.only("PSS parameter") for part in read(parameters, "time-stamp").children()}
    chosen = _hash(IMPRINT_HASHES[fields[0xA0].children()[0].oid("hash algorithm")])
    if 0xA2 not in fields or fields[0xA2].integer("salt length") != chosen.digest_size:
        raise ValueError("the salt is not as long as the hash")
    return _rsa(padding.PSS(mgf=padding.MGF1(chosen), salt_length=chosen.digest_size), chosen)


def _rsa(scheme: Any, hash_algorithm: HashAlgorithm) -> _Scheme:
    from cryptography.hazmat.primitives.asymmetric import rsa

    def verify(key: Any, signature: bytes, data: bytes) -> None:
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError("not an RSA key")
        key.verify(signature, data, scheme, hash_algorithm)

    return verify
