"""Whom the user trusts: lists of authorities for signers, for time-stamps and for identities, and certificates chosen one by one.
Nothing is trusted that is not given here, and no list ever stands in for one of another kind.

Clause: "C2PA signers" (anchor ``_c2pa_signers``) and "Private credential storage" (anchor ``_private_credential_storage``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeAlias

from credkit.dataclass import dataclass, field
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.certificate import Certificate
from credkit.trust.lists import TSA_PURPOSES, CertificateSource, TrustList, read_certificates, read_trust_list
from credkit.trust.path import check_path
from credkit.trust.profile import DEFAULT_PURPOSES, DOCUMENT_SIGNING, EMAIL_PROTECTION, check_profile
from credkit.trust.standing import Standing, Standings

__all__ = ["IDENTITY_PURPOSES", "TrustPolicy"]

IDENTITY_PURPOSES = frozenset({DOCUMENT_SIGNING, EMAIL_PROTECTION})
"""Extended key usages of certificates that sign identity assertions (CAWG identity, X.509 form)."""
_Lists: TypeAlias = "Iterable[CertificateSource | TrustList]"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """Trust lists by what they are for, and chosen certificates; equal policies are equal values."""

    signers: tuple[TrustList, ...] = ()
    """Lists of authorities, roots or subordinate ones, that may vouch for signers of claims."""
    time_stamps: tuple[TrustList, ...] = ()
    """Lists of authorities that may vouch for time-stamp authorities and for nobody else."""
    identities: tuple[TrustList, ...] = ()
    """Lists of authorities that may vouch for the certificates of identity assertions (CAWG, X.509 form)."""
    identity_issuers: tuple[str, ...] = ()
    """DIDs of trusted identity claims aggregators (CAWG)."""
    allowed: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificates of signers (DER), each trusted for itself alone."""
    _standings: Standings = field(default_factory=Standings, init=False, repr=False, compare=False)

    @classmethod
    def none(cls) -> TrustPolicy:
        """Trust nobody: a sound signature is then valid, never trusted."""
        return cls()

    @classmethod
    def of(
        cls,
        *signers: CertificateSource | TrustList,
        tsa: _Lists = (),
        identities: _Lists = (),
        identity_issuers: Iterable[str] = (),
        allowed: Iterable[CertificateSource] = (),
    ) -> TrustPolicy:
        """The policy with these lists: files (paths), their bytes, or ``TrustList`` values.

        ``tsa`` are lists of time-stamp authorities, ``allowed`` files of single certificates. ``TrustError`` names the file and the place
        that cannot be used.
        """
        return cls(
            signers=_lists(signers, DEFAULT_PURPOSES),
            time_stamps=_lists(tsa, TSA_PURPOSES),
            identities=_lists(identities, IDENTITY_PURPOSES),
            identity_issuers=tuple(dict.fromkeys(identity_issuers)),
            allowed=read_certificates(allowed),
        )

    def joined(self, other: TrustPolicy) -> TrustPolicy:
        """The policy that trusts whom either of two trusts."""
        return TrustPolicy(
            signers=_once(self.signers, other.signers),
            time_stamps=_once(self.time_stamps, other.time_stamps),
            identities=_once(self.identities, other.identities),
            identity_issuers=tuple(dict.fromkeys((*self.identity_issuers, *other.identity_issuers))),
            allowed=tuple(dict.fromkeys((*self.allowed, *other.allowed))),
        )

    @property
    def purposes(self) -> frozenset[str]:
        """Accepted extended key usages of signers: those that C2PA names, for which the list may be empty, and those of the lists.

        Never that of time-stamp authorities, also where such a list was given as one of signers.
        """
        return DEFAULT_PURPOSES.union(*(item.purposes for item in self.signers)) - TSA_PURPOSES

    def standing(
        self, chain: tuple[bytes, ...], at: datetime, limits: Limits = DEFAULT_LIMITS, *, most: int | None = None, lattices: bool = False
    ) -> Standing:
        """How the signer's certificates (DER, his own first) stand with this policy at ``at`` (aware), to the second.

        Paths are searched among the first ``most`` of them (all by default); ``lattices`` lets ML-DSA count as sound, as edition 2.5 does.
        ``MalformedError`` (``signingCredential.invalid``) when the first cannot be read.
        """
        at = at.astimezone(UTC).replace(microsecond=0)

        def judge() -> Standing:
            leaf = Certificate.parse(chain[0], limits)
            chosen = chain[0] in self.allowed
            return Standing(
                leaf=leaf,
                findings=check_profile(leaf, purposes=self.purposes, chosen=chosen, lattices=lattices),
                path=check_path(chain[:most], self.signers, at, limits, allowed=self.allowed),
            )

        return self._standings.once(chain, (at, limits, most, lattices), judge)

    @property
    def is_configured(self) -> bool:
        """Whether any signer at all can be trusted."""
        return bool(self.allowed or any(item.anchors for item in self.signers))


def _lists(sources: _Lists, purposes: frozenset[str]) -> tuple[TrustList, ...]:
    return _once(s if isinstance(s, TrustList) else read_trust_list(s, purposes=purposes) for s in sources)


def _once(*groups: Iterable[TrustList]) -> tuple[TrustList, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
