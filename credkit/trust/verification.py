"""Whether a signature of the X.509 world (certificate, time-stamp, OCSP response) verifies with a key.

Which algorithms may be used at all is decided in ``profile``; the signatures of claims, which come in other forms, in ``algorithms``.
Source: RFC 4055, RFC 5758, RFC 8410, RFC 9881 for the identifiers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from credkit.errors import MalformedError
from credkit.trust.algorithms import ALGORITHMS, RSA_LARGEST, has_small_exponent, lattice_key_name
from credkit.trust.certificate import AlgorithmIdentifier, Certificate
from credkit.trust.der import read
from credkit.trust.profile import is_sound_signature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

__all__ = ["SHA2", "is_issued_by", "verifies"]

SHA2: dict[str, str] = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
"""Hash algorithms of C2PA by dotted identifier, as ``hashlib`` calls them."""
_RSA, _PSS, _ED25519 = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.3.101.112"
_RSA_HASHES = {"1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512"}
_ECDSA_HASHES = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512"}
_LATTICES = {"2.16.840.1.101.3.4.3.17": "ML-DSA-44", "2.16.840.1.101.3.4.3.18": "ML-DSA-65", "2.16.840.1.101.3.4.3.19": "ML-DSA-87"}
_Scheme = Callable[[Any, bytes, bytes], None]


def verifies(key: Any, algorithm: AlgorithmIdentifier, signature: bytes, data: bytes, *, hash_name: str = "") -> bool:
    """Whether ``signature`` is the key's signature of ``data``; never raises, and a key or algorithm of another kind is False.

    ``hash_name`` (``sha256`` ...) goes with the identifier of plain RSA, which names no hash.
    """
    from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

    try:
        _scheme(algorithm, hash_name)(key, signature, data)
    except (InvalidSignature, UnsupportedAlgorithm, InternalError, MalformedError, LookupError, ValueError, TypeError):
        return False
    return True


def is_issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the certificate names the issuer and is signed, soundly, with the issuer's key. Nothing is said of time or purpose."""
    algorithm = certificate.signature_algorithm
    if certificate.issuer_der != issuer.subject_der or not certificate.has_one_signature_algorithm:
        return False
    body, _, signature = read(certificate.der, "certificate").children()
    sound = is_sound_signature(algorithm, lattices=True)
    return sound and signature.body[:1] == b"\0" and verifies(issuer.public_key, algorithm, signature.body[1:], body.raw)


def _scheme(algorithm: AlgorithmIdentifier, hash_name: str) -> _Scheme:
    oid = algorithm.oid
    if oid == _ED25519:
        return _verify_ed25519
    if oid in _LATTICES:
        return _lattice(_LATTICES[oid])
    if oid in _ECDSA_HASHES:
        return _ecdsa(_ECDSA_HASHES[oid])
    if oid == _PSS:
        return _pss(algorithm.parameters or b"")
    return _pkcs1(hash_name if oid == _RSA else _RSA_HASHES[oid])


def _hash(name: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    kinds: dict[str, type[HashAlgorithm]] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
    return kinds[name]()


def _verify_ed25519(key: Any, signature: bytes, data: bytes) -> None:
    if not ALGORITHMS[-8].accepts_key(key):
        raise TypeError("not a sound Ed25519 key")
    key.verify(signature, data)


def _lattice(name: str) -> _Scheme:
    def verify(key: Any, signature: bytes, data: bytes) -> None:
        if lattice_key_name(key) != name:
            raise TypeError(f"not a key for {name}")
        key.verify(signature, data)

    return verify


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

    fields = {part.tag: part.only("PSS parameter") for part in read(parameters, "signature").children()}
    chosen = _hash(SHA2[fields[0xA0].children()[0].oid("hash algorithm")])
    if 0xA2 not in fields or fields[0xA2].integer("salt length") != chosen.digest_size:
        raise ValueError("the salt is not as long as the hash")
    return _rsa(padding.PSS(mgf=padding.MGF1(chosen), salt_length=chosen.digest_size), chosen)


def _rsa(scheme: Any, hash_algorithm: HashAlgorithm) -> _Scheme:
    from cryptography.hazmat.primitives.asymmetric import rsa

    def verify(key: Any, signature: bytes, data: bytes) -> None:
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError("not an RSA key")
        if key.key_size > RSA_LARGEST or not has_small_exponent(key):
            raise ValueError("a key that would cost more time than any real one")
        key.verify(signature, data, scheme, hash_algorithm)

    return verify
