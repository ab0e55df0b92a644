"""Who signed, is the key fit to speak, and does the signature hold?

Clauses: "Validate the signature" (anchor ``_validate_the_signature``), "Certificate profile" (anchor
``_certificate_profile``), "Validate the time-stamp" (anchor ``_validate_the_time_stamp``). The signature is checked even when
nothing vouches for the certificate: "valid but not trusted" is a verdict of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from credkit.codec.cose import CHAIN_LABELS, Sign1, to_be_signed
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.manifest.uri import JumbfUri
from credkit.status import Status, StatusCode
from credkit.trust.algorithms import ALGORITHMS, LATER_ALGORITHMS, SignatureAlgorithm
from credkit.trust.certificate import Certificate
from credkit.trust.timestamp import read_time_stamps
from credkit.verify.checks.claim import holds_more
from credkit.verify.checks.revocation import revoked_authority
from credkit.verify.context import Context, Profile, Signature, Subject
from credkit.verify.report import TimeStampReport, TrustListUse

if TYPE_CHECKING:
    from credkit.trust.lists import TrustList
    from credkit.trust.path import PathResult
    from credkit.trust.timestamp import TimeStampResult

__all__ = ["check_credential", "check_signature", "check_signature_box", "check_time_stamp", "credential_chain"]


def check_signature_box(_ctx: Context, subject: Subject) -> Iterator[Status]:
    """The claim's ``signature`` leads to the one signature box of its own manifest."""
    claim = subject.claim_or_none
    if claim is None:
        return
    parsed = JumbfUri.parse(claim.signature)
    target = parsed.within(subject.label) if parsed else None
    box = subject.manifest.signature_box
    if target is None or box is None or target.manifest != subject.label or target.path != (box.label,):
        yield subject.fault(StatusCode.CLAIM_SIGNATURE_MISSING, subject.signature_uri)
    elif holds_more(box):
        explanation = "The signature's box holds something beside the signature, which nobody signed."
        yield subject.fault(StatusCode.CLAIM_SIGNATURE_MISMATCH, subject.signature_uri, explanation)


def credential_chain(sign1: Sign1, limits: Limits) -> tuple[bytes, ...]:
    """The certificates of a signature, leaf first (DER).

    Read from either header, under 33 or, as older files have it, under ``x5chain``; both labels may stand there when they say the same.
    ``MalformedError`` (``signingCredential.invalid``) when there is no chain, more than one, or one longer than the limit. Clauses:
    "Identity of signers" (anchor ``_identity_of_signers``), "X.509 certificates" (anchor ``x509_certificates``).
    """
    headers = (sign1.protected, sign1.unprotected)
    found = [header[label] for label in CHAIN_LABELS for header in headers if label in header]
    if len(found) > 1 and any(all(label in header for header in headers) for label in CHAIN_LABELS):
        raise _invalid("signature carries its certificates in both headers")
    if not found:
        raise _invalid("signature carries no certificate")
    if any(value != found[0] for value in found):
        raise _invalid("signature carries two different certificate chains")
    return _chain(found[0], limits)


def _chain(value: object, limits: Limits) -> tuple[bytes, ...]:
    chain = (value,) if isinstance(value, bytes) else value
    if not isinstance(chain, (list, tuple)) or not chain or not all(isinstance(item, bytes) for item in chain):
        raise _invalid("certificate chain is not a list of byte strings")
    if len(chain) > limits.certificates:
        raise _invalid(f"certificate chain has {len(chain)} certificates, more than {limits.certificates}")
    return tuple(chain)


def _invalid(message: str) -> MalformedError:
    return MalformedError(message, code="signingCredential.invalid", where="claim signature")


def check_time_stamp(ctx: Context, subject: Subject) -> Iterator[Status]:
    """When was it signed, according to a time-stamping authority of the policy? A stamp with a fault is ignored, never a failure.

    Tokens that other manifests hold about this one are asked only when that of its own signature does not do.
    """
    claim_bytes = subject.manifest.claim_bytes
    if claim_bytes is None or subject.manifest.signature_box is None:
        return
    stamp = read_time_stamps(subject.sign1, claim_bytes, ctx.policy, ctx.limits)
    subject.stamped_in = stamp.header if stamp else None
    yield from _time_stamp_found(ctx, subject, stamp)
    if stamp is None or not stamp.trusted:
        tokens = ctx.time_stamps.get(subject.label, ())[: ctx.share(ctx.limits.time_stamps)]
        if tokens:
            from credkit.trust.timestamp import read_assertion_stamps

            yield from _time_stamp_found(ctx, subject, read_assertion_stamps(subject.sign1, tokens, ctx.policy, ctx.limits))


def _time_stamp_found(ctx: Context, subject: Subject, stamp: TimeStampResult | None) -> Iterator[Status]:
    if stamp is None:
        return
    if stamp.time is not None:
        subject.time_stamp = TimeStampReport(time=stamp.time, authority=stamp.authority, chain=stamp.chain)
        _note_list(ctx, stamp.trust_list, "c2pa.tsaTrustList")
    yield from (subject.fault(code, subject.signature_uri, explanation) for code, explanation in stamp.findings)


