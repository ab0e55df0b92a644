"""The steps by which a time-stamp is accepted or ignored.

Clause: "Validating the TimeStampToken" (anchor ``_validating_the_timestamptoken``). The first step that fails decides; none of them speaks
against the claim, it only leaves the time of signing unattested. What the message is that was stamped is decided in ``header``; what an
accepted time means for the signer's certificate, by the verifier.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from credkit.dataclass import dataclass, field
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.status import StatusCode
from credkit.trust.certificate import Certificate
from credkit.trust.lists import TrustList
from credkit.trust.path import PathResult, check_path
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp.authority import authority_problem
from credkit.trust.timestamp.signature import IMPRINT_HASHES, has_allowed_algorithm, signature_problem, signing_certificate
from credkit.trust.timestamp.structure import TimeStampToken

__all__ = ["Finding", "TimeStampResult", "check_time_stamp", "time_stamp_faults"]

Finding = tuple[StatusCode, str | None]
"""A status code and its explanation for people; a success needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampResult:
    """What became of a time-stamp."""

    findings: tuple[Finding, ...]
    """In order; never empty."""
    time: datetime | None = None
    """The attested time, UTC; None unless every check passed."""
    authority: str | None = None
    """Common name in the certificate of the time-stamp authority, as that certificate has it, proven or not."""
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    """DER, the authority's certificate first: the path to the anchor when ``trusted``, else what the token brought. Empty when that lacks
    the certificate of its signer.
    """

    trust_list: TrustList | None = field(default=None, repr=False)
    """The list of the anchor, when ``trusted``."""
    header: str | None = None
    """Label of the header of the claim signature that it was accepted from; None for others."""

    @property
    def trusted(self) -> bool:
        """Whether the time counts."""
        return self.time is not None


def check_time_stamp(token: TimeStampToken, message: bytes, policy: TrustPolicy, limits: Limits = DEFAULT_LIMITS) -> TimeStampResult:
    """Judge ``token`` over ``message`` with the time-stamp lists of ``policy`` (its lists of signers count for nothing here).

    The authority's chain is judged at the attested time, never at the present one. Raises nothing.
    """
    certificate = signing_certificate(token, limits)
    faults = time_stamp_faults(token, message, certificate)
    if certificate is None:
        return TimeStampResult(findings=faults)
    presented = (certificate.der, *(der for der in token.certificates if der != certificate.der))
    if faults:
        return TimeStampResult(findings=faults, authority=certificate.common_name, chain=presented)
    path = check_path(presented, policy.time_stamps, token.time, limits)
    if not path.trusted:
        faults = _path_faults(token, certificate, path, configured=bool(policy.time_stamps))
        return TimeStampResult(findings=faults, authority=certificate.common_name, chain=presented)
    return TimeStampResult(
        findings=((StatusCode.TIME_STAMP_TRUSTED, None), (StatusCode.TIME_STAMP_VALIDATED, None)),
        time=token.time,
        authority=certificate.common_name,
        chain=path.path,
        trust_list=path.trust_list,
    )


def time_stamp_faults(token: TimeStampToken, message: bytes, certificate: Certificate | None) -> tuple[Finding, ...]:
    """What is wrong with ``token`` over ``message``, whomever one trusts; empty when nothing is.

    ``certificate`` is the one of its signer, None when the token lacks it.
    """
    return (
        _algorithm_faults(token)
        or _signature_faults(token, certificate)
        or _imprint_faults(token, message)
        or _credential_faults(certificate)
    )


def _algorithm_faults(token: TimeStampToken) -> tuple[Finding, ...]:
    if has_allowed_algorithm(token.signer):
        return ()
    oid = token.signer.signature_algorithm.oid
    return ((StatusCode.TIME_STAMP_UNTRUSTED, f"The time-stamp is signed with an algorithm that C2PA does not allow ({oid:.60})."),)


def _signature_faults(token: TimeStampToken, certificate: Certificate | None) -> tuple[Finding, ...]:
    """Nothing to say without the certificate: its absence is the fault of a later step."""
    problem = signature_problem(token, certificate) if certificate else None
    return ((StatusCode.TIME_STAMP_MISMATCH, f"The signature of the time-stamp does not hold: {problem}."),) if problem else ()


def _imprint_faults(token: TimeStampToken, message: bytes) -> tuple[Finding, ...]:
    algorithm = IMPRINT_HASHES.get(token.imprint_algorithm)
    if algorithm is None:
        oid = token.imprint_algorithm
        return ((StatusCode.TIME_STAMP_UNTRUSTED, f"The time-stamp uses a hash algorithm that C2PA does not allow ({oid:.60})."),)
    if not hmac.compare_digest(hashlib.new(algorithm, message).digest(), token.imprint):
        return ((StatusCode.TIME_STAMP_MISMATCH, "The time-stamp was made for something else than this signature."),)
    return ()


def _credential_faults(certificate: Certificate | None) -> tuple[Finding, ...]:
    if certificate is None:
        return ((StatusCode.TIME_STAMP_UNTRUSTED, "The time-stamp does not bring the certificate of the authority that signed it."),)
    problem = authority_problem(certificate)
    if problem is None:
        return ()
    return (
        (StatusCode.TIME_STAMP_UNTRUSTED, f"Nothing vouches for {_name(certificate)} as a time-stamp authority."),
        (StatusCode.TIME_STAMP_CREDENTIAL_INVALID, f"The time-stamp authority's {problem}."),
    )


def _path_faults(token: TimeStampToken, certificate: Certificate, path: PathResult, *, configured: bool) -> tuple[Finding, ...]:
    name, stated = _name(certificate), f"{token.time:%Y-%m-%d %H:%M:%S} UTC"
    if path.trusted_ignoring_time:
        words = f"The certificates of the time-stamp authority {name} were not valid at the time that it states, {stated}."
        return ((StatusCode.TIME_STAMP_OUTSIDE_VALIDITY, words),)
    if not configured:
        words = f"No time-stamp authority is on your trust list, so the time that {name} states, {stated}, is not taken for true."
    else:
        words = f"The time-stamp authority {name} leads to no time-stamp anchor of your trust list; the time that it states is {stated}."
    return ((StatusCode.TIME_STAMP_UNTRUSTED, words),)


def _name(certificate: Certificate) -> str:
    return f'"{certificate.common_name or certificate.subject:.100}"'
