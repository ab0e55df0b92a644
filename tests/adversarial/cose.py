"""Attacks on the signature box and what is in it: payloads, headers, algorithms, forms of signatures.

``reshaped`` is what anybody can do to a genuine file: it changes the COSE structure and gives or takes padding, so that no length in the
file changes. ``impersonating`` is what anybody can make of nothing: a file of his own under the certificates of somebody else.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from credkit.codec import cbor
from credkit.codec.cose import to_be_signed
from credkit.trust.algorithms import algorithm_named
from credkit.trust.policy import TrustPolicy
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import ACTIVE, MATCH, SOUND, STATED, UNBOUND, retold, roomy
from tests.forge import pki
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import Signing

__all__ = ["ATTACKS", "SIGNER", "impersonating", "reshaped"]

MISMATCH = "claimSignature.mismatch"
UNSUPPORTED = "algorithm.unsupported"
INVALID = "signingCredential.invalid"
SIGNER = (STATED, MATCH, "claimSignature.insideValidity", "signingCredential.trusted")
"""What is said of a file in which everything but the signature itself is right."""
UNREAD = (STATED, MATCH)
"""What is left to say where the signature box cannot be read at all."""
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
ORDERS = {
    "es256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "es384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}
Parts = list[Any]
"""Protected header, unprotected header, payload and signature."""


def trusting(algorithm: str) -> Callable[[], TrustPolicy]:
    return lambda: TrustPolicy.of(pki.root_pem(algorithm))


@cache
def genuine(algorithm: str, pad: int) -> bytes:
    """A sound file by a signer of that algorithm, with so much padding."""
    return signed(standard(signing=Signing(pki=pki.default_pki(algorithm), unprotected={"pad": bytes(pad)})))


def _tagged(parts: Parts) -> bytes:
    return cbor.encode(cbor.Tag(18, parts))


def reshaped(
    change: Callable[[Parts], Parts | None] = lambda parts: parts,
    *,
    encode: Callable[[Parts], bytes] = _tagged,
    algorithm: str = "ed25519",
    pad: int = 900,
) -> Callable[[], bytes]:
    """A genuine file whose COSE parts were changed, and which takes as many bytes as before."""

    def spoil(tree: Node) -> None:
        leaf = tree.at(ACTIVE).at("c2pa.signature").leaf()
        size, left = len(leaf.payload), pad
        for _ in range(4):
            parts = list(cbor.decode(leaf.payload, where="test").value)
            parts[1] = parts[1] | {"pad": bytes(left)}
            made = encode(change(parts) or parts)
            if len(made) == size:
                leaf.payload = made
                return
            left -= len(made) - size
        raise AssertionError("the padding does not make up for the change")

    return lambda: retold(genuine(algorithm, pad), spoil)


def impersonating(
    sign: Callable[[bytes], bytes], *, victim: str = "ed25519", alg: int | None = None, name: str = "active", **options: Any
) -> Callable[[], bytes]:
    """A file of one's own under the certificates of ``victim``; ``sign`` makes a signature of what is to be signed, without his key."""

    def make() -> bytes:
        signing, claims = Signing(pki=pki.default_pki(victim), alg=alg, **options), []

        def keep(claim: bytes) -> bytes:
            claims[:] = [claim]
            return claim

        signing.parts = lambda parts: [*parts[:3], sign(to_be_signed(parts[0], claims[0]))]
        return signed(standard(signing=signing, claim_bytes=keep, name=name))

    return cache(make)


@cache
def another() -> tuple[Parts, bytes]:
    """The signature of another genuine file of the same signer, and the claim that it is over."""
    claims: list[bytes] = []
    signing = Signing()
    kept: list[Parts] = []
    signing.parts = lambda parts: kept.append(parts) or parts
    signed(standard(signing=signing, name="another", claim_bytes=lambda claim: claims.append(claim) or claim))
    return kept[-1], claims[-1]


def own_claim(file: bytes) -> bytes:
    """The claim of the genuine file."""
    from tests.adversarial.bases import store_in
    from tests.forge.boxes import read_tree

    return read_tree(store_in(file)).at(ACTIVE).at("c2pa.claim.v2").leaf().payload


def with_payload(payload: Callable[[], Any], **options: Any) -> Callable[[], bytes]:
    return reshaped(lambda parts: [*parts[:2], payload(), parts[3]], **options)


