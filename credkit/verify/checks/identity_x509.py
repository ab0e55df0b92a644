"""The signature of an identity assertion with an X.509 certificate (``cawg.x509.cose``).

As for claims, with three differences: what is signed is ``signer_payload``, trust comes from the lists for identities, and only time-stamps
of version 2 count. Without one of its own the time-stamp of the claim holds for it too, since the claim covers it.
Source: CAWG Identity Assertion 1.3, "Validating the COSE signature" below "X.509 certificates".
"""

from __future__ import annotations

from datetime import datetime

from credkit.codec.cose import Sign1, parse_sign1, to_be_signed
from credkit.dataclass import replace
from credkit.errors import MalformedError
from credkit.manifest.assertions.identity import IdentityAssertion, signed_forms
from credkit.manifest.store import Assertion
from credkit.status import StatusCode
from credkit.trust.algorithms import ALGORITHMS
from credkit.trust.certificate import Certificate
from credkit.trust.identity.purposes import purpose_problem
from credkit.trust.path import PathResult, check_path
from credkit.trust.profile import DEFAULT_PURPOSES, check_profile
from credkit.trust.revocation import ocsp_responder
from credkit.trust.timestamp import TimeStampResult, read_time_stamps
from credkit.verify.checks.identity_findings import Judged
from credkit.verify.checks.signature import credential_chain
from credkit.verify.context import Context, Subject

__all__ = ["judge_x509", "own_time_stamp"]

_STAMP_CODES = {
    StatusCode.TIME_STAMP_TRUSTED: StatusCode.CAWG_X509_TIME_STAMP_TRUSTED,
    StatusCode.TIME_STAMP_VALIDATED: StatusCode.CAWG_X509_TIME_STAMP_VALIDATED,
    StatusCode.TIME_STAMP_MALFORMED: StatusCode.CAWG_X509_TIME_STAMP_MALFORMED,
    StatusCode.TIME_STAMP_MISMATCH: StatusCode.CAWG_X509_TIME_STAMP_MISMATCH,
    StatusCode.TIME_STAMP_UNTRUSTED: StatusCode.CAWG_X509_TIME_STAMP_UNTRUSTED,
    StatusCode.TIME_STAMP_OUTSIDE_VALIDITY: StatusCode.CAWG_X509_TIME_STAMP_OUTSIDE_VALIDITY,
    StatusCode.TIME_STAMP_CREDENTIAL_INVALID: StatusCode.CAWG_X509_TIME_STAMP_CREDENTIAL_INVALID,
}


def judge_x509(ctx: Context, subject: Subject, assertion: Assertion, found: IdentityAssertion) -> Judged:
    """Who signed the identity assertion, does the signature hold, and does anybody vouch for the certificate?"""
    judged = Judged()
    try:
        sign1 = parse_sign1(found.signature, where=assertion.uri, limits=ctx.limits)
        chain = credential_chain(sign1, ctx.limits)
        leaf = Certificate.parse(chain[0], ctx.limits)
    except MalformedError as error:
        judged.add(StatusCode.CAWG_X509_SIGNATURE_MISMATCH, f"The signature of the statement of identity cannot be read: {error.message}.")
        return judged
    judged.chain = chain
    judged.name, judged.organization = leaf.common_name or leaf.subject, leaf.organization
    judged.issuer = leaf.issuer_common_name or leaf.issuer
    _check_time_stamp(ctx, subject, sign1, judged)
    at = judged.time or ctx.at
    path = check_path(chain, ctx.policy.identities, at, ctx.limits, allowed=ctx.policy.allowed)
    _check_credential(ctx, leaf, path, at, judged)
    _check_validity(path, at, judged)
    forms = signed_forms(assertion.box.content("cbor") or b"", found.payload, limits=ctx.limits)
    _check_signature(sign1, leaf, forms, judged)
    if ocsp_responder(leaf) is not None:
        judged.add(StatusCode.CAWG_X509_OCSP_SKIPPED)
    return judged


def own_time_stamp(ctx: Context, sign1: Sign1) -> TimeStampResult | None:
    """The time-stamp of version 2 in the header of an identity's signature; one of version 1 counts as none."""
    stamped = replace(sign1, unprotected={key: value for key, value in sign1.unprotected.items() if key != "sigTst"})
    return read_time_stamps(stamped, b"", ctx.policy, ctx.limits)


def _check_time_stamp(ctx: Context, subject: Subject, sign1: Sign1, judged: Judged) -> None:
    stamp = own_time_stamp(ctx, sign1)
    for code, explanation in stamp.findings if stamp else ():
        judged.add(_STAMP_CODES[code], explanation)
    judged.time = (stamp.time if stamp else None) or subject.attested_time


def _check_credential(ctx: Context, leaf: Certificate, path: PathResult, at: datetime, judged: Judged) -> None:
    chosen = leaf.der in ctx.policy.allowed
    weak = check_profile(leaf, purposes=DEFAULT_PURPOSES.union(*(item.purposes for item in ctx.policy.identities)), chosen=chosen)
    problem = weak[0].message if weak else None if chosen else purpose_problem(leaf, ctx.policy.identities, at)
    if path.trusted and problem is None:
        judged.add(StatusCode.CAWG_X509_CREDENTIAL_TRUSTED)
        return
    # What keeps the user from trusting it comes first; with no list at all, nothing else needs to be said.
    reason = problem if path.trusted and problem else path.reason
    judged.add(StatusCode.CAWG_X509_CREDENTIAL_UNTRUSTED, f"Nobody on your list for identities vouches for the name: {reason}.")


def _check_validity(path: PathResult, at: datetime, judged: Judged) -> None:
    start, end = path.not_before, path.not_after
    if start is None or end is None or not start <= at <= end:
        window = f"from {start:%Y-%m-%d} to {end:%Y-%m-%d}" if start and end else "at no known time"
        judged.add(StatusCode.CAWG_X509_SIGNATURE_OUTSIDE_VALIDITY, f"The certificates are good {window}, not on {at:%Y-%m-%d}.")
    elif judged.time is None:
        judged.add(StatusCode.CAWG_X509_SIGNATURE_INSIDE_VALIDITY)


def _check_signature(sign1: Sign1, leaf: Certificate, forms: tuple[bytes, ...], judged: Judged) -> None:
    algorithm = ALGORITHMS.get(sign1.algorithm) if sign1.algorithm is not None else None
    if algorithm is None:
        judged.add(StatusCode.CAWG_X509_ALGORITHM_UNSUPPORTED)
    elif sign1.payload is not None:
        explanation = "The signature of the statement of identity carries a payload of its own."
        judged.add(StatusCode.CAWG_X509_SIGNATURE_MISMATCH, explanation)
    elif any(algorithm.verify(leaf.public_key, to_be_signed(sign1.protected_bytes, form), sign1.signature) for form in forms):
        judged.add(StatusCode.CAWG_X509_SIGNATURE_VALIDATED)
    else:
        judged.add(StatusCode.CAWG_X509_SIGNATURE_MISMATCH)
