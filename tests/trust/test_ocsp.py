"""OCSP responses: what they say, whether the issuer stands behind them, what they mean for a signature, and how one is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.x509 import ocsp as peer
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource
from credkit.codec.cose import X5CHAIN, parse_sign1
from credkit.errors import CredentialError, FetchError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.load import load_store
from credkit.manifest.store import parse_store
from credkit.trust import verification
from credkit.trust.certificate import Certificate
from credkit.trust.http import HttpFetcher
from credkit.trust.revocation import (
    Answer,
    acceptance,
    accepted_answers,
    ask,
    fetch_staple,
    names_revocation_service,
    ocsp_responder,
    online_outcome,
    parse_ocsp_response,
    stored_outcome,
    was_revoked,
)
from tests.forge import ocsp, pki
from tests.forge.corpus import CORPUS, entries, needs_corpus

NOW, HOUR, DAY = ocsp.NOW, ocsp.HOUR, ocsp.DAY


@cache
def signer(algorithm: str = "es256") -> pki.Pki:
    return pki.make_pki(algorithm, intermediate=True, extensions=(ocsp.access(),))


def issuer() -> pki.Authority:
    found = signer().intermediate
    assert found is not None
    return found


@cache
def stranger() -> pki.Authority:
    """Somebody with the issuer's name and another key."""
    return pki.make_authority("es256", signer().root)


@cache
def delegate() -> ocsp.Delegate:
    return ocsp.make_delegate(issuer())


def made(**lies: Any) -> bytes:
    return ocsp.response(issuer(), signer().leaf, **lies)


def accept(der: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[Answer, ...]:
    return accepted_answers(der, Certificate.parse(signer().leaf), Certificate.parse(issuer().der), limits)


def refusal(der: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(MalformedError) as caught:
        accept(der, limits)
    assert caught.value.code == "signingCredential.ocsp.inaccessible"
    return caught.value.message


# what a response says


@settings(max_examples=60, deadline=None)
@given(
    says=st.sampled_from(["good", "revoked", "unknown"]),
    hash_name=st.sampled_from(["sha1", "sha256", "sha384", "sha512"]),
    this_update=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2049, 1, 1)),
    lasts=st.none() | st.integers(min_value=1, max_value=1000),
    reason=st.sampled_from([None, "key_compromise", "remove_from_crl"]),
    nonce=st.none() | st.binary(min_size=1, max_size=32),
    by_key=st.booleans(),
)
def test_everything_that_is_written_is_read(
    says: str, hash_name: str, this_update: datetime, lasts: int | None, reason: str | None, nonce: bytes | None, by_key: bool
) -> None:
    this_update = this_update.replace(microsecond=0, tzinfo=UTC)
    next_update = this_update + timedelta(hours=lasts) if lasts else None
    der = made(says=says, hash_name=hash_name, this_update=this_update, next_update=next_update, reason=reason, nonce=nonce, by_key=by_key)
    found = parse_ocsp_response(der)
    (status,) = found.statuses
    assert (status.status, status.this_update, status.next_update) == (says, this_update, next_update)
    assert status.revocation_time == (NOW - 2 * HOUR if says == "revoked" else None)
    reasons = {None: None, "key_compromise": 1, "remove_from_crl": 8}
    assert status.revocation_reason == (reasons[reason] if says == "revoked" else None)
    assert str(status.serial_number) == Certificate.parse(signer().leaf).serial_number
    assert (found.responder_name is None) is by_key
    assert (found.responder_key_hash is None) is not by_key
    assert found.nonce == (b"\x04" + bytes((len(nonce),)) + nonce if nonce is not None else None)
    assert found.produced_at == NOW - HOUR


def test_nothing_but_the_one_error_comes_of_cut_or_changed_bytes() -> None:
    der = made(signer=delegate(), nonce=b"n" * 32, says="revoked", reason="key_compromise")
    for size in range(len(der)):
        with pytest.raises(MalformedError):
            parse_ocsp_response(der[:size])
    with pytest.raises(MalformedError):
        parse_ocsp_response(der + b"\0")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_ocsp_response(data)


