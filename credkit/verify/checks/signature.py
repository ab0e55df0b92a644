"""Who signed, is the key fit to speak, and does the signature hold?

Clauses: "Validate the signature" (anchor ``_validate_the_signature``), "Certificate profile" (anchor
``_certificate_profile``), "Validate the time-stamp" (anchor ``_validate_the_time_stamp``). The signature is checked even when
nothing vouches for the certificate: "valid but not trusted" is a verdict of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from credkit.codec.cose import X5CHAIN, Sign1, to_be_signed
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.manifest.uri import JumbfUri
from credkit.status import Status, StatusCode
from credkit.trust.algorithms import ALGORITHMS
from credkit.trust.certificate import Certificate
from credkit.trust.lists import TrustList
from credkit.trust.path import PathResult, check_path
from credkit.trust.profile import check_profile
from credkit.trust.timestamp import read_time_stamps
from credkit.verify.context import Context, Subject
from credkit.verify.report import SignatureReport, TimeStampReport, TrustListUse

__all__ = ["check_credential", "check_signature", "check_signature_box", "check_time_stamp", "credential_chain"]

_OLD_CHAIN_LABEL = "x5chain"
_REVOCATION_EXTENSIONS = ("1.3.6.1.5.5.7.1.1", "2.5.29.31")
"""Authority information access and CRL distribution points: a certificate without both counts as not revoked."""


def check_signature_box(_ctx: Context, subject: Subject) -> Iterator[Status]:
    """The claim's ``signature`` leads to the one signature box of its own manifest."""
    claim = subject.claim_or_none
    if claim is None:
        return
    parsed = JumbfUri.parse(claim.signature)
    box = subject.manifest.signature_box
    if parsed is None or box is None or parsed.within(subject.label) != JumbfUri(manifest=subject.label, path=(box.label,)):
        yield subject.fault(StatusCode.CLAIM_SIGNATURE_MISSING, subject.signature_uri)


def credential_chain(sign1: Sign1, limits: Limits) -> tuple[bytes, ...]:
    """The certificates of a signature, leaf first (DER).

    Read from the protected header under 33 or, as older files have it, under ``x5chain`` or in the unprotected header. ``MalformedError``
    (``signingCredential.invalid``) when there is none, or more than the limit.
    """
    for header in (sign1.protected, sign1.unprotected):
        for label in (X5CHAIN, _OLD_CHAIN_LABEL):
            if label in header:
                return _chain(header[label], limits)
    raise _invalid("signature carries no certificate")


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
    """When was it signed, according to a time-stamping authority of the policy? A stamp with a fault is ignored, never a failure."""
    claim_bytes = subject.manifest.claim_bytes
    if claim_bytes is None or subject.manifest.signature_box is None:
        return
    stamp = read_time_stamps(subject.sign1, claim_bytes, ctx.policy, ctx.limits)
    if stamp is not None:
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
    leaf = Certificate.parse(chain[0], ctx.limits)
    algorithm = ALGORITHMS.get(sign1.algorithm) if sign1.algorithm is not None else None
    subject.signer = SignatureReport(
        algorithm=algorithm.name if algorithm else None,
        subject=leaf.subject,
        common_name=leaf.common_name,
        organization=leaf.organization,
        issuer=leaf.issuer,
        issuer_common_name=leaf.issuer_common_name,
        serial_number=leaf.serial_number,
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        chain=chain,
        time_stamp=subject.time_stamp,
    )
    findings = check_profile(leaf, purposes=ctx.policy.purposes, chosen=chain[0] in ctx.policy.allowed)
    if findings:
        yield subject.fault(StatusCode.SIGNING_CREDENTIAL_INVALID, url, "; ".join(f"{f.message}" for f in findings))
    path = check_path(chain, ctx.policy.signers, at, ctx.limits, allowed=ctx.policy.allowed)
    if path.trusted and not findings:
        _note_list(ctx, path.trust_list, "c2pa.trustList")
        subject.signer = replace(subject.signer, trusted=True)
        yield subject.fault(StatusCode.SIGNING_CREDENTIAL_TRUSTED, url)
    else:
        yield subject.fault(StatusCode.SIGNING_CREDENTIAL_UNTRUSTED, url, path.reason)
    yield _validity(at, subject, path)
    if any(leaf.extension(oid) for oid in _REVOCATION_EXTENSIONS):
        yield subject.fault(StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED, url)


def _note_list(ctx: Context, found: TrustList | None, kind: Literal["c2pa.trustList", "c2pa.tsaTrustList"]) -> None:
    if found is not None and found.uri is not None:
        ctx.trust_lists.append(TrustListUse(uri=found.uri, type=kind, identifier=found.identifier))


def _validity(at: datetime, subject: Subject, path: PathResult) -> Status:
    """Whether signer and authorities were within their time at the reference time."""
    start, end = path.not_before, path.not_after
    if start and end and start <= at <= end:
        return subject.fault(StatusCode.CLAIM_SIGNATURE_INSIDE_VALIDITY, subject.signature_uri)
    window = f"from {start:%Y-%m-%d} to {end:%Y-%m-%d}" if start and end else "at no known time"
    moment = f"at {at:%Y-%m-%d}, the time attested by a time-stamp" if subject.attested_time else f"on {at:%Y-%m-%d}"
    reason = "" if subject.attested_time else ", and no accepted time-stamp puts the signature into that time"
    return subject.fault(
        StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY, subject.signature_uri, f"The certificates are good {window}, not {moment}{reason}."
    )


def check_signature(ctx: Context, subject: Subject) -> Iterator[Status]:
    """The signature over the stored claim bytes verifies with the key of the certificate."""
    claim_bytes = subject.manifest.claim_bytes
    if claim_bytes is None or subject.manifest.signature_box is None:
        return
    url = subject.signature_uri
    sign1 = subject.sign1
    algorithm = ALGORITHMS.get(sign1.algorithm) if sign1.algorithm is not None else None
    if algorithm is None:
        yield subject.fault(StatusCode.ALGORITHM_UNSUPPORTED, url, f"Signature algorithm {sign1.algorithm} is not one that C2PA allows.")
        return
    if sign1.payload is not None:
        yield subject.fault(
            StatusCode.CLAIM_SIGNATURE_MISMATCH, url, "The signature carries a payload of its own instead of covering the claim."
        )
        return
    leaf = Certificate.parse(credential_chain(sign1, ctx.limits)[0], ctx.limits)
    if algorithm.verify(leaf.public_key, to_be_signed(sign1.protected_bytes, claim_bytes), sign1.signature):
        if subject.signer:
            subject.signer = replace(subject.signer, verified=True)
        yield subject.fault(StatusCode.CLAIM_SIGNATURE_VALIDATED, url)
    else:
        yield subject.fault(StatusCode.CLAIM_SIGNATURE_MISMATCH, url)