def borrowed(*, payload: bool) -> Callable[[], bytes]:
    """The signature of another file in this one, with or without the claim that it is over."""

    def change(parts: Parts) -> Parts:
        there, claim = another()
        return [there[0], parts[1], claim if payload else None, there[3]]

    return reshaped(change, pad=1500)


def unprotected(more: dict[Any, Any], **options: Any) -> Callable[[], bytes]:
    return reshaped(lambda parts: [parts[0], parts[1] | more, *parts[2:]], **options)


def signature(change: Callable[[bytes], bytes], algorithm: str = "ed25519") -> Callable[[], bytes]:
    return reshaped(lambda parts: [*parts[:3], change(parts[3])], algorithm=algorithm)


def by(algorithm: str = "ed25519", **options: Any) -> Callable[[], bytes]:
    """A file by the signer himself, who does something that the standard does not allow."""
    return cache(lambda: signed(standard(signing=Signing(pki=pki.default_pki(algorithm), **options))))


def halves(value: bytes) -> tuple[int, int]:
    half = len(value) // 2
    return int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big")


def der(value: bytes) -> bytes:
    return encode_dss_signature(*halves(value))


def widened(value: bytes) -> bytes:
    half = len(value) // 2
    return b"\0" + value[:half] + b"\0" + value[half:]


def added_order(value: bytes) -> bytes:
    """Ed25519: s and the order of the group, which is the same number to a reader that does not look."""
    return value[:32] + (int.from_bytes(value[32:], "little") + ED25519_ORDER).to_bytes(32, "little")


def negated(algorithm: str) -> Callable[[bytes], bytes]:
    """ECDSA: the other of the two signatures that everybody can make of one."""

    def change(value: bytes) -> bytes:
        r, s = halves(value)
        half = len(value) // 2
        return r.to_bytes(half, "big") + (ORDERS[algorithm] - s).to_bytes(half, "big")

    return change


def chunked(parts: Parts) -> bytes:
    """The same values, the signature in pieces."""
    tail = b"\x5f" + b"".join(cbor.encode(parts[3][at : at + 16]) for at in range(0, len(parts[3]), 16)) + b"\xff"
    return b"\xd2\x84" + b"".join(map(cbor.encode, parts[:3])) + tail


def open_ended(parts: Parts) -> bytes:
    return b"\xd2\x9f" + b"".join(map(cbor.encode, parts)) + b"\xff"


def wide_heads(parts: Parts) -> bytes:
    """The same values, with longer heads than they need."""
    return b"\xd8\x12\x98\x04" + b"".join(map(cbor.encode, parts))


def twice(key: bytes) -> Callable[[Parts], bytes]:
    """An unprotected header that holds one label two times."""

    def encode(parts: Parts) -> bytes:
        pad = cbor.encode(parts[1]["pad"])
        header = b"\xa3\x63pad" + pad + 2 * (key + b"\x41x")
        return b"\xd2\x84" + cbor.encode(parts[0]) + header + cbor.encode(parts[2]) + cbor.encode(parts[3])

    return encode


def two_boxes() -> bytes:
    """A second box with another signature behind the one that is there."""

    def spoil(tree: Node) -> None:
        tree.at(ACTIVE).at("c2pa.signature").children.append(Leaf("cbor", b"\xd2\x84\x40\xa0\xf6\x40"))

    return retold(roomy(), spoil, room=14)


def mac(hash_name: str, key: Callable[[pki.Pki], bytes]) -> Callable[[bytes], bytes]:
    return lambda tbs: hmac.new(key(pki.default_pki("es256")), tbs, hash_name).digest()


def attacker(algorithm: str) -> Callable[[bytes], bytes]:
    """A signature with the attacker's own key of that kind."""

    def sign(tbs: bytes) -> bytes:
        return algorithm_named(algorithm).sign(pki.new_key(algorithm, 9), tbs)

    return sign


def pss(salt: Any, mask: Any = None) -> Callable[[], bytes]:
    """By the signer's own RSA key, with another salt or mask."""

    def sign(tbs: bytes) -> bytes:
        chosen = hashes.SHA256()
        how = padding.PSS(mgf=padding.MGF1(mask or chosen), salt_length=salt)
        made: bytes = pki.default_pki("ps256").key.sign(tbs, how, chosen)
        return made

    return impersonating(sign, victim="ps256")


def pkcs1(tbs: bytes) -> bytes:
    made: bytes = pki.default_pki("ps256").key.sign(tbs, padding.PKCS1v15(), hashes.SHA256())
    return made