def test_no_flipped_bit_gives_another_accepted_answer() -> None:
    for der in (made(), made(signer=delegate())):
        sound = accept(der)
        for index in range(len(der)):
            for bit in (0x01, 0x20, 0x80):
                changed = bytearray(der)
                changed[index] ^= bit
                with contextlib.suppress(MalformedError):
                    assert accept(bytes(changed)) == sound


def spoiled(change: Any) -> bytes:
    """The response with the tree of its outer structures changed by hand."""
    response = asn1_ocsp.OCSPResponse.load(made(signer=delegate()))
    basic = response["response_bytes"]["response"].parsed
    data = basic["tbs_response_data"]
    parts = {
        "version": b"",
        "responder": data["responder_id"].dump(),
        "produced": data["produced_at"].dump(),
        "responses": data["responses"].dump(),
        "extensions": b"",
        "algorithm": basic["signature_algorithm"].dump(),
        "signature": basic["signature"].dump(),
        "certificates": basic["certs"].dump(),
        "behind": b"",
        "kind": response["response_bytes"]["response_type"].dump(),
        "status": response["response_status"].dump(),
        "last": b"",
    }
    parts |= change(parts)
    body = pki.tlv(0x30, *(parts[name] for name in ("version", "responder", "produced", "responses", "extensions")))
    answer = pki.tlv(0x30, body, *(parts[name] for name in ("algorithm", "signature", "certificates", "behind")))
    holder = pki.tlv(0xA0, pki.tlv(0x30, parts["kind"], pki.tlv(0x04, answer)))
    return pki.tlv(0x30, parts["status"], holder, parts["last"])


def single(*parts: bytes) -> dict[str, bytes]:
    return {"responses": pki.tlv(0x30, pki.tlv(0x30, *parts))}


TIME = pki.tlv(0x18, b"20260101000000Z")
IDENTIFIER = pki.tlv(0x30, pki.tlv(0x30, bytes.fromhex("06052b0e03021a")), pki.tlv(0x04, b"n"), pki.tlv(0x04, b"k"), b"\x02\x01\x07")
GOOD = b"\x80\x00"


