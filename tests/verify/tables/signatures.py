"""The COSE signature, its certificates, and whether anybody vouches for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import AuthorityInformationAccessOID

from credkit.codec import cbor
from credkit.trust.policy import TrustPolicy
from tests.forge import pki
from tests.forge.files import signed, standard
from tests.forge.manifests import Signing
from tests.verify.case import Case, case

_ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
MISMATCH = "claimSignature.mismatch"
INVALID = "signingCredential.invalid"
UNTRUSTED = "signingCredential.untrusted"
OUTSIDE = "claimSignature.outsideValidity"
UNSUPPORTED = "algorithm.unsupported"


def by(algorithm: str = "ed25519", **options: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(signing=Signing(pki.default_pki(algorithm), **options)))


def by_ca(make: Callable[[], pki.Pki], **options: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(signing=Signing(make(), **options)))


@cache
def spoiled(**fields: Any) -> pki.Pki:
    """A signer under the root of the policy whose certificate has one fault."""
    return pki.make_pki("ed25519", root=pki.default_pki("ed25519").root, **fields)


def leaf(**fields: Any) -> Callable[[], bytes]:
    return by_ca(lambda: spoiled(**fields))


def chain_of(count: int) -> Callable[[], bytes]:
    """A chain with so many certificates: the right ones, then the same intermediate again and again."""

    def make() -> bytes:
        right = pki.default_pki("ed25519").chain
        return signed(standard(signing=Signing(chain=right + right[1:] * (count - 2))))

    return make


def moved(*, label: Any, keep: Any = None) -> Callable[[], bytes]:
    """The chain in the unprotected header under ``label``; ``keep`` makes what is left under the protected label 33."""

    def make() -> bytes:
        chain = list(pki.default_pki("ed25519").chain)
        return signed(
            standard(signing=Signing(chain=(), protected=lambda h: h.update({33: keep()} if keep else {}), unprotected={label: chain}))
        )

    return make


def both_headers(label: Any) -> Callable[[], bytes]:
    """The right chain, under the same label in both headers."""

    def make() -> bytes:
        chain = list(pki.default_pki("ed25519").chain)
        return signed(standard(signing=Signing(chain=(), protected=lambda h: h.update({label: chain}), unprotected={label: chain})))

    return make


def lattices() -> TrustPolicy:
    return TrustPolicy.of(pki.root_pem("ml-dsa-44"))


@cache
def under_lattice() -> pki.Pki:
    return pki.make_pki("ed25519", root=pki.default_pki("ml-dsa-44").root)


@cache
def broken_lattice() -> pki.Pki:
    """A certificate that names ML-DSA-44 for a key of half the length, and a signature by another key."""

    def halve(fields: list[bytes]) -> None:
        kind = pki.tlv(0x30, bytes.fromhex("0609608648016503040311"))
        fields[6] = pki.tlv(0x30, kind, pki.tlv(0x03, bytes(657)))

    return pki.make_pki("ed25519", root=pki.default_pki("ed25519").root, edit=halve)


def renamed(*, also: bool = False) -> Callable[[], bytes]:
    """The chain under its old label, alone or beside the new one."""

    def protected(header: dict[Any, Any]) -> None:
        header["x5chain"] = header[33] if also else header.pop(33)

    return by(protected=protected)


def der(signature: bytes) -> bytes:
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")).ljust(72, b"\0")


def beyond_order(signature: bytes) -> bytes:
    """The same signature with s increased by the order of the group: Ed25519 must refuse it."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + _ED25519_ORDER).to_bytes(32, "little")


def flipped(signature: bytes) -> bytes:
    return signature[:-1] + bytes((signature[-1] ^ 1,))


def late(days: int) -> Any:
    return pki.NOW + timedelta(days=days)


@cache
def self_signed() -> pki.Pki:
    return pki.make_pki("ed25519", self_signed=True, aki=False)


