"""The signature of an identity assertion that is a credential of an identity claims aggregator (``cawg.identity_claims_aggregation``).

The steps of the specification in its order; only what cannot be parsed ends them. Keys of the issuer come from its DID, which may need the
network. Revocation lists are not read: a credential that names one is reported as not checked for revocation.
Source: CAWG Identity Assertion 1.3, "Validating an identity assertion with an identity claims aggregation credential".
"""

from __future__ import annotations

from datetime import datetime

from credkit.codec.cose import Sign1, parse_sign1, to_be_signed
from credkit.errors import MalformedError
from credkit.manifest.assertions.identity import IdentityAssertion
from credkit.manifest.store import Assertion
from credkit.status import StatusCode
from credkit.trust.algorithms import ALGORITHMS
from credkit.trust.identity.credential import Credential, asset_object, identity_problem, parse_time, read_credential, read_identities
from credkit.trust.identity.did import IssuerKey, issuer_keys, parse_did
from credkit.verify.checks.identity_findings import Judged
from credkit.verify.checks.identity_x509 import own_time_stamp
from credkit.verify.context import Context, Subject

__all__ = ["judge_aggregation"]

_CONTENT_TYPE, _KEY_IDENTIFIER = 3, 4
_MEDIA_TYPE = "application/vc"
_ISSUER_CODES = (
    StatusCode.CAWG_ICA_INVALID_ISSUER,
    StatusCode.CAWG_ICA_DID_UNSUPPORTED_METHOD,
    StatusCode.CAWG_ICA_DID_UNAVAILABLE,
    StatusCode.CAWG_ICA_INVALID_DID_DOCUMENT,
    StatusCode.CAWG_IDENTITY_NETWORK_TRAFFIC_BLOCKED,
)
"""What ``credkit.trust.identity.did`` finds wrong with an issuer."""


def judge_aggregation(ctx: Context, subject: Subject, assertion: Assertion, found: IdentityAssertion) -> Judged:
    """Is the credential sound, is it for this file, and is its issuer one that the user trusts?"""
    judged = Judged()
    try:
        sign1 = parse_sign1(found.signature, where=assertion.uri, limits=ctx.limits)
    except MalformedError as error:
        judged.add(StatusCode.CAWG_ICA_INVALID_COSE_SIGN1, f"The signature of the credential cannot be read: {error.message}.")
        return judged
    _check_headers(sign1, judged)
    try:
        credential = read_credential(sign1.payload or b"", ctx.limits)
    except MalformedError as error:
        judged.add(StatusCode.CAWG_ICA_INVALID_VERIFIABLE_CREDENTIAL, f"The credential cannot be read: {error.message}.")
        return judged
    judged.identities = read_identities(credential.subject)
    judged.name = next((item.name or item.username or item.uri or item.address for item in judged.identities), None)
    keys = _issuer_keys(ctx, credential, judged)
    if keys:
        _check_signature(sign1, keys, judged)
    _check_time(ctx, subject, sign1, credential, judged)
    if credential.has_status:
        judged.add(StatusCode.CAWG_ICA_REVOCATION_UNSUPPORTED)
    default = subject.algorithm()
    if asset_object(credential.subject.get("c2paAsset"), default) != asset_object(dict(found.payload), default):
        judged.add(StatusCode.CAWG_ICA_SIGNER_PAYLOAD_MISMATCH)
    _check_identities(credential, judged)
    if not judged.failed:
        judged.add(StatusCode.CAWG_ICA_CREDENTIAL_VALID)
    return judged


def _check_headers(sign1: Sign1, judged: Judged) -> None:
    if sign1.algorithm not in ALGORITHMS:
        judged.add(StatusCode.CAWG_ICA_INVALID_ALG)
    if sign1.protected.get(_CONTENT_TYPE) != _MEDIA_TYPE:
        judged.add(StatusCode.CAWG_ICA_INVALID_CONTENT_TYPE)


def _issuer_keys(ctx: Context, credential: Credential, judged: Judged) -> tuple[IssuerKey, ...]:
    try:
        did = parse_did(credential.issuer)
        judged.issuer = str(did)
        if str(did) not in ctx.policy.identity_issuers:
            judged.add(StatusCode.CAWG_ICA_UNTRUSTED_ISSUER)
        return issuer_keys(did, ctx.fetcher, ctx.limits)
    except MalformedError as error:
        code = next((code for code in _ISSUER_CODES if code == error.code), StatusCode.CAWG_ICA_INVALID_DID_DOCUMENT)
        judged.add(code, f"The issuer of the credential cannot be asked for its keys: {error.message}.")
        return ()


def _check_signature(sign1: Sign1, keys: tuple[IssuerKey, ...], judged: Judged) -> None:
    """With the key that the header names, when it names one of the issuer's; else with any of them."""
    algorithm = ALGORITHMS.get(sign1.algorithm) if sign1.algorithm is not None else None
    if algorithm is None:
        return
    named = sign1.protected.get(_KEY_IDENTIFIER, sign1.unprotected.get(_KEY_IDENTIFIER))
    candidates = [key for key in keys if key.identifier.encode("utf-8") == named] or keys
    tbs = to_be_signed(sign1.protected_bytes, sign1.payload or b"")
    if not any(algorithm.verify(item.key, tbs, sign1.signature) for item in candidates):
        judged.add(StatusCode.CAWG_ICA_SIGNATURE_MISMATCH)


def _check_time(ctx: Context, subject: Subject, sign1: Sign1, credential: Credential, judged: Judged) -> None:
    stamp = own_time_stamp(ctx, sign1)
    if stamp and stamp.time:
        judged.add(StatusCode.CAWG_ICA_TIME_STAMP_VALIDATED)
    elif stamp:
        judged.add(StatusCode.CAWG_ICA_TIME_STAMP_INVALID, next((words for _, words in stamp.findings if words), None))
    own = stamp.time if stamp else None
    judged.time = own or subject.attested_time
    moments = [moment for moment in (ctx.at, subject.attested_time, own) if moment]
    if credential.valid_from is None:
        judged.add(StatusCode.CAWG_ICA_VALID_FROM_MISSING)
    elif not _is_before(parse_time(credential.valid_from), min(moments)):
        judged.add(StatusCode.CAWG_ICA_VALID_FROM_INVALID)
    if credential.valid_until is not None and not _is_before(max(moments), parse_time(credential.valid_until)):
        judged.add(StatusCode.CAWG_ICA_VALID_UNTIL_INVALID)


def _is_before(first: datetime | None, second: datetime | None) -> bool:
    """Whether one moment is not later than another; a moment that cannot be read is in no order."""
    return first is not None and second is not None and first <= second


def _check_identities(credential: Credential, judged: Judged) -> None:
    items = credential.subject.get("verifiedIdentities")
    if not isinstance(items, list) or not items:
        judged.add(StatusCode.CAWG_ICA_VERIFIED_IDENTITIES_MISSING)
        return
    for number, item in enumerate(items, 1):
        if problem := identity_problem(item):
            explanation = f"Identity {number} in the credential is not as it must be: {problem}."
            judged.add(StatusCode.CAWG_ICA_VERIFIED_IDENTITIES_INVALID, explanation)
            return
