"""Which certificates may speak for a person or organization: extended key usages and certificate policies.

Whether the chain leads to an anchor is left to ``credkit.trust.path``. Certificates for e-mail count only by the interim rule, unless a
list was made for another purpose that they have too. Source: CAWG Identity Assertion 1.3, "Trust model for X.509 certificates".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from credkit.errors import MalformedError
from credkit.trust.certificate import Certificate
from credkit.trust.der import read
from credkit.trust.lists import TrustList
from credkit.trust.profile import DOCUMENT_SIGNING, EMAIL_PROTECTION

__all__ = ["E_MAIL_UNTIL", "certificate_policies", "purpose_problem"]

E_MAIL_UNTIL = datetime(2027, 4, 1, tzinfo=UTC)
"""From then on no new identity may stand on an e-mail certificate: the rule ends with 31 March 2027."""
_POLICIES = "2.5.29.32"
_E_MAIL_POLICIES = frozenset(f"2.23.140.1.5.{kind}.{level}" for kind in (2, 3, 4) for level in (2, 3))
"""Organization-, sponsor- and individual-validated certificates of the S/MIME baseline requirements, multipurpose and strict."""


def purpose_problem(certificate: Certificate, lists: Iterable[TrustList], at: datetime) -> str | None:
    """Why the certificate may not speak for anybody, in words; None when it may. ``at`` is the attested time of the signature, else that of
    the verdict.
    """
    purposes = set(certificate.extended_key_usages)
    accepted = frozenset[str]().union(*(item.purposes for item in lists)) | {DOCUMENT_SIGNING}
    if purposes & (accepted - {EMAIL_PROTECTION}):
        return None
    if EMAIL_PROTECTION not in purposes:
        return "the certificate is not for signing documents (extendedKeyUsage documentSigning)"
    if not certificate_policies(certificate) & _E_MAIL_POLICIES:
        return "the certificate is for e-mail only, and its policy does not say that an organization or a person was validated"
    if at >= E_MAIL_UNTIL:
        return "the certificate is for e-mail only, which counts for signatures up to 31 March 2027"
    return None


def certificate_policies(certificate: Certificate) -> frozenset[str]:
    """Dotted identifiers of the certificate's policies (RFC 5280, 4.2.1.4); none when the extension is absent or cannot be read."""
    extension = certificate.extension(_POLICIES)
    if extension is None:
        return frozenset()
    try:
        policies = read(extension.value, "certificate").expect(0x30, "certificate policies").children()
        return frozenset(policy.children()[0].oid("certificate policy") for policy in policies)
    except (MalformedError, IndexError):
        return frozenset()
