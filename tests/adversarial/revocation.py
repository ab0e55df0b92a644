"""Attacks on revocation: certificates that were revoked and shall not seem so, responses that prove nothing, keys revoked after signing.

The makers are those of the verdict table of revocation: a signer whose certificate says where to ask, below an authority of whom the same
holds. A response that is not accepted counts as none, is spoken of, and never stands in the way of asking.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509

from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import MATCH, SOUND, STATED, UNBOUND
from tests.adversarial.keys import modulus, rsa
from tests.forge import ocsp, pki
from tests.forge.files import signed, standard
from tests.forge.manifests import Signing
from tests.verify.tables import revocation as made
from tests.verify.tables.revocation import DAY, GOOD, HOUR, INACCESSIBLE, NOW, REVOKED, SIGNED_AT, SKIPPED, UNKNOWN

__all__ = ["ATTACKS"]

UNTRUSTED = "signingCredential.untrusted"
STAMPED = ("timeStamp.trusted", "timeStamp.validated")
KNOWN = (*SOUND, *STAMPED)
"""What is said of the genuine file besides revocation."""
OWN = (STATED, MATCH, "claimSignature.insideValidity", "claimSignature.validated", UNTRUSTED, *STAMPED)
Make = Callable[[], bytes]


@cache
def impostor() -> pki.Authority:
    """An authority with the name of the genuine issuer, and another key."""
    return pki.make_authority("ed25519", pki.make_root("ed25519", common_name="credkit test impostor"))


@cache
def self_made_responder() -> ocsp.Delegate:
    """A certificate for OCSP that nobody but its holder issued."""
    key = pki.new_key("ed25519")
    return ocsp.Delegate(
        certificate=pki.make_leaf(impostor(), key, self_signed=True, eku=(pki.OCSP_SIGNING,), subject=pki.name("credkit test responder")),
        key=key,
    )


@cache
def delegate(issuer: Callable[[], pki.Authority] = made.middle, **fields: Any) -> ocsp.Delegate:
    return ocsp.make_delegate(issuer(), key=pki.new_key("ed25519"), **fields)


@cache
def misnamed() -> ocsp.Delegate:
    """The impostor's key under the genuine issuer's certificate."""
    return ocsp.Delegate(certificate=made.middle().der, key=impostor().key)


@cache
def costly() -> bytes:
    """A response that brings sixteen responders of the name that it is signed under, each with a key that is slow to use."""

    def slow(number: int) -> Callable[[list[bytes]], None]:
        def put(fields: list[bytes]) -> None:
            fields[6] = rsa(modulus() - 2 * number, 2**2046 + 1)

        return put

    who = pki.name("credkit test slow responder")
    brought = [
        pki.make_leaf(impostor(), pki.new_key("ed25519"), eku=(pki.OCSP_SIGNING,), subject=who, edit=slow(number)) for number in range(16)
    ]
    return made.says(named=brought[0], certificates=brought, signing_key=pki.rsa_key(2048))


def says(status: str = "good", **lies: Any) -> Make:
    return lambda: made.says(status, **lies)


def about(issuer: Callable[[], pki.Authority], certificate: Callable[[], bytes], **lies: Any) -> Make:
    return lambda: ocsp.response(issuer(), certificate(), **lies)


def reserial() -> bytes:
    """A genuine response about another certificate, in which the number was changed for that of the signer's."""
    response = made.says(about=made.silent)
    wanted = made.revocable().leaf
    there, here = ocsp.serial_number(made.silent().leaf), ocsp.serial_number(wanted)
    size = (max(there, here).bit_length() + 8) // 8
    return response.replace(there.to_bytes(size, "big"), here.to_bytes(size, "big"))