def test_the_structures_made_by_hand_are_sound() -> None:
    assert parse_ocsp_response(spoiled(lambda _: {})).statuses == parse_ocsp_response(made()).statuses
    for optional in ((), (pki.tlv(0xA0, TIME),), (pki.tlv(0xA1, b"\x30\x00"),), (pki.tlv(0xA0, TIME), pki.tlv(0xA1, b"\x30\x00"))):
        (status,) = parse_ocsp_response(spoiled(lambda _, o=optional: single(IDENTIFIER, GOOD, TIME, *o))).statuses
        assert (status.status, status.serial_number) == ("good", 7)
    version = {"version": pki.tlv(0xA0, b"\x02\x01\x00")}
    assert parse_ocsp_response(spoiled(lambda _: version)).statuses


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: {"version": pki.tlv(0xA0, b"\x02\x01\x01")}, id="another version"),
        pytest.param(lambda p: {"responder": pki.tlv(0xA3, b"\x05\x00")}, id="another kind of responder"),
        pytest.param(lambda p: {"responder": pki.tlv(0xA2, b"\x05\x00")}, id="responder's key is no octet string"),
        pytest.param(lambda p: {"produced": b""}, id="no time of production"),
        pytest.param(lambda p: {"produced": pki.tlv(0x17, b"260101000000Z")}, id="time with two digits for the year"),
        pytest.param(lambda p: {"produced": pki.tlv(0x18, b"20260101000000.5Z")}, id="fraction of a second"),
        pytest.param(lambda p: {"produced": pki.tlv(0x18, b"20261301000000Z")}, id="month 13"),
        pytest.param(lambda p: {"extensions": p["produced"]}, id="something else in place of extensions"),
        pytest.param(lambda p: {"extensions": pki.tlv(0xA1, b"\x30\x00") * 2}, id="extensions twice"),
        pytest.param(lambda p: {"signature": pki.tlv(0x03, b"\x01\x00")}, id="signature of odd bits"),
        pytest.param(lambda p: {"signature": pki.tlv(0x03)}, id="signature of nothing"),
        pytest.param(lambda p: {"signature": b""}, id="no signature"),
        pytest.param(lambda p: {"algorithm": b"\x30\x00"}, id="no algorithm"),
        pytest.param(lambda p: {"certificates": p["produced"]}, id="something else in place of certificates"),
        pytest.param(lambda p: {"behind": b"\x05\x00"}, id="a value behind the certificates"),
        pytest.param(lambda p: {"kind": bytes.fromhex("06092b0601050507300102")}, id="another kind of answer"),
        pytest.param(lambda p: {"last": b"\x05\x00"}, id="a value behind the answer"),
        pytest.param(lambda p: {"status": b"\x0a\x01\x03"}, id="try later"),
        pytest.param(lambda p: {"status": b"\x0a\x01\x2a"}, id="a status of nobody"),
        pytest.param(lambda p: {"status": b"\x02\x01\x00"}, id="status is an integer"),
        pytest.param(lambda p: single(IDENTIFIER, GOOD), id="no thisUpdate"),
        pytest.param(lambda p: single(IDENTIFIER, b"\x80\x01\x00", TIME), id="good with a value"),
        pytest.param(lambda p: single(IDENTIFIER, b"\x83\x00", TIME), id="another state"),
        pytest.param(lambda p: single(IDENTIFIER, b"\xa1\x00", TIME), id="revoked at no time"),
        pytest.param(lambda p: single(IDENTIFIER, pki.tlv(0xA1, TIME, TIME), TIME), id="revoked for no reason but a time"),
        pytest.param(lambda p: single(IDENTIFIER, pki.tlv(0xA1, TIME, b"\xa0\x00"), TIME), id="an empty reason"),
        pytest.param(lambda p: single(IDENTIFIER, pki.tlv(0xA1, TIME, b"\xa0\x03\x02\x01\x01"), TIME), id="a reason of another type"),
        pytest.param(
            lambda p: single(IDENTIFIER, pki.tlv(0xA1, TIME, b"\xa0\x03\x0a\x01\x01", b"\x05\x00"), TIME), id="more than a reason"
        ),
        pytest.param(lambda p: single(IDENTIFIER, GOOD, TIME, TIME), id="nextUpdate without its tag"),
        pytest.param(lambda p: single(IDENTIFIER, GOOD, TIME, pki.tlv(0xA1, b"\x30\x00"), pki.tlv(0xA0, TIME)), id="wrong order"),
        pytest.param(lambda p: single(b"\x30\x00", GOOD, TIME), id="no identifier"),
        pytest.param(lambda p: {"responses": pki.tlv(0x30, *[pki.tlv(0x30, IDENTIFIER, GOOD, TIME)] * 257)}, id="257 certificates"),
    ],
)
def test_other_structures_are_refused(change: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_ocsp_response(spoiled(change))
    assert caught.value.code == "signingCredential.ocsp.inaccessible"


def test_limits_hold_at_the_limit_and_one_past_it() -> None:
    der = made()
    assert accept(der, replace(DEFAULT_LIMITS, ocsp_size=len(der)))
    assert "bytes" in refusal(der, replace(DEFAULT_LIMITS, ocsp_size=len(der) - 1))
    many = made(signer=delegate(), certificates=[delegate().certificate] * 16)
    assert accept(many)
    assert "17 certificates" in refusal(made(signer=delegate(), certificates=[delegate().certificate] * 17))


def test_a_responder_that_declines_says_why() -> None:
    assert refusal(made(refusal=3)) == "the responder declined to answer (try later)"
    assert refusal(made(refusal=6)) == "the responder declined to answer (not authorized)"


# whether the issuer stands behind it


@pytest.mark.parametrize(
    "lies",
    [
        {},
        {"by_key": True},
        {"hash_name": "sha256"},
        {"hash_name": "sha512"},
        {"certificates": ("issuer",)},
        {"signer": "delegate"},
        {"signer": "delegate", "by_key": True},
        {"nonce": b"7" * 32},
        {"statuses": "both"},
    ],
    ids=str,
)
def test_sound_responses_are_accepted(lies: dict[str, Any]) -> None:
    lies = dict(lies)
    if "certificates" in lies:
        lies["certificates"] = [issuer().der]
    if "signer" in lies:
        lies["signer"] = delegate()
    if "statuses" in lies:
        other = ocsp.status(issuer().der, signer().leaf, serial_number=7)
        lies["statuses"] = [other, ocsp.status(issuer().der, signer().leaf)]
    (answer,) = accept(made(**lies))
    assert answer.status.status == "good"
    assert answer.produced_at == NOW - HOUR


@pytest.mark.parametrize(
    ("algorithm", "signature"),
    [("ed25519", "ed25519"), ("es256", "sha256_ecdsa"), ("es384", "sha256_ecdsa"), ("ps256", "sha256_rsa"), ("ps256", "rsassa_pss")],
)
def test_every_sound_algorithm(algorithm: str, signature: str) -> None:
    maker = signer(algorithm)
    assert maker.intermediate is not None
    der = ocsp.response(maker.intermediate, maker.leaf, signature=signature)
    assert accepted_answers(der, Certificate.parse(maker.leaf), Certificate.parse(maker.intermediate.der))
    broken = ocsp.response(maker.intermediate, maker.leaf, signature=signature, flip=True)
    with pytest.raises(MalformedError, match="does not verify"):
        accepted_answers(broken, Certificate.parse(maker.leaf), Certificate.parse(maker.intermediate.der))


def test_sha1_names_an_issuer_and_signs_nothing() -> None:
    maker = signer("ps256")
    assert maker.intermediate is not None
    der = ocsp.response(maker.intermediate, maker.leaf, signature="sha1_rsa")
    with pytest.raises(MalformedError, match="not safe"):
        accepted_answers(der, Certificate.parse(maker.leaf), Certificate.parse(maker.intermediate.der))


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        (lambda: {"serial_number": 7}, "about another certificate"),
        (lambda: {"name": b"another name"}, "about another certificate"),
        (lambda: {"statuses": []}, "about another certificate"),
        (lambda: {"statuses": [ocsp.status(stranger().der, signer().leaf)]}, "about another certificate"),
        (lambda: {"statuses": [ocsp.status(issuer().der, pki.default_pki("es256").leaf)]}, "about another certificate"),
        (lambda: {"flip": True}, "does not verify"),
        (lambda: {"signing_key": stranger().key}, "does not verify"),
        (lambda: {"by_key": True, "named": stranger().der}, "does not bring the certificate"),
        (lambda: {"signer": delegate(), "certificates": []}, "does not bring the certificate"),
        (lambda: {"critical_extension": True}, "critical extension"),
        (lambda: {"critical": True}, "critical extension"),
        (lambda: {"signer": ocsp.make_delegate(stranger())}, "neither the issuer"),
        (lambda: {"signer": ocsp.make_delegate(signer().root)}, "neither the issuer"),
        (lambda: {"signer": ocsp.make_delegate(issuer(), self_signed=True)}, "neither the issuer"),
        (lambda: {"signer": ocsp.Delegate(certificate=stranger().der, key=stranger().key)}, "neither the issuer"),
        (lambda: {"signer": ocsp.Delegate(certificate=signer().leaf, key=signer().key)}, "not for signing OCSP responses"),
        (lambda: {"signer": ocsp.make_delegate(issuer(), eku=None)}, "not for signing OCSP responses"),
        (lambda: {"signer": ocsp.make_delegate(issuer(), eku=("2.5.29.37.0",))}, "not for signing OCSP responses"),
        (lambda: {"signer": ocsp.make_delegate(issuer(), usage=("content_commitment",))}, "does not allow signatures"),
        (lambda: {"signer": ocsp.make_delegate(issuer(), not_before=NOW - 9 * DAY, not_after=NOW - DAY)}, "not valid at that time"),
        (lambda: {"signer": ocsp.make_delegate(issuer(), not_before=NOW, not_after=NOW + DAY)}, "not valid at that time"),
        (lambda: {"signer": ocsp.make_delegate(issuer(), key=pki.rsa_key(1024))}, "1,024|1024"),
    ],
)
def test_what_nobody_authorized_is_refused(lies: Any, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        accept(made(**lies()))


def test_a_certificate_that_cannot_be_read_hides_no_other() -> None:
    """Only the certificates matter that the response names as its signer."""

    def change(parts: dict[str, bytes]) -> dict[str, bytes]:
        return {"certificates": pki.tlv(0xA0, pki.tlv(0x30, b"\x30\x00", delegate().certificate))}

    assert accept(spoiled(change))


def test_no_key_is_used_that_the_issuer_did_not_vouch_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A response is no reason to compute with keys that somebody chose for what they cost."""
    used: list[object] = []

    def noted(key: object, *others: Any, **options: Any) -> bool:
        used.append(key)
        return verification.verifies(key, *others, **options)

    monkeypatch.setattr(acceptance, "verifies", noted)
    strangers = [ocsp.make_delegate(stranger()) for _ in range(5)]
    assert "neither the issuer" in refusal(made(signer=strangers[0], certificates=[one.certificate for one in strangers]))
    assert used == []
    assert accept(made(signer=delegate(), by_key=True))
    assert len(used) == 1


@pytest.mark.parametrize(("before", "accepted"), [(2, True), (3, False)])
def test_few_responders_of_one_name_are_tried(before: int, accepted: bool) -> None:
    others = [ocsp.make_delegate(issuer()).certificate for _ in range(before)]
    der = made(signer=delegate(), certificates=[*others, delegate().certificate])
    if accepted:
        assert accept(der)
    else:
        assert "does not verify" in refusal(der)


def test_a_delegate_counts_at_the_time_of_the_response() -> None:
    """It may have expired since: delegates live for weeks, signatures for years."""
    past = ocsp.make_delegate(issuer(), not_before=NOW - 20 * DAY, not_after=NOW - 10 * DAY)
    assert accept(made(signer=past, produced_at=NOW - 15 * DAY, this_update=NOW - 15 * DAY))


# what it means for a signature

T = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATE = T + 300 * DAY


def answer(
    says: str = "good",
    *,
    this_update: datetime = T - HOUR,
    next_update: datetime | None = T + HOUR,
    produced_at: datetime = T - HOUR,
    revoked_at: datetime | None = None,
    reason: int | None = None,
) -> Answer:
    (status,) = parse_ocsp_response(made()).statuses
    time = revoked_at or (T - 2 * HOUR if says == "revoked" else None)
    changed = replace(
        status,
        status=says,  # type: ignore[arg-type]
        this_update=this_update,
        next_update=next_update,
        revocation_time=time,
        revocation_reason=reason,
    )
    return Answer(status=changed, produced_at=produced_at, nonce=None)


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("given_answer", "now", "outcome"),
    [
        (answer(), LATE, "notRevoked"),
        (answer(this_update=T), LATE, "notRevoked"),
        (answer(this_update=T + 200 * DAY, next_update=T + 201 * DAY), LATE, "notRevoked"),
        (answer(next_update=T), LATE, None),
        (answer(next_update=T + SECOND), LATE, "notRevoked"),
        (answer(next_update=T - SECOND), LATE, None),
        (answer(next_update=None, produced_at=T - DAY + SECOND), LATE, "notRevoked"),
        (answer(next_update=None, produced_at=T - DAY), LATE, None),
        (answer(this_update=LATE, next_update=LATE + DAY), LATE, "notRevoked"),
        (answer(this_update=LATE + SECOND, next_update=LATE + DAY), LATE, None),
        (answer("unknown"), LATE, None),
        (answer("revoked"), LATE, "revoked"),
        (answer("revoked", next_update=T), LATE, None),
        (answer("revoked", this_update=T + 200 * DAY, next_update=T + 201 * DAY), LATE, "revoked"),
        (answer("revoked", revoked_at=T + 199 * DAY, this_update=T + 200 * DAY, next_update=T + 201 * DAY), LATE, "revoked"),
        (answer("revoked", reason=8), LATE, "revoked"),
    ],
)
def test_stored_answers(given_answer: Answer, now: datetime, outcome: str | None) -> None:
    assert stored_outcome((given_answer,), T, now) == outcome


def test_the_last_day_of_the_calendar_has_no_next_one() -> None:
    last = answer(next_update=None, produced_at=datetime.max.replace(tzinfo=UTC))
    assert stored_outcome((last,), T, LATE) == "notRevoked"
    assert online_outcome((last,), None, LATE) == "notRevoked"


def test_a_good_answer_in_the_same_response_decides() -> None:
    assert stored_outcome((answer("revoked"), answer()), T, LATE) == "notRevoked"
    assert stored_outcome((answer("revoked"), answer(next_update=T)), T, LATE) == "revoked"


@pytest.mark.parametrize(
    ("given_answer", "attested", "now", "outcome"),
    [
        (answer(), None, T, "notRevoked"),
        (answer(this_update=T + 5 * SECOND), None, T, "notRevoked"),
        (answer(next_update=T), None, T, None),
        (answer(next_update=None, produced_at=T - 23 * HOUR), None, T, "notRevoked"),
        (answer(next_update=None, produced_at=T - 24 * HOUR), None, T, None),
        (answer(), T, LATE, "notRevoked"),
        (answer(this_update=LATE - HOUR, next_update=LATE + HOUR), T, LATE, "notRevoked"),
        (answer(this_update=T + DAY, next_update=T + 2 * DAY), T, LATE, None),
        (answer("unknown"), None, T, "unknown"),
        (answer("unknown", next_update=T), None, T, "unknown"),
        (answer("revoked"), None, T, "revoked"),
        (answer("revoked", revoked_at=T + HOUR), None, T, "revoked"),
        (answer("revoked", revoked_at=T + SECOND), T, LATE, "notRevoked"),
        (answer("revoked", revoked_at=T), T, LATE, "revoked"),
        (answer("revoked", revoked_at=T + HOUR, this_update=T + SECOND, next_update=LATE), T, LATE, "revoked"),
        (answer("revoked", reason=8), None, T, "notRevoked"),
        (answer("revoked", reason=8, next_update=T), None, T, "revoked"),
        (answer("revoked", reason=6), None, T, "revoked"),
    ],
)
def test_answers_got_online(given_answer: Answer, attested: datetime | None, now: datetime, outcome: str | None) -> None:
    assert online_outcome((given_answer,), attested, now) == outcome


@pytest.mark.parametrize(
    ("given_answer", "revoked"),
    [
        (answer(), False),
        (answer("unknown"), False),
        (answer("revoked", revoked_at=T), True),
        (answer("revoked", revoked_at=T + SECOND), False),
        (answer("revoked", revoked_at=T - DAY, reason=8), False),
    ],
)
def test_authorities(given_answer: Answer, revoked: bool) -> None:
    assert was_revoked((given_answer,), T) is revoked


# how it is asked for


def leaf_with(*extensions: tuple[x509.ExtensionType, bool]) -> Certificate:
    return Certificate.parse(pki.make_pki("es256", root=signer().root, extensions=extensions).leaf)


def _access_of(value: str) -> tuple[x509.ExtensionType, bool]:
    """Where to ask, in a form that nobody can read."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.1"), bytes.fromhex(value)), False


