"""Authorities and signing certificates in memory, right ones and ones with a single fault.

``signer("es256")`` and ``root_pem("es256")`` give a sound signer and its anchor; ``make_pki`` takes keywords that spoil one field of the
signing certificate. Keys are made anew in every run, RSA keys once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from credkit.sign.signer import Signer
from credkit.trust.der import read
from credkit.trust.pem import to_pem

ALGORITHMS = ("ed25519", "es256", "es384", "es512", "ps256", "ps384", "ps512")
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"
CLAIM_SIGNING = "1.3.6.1.4.1.62558.2.1"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
NOW = datetime.now(UTC).replace(microsecond=0)
KEY_USAGES = (
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
_CURVES = {"es256": ec.SECP256R1, "es384": ec.SECP384R1, "es512": ec.SECP521R1}
_LATTICES: dict[str, Any] = {
    "ml-dsa-44": mldsa.MLDSA44PrivateKey,
    "ml-dsa-65": mldsa.MLDSA65PrivateKey,
    "ml-dsa-87": mldsa.MLDSA87PrivateKey,
}
_HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


@dataclass(frozen=True, kw_only=True)
class Authority:
    """An issuer: its certificate and key, and how it signs."""

    certificate: x509.Certificate
    key: Any = field(repr=False)
    algorithm: str

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return to_pem((self.der,))


@dataclass(frozen=True, kw_only=True)
class Pki:
    """A signing certificate with everything above it."""

    algorithm: str
    root: Authority
    intermediate: Authority | None
    leaf: bytes
    """DER."""
    key: Any = field(repr=False)

    @property
    def chain(self) -> tuple[bytes, ...]:
        """DER, the signing certificate first, without the root."""
        return (self.leaf, self.intermediate.der) if self.intermediate else (self.leaf,)

    @property
    def chain_pem(self) -> bytes:
        return to_pem(self.chain)

    @property
    def root_pem(self) -> bytes:
        return self.root.pem

    @property
    def key_pem(self) -> bytes:
        return private_pem(self.key)

    def signer(self) -> Signer:
        """The signer, unchecked."""
        return Signer.from_pem(self.chain_pem, self.key_pem, algorithm=self.algorithm)


def signer(algorithm: str = "ed25519") -> Signer:
    """A sound signer; the same one each time."""
    return default_pki(algorithm).signer()


def root_pem(algorithm: str = "ed25519") -> bytes:
    """The anchor of ``signer(algorithm)``."""
    return default_pki(algorithm).root_pem


def default_pki(algorithm: str = "ed25519") -> Pki:
    """What ``signer`` and ``root_pem`` stand on: root, intermediate, signing certificate; the same one each time."""
    return _default_pki(algorithm)


@cache
def _default_pki(algorithm: str) -> Pki:
    return make_pki(algorithm, intermediate=True)


@cache
def rsa_key(size: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    """RSA keys are slow to make: one for each size and number."""
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def new_key(algorithm: str, number: int = 0) -> Any:
    """A private key for an algorithm; RSA keys repeat for the same number."""
    if algorithm == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm in _LATTICES:
        return _LATTICES[algorithm].generate()
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm]())
    return rsa_key(2048, number)


def private_pem(key: Any) -> bytes:
    """PKCS#8 in PEM, not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def name(common_name: str, organization: str = "credkit test") -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization), x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*usages: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in usages for usage in KEY_USAGES})


def make_root(algorithm: str = "ed25519", *, common_name: str | None = None, **fields: Any) -> Authority:
    """A self-signed authority; ``fields`` as for ``make_authority``."""
    return make_authority(algorithm, None, common_name=common_name or f"credkit test root {algorithm}", number=1, **fields)


