"""What an OCSP response says, as values (RFC 6960, 4.2.1). Nothing is judged here; see ``acceptance``.

Read with the strict reader of DER that certificates are read with: the bytes that were signed are taken as they stand, every count is
bounded, and what stands where the standard has nothing is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Literal

from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.certificate import AlgorithmIdentifier
from credkit.trust.der import Element, read

__all__ = ["CertificateStatus", "OcspResponse", "not_accepted", "parse_ocsp_response"]

_CODE = "signingCredential.ocsp.inaccessible"
_WHERE = "OCSP response"
_BASIC = "1.3.6.1.5.5.7.48.1.1"
_NONCE = "1.3.6.1.5.5.7.48.1.2"
_REFUSALS = {1: "the request was malformed", 2: "an error inside of it", 3: "try later", 5: "sign the request", 6: "not authorized"}
_GENERALIZED_TIME = 0x18
_MOST_STATUSES = 32
"""Certificates that one response speaks of; real ones speak of one, and each costs time to read."""
_MOST_EXTENSIONS = 8
"""Extensions in one place; real ones have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatus:
    """What the response says about one certificate (SingleResponse)."""

    hash_algorithm: str
    """Dotted identifier of the hash in the two fields below; often SHA-1, which is sound for naming an issuer."""
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int
    status: Literal["good", "revoked", "unknown"]
    revocation_time: datetime | None
    """UTC; None unless revoked."""
    revocation_reason: int | None
    """CRLReason (RFC 5280, 5.3.1); None when no reason is given."""
    this_update: datetime
    """UTC; when this was known to be so."""
    next_update: datetime | None
    """UTC; when there will be newer information."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspResponse:
    """A decoded BasicOCSPResponse, unchecked."""

    signed: bytes = field(repr=False)
    """What the signature covers."""
    responder_name: bytes | None = field(repr=False)
    """DER of the responder's name; None when it names itself by its key."""
    responder_key_hash: bytes | None
    """SHA-1 of the responder's key."""
    produced_at: datetime
    """UTC; when the response was signed."""
    statuses: tuple[CertificateStatus, ...]
    nonce: bytes | None
    """The nonce extension as stored; None without it."""
    critical_extensions: tuple[str, ...]
    """Object identifiers of the critical extensions that are not known here."""
    signature_algorithm: AlgorithmIdentifier
    signature: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(repr=False)
    """DER, as brought by the response."""


def not_accepted(message: str) -> MalformedError:
    """A refusal of a response; the message goes on from "it was not accepted:"."""
    return MalformedError(message, code=_CODE, where=_WHERE)


def parse_ocsp_response(der: bytes, limits: Limits = DEFAULT_LIMITS) -> OcspResponse:
    """The successful response in ``der``; ``MalformedError`` (``signingCredential.ocsp.inaccessible``) for anything else, also for one
    in which the responder declines to answer. Results are kept for repetition.
    """
    if len(der) > limits.ocsp_size:
        raise not_accepted(f"it has {len(der):,} bytes, {limits.ocsp_size:,} are allowed")
    response = _parse(bytes(der))
    if len(response.certificates) > limits.certificates:
        raise not_accepted(f"it brings {len(response.certificates)} certificates, {limits.certificates} are allowed")
    return response


@contextmanager
def _one_refusal() -> Iterator[None]:
    try:
        yield
    except MalformedError as error:
        raise not_accepted(error.message) from None


@lru_cache(maxsize=128)
def _parse(der: bytes) -> OcspResponse:
    with _one_refusal():
        parts = read(der, _WHERE).expect(0x30, "response").children()
        if not 1 <= len(parts) <= 2:
            raise not_accepted("its outermost structure has other fields than a status and an answer")
        status = parts[0].expect(0x0A, "response status").integer("response status")
        if status:
            raise not_accepted(f"the responder declined to answer ({_REFUSALS.get(status, f'status {status}')})")
        kind, content = _fields(parts[-1].expect(0xA0, "answer").only("answer"), 2)
        if kind.oid("kind of answer") != _BASIC:
            raise not_accepted("its kind of answer is not known here")
        return _basic(read(content.expect(0x04, "answer").body, _WHERE).expect(0x30, "answer"))


def _fields(element: Element, *counts: int) -> tuple[Element, ...]:
    parts = element.expect(0x30, "structure").children()
    if len(parts) not in counts:
        raise element.error(f"ASN.1 structure has {len(parts)} parts instead of {counts[0]}")
    return parts


