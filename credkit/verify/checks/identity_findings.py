"""What the check of one identity assertion's signature found, whatever kind of signature it is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from credkit.dataclass import dataclass, field
from credkit.status import Kind, StatusCode
from credkit.verify.report import IdentityStanding

if TYPE_CHECKING:
    from credkit.trust.identity.credential import VerifiedIdentity

__all__ = ["Finding", "Judged", "standing"]

Finding = tuple[StatusCode, str | None]
"""A status code and its explanation for people; None stands for the code's own sentence."""
_OF_TRUST = frozenset({StatusCode.CAWG_X509_CREDENTIAL_UNTRUSTED, StatusCode.CAWG_ICA_UNTRUSTED_ISSUER})
_NOT_LOOKED_AT = frozenset({StatusCode.CAWG_IDENTITY_NETWORK_TRAFFIC_BLOCKED, StatusCode.CAWG_IDENTITY_SIG_TYPE_UNKNOWN})


@dataclass(slots=True, kw_only=True)
class Judged:
    """The findings, and who is named; filled step by step. Names are claims of whoever signed until the standing says more."""

    findings: list[Finding] = field(default_factory=list)
    name: str | None = None
    organization: str | None = None
    issuer: str | None = None
    """Common name of the certificate's issuer, or the DID of the credential's."""
    identities: tuple[VerifiedIdentity, ...] = ()
    time: datetime | None = None
    """The attested time of the signature."""
    chain: tuple[bytes, ...] = field(default=(), repr=False)

    def add(self, code: StatusCode, explanation: str | None = None) -> None:
        """Note a finding."""
        self.findings.append((code, explanation))

    @property
    def failed(self) -> bool:
        """Whether any finding is a failure."""
        return any(code.kind is Kind.FAILURE for code, _ in self.findings)


def standing(codes: set[StatusCode]) -> IdentityStanding:
    """What may be said of an identity assertion with these findings."""
    failures = {code for code in codes if code.kind is Kind.FAILURE}
    if not failures - _OF_TRUST:
        return "well-formed" if failures else "trusted"
    return "unchecked" if not failures - _OF_TRUST - _NOT_LOOKED_AT else "failed"
