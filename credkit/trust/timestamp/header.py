"""The time-stamps in the header of a claim signature: what was stamped, where the token lies, which of two counts.

Clauses: "Choosing the Payload" (anchor ``_choosing_the_payload``), "Storing the time stamp" (anchor ``_storing_the_time_stamp``),
"Embedded in the Claim Signature" (anchor ``_embedded_in_the_claim_signature``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from credkit.codec import cbor
from credkit.codec.cose import Sign1, to_be_signed
from credkit.dataclass import replace
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.status import StatusCode

if TYPE_CHECKING:
    from credkit.trust.policy import TrustPolicy
    from credkit.trust.timestamp.check import TimeStampResult
    from credkit.trust.timestamp.structure import TimeStampToken

__all__ = ["claim_message", "read_time_stamps", "signature_message"]

_V1, _V2 = "sigTst", "sigTst2"
_CONTEXT = "CounterSignature"


def claim_message(sign1: Sign1, claim_bytes: bytes) -> bytes:
    """What a time-stamp of version 1 (``sigTst``) stamps: the claim as stored, in the frame of a countersignature."""
    return to_be_signed(sign1.protected_bytes, claim_bytes, context=_CONTEXT)


def signature_message(sign1: Sign1) -> bytes:
    """What a time-stamp of version 2 (``sigTst2``) stamps, and one in a time-stamp assertion: the signature as a CBOR byte string, its head
    included, in the frame of a countersignature.
    """
    return to_be_signed(sign1.protected_bytes, cbor.encode(sign1.signature), context=_CONTEXT)


def read_time_stamps(sign1: Sign1, claim_bytes: bytes, policy: TrustPolicy, limits: Limits = DEFAULT_LIMITS) -> TimeStampResult | None:
    """Judge the time-stamp in the unprotected header of a claim signature; None when there is none.

    ``claim_bytes`` is the claim as stored. When both versions are there, the first that passes counts, version 2 being tried first, and
    what was wrong with the other stays in the findings. Raises nothing: what cannot be read is ``timeStamp.malformed``.
    """
    if _V1 not in sign1.unprotected and _V2 not in sign1.unprotected:
        return None
    from credkit.trust.timestamp.check import TimeStampResult

    failed: list[TimeStampResult] = []
    for header, result in _results(sign1, claim_bytes, policy, limits):
        findings = tuple(finding for other in (*failed, result) for finding in other.findings)
        if result.trusted:
            return replace(result, findings=findings, header=header)
        failed.append(result)
    findings = tuple(finding for other in failed for finding in other.findings)
    return TimeStampResult(findings=findings, authority=failed[0].authority, chain=failed[0].chain)


def _results(sign1: Sign1, claim_bytes: bytes, policy: TrustPolicy, limits: Limits) -> Iterator[tuple[str, TimeStampResult]]:
    from credkit.trust.timestamp.structure import parse_response, parse_token

    if _V2 in sign1.unprotected:
        yield _V2, _judged(sign1.unprotected[_V2], parse_token, signature_message(sign1), policy, limits)
    if _V1 in sign1.unprotected:
        yield _V1, _judged(sign1.unprotected[_V1], parse_response, claim_message(sign1, claim_bytes), policy, limits)


def _judged(
    container: object, parse: Callable[[bytes, Limits], TimeStampToken], message: bytes, policy: TrustPolicy, limits: Limits
) -> TimeStampResult:
    from credkit.trust.timestamp.check import TimeStampResult, check_time_stamp

    try:
        token = parse(_value(container), limits)
    except MalformedError as error:
        return TimeStampResult(findings=((StatusCode.TIME_STAMP_MALFORMED, f"The time-stamp cannot be read: {error.message}."),))
    return check_time_stamp(token, message, policy, limits)


def _value(container: object) -> bytes:
    """The one token of a ``tstContainer``."""
    from credkit.trust.timestamp.form import malformed

    tokens = container.get("tstTokens") if isinstance(container, dict) else None
    if not isinstance(tokens, list) or not tokens:
        raise malformed("header holds no list of tokens")
    if len(tokens) > 1:
        raise malformed(f"header holds {len(tokens)} tokens where one is allowed")
    value = tokens[0].get("val") if isinstance(tokens[0], dict) else None
    if not isinstance(value, bytes):
        raise malformed("token is not a byte string")
    return value
