"""The time-stamps that other manifests hold about a claim signature (``c2pa.time-stamp``): what they stamped, and which of them counts.

Clauses: "Referenced by a time-stamp assertion" (anchor ``_referenced_by_a_time_stamp_assertion``), "Time stamps" (anchor
``timestamp_assertion``). Collecting the tokens is left to the verifier.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

from credkit.codec.cose import Sign1, to_be_signed
from credkit.dataclass import replace
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.status import StatusCode
from credkit.trust.timestamp.header import signature_message

if TYPE_CHECKING:
    from credkit.trust.policy import TrustPolicy
    from credkit.trust.timestamp.check import TimeStampResult
    from credkit.trust.timestamp.structure import TimeStampToken

__all__ = ["assertion_messages", "read_assertion_stamps"]


def assertion_messages(sign1: Sign1) -> tuple[bytes, ...]:
    """What a token in a time-stamp assertion may have stamped, the form of the specification first.

    The clause wants "the value of the signature field" in the frame of a countersignature; writers read that as the CBOR byte string with
    its head, as in the header, or as the bytes alone, and the reference stamps the bytes without any frame. Each of the three names this
    one signature and no other, so each is accepted.
    """
    return (
        signature_message(sign1),
        to_be_signed(sign1.protected_bytes, sign1.signature, context="CounterSignature"),
        sign1.signature,
    )


def read_assertion_stamps(
    sign1: Sign1, tokens: Sequence[bytes], policy: TrustPolicy, limits: Limits = DEFAULT_LIMITS
) -> TimeStampResult | None:
    """Judge each token (DER of a TimeStampToken) until one passes; None when there is none.

    What was wrong with those before it stays in the findings. No more than ``limits.time_stamps`` are tried. Raises nothing: what cannot be
    read is ``timeStamp.malformed``.
    """
    failed: list[TimeStampResult] = []
    for token in tokens[: limits.time_stamps]:
        result = _judged(token, sign1, policy, limits)
        if result.trusted:
            return replace(result, findings=tuple(finding for other in (*failed, result) for finding in other.findings))
        failed.append(result)
    if not failed:
        return None
    return replace(failed[0], findings=tuple(finding for other in failed for finding in other.findings))


def _judged(der: bytes, sign1: Sign1, policy: TrustPolicy, limits: Limits) -> TimeStampResult:
    from credkit.trust.timestamp.check import TimeStampResult, check_time_stamp
    from credkit.trust.timestamp.structure import parse_token

    try:
        token = parse_token(der, limits)
    except MalformedError as error:
        return TimeStampResult(findings=((StatusCode.TIME_STAMP_MALFORMED, f"The time-stamp cannot be read: {error.message}."),))
    messages = assertion_messages(sign1)
    message = next((message for message in messages if _is_imprint_of(token, message)), messages[0])
    return check_time_stamp(token, message, policy, limits)


def _is_imprint_of(token: TimeStampToken, message: bytes) -> bool:
    from credkit.trust.timestamp.signature import IMPRINT_HASHES

    algorithm = IMPRINT_HASHES.get(token.imprint_algorithm)
    return algorithm is not None and hmac.compare_digest(hashlib.new(algorithm, message).digest(), token.imprint)