def check_credential(ctx: Context, subject: Subject) -> Iterator[Status]:
    """The signing certificate obeys the profile, leads to an anchor of the policy, and was within its time.

    The reference time is that of an accepted time-stamp, else the present.
    """
    if subject.manifest.signature_box is None:
        return
    at = subject.attested_time or ctx.at
    url = subject.signature_uri
    sign1 = subject.sign1
    chain = credential_chain(sign1, ctx.limits)
    standing = ctx.policy.standing(chain, at, ctx.limits, most=ctx.share(ctx.limits.certificates), lattices=ctx.profile is Profile.V2_5)
    signer = subject.signature = Signature(leaf=standing.leaf, chain=chain, algorithm=_algorithm(ctx, sign1))
    findings, path = standing.findings, standing.path
    if findings:
        yield subject.fault(StatusCode.SIGNING_CREDENTIAL_INVALID, url, "; ".join(f"{f.message}" for f in findings))
    subject.path = path
    revoked = revoked_authority(ctx, subject, path) if path.trusted and not findings else None
    if path.trusted and not findings and not revoked:
        _note_list(ctx, path.trust_list, "c2pa.trustList")
        signer.trusted = True
        yield subject.fault(StatusCode.SIGNING_CREDENTIAL_TRUSTED, url)
    else:
        unfit = "the certificate of the signer would be trusted, but it is not fit for signing claims" if path.trusted else None
        yield subject.fault(StatusCode.SIGNING_CREDENTIAL_UNTRUSTED, url, revoked or unfit or path.reason)
    yield _validity(at, subject, path)
    yield from _stated_time(subject, path)


def _algorithm(ctx: Context, sign1: Sign1) -> SignatureAlgorithm | None:
    """The algorithm that the signature names, when the edition has it."""
    if sign1.algorithm is None:
        return None
    later = LATER_ALGORITHMS.get(sign1.algorithm) if ctx.profile is Profile.V2_5 else None
    return ALGORITHMS.get(sign1.algorithm) or later


def _note_list(ctx: Context, found: TrustList | None, kind: Literal["c2pa.trustList", "c2pa.tsaTrustList"]) -> None:
    if found is not None and found.uri is not None:
        ctx.trust_lists.append(TrustListUse(uri=found.uri, type=kind, identifier=found.identifier))


def _validity(at: datetime, subject: Subject, path: PathResult) -> Status:
    """Whether signer and authorities were within their time at the reference time."""
    start, end = path.not_before, path.not_after
    # Certificates know no parts of a second: the last one of the period belongs to it as a whole.
    if start and end and start <= at.replace(microsecond=0) <= end:
        return subject.fault(StatusCode.CLAIM_SIGNATURE_INSIDE_VALIDITY, subject.signature_uri)
    window = f"from {start:%Y-%m-%d} to {end:%Y-%m-%d}" if start and end else "at no known time"
    moment = f"at {at:%Y-%m-%d}, the time attested by a time-stamp" if subject.attested_time else f"on {at:%Y-%m-%d}"
    reason = "" if subject.attested_time else ", and no accepted time-stamp puts the signature into that time"
    return subject.fault(
        StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY, subject.signature_uri, f"The certificates are good {window}, not {moment}{reason}."
    )


def _stated_time(subject: Subject, path: PathResult) -> Iterator[Status]:
    """Whether the time that the signer states (``iat``, protected) is possible. It proves nothing and changes no verdict.

    Clause: "Validating the claimed time of signing" (anchor ``_validating_the_claimed_time_of_signing``).
    """
    stated = _numeric_date(subject.sign1.protected.get("iat"))
    if stated is None:
        return
    ends = [end for end in (path.not_after, subject.attested_time) if end is not None]
    possible = path.not_before is not None and path.not_before <= stated <= min(ends)
    code = StatusCode.TIME_OF_SIGNING_INSIDE_VALIDITY if possible else StatusCode.TIME_OF_SIGNING_OUTSIDE_VALIDITY
    yield subject.fault(code, subject.signature_uri, f"The signer states to have signed at {stated:%Y-%m-%d %H:%M:%S} UTC.")


def _numeric_date(value: object) -> datetime | None:
    """Seconds since 1970; None for anything else, and for what no calendar has."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)
    except (OverflowError, ValueError):
        return None


def check_signature(ctx: Context, subject: Subject) -> Iterator[Status]:
    """The signature over the stored claim bytes verifies with the key of the certificate."""
    claim_bytes = subject.manifest.claim_bytes
    if claim_bytes is None or subject.manifest.signature_box is None:
        return
    url = subject.signature_uri
    sign1 = subject.sign1
    algorithm = subject.signature.algorithm if subject.signature else _algorithm(ctx, sign1)
    if algorithm is None:
        refused = f"Signature algorithm {sign1.algorithm} is not one that C2PA allows."
        words = refused if sign1.algorithm is not None else "The signature names no known algorithm."
        yield subject.fault(StatusCode.ALGORITHM_UNSUPPORTED, url, words)
        return
    if sign1.payload is not None:
        yield subject.fault(
            StatusCode.CLAIM_SIGNATURE_MISMATCH, url, "The signature carries a payload of its own instead of covering the claim."
        )
        return
    leaf = subject.signature.leaf if subject.signature else Certificate.parse(credential_chain(sign1, ctx.limits)[0], ctx.limits)
    if algorithm.verify(leaf.public_key, to_be_signed(sign1.protected_bytes, claim_bytes), sign1.signature):
        if subject.signature:
            subject.signature.verified = True
        yield subject.fault(StatusCode.CLAIM_SIGNATURE_VALIDATED, url)
    else:
        yield subject.fault(StatusCode.CLAIM_SIGNATURE_MISMATCH, url)
