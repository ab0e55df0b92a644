"""Time-stamps in headers and in assertions of other manifests, the time that a signer states, and session keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa

from credkit.codec import cbor
from credkit.codec.cose import Sign1, parse_sign1, to_be_signed
from credkit.limits import DEFAULT_LIMITS
from credkit.trust.algorithms import ALGORITHMS, LATER_ALGORITHMS
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp import assertion_messages, claim_message
from tests.forge import pki, tsa
from tests.forge.files import signed, standard
from tests.forge.manifests import Assertion, Manifest, Signing, ingredient
from tests.verify.case import Case, case

NOW = datetime.now(UTC).replace(microsecond=0)
START, END = NOW - timedelta(days=400), NOW - timedelta(days=30)
INSIDE = START + timedelta(days=100)
OUTSIDE = "claimSignature.outsideValidity"
UNTRUSTED = "signingCredential.untrusted"
MALFORMED = "assertion.timestamp.malformed"
SESSION = "livevideo.sessionkey.invalid"
STAMPED = ("timeStamp.trusted", "timeStamp.validated", "claimSignature.insideValidity")


@cache
def authority() -> tsa.Tsa:
    """RSA, because its tokens are all of one length."""
    early = START - timedelta(days=10)
    root = pki.make_root("ps256", common_name="credkit test time-stamp root", not_before=early)
    return tsa.make_tsa("ps256", root=root, intermediate=False, not_before=early, not_after=NOW + timedelta(days=10))


@cache
def expired() -> pki.Pki:
    return pki.make_pki("ed25519", not_before=START, not_after=END, root=pki.make_root("ed25519", not_before=START - timedelta(days=1)))


@cache
def present() -> pki.Pki:
    """Valid for years: stamps of every time fit."""
    start = NOW - timedelta(days=900)
    return pki.make_pki("ed25519", not_before=start, root=pki.make_root("ed25519", not_before=start))


def policy() -> TrustPolicy:
    anchors = (expired().root_pem, present().root_pem, pki.root_pem())
    return TrustPolicy.of(*anchors, tsa=[authority().root.pem, unfit().root.pem, brief().root.pem])


@cache
def unfit() -> tsa.Tsa:
    """On the list, but its certificate is not for time-stamps."""
    early = START - timedelta(days=10)
    root = pki.make_root("ps256", common_name="credkit test other time-stamp root", not_before=early)
    return tsa.make_tsa("ps256", root=root, intermediate=False, eku=(pki.TIME_STAMPING, pki.EMAIL_PROTECTION), not_before=early)


@cache
def brief() -> tsa.Tsa:
    """On the list, but its certificate was valid for a short time only."""
    early = START - timedelta(days=10)
    root = pki.make_root("ps256", common_name="credkit test brief time-stamp root", not_before=early)
    return tsa.make_tsa("ps256", root=root, intermediate=False, not_before=early, not_after=START)


@cache
def stranger() -> tsa.Tsa:
    root = pki.make_root("ed25519", common_name="credkit test unknown time-stamp root", not_before=START)
    return tsa.make_tsa("ps256", root=root, intermediate=False, not_before=START)


def stamp(message: bytes, by: tsa.Tsa | None = None, **spoiled: Any) -> bytes:
    return tsa.token(by or authority(), message, **({"signature": "sha256_rsa", "time": INSIDE} | spoiled))


# Headers.


def header(make: Callable[[Sign1, bytes], dict[str, Any]], signer: Callable[[], pki.Pki] = present, **signing: Any) -> Callable[[], bytes]:
    """A file whose signature has these unprotected headers, made from the signature and the claim."""

    def build() -> bytes:
        claims: list[bytes] = []

        def parts(found: list[Any]) -> list[Any]:
            sign1 = Sign1(protected_bytes=found[0], protected={}, unprotected={}, payload=None, signature=found[3])
            return [found[0], make(sign1, claims[-1]), *found[2:]]

        def claim_bytes(claim: bytes) -> bytes:
            claims.append(claim)
            return claim

        return signed(standard(signing=Signing(signer(), parts=parts, **signing), claim_bytes=claim_bytes))

    return build


def version_2(by: Callable[[], tsa.Tsa] = authority, over: bytes | None = None, **spoiled: Any) -> Callable[[], bytes]:
    return header(lambda s, _: {"sigTst2": tsa.container(stamp(over or assertion_messages(s)[0], by(), **spoiled))})


def version_1(status: int = 0) -> Callable[[], bytes]:
    return header(lambda s, claim: {"sigTst": tsa.container(tsa.response(stamp(claim_message(s, claim)), status))})


def two_tokens(sign1: Sign1, _claim: bytes) -> dict[str, Any]:
    token = stamp(assertion_messages(sign1)[0])
    return {"sigTst2": tsa.container(token, token)}


# Assertions.


@cache
def old() -> Manifest:
    """Signed by somebody whose certificate has expired since."""
    return standard(name="old", signing=Signing(expired())).build()


def sign1_of(manifest: Manifest) -> Sign1:
    return parse_sign1(manifest.node.at("c2pa.signature").leaf().payload, where="test")


def later(*tokens: bytes, key: str | None = None) -> Callable[[], bytes]:
    """A later manifest with one time-stamp assertion for each token, all about its ingredient."""

    def build() -> bytes:
        below = old()
        labels = ["c2pa.time-stamp", *(f"c2pa.time-stamp__{n}" for n in range(1, len(tokens)))]
        stamps = [Assertion(label, {key or below.label: token}) for label, token in zip(labels, tokens, strict=True)]
        return signed(standard(ingredient(below, "componentOf"), *stamps), below)

    return build


def about_old(form: int = 0, by: Callable[[], tsa.Tsa] = authority, **spoiled: Any) -> bytes:
    return stamp(assertion_messages(sign1_of(old()))[form], by(), **spoiled)


def lazily(make: Callable[[], Callable[[], bytes]]) -> Callable[[], bytes]:
    """Keys and certificates are made when the case is, and not when the table is read."""

    def build() -> bytes:
        return make()()

    return build


def crowded() -> bytes:
    """An ingredient from elsewhere holds as many bad tokens about the old manifest as are tried; the later manifest holds a good one."""
    bad = [Assertion(label, {old().label: b"rubbish"}) for label in ("c2pa.time-stamp", "c2pa.time-stamp__1")]
    between = standard(*bad, name="between").build()
    parts = (ingredient(old(), "componentOf"), ingredient(between, "componentOf", label="c2pa.ingredient.v3__1"))
    return signed(standard(*parts, Assertion("c2pa.time-stamp", {old().label: about_old()})), old(), between)


def own(value: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(Assertion("c2pa.time-stamp", value)))


def both() -> bytes:
    """The header's stamp passes, so that of the assertion is not looked at."""

    def parts(found: list[Any]) -> list[Any]:
        sign1 = Sign1(protected_bytes=found[0], protected={}, unprotected={}, payload=None, signature=found[3])
        return [found[0], {"sigTst2": tsa.container(stamp(assertion_messages(sign1)[0]))}, *found[2:]]

    below = standard(name="old", signing=Signing(expired(), parts=parts)).build()
    return signed(standard(ingredient(below, "componentOf"), Assertion("c2pa.time-stamp", {below.label: b"rubbish"})), below)


