"""Public keys in the forms of DID documents: JSON Web Keys and Multikeys.

Keys of the kinds that C2PA signs with: Ed25519, P-256, P-384, P-521, RSA. Whether a key goes with a signature is left to
``credkit.trust.algorithms``. Sources: RFC 7517, RFC 7518 (6.2 and 6.3), RFC 8037; "Controlled Identifiers" (Multikey).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from credkit.errors import MalformedError
from credkit.trust.algorithms import RSA_LARGEST

__all__ = ["base64url", "key_of_jwk", "key_of_multikey"]

_CODE = "cawg.ica.invalid_did_document"
_BASE58 = {letter: value for value, letter in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_LARGEST = 4096
"""Letters of one key; an RSA key of 16,384 bits has 2,731."""
_COORDINATES = {"P-256": 32, "P-384": 48, "P-521": 66}
_MULTICODECS = {b"\xed\x01": "Ed25519", b"\x80\x24": "P-256", b"\x81\x24": "P-384", b"\x82\x24": "P-521", b"\x85\x24": "RSA"}


def _malformed(message: str) -> MalformedError:
    return MalformedError(message, code=_CODE, where="the issuer's keys")


def base64url(text: object) -> bytes:
    """The bytes of unpadded base64url (RFC 7515, 2); ``MalformedError`` for anything else."""
    if not isinstance(text, str) or len(text) > _LARGEST or not text.isascii() or "=" in text or "+" in text or "/" in text:
        raise _malformed("a value is not base64url")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("a value is not base64url") from None


def key_of_jwk(jwk: object) -> Any:
    """The public key (of ``cryptography``) in a decoded JSON Web Key; ``MalformedError`` for a private key and any other kind."""
    if not isinstance(jwk, dict):
        raise _malformed("a key is not a JSON object")
    if "d" in jwk:
        raise _malformed("a key is a private one, so anybody could have signed with it")
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind == "OKP" and curve == "Ed25519":
        return _ed25519(base64url(jwk.get("x")))
    if kind == "EC" and isinstance(curve, str) and curve in _COORDINATES:
        size = _COORDINATES[curve]
        x, y = base64url(jwk.get("x")), base64url(jwk.get("y"))
        if len(x) != size or len(y) != size:
            raise _malformed("a coordinate does not have the length of its curve")
        return _point(curve, b"\x04" + x + y)
    if kind == "RSA":
        return _rsa(int.from_bytes(base64url(jwk.get("n")), "big"), int.from_bytes(base64url(jwk.get("e")), "big"))
    raise _malformed("a key is not of a kind that C2PA signs with")


def key_of_multikey(text: object) -> Any:
    """The public key in a Multikey (``z6Mk...``, base58btc); ``MalformedError`` for anything else."""
    raw = _multibase(text)
    kind, body = _MULTICODECS.get(raw[:2]), raw[2:]
    if kind == "Ed25519":
        return _ed25519(body)
    if kind == "RSA":
        return _pkcs1(body)
    if kind is not None:
        if len(body) != _COORDINATES[kind] + 1:
            raise _malformed("a compressed point does not have the length of its curve")
        return _point(kind, body)
    raise _malformed("a key is not of a kind that C2PA signs with")


def _multibase(text: object) -> bytes:
    if not isinstance(text, str) or not text.startswith("z") or len(text) > _LARGEST:
        raise _malformed("a key is not in base58btc")
    number = 0
    for letter in text[1:]:
        if letter not in _BASE58:
            raise _malformed("a key is not in base58btc")
        number = number * 58 + _BASE58[letter]
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _ed25519(raw: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise _malformed("an Ed25519 key does not have 32 bytes") from None


def _point(curve: str, encoded: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curves[curve], encoded)
    except ValueError:
        raise _malformed("a key is no point of its curve") from None


def _rsa(modulus: int, exponent: int) -> Any:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    if modulus.bit_length() > RSA_LARGEST or exponent.bit_length() > 64:
        raise _malformed("an RSA key is too large")
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise _malformed("an RSA key is not one") from None


def _pkcs1(der: bytes) -> Any:
    """A bare RSAPublicKey (RFC 8017, A.1.1)."""
    from credkit.trust.der import read

    try:
        modulus, exponent = read(der, "the issuer's keys").expect(0x30, "RSA key").children()
        return _rsa(_unsigned(modulus.expect(0x02, "modulus").body), _unsigned(exponent.expect(0x02, "exponent").body))
    except (MalformedError, ValueError):
        raise _malformed("an RSA key is not one") from None


def _unsigned(body: bytes) -> int:
    return int.from_bytes(body, "big")
