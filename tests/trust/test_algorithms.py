from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import CredentialError
from credkit.trust.algorithms import (
    ALGORITHMS,
    LATER_ALGORITHMS,
    algorithm_for_key,
    algorithm_named,
    has_small_exponent,
    key_description,
    lattice_key_name,
)
from tests.forge import pki

MESSAGE = b"claim"
KEYS = {name: pki.new_key(name) for name in pki.ALGORITHMS}
SIZES = {"ed25519": 64, "es256": 64, "es384": 96, "es512": 132, "ps256": 256, "ps384": 256, "ps512": 256}
COSE_IDS = {"EdDSA": -8, "ES256": -7, "ES384": -35, "ES512": -36, "PS256": -37, "PS384": -38, "PS512": -39}


def test_the_list_is_that_of_the_specification():
    assert {algorithm.name: identifier for identifier, algorithm in ALGORITHMS.items()} == COSE_IDS
    assert all(algorithm.cose_id == identifier for identifier, algorithm in ALGORITHMS.items())


@pytest.mark.parametrize("name", pki.ALGORITHMS)
def test_what_is_signed_verifies_and_nothing_else(name):
    algorithm, key = algorithm_named(name), KEYS[name]
    signature = algorithm.sign(key, MESSAGE)
    assert len(signature) == algorithm.signature_size(key.public_key()) == SIZES[name]
    assert algorithm.verify(key.public_key(), MESSAGE, signature)
    assert not algorithm.verify(key.public_key(), MESSAGE + b"s", signature)
    assert not algorithm.verify(key.public_key(), MESSAGE, signature[:-1])
    assert not algorithm.verify(key.public_key(), MESSAGE, signature + b"\0")
    assert not algorithm.verify(key.public_key(), MESSAGE, b"\0" + signature)
    for position in (0, len(signature) // 2, len(signature) - 1):
        flipped = bytearray(signature)
        flipped[position] ^= 1
        assert not algorithm.verify(key.public_key(), MESSAGE, bytes(flipped))


@pytest.mark.parametrize("algorithm", ALGORITHMS.values(), ids=lambda algorithm: algorithm.name)
@pytest.mark.parametrize("name", pki.ALGORITHMS)
def test_each_algorithm_takes_its_own_kind_of_key_only(algorithm, name):
    own = algorithm_named(name)
    same_kind = algorithm.family == own.family and algorithm.curve == own.curve
    public_key = KEYS[name].public_key()
    assert algorithm.accepts_key(public_key) is same_kind
    assert algorithm.verify(public_key, MESSAGE, own.sign(KEYS[name], MESSAGE)) is (algorithm is own)
    if not same_kind:
        with pytest.raises(CredentialError, match=f"{algorithm.name} does not go with a key of the kind"):
            algorithm.signature_size(public_key)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256K1()),
        ec.generate_private_key(ec.BrainpoolP256R1()),
        ed448.Ed448PrivateKey.generate(),
        pki.rsa_key(1024),
    ],
    ids=["secp256k1", "brainpool", "ed448", "rsa1024"],
)
def test_keys_that_c2pa_has_no_use_for(key):
    assert not any(algorithm.accepts_key(key.public_key()) for algorithm in ALGORITHMS.values())
    with pytest.raises(CredentialError, match="cannot sign claims: use Ed25519"):
        algorithm_for_key(key.public_key())


@pytest.mark.parametrize("thing", [None, b"key", 5, KEYS["ed25519"]], ids=["none", "bytes", "integer", "private key"])
def test_what_is_no_public_key_verifies_nothing(thing):
    assert not any(algorithm.verify(thing, MESSAGE, bytes(64)) for algorithm in ALGORITHMS.values())


def test_an_ecdsa_signature_in_der_is_refused():
    key = KEYS["es256"]
    assert not algorithm_named("es256").verify(key.public_key(), MESSAGE, key.sign(MESSAGE, ec.ECDSA(hashes.SHA256())))


@pytest.mark.parametrize(("r", "s"), [(0, 0), (0, 1), (1, 0), (2**256 - 1, 2**256 - 1)])
def test_ecdsa_values_out_of_range_are_refused(r, s):
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert not algorithm_named("es256").verify(KEYS["es256"].public_key(), MESSAGE, signature)