# Stated times.


def stating(value: Any, *, protected: bool = True, signer: Callable[[], pki.Pki] = present) -> Callable[[], bytes]:
    def build() -> bytes:
        if protected:
            return signed(standard(signing=Signing(signer(), protected=lambda h: h.update(iat=value))))
        return signed(standard(signing=Signing(signer(), unprotected={"iat": value})))

    return build


def seconds(time: datetime) -> int:
    return int(time.timestamp())


def stating_and_stamped(stated: datetime) -> Callable[[], bytes]:
    return header(
        lambda s, _: {"sigTst2": tsa.container(stamp(assertion_messages(s)[0]))},
        protected=lambda h: h.update(iat=seconds(stated)),
    )


# Session keys.

_KEYS: dict[str, Any] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p384": ec.generate_private_key(ec.SECP384R1()),
    "mldsa": mldsa.MLDSA44PrivateKey.generate(),
}
_IDENTIFIERS = {"ed25519": -8, "p256": -7, "p384": -35, "mldsa": -48, "rsa": -37}


def session_secret(kind: str) -> Any:
    return pki.rsa_key() if kind == "rsa" else _KEYS[kind]


def cose_key(kind: str) -> dict[Any, Any]:
    public = session_secret(kind).public_key()
    fields: dict[Any, Any] = {2: b"key 1"}
    if isinstance(public, ed25519.Ed25519PublicKey):
        fields |= {1: 1, -1: 6, -2: public.public_bytes_raw()}
    elif isinstance(public, ec.EllipticCurvePublicKey):
        size, numbers = (public.curve.key_size + 7) // 8, public.public_numbers()
        fields |= {
            1: 2,
            -1: {256: 1, 384: 2}[public.curve.key_size],
            -2: numbers.x.to_bytes(size, "big"),
            -3: numbers.y.to_bytes(size, "big"),
        }
    elif isinstance(public, rsa.RSAPublicKey):
        fields |= {1: 3, -1: public.public_numbers().n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}
    else:
        fields |= {1: 7, 3: -48, -1: public.public_bytes_raw()}
    return fields