def test_where_to_ask() -> None:
    issuers = ocsp.access(method=AuthorityInformationAccessOID.CA_ISSUERS)
    broken = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.1"), b"\x30\x01"), False)
    cases = [
        ((), None, False),
        ((ocsp.access(),), ocsp.URL, True),
        ((ocsp.access("HTTPS://ocsp.credkit.test"),), "HTTPS://ocsp.credkit.test", True),
        ((ocsp.access("ldap://ocsp.credkit.test"),), None, True),
        ((issuers,), None, False),
        ((ocsp.revocation_list(),), None, True),
        ((broken,), None, True),
        *(((_access_of(value),), None, True) for value in ("30023000", "30020500", "300430020500", "0500", "")),
    ]
    for extensions, url, named in cases:
        certificate = leaf_with(*extensions)
        assert (ocsp_responder(certificate), names_revocation_service(certificate)) == (url, named)


def certificates() -> tuple[Certificate, Certificate]:
    return Certificate.parse(signer().leaf), Certificate.parse(issuer().der)


def test_the_request_is_what_the_peer_reads() -> None:
    responder = ocsp.Responder([(issuer(), signer().leaf)])
    reply = ask(*certificates(), responder)
    assert [a.status.status for a in reply.answers] == ["good"]
    (request,) = responder.requests
    assert (request.url, request.plain_http, request.origin, request.most) == (ocsp.URL, True, "file", DEFAULT_LIMITS.ocsp_size)
    assert (request.content_type, request.accept) == ("application/ocsp-request", "application/ocsp-response")
    asked = peer.load_der_ocsp_request(request.body or b"")
    assert str(asked.serial_number) == certificates()[0].serial_number
    assert len(asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce) == 32
    again = peer.load_der_ocsp_request(_second_request())
    assert asked.issuer_key_hash == again.issuer_key_hash
    assert asked.extensions != again.extensions


