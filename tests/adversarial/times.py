"""Attacks on the time of signing: keys outside of their time, time-stamps that prove nothing, times that the signer merely states.

``stale`` is somebody whose certificate has expired and who still has the key: only a time-stamp of an authority on the list for time-stamps
may put his signature into the time in which he could sign.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from credkit.codec.cose import Sign1
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp import claim_message, signature_message
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import MATCH, SOUND, STATED, UNBOUND
from tests.forge import pki, tsa
from tests.forge.files import signed, standard
from tests.forge.manifests import Assertion, Signing, ingredient

__all__ = ["ATTACKS"]

NOW = pki.NOW
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
START, END = NOW - 400 * DAY, NOW - 30 * DAY
DURING = START + 100 * DAY
EARLY = START - 100 * DAY
UNTRUSTED, TRUSTED = "signingCredential.untrusted", "signingCredential.trusted"
VALIDATED = "claimSignature.validated"
OUTSIDE = "claimSignature.outsideValidity"
MALFORMED, MISMATCH, NOBODY = "timeStamp.malformed", "timeStamp.mismatch", "timeStamp.untrusted"
UNFIT, LATE = "timeStamp.credentialInvalid", "timeStamp.outsideValidity"
STAMPED = ("timeStamp.trusted", "timeStamp.validated")
STALE = (STATED, MATCH, VALIDATED, UNTRUSTED, OUTSIDE)
"""What a sound signature gets that was made at no known time, with a certificate that has expired."""
Header = Callable[[Sign1, bytes], dict[str, Any]]


@cache
def signers_root() -> pki.Authority:
    return pki.make_root("ed25519", common_name="credkit test root of a stale signer", not_before=EARLY)


@cache
def stale() -> pki.Pki:
    return pki.make_pki("ed25519", not_before=START, not_after=END, root=signers_root())


@cache
def present() -> pki.Pki:
    return pki.make_pki("ed25519", not_before=START, root=signers_root())


@cache
def stamp_root() -> pki.Authority:
    return pki.make_root("ps256", common_name="credkit test time-stamp root", not_before=EARLY)


@cache
def authority(**options: Any) -> tsa.Tsa:
    """On the list; RSA, because its tokens are all of one length. ``options`` give it a fault."""
    options = {"not_before": EARLY, "root": stamp_root(), "intermediate": False} | options
    return tsa.make_tsa("ps256", **options)


@cache
def own_authority(*, lookalike: bool = False) -> tsa.Tsa:
    """The attacker's; with the names of the one on the list."""
    name = "credkit test time-stamp root" if lookalike else "credkit test own time-stamp root"
    root = pki.make_root("ps256", common_name=name, not_before=EARLY, key=pki.rsa_key(2048, 5))
    return tsa.make_tsa("ps256", root=root, intermediate=False, not_before=EARLY, key=pki.rsa_key(2048, 6))


@cache
def signer_as_authority() -> tsa.Tsa:
    """A certificate for time-stamps, issued by the authority for signers."""
    return tsa.make_tsa("ps256", root=signers_root(), intermediate=False, not_before=EARLY, key=pki.rsa_key(2048, 7))


@cache
def trusting() -> TrustPolicy:
    return TrustPolicy.of(signers_root().pem, tsa=[stamp_root().pem])


def token(message: bytes, by: tsa.Tsa | None = None, **spoiled: Any) -> bytes:
    return tsa.token(by or authority(), message, **({"signature": "sha256_rsa", "time": DURING} | spoiled))


def stamped(header: Header, signer: Callable[[], pki.Pki] = stale, *, name: str = "active", **signing: Any) -> Callable[[], bytes]:
    """A file whose signature has this unprotected header, made of the signature and the claim."""

    def make() -> bytes:
        claims: list[bytes] = []

        def parts(found: list[Any]) -> list[Any]:
            sign1 = Sign1(protected_bytes=found[0], protected={}, unprotected={}, payload=None, signature=found[3])
            return [found[0], found[1] | header(sign1, claims[-1]), *found[2:]]

        def keep(claim: bytes) -> bytes:
            claims.append(claim)
            return claim

        return signed(standard(signing=Signing(signer(), parts=parts, **signing), claim_bytes=keep, name=name))

    return make


def over(
    message: Callable[[Sign1, bytes], bytes] = lambda sign1, _: signature_message(sign1),
    by: Callable[[], tsa.Tsa] = authority,
    **spoiled: Any,
) -> Header:
    return lambda sign1, claim: {"sigTst2": tsa.container(token(message(sign1, claim), by(), **spoiled))}