def session_key(
    kind: str = "ed25519",
    *,
    alg: int | None = None,
    payload: Any = None,
    over: Callable[[bytes], bytes] = bytes,
    key: Any = None,
    **changes: Any,
) -> dict[str, Any]:
    """One session key, bound to the present signer; ``over`` makes what is signed from his certificate."""
    identifier = alg or _IDENTIFIERS[kind]
    protected = cbor.encode({1: identifier})
    secret, message = session_secret(kind), to_be_signed(protected, over(present().leaf))
    signature = secret.sign(message) if kind == "mldsa" else (ALGORITHMS | LATER_ALGORITHMS)[_IDENTIFIERS[kind]].sign(secret, message)
    return {
        "key": cose_key(kind) if key is None else key,
        "minSequenceNumber": 1,
        "createdAt": cbor.Tag(0, "2026-01-01T00:00:00Z"),
        "validityPeriod": 3600,
        "signerBinding": cbor.Tag(18, [protected, {}, payload, signature]),
    } | changes


def live(*keys: Any) -> Callable[[], bytes]:
    """A manifest of the present signer with these session keys."""
    return lambda: signed(standard(Assertion("c2pa.session-keys", {"keys": list(keys)}), signing=Signing(present())))


def wrapped(certificate: bytes) -> bytes:
    return cbor.encode(certificate)


def point_compressed() -> dict[Any, Any]:
    y = session_secret("p256").public_key().public_numbers().y
    return cose_key("p256") | {-3: bool(y & 1)}


FEW = replace(DEFAULT_LIMITS, time_stamps=2, session_keys=2)