def _second_request() -> bytes:
    responder = ocsp.Responder([(issuer(), signer().leaf)])
    ask(*certificates(), responder)
    return responder.requests[0].body or b""


def test_a_nonce_need_not_come_back_but_must_be_ours() -> None:
    known = [(issuer(), signer().leaf)]
    assert ask(*certificates(), ocsp.Responder(known, echo=False)).answers
    with pytest.raises(MalformedError) as caught:
        ask(*certificates(), ocsp.Responder(known, nonce=b"8" * 32))
    assert str(caught.value) == "it is the answer to another question (nonce) in OCSP response"
    assert caught.value.code == "signingCredential.ocsp.inaccessible"


def test_what_is_no_answer() -> None:
    known = [(issuer(), signer().leaf)]
    with pytest.raises(FetchError, match="does not answer"):
        ask(*certificates(), ocsp.Responder(known, error="ocsp.credkit.test does not answer"))
    for body in (b"", b"<html>", made(refusal=3), made(flip=True)):
        with pytest.raises(MalformedError):
            ask(*certificates(), ocsp.Responder(known, body=body))
    with pytest.raises(FetchError, match="no address"):
        ask(leaf_with(), certificates()[1], ocsp.Responder(known))


def test_a_staple_is_fresh_and_good() -> None:
    known = [(issuer(), signer().leaf)]
    pair = (signer().leaf, issuer().der)
    der = fetch_staple(*pair, ocsp.Responder(known, signer=delegate()))
    assert accept(der)[0].status.status == "good"
    assert stored_outcome(accept(der), NOW, NOW) == "notRevoked"
    with pytest.raises(CredentialError, match="was revoked by its issuer"):
        fetch_staple(*pair, ocsp.Responder(known, says="revoked"))
    with pytest.raises(FetchError, match="does not know"):
        fetch_staple(*pair, ocsp.Responder(known, says="unknown"))
    with pytest.raises(FetchError, match="out of date"):
        fetch_staple(*pair, ocsp.Responder(known), at=NOW + 8 * DAY)
    with pytest.raises(FetchError, match="not accepted: its signature does not verify"):
        fetch_staple(*pair, ocsp.Responder(known, flip=True))
    with pytest.raises(CredentialError, match="cannot be read"):
        fetch_staple(b"rubbish", issuer().der, ocsp.Responder(known))