# A response about the signer that was forged in a certain way: what is asked for when nothing else is known.
_BAD: dict[str, tuple[Make, str, str]] = {
    "garbage": (lambda: b"garbage", "staple-garbage", "Bytes that are nothing."),
    "half": (lambda: made.says()[:200], "staple-garbage", "Half of a response."),
    "continued": (lambda: made.says() + b"\0", "staple-garbage", "A byte behind a genuine response."),
    "refusal": (says(refusal=3), "staple-garbage", "A responder that declines to answer."),
    "other-kind": (says(kind="1.3.6.1.5.5.7.48.1.99"), "staple-garbage", "A response of another kind."),
    "about-another": (says(about=made.silent), "staple-about-another", "A genuine response about another certificate of the issuer."),
    "about-nobody": (says(statuses=()), "staple-about-another", "A genuine response about no certificate."),
    "other-issuer": (
        lambda: ocsp.response(made.middle(), made.revocable().leaf, name=b"other"),
        "staple-about-another",
        "A response about the number of the certificate, of another issuer.",
    ),
    "other-number": (reserial, "staple-forged", "A genuine response in which the number of the certificate was changed."),
    "flipped": (says(flip=True), "staple-forged", "A genuine response whose signature was changed."),
    "own-key": (lambda: made.says(signing_key=impostor().key), "staple-forged", "The issuer is named, another key signed."),
    "named-issuer": (
        lambda: made.says(signer=misnamed()),
        "staple-forged",
        "The issuer's certificate lies beside a signature by another key.",
    ),
    "impostor": (
        lambda: ocsp.response(impostor(), made.revocable().leaf, certificates=(impostor().der,)),
        "staple-by-nobody",
        "An authority with the issuer's name says so.",
    ),
    "self-made": (
        lambda: made.says(signer=self_made_responder()),
        "staple-by-nobody",
        "A responder that made its own certificate says so.",
    ),
    "impostors-delegate": (
        lambda: made.says(signer=delegate(impostor)),
        "staple-by-nobody",
        "A responder of an authority with the issuer's name says so.",
    ),
    "roots-delegate": (
        lambda: made.says(signer=delegate(made.root)),
        "staple-by-nobody",
        "A responder of the authority above the issuer says so.",
    ),
    "signer": (
        lambda: made.says(signer=ocsp.Delegate(certificate=made.revocable().leaf, key=made.revocable().key)),
        "staple-by-nobody",
        "The signer says so himself.",
    ),
    "another-signer": (
        lambda: made.says(signer=ocsp.Delegate(certificate=made.silent().leaf, key=made.silent().key)),
        "staple-by-nobody",
        "Another signer of the same issuer says so.",
    ),
    "no-purpose": (
        lambda: made.says(signer=delegate(eku=None)),
        "staple-by-nobody",
        "A certificate of the issuer that is not for OCSP says so.",
    ),
    "expired-delegate": (
        lambda: made.says(signer=delegate(not_before=NOW - 9 * DAY, not_after=NOW - 2 * HOUR)),
        "staple-by-nobody",
        "A responder whose certificate has expired says so.",
    ),
    "unbrought-delegate": (
        lambda: made.says(signer=delegate(), certificates=()),
        "staple-by-nobody",
        "A responder says so whose certificate is not there.",
    ),
    "critical": (says(critical_extension=True), "staple-with-conditions", "A response under a condition that nobody knows."),
    "critical-single": (says(critical=True), "staple-with-conditions", "An answer under a condition that nobody knows."),
    "too-old": (says(next_update=SIGNED_AT), "staple-of-another-time", "A response that ended when the signature was made."),
    "replayed": (
        says(this_update=NOW - 30 * DAY, next_update=NOW - 23 * DAY, produced_at=NOW - 30 * DAY),
        "staple-of-another-time",
        "A genuine response of last month.",
    ),
    "of-tomorrow": (says(this_update=NOW + DAY), "staple-of-another-time", "A response of tomorrow."),
}


@cache
def nowhere(value: bytes) -> bytes:
    """A file by somebody unknown whose certificate has that in the place of the responder's address."""
    access = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.1"), value)
    return signed(standard(signing=Signing(pki.make_pki("ed25519", self_signed=True, aki=False, extensions=((access, False),)))))


