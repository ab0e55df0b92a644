"""Was the certificate revoked by its issuer when it signed, and were the authorities above it?

Clause: "Validate the credential revocation information" (anchor ``_validate_the_credential_revocation_information``). Responses kept in the
store come first: those beside the signature (``rVals``), then those that other manifests hold about it. One that is not accepted counts as
if it were not there, and the finding says why. Only then, and only when the caller gave a fetcher, the issuer is asked. What makes a
response acceptable, and what it means, is decided in ``credkit.trust.revocation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Literal

from credkit.dataclass import dataclass, replace
from credkit.errors import FetchError, MalformedError
from credkit.status import Kind, Status, StatusCode
from credkit.trust import revocation
from credkit.trust.certificate import Certificate
from credkit.trust.revocation.service import names_revocation_service, ocsp_responder
from credkit.verify.context import Context, Profile, Subject

if TYPE_CHECKING:
    from credkit.trust.path import PathResult
    from credkit.trust.revocation import Answer

__all__ = ["check_revocation", "revoked_authority"]

_CODES = {
    "notRevoked": StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED,
    "revoked": StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED,
    "unknown": StatusCode.SIGNING_CREDENTIAL_OCSP_UNKNOWN,
    "inaccessible": StatusCode.SIGNING_CREDENTIAL_OCSP_INACCESSIBLE,
    "skipped": StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED,
}
_REASONS = {
    1: "its key was compromised",
    2: "the key of its issuer was compromised",
    3: "the affiliation of its holder changed",
    4: "it was superseded",
    5: "it is no longer in use",
    6: "it is on hold",
    9: "its privileges were withdrawn",
    10: "the key of an attribute authority was compromised",
}
_MOST_REFUSALS = 3
"""Responses that were not accepted and are spoken of in one finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What was found out about one certificate, and why in a sentence (empty: nothing to add)."""

    outcome: Literal["notRevoked", "revoked", "unknown", "inaccessible", "skipped"]
    reason: str = ""
    stated: datetime | None = None
    """When a stored response was true (``thisUpdate``)."""
    proven: bool = False
    """The issuer says that the certificate was revoked before it signed."""


def check_revocation(ctx: Context, subject: Subject) -> Iterator[Status]:
    """The issuer of the signing certificate had not revoked it when it signed, as far as that is known."""
    signature = subject.signature
    if signature is None or subject.path is None:
        return
    leaf = signature.leaf
    issuer = _issuer(ctx, subject.path, signature.chain, leaf)
    finding, refusals = _stored(ctx, subject, leaf, issuer)
    if finding is None and names_revocation_service(leaf):
        finding = _asked(ctx, subject, leaf, issuer)
    if finding is None:
        return
    signature.revocation = finding.outcome
    code = _CODES[finding.outcome]
    words = " ".join((finding.reason or code.sentence, *_refusal_words(refusals)))
    found = subject.fault(code, subject.signature_uri, words)
    was_failure = finding.outcome == "unknown" and ctx.profile is Profile.V2_2
    yield replace(found, kind=Kind.FAILURE) if was_failure else found


def revoked_authority(ctx: Context, subject: Subject, path: PathResult) -> str | None:
    """Why the path does not hold, in words: an authority between signer and anchor was revoked at the time of signing. None otherwise.

    Responses of the store count, and, as far as the network is allowed, the answers of the issuers. What cannot be found out counts as not
    revoked.
    """
    at = subject.attested_time or ctx.at
    responses = (*_beside(ctx, subject)[0], *_held_by_others(ctx, subject))
    if not responses and ctx.fetcher is None:
        return None
    for der, issuer_der in pairwise(path.path[1:]):
        certificate, issuer = Certificate.parse(der, ctx.limits), Certificate.parse(issuer_der, ctx.limits)
        answers = _authority_answers(ctx, subject, responses, certificate, issuer)
        if answers and revocation.was_revoked(answers, at):
            return "the certificate of an authority on the way from the signer to the trust anchor was revoked"
    return None


def _authority_answers(
    ctx: Context, subject: Subject, responses: tuple[bytes, ...], certificate: Certificate, issuer: Certificate
) -> tuple[Answer, ...]:
    found: list[Answer] = []
    for der in responses:
        try:
            answers = revocation.accepted_answers(der, certificate, issuer, ctx.limits)
        except MalformedError:
            continue
        if answers:
            subject.responses.add((der, issuer.der))
            found += answers
    reply = _ask(ctx, certificate, issuer) if ctx.fetcher is not None and ocsp_responder(certificate) else ""
    return (*found, *(reply if isinstance(reply, tuple) else ()))


def _issuer(ctx: Context, path: PathResult, chain: tuple[bytes, ...], leaf: Certificate) -> Certificate | None:
    """The issuer on the validated path; without one the presented certificate that signed this one. A certificate that issued itself has
    nobody to ask.
    """
    if len(path.path) > 1:
        return Certificate.parse(path.path[1], ctx.limits)
    for der in chain[1 : ctx.share(ctx.limits.certificates)]:
        from credkit.trust.verification import is_issued_by

        try:
            certificate = Certificate.parse(der, ctx.limits)
        except MalformedError:
            continue
        if certificate.der != leaf.der and is_issued_by(leaf, certificate):
            return certificate
    return None


def _beside(ctx: Context, subject: Subject) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """The responses in the header of the signature, and what is wrong with the header. Empty places are common: one a certificate."""
    header = subject.sign1.unprotected.get("rVals")
    values = header.get("ocspVals") if isinstance(header, dict) else header
    if values is None:
        return (), ()
    found = [value for value in values if value] if isinstance(values, list) else []
    responses = tuple(value for value in found if isinstance(value, bytes))[: ctx.share(ctx.limits.ocsp_responses)]
    is_sound = isinstance(values, list) and len(responses) == len(found)
    return responses, () if is_sound else ("the revocation values of the signature are not a list of OCSP responses within the limit",)


def _held_by_others(ctx: Context, subject: Subject) -> Iterable[bytes]:
    """Responses in certificate status assertions of other manifests, those of the latest first."""
    others = (response for holder, response in reversed(ctx.certificate_statuses) if holder != subject.label)
    return islice(others, ctx.limits.ocsp_responses)


def _stored(ctx: Context, subject: Subject, leaf: Certificate, issuer: Certificate | None) -> tuple[_Finding | None, tuple[str, ...]]:
    """What the responses of the store settle, and why others were not accepted.

    One that says "good" decides, as the clause has it, unless a later one proves that the certificate had been revoked when it signed: a
    thief would add an old good one.
    """
    beside, refusals = _beside(ctx, subject)
    responses = (*beside, *(der for der in _held_by_others(ctx, subject) if issuer and _speaks_of(ctx, der, leaf, issuer)))
    if not responses:
        return None, refusals
    found = [_stored_finding(ctx, subject, der, leaf, issuer) for der in responses]
    subject.responses |= {(der, issuer.der) for der, one in zip(responses, found, strict=True) if issuer and isinstance(one, _Finding)}
    good = [one for one in found if isinstance(one, _Finding) and one.outcome == "notRevoked"]
    revoked = [one for one in found if isinstance(one, _Finding) and one.outcome == "revoked"]
    latest = max((one.stated for one in good if one.stated), default=None)
    proven = [one for one in revoked if one.proven and (latest is None or (one.stated and one.stated > latest))]
    settled = next(iter((*proven, *good, *revoked)), None)
    return settled, () if settled else (*refusals, *(one for one in found if isinstance(one, str)))


def _speaks_of(ctx: Context, der: bytes, leaf: Certificate, issuer: Certificate) -> bool:
    """Whether a response can be read and names the certificate: what other manifests hold is mostly about others."""
    try:
        return any(revocation.is_about(status, leaf, issuer) for status in revocation.parse_ocsp_response(der, ctx.limits).statuses)
    except MalformedError:
        return False


def _stored_finding(ctx: Context, subject: Subject, der: bytes, leaf: Certificate, issuer: Certificate | None) -> _Finding | str:
    """What one response settles, or why it was not accepted."""
    if issuer is None:
        return "the certificate of the issuer that could have signed it is not there"
    try:
        answers = revocation.accepted_answers(der, leaf, issuer, ctx.limits)
    except MalformedError as error:
        return error.message
    if subject.attested_time is None:
        # To the letter nothing counts here. But the issuer's word that it revoked the certificate is proven and stays true.
        if revocation.was_revoked(answers, ctx.at):
            return _Finding(outcome="revoked", reason=_revocation_words(answers), stated=_stated(answers), proven=True)
        return "it counts only beside a time-stamp that is accepted, and there is none"
    outcome = revocation.stored_outcome(answers, subject.attested_time, ctx.at)
    if outcome is None:
        is_known = any(answer.status.status != "unknown" for answer in answers)
        return "it is not of the time of the signature" if is_known else "its issuer does not know the certificate"
    if outcome == "notRevoked":
        return _Finding(outcome=outcome, stated=_stated(answers))
    proven = revocation.was_revoked(answers, subject.attested_time)
    return _Finding(outcome=outcome, reason=_revocation_words(answers), stated=_stated(answers), proven=proven)


def _stated(answers: tuple[Answer, ...]) -> datetime:
    return max(answer.status.this_update for answer in answers)


def _refusal_words(refusals: tuple[str, ...]) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(refusals))
    return tuple(f"An OCSP response in the file was not accepted: {refusal}." for refusal in distinct[:_MOST_REFUSALS])


def _revocation_words(answers: tuple[Answer, ...]) -> str:
    status = next(answer.status for answer in answers if answer.status.status == "revoked")
    when = f" on {status.revocation_time:%Y-%m-%d}" if status.revocation_time else ""
    why = f" ({_REASONS[status.revocation_reason]})" if status.revocation_reason in _REASONS else ""
    return f"The signer's certificate was revoked by its issuer{when}{why}: it must not be relied on."


def _asked(ctx: Context, subject: Subject, leaf: Certificate, issuer: Certificate | None) -> _Finding:
    """What the issuer says when it is asked, or why it was not."""
    if ctx.fetcher is None:
        return _Finding(outcome="skipped")
    skipped = StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED.sentence.removesuffix(".")
    if subject.path is None or not subject.path.trusted:
        # The address would come from whoever made the file: any file could make us call any host.
        return _Finding(outcome="skipped", reason=f"{skipped}: nobody on your trust list vouches for the signer, so no issuer was asked.")
    if ocsp_responder(leaf) is None:
        return _Finding(outcome="skipped", reason=f"{skipped}: it names no address at which its issuer answers by OCSP.")
    if issuer is None:
        return _Finding(
            outcome="skipped", reason=f"{skipped}: the certificate of its issuer, without which nobody can be asked, is not there."
        )
    reply = _ask(ctx, leaf, issuer)
    unknown = "Whether the signer's certificate was revoked could not be found out"
    if isinstance(reply, str):
        return _Finding(outcome="inaccessible", reason=f"{unknown}: {reply}.")
    outcome = revocation.online_outcome(reply, subject.attested_time, ctx.at)
    if outcome is None:
        return _Finding(outcome="inaccessible", reason=f"{unknown}: the answer of its issuer is out of date.")
    return _Finding(outcome=outcome, reason=_revocation_words(reply) if outcome == "revoked" else "")


def _ask(ctx: Context, certificate: Certificate, issuer: Certificate) -> tuple[Answer, ...] | str:
    """The answers of the issuer, or why there are none; each certificate is asked about once in a verification."""
    if ctx.fetcher is None:
        return "the network is off"
    key = (certificate.der, issuer.der)
    if key not in ctx.ocsp_replies:
        if len(ctx.ocsp_replies) >= ctx.limits.fetches:
            return "too many issuers had to be asked already"
        try:
            ctx.ocsp_replies[key] = revocation.ask(certificate, issuer, ctx.fetcher, ctx.limits).answers
        except FetchError as error:
            ctx.ocsp_replies[key] = str(error).removesuffix(".")
        except MalformedError as error:
            ctx.ocsp_replies[key] = f"the answer of its issuer was not accepted: {error.message}"
    return ctx.ocsp_replies[key]
