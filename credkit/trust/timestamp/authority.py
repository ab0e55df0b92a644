"""Whether a certificate may speak about time: what RFC 3161, 2.3 and the specification ask of a time-stamp authority's certificate.

Where its chain leads is left to ``credkit.trust.path``.
"""

from __future__ import annotations

from credkit.trust.certificate import OID, Certificate
from credkit.trust.profile import TIME_STAMPING, check_profile

__all__ = ["authority_problem"]

_SIGNING_USAGES = frozenset({"digitalSignature", "contentCommitment"})


def authority_problem(certificate: Certificate) -> str | None:
    """The first reason why the certificate is not fit for time-stamps, in words; None when it is.

    Sound algorithms and keys are those of the C2PA certificate profile (anchor ``_certificate_profiles``).
    """
    weak = check_profile(certificate, chosen=True)
    if weak:
        return weak[0].message
    if certificate.version != 3:
        return f"certificate is of X.509 version {certificate.version}, not 3"
    if certificate.unreadable_extensions:
        return "certificate has an extension twice or in a form that cannot be read"
    if certificate.is_ca:
        return "certificate is that of an authority that issues certificates (CA:TRUE)"
    if certificate.key_usage is not None and not certificate.key_usage & _SIGNING_USAGES:
        return "certificate does not allow signatures (keyUsage)"
    return _purpose_problem(certificate)


def _purpose_problem(certificate: Certificate) -> str | None:
    extension = certificate.extension(OID.EXTENDED_KEY_USAGE)
    if extension is None or certificate.extended_key_usages != (TIME_STAMPING,):
        return "certificate is not for time-stamps alone (extendedKeyUsage timeStamping)"
    if not extension.critical:
        return "certificate does not mark its purpose as critical (extendedKeyUsage)"
    return None