def older(status: int = 0, message: Callable[[Sign1, bytes], bytes] = claim_message, **spoiled: Any) -> Header:
    """A time-stamp of the first version, over the claim."""
    return lambda sign1, claim: {"sigTst": tsa.container(tsa.response(token(message(sign1, claim), **spoiled), status))}


def holding(*values: Callable[[bytes], object]) -> Header:
    """What stands in the list of tokens, made of what should have been stamped."""
    return lambda sign1, _: {"sigTst2": tsa.container(*(value(signature_message(sign1)) for value in values))}


def signer_of(**fields: Any) -> Callable[[], pki.Pki]:
    return lambda: _issued(tuple(sorted(fields.items())))


@cache
def _issued(fields: tuple[tuple[str, datetime], ...]) -> pki.Pki:
    return pki.make_pki("ed25519", root=signers_root(), **dict(fields))


def by(signer: Callable[[], pki.Pki] = stale, **options: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(signing=Signing(signer(), **options)))


def held_by_a_successor(make_token: Callable[[bytes], bytes], signer: Callable[[], pki.Pki]) -> Callable[[], bytes]:
    """A later manifest that holds a token about the stale signature below it."""

    def make() -> bytes:
        below = standard(name="below", signing=Signing(stale())).build()
        sign1 = Sign1(
            **_decoded(below.node.at("c2pa.signature").leaf().payload),
        )
        stamp = Assertion("c2pa.time-stamp", {below.label: make_token(signature_message(sign1))})
        return signed(standard(ingredient(below, "componentOf"), stamp, signing=Signing(signer())), below)

    return make


def _decoded(data: bytes) -> dict[str, Any]:
    from credkit.codec import cbor

    protected, unprotected, payload, signature = cbor.decode(data, where="test").value
    return {"protected_bytes": protected, "protected": {}, "unprotected": unprotected, "payload": payload, "signature": signature}


@cache
def lifted() -> bytes:
    """A sound token over another signature of the same signer."""
    kept: list[bytes] = []

    def header(sign1: Sign1, _: bytes) -> dict[str, Any]:
        kept.append(token(signature_message(sign1)))
        return {"sigTst2": tsa.container(kept[-1])}

    stamped(header, name="another")()
    return kept[-1]


def with_root(message: bytes) -> bytes:
    """The attacker's own authority, which brings its root."""
    return token(message, own_authority(), certificates=(*own_authority().chain, own_authority().root.der))


def confused(message: bytes) -> bytes:
    """The certificate of the authority on the list, beside a signature that the attacker's made; it is named as the signer's."""
    genuine = authority()
    mine = own_authority()
    return token(
        message,
        mine,
        certificates=(genuine.certificate, mine.certificate),
        signer_certificate=genuine.certificate,
        named_certificate=genuine.certificate,
    )


def half_confused(message: bytes) -> bytes:
    """The same, the signer found by the attacker's certificate and the genuine one named as signed with."""
    genuine, mine = authority(), own_authority()
    return token(message, mine, certificates=(mine.certificate, genuine.certificate), named_certificate=genuine.certificate)