@pytest.mark.parametrize("salt", [0, 20, 31, 33, 64])
def test_a_pss_salt_of_another_length_is_refused(salt):
    key = KEYS["ps256"]
    signature = key.sign(MESSAGE, padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=salt), hashes.SHA256())
    assert not algorithm_named("ps256").verify(key.public_key(), MESSAGE, signature)


def test_pss_with_another_mask_hash_and_pkcs1_are_refused():
    key = KEYS["ps256"]
    masked = key.sign(MESSAGE, padding.PSS(mgf=padding.MGF1(hashes.SHA1()), salt_length=32), hashes.SHA256())
    old = key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert not algorithm_named("ps256").verify(key.public_key(), MESSAGE, masked)
    assert not algorithm_named("ps256").verify(key.public_key(), MESSAGE, old)


LATTICES = {name: pki.new_key(name) for name in ("ml-dsa-44", "ml-dsa-65", "ml-dsa-87")}
LATER_IDS = {"ESP256": -9, "ESP384": -51, "ESP512": -52, "ML-DSA-44": -48, "ML-DSA-65": -49, "ML-DSA-87": -50}


def test_what_edition_2_5_added():
    assert {algorithm.name: identifier for identifier, algorithm in LATER_ALGORITHMS.items()} == LATER_IDS
    assert all(algorithm.cose_id == identifier for identifier, algorithm in LATER_ALGORITHMS.items())
    assert not LATER_ALGORITHMS.keys() & ALGORITHMS.keys()


@pytest.mark.parametrize("size", ["256", "384", "512"])
def test_the_names_bound_to_a_curve_are_the_same_algorithms(size):
    algorithm, key = LATER_ALGORITHMS[LATER_IDS[f"ESP{size}"]], KEYS[f"es{size}"]
    signature = algorithm_named(f"es{size}").sign(key, MESSAGE)
    assert algorithm.verify(key.public_key(), MESSAGE, signature)
    assert not algorithm.verify(key.public_key(), MESSAGE + b"s", signature)
    assert not any(algorithm.accepts_key(other.public_key()) for name, other in (KEYS | LATTICES).items() if name != f"es{size}")


@pytest.mark.parametrize(("name", "size"), [("ml-dsa-44", 2420), ("ml-dsa-65", 3309), ("ml-dsa-87", 4627)])
def test_lattice_signatures(name, size):
    algorithm, key = LATER_ALGORITHMS[LATER_IDS[name.upper()]], LATTICES[name]
    signature = key.sign(MESSAGE)
    assert lattice_key_name(key.public_key()) == name.upper()
    assert len(signature) == algorithm.signature_size(key.public_key()) == size
    assert algorithm.verify(key.public_key(), MESSAGE, signature)
    for wrong in (signature[:-1], signature + b"\0", bytes((signature[0] ^ 1,)) + signature[1:], bytes(size), b""):
        assert not algorithm.verify(key.public_key(), MESSAGE, wrong)
    assert not algorithm.verify(key.public_key(), MESSAGE + b"s", signature)
    assert not any(algorithm.accepts_key(other.public_key()) for other in (KEYS | LATTICES).values() if other is not key)


@pytest.mark.parametrize("name", ["esp256", "ml-dsa-44"])
def test_what_edition_2_5_added_is_not_signed_with(name):
    with pytest.raises(CredentialError, match="no signature algorithm"):
        algorithm_named(name)
    with pytest.raises(CredentialError, match="cannot sign claims"):
        algorithm_for_key(LATTICES["ml-dsa-44"].public_key())