def make_authority(
    algorithm: str = "ed25519",
    issuer: Authority | None = None,
    *,
    common_name: str = "credkit test intermediate",
    number: int = 2,
    key: Any = None,
    path_length: int | None = None,
    not_before: datetime = NOW - timedelta(days=30),
    not_after: datetime = NOW + timedelta(days=3650),
    key_identifiers: bool = True,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    signature_hash: hashes.HashAlgorithm | None = None,
) -> Authority:
    """An authority under ``issuer``, or self-signed without one."""
    key = key or new_key(algorithm, number)
    subject = name(common_name)
    builder = _builder(subject, issuer.certificate.subject if issuer else subject, key.public_key(), not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
    issuer_key = issuer.key if issuer else key
    if key_identifiers:
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = _sign(builder, issuer_key, issuer.algorithm if issuer else algorithm, signature_hash)
    return Authority(certificate=certificate, key=key, algorithm=algorithm)


def make_pki(
    algorithm: str = "ed25519", *, intermediate: bool = False, root: Authority | None = None, issuer: Authority | None = None, **leaf: Any
) -> Pki:
    """Root, perhaps an intermediate, and a signing certificate; ``leaf`` are the keywords of ``make_leaf``, each of which spoils one
    field.
    """
    root = root or make_root(algorithm)
    middle = issuer or (make_authority(algorithm, root) if intermediate else None)
    key = leaf.pop("key", None) or new_key(algorithm)
    return Pki(algorithm=algorithm, root=root, intermediate=middle, leaf=make_leaf(middle or root, key, **leaf), key=key)


def make_leaf(
    issuer: Authority,
    key: Any,
    *,
    subject: x509.Name | None = None,
    eku: Sequence[str] | None = (EMAIL_PROTECTION,),
    usage: Sequence[str] | None = ("digital_signature",),
    ca: bool | None = False,
    not_before: datetime = NOW - timedelta(days=1),
    not_after: datetime = NOW + timedelta(days=365),
    aki: bool = True,
    self_signed: bool = False,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    signature_hash: hashes.HashAlgorithm | None = None,
    pkcs1: bool = False,
    edit: Callable[[list[bytes]], None] | None = None,
) -> bytes:
    """A signing certificate in DER.

    ``eku``, ``usage``, ``ca`` None leave the extension out; ``edit`` changes the list of DER fields of the body before it is signed again.
    """
    subject = subject or name("credkit test signer")
    builder = _builder(subject, subject if self_signed else issuer.certificate.subject, key.public_key(), not_before, not_after)
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if usage is not None:
        builder = builder.add_extension(key_usage(*usage), critical=True)
    if eku is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in eku]), critical=False)
    issuer_key, algorithm = (key, key_algorithm(key)) if self_signed else (issuer.key, issuer.algorithm)
    if aki:
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    der = _sign(builder, issuer_key, algorithm, signature_hash, pkcs1=pkcs1).public_bytes(Encoding.DER)
    return resigned(der, issuer_key, edit) if edit else der


def key_algorithm(key: Any) -> str:
    """The name of the algorithm that goes with a private key."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return next((found for found, curve in _CURVES.items() if curve.name == key.curve.name), "es256")
    return "ps256"


def _builder(subject: x509.Name, issuer: x509.Name, public_key: Any, not_before: datetime, not_after: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )


def _sign(
    builder: x509.CertificateBuilder, key: Any, algorithm: str, chosen: hashes.HashAlgorithm | None = None, *, pkcs1: bool = False
) -> x509.Certificate:
    if algorithm == "ed25519" or algorithm in _LATTICES:
        return builder.sign(key, None)
    hash_algorithm = chosen or _HASHES[algorithm[2:]]()
    if isinstance(key, rsa.RSAPrivateKey) and not pkcs1:
        pss = padding.PSS(mgf=padding.MGF1(hash_algorithm), salt_length=hash_algorithm.digest_size)
        return builder.sign(key, hash_algorithm, rsa_padding=pss)
    return builder.sign(key, hash_algorithm)


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER element."""
    body = b"".join(parts)
    size = len(body)
    head = (
        bytes((size,))
        if size < 0x80
        else bytes((0x80 | (size.bit_length() + 7) // 8,)) + size.to_bytes((size.bit_length() + 7) // 8, "big")
    )
    return bytes((tag,)) + head + body


def resigned(der: bytes, issuer_key: Any, edit: Callable[[list[bytes]], None]) -> bytes:
    """The certificate with its body changed and signed again; RSA issuers sign with PKCS#1 v1.5 and SHA-256, whatever the body says."""
    body, algorithm, _ = read(der, "test").children()
    fields = [part.raw for part in body.children()]
    edit(fields)
    changed = tlv(0x30, *fields)
    return tlv(0x30, changed, algorithm.raw, tlv(0x03, b"\0", _raw_signature(issuer_key, changed)))


def _raw_signature(key: Any, data: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        digest = {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}[key.curve.key_size]()
        return key.sign(data, ec.ECDSA(digest))
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def spki(key: Any) -> bytes:
    """SubjectPublicKeyInfo of a private key."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
