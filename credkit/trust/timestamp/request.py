"""What a time-stamp authority is asked (TimeStampReq) and what it answers (TimeStampResp); RFC 3161, 2.4.

Whether the token in an answer is sound is decided in ``check``; here only whether it answers this very request. How the request gets to the
authority is left to the caller. Clause: "Obtaining the time stamp" (anchor ``_obtaining_the_time_stamp``).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from enum import IntEnum

from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.der import Element
from credkit.trust.timestamp.form import check_form, check_response_shape, malformed
from credkit.trust.timestamp.signature import IMPRINT_HASHES
from credkit.trust.timestamp.structure import TimeStampToken

__all__ = ["QUERY", "REPLY", "Answer", "FailureInfo", "TimeStampRequest", "parse_answer", "request_mismatch"]

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
"""Media types of request and answer (RFC 3161, 3.4)."""
_NONCE_BITS = 64
_GRANTED = (0, 1)
_MOST_TEXTS = 8


class FailureInfo(IntEnum):
    """Bits of PKIFailureInfo: why an authority refuses."""

    BAD_ALGORITHM = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    ADDITIONAL_INFORMATION_NOT_AVAILABLE = 17
    SYSTEM_FAILURE = 25


_REASONS = {
    FailureInfo.BAD_ALGORITHM: "it does not accept the hash algorithm",
    FailureInfo.BAD_REQUEST: "it does not allow the request",
    FailureInfo.BAD_DATA_FORMAT: "it could not read the request",
    FailureInfo.TIME_NOT_AVAILABLE: "its clock cannot be read",
    FailureInfo.UNACCEPTED_POLICY: "it does not stamp under that policy",
    FailureInfo.UNACCEPTED_EXTENSION: "it does not accept an extension of the request",
    FailureInfo.ADDITIONAL_INFORMATION_NOT_AVAILABLE: "it does not have the information that was asked for",
    FailureInfo.SYSTEM_FAILURE: "it has a fault of its own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampRequest:
    """One question to an authority."""

    hash_name: str
    """``sha256``, ``sha384`` or ``sha512``."""
    imprint: bytes
    """Hash of the message."""
    nonce: int
    """Ties the answer to this request."""

    @classmethod
    def over(cls, message: bytes, hash_name: str = "sha256") -> TimeStampRequest:
        """A new request to stamp ``message``, of which only the hash leaves the house."""
        return cls(hash_name=hash_name, imprint=hashlib.new(hash_name, message).digest(), nonce=secrets.randbits(_NONCE_BITS))

    @property
    def der(self) -> bytes:
        """TimeStampReq in DER; the authority is asked for its certificates, as the specification demands (``certReq``)."""
        from asn1crypto import tsp

        imprint = {"hash_algorithm": {"algorithm": self.hash_name}, "hashed_message": self.imprint}
        request: bytes = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": self.nonce, "cert_req": True}).dump()
        return request


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A decoded TimeStampResp, unchecked."""

    status: int
    """PKIStatus."""
    failures: frozenset[int]
    """Bits of PKIFailureInfo; see ``FailureInfo``."""
    words: str
    """What the authority says about it; untrusted text."""
    token: bytes | None = field(repr=False)
    """TimeStampToken in DER, not looked into."""

    @property
    def granted(self) -> bool:
        """Whether the authority says that it stamped; it may lie, and bring no token."""
        return self.status in _GRANTED

    @property
    def reason(self) -> str:
        """Why there is no stamp, in words."""
        if self.granted:
            return "it says that it stamped, and sent no time-stamp"
        known = [words for bit, words in _REASONS.items() if bit in self.failures]
        stated = " ".join("".join(character if character.isprintable() else " " for character in self.words).split())
        said = f'; it says "{stated:.200}"' if stated else ""
        return (" and ".join(known) or f"it gives no reason that is known (status {self.status})") + said


def parse_answer(der: bytes, limits: Limits = DEFAULT_LIMITS) -> Answer:
    """The TimeStampResp in ``der``; ``MalformedError`` (``timeStamp.malformed``) for anything else."""
    try:
        response = check_form(der, "time-stamp response", limits)
        check_response_shape(response)
        information, *tokens = response.children()
        status, *details = information.children()
        return Answer(
            status=status.integer("status"),
            failures=frozenset(bit for part in details if part.tag == 0x03 for bit in part.bits("failure")),
            words=" ".join(text for part in details if part.tag == 0x30 for text in _texts(part)),
            token=tokens[0].raw if tokens else None,
        )
    except MalformedError as error:
        raise malformed(error.message) from None


def _texts(part: Element) -> list[str]:
    return [text.text() for text in part.children()[:_MOST_TEXTS]]


def request_mismatch(request: TimeStampRequest, token: TimeStampToken) -> str | None:
    """Why ``token`` is no answer to ``request``, in words; None when it is."""
    if IMPRINT_HASHES.get(token.imprint_algorithm) != request.hash_name or not hmac.compare_digest(token.imprint, request.imprint):
        return "it stamps something else than was asked"
    if token.nonce is None:
        return "it does not repeat the number of the request (nonce), so that it may be an old one"
    if token.nonce != request.nonce:
        return "it has the number of another request (nonce)"
    if not token.certificates:
        return "it does not bring the certificate of the authority, which was asked for"
    return None