def in_context(context: str, external: bytes = b"") -> Callable[[], bytes]:
    """The signer's own signature, made for another purpose (RFC 9052, 4.4)."""

    def sign(tbs: bytes) -> bytes:
        _, protected, _, payload = cbor.decode(tbs, where="test")
        return pki.default_pki("ed25519").key.sign(cbor.encode([context, protected, external, payload]))

    return impersonating(sign)


def actor_statement() -> bytes:
    """What an actor signs in an identity assertion (CAWG) is signed just as a claim is: here it stands in the place of one."""
    payload = cbor.encode({"sig_type": "cawg.x509.cose", "referenced_assertions": [{"url": "self#jumbf=x", "hash": bytes(32)}]})
    return signed(standard(claim_bytes=lambda _: payload))


_B1 = "attached-payload"
_B2 = "label-in-both-headers"
_CONFUSED = "algorithm-of-another-key"
_NULL = "signature-of-nothing"
_KEYS = ("ed25519", "es256", "es384", "ps256")
_PUBLIC = {"spki": lambda signer: pki.spki(signer.key), "leaf": lambda signer: signer.leaf, "empty": lambda _: b""}

ATTACKS: tuple[Attack, ...] = (
    # B1: what is signed is the claim, whatever payload the signature brings.
    *(
        attack(
            f"attached-{name}",
            make,
            "Invalid",
            *SIGNER,
            MISMATCH,
            family=_B1,
            idea=f"The signature gets a payload, {words}, in the hope that this is verified and the claim beside it believed.",
            keyless=True,
        )
        for name, words, make in (
            ("foreign-claim", "the claim of another genuine file with its signature", borrowed(payload=True)),
            ("garbage", "bytes that nobody signed", with_payload(lambda: b"garbage")),
            ("empty", "an empty byte string", with_payload(lambda: b"")),
            ("own-claim", "the very claim", with_payload(lambda: own_claim(genuine("ed25519", 3000)), pad=3000)),
            ("structure", "another signature", with_payload(lambda: _tagged(another()[0]), pad=3000)),
        )
    ),
    *(
        attack(
            f"attached-{name}",
            with_payload(payload),
            "Invalid",
            *UNREAD,
            MISMATCH,
            family=_B1,
            idea=f"The payload is {words}, which a lenient reader takes for none.",
            keyless=True,
        )
        for name, words, payload in (
            ("text", "a text", lambda: ""),
            ("false", "false", lambda: False),
            ("zero", "the number 0", lambda: 0),
            ("list", "an empty list", list),
        )
    ),
    attack(
        "signature-of-another-file",
        borrowed(payload=False),
        "Invalid",
        *SIGNER,
        MISMATCH,
        family="signature-of-something-else",
        idea="A genuine signature of the same signer is taken from another file.",
        keyless=True,
    ),
    attack(
        "signature-of-an-identity",
        actor_statement,
        "Invalid",
        "claimSignature.insideValidity",
        "claimSignature.validated",
        "signingCredential.trusted",
        "claim.malformed",
        family="signature-of-something-else",
        idea="What an actor signed in an identity assertion takes the place of the claim.",
        keyless=True,
    ),
    *(
        attack(
            f"signature-in-context-{name}",
            in_context(context, external),
            "Invalid",
            *SIGNER,
            MISMATCH,
            family="signature-of-another-context",
            idea=f"The signer signed these bytes as {words}, not as a claim.",
            keyless=False,
        )
        for name, context, external, words in (
            ("countersignature", "CounterSignature", b"", "a countersignature"),
            ("signature", "Signature", b"", "one of several signers"),
            ("mac", "MAC0", b"", "a message authentication code"),
            ("external", "Signature1", b"x", "part of a protocol with data of its own"),
        )
    ),
    # B2: no label stands in both headers, and none twice.
    *(
        attack(
            f"both-{name}",
            unprotected({label: value}),
            "Invalid",
            *UNREAD,
            code,
            family=_B2,
            idea=f"A second {words} is put into the header that nobody signed.",
            keyless=True,
        )
        for name, label, value, words, code in (
            ("algorithm", 1, -7, "algorithm", MISMATCH),
            ("same-algorithm", 1, -8, "statement of the same algorithm", MISMATCH),
            ("algorithm-text", 1, "none", "algorithm, called none,", MISMATCH),
        )
    ),
    *(
        attack(
            f"both-chain-{name}",
            unprotected({label: chain()}, pad=4000),
            "Invalid",
            *UNREAD,
            INVALID,
            family=_B2,
            idea="Another certificate chain is put into the header that nobody signed.",
            keyless=True,
        )
        for name, label, chain in (
            ("own", 33, lambda: list(pki.make_pki("ed25519", self_signed=True, aki=False).chain)),
            ("same", 33, lambda: list(pki.default_pki("ed25519").chain)),
            ("old-label", "x5chain", lambda: list(pki.make_pki("ed25519", self_signed=True, aki=False).chain)),
            ("empty", 33, list),
        )
    ),
    *(
        attack(
            f"twice-{name}",
            reshaped(encode=twice(key)),
            "Invalid",
            *UNREAD,
            MISMATCH,
            family="label-twice-in-a-header",
            idea="One reader takes the first value of a label that stands twice, another the last.",
            keyless=True,
        )
        for name, key in (("alg", b"\x01"), ("chain", b"\x18\x21"), ("stamp", b"\x67sigTst2"))
    ),
    *(
        attack(
            f"critical-{name}",
            make,
            "Invalid",
            *UNREAD,
            MISMATCH,
            family="critical-header",
            idea="A header says that the signature must not be accepted by whoever does not know another one.",
            keyless=keyless,
        )
        for name, make, keyless in (
            ("unknown", by(protected=lambda h: h.update({2: [99], 99: 1})), False),
            ("text", by(protected=lambda h: h.update({2: ["b64"], "b64": False})), False),
            ("empty", by(protected=lambda h: h.update({2: []})), False),
            ("unprotected", unprotected({2: [99], 99: 1}), True),
        )
    ),
    # B3: algorithms that are none, and those of other keys.
    *(
        attack(
            f"algorithm-{name}",
            impersonating(sign, victim=victim, alg=alg, **options),
            "Invalid",
            *SIGNER,
            UNSUPPORTED,
            family=family,
            idea=idea,
            keyless=True,
            policy=trusting(victim),
        )
        for name, victim, alg, sign, family, idea, options in (
            ("none", "es256", 0, lambda _: b"", "algorithm-none", "No algorithm is named, and nothing is signed.", {}),
            (
                "none-text",
                "es256",
                None,
                lambda _: b"",
                "algorithm-none",
                "The algorithm is called none.",
                {"protected": lambda h: h.update({1: "none"})},
            ),
            (
                "unprotected",
                "es256",
                0,
                attacker("es256"),
                "algorithm-none",
                "The algorithm stands only where nobody signed it.",
                {"unprotected": {1: -7}},
            ),
            ("rs256", "ps256", -257, attacker("ps256"), "algorithm-unknown", "An algorithm that C2PA does not have.", {}),
            ("rs1", "ps256", -65535, attacker("ps256"), "algorithm-unknown", "A signature with SHA-1.", {}),
            ("es256k", "es256", -47, attacker("es256"), "algorithm-unknown", "An algorithm that C2PA does not have.", {}),
            ("huge", "es256", 2**63, attacker("es256"), "algorithm-unknown", "An algorithm of a huge number.", {}),
            *(
                (
                    f"mac-{number}-{key}",
                    "es256",
                    alg,
                    mac(hash_name, secret),
                    "mac-with-a-public-key",
                    "What everybody knows of the signer serves as the secret of a message authentication code.",
                    {},
                )
                for number, alg, hash_name in (("256", 5, "sha256"), ("512", 7, "sha512"))
                for key, secret in _PUBLIC.items()
            ),
        )
    ),
    *(
        attack(
            f"{alg}-under-{victim}",
            impersonating(attacker(alg), victim=victim, alg=algorithm_named(alg).cose_id),
            "Invalid",
            *SIGNER,
            MISMATCH,
            family=_CONFUSED,
            idea="The signature names an algorithm for which the key of the certificate was never meant.",
            keyless=True,
            policy=trusting(victim),
        )
        for victim in _KEYS
        for alg in ("ed25519", "es256", "es384", "es512", "ps256", "ps512")
        if alg != victim and (alg[0], victim[0]) != ("p", "p")
    ),
    attack(
        "ps512-under-ps256",
        by("ps256", alg=-39),
        "Invalid",
        *SIGNER,
        MISMATCH,
        family=_CONFUSED,
        idea="A genuine signature with SHA-256 is called one with SHA-512.",
        keyless=False,
    ),
    *(
        attack(
            f"nothing-{victim}-{name}",
            impersonating(lambda _, v=value: v, victim=victim),
            "Invalid",
            *SIGNER,
            MISMATCH,
            family=_NULL,
            idea=f"The signature is {words}, which a verifier with a gap takes for one of everything.",
            keyless=True,
            policy=trusting(victim),
        )
        for victim, size in (("ed25519", 64), ("es256", 64), ("es384", 96), ("es512", 132), ("ps256", 256))
        for name, value, words in (
            ("zeros", bytes(size), "made of zeros"),
            ("empty", b"", "empty"),
            ("ones", b"\xff" * size, "made of ones"),
        )
    ),
    *(
        attack(
            f"nothing-{victim}-{name}",
            impersonating(lambda _, v=value: v, victim=victim),
            "Invalid",
            *SIGNER,
            MISMATCH,
            family=_NULL,
            idea=f"The signature is {words}, which a verifier with a gap takes for one of everything.",
            keyless=True,
            policy=trusting(victim),
        )
        for victim, order in ORDERS.items()
        for half in (order.bit_length() // 8,)
        for name, value, words in (
            ("order", 2 * order.to_bytes(half, "big"), "the order of the group, twice"),
            ("one", 2 * (1).to_bytes(half, "big"), "the number 1, twice"),
        )
    ),
    # B4: ECDSA signatures are r and s side by side, in full length.
    *(
        attack(
            f"ecdsa-{algorithm}-{name}",
            signature(change, algorithm),
            "Invalid",
            *SIGNER,
            MISMATCH,
            family=family,
            idea=idea,
            keyless=True,
            policy=trusting(algorithm),
        )
        for algorithm in ("es256", "es384")
        for name, change, family, idea in (
            ("der", der, "ecdsa-as-der", "A genuine signature is written in DER."),
            (
                "der-padded",
                lambda v: der(v).ljust(len(v), b"\0") if len(der(v)) < len(v) else der(v)[: len(v)],
                "ecdsa-as-der",
                "DER, cut or filled to the right length.",
            ),
            ("cut", lambda v: v[:-1], "ecdsa-of-another-length", "A genuine signature is one byte short."),
            ("long", lambda v: v + b"\0", "ecdsa-of-another-length", "A genuine signature has a byte behind it."),
            ("wide", widened, "ecdsa-of-another-length", "Both numbers have a zero before them."),
            ("double", lambda v: v + v, "ecdsa-of-another-length", "The signature stands there twice."),
            ("swapped", lambda v: v[len(v) // 2 :] + v[: len(v) // 2], "ecdsa-of-another-form", "The numbers are exchanged."),
            (
                "little",
                lambda v: v[: len(v) // 2][::-1] + v[len(v) // 2 :][::-1],
                "ecdsa-of-another-form",
                "The numbers are written with the lowest byte first.",
            ),
        )
    ),
    *(
        attack(
            f"ecdsa-{algorithm}-negated",
            signature(negated(algorithm), algorithm),
            "Trusted",
            *SOUND,
            family="signature-of-the-same",
            idea="Of each signature everybody can make a second one of the same claim by the same key.",
            keyless=True,
            policy=trusting(algorithm),
            tolerated="RFC 9053, 2.1, demands no one of the two; whoever wants to know the bytes of a signature has to keep them",
        )
        for algorithm in ORDERS
    ),
    # B13 as far as it concerns signatures; keys are in ``keys``.
    *(
        attack(
            f"ed25519-{name}",
            signature(change),
            "Invalid",
            *SIGNER,
            MISMATCH,
            family="ed25519-beyond-its-range",
            idea=f"A genuine signature with {words}.",
            keyless=True,
        )
        for name, change, words in (
            ("order-added", added_order, "the order of the group added to s"),
            ("sign-of-r", lambda v: v[:31] + bytes((v[31] ^ 0x80,)) + v[32:], "the sign of R turned"),
            ("high-bit-of-s", lambda v: v[:63] + bytes((v[63] | 0x80,)), "the highest bit of s set"),
            ("cut", lambda v: v[:63], "its last byte missing"),
            ("long", lambda v: v + b"\0", "a byte behind it"),
        )
    ),
    *(
        attack(
            f"pss-{name}",
            make,
            "Invalid",
            *SIGNER,
            MISMATCH,
            family="pss-of-another-form",
            idea=f"The signer's RSA key signs {words}.",
            keyless=False,
        )
        for name, make, words in (
            ("no-salt", pss(0), "without salt"),
            ("salt-20", pss(20), "with a salt as long as SHA-1"),
            ("salt-31", pss(31), "with a salt one byte short"),
            ("salt-longest", pss(padding.PSS.MAX_LENGTH), "with the longest salt"),
            ("mask-sha1", pss(32, hashes.SHA1()), "with SHA-1 in the mask"),
            ("mask-sha512", pss(32, hashes.SHA512()), "with SHA-512 in the mask"),
            ("pkcs1", impersonating(pkcs1, victim="ps256"), "in the older form"),
        )
    ),
    attack(
        "pss-cut",
        signature(lambda v: v[1:], "ps256"),
        "Invalid",
        *SIGNER,
        MISMATCH,
        family="pss-of-another-form",
        idea="A genuine signature without its first byte.",
        keyless=True,
    ),
    # B5: tagged as one signer's signature, and nothing behind it.
    *(
        attack(
            f"tag-{name}",
            reshaped(encode=encode),
            "Invalid",
            *UNREAD,
            MISMATCH,
            family="tag-of-the-signature",
            idea=f"The structure is {words}.",
            keyless=True,
        )
        for name, words, encode in (
            ("none", "not tagged", cbor.encode),
            ("other", "tagged as a message authentication code", lambda p: cbor.encode(cbor.Tag(17, p))),
            ("many", "tagged as the signatures of many", lambda p: cbor.encode(cbor.Tag(98, p))),
            ("twice", "tagged twice", lambda p: cbor.encode(cbor.Tag(18, cbor.Tag(18, p)))),
            ("cbor", "tagged as CBOR first", lambda p: cbor.encode(cbor.Tag(55799, cbor.Tag(18, p)))),
            ("token", "tagged as a web token", lambda p: cbor.encode(cbor.Tag(61, cbor.Tag(18, p)))),
            ("bytes", "wrapped in a byte string", lambda p: cbor.encode(_tagged(p))),
        )
    ),
    *(
        attack(
            f"behind-the-signature-{name}",
            reshaped(encode=lambda p, t=tail: _tagged(p) + t, pad=pad),
            "Invalid",
            *UNREAD,
            MISMATCH,
            family="bytes-behind-the-signature",
            idea="Bytes stand behind the structure, where a lenient reader stops reading.",
            keyless=True,
        )
        for name, tail, pad in (
            ("zero", b"\0", 900),
            ("null", b"\xf6", 900),
            ("page", b"<script>alert(1)</script>", 900),
            ("many", bytes(7000), 9000),
            ("second", b"\xd2\x84\x40\xa0\xf6\x40", 900),
        )
    ),
    attack(
        "second-signature-box",
        two_boxes,
        "Invalid",
        *UNREAD,
        MISMATCH,
        family="bytes-behind-the-signature",
        idea="A second content box stands in the signature box.",
        keyless=True,
    ),
    *(
        attack(
            f"shape-{name}",
            reshaped(change),
            "Invalid",
            *UNREAD,
            MISMATCH,
            family="shape-of-the-signature",
            idea=f"The structure has {words}.",
            keyless=True,
        )
        for name, words, change in (
            ("three", "three parts", lambda p: p[:3]),
            ("five", "five parts", lambda p: [*p, b""]),
            ("header-map", "a protected header that is not wrapped", lambda p: [{1: -8}, *p[1:]]),
            ("header-list", "a protected header that is a list", lambda p: [cbor.encode([1, -8]), *p[1:]]),
            ("header-tail", "bytes behind the protected header", lambda p: [p[0] + b"\0", *p[1:]]),
            ("text", "a signature that is a text", lambda p: [*p[:3], "signature"]),
        )
    ),
    *(
        attack(
            f"header-{name}",
            reshaped(lambda p, h=header: [h, *p[1:]]),
            "Invalid",
            *UNREAD,
            INVALID,
            UNSUPPORTED,
            family="shape-of-the-signature",
            idea="The protected header is emptied, in the hope that what is missing counts as right.",
            keyless=True,
        )
        for name, header in (("empty", b""), ("empty-map", b"\xa0"))
    ),
    *(
        attack(
            f"encoded-{name}",
            reshaped(encode=encode),
            "Trusted",
            *SOUND,
            UNBOUND,
            family="longer-than-needed",
            idea=f"The same values are written {words}, so that the bytes differ and the meaning does not.",
            keyless=True,
            tolerated="RFC 9052, 9, and ISO 19566-5, annex A, demand no one encoding of what is not signed",
        )
        for name, words, encode in (
            ("chunks", "in pieces", chunked),
            ("open", "without a length", open_ended),
            ("wide", "with longer heads", wide_heads),
        )
    ),
)
