"""Signatures of the X.509 world with keys at the edge of what is allowed."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from credkit.trust.certificate import AlgorithmIdentifier, Certificate
from credkit.trust.verification import is_issued_by, verifies
from tests.forge import pki

MESSAGE = b"what an issuer signed"
SHA256_WITH_RSA = AlgorithmIdentifier(oid="1.2.840.113549.1.1.11")
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def cube_root(number: int) -> int:
    """The largest integer whose cube is not larger."""
    root = 1 << -(-number.bit_length() // 3)
    while (better := (2 * root + number // root**2) // 3) < root:
        root = better
    return root


def signed_with(bits: int) -> tuple[rsa.RSAPublicKey, bytes]:
    """A public key of that size and a signature with it. No private key is made, which would take minutes: the signature is chosen first,
    and the modulus is what its cube is larger than the padded message.
    """
    size = (bits + 7) // 8
    ending = b"\0" + SHA256_INFO + sha256(MESSAGE).digest()
    padded = int.from_bytes(b"\0\1".ljust(size - len(ending), b"\xff") + ending, "big")
    root = cube_root(3 << (bits - 2))
    root += (root + padded + 1) % 2
    key = rsa.RSAPublicNumbers(3, root**3 - padded).public_key()
    assert key.key_size == bits
    return key, root.to_bytes(size, "big")


@pytest.mark.parametrize(("bits", "accepted"), [(2048, True), (16383, True), (16384, True), (16385, False), (16392, False)])
def test_sizes_of_rsa_keys(bits: int, accepted: bool) -> None:
    key, signature = signed_with(bits)
    assert verifies(key, SHA256_WITH_RSA, signature, MESSAGE) is accepted
    assert not verifies(key, SHA256_WITH_RSA, signature, MESSAGE + b"!")


@pytest.mark.parametrize("name", ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87", "ed25519", "es384", "ps256"])
def test_an_issuer_of_every_kind(name: str) -> None:
    made = pki.make_pki("ed25519", root=pki.make_root(name))
    signer, issuer = Certificate.parse(made.leaf), Certificate.parse(made.root.der)
    namesake = Certificate.parse(pki.make_root(name, key=pki.new_key(name, 3)).der)
    stranger = Certificate.parse(pki.make_root(name, common_name="credkit test stranger").der)
    assert is_issued_by(signer, issuer)
    assert is_issued_by(issuer, issuer)
    assert not is_issued_by(signer, signer)
    assert issuer.subject_der == namesake.subject_der
    assert not is_issued_by(signer, namesake)
    assert not is_issued_by(signer, stranger)
    changed = made.leaf[:-1] + bytes((made.leaf[-1] ^ 1,))
    assert not is_issued_by(Certificate.parse(changed), issuer)
