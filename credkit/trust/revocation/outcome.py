"""What an accepted answer means for a signature of a certain time.

Clauses: "Determining revocation through OCSP responses in the C2PA Manifest Store" (anchor ``ocsp_stapled``), "Determining revocation from
online OCSP response" (anchor ``ocsp_online``). A revocation counts to the letter: also one after the time of signing, unless the answer
was got online and its interval holds that time.

What is good in an answer from after the time of signing was good before it: the first clause says so, and it is taken over for answers got
online, since the second one, read to the letter, would call every certificate revoked whose signature is older than a week. An answer that
is out of date is none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from credkit.trust.revocation.acceptance import Answer

__all__ = ["Outcome", "online_outcome", "stored_outcome", "was_revoked"]

Outcome = Literal["notRevoked", "revoked", "unknown"]
_REMOVE_FROM_CRL = 8
_WITHOUT_NEXT_UPDATE = timedelta(hours=24)
_BY_WEIGHT: tuple[Outcome, ...] = ("notRevoked", "revoked", "unknown")


def _end(answer: Answer) -> datetime:
    # The calendar has no day behind its last one, and an issuer may write that.
    latest = datetime.max.replace(tzinfo=UTC) - _WITHOUT_NEXT_UPDATE
    return answer.status.next_update or min(answer.produced_at, latest) + _WITHOUT_NEXT_UPDATE


def stored_outcome(answers: tuple[Answer, ...], attested: datetime, now: datetime) -> Outcome | None:
    """What answers of the manifest store (all of one response) say about a signature made at ``attested``, seen from ``now`` (both aware).

    ``attested`` is the time of an accepted time-stamp. None when no answer is of the right time, or the issuer does not know the
    certificate.
    """
    timely = {answer.status.status for answer in answers if answer.status.this_update <= now and attested < _end(answer)}
    if "good" in timely:
        return "notRevoked"
    return "revoked" if "revoked" in timely else None


def online_outcome(answers: tuple[Answer, ...], attested: datetime | None, now: datetime) -> Outcome | None:
    """What answers got from the responder (all of one response) say about a signature; None when they are out of date.

    ``attested`` is the time of an accepted time-stamp, ``now`` the present (both aware).
    """
    found = {_online(answer, attested, now) for answer in answers}
    return next((outcome for outcome in _BY_WEIGHT if outcome in found), None)


def _online(answer: Answer, attested: datetime | None, now: datetime) -> Outcome | None:
    status, end = answer.status, _end(answer)
    if status.status == "unknown":
        return "unknown"
    within = status.this_update <= (attested or now) < end
    if status.status == "good":
        return "notRevoked" if within or now < end else None
    if within and status.revocation_reason == _REMOVE_FROM_CRL:
        return "notRevoked"
    is_later = attested is not None and status.revocation_time is not None and status.revocation_time > attested
    return "notRevoked" if within and is_later else "revoked"


def was_revoked(answers: tuple[Answer, ...], at: datetime) -> bool:
    """Whether a certificate was revoked at ``at`` (aware): the attested time of signing, else the present.

    Clause: "Validate the credential revocation information" (anchor ``_validate_the_credential_revocation_information``).
    """
    revoked = (a.status for a in answers if a.status.status == "revoked" and a.status.revocation_reason != _REMOVE_FROM_CRL)
    return any(status.revocation_time is None or status.revocation_time <= at for status in revoked)