@cache
def lookalike() -> pki.Pki:
    """Every name is that of a trusted chain, the keys are others."""
    trusted = pki.default_pki("ed25519").root.certificate.subject.rfc4514_string()
    common_name = trusted.split("CN=")[1].split(",")[0]
    return pki.make_pki("ed25519", root=pki.make_root("ed25519", common_name=common_name), intermediate=True)


@cache
def under_expired_authority() -> pki.Pki:
    root = pki.default_pki("ed25519").root
    return pki.make_pki("ed25519", root=root, issuer=pki.make_authority("ed25519", root, not_after=late(-1)))


@cache
def small_rsa() -> pki.Pki:
    return pki.make_pki("ps256", root=pki.default_pki("ed25519").root, key=pki.rsa_key(1024))


@cache
def strange_curve() -> pki.Pki:
    return pki.make_pki("es256", root=pki.default_pki("ed25519").root, key=ec.generate_private_key(ec.SECP256K1()))


def revocable() -> pki.Pki:
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example"))
    return spoiled(extensions=((x509.AuthorityInformationAccess([access]), False),))


def choosing(make: Callable[[], pki.Pki]) -> Callable[[], TrustPolicy]:
    return lambda: TrustPolicy(allowed=(make().leaf,))


def with_payload(payload: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """A payload made of the claim, attached although nothing may be."""

    def make() -> bytes:
        signing = Signing()

        def claim_bytes(claim: bytes) -> bytes:
            signing.payload = payload(claim)
            return claim

        return signed(standard(signing=signing, claim_bytes=claim_bytes))

    return make


def foreign_payload() -> bytes:
    """A genuine signature with the claim that it belongs to attached, in front of another claim."""
    genuine = cbor.encode({"instanceID": "someone else's"})
    return signed(standard(signing=Signing(covers=genuine, payload=genuine)))


CASES: tuple[Case, ...] = (
    *(
        case(f"sound {algorithm}", by(algorithm), policy=lambda a=algorithm: TrustPolicy.of(pki.root_pem(a)))
        for algorithm in pki.ALGORITHMS
    ),
    case("nobody trusted", by(), UNTRUSTED, policy=TrustPolicy.none, state="Valid", says=("claimSignature.validated",)),
    case("signature over another claim", by(covers=b"\xa0"), MISMATCH),
    case("signature with one bit flipped", by(signature=flipped), MISMATCH),
    case("signature cut short", by(signature=lambda s: s[:-1]), MISMATCH),
    case("signature too long", by(signature=lambda s: s + b"\0"), MISMATCH),
    case("signature empty", by(signature=lambda _: b""), MISMATCH),
    case("Ed25519 beyond the order", by(signature=beyond_order), MISMATCH),
    case("Ed25519 of zeros", by(signature=lambda s: bytes(len(s))), MISMATCH),
    case("ES256 in DER", by("es256", signature=der), MISMATCH),
    case("ES256 of zeros", by("es256", signature=lambda s: bytes(len(s))), MISMATCH),
    case("the claim attached", with_payload(lambda claim: claim), MISMATCH),
    case("an empty payload attached", with_payload(lambda _: b""), MISMATCH),
    case("garbage attached", with_payload(lambda _: b"garbage"), MISMATCH),
    case("a genuine signature with its own claim", foreign_payload, MISMATCH),
    case("not tagged", by(tag=None), MISMATCH),
    case("another tag", by(tag=17), MISMATCH),
    case("bytes behind the signature", by(trailing=b"\0"), MISMATCH),
    case("an array of three", by(parts=lambda p: p[:3]), MISMATCH),
    case("an array of five", by(parts=lambda p: [*p, b""]), MISMATCH),
    case("protected header is no map", by(parts=lambda p: [cbor.encode([1]), *p[1:]]), MISMATCH),
    case("protected header is no bytes", by(parts=lambda p: [{1: -8}, *p[1:]]), MISMATCH),
    case("protected header is no CBOR", by(parts=lambda p: [b"\xff", *p[1:]]), MISMATCH),
    case("unprotected header is a list", by(parts=lambda p: [p[0], [], *p[2:]]), MISMATCH),
    case("signature is a text", by(parts=lambda p: [*p[:3], "signature"]), MISMATCH),
    case("payload is a text", by(parts=lambda p: [p[0], p[1], "", p[3]]), MISMATCH),
    case("algorithm in both headers", by(unprotected={1: -7}), MISMATCH),
    case("chain in both headers", by(unprotected={33: b"x"}), INVALID),
    case("the same chain in both headers", both_headers(33), INVALID),
    case("the same chain in both headers under its old label", both_headers("x5chain"), INVALID),
    case("critical header", by(protected=lambda h: h.update({2: [99], 99: 1})), MISMATCH),
    case("padding is ignored", by(unprotected={"pad": bytes(40), "pad2": bytes(3)})),
    case("unknown headers are ignored", by(protected=lambda h: h.update({99: 1}), unprotected={"x": 1})),
    *(case(f"algorithm {alg}", by(alg=alg), UNSUPPORTED) for alg in (-257, -47, -19, -49, 5)),
    case("no algorithm", by(alg=0), UNSUPPORTED),
    case("algorithm only in the unprotected header", by(alg=0, unprotected={1: -8}), UNSUPPORTED),
    case("algorithm as a text", by(protected=lambda h: h.update({1: "EdDSA"})), UNSUPPORTED),
    case("algorithm of another key", by(alg=-7), MISMATCH),
    case("algorithm of another curve", by("es256", alg=-35), MISMATCH),
    case("algorithm of another hash", by("ps256", alg=-38), MISMATCH),
    case("no chain", by(chain=()), INVALID),
    case("chain is an empty list", by(chain=(), protected=lambda h: h.update({33: []})), INVALID),
    case("chain is a text", by(chain=(), protected=lambda h: h.update({33: "certificate"})), INVALID),
    case("chain of texts", by(chain=(), protected=lambda h: h.update({33: ["certificate"]})), INVALID),
    case("certificate is garbage", by(chain=(b"garbage",)), INVALID),
    case("certificate cut short", by_ca(lambda: pki.default_pki("ed25519"), chain=(pki.default_pki("ed25519").leaf[:-1],)), INVALID),
    case("16 certificates", chain_of(16)),
    case("17 certificates", chain_of(17), INVALID),
    case("garbage behind the chain", lambda: signed(standard(signing=Signing(chain=(*pki.default_pki("ed25519").chain, b"garbage"))))),
    case("the chain in the unprotected header", moved(label=33)),
    case("the chain in the unprotected header under its old label", moved(label="x5chain")),
    case("the chain under its old label", renamed()),
    case("the chain under both labels", renamed(also=True)),
    case("the chain under both labels in different headers", moved(label="x5chain", keep=lambda: list(pki.default_pki("ed25519").chain))),
    case("another chain under the old label", by(protected=lambda h: h.update({"x5chain": [h[33][0]]})), INVALID),
    case("another chain under the old label in the other header", by(unprotected={"x5chain": b"x"}), INVALID),
    *(
        case(f"sound {name}", by(algorithm, alg=number), policy=lambda a=algorithm: TrustPolicy.of(pki.root_pem(a)), profile="2.5")
        for name, number, algorithm in (("ESP256", -9, "es256"), ("ESP384", -51, "es384"), ("ESP512", -52, "es512"))
    ),
    *(
        case(f"sound {algorithm}", by(algorithm), policy=lambda a=algorithm: TrustPolicy.of(pki.root_pem(a)), profile="2.5")
        for algorithm in ("ml-dsa-44", "ml-dsa-65", "ml-dsa-87")
    ),
    case("ESP256 with one bit flipped", by("es256", alg=-9, signature=flipped), MISMATCH, profile="2.5"),
    case("ESP256 with the key of another curve", by("es384", alg=-9), MISMATCH, UNTRUSTED, profile="2.5"),
    *(case(f"ESP256 in edition {profile}", by("es256", alg=-9), UNSUPPORTED, profile=profile) for profile in ("2.2", "2.4")),
    case("ML-DSA with one bit flipped", by("ml-dsa-44", signature=flipped), MISMATCH, profile="2.5", policy=lattices),
    case("ML-DSA of another set", by("ml-dsa-44", alg=-49), MISMATCH, profile="2.5", policy=lattices),
    case("ML-DSA cut short", by("ml-dsa-44", signature=lambda s: s[:-1]), MISMATCH, profile="2.5", policy=lattices),
    case("ML-DSA in edition 2.4", by("ml-dsa-44"), UNSUPPORTED, INVALID, UNTRUSTED, profile="2.4", policy=lattices),
    case("a certificate by ML-DSA for another key", by_ca(under_lattice), profile="2.5", policy=lattices),
    case("a certificate by ML-DSA for another key in edition 2.4", by_ca(under_lattice), INVALID, UNTRUSTED, policy=lattices),
    case("an ML-DSA key that is cut short", by_ca(broken_lattice), INVALID, UNTRUSTED, MISMATCH, profile="2.5"),
    case("the signing certificate alone", by(chain=(pki.default_pki("ed25519").leaf,)), UNTRUSTED, state="Valid"),
    case("self-signed", by_ca(self_signed), UNTRUSTED, state="Valid"),
    case("self-signed, but chosen", by_ca(self_signed), policy=choosing(self_signed), says=("signingCredential.trusted",)),
    case("names of a trusted chain", by_ca(lookalike), UNTRUSTED, state="Valid"),
    case("no purpose", leaf(eku=None), INVALID, UNTRUSTED),
    case("any purpose", leaf(eku=(pki.EMAIL_PROTECTION, "2.5.29.37.0")), INVALID, UNTRUSTED),
    case("time-stamping beside", leaf(eku=(pki.EMAIL_PROTECTION, pki.TIME_STAMPING)), INVALID, UNTRUSTED),
    case("OCSP signing beside", leaf(eku=(pki.EMAIL_PROTECTION, pki.OCSP_SIGNING)), INVALID, UNTRUSTED),
    case("only for servers", leaf(eku=(pki.SERVER_AUTH,)), INVALID, UNTRUSTED),
    case("for claims", leaf(eku=(pki.CLAIM_SIGNING,))),
    case("for documents", leaf(eku=(pki.DOCUMENT_SIGNING,))),
    case("an authority", leaf(ca=True), INVALID, UNTRUSTED),
    case("no basic constraints", leaf(ca=None)),
    case("no key usage", leaf(usage=None), INVALID, UNTRUSTED),
    case("not for signatures", leaf(usage=("content_commitment",)), INVALID, UNTRUSTED),
    case("may sign certificates", leaf(usage=("digital_signature", "key_cert_sign")), INVALID, UNTRUSTED),
    case("no authority key identifier", leaf(aki=False), INVALID, UNTRUSTED),
    case("RSA of 1024 bits", by_ca(small_rsa), INVALID, UNTRUSTED, MISMATCH),
    case("a curve of another kind", by_ca(strange_curve), INVALID, UNTRUSTED, MISMATCH),
    case("expired", leaf(not_before=late(-9), not_after=late(-1)), OUTSIDE, UNTRUSTED),
    case("not yet valid", leaf(not_before=late(2), not_after=late(9)), OUTSIDE, UNTRUSTED),
    case("under an expired authority", by_ca(under_expired_authority), OUTSIDE, UNTRUSTED),
    case(
        "expired, though chosen",
        leaf(not_after=late(-1), not_before=late(-9)),
        OUTSIDE,
        policy=choosing(lambda: spoiled(not_after=late(-1), not_before=late(-9))),
    ),
    case("years later", by(), OUTSIDE, UNTRUSTED, at=late(3000)),
    case("before", by(), OUTSIDE, UNTRUSTED, at=late(-20)),
    case("says where to ask for revocation", by_ca(revocable), informs=("signingCredential.ocsp.skipped",)),
    case("within its time", by(), says=("claimSignature.insideValidity",)),
    case("says nothing about revocation", by(), lacks=("signingCredential.ocsp.skipped",)),
)
