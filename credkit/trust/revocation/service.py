"""What a certificate says about how to find out whether it was revoked (RFC 5280, 4.2.2.1). Asking is left to ``request``."""

from __future__ import annotations

from collections.abc import Iterator

from credkit.errors import MalformedError
from credkit.trust.certificate import Certificate
from credkit.trust.der import read

__all__ = ["names_revocation_service", "ocsp_responder"]

_AUTHORITY_INFORMATION_ACCESS, _CRL_DISTRIBUTION_POINTS = "1.3.6.1.5.5.7.1.1", "2.5.29.31"
_OCSP = "1.3.6.1.5.5.7.48.1"
_URI = 0x86


def names_revocation_service(certificate: Certificate) -> bool:
    """Whether the issuer says in the certificate how to find out about revocation: by OCSP, or by a list (CRL). A field that cannot be
    read counts as such.
    """
    if certificate.extension(_CRL_DISTRIBUTION_POINTS) is not None:
        return True
    try:
        return bool(tuple(_addresses(certificate)))
    except MalformedError:
        return True


def ocsp_responder(certificate: Certificate) -> str | None:
    """The first address of the web at which the issuer answers by OCSP; None when the certificate names none."""
    try:
        return next((url for url in _addresses(certificate) if url.lower().startswith(("http://", "https://"))), None)
    except MalformedError:
        return None


def _addresses(certificate: Certificate) -> Iterator[str]:
    """What stands behind the access method OCSP (RFC 5280, 4.2.2.1)."""
    extension = certificate.extension(_AUTHORITY_INFORMATION_ACCESS)
    entries = read(extension.value, "certificate").expect(0x30, "authority information access").children() if extension else ()
    for entry in entries:
        method, *location = entry.children() or (entry,)
        if method.oid("access method") == _OCSP:
            yield location[0].body.decode("latin-1") if location and location[0].tag == _URI else ""
