"""Public keys as COSE writes them (RFC 9052, 7; RFC 9053, 7; RFC 8230, 4; RFC 9964, 3).

Only what session keys need (anchor ``session_keys``): the kinds of key that C2PA signs with. Which of them goes with an algorithm is
decided in ``algorithms``.
"""

from __future__ import annotations

from typing import Any

from credkit.errors import MalformedError

__all__ = ["KID", "read_cose_key"]

_KTY, KID, _ALG, _CRV, _X, _Y = 1, 2, 3, -1, -2, -3
_OKP, _EC2, _RSA, _AKP = 1, 2, 3, 7
_LONGEST = 4096
"""Bytes of one number of a key; the largest RSA modulus has 2,048, the largest ML-DSA key 2,592."""


def read_cose_key(value: object) -> Any:
    """The public key in a decoded COSE_Key, one of ``cryptography``'s; ``MalformedError`` for anything else."""
    if not isinstance(value, dict):
        raise _fail("it is no map")
    makers = {_OKP: _edwards, _EC2: _elliptic, _RSA: _rsa, _AKP: _lattice}
    kind = value.get(_KTY)
    maker = makers.get(kind) if isinstance(kind, int) and not isinstance(kind, bool) else None
    if maker is None:
        raise _fail(f"its type {kind!r:.20} is none that C2PA signs with")
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm

    try:
        return maker(value)
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, InternalError, ImportError):
        raise _fail("its numbers make no key") from None


def _edwards(value: dict[Any, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    if value.get(_CRV) != 6:
        raise _fail("its curve is not Ed25519")
    return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(value, _X))


def _elliptic(value: dict[Any, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: dict[int, ec.EllipticCurve] = {1: ec.SECP256R1(), 2: ec.SECP384R1(), 3: ec.SECP521R1()}
    curve = curves.get(value.get(_CRV, 0))
    if curve is None:
        raise _fail("its curve is none of P-256, P-384 and P-521")
    x, y = _bytes(value, _X), value.get(_Y)
    if isinstance(y, bool):
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, bytes((2 + y,)) + x)
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(_bytes(value, _Y), "big"), curve)
    return numbers.public_key()


def _rsa(value: dict[Any, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    modulus, exponent = (int.from_bytes(_bytes(value, key), "big") for key in (-1, -2))
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _lattice(value: dict[Any, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import mldsa

    kinds: dict[int, Any] = {-48: mldsa.MLDSA44PublicKey, -49: mldsa.MLDSA65PublicKey, -50: mldsa.MLDSA87PublicKey}
    kind = kinds.get(value.get(_ALG, 0))
    if kind is None:
        raise _fail("it does not say which ML-DSA it is for")
    return kind.from_public_bytes(_bytes(value, -1))


def _bytes(value: dict[Any, Any], key: int) -> bytes:
    found = value.get(key)
    if not isinstance(found, bytes) or len(found) > _LONGEST:
        raise _fail(f"its field {key} is missing or no byte string")
    return found


def _fail(message: str) -> MalformedError:
    return MalformedError(f"key cannot be used: {message}", code="general.error", where="COSE key")
