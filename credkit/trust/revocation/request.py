"""Asking an issuer whether it revoked a certificate (RFC 6960, 4.1): where, with which request, and what is taken for an answer.

Nothing here opens a socket; that is the fetcher's. Clauses: "Certificate revocation" (anchor ``_certificate_revocation``) for stapling,
"Determining revocation from online OCSP response" (anchor ``ocsp_online``).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from credkit.dataclass import dataclass, field
from credkit.errors import CredentialError, FetchError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.certificate import Certificate
from credkit.trust.fetch import Fetcher, Request
from credkit.trust.revocation.acceptance import Answer, accepted_answers, key_octets
from credkit.trust.revocation.outcome import online_outcome
from credkit.trust.revocation.service import ocsp_responder

__all__ = ["OcspReply", "ask", "fetch_staple"]

_NONCE_SIZE = 32
"""Octets (RFC 9654, 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspReply:
    """An accepted response of a responder."""

    der: bytes = field(repr=False)
    answers: tuple[Answer, ...]


def ask(certificate: Certificate, issuer: Certificate, fetcher: Fetcher, limits: Limits = DEFAULT_LIMITS) -> OcspReply:
    """Ask the responder that the certificate names. ``FetchError`` when it names none or there is no answer, ``MalformedError``
    (``signingCredential.ocsp.inaccessible``) when the answer is not accepted.
    """
    url = ocsp_responder(certificate)
    if url is None:
        raise FetchError("the certificate names no address at which its issuer answers by OCSP")
    nonce = secrets.token_bytes(_NONCE_SIZE)
    request = Request(
        url=url,
        what="the OCSP response",
        most=limits.ocsp_size,
        plain_http=True,
        body=_request(certificate, issuer, nonce),
        content_type="application/ocsp-request",
        accept="application/ocsp-response",
    )
    der = fetcher.fetch(request).body
    answers = accepted_answers(der, certificate, issuer, limits)
    # Responders that answer from a store, which most are, repeat no nonce; a wrong one is the answer to another question.
    if any(answer.nonce is not None and not answer.nonce.endswith(nonce) for answer in answers):
        raise MalformedError(
            "it is the answer to another question (nonce)", code="signingCredential.ocsp.inaccessible", where="OCSP response"
        )
    return OcspReply(der=der, answers=answers)


def _request(certificate: Certificate, issuer: Certificate, nonce: bytes) -> bytes:
    """An OCSPRequest about one certificate. The issuer is named by SHA-1, the one hash that every responder knows (RFC 5019, 2.1.1)."""
    from asn1crypto import core, ocsp

    identifier = {
        "hash_algorithm": {"algorithm": "sha1"},
        "issuer_name_hash": hashlib.sha1(certificate.issuer_der, usedforsecurity=False).digest(),
        "issuer_key_hash": hashlib.sha1(key_octets(issuer), usedforsecurity=False).digest(),
        "serial_number": int(certificate.serial_number),
    }
    extension = {"extn_id": "nonce", "extn_value": core.ParsableOctetString(core.OctetString(nonce).dump())}
    body = {"request_list": [{"req_cert": identifier}], "request_extensions": [extension]}
    der: bytes = ocsp.OCSPRequest({"tbs_request": body}).dump()
    return der


def fetch_staple(leaf: bytes, issuer: bytes, fetcher: Fetcher, limits: Limits = DEFAULT_LIMITS, *, at: datetime | None = None) -> bytes:
    """A fresh OCSP response (DER) that says that ``leaf`` is good, to be kept beside a signature or in a certificate status assertion.

    ``leaf`` and ``issuer`` are certificates (DER), ``at`` is the clock (aware; now by default). ``FetchError`` when there is no such
    response to be had, ``CredentialError`` when the certificate was revoked or one of the two cannot be read.
    """
    certificate, authority = _readable(leaf, limits), _readable(issuer, limits)
    try:
        reply = ask(certificate, authority, fetcher, limits)
    except MalformedError as error:
        raise FetchError(f"the OCSP response about the signing certificate was not accepted: {error.message}") from error
    now = (at or datetime.now(UTC)).astimezone(UTC)
    outcome = online_outcome(reply.answers, None, now)
    if outcome == "revoked":
        raise CredentialError(f"the certificate {certificate.subject} was revoked by its issuer: sign with another one")
    if outcome == "unknown":
        raise FetchError("the issuer does not know the signing certificate, so there is no OCSP response to keep with the signature")
    if outcome is None:
        raise FetchError("the OCSP response about the signing certificate is out of date, so that it is of no use for the signature")
    return reply.der


def _readable(der: bytes, limits: Limits) -> Certificate:
    try:
        return Certificate.parse(der, limits)
    except MalformedError as error:
        raise CredentialError(f"a certificate cannot be read: {error.message}") from error
