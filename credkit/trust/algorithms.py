"""The signature algorithms of C2PA claims: which key fits, how long a signature is, and whether it verifies.

Clause: "Signature algorithms" (anchor ``_signature_algorithms``). What a certificate must look like is decided in ``profile``, what is
signed in ``credkit.codec.cose``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from credkit.dataclass import dataclass
from credkit.errors import CredentialError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

__all__ = [
    "ALGORITHMS",
    "LATER_ALGORITHMS",
    "RSA_EXPONENT_BITS",
    "RSA_LARGEST",
    "RSA_SMALLEST",
    "SignatureAlgorithm",
    "algorithm_for_key",
    "algorithm_named",
    "has_small_exponent",
    "key_description",
    "lattice_key_name",
]

RSA_SMALLEST = 2048
"""Bits of an RSA modulus; the specification's lower bound."""
RSA_LARGEST = 16384
"""Bits of an RSA modulus; the specification lets validators refuse larger ones."""
RSA_EXPONENT_BITS = 32
"""Bits of a public exponent of RSA. Real ones have 2 or 17; one as long as the modulus costs a verifier two hundred times as much."""

_P = 2**255 - 19
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
# The y coordinates of the eight points of small order (RFC 7748, 7): with such a key one signature fits every message.
_SMALL_ORDER = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})
_COORDINATE_SIZES = {"secp256r1": 32, "secp384r1": 48, "secp521r1": 66}
_LATTICE_SIGNATURE_SIZES = {"ML-DSA-44": 2420, "ML-DSA-65": 3309, "ML-DSA-87": 4627}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureAlgorithm:
    """One algorithm of the list, as COSE numbers it (RFC 9053, RFC 8230, RFC 9864, RFC 9964)."""

    name: str
    """Its name in COSE: ``EdDSA``, ``ES256``, ``ESP256``, ``PS256``, ``ML-DSA-44`` ..."""
    cose_id: int
    family: Literal["EdDSA", "ECDSA", "RSASSA-PSS", "ML-DSA"]
    hash_name: Literal["sha256", "sha384", "sha512"] | None = None
    """None for ML-DSA, which hashes in its own way."""
    curve: str | None = None
    """Name of the one elliptic curve that goes with it; None for RSA and ML-DSA."""

    def accepts_key(self, public_key: object) -> bool:
        """Whether the public key is of the kind and size that this algorithm demands."""
        if self.family == "EdDSA":
            from cryptography.hazmat.primitives.asymmetric import ed25519

            return isinstance(public_key, ed25519.Ed25519PublicKey) and _is_sound_point(public_key.public_bytes_raw())
        if self.family == "ECDSA":
            from cryptography.hazmat.primitives.asymmetric import ec

            return isinstance(public_key, ec.EllipticCurvePublicKey) and public_key.curve.name == self.curve
        if self.family == "ML-DSA":
            return lattice_key_name(public_key) == self.name
        from cryptography.hazmat.primitives.asymmetric import rsa

        fits = isinstance(public_key, rsa.RSAPublicKey) and RSA_SMALLEST <= public_key.key_size <= RSA_LARGEST
        return fits and has_small_exponent(public_key)

    def signature_size(self, public_key: object) -> int:
        """Bytes of every signature made with that key; ``CredentialError`` when the key does not fit."""
        if not self.accepts_key(public_key):
            raise CredentialError(f"{self.name} does not go with a key of the kind {key_description(public_key)}")
        return self._size(public_key)

    def _size(self, public_key: object) -> int:
        if self.family == "EdDSA":
            return 64
        if self.curve:
            return 2 * _COORDINATE_SIZES[self.curve]
        if self.family == "ML-DSA":
            return _LATTICE_SIGNATURE_SIZES[self.name]
        size: int = public_key.key_size  # type: ignore[attr-defined]
        return (size + 7) // 8

    def verify(self, public_key: object, tbs: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is the key's signature of ``tbs``; never raises, and a key of another kind is False.

        ECDSA signatures are r and s side by side, each as long as the curve's order; the salt of a PSS signature is as long as its hash.
        """
        if not self.accepts_key(public_key) or len(signature) != self._size(public_key):
            return False
        try:
            self._verify(public_key, tbs, signature)
        except _refusals():
            return False
        return True

    def _verify(self, public_key: Any, tbs: bytes, signature: bytes) -> None:
        if self.family in ("EdDSA", "ML-DSA"):
            public_key.verify(signature, tbs)
        elif self.family == "ECDSA":
            from cryptography.hazmat.primitives.asymmetric import ec
            from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

            half = len(signature) // 2
            r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
            public_key.verify(encode_dss_signature(r, s), tbs, ec.ECDSA(self.hash()))
        else:
            public_key.verify(signature, tbs, self.padding(), self.hash())

    def sign(self, private_key: Any, tbs: bytes) -> bytes:
        """The signature of ``tbs`` in the form that ``verify`` reads; the key is one of ``cryptography``'s and fits the algorithm."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        if self.family == "EdDSA":
            signature: bytes = private_key.sign(tbs)
        elif self.curve:
            size = _COORDINATE_SIZES[self.curve]
            r, s = decode_dss_signature(private_key.sign(tbs, ec.ECDSA(self.hash())))
            signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
        else:
            signature = private_key.sign(tbs, self.padding(), self.hash())
        return signature

    def hash(self) -> HashAlgorithm:
        """The hash as ``cryptography`` wants it."""
        from cryptography.hazmat.primitives import hashes

        kinds: dict[str | None, type[HashAlgorithm]] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
        return kinds[self.hash_name]()

    def padding(self) -> Any:
        """PSS with MGF1 of the same hash and a salt as long as the hash."""
        from cryptography.hazmat.primitives.asymmetric import padding

        return padding.PSS(mgf=padding.MGF1(self.hash()), salt_length=padding.PSS.DIGEST_LENGTH)


_SIGNING = (
    SignatureAlgorithm(name="EdDSA", cose_id=-8, family="EdDSA", hash_name="sha512", curve="ed25519"),
    SignatureAlgorithm(name="ES256", cose_id=-7, family="ECDSA", hash_name="sha256", curve="secp256r1"),
    SignatureAlgorithm(name="ES384", cose_id=-35, family="ECDSA", hash_name="sha384", curve="secp384r1"),
    SignatureAlgorithm(name="ES512", cose_id=-36, family="ECDSA", hash_name="sha512", curve="secp521r1"),
    SignatureAlgorithm(name="PS256", cose_id=-37, family="RSASSA-PSS", hash_name="sha256"),
    SignatureAlgorithm(name="PS384", cose_id=-38, family="RSASSA-PSS", hash_name="sha384"),
    SignatureAlgorithm(name="PS512", cose_id=-39, family="RSASSA-PSS", hash_name="sha512"),
)
_LATER = (
    SignatureAlgorithm(name="ESP256", cose_id=-9, family="ECDSA", hash_name="sha256", curve="secp256r1"),
    SignatureAlgorithm(name="ESP384", cose_id=-51, family="ECDSA", hash_name="sha384", curve="secp384r1"),
    SignatureAlgorithm(name="ESP512", cose_id=-52, family="ECDSA", hash_name="sha512", curve="secp521r1"),
    SignatureAlgorithm(name="ML-DSA-44", cose_id=-48, family="ML-DSA"),
    SignatureAlgorithm(name="ML-DSA-65", cose_id=-49, family="ML-DSA"),
    SignatureAlgorithm(name="ML-DSA-87", cose_id=-50, family="ML-DSA"),
)
ALGORITHMS: dict[int, SignatureAlgorithm] = {algorithm.cose_id: algorithm for algorithm in _SIGNING}
"""By COSE identifier, those of every edition; they are also the ones that are signed with."""
LATER_ALGORITHMS: dict[int, SignatureAlgorithm] = {algorithm.cose_id: algorithm for algorithm in _LATER}
"""By COSE identifier, those that edition 2.5 added for verification; in older editions they are ``algorithm.unsupported``."""
_BY_NAME = {algorithm.name.lower(): algorithm for algorithm in _SIGNING} | {"ed25519": ALGORITHMS[-8]}


def algorithm_named(text: str) -> SignatureAlgorithm:
    """The algorithm of that name in any case, ``ed25519`` meaning EdDSA; ``CredentialError`` with the nearest name for another."""
    found = _BY_NAME.get(text.strip().lower())
    if found is not None:
        return found
    import difflib

    near = difflib.get_close_matches(text.strip().lower(), _BY_NAME, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise CredentialError(f'"{text}" is no signature algorithm of C2PA: {hint}there are {", ".join(sorted(_BY_NAME))}')


def algorithm_for_key(public_key: object) -> SignatureAlgorithm:
    """The algorithm that a key signs with by default (PS256 for RSA); ``CredentialError`` for a key that C2PA has no use for."""
    for algorithm in _SIGNING:
        if algorithm.accepts_key(public_key):
            return algorithm
    raise CredentialError(
        f"a key of the kind {key_description(public_key)} cannot sign claims: "
        "use Ed25519, an elliptic curve key on P-256, P-384 or P-521, or RSA with 2048 to 16384 bits"
    )


def key_description(public_key: object) -> str:
    """What kind of key this is, for people: ``Ed25519``, ``EC secp256k1``, ``RSA 1024``; the type's name for any other."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if public_key is None:
        return "unknown"
    if isinstance(public_key, (ec.EllipticCurvePublicKey, ec.EllipticCurvePrivateKey)):
        return f"EC {public_key.curve.name}"
    if isinstance(public_key, (rsa.RSAPublicKey, rsa.RSAPrivateKey)):
        return f"RSA {public_key.key_size}"
    return type(public_key).__name__.removesuffix("PublicKey").removesuffix("PrivateKey")


def lattice_key_name(public_key: object) -> str | None:
    """``ML-DSA-44``, ``-65`` or ``-87`` for a public key of that kind; None for any other, and where ``cryptography`` cannot use them."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa
    except ImportError:
        return None
    kinds: dict[str, type] = {
        "ML-DSA-44": mldsa.MLDSA44PublicKey,
        "ML-DSA-65": mldsa.MLDSA65PublicKey,
        "ML-DSA-87": mldsa.MLDSA87PublicKey,
    }
    return next((name for name, kind in kinds.items() if isinstance(public_key, kind)), None)


def has_small_exponent(public_key: Any) -> bool:
    """Whether an RSA public key (one of ``cryptography``'s) has an exponent of at most ``RSA_EXPONENT_BITS``."""
    exponent: int = public_key.public_numbers().e
    return exponent.bit_length() <= RSA_EXPONENT_BITS


def _refusals() -> tuple[type[Exception], ...]:
    from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

    return InvalidSignature, UnsupportedAlgorithm, InternalError, ValueError, TypeError


def _is_sound_point(raw: bytes) -> bool:
    """Whether an Ed25519 key is canonically encoded and not of small order; OpenSSL checks neither."""
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    return y < _P and y not in _SMALL_ORDER
