"""Identity assertions in words: who is named, in which role, and what may be said of that name.

No name stands here without its standing. Judged by ``verify``; every text that leaves here is safe to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.identity import ROLES
from credkit.provenance.text import quoted, shown
from credkit.verify.report import IdentityReport, IdentityStanding

if TYPE_CHECKING:
    from credkit.trust.identity.credential import VerifiedIdentity

__all__ = ["STANDING_WORDS", "identity_words"]

STANDING_WORDS: dict[IdentityStanding, str] = {
    "trusted": "verified, on your list for identities",
    "well-formed": "verified, NOT on your list for identities",
    "unchecked": "NOT CHECKED",
    "failed": "UNVERIFIED, its check failed",
}
_MOST = 5


def identity_words(identity: IdentityReport, limits: Limits = DEFAULT_LIMITS) -> str:
    """``"Studio" of "Company" as creator (verified, on your list for identities)``."""
    role = f" as {', '.join(_role(item, limits) for item in identity.roles[:_MOST])}" if identity.roles else ""
    return f"{_who(identity, limits)}{role} ({STANDING_WORDS[identity.standing]})"


def _who(identity: IdentityReport, limits: Limits) -> str:
    if identity.identities:
        told = [_attested(item, limits) for item in identity.identities[:_MOST]]
        more = f" and {len(identity.identities) - _MOST:,} more" if len(identity.identities) > _MOST else ""
        return f"{', '.join(told)}{more}, according to {quoted(identity.issuer or 'nobody', limits)}"
    if identity.name is None:
        return "somebody who is not named"
    organization = identity.organization if identity.organization != identity.name else None
    return quoted(identity.name, limits) + (f" of {quoted(organization, limits)}" if organization else "")


def _attested(item: VerifiedIdentity, limits: Limits) -> str:
    name = item.name or item.username or item.uri or item.address
    provider = f" at {quoted(item.provider, limits)}" if item.provider else ""
    return (quoted(name, limits) if name else f"somebody ({shown(item.type, limits)})") + provider


def _role(role: str, limits: Limits) -> str:
    return role.removeprefix("cawg.") if role in ROLES else shown(role, limits)
