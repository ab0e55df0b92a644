"""A private key at rest: PKCS#8 (RFC 5958) under PBES2 (RFC 8018) with PBKDF2, HMAC-SHA-256 and AES-256-CBC.

``cryptography`` reads this form but writes it with 2,048 iterations, which a guesser does in half a millisecond; 600,000 cost about 0.1
seconds, and OpenSSL reads them too. So the wrapping is written here around its primitives.
"""

from __future__ import annotations

import binascii
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

__all__ = ["ITERATIONS", "encrypted_pem"]

ITERATIONS = 600_000
"""Rounds of PBKDF2-HMAC-SHA-256."""
_BLOCK = 16
# Object identifiers in DER: PBES2, PBKDF2, HMAC with SHA-256, AES-256 in CBC mode.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d0209")
_AES256_CBC = bytes.fromhex("060960864801650304012a")
_NULL = b"\x05\x00"


def encrypted_pem(key: PrivateKeyTypes, passphrase: str) -> bytes:
    """The key as an ``ENCRYPTED PRIVATE KEY`` block; salt and initialisation vector are new each time."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    salt, vector = os.urandom(_BLOCK), os.urandom(_BLOCK)
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    secret = _encrypt(plain, _derive(passphrase, salt), vector)
    derivation = _sequence(_PBKDF2, _sequence(_der(0x04, salt), _integer(ITERATIONS), _sequence(_HMAC_SHA256, _NULL)))
    scheme = _sequence(_PBES2, _sequence(derivation, _sequence(_AES256_CBC, _der(0x04, vector))))
    return _pem(_sequence(scheme, _der(0x04, secret)))


def _derive(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    return PBKDF2HMAC(algorithm=SHA256(), length=32, salt=salt, iterations=ITERATIONS).derive(passphrase.encode("utf-8"))


def _encrypt(plain: bytes, key: bytes, vector: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(8 * _BLOCK).padder()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(vector)).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def _der(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + body


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _pem(der: bytes) -> bytes:
    lines = b"".join(binascii.b2a_base64(der[start : start + 48]) for start in range(0, len(der), 48))
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + lines + b"-----END ENCRYPTED PRIVATE KEY-----\n"