def test_the_limits_hold_for_a_staple() -> None:
    responder = ocsp.Responder([(issuer(), signer().leaf)])
    small, large = sorted((signer().leaf, issuer().der), key=len)
    for pair in ((small, large), (large, small)):
        with pytest.raises(CredentialError, match="a certificate cannot be read: .* bytes"):
            fetch_staple(*pair, responder, replace(DEFAULT_LIMITS, certificate_size=len(large) - 1))
    assert not responder.requests
    with pytest.raises(FetchError, match="was not accepted: .* bytes"):
        fetch_staple(signer().leaf, issuer().der, responder, replace(DEFAULT_LIMITS, ocsp_size=200))
    assert [request.most for request in responder.requests] == [200]


def test_over_http_with_the_real_fetcher() -> None:
    responder = ocsp.Responder([(issuer(), signer().leaf)])
    with ocsp.OcspServer(responder) as server:
        fetcher = HttpFetcher(resolve=lambda _: ("93.184.215.14",), connect=server.connect)
        der = fetch_staple(signer().leaf, issuer().der, fetcher)
    assert accept(der)[0].nonce is not None


# real responses


def stapled() -> Iterator[tuple[str, tuple[bytes, ...], bytes]]:
    """File, chain and response of every staple in the corpus."""
    for entry in entries("jpeg", "png"):
        if "ocsp-stapled" in entry["features"]:
            store = load_store(BytesSource((CORPUS / entry["path"]).read_bytes())).store
            for manifest in parse_store(store).manifests if store else ():
                box = manifest.signature_box
                sign1 = parse_sign1((box and box.content("cbor")) or b"", where="signature")
                chain = sign1.protected.get(X5CHAIN) or sign1.unprotected.get("x5chain")
                for der in (sign1.unprotected.get("rVals") or {}).get("ocspVals") or ():
                    if der:
                        yield entry["id"], tuple(chain), der