def test_a_key_that_is_none_is_no_lattice_key():
    assert lattice_key_name(None) is lattice_key_name(KEYS["ed25519"].public_key()) is lattice_key_name(b"key") is None


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def _edwards_x(y: int) -> int | None:
    """One x with (x, y) on edwards25519; None when there is none (RFC 8032, 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for candidate in (root, root * pow(2, (P - 1) // 4, P) % P):
        if candidate * candidate % P == square:
            return candidate
    return None


def _edwards_add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P


def _is_small(y: int) -> bool:
    point = (_edwards_x(y), y)
    for _ in range(3):
        point = _edwards_add(point, point)
    return point == (0, 1)


Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
SMALL = (0, 1, P - 1, Y8, P - Y8)


@pytest.mark.parametrize("y", [*SMALL, P, P + 1], ids=["0", "1", "-1", "y8", "-y8", "0 not canonical", "1 not canonical"])
@pytest.mark.parametrize("sign", [0, 1])
def test_an_ed25519_key_of_small_order_fits_no_signature(y, sign):
    # For the identity the signature (identity, 0) satisfies the equation with every message; OpenSSL alone accepts it.
    key = ed25519.Ed25519PublicKey.from_public_bytes((y | sign << 255).to_bytes(32, "little"))
    eddsa = algorithm_named("ed25519")
    assert _is_small(y % P)
    assert not eddsa.accepts_key(key)
    assert not eddsa.verify(key, MESSAGE, (1).to_bytes(32, "little") + bytes(32))


def test_the_universal_signature_is_a_danger_without_our_check():
    key = ed25519.Ed25519PublicKey.from_public_bytes((1).to_bytes(32, "little"))
    assert key.verify((1).to_bytes(32, "little") + bytes(32), MESSAGE) is None


def test_an_ed25519_signature_with_s_past_the_order_is_refused():
    order = 2**252 + 27742317777372353535851937790883648493
    eddsa, key = algorithm_named("ed25519"), KEYS["ed25519"]
    signature = eddsa.sign(key, MESSAGE)
    more = int.from_bytes(signature[32:], "little") + order
    assert not eddsa.verify(key.public_key(), MESSAGE, signature[:32] + more.to_bytes(32, "little"))


@pytest.mark.parametrize(("exponent", "accepted"), [(3, True), (65537, True), (2**32 - 1, True), (2**32 + 1, False), (2**2046 + 1, False)])
def test_rsa_exponents(exponent, accepted):
    """With one as long as the modulus each check would take milliseconds, and a file can hold thousands of keys."""
    modulus = KEYS["ps256"].public_key().public_numbers().n
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    assert has_small_exponent(key) is accepted
    assert algorithm_named("ps256").accepts_key(key) is accepted


@pytest.mark.parametrize(("bits", "accepted"), [(2047, False), (2048, True), (16384, True), (16385, False)])
def test_sizes_of_rsa_keys(bits, accepted):
    key = rsa.RSAPublicNumbers(65537, (1 << bits) - 1).public_key()
    assert algorithm_named("ps256").accepts_key(key) is accepted


@given(st.sampled_from(pki.ALGORITHMS), st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_never_a_signature_and_never_an_exception(name, signature):
    assert not algorithm_named(name).verify(KEYS[name].public_key(), MESSAGE, signature)


@pytest.mark.parametrize(
    ("text", "name"),
    [("ed25519", "EdDSA"), ("eddsa", "EdDSA"), ("EdDSA", "EdDSA"), (" es256 ", "ES256"), ("ES512", "ES512"), ("ps384", "PS384")],
)
def test_names_as_people_write_them(text, name):
    assert algorithm_named(text).name == name


@pytest.mark.parametrize(
    ("text", "hint"), [("ed2551", "did you mean ed25519"), ("es265", "did you mean es"), ("rs256", "did you mean"), ("?", "there are ed")]
)
def test_an_unknown_name_brings_the_nearest(text, hint):
    with pytest.raises(CredentialError, match=hint):
        algorithm_named(text)


@pytest.mark.parametrize("name", pki.ALGORITHMS)
def test_the_algorithm_of_a_key(name):
    expected = "PS256" if name.startswith("ps") else algorithm_named(name).name
    assert algorithm_for_key(KEYS[name].public_key()).name == expected


def test_keys_in_words():
    assert key_description(KEYS["es256"].public_key()) == "EC secp256r1"
    assert key_description(KEYS["ps256"]) == "RSA 2048"
    assert key_description(KEYS["ed25519"].public_key()) == "Ed25519"
    assert key_description(None) == "unknown"