CASES: tuple[Case, ...] = tuple(
    replace(line, policy=policy)
    for line in (
        # Headers.
        case("stamped", version_2(), says=STAMPED, informs=()),
        case("stamped, version 1", version_1(), says=STAMPED, informs=()),
        case("stamped, version 1 with modifications", version_1(1), says=STAMPED, informs=()),
        case("an answer that was refused", version_1(2), informs=("timeStamp.malformed",)),
        case("two tokens", header(two_tokens), informs=("timeStamp.malformed",)),
        case("rubbish", header(lambda *_: {"sigTst2": tsa.container(b"rubbish")}), informs=("timeStamp.malformed",)),
        case("no token", header(lambda *_: {"sigTst2": {"tstTokens": []}}), informs=("timeStamp.malformed",)),
        case("without an imprint", version_2(without_imprint=True), informs=("timeStamp.malformed",)),
        case("over something else", version_2(over=b"something else"), informs=("timeStamp.mismatch",)),
        case("a forged token", version_2(message_digest=bytes(32)), informs=("timeStamp.mismatch",)),
        case("an imprint by SHA-1", version_2(imprint_hash="sha1"), informs=("timeStamp.untrusted",)),
        case("an authority that nobody knows", version_2(by=stranger), informs=("timeStamp.untrusted",)),
        case("an authority without its certificate", version_2(certificates=()), informs=("timeStamp.untrusted",)),
        case("an authority unfit", version_2(by=unfit), informs=("timeStamp.untrusted", "timeStamp.credentialInvalid")),
        case("an authority after its time", version_2(by=brief), informs=("timeStamp.outsideValidity",)),
        case(
            "stamped by both versions, one of them rubbish",
            header(
                lambda s, claim: {"sigTst2": tsa.container(b"x"), "sigTst": tsa.container(tsa.response(stamp(claim_message(s, claim))))}
            ),
            says=STAMPED,
            informs=("timeStamp.malformed",),
        ),
        # Assertions.
        case("expired without a stamp", lambda: signed(standard(ingredient(old(), "componentOf")), old()), deltas=(OUTSIDE, UNTRUSTED)),
        *(
            case(f"stamped later over {name}", lazily(lambda form=form: later(about_old(form))), says=STAMPED, informs=())
            for form, name in enumerate(("the signature with its head", "the signature alone", "the bare signature"))
        ),
        case("stamped later, twice", lazily(lambda: later(about_old(), about_old(1))), says=STAMPED, informs=()),
        case("stamped later, first badly", lazily(lambda: later(b"rubbish", about_old())), says=STAMPED, informs=("timeStamp.malformed",)),
        case("stamped later after as many bad ones as are allowed", lazily(lambda: later(b"x", about_old())), says=STAMPED, limits=FEW),
        case("stamped later after two bad ones", lazily(lambda: later(b"x", b"y", about_old())), says=STAMPED),
        case(
            "stamped later after more bad ones than are tried",
            lazily(lambda: later(b"x", b"y", about_old())),
            deltas=(OUTSIDE, UNTRUSTED),
            limits=FEW,
        ),
        case(
            "stamped later over something else",
            lazily(lambda: later(stamp(b"something else"))),
            deltas=(OUTSIDE, UNTRUSTED),
            informs=("timeStamp.mismatch",),
        ),
        case(
            "stamped later by nobody known",
            lazily(lambda: later(about_old(by=stranger))),
            deltas=(OUTSIDE, UNTRUSTED),
            informs=("timeStamp.untrusted",),
        ),
        case(
            "stamped later, about another manifest",
            lazily(lambda: later(about_old(), key="urn:c2pa:another")),
            deltas=(OUTSIDE, UNTRUSTED),
            informs=(),
        ),
        case(
            "stamped later, too late",
            lazily(lambda: later(about_old(time=END + timedelta(days=1)))),
            deltas=(OUTSIDE, UNTRUSTED),
            says=("timeStamp.trusted",),
        ),
        case("stamped later beside an ingredient that holds bad ones", crowded, says=STAMPED, limits=FEW),
        case("stamped in the header and later", both, says=STAMPED, informs=()),
        case("a time-stamp assertion that is a list", own([]), MALFORMED),
        case("a time-stamp assertion without entries", own({}), MALFORMED),
        case("a time-stamp assertion that is no CBOR", own(b"\xff"), MALFORMED, "assertion.cbor.invalid"),
        case("a time-stamp assertion about nothing there", own({"urn:c2pa:another": b"rubbish"}), informs=()),
        # Stated times.
        case("states a time", stating(seconds(NOW - timedelta(days=2))), informs=("timeOfSigning.insideValidity",)),
        case("states a time with a fraction", stating(seconds(NOW - timedelta(days=2)) + 0.5), informs=("timeOfSigning.insideValidity",)),
        case(
            "states the first second of the certificate",
            stating(seconds(NOW - timedelta(days=900))),
            informs=("timeOfSigning.insideValidity",),
        ),
        case("states the time of the stamp", stating_and_stamped(INSIDE), informs=("timeOfSigning.insideValidity",)),
        case(
            "states a time before the certificate", stating(seconds(NOW - timedelta(days=2000))), informs=("timeOfSigning.outsideValidity",)
        ),
        case(
            "states a time after the certificate", stating(seconds(NOW + timedelta(days=9000))), informs=("timeOfSigning.outsideValidity",)
        ),
        case(
            "states a time before the stamp", stating_and_stamped(INSIDE - timedelta(minutes=1)), informs=("timeOfSigning.insideValidity",)
        ),
        case(
            "states a time after the stamp", stating_and_stamped(INSIDE + timedelta(minutes=1)), informs=("timeOfSigning.outsideValidity",)
        ),
        *(case(f"states {value!r}", stating(value), informs=()) for value in ("today", True, 1e300, -(2**63))),
        case("states a time unprotected", stating(seconds(NOW), protected=False), informs=()),
        # Session keys.
        *(case(f"session key {kind}", live(session_key(kind))) for kind in ("ed25519", "p256", "p384")),
        case("session key rsa", lazily(lambda: live(session_key("rsa")))),
        case("session key ML-DSA", live(session_key("mldsa")), profile="2.5"),
        case("session key ML-DSA in edition 2.4", live(session_key("mldsa")), SESSION),
        case("session key with half a point", live(session_key("p256", key=point_compressed()))),
        case("two session keys", live(session_key(), session_key("p256"))),
        case("session key from the first number on", live(session_key(minSequenceNumber=0, validityPeriod=0))),
        case("session key from before the first number", live(session_key(minSequenceNumber=-1)), SESSION),
        case("session key with an empty payload", live(session_key(payload=b""))),
        case("session key with a payload", live(session_key(payload=b"x")), SESSION),
        case("session key over the certificate in CBOR", live(session_key(over=wrapped))),
        case("session key over another certificate", live(session_key(over=lambda _: pki.default_pki().leaf)), SESSION),
        case("session key of another key", live(session_key(key=cose_key("p256"))), SESSION),
        case("session key with an algorithm of nobody", live(session_key(alg=-257)), SESSION),
        case("session key without identifier", live(session_key(key={k: v for k, v in cose_key("ed25519").items() if k != 2})), SESSION),
        *(
            case(f"session key without {name}", live({k: v for k, v in session_key().items() if k != name}), SESSION)
            for name in ("key", "minSequenceNumber", "createdAt", "validityPeriod", "signerBinding")
        ),
        case("session key from a negative number on", live(session_key(minSequenceNumber=-1)), SESSION),
        *(
            case(f"session key {name}", live(session_key(key=key)), SESSION)
            for name, key in (
                ("of an unknown type", cose_key("ed25519") | {1: 9}),
                ("of an unknown curve", cose_key("ed25519") | {-1: 7}),
                ("on no curve", cose_key("p256") | {-1: 8}),
                ("off its curve", cose_key("p256") | {-3: bytes(32)}),
                ("cut short", cose_key("ed25519") | {-2: bytes(31)}),
                ("much too long", cose_key("ed25519") | {-2: bytes(9000)}),
                ("of an unknown lattice", cose_key("mldsa") | {3: -7}),
            )
        ),
        case("session keys, none of them", live(), SESSION),
        case(
            "session keys without a list", lambda: signed(standard(Assertion("c2pa.session-keys", {}), signing=Signing(present()))), SESSION
        ),
        case("session key is a text", live("key"), SESSION),
        case("as many session keys as allowed", live(session_key(), session_key()), limits=FEW),
        case("one session key more", live(session_key(), session_key(), session_key()), SESSION, limits=FEW),
        case("a bad session key in edition 2.2", live("key"), profile="2.2"),
        case(
            "a bad session key of a bad chain",
            lambda: signed(standard(Assertion("c2pa.session-keys", {"keys": [session_key()]}), signing=Signing(chain=()))),
            SESSION,
            "signingCredential.invalid",
        ),
    )
)