_B10 = {
    "other-data": (over(lambda *_: b"something else"), (MISMATCH,), "stamp-over-something-else", "The token stamps something else."),
    "other-signature": (
        lambda *_: {"sigTst2": tsa.container(lifted())},
        (MISMATCH,),
        "stamp-over-something-else",
        "The token is taken from another file of the same signer.",
    ),
    "the-claim": (
        over(claim_message),
        (MISMATCH,),
        "stamp-over-something-else",
        "A token over the claim stands where the signature is stamped.",
    ),
    "the-bare-signature": (
        over(lambda sign1, _: sign1.signature),
        (MISMATCH,),
        "stamp-over-something-else",
        "The bare signature is stamped, without what says that it is one.",
    ),
    "imprint": (over(imprint=bytes(32)), (MISMATCH,), "stamp-over-something-else", "The token holds a hash of nothing."),
    "imprint-empty": (over(imprint=b""), (MISMATCH,), "stamp-over-something-else", "The token holds an empty hash."),
    "imprint-sha1": (over(imprint_hash="sha1"), (NOBODY,), "stamp-with-an-old-hash", "The token holds a hash of SHA-1."),
    "imprint-md5": (over(imprint_hash="md5"), (NOBODY,), "stamp-with-an-old-hash", "The token holds a hash of MD5."),
    "signed-sha1": (over(signature="sha1_rsa"), (NOBODY,), "stamp-with-an-old-hash", "The token is signed with SHA-1."),
    "digest-sha1": (over(digest_hash="sha1"), (NOBODY,), "stamp-with-an-old-hash", "The token's content is hashed with SHA-1."),
    "own-authority": (over(by=own_authority), (NOBODY,), "stamp-of-an-own-authority", "The attacker stamps his own signature."),
    "own-root": (holding(with_root), (NOBODY,), "stamp-of-an-own-authority", "The attacker's token brings its own root."),
    "lookalike": (
        over(by=lambda: own_authority(lookalike=True)),
        (NOBODY,),
        "stamp-of-an-own-authority",
        "The attacker's authority has the names of the one on the list.",
    ),
    "signers-list": (
        over(by=signer_as_authority),
        (NOBODY,),
        "stamp-of-a-signers-authority",
        "The authority for signers vouches for the time-stamp, that for time-stamps does not.",
    ),
    "signer-himself": (
        over(by=lambda: tsa.Tsa(certificate=stale().leaf, key=stale().key, root=signers_root()), signature="ed25519"),
        (NOBODY, UNFIT),
        "stamp-of-a-signers-authority",
        "The signer stamps his own signature.",
    ),
    "confused": (holding(confused), (MISMATCH,), "stamp-with-confused-certificates", "The genuine certificate lies beside a forged token."),
    "half-confused": (
        holding(half_confused),
        (MISMATCH,),
        "stamp-with-confused-certificates",
        "The token says that it was signed with the genuine certificate.",
    ),
    "no-certificate": (over(certificates=()), (NOBODY,), "stamp-with-confused-certificates", "The token brings no certificate."),
    "unnamed": (
        over(signing_certificate=()),
        (MISMATCH,),
        "stamp-with-confused-certificates",
        "The token does not say with which certificate it was signed.",
    ),
    "forged": (
        over(signing_key=pki.rsa_key(2048, 8)),
        (MISMATCH,),
        "stamp-forged",
        "The genuine authority is named, another key signed.",
    ),
    "no-attributes": (
        over(without=("content_type", "message_digest", "signing_certificate_v2")),
        (MISMATCH,),
        "stamp-forged",
        "The signature covers the content alone, so that one could pass for the other.",
    ),
    "content-type": (over(content_type="data"), (MISMATCH,), "stamp-forged", "The authority signed something that is no time-stamp."),
    "message-digest": (over(message_digest=bytes(32)), (MISMATCH,), "stamp-forged", "The authority signed another content."),
    "not-critical": (
        over(by=lambda: authority(critical=False)),
        (NOBODY, UNFIT),
        "stamp-of-an-unfit-authority",
        "The certificate's purpose is not marked as critical.",
    ),
    "not-alone": (
        over(by=lambda: authority(eku=(pki.TIME_STAMPING, pki.EMAIL_PROTECTION))),
        (NOBODY, UNFIT),
        "stamp-of-an-unfit-authority",
        "The certificate is for time-stamps and for claims.",
    ),
    "any-purpose": (
        over(by=lambda: authority(eku=("2.5.29.37.0",))),
        (NOBODY, UNFIT),
        "stamp-of-an-unfit-authority",
        "The certificate is for any purpose.",
    ),
    "no-purpose": (
        over(by=lambda: authority(eku=None)),
        (NOBODY, UNFIT),
        "stamp-of-an-unfit-authority",
        "The certificate names no purpose.",
    ),
    "certificate-authority": (
        over(by=lambda: authority(ca=True)),
        (NOBODY, UNFIT),
        "stamp-of-an-unfit-authority",
        "An authority for certificates stamps.",
    ),
    "small-key": (
        over(by=lambda: authority(key=pki.rsa_key(1024))),
        (NOBODY, UNFIT),
        "stamp-of-an-unfit-authority",
        "The key of the authority can be found by trying.",
    ),
    "expired-authority": (
        over(by=lambda: authority(not_after=DURING - SECOND)),
        (LATE,),
        "stamp-outside-its-authority",
        "The authority stamps a second after its certificate has expired.",
    ),
    "early-authority": (
        over(by=lambda: authority(not_before=DURING + SECOND)),
        (LATE,),
        "stamp-outside-its-authority",
        "The authority stamps a second before its certificate is valid.",
    ),
    "year-9999": (over(raw_time=b"99991231235959Z"), (LATE,), "stamp-outside-its-authority", "The token is of the end of the calendar."),
    "year-0000": (over(raw_time=b"00000101000000Z"), (MALFORMED,), "stamp-of-no-time", "The token is of a year that never was."),
    "year-99999": (over(raw_time=b"999991231235959Z"), (MALFORMED,), "stamp-of-no-time", "The token is of a year with five digits."),
    "no-zone": (over(raw_time=b"20260101000000"), (MALFORMED,), "stamp-of-no-time", "The token's time is in no zone."),
    "february-30": (over(raw_time=b"20260230000000Z"), (MALFORMED,), "stamp-of-no-time", "The token is of a day that is none."),
    "after-the-end": (
        over(time=END + SECOND),
        STAMPED,
        "stamp-outside-the-signer",
        "A sound token says that the signature was made a second too late.",
    ),
    "before-the-start": (
        over(time=START - SECOND),
        STAMPED,
        "stamp-outside-the-signer",
        "A sound token says that the signature was made a second too early.",
    ),
    "two": (holding(token, token), (MALFORMED,), "stamp-container", "The header holds two tokens."),
    "own-and-genuine": (
        holding(with_root, token),
        (MALFORMED,),
        "stamp-container",
        "The header holds a token of the attacker and a genuine one.",
    ),
    "none": (holding(), (MALFORMED,), "stamp-container", "The header holds an empty list."),
    "garbage": (holding(lambda _: b"garbage"), (MALFORMED,), "stamp-container", "The token is none."),
    "text": (holding(lambda _: "token"), (MALFORMED,), "stamp-container", "The token is a text."),
    "number": (lambda *_: {"sigTst2": 1}, (MALFORMED,), "stamp-container", "The header is a number."),
    "response": (
        holding(lambda m: tsa.response(token(m))),
        (MALFORMED,),
        "stamp-container",
        "The token is wrapped as in the older header.",
    ),
    "continued": (holding(lambda m: token(m) + b"\0"), (MALFORMED,), "stamp-container", "A byte stands behind the token."),
    "cut": (holding(lambda m: token(m)[:-1]), (MALFORMED,), "stamp-container", "The token is cut short."),
    "two-signers": (over(signers=2), (MALFORMED,), "stamp-container", "Two signed the token."),
    "attribute-twice": (over(doubled=("message_digest",)), (MALFORMED,), "stamp-container", "A signed attribute stands there twice."),
    "refused": (
        older(2),
        (MALFORMED,),
        "stamp-of-the-first-version",
        "The authority refused to stamp, and a token lies beside its refusal.",
    ),
    "first-other-claim": (
        older(message=lambda *_: b"another claim"),
        (MISMATCH,),
        "stamp-of-the-first-version",
        "A token of the first version is about another claim.",
    ),
    "first-over-signature": (
        older(message=lambda sign1, _: signature_message(sign1)),
        (MISMATCH,),
        "stamp-of-the-first-version",
        "A token over the signature stands where the claim is stamped.",
    ),
    "first-own-authority": (
        lambda sign1, claim: {"sigTst": tsa.container(tsa.response(token(claim_message(sign1, claim), own_authority())))},
        (NOBODY,),
        "stamp-of-the-first-version",
        "The attacker stamps his own claim in the old way.",
    ),
}
"""B10: tokens beside the signature of ``stale``, with what is said of each besides ``STALE``."""


