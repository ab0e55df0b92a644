"""Whether the issuer of a certificate stands behind an OCSP response about it (RFC 6960, 3.2, requirements 1 to 4, and 4.2.2.2).

Who the issuer is comes from the caller, who has validated the path; nothing that a response brings can put itself in that place. Whether
the answer is of the right time is decided in ``outcome``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache

from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.certificate import OID, Certificate
from credkit.trust.der import read
from credkit.trust.profile import OCSP_SIGNING, check_profile, is_sound_signature
from credkit.trust.revocation.ocsp import CertificateStatus, OcspResponse, not_accepted, parse_ocsp_response
from credkit.trust.verification import SHA2, is_issued_by, verifies

__all__ = ["Answer", "accepted_answers", "is_about", "key_octets", "loose_certificates"]

# What names an issuer need not withstand a forger: the issuer's own signature is what counts.
_NAMING_HASHES = SHA2 | {"1.3.14.3.2.26": "sha1"}


_MOST_RESPONDERS = 3
"""Certificates under the name of the responder that are tried; a real response brings one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the issuer of a certificate said about it, proven."""

    status: CertificateStatus
    produced_at: datetime
    """UTC."""
    nonce: bytes | None


def accepted_answers(der: bytes, certificate: Certificate, issuer: Certificate, limits: Limits = DEFAULT_LIMITS) -> tuple[Answer, ...]:
    """What the response in ``der`` says about ``certificate``, with the authority of ``issuer``; never empty.

    ``MalformedError`` (``signingCredential.ocsp.inaccessible``) says in words why the response is not accepted: it cannot be read, is about
    other certificates, or is signed by nobody whom the issuer authorized. Results are kept for repetition.
    """
    response = parse_ocsp_response(der, limits)
    matching = tuple(status for status in response.statuses if is_about(status, certificate, issuer))
    if not matching:
        raise not_accepted("it is about another certificate")
    problem = _problem(bytes(der), issuer.der, limits)
    if problem:
        raise not_accepted(problem)
    return tuple(Answer(status=status, produced_at=response.produced_at, nonce=response.nonce) for status in matching)


def is_about(status: CertificateStatus, certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the status names this certificate of this issuer (CertID)."""
    name = _NAMING_HASHES.get(status.hash_algorithm)
    if name is None or str(status.serial_number) != certificate.serial_number:
        return False
    return hmac.compare_digest(status.issuer_name_hash, _digest(name, certificate.issuer_der)) and hmac.compare_digest(
        status.issuer_key_hash, _digest(name, key_octets(issuer))
    )


def key_octets(certificate: Certificate) -> bytes:
    """The public key without algorithm and head of the BIT STRING, as RFC 6960 hashes it (4.1.1)."""
    return read(certificate.public_key_der, "certificate").children()[1].body[1:]


def _digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()


@lru_cache(maxsize=256)
def _problem(der: bytes, issuer_der: bytes, limits: Limits) -> str | None:
    """Why the response does not speak for the issuer, in words; None when it does."""
    response, issuer = parse_ocsp_response(der, limits), Certificate.parse(issuer_der, limits)
    if response.critical_extensions:
        return f"it has a critical extension that is not known here ({response.critical_extensions[0]:.60})"
    if not is_sound_signature(response.signature_algorithm, lattices=True):
        return f"it is signed with an algorithm that is not safe ({response.signature_algorithm.oid:.60})"
    problem = "it does not bring the certificate of the responder that signed it"
    for responder in _responders(response, issuer, limits):
        found = _responder_problem(responder, response, issuer)
        if found is None:
            return None
        problem = found
    return problem


def loose_certificates(der: bytes, issuers: Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[int, int]]:
    """Start and end of what stands in ``der``, a response that was accepted for certificates of these ``issuers`` (DER), in the place for
    certificates and is not that of its responder: no signature covers it, and nobody needs it.
    """
    response = parse_ocsp_response(der, limits)
    needed = {_signer(response, Certificate.parse(issuer, limits), limits) for issuer in issuers}
    # Nothing stands behind them, so that their places are known from the end.
    start = len(der) - sum(map(len, response.certificates))
    for certificate in response.certificates:
        if certificate not in needed:
            yield start, start + len(certificate)
        start += len(certificate)


def _signer(response: OcspResponse, issuer: Certificate, limits: Limits) -> bytes | None:
    return next((one.der for one in _responders(response, issuer, limits) if _responder_problem(one, response, issuer) is None), None)


def _responders(response: OcspResponse, issuer: Certificate, limits: Limits) -> list[Certificate]:
    """The issuer and the certificates of the response, as far as the response names them as its signer; the first few."""
    found = [issuer]
    for der in response.certificates:
        try:
            found.append(Certificate.parse(der, limits))
        except MalformedError:
            continue
    return [certificate for certificate in found if _is_named(certificate, response)][:_MOST_RESPONDERS]


def _is_named(certificate: Certificate, response: OcspResponse) -> bool:
    if response.responder_name is not None:
        return certificate.subject_der == response.responder_name
    return response.responder_key_hash == _digest("sha1", key_octets(certificate))


def _responder_problem(responder: Certificate, response: OcspResponse, issuer: Certificate) -> str | None:
    is_issuer = responder.public_key_der == issuer.public_key_der and responder.subject_der == issuer.subject_der
    problem = None if is_issuer else _delegate_problem(responder, response.produced_at, issuer)
    # Last, so that no key is used that the issuer did not vouch for: somebody chose it, perhaps for its cost.
    if problem is None and not verifies(responder.public_key, response.signature_algorithm, response.signature, response.signed):
        return "its signature does not verify with the key of the responder"
    return problem


def _delegate_problem(responder: Certificate, at: datetime, issuer: Certificate) -> str | None:
    """Why the issuer did not authorize this responder (RFC 6960, 4.2.2.2); the responder's own revocation is not asked for."""
    if not is_issued_by(responder, issuer):
        return "the responder that signed it is neither the issuer of the certificate nor authorized by it"
    if OCSP_SIGNING not in responder.extended_key_usages or OID.EXTENDED_KEY_USAGE in responder.unreadable_extensions:
        return "the certificate of the responder that signed it is not for signing OCSP responses (extendedKeyUsage OCSPSigning)"
    if responder.key_usage is not None and "digitalSignature" not in responder.key_usage:
        return "the certificate of the responder that signed it does not allow signatures (keyUsage)"
    if not responder.is_within_validity(at):
        return "the certificate of the responder that signed it was not valid at that time"
    weak = check_profile(responder, chosen=True, lattices=True)
    return f"of the responder that signed it, the {weak[0].message}" if weak else None
