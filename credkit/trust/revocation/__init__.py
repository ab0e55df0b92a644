"""Whether a certificate was revoked, according to its issuer (OCSP, RFC 6960): ``ocsp`` (what a response says), ``acceptance`` (whether the
issuer stands behind it), ``outcome`` (what it means for a signature of a certain time), ``request`` (how to ask).
"""

from credkit.trust.revocation.acceptance import Answer, accepted_answers, is_about, loose_certificates
from credkit.trust.revocation.ocsp import CertificateStatus, OcspResponse, parse_ocsp_response
from credkit.trust.revocation.outcome import Outcome, online_outcome, stored_outcome, was_revoked
from credkit.trust.revocation.request import OcspReply, ask, fetch_staple, names_revocation_service, ocsp_responder

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
