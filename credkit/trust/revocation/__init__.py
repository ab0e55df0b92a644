"""Whether a certificate was revoked, according to its issuer (OCSP, RFC 6960): ``ocsp`` (what a response says), ``acceptance`` (whether the
issuer stands behind it), ``outcome`` (what it means for a signature of a certain time), ``service`` (what the certificate says about
asking), ``service`` (what the certificate says about
asking), ``request`` (how to ask).

Names are loaded when they are asked for: most signatures come without a response.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.trust.revocation.acceptance import Answer, accepted_answers, is_about, loose_certificates
    from credkit.trust.revocation.ocsp import CertificateStatus, OcspResponse, parse_ocsp_response
    from credkit.trust.revocation.outcome import Outcome, online_outcome, stored_outcome, was_revoked
    from credkit.trust.revocation.request import OcspReply, ask, fetch_staple
    from credkit.trust.revocation.service import names_revocation_service, ocsp_responder

__all__ = [
    "Answer",
    "CertificateStatus",
    "OcspReply",
    "OcspResponse",
    "Outcome",
    "accepted_answers",
    "ask",
    "fetch_staple",
    "is_about",
    "loose_certificates",
    "names_revocation_service",
    "ocsp_responder",
    "online_outcome",
    "parse_ocsp_response",
    "stored_outcome",
    "was_revoked",
]

_HOMES = {
    "Answer": "acceptance",
    "CertificateStatus": "ocsp",
    "OcspReply": "request",
    "OcspResponse": "ocsp",
    "Outcome": "outcome",
    "accepted_answers": "acceptance",
    "ask": "request",
    "fetch_staple": "request",
    "is_about": "acceptance",
    "loose_certificates": "acceptance",
    "names_revocation_service": "service",
    "ocsp_responder": "service",
    "online_outcome": "outcome",
    "parse_ocsp_response": "ocsp",
    "stored_outcome": "outcome",
    "was_revoked": "outcome",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