def _basic(element: Element) -> OcspResponse:
    data, algorithm, signature, *rest = _fields(element, 3, 4)
    certificates = rest[0].expect(0xA0, "certificates").only("certificates").expect(0x30, "certificates").children() if rest else ()
    if signature.expect(0x03, "signature").body[:1] != b"\0":
        raise signature.error("signature is not a whole number of octets")
    parts = list(data.expect(0x30, "answer").children())
    if parts and parts[0].tag == 0xA0 and parts.pop(0).only("version").integer("version") != 0:
        raise data.error("answer is of a version that is not known here")
    if not 3 <= len(parts) <= 4:
        raise data.error("answer has other fields than the standard gives it")
    responder = parts[0]
    extensions = _extensions(parts[3]) if len(parts) == 4 else ()
    statuses = tuple(map(_status, _few(parts[2].expect(0x30, "statuses"), _MOST_STATUSES, "certificates")))
    return OcspResponse(
        signed=data.raw,
        responder_name=responder.only("responder name").raw if responder.tag == 0xA1 else None,
        responder_key_hash=None if responder.tag == 0xA1 else _key_hash(responder),
        produced_at=_time(parts[1], "producedAt"),
        statuses=tuple(status for status, _ in statuses),
        nonce=next((value for oid, _, value in extensions if oid == _NONCE), None),
        critical_extensions=_unknown(extensions) + tuple(oid for _, unknown in statuses for oid in unknown),
        signature_algorithm=_algorithm(algorithm),
        signature=signature.body[1:],
        certificates=tuple(certificate.raw for certificate in certificates),
    )


def _key_hash(responder: Element) -> bytes:
    return responder.expect(0xA2, "responder").only("responder key").expect(0x04, "responder key").body


def _time(element: Element, what: str) -> datetime:
    return element.expect(_GENERALIZED_TIME, what).time(what)


def _algorithm(element: Element) -> AlgorithmIdentifier:
    oid, *parameters = _fields(element, 1, 2)
    return AlgorithmIdentifier(oid=oid.oid("algorithm"), parameters=parameters[0].raw if parameters else None)


_Extension = tuple[str, bool, bytes]


def _extensions(holder: Element) -> tuple[_Extension, ...]:
    element = holder.expect(0xA1, "extensions").only("extensions").expect(0x30, "extensions")
    return tuple(map(_extension, _few(element, _MOST_EXTENSIONS, "extensions")))


def _few(element: Element, most: int, what: str) -> tuple[Element, ...]:
    parts = element.children()
    if len(parts) > most:
        raise element.error(f"answer speaks of {len(parts)} {what}, {most} are allowed")
    return parts


def _extension(element: Element) -> _Extension:
    oid, *critical, value = _fields(element, 2, 3)
    return oid.oid("extension"), any(flag.boolean("critical flag") for flag in critical), value.expect(0x04, "extension").body


def _unknown(extensions: tuple[_Extension, ...]) -> tuple[str, ...]:
    return tuple(oid for oid, critical, _ in extensions if critical and oid != _NONCE)


def _status(element: Element) -> tuple[CertificateStatus, tuple[str, ...]]:
    """One SingleResponse, and its critical extensions, none of which is known here."""
    identifier, state, this_update, *rest = _fields(element, 3, 4, 5)
    algorithm, name, key, serial = _fields(identifier, 4)
    next_update = rest.pop(0).only("nextUpdate") if rest and rest[0].tag == 0xA0 else None
    extensions = _extensions(rest.pop(0)) if rest else ()
    if rest:
        raise element.error("answer about a certificate has other fields than the standard gives it")
    kind, time, reason = _state(state)
    status = CertificateStatus(
        hash_algorithm=_algorithm(algorithm).oid,
        issuer_name_hash=name.expect(0x04, "hash of the issuer's name").body,
        issuer_key_hash=key.expect(0x04, "hash of the issuer's key").body,
        serial_number=serial.integer("serial number"),
        status=kind,
        revocation_time=time,
        revocation_reason=reason,
        this_update=_time(this_update, "thisUpdate"),
        next_update=_time(next_update, "nextUpdate") if next_update else None,
    )
    return status, _unknown(extensions)


def _state(element: Element) -> tuple[Literal["good", "revoked", "unknown"], datetime | None, int | None]:
    if element.tag in (0x80, 0x82):
        if element.body:
            raise element.error("certificate status holds a value where none belongs")
        return ("good" if element.tag == 0x80 else "unknown"), None, None
    time, *reason = element.expect(0xA1, "certificate status").children() or (element,)
    if len(reason) > 1:
        raise element.error("revocation has other fields than time and reason")
    return "revoked", _time(time, "revocation time"), _reason(reason[0]) if reason else None


def _reason(holder: Element) -> int:
    return holder.expect(0xA0, "revocation reason").only("revocation reason").expect(0x0A, "revocation reason").integer("reason")
