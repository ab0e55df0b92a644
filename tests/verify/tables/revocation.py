"""Revocation of the signer's certificate and of the authorities above it: kept beside the signature, kept by others, and asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509

from credkit.codec import cbor
from credkit.codec.cose import to_be_signed
from credkit.limits import DEFAULT_LIMITS
from credkit.trust.policy import TrustPolicy
from tests.forge import ocsp, pki, tsa
from tests.forge.files import signed, standard
from tests.forge.manifests import Assertion, Signing
from tests.verify.case import Case, case
from tests.verify.tables.updates import update

NOW, HOUR, DAY = ocsp.NOW, ocsp.HOUR, ocsp.DAY
SIGNED_AT = NOW - HOUR / 2
GOOD = "signingCredential.ocsp.notRevoked"
REVOKED = "signingCredential.ocsp.revoked"
UNKNOWN = "signingCredential.ocsp.unknown"
INACCESSIBLE = "signingCredential.ocsp.inaccessible"
SKIPPED = "signingCredential.ocsp.skipped"
UNTRUSTED = "signingCredential.untrusted"
TRUSTED = "signingCredential.trusted"
_REMARKS = (UNKNOWN, INACCESSIBLE, SKIPPED)
_ANY = (GOOD, REVOKED, UNKNOWN, INACCESSIBLE, SKIPPED)

Maker = Callable[[], pki.Pki]
Responses = Callable[[], Sequence[object]]


@cache
def stamper() -> tsa.Tsa:
    """RSA, because its tokens are all of one length."""
    root = pki.make_root("ps256", common_name="credkit test time-stamp root")
    return tsa.make_tsa("ps256", root=root, intermediate=False, not_before=NOW - 10 * DAY)


@cache
def root() -> pki.Authority:
    return pki.make_root("ed25519", common_name="credkit test root of revocable signers")


@cache
def middle() -> pki.Authority:
    return pki.make_authority("ed25519", root(), extensions=(ocsp.access(),))


@cache
def revocable() -> pki.Pki:
    """A signer whose certificate says where to ask, under an authority of whom the same holds."""
    return pki.make_pki("ed25519", root=root(), issuer=middle(), extensions=(ocsp.access(),))


@cache
def listed() -> pki.Pki:
    """A signer whose certificate names only a list of revoked ones."""
    return pki.make_pki("ed25519", root=root(), issuer=middle(), extensions=(ocsp.revocation_list(),))


@cache
def silent() -> pki.Pki:
    """A signer whose certificate names no way to ask."""
    return pki.make_pki("ed25519", root=root(), issuer=middle())


@cache
def large() -> pki.Authority:
    """An authority with a certificate that is larger than those that are read by default."""
    extra = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(1 << 16))
    return pki.make_authority("ed25519", root(), extensions=((extra, False),))


@cache
def under_large() -> pki.Pki:
    return pki.make_pki("ed25519", root=root(), issuer=large(), extensions=(ocsp.access(),))


@cache
def stranger() -> pki.Authority:
    return pki.make_authority("ed25519", common_name="credkit test stranger")


@cache
def delegate(issuer: pki.Authority | None = None) -> ocsp.Delegate:
    """A responder whose signatures are all of one length."""
    return ocsp.make_delegate(issuer or middle(), key=pki.new_key("ed25519"))


def trusting() -> TrustPolicy:
    return TrustPolicy.of(root().pem, tsa=[stamper().root.pem])


def trusting_middle() -> TrustPolicy:
    return TrustPolicy.of(middle().pem, tsa=[stamper().root.pem])


def trusting_nobody() -> TrustPolicy:
    return TrustPolicy.of(tsa=[stamper().root.pem])


def says(status: str = "good", about: Maker = revocable, **lies: Any) -> bytes:
    """What the issuer says about the signer."""
    return ocsp.response(middle(), about().leaf, says=status, **lies)


def signing(
    responses: Responses = tuple, *, by: Maker = revocable, at: datetime | None = SIGNED_AT, values: Any = None, **more: Any
) -> Signing:
    """A signature with OCSP responses beside it (or ``values`` in their place) and a time-stamp (None: without)."""

    def add(parts: list[Any]) -> list[Any]:
        message = to_be_signed(parts[0], cbor.encode(parts[3]), context="CounterSignature")
        held = list(responses())
        header = {"rVals": {"ocspVals": held} if values is None else values} if held or values is not None else {}
        if at is not None:
            header["sigTst2"] = tsa.container(tsa.token(stamper(), message, signature="sha256_rsa", time=at))
        return [parts[0], parts[1] | header, *parts[2:]]

    return Signing(pki=by(), parts=add, **more)


def stapled(*make: Callable[[], object], **options: Any) -> Callable[[], bytes]:
    """A file with these responses beside its signature."""

    def responses() -> list[object]:
        return [one() for one in make]

    return lambda: signed(standard(signing=signing(responses, **options)))


def held_later(*make: Callable[[], object], **options: Any) -> Callable[[], bytes]:
    """A file whose later manifest, of another signer, holds the responses about the first."""

    def add() -> bytes:
        status = Assertion("c2pa.certificate-status", {"ocspVals": [one() for one in make]})
        first = lambda: signed(standard(name="parent", signing=signing(**options)))  # noqa: E731
        return update(status, file=first, signing=signing(by=silent))()

    return add


def held_itself() -> bytes:
    """A file whose only manifest holds the response about its own signer."""
    return signed(standard(Assertion("c2pa.certificate-status", {"ocspVals": [says()]}), signing=signing()))


def asking(status: str = "good", about: Maker = revocable, **lies: Any) -> Callable[[], ocsp.Responder]:
    """A network with a responder that knows the signer, and that the authority above is good."""
    return lambda: _Both(ocsp.Responder([(middle(), about().leaf)], says=status, **lies), ocsp.Responder([(root(), middle().der)]))


class _Both(ocsp.Responder):
    """Questions about the authority go to a responder of their own."""

    def __init__(self, about_signer: ocsp.Responder, about_authority: ocsp.Responder) -> None:
        super().__init__(about_signer.known)
        self.about_signer, self.about_authority = about_signer, about_authority

    def fetch(self, request: Any) -> Any:
        self.requests.append(request)
        is_signer = ocsp.asked_about(request.body) != ocsp.serial_number(middle().der)
        return (self.about_signer if is_signer else self.about_authority).fetch(request)


def asking_about_authority(**lies: Any) -> Callable[[], ocsp.Responder]:
    """A network in which the signer is good and its authority is what the lies say."""
    return lambda: _Both(ocsp.Responder([(middle(), revocable().leaf)]), ocsp.Responder([(root(), middle().der)], **lies))


def about_authority(**lies: Any) -> bytes:
    return ocsp.response(root(), middle().der, **lies)


def row(
    name: str, make: Callable[[], Any], *failures: str, code: str | None, policy: Callable[[], TrustPolicy] = trusting, **more: Any
) -> Case:
    """A line with at most one code of revocation, and no other of its kind."""
    said = () if code is None or code in failures else (code,)
    others = tuple(other for other in _ANY if other != code)
    informs = said if said and code in _REMARKS else None
    return case(name, make, *failures, says=said, lacks=others, informs=informs, policy=policy, **more)


CASES: tuple[Case, ...] = (
    # beside the signature
    row("nothing kept", stapled(), code=SKIPPED),
    row("good", stapled(says), code=GOOD),
    row("good, by a delegate", stapled(lambda: says(signer=delegate())), code=GOOD),
    row("good, named by key and SHA-256", stapled(lambda: says(by_key=True, hash_name="sha256")), code=GOOD),
    row("good, from after the signature", stapled(lambda: says(this_update=NOW - HOUR / 4)), code=GOOD),
    row("good beside garbage", stapled(lambda: b"garbage", says), code=GOOD),
    row("good beside empty places", stapled(lambda: b"", lambda: None, says), code=GOOD),
    row("good beside revoked", stapled(lambda: says("revoked"), says), code=GOOD),
    row(
        "good, and later revoked",
        stapled(says, lambda: says("revoked", this_update=NOW - HOUR / 4, revoked_at=SIGNED_AT)),
        REVOKED,
        code=REVOKED,
    ),
    row(
        "good, and later revoked from after the signature",
        stapled(says, lambda: says("revoked", this_update=NOW - HOUR / 4, revoked_at=NOW - HOUR / 4)),
        code=GOOD,
    ),
    row("revoked", stapled(lambda: says("revoked")), REVOKED, code=REVOKED),
    row("revoked after the signature", stapled(lambda: says("revoked", revoked_at=NOW - HOUR / 4)), REVOKED, code=REVOKED),
    row("revoked beside garbage", stapled(lambda: b"garbage", lambda: says("revoked")), REVOKED, code=REVOKED),
    row("not known to the issuer", stapled(lambda: says("unknown")), code=SKIPPED),
    row("good without a time-stamp", stapled(says, at=None), code=SKIPPED),
    row("revoked without a time-stamp", stapled(lambda: says("revoked"), at=None), REVOKED, code=REVOKED),
    row("to be revoked tomorrow, without a time-stamp", stapled(lambda: says("revoked", revoked_at=NOW + DAY), at=None), code=SKIPPED),
    row("good before the signature", stapled(lambda: says(next_update=SIGNED_AT)), code=SKIPPED),
    row("good in the future", stapled(lambda: says(this_update=NOW + DAY)), code=SKIPPED),
    row("good without an end, of yesterday", stapled(lambda: says(next_update=None, produced_at=SIGNED_AT - DAY)), code=SKIPPED),
    row("garbage", stapled(lambda: b"garbage"), code=SKIPPED),
    row("an empty place", stapled(lambda: b""), code=SKIPPED),
    row("about another certificate", stapled(lambda: says(about=silent)), code=SKIPPED),
    row("by a stranger", stapled(lambda: says(signing_key=stranger().key)), code=SKIPPED),
    row("by a delegate of a stranger", stapled(lambda: says(signer=delegate(stranger()))), code=SKIPPED),
    row(
        "by the signer itself", stapled(lambda: says(signer=ocsp.Delegate(certificate=revocable().leaf, key=revocable().key))), code=SKIPPED
    ),
    row("declined", stapled(lambda: says(refusal=3)), code=SKIPPED),
    row("too large", stapled(lambda: says() + bytes(1 << 16)), code=SKIPPED),
    row("texts in place of responses", stapled(lambda: "response"), code=SKIPPED),
    row("a text in place of the list", stapled(values="garbage"), code=SKIPPED),
    row("a map in place of the list", stapled(values={"ocspVals": {}}), code=SKIPPED),
    row("a number in place of the list", stapled(values={"ocspVals": 7}), code=SKIPPED),
    row("a number in place of the map", stapled(values=7), code=SKIPPED),
    row("65 responses, the last of them good", stapled(*[lambda: b"garbage"] * 64, says), code=SKIPPED),
    row("64 responses, the last of them good", stapled(*[lambda: b"garbage"] * 63, says), code=GOOD),
    row("the share of one signature", stapled(*[lambda: b"garbage"] * 4, says), code=GOOD, limits=replace(DEFAULT_LIMITS, proofs=5)),
    row("more than its share", stapled(*[lambda: b"garbage"] * 5, says), code=SKIPPED, limits=replace(DEFAULT_LIMITS, proofs=5)),
    row("three in any case", stapled(*[lambda: b"garbage"] * 2, says), code=GOOD, limits=replace(DEFAULT_LIMITS, proofs=1)),
    # whom the certificate names
    row("no way to ask", stapled(by=silent), code=None),
    row("no way to ask, and garbage kept", stapled(lambda: b"garbage", by=silent), code=None),
    row("no way to ask, but revoked", stapled(lambda: says("revoked", about=silent), by=silent), REVOKED, code=REVOKED),
    row("only a list", stapled(by=listed), code=SKIPPED),
    # who the issuer is
    row(
        "revoked, and the issuer left out",
        stapled(lambda: says("revoked"), chain=(revocable().leaf,)),
        REVOKED,
        code=REVOKED,
        policy=trusting_middle,
    ),
    row(
        "good, by an issuer with a large certificate",
        stapled(lambda: ocsp.response(large(), under_large().leaf), by=under_large),
        code=GOOD,
        limits=replace(DEFAULT_LIMITS, certificate_size=1 << 17),
    ),
    row("revoked, and nobody trusted", stapled(lambda: says("revoked")), UNTRUSTED, REVOKED, code=REVOKED, policy=trusting_nobody),
    row("good, and nobody trusted", stapled(says), UNTRUSTED, code=GOOD, policy=trusting_nobody, state="Valid"),
    row(
        "good, the issuer left out, nobody trusted",
        stapled(says, chain=(revocable().leaf,)),
        UNTRUSTED,
        code=SKIPPED,
        policy=trusting_nobody,
        state="Valid",
    ),
    # kept by others
    row("good, kept by a later manifest", held_later(says), code=GOOD),
    row("revoked, kept by a later manifest", held_later(lambda: says("revoked")), code=REVOKED, deltas=(REVOKED,)),
    row("good, and revoked kept by a later manifest", held_later(lambda: says("revoked"), says), code=GOOD),
    row("garbage kept by a later manifest", held_later(lambda: b"garbage"), code=SKIPPED),
    row("good, kept by the manifest itself", held_itself, code=SKIPPED),
    # asked for
    row("the issuer says good", stapled(), code=GOOD, fetcher=asking()),
    row("the issuer says good, no time-stamp", stapled(at=None), code=GOOD, fetcher=asking()),
    row("the issuer says revoked", stapled(), REVOKED, code=REVOKED, fetcher=asking("revoked")),
    row("the issuer says revoked since", stapled(), code=GOOD, fetcher=asking("revoked", revoked_at=NOW - HOUR / 4)),
    row("the issuer says revoked since, no time-stamp", stapled(at=None), REVOKED, code=REVOKED, fetcher=asking("revoked", revoked_at=NOW)),
    row("the issuer says no longer on hold", stapled(at=None), code=GOOD, fetcher=asking("revoked", reason="remove_from_crl")),
    row("the issuer does not know", stapled(), code=UNKNOWN, fetcher=asking("unknown")),
    row("the issuer does not know, in edition 2.2", stapled(), UNKNOWN, code=UNKNOWN, fetcher=asking("unknown"), profile="2.2"),
    row("nothing kept, in edition 2.2", stapled(), code=SKIPPED, profile="2.2"),
    row("good, in edition 2.2", stapled(says), code=GOOD, profile="2.2"),
    row("the issuer does not answer", stapled(), code=INACCESSIBLE, fetcher=asking(error="no answer")),
    row("the issuer answers garbage", stapled(), code=INACCESSIBLE, fetcher=asking(body=b"garbage")),
    row("the issuer answers another question", stapled(), code=INACCESSIBLE, fetcher=asking(nonce=b"8" * 32)),
    row("somebody else answers", stapled(), code=INACCESSIBLE, fetcher=asking(signing_key=stranger().key)),
    row("the answer is old", stapled(at=None), code=INACCESSIBLE, fetcher=asking(this_update=NOW - 9 * DAY, next_update=NOW - DAY)),
    row("asked where only a list is named", stapled(by=listed), code=SKIPPED, fetcher=asking()),
    row("asked where nothing is named", stapled(by=silent), code=None, fetcher=asking()),
    row(
        "not asked for a signer whom nobody vouches for",
        stapled(),
        UNTRUSTED,
        code=SKIPPED,
        fetcher=asking(),
        policy=trusting_nobody,
        state="Valid",
    ),
    row("asked beside garbage", stapled(lambda: b"garbage"), code=GOOD, fetcher=asking()),
    row("not asked when it is settled", stapled(says), code=GOOD, fetcher=asking("revoked")),
    # the authorities
    row("authority revoked", stapled(says, lambda: about_authority(says="revoked")), UNTRUSTED, code=GOOD, state="Valid"),
    row(
        "authority revoked since",
        stapled(says, lambda: about_authority(says="revoked", revoked_at=SIGNED_AT + timedelta(seconds=1))),
        code=GOOD,
    ),
    row(
        "authority revoked since, no time-stamp",
        stapled(lambda: about_authority(says="revoked", revoked_at=SIGNED_AT + timedelta(seconds=1)), at=None),
        UNTRUSTED,
        code=SKIPPED,
        state="Valid",
    ),
    row("authority revoked, says a stranger", stapled(lambda: about_authority(says="revoked", flip=True)), code=SKIPPED),
    row("authority revoked, when asked", stapled(), UNTRUSTED, code=GOOD, fetcher=asking_about_authority(says="revoked"), state="Valid"),
    row("authority silent when asked", stapled(), code=GOOD, fetcher=asking_about_authority(error="no answer")),
    row(
        "anchor below a revoked authority",
        stapled(says, lambda: about_authority(says="revoked")),
        code=GOOD,
        policy=trusting_middle,
    ),
)