def stapled(*responses: Make, **options: Any) -> Make:
    return made.stapled(*responses, **options)


revoked = made.asking("revoked")
"""A network whose responder says that the signer's certificate was revoked before it signed."""


ATTACKS: tuple[Attack, ...] = (
    # B12: what is put beside a genuine signature by whoever has no key.
    *(
        attack(
            f"staple-{name}",
            stapled(make),
            "Trusted",
            *KNOWN,
            SKIPPED,
            UNBOUND,
            family=family,
            idea=f"{words} It is put beside a genuine signature, so that nobody asks any more.",
            keyless=True,
            policy=made.trusting,
            tolerated='"Determining revocation through OCSP responses in the C2PA Manifest Store": one that is not accepted counts as none',
        )
        for name, (make, family, words) in _BAD.items()
    ),
    *(
        attack(
            f"staple-{name}-online",
            stapled(make),
            "Invalid",
            *KNOWN,
            REVOKED,
            family=family,
            idea=f"{words} The certificate was revoked, and whoever asks its issuer is told so all the same.",
            keyless=False,
            policy=made.trusting,
            fetcher=revoked,
        )
        for name, (make, family, words) in _BAD.items()
    ),
    *(
        attack(
            f"staple-container-{name}",
            stapled(values=values),
            "Trusted",
            *KNOWN,
            SKIPPED,
            UNBOUND,
            family="staple-container",
            idea=f"The header for responses holds {words}.",
            keyless=True,
            policy=made.trusting,
            tolerated='"Determining revocation through OCSP responses in the C2PA Manifest Store": one that is not accepted counts as none',
        )
        for name, values, words in (
            ("text", "garbage", "a text"),
            ("number", 7, "a number"),
            ("bytes", b"garbage", "bytes"),
            ("list", [b"garbage"], "a list in the place of the map"),
            ("inner-map", {"ocspVals": {"a": b"b"}}, "a map in the place of the list"),
            ("numbers", {"ocspVals": [1, 2, 3]}, "a list of numbers"),
            ("crl", {"crlVals": [b"garbage"]}, "a list of revoked certificates"),
            ("true", True, "the value true"),
        )
    ),
    *(
        attack(
            name,
            make,
            "Invalid",
            *KNOWN,
            REVOKED,
            family="staple-flood",
            idea=idea,
            keyless=False,
            policy=made.trusting,
        )
        for name, make, idea in (
            (
                "flood-before-the-revocation",
                stapled(*[lambda: b"garbage"] * 63, says("revoked")),
                "Sixty-three responses that are none stand before the one that says that the certificate was revoked.",
            ),
            (
                "old-good-before-the-revocation",
                stapled(says(), says("revoked", this_update=NOW - HOUR / 4, revoked_at=SIGNED_AT)),
                "A thief adds the last good response to the one that says that the certificate was revoked.",
            ),
        )
    ),
    attack(
        "flood-of-slow-responders",
        stapled(*[costly] * 64),
        "Trusted",
        *KNOWN,
        SKIPPED,
        UNBOUND,
        family="staple-flood",
        idea="Sixty-four responses bring sixteen responders each, all with keys that cost much time to use.",
        keyless=True,
        policy=made.trusting,
        tolerated='"Determining revocation through OCSP responses in the C2PA Manifest Store": one that is not accepted counts as none',
    ),
    attack(
        "flood-beyond-the-limit",
        stapled(*[lambda: b"garbage"] * 64, says("revoked")),
        "Trusted",
        *KNOWN,
        SKIPPED,
        UNBOUND,
        family="staple-flood",
        idea="More responses are there than are read; whoever could add them could as well take the last one away.",
        keyless=True,
        policy=made.trusting,
        tolerated='"Determining revocation through OCSP responses in the C2PA Manifest Store": nothing signs the responses',
    ),
    attack(
        "staple-about-the-issuer",
        stapled(about(made.root, lambda: made.middle().der)),
        "Trusted",
        *KNOWN,
        SKIPPED,
        family="staple-about-another",
        idea="A genuine response about the authority above the signer shall pass for one about the signer.",
        keyless=False,
        policy=made.trusting,
    ),
    attack(
        "answer-unknown",
        stapled(),
        "Trusted",
        *KNOWN,
        UNKNOWN,
        family="answer-of-nobody",
        idea="The responder does not know a certificate of its own issuer: an invented one, perhaps.",
        keyless=False,
        policy=made.trusting,
        fetcher=made.asking("unknown"),
    ),
    # Who the issuer is, is not for the file to say.
    attack(
        "issuer-left-out",
        stapled(says("revoked"), chain=(made.revocable().leaf,)),
        "Invalid",
        *KNOWN,
        REVOKED,
        family="issuer-left-out",
        idea="The chain lacks the issuer, so that a response about the revoked leaf could not be checked.",
        keyless=False,
        policy=made.trusting_middle,
    ),
    attack(
        "issuer-left-out-online",
        stapled(chain=(made.revocable().leaf,)),
        "Invalid",
        *KNOWN,
        REVOKED,
        family="issuer-left-out",
        idea="The chain lacks the issuer, so that nobody could be asked.",
        keyless=False,
        policy=made.trusting_middle,
        fetcher=revoked,
    ),
    attack(
        "issuer-exchanged",
        stapled(
            lambda: ocsp.response(impostor(), made.revocable().leaf),
            chain=(made.revocable().leaf, impostor().der, made.middle().der),
        ),
        "Invalid",
        *KNOWN,
        REVOKED,
        family="issuer-left-out",
        idea="An authority with the issuer's name stands in the chain before the issuer, and vouches for the revoked leaf.",
        keyless=False,
        policy=made.trusting,
        fetcher=revoked,
    ),
    # Values that are in no calendar and no structure: nothing may be raised.
    attack(
        "last-day-of-the-calendar",
        stapled(lambda: made.says(produced_at=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), next_update=None)),
        "Valid",
        *OWN,
        GOOD,
        family="staple-of-another-time",
        idea="An own authority says on the last day of the calendar that all is well, and that there will be no newer word.",
        keyless=True,
        policy=made.trusting_nobody,
    ),
    *(
        attack(
            f"nowhere-to-ask-{name}",
            lambda v=value: nowhere(bytes.fromhex(v)),
            "Valid",
            *OWN[:-2],
            SKIPPED,
            family="unreadable-responder",
            idea="What an own certificate says about where to ask for its revocation is empty or of another form.",
            keyless=True,
            policy=made.trusting,
        )
        for name, value in (("empty-entry", "30023000"), ("null-entry", "30020500"), ("null", "0500"), ("nothing", ""), ("cut", "3002"))
    ),
    # The authorities above the signer.
    *(
        attack(
            name,
            make,
            "Valid",
            *OWN,
            code,
            *more,
            family="issuing-authority-revoked",
            idea=idea,
            keyless=False,
            policy=made.trusting,
            fetcher=network,
        )
        for name, make, code, more, network, idea in (
            (
                "authority-revoked",
                stapled(says(), lambda: made.about_authority(says="revoked")),
                GOOD,
                (),
                None,
                "The leaf is good; the authority that issued it was revoked, as a response in the file says.",
            ),
            (
                "authority-revoked-online",
                stapled(),
                GOOD,
                (),
                made.asking_about_authority(says="revoked"),
                "The leaf is good; the authority that issued it was revoked, as the authority above it says.",
            ),
            (
                "authority-compromised",
                stapled(says(), lambda: made.about_authority(says="revoked", reason="ca_compromise")),
                GOOD,
                (),
                None,
                "The key of the issuer was stolen, and it still vouches for the leaf.",
            ),
        )
    ),
    # E1: revoked after signing, with and without proof of when that was.
    *(
        attack(
            f"revoked-{name}",
            make,
            state,
            *base,
            code,
            *more,
            family="revoked-after-signing" if "after" in name else "revoked-before-signing",
            idea=idea,
            keyless=False,
            policy=made.trusting,
            fetcher=network,
        )
        for name, make, state, base, code, more, network, idea in (
            (
                "before",
                stapled(says("revoked")),
                "Invalid",
                KNOWN,
                REVOKED,
                (),
                None,
                "A stolen key signs after its certificate was revoked, as a response in the file says.",
            ),
            ("before-online", stapled(), "Invalid", KNOWN, REVOKED, (), revoked, "The same, and the issuer is asked."),
            (
                "before-offline",
                stapled(at=None),
                "Trusted",
                SOUND,
                SKIPPED,
                (),
                None,
                "The same, and nobody is asked: the report has to say that revocation was not checked.",
            ),
            (
                "before-no-stamp",
                stapled(says("revoked"), at=None),
                "Invalid",
                SOUND,
                REVOKED,
                (),
                None,
                "A stolen key signs without a time-stamp, so that the response would not count.",
            ),
            (
                "before-no-stamp-online",
                stapled(at=None),
                "Invalid",
                SOUND,
                REVOKED,
                (),
                revoked,
                "A stolen key signs without a time-stamp, and the issuer is asked.",
            ),
            (
                "before-own-good-response",
                stapled(lambda: made.says(signer=self_made_responder()), at=None),
                "Invalid",
                SOUND,
                REVOKED,
                (),
                revoked,
                "A stolen key signs, and its thief staples that all is well.",
            ),
            (
                "after-stapled",
                stapled(says("revoked", revoked_at=NOW - HOUR / 4)),
                "Invalid",
                KNOWN,
                REVOKED,
                (),
                None,
                "The certificate was revoked after a time-stamp proves the signature; the letter of the clause counts such a response.",
            ),
            (
                "after-online",
                stapled(),
                "Trusted",
                KNOWN,
                GOOD,
                (),
                made.asking("revoked", revoked_at=NOW - HOUR / 4),
                "The certificate was revoked after a time-stamp proves the signature: the signature stays good.",
            ),
            (
                "after-no-stamp-online",
                stapled(at=None),
                "Invalid",
                SOUND,
                REVOKED,
                (),
                made.asking("revoked", revoked_at=NOW - HOUR / 4),
                "The certificate was revoked, and nothing proves that the signature is older.",
            ),
            (
                "after-no-stamp-stapled",
                stapled(says("revoked", revoked_at=NOW - HOUR / 4), at=None),
                "Invalid",
                SOUND,
                REVOKED,
                (),
                None,
                "The certificate was revoked, and nothing proves that the signature is older.",
            ),
        )
    ),
    # The answers of the network.
    *(
        attack(
            f"answer-{name}",
            stapled(),
            "Trusted",
            *KNOWN,
            code,
            family="answer-of-nobody",
            idea=f"Somebody on the way to the responder answers in its place: {words}.",
            keyless=True,
            policy=made.trusting,
            fetcher=made.asking(**lies),
            tolerated='"Determining revocation from online OCSP response": without an acceptable answer revocation is not known',
        )
        for name, code, words, lies in (
            ("garbage", INACCESSIBLE, "with garbage", {"body": b"garbage"}),
            ("empty", INACCESSIBLE, "with nothing", {"body": b""}),
            ("silent", INACCESSIBLE, "not at all", {"error": "it did not answer in time"}),
            ("replayed", INACCESSIBLE, "with the answer to another question", {"nonce": b"8" * 32}),
            (
                "old",
                INACCESSIBLE,
                "with an old answer without the number of the question",
                {"nonce": None, "this_update": NOW - 9 * DAY, "next_update": NOW - DAY},
            ),
            ("flipped", INACCESSIBLE, "with a forged one", {"flip": True}),
            ("own-key", INACCESSIBLE, "with one of an own key", {"signing_key": pki.rsa_key(2048, 5)}),
        )
    ),
)