@needs_corpus
def test_real_responses_are_read_as_the_peer_reads_them() -> None:
    found = {der for _, _, der in stapled()}
    assert len(found) >= 15
    for der in found:
        ours, theirs = parse_ocsp_response(der), peer.load_der_ocsp_response(der)
        assert ours.signed == theirs.tbs_response_bytes
        assert ours.signature == theirs.signature
        assert ours.signature_algorithm.oid == theirs.signature_algorithm_oid.dotted_string
        assert ours.produced_at == theirs.produced_at_utc
        assert ours.responder_key_hash == theirs.responder_key_hash
        assert len(ours.certificates) == len(theirs.certificates)
        for status, other in zip(ours.statuses, theirs.responses, strict=True):
            assert status.serial_number == other.serial_number
            assert status.issuer_key_hash == other.issuer_key_hash
            assert status.status == other.certificate_status.name.lower()
            assert (status.this_update, status.next_update) == (other.this_update_utc, other.next_update_utc)


@needs_corpus
def test_real_responses_are_accepted() -> None:
    """All but one, whose responder has its certificate from another authority than the signer."""
    refused = set()
    for file, chain, der in stapled():
        leaf, authority = Certificate.parse(chain[0]), next((c for c in map(Certificate.parse, chain[1:])), None)
        if authority is None or authority.subject_der != leaf.issuer_der:
            continue
        try:
            assert accepted_answers(der, leaf, authority)[0].status.status == "good"
        except MalformedError as error:
            refused.add((file, error.message))
    assert {file for file, _ in refused} == {"3c5cb9122d9d"}
    assert all("neither the issuer" in message for _, message in refused)


def test_one_response_speaks_of_few_certificates() -> None:
    about = [ocsp.status(issuer().der, signer().leaf)]
    others = [ocsp.status(issuer().der, signer().leaf, serial_number=number) for number in range(32)]
    assert accept(ocsp.response(issuer(), signer().leaf, statuses=about + others[:31]))
    assert "33 certificates" in refusal(ocsp.response(issuer(), signer().leaf, statuses=about + others))