def numeric(when: datetime) -> int:
    return int((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


INSIDE_STATED, OUTSIDE_STATED = "timeOfSigning.insideValidity", "timeOfSigning.outsideValidity"
_SWEEP = tuple((f"{hours:+}s", timedelta(seconds=hours)) for hours in (-1, 0, 1))


ATTACKS: tuple[Attack, ...] = (
    # B9: to the second.
    *(
        attack(
            f"clock-{border}{name}",
            by(),
            "Trusted" if inside else "Invalid",
            *(SOUND if inside else STALE),
            family="clock-at-the-borders",
            idea=f"The file is judged {abs(step.total_seconds()):.0f} s beside {words} of the signer's certificate.",
            keyless=False,
            policy=trusting,
            at=edge + step,
        )
        for border, words, edge, good in (("start", "the first second", START, (0, 1)), ("end", "the last second", END, (-1, 0)))
        for name, step in _SWEEP
        for inside in (step.total_seconds() in good,)
    ),
    *(
        attack(
            f"stamp-{border}{name}",
            stamped(over(time=edge + step)),
            "Trusted" if inside else "Invalid",
            *(SOUND if inside else STALE),
            *STAMPED,
            family="stamp-at-the-borders",
            idea=f"A sound time-stamp is {abs(step.total_seconds()):.0f} s beside {words} of the signer's certificate.",
            keyless=False,
            policy=trusting,
        )
        for border, words, edge, good in (("start", "the first second", START, (0, 1)), ("end", "the last second", END, (-1, 0)))
        for name, step in _SWEEP
        for inside in (step.total_seconds() in good,)
    ),
    attack(
        "expired-without-stamp",
        by(),
        "Invalid",
        *STALE,
        family="key-outside-its-time",
        idea="Somebody signs with a key whose certificate has expired.",
        keyless=False,
        policy=trusting,
    ),
    attack(
        "not-yet-valid",
        by(signer_of(not_before=NOW + 2 * DAY, not_after=NOW + 9 * DAY)),
        "Invalid",
        *STALE,
        family="key-outside-its-time",
        idea="Somebody signs with a key whose certificate is not valid yet.",
        keyless=False,
        policy=trusting,
    ),
    *(
        attack(
            f"expired-stamp-{name}",
            stamped(header),
            "Invalid",
            *STALE,
            *codes,
            family=family,
            idea=idea,
            keyless=False,
            policy=trusting,
        )
        for name, (header, codes, family, idea) in _B10.items()
    ),
    attack(
        "expired-stamp-sound",
        stamped(over()),
        "Trusted",
        *SOUND,
        *STAMPED,
        family="stamp-over-something-else",
        idea="The same with a sound token is trusted, so that the refusals above say something.",
        keyless=False,
        policy=trusting,
    ),
    attack(
        "expired-stamp-sound-nobody-listed",
        stamped(over()),
        "Invalid",
        *STALE,
        NOBODY,
        family="stamp-of-an-own-authority",
        idea="No authority for time-stamps is on any list.",
        keyless=False,
        policy=lambda: TrustPolicy.of(signers_root().pem),
    ),
    attack(
        "expired-stamp-of-both-lists",
        stamped(over()),
        "Invalid",
        *STALE,
        NOBODY,
        family="stamp-of-a-signers-authority",
        idea="The authority for time-stamps is on the list of those for signers only.",
        keyless=False,
        policy=lambda: TrustPolicy.of(signers_root().pem, stamp_root().pem),
    ),
    # A token that is not accepted changes nothing for a signer within his time either.
    *(
        attack(
            f"present-stamp-{name}",
            stamped(_B10[name][0], present),
            "Trusted",
            *SOUND,
            UNBOUND,
            *_B10[name][1],
            family="stamp-put-beside",
            idea="Somebody puts a token without any worth beside the signature of a genuine file.",
            keyless=True,
            policy=trusting,
            tolerated='"Validating the TimeStampToken": a time-stamp with a fault is ignored and never a failure',
        )
        for name in ("own-root", "garbage", "two", "number", "confused")
    ),
    *(
        attack(
            f"successor-holds-{name}",
            held_by_a_successor(make, present),
            "Invalid",
            *SOUND,
            *STALE,
            "ingredient.manifest.validated",
            "ingredient.claimSignature.validated",
            code,
            family="stamp-of-a-successor",
            idea=f"A later manifest holds a token about the stale signature below it: {words}.",
            keyless=False,
            policy=trusting,
        )
        for name, make, code, words in (
            ("own-authority", lambda message: token(message, own_authority()), NOBODY, "one of its signer's own authority"),
            ("other-signature", lambda _: lifted(), MISMATCH, "one that is about another signature"),
            ("garbage", lambda _: b"garbage", MALFORMED, "one that is none"),
            ("confused", confused, MISMATCH, "a forged one beside a genuine certificate"),
        )
    ),
    # B11: times that are only stated.
    *(
        attack(name, make, "Invalid", *STALE, *codes, family="time-that-is-only-stated", idea=idea, keyless=False, policy=trusting)
        for name, make, codes, idea in (
            (
                "stated-in-time",
                by(protected=lambda h: h.update({"iat": numeric(DURING)})),
                (INSIDE_STATED,),
                "The signer states a time at which he could still sign.",
            ),
            (
                "stated-unprotected",
                by(unprotected={"iat": numeric(DURING)}),
                (),
                "The time is stated where nobody signed it.",
            ),
            (
                "stated-temporarily",
                by(unprotected={"temp_signing_time": DURING.isoformat()}),
                (),
                "The time stands in a header of old software.",
            ),
            (
                "stated-as-text",
                by(protected=lambda h: h.update({"iat": DURING.isoformat()})),
                (),
                "The time is stated as a text.",
            ),
            (
                "stated-infinite",
                by(protected=lambda h: h.update({"iat": float("inf")})),
                (),
                "The time that is stated is infinite.",
            ),
        )
    ),
    attack(
        "stated-out-of-time",
        by(present, protected=lambda h: h.update({"iat": numeric(NOW + 4000 * DAY)})),
        "Trusted",
        *SOUND,
        OUTSIDE_STATED,
        family="time-that-is-only-stated",
        idea="The signer states a time of the far future; nothing hangs on it.",
        keyless=False,
        policy=trusting,
    ),
)
