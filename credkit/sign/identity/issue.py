"""The two certificates of an identity: an authority of one's own, and the signing certificate under it.

The signing certificate has the C2PA profile and three purposes: emailProtection, because the reference implementation accepts no other
unless it is configured; c2pa-kp-claimSigning, which the standard made for this; documentSigning, which identity assertions ask for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from credkit.dataclass import dataclass, field
from credkit.errors import CredentialError
from credkit.trust.algorithms import SignatureAlgorithm
from credkit.trust.profile import CLAIM_SIGNING, DOCUMENT_SIGNING, EMAIL_PROTECTION

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["Issued", "issue"]

_BACKDATED = timedelta(hours=1)
"""So that a machine whose clock is a little behind does not find the certificate in the future."""
_ROOT_OUTLIVES = timedelta(days=3653)
_LONGEST = timedelta(days=20 * 365)
_RSA_SIZE = 3072


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """New certificates (DER) and their private keys, in memory only."""

    root: bytes = field(repr=False)
    leaf: bytes = field(repr=False)
    root_key: Any = field(repr=False)
    key: Any = field(repr=False)


def issue(name: str, organization: str, days: int, algorithm: SignatureAlgorithm, now: datetime) -> Issued:
    """An authority and a signing certificate for ``name``, valid for ``days`` from ``now``; ``CredentialError`` for another span than 1
    day to 20 years.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    if not timedelta(days=1) <= timedelta(days=days) <= _LONGEST:
        raise CredentialError(f"a certificate for {days:,} days cannot be made: choose 1 to {_LONGEST.days:,} days")
    root_key, key = _new_key(algorithm), _new_key(algorithm)
    root_name = _name(f"{name} root", organization)
    end = now + timedelta(days=days)
    root = _root(root_name, root_key, now, end + _ROOT_OUTLIVES)
    leaf = _leaf(_name(name, organization), key, (root_name, root_key), now, end)
    return Issued(
        root=_signed(root, root_key, algorithm).public_bytes(Encoding.DER),
        leaf=_signed(leaf, root_key, algorithm).public_bytes(Encoding.DER),
        root_key=root_key,
        key=key,
    )


def _new_key(algorithm: SignatureAlgorithm) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if algorithm.family == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm.family == "ECDSA":
        curves: dict[str | None, type[ec.EllipticCurve]] = {curve.name: curve for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)}
        return ec.generate_private_key(curves[algorithm.curve]())
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_SIZE)


def _name(common_name: str, organization: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization), x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(*usages: str) -> x509.KeyUsage:
    from cryptography import x509

    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in usages for usage in every})


def _common(subject: x509.Name, key: Any, issuer: tuple[x509.Name, Any], now: datetime, end: datetime) -> x509.CertificateBuilder:
    from cryptography import x509

    issuer_name, issuer_key = issuer
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _root(subject: x509.Name, key: Any, now: datetime, end: datetime) -> x509.CertificateBuilder:
    from cryptography import x509

    return (
        _common(subject, key, (subject, key), now, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
    )


def _leaf(subject: x509.Name, key: Any, issuer: tuple[x509.Name, Any], now: datetime, end: datetime) -> x509.CertificateBuilder:
    from cryptography import x509

    purposes = [x509.ObjectIdentifier(oid) for oid in (EMAIL_PROTECTION, DOCUMENT_SIGNING, CLAIM_SIGNING)]
    return (
        _common(subject, key, issuer, now, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage("digital_signature", "content_commitment"), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    )


def _signed(builder: x509.CertificateBuilder, issuer_key: Any, algorithm: SignatureAlgorithm) -> x509.Certificate:
    if algorithm.family == "EdDSA":
        return builder.sign(issuer_key, None)
    chosen: Any = algorithm.hash()
    return builder.sign(issuer_key, chosen, rsa_padding=algorithm.padding() if algorithm.family == "RSASSA-PSS" else None)
