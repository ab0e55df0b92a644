"""Attacks with public keys: points for which a signature of everything exists, curves of one's own, keys that are too small or none.

Except for the curves, a trusted authority has issued the certificate, as one does that does not look at keys: the last word about a key is
the reader's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

from asn1crypto import algos, core, keys
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, x25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credkit.trust.policy import TrustPolicy
from tests.adversarial.attack import Attack, attack
from tests.adversarial.certificates import OWN
from tests.forge import pki
from tests.forge.files import signed, standard
from tests.forge.manifests import Signing

__all__ = ["ATTACKS"]

REFUSED = (
    "assertion.hashedURI.match",
    "assertion.dataHash.match",
    "claimSignature.insideValidity",
    "claimSignature.mismatch",
    "signingCredential.invalid",
    "signingCredential.untrusted",
)
IDENTITY = b"\x01" + bytes(31)
P = 2**255 - 19
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_EIGHT = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
_OTHER_EIGHT = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")


def _turned(point: bytes) -> bytes:
    """The same y with the other sign of x."""
    return point[:31] + bytes((point[31] | 0x80,))


def _y(value: int) -> bytes:
    return value.to_bytes(32, "little")


SMALL: dict[str, bytes] = {
    "order-1": IDENTITY,
    "order-1-negative-zero": _turned(IDENTITY),
    "order-2": _y(P - 1),
    "order-2-negative-zero": _turned(_y(P - 1)),
    "order-4": bytes(32),
    "order-4-turned": _turned(bytes(32)),
    "order-8": _EIGHT,
    "order-8-turned": _turned(_EIGHT),
    "order-8-other": _OTHER_EIGHT,
    "order-8-other-turned": _turned(_OTHER_EIGHT),
    "zero-as-p": _y(P),
    "zero-as-p-turned": _turned(_y(P)),
    "one-as-p": _y(P + 1),
    "one-as-p-turned": _turned(_y(P + 1)),
}
"""Ed25519 keys for which R = 1, s = 0 signs every message, or one in eight."""


def spki(algorithm: bytes, key: bytes) -> bytes:
    return pki.tlv(0x30, algorithm, pki.tlv(0x03, b"\0", key))


def ed25519(raw: bytes) -> bytes:
    return spki(pki.tlv(0x30, pki.tlv(0x06, bytes((0x2B, 101, 112)))), raw)


def rsa(modulus: int, exponent: int) -> bytes:
    return spki(
        bytes.fromhex("300d06092a864886f70d0101010500"),
        keys.RSAPublicKey({"modulus": modulus, "public_exponent": exponent}).dump(),
    )


def curve(oid: str, point: bytes) -> bytes:
    return spki(pki.tlv(0x30, bytes.fromhex("06072a8648ce3d0201"), core.ObjectIdentifier(oid).dump()), point)


def encoded(key: Any) -> bytes:
    found: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found


@cache
def certificate(key: bytes) -> bytes:
    """A certificate for ``key`` (SubjectPublicKeyInfo), by the trusted root."""

    def put(fields: list[bytes]) -> None:
        fields[6] = key

    return pki.make_leaf(pki.default_pki("ed25519").root, pki.new_key("ed25519"), edit=put)


def under(key: Callable[[], bytes], signature: Callable[[bytes], bytes], algorithm: str) -> Callable[[], bytes]:
    """A file with such a certificate, and that in the place of a signature."""

    def make() -> bytes:
        return signed(standard(signing=Signing(pki.default_pki(algorithm), chain=(certificate(_kept(key)),), signature=signature)))

    return cache(make)


@cache
def _kept(key: Callable[[], bytes]) -> bytes:
    return key()


def modulus() -> int:
    number: int = pki.rsa_key(2048).public_key().public_numbers().n
    return number


_P256, _P224, _P192 = "1.2.840.10045.3.1.7", "1.3.132.0.33", "1.2.840.10045.3.1.1"


# A curve of one's own (CVE-2020-0601): the trusted root's public key is the generator, so that the private key to it is 1.


def parameters(public: ec.EllipticCurvePublicKey) -> bytes:
    """P-256 with another generator, spelt out."""
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    field = pki.tlv(0x30, core.ObjectIdentifier("1.2.840.10045.1.1").dump(), core.Integer(prime).dump())
    curve_of = pki.tlv(0x30, pki.tlv(0x04, (prime - 3).to_bytes(32, "big")), pki.tlv(0x04, b.to_bytes(32, "big")))
    generator = pki.tlv(0x04, point_of(public))
    return pki.tlv(0x30, b"\x02\x01\x01", field, curve_of, generator, core.Integer(P256_ORDER).dump(), b"\x02\x01\x01")


def point_of(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def sign_with_one(public: ec.EllipticCurvePublicKey, data: bytes) -> bytes:
    """ECDSA with the private key 1 over the generator ``public``."""
    value = int.from_bytes(hashlib.sha256(data).digest(), "big")
    once = ec.generate_private_key(ec.SECP256R1())
    r = int.from_bytes(once.exchange(ec.ECDH(), public), "big") % P256_ORDER
    s = pow(once.private_numbers().private_value, -1, P256_ORDER) * (value + r) % P256_ORDER
    return encode_dss_signature(r, s)


@cache
def own_curve() -> tuple[bytes, bytes, Any]:
    """A leaf that a root with the trusted root's name and point issued on its own curve, that root, and the leaf's key."""
    from credkit.trust.der import read

    trusted = pki.default_pki("es256").root
    public = trusted.certificate.public_key()
    key = pki.new_key("es256", 5)
    genuine_leaf = pki.make_leaf(trusted, key)

    def reissued(der: bytes, change: Callable[[list[bytes]], None]) -> bytes:
        body, algorithm, _ = read(der, "test").children()
        fields = [part.raw for part in body.children()]
        change(fields)
        made = pki.tlv(0x30, *fields)
        return pki.tlv(0x30, made, algorithm.raw, pki.tlv(0x03, b"\0", sign_with_one(public, made)))

    def on_own_curve(fields: list[bytes]) -> None:
        kind = pki.tlv(0x30, bytes.fromhex("06072a8648ce3d0201"), parameters(public))
        fields[6] = spki(kind, point_of(public))

    return reissued(genuine_leaf, lambda _: None), reissued(trusted.der, on_own_curve), key


def from_own_curve(*, brought: bool) -> Callable[[], bytes]:
    def make() -> bytes:
        leaf, root, key = own_curve()
        signer = pki.Pki(algorithm="es256", root=pki.default_pki("es256").root, intermediate=None, leaf=leaf, key=key)
        return signed(standard(signing=Signing(signer, chain=(leaf, root) if brought else (leaf,))))

    return cache(make)


def es256() -> TrustPolicy:
    return TrustPolicy.of(pki.root_pem("es256"))


@cache
def explicit_leaf() -> bytes:
    """A leaf whose own curve is spelt out, with another generator."""
    public = pki.default_pki("es256").root.certificate.public_key()
    return spki(pki.tlv(0x30, bytes.fromhex("06072a8648ce3d0201"), parameters(public)), point_of(public))


def _signature_of_everything(value: bytes) -> bytes:
    return IDENTITY + bytes(32)


_KEYS: tuple[tuple[str, str, Callable[[], bytes], str, str], ...] = (
    ("rsa-1024", "rsa-of-another-size", lambda: encoded(pki.rsa_key(1024)), "ps256", "The RSA key is short enough to be found."),
    ("rsa-2047", "rsa-of-another-size", lambda: rsa(modulus() >> 1 | 1, 65537), "ps256", "The RSA key is one bit short."),
    ("rsa-16392", "rsa-of-another-size", lambda: rsa(1 << 16391 | 1, 65537), "ps256", "The RSA key costs more time than it is worth."),
    ("rsa-exponent-1", "rsa-exponent", lambda: rsa(modulus(), 1), "ps256", "With the exponent 1 a signature is the message itself."),
    ("rsa-exponent-2", "rsa-exponent", lambda: rsa(modulus(), 2), "ps256", "An even exponent is none."),
    ("rsa-exponent-0", "rsa-exponent", lambda: rsa(modulus(), 0), "ps256", "The exponent 0 makes one signature for everything."),
    (
        "rsa-exponent-long",
        "rsa-exponent",
        lambda: rsa(modulus(), 2**2046 + 1),
        "ps256",
        "With an exponent as long as the modulus each check costs two hundred times as much.",
    ),
    ("rsa-exponent-33", "rsa-exponent", lambda: rsa(modulus(), 2**32 + 1), "ps256", "The exponent is one bit too long."),
    ("p-192", "curve-unknown", lambda: curve(_P192, b"\x04" + bytes(48)), "es256", "The curve is too small."),
    (
        "p-224",
        "curve-unknown",
        lambda: encoded(ec.generate_private_key(ec.SECP224R1())),
        "es256",
        "The curve is one that C2PA does not have.",
    ),
    (
        "secp256k1",
        "curve-unknown",
        lambda: encoded(ec.generate_private_key(ec.SECP256K1())),
        "es256",
        "The curve is one of the same size that C2PA does not have.",
    ),
    (
        "brainpool",
        "curve-unknown",
        lambda: encoded(ec.generate_private_key(ec.BrainpoolP256R1())),
        "es256",
        "The curve is one of the same size that C2PA does not have.",
    ),
    ("explicit", "curve-of-ones-own", explicit_leaf, "es256", "The curve is spelt out, with a generator of the attacker's choice."),
    ("infinity", "no-point-of-the-curve", lambda: curve(_P256, b"\0"), "es256", "The key is the point at infinity."),
    ("off-curve", "no-point-of-the-curve", lambda: curve(_P256, b"\x04" + b"\1" * 64), "es256", "The key is no point of its curve."),
    ("zeros", "no-point-of-the-curve", lambda: curve(_P256, b"\x04" + bytes(64)), "es256", "The key is made of zeros."),
    ("cut", "no-point-of-the-curve", lambda: curve(_P256, b"\x04" + bytes(63)), "es256", "The key is a byte short."),
    (
        "hybrid",
        "no-point-of-the-curve",
        lambda: curve(_P256, b"\x05" + bytes(64)),
        "es256",
        "The key is in a form that says the sign of y twice.",
    ),
    ("ed448", "key-of-another-kind", lambda: encoded(ed448.Ed448PrivateKey.generate()), "ed25519", "The key is one for Ed448."),
    (
        "x25519",
        "key-of-another-kind",
        lambda: encoded(x25519.X25519PrivateKey.generate()),
        "ed25519",
        "The key is one for agreeing on keys, on the curve of Ed25519.",
    ),
    ("dsa", "key-of-another-kind", lambda: encoded(dsa.generate_private_key(1024)), "ps256", "The key is one for DSA."),
    (
        "unknown",
        "key-of-another-kind",
        lambda: spki(algos.DigestAlgorithm({"algorithm": "sha256"}).dump(), bytes(32)),
        "ed25519",
        "The key is a hash.",
    ),
    ("ed25519-short", "key-of-another-kind", lambda: ed25519(bytes(31)), "ed25519", "The Ed25519 key is a byte short."),
    ("ed25519-long", "key-of-another-kind", lambda: ed25519(bytes(33)), "ed25519", "The Ed25519 key is a byte too long."),
)

ATTACKS: tuple[Attack, ...] = (
    *(
        attack(
            f"small-{name}",
            under(lambda p=point: ed25519(p), _signature_of_everything, "ed25519"),
            "Invalid",
            *REFUSED,
            family="ed25519-key-of-small-order" if "as-p" not in name and "negative" not in name else "ed25519-key-in-another-form",
            idea="The key is a point for which one signature fits every claim.",
            keyless=False,
        )
        for name, point in SMALL.items()
    ),
    *(
        attack(f"key-{name}", under(key, lambda value: value, algorithm), "Invalid", *REFUSED, family=family, idea=idea, keyless=False)
        for name, family, key, algorithm, idea in _KEYS
    ),
    *(
        attack(
            name,
            from_own_curve(brought=brought),
            "Valid",
            *OWN,
            family="curve-of-ones-own",
            idea=idea,
            keyless=True,
            policy=es256,
        )
        for name, brought, idea in (
            ("own-curve", False, "The leaf was issued with the trusted root's point, on a curve on which its private key is 1."),
            ("own-curve-brought", True, "The same, and the chain brings the root with that curve."),
        )
    ),
)
