"""One attack: a file made on demand by somebody who wants to fool, stall or crash a verifier, and exactly what it has to get.

An attack is *keyless* when whoever made the file needed no signing key that the judge trusts: he changed a genuine file, or signed with a
key of his own where the policy trusts another. No keyless attack is ever accepted (``is_believed``), or, where the standard forces a
reader to accept the file, ``org.credkit.unbound`` names the very bytes and ``credkit verify --strict`` refuses it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, Report
from tests.verify.case import Made, judge, policy

__all__ = ["Attack", "attack", "is_believed", "statuses"]


@dataclass(frozen=True, kw_only=True)
class Attack:
    name: str
    """``freed-padding-png``: unique, and the name of its folder when exported."""
    family: str
    """The class of attack: ``freed-padding``. All attacks of one class rest on the same idea."""
    idea: str
    """What the attacker does and hopes for, in one sentence."""
    keyless: bool
    make: Callable[[], Made]
    state: str
    statuses: frozenset[str]
    """Every code of every manifest that was reached, of the deltas, and of the failure without a manifest: all of them."""
    tolerated: str = ""
    """Of a keyless attack that is accepted: the clause that forces a reader to. ``org.credkit.unbound`` is then among the codes."""
    touched: tuple[bytes, ...] = ()
    """Of a keyless attack that is accepted: what the attacker wrote. Wherever it stands in the file, or else the store, it is unbound."""
    profile: str = "2.4"
    policy: Callable[[], TrustPolicy] = policy
    at: datetime | None = None
    limits: Limits = DEFAULT_LIMITS
    fetcher: Callable[[], Fetcher] | None = None

    def verify(self) -> Report:
        return judge(
            self.make(),
            policy=self.policy(),
            profile=Profile(self.profile),
            at=self.at,
            limits=self.limits,
            fetcher=self.fetcher() if self.fetcher else None,
        )


def attack(name: str, make: Callable[[], Made], state: str, *codes: str, family: str, idea: str, keyless: bool, **options: Any) -> Attack:
    """An attack in one call; ``options`` are further fields."""
    return Attack(name=name, family=family, idea=idea, keyless=keyless, make=make, state=state, statuses=frozenset(codes), **options)


def is_believed(state: str, codes: frozenset[str]) -> bool:
    """Whether a verdict says that somebody whom the user knows vouches for the file. A signature by nobody in particular is sound, and says
    nothing of the kind: its state is ``Valid``, and ``signingCredential.untrusted`` stands beside it.
    """
    return state == "Trusted" or (state == "Valid" and "signingCredential.untrusted" not in codes)


def statuses(report: Report) -> frozenset[str]:
    """Every code that a report gives, wherever it stands."""
    found = {s.code for manifest in report.manifests for s in manifest.results}
    found |= {s.code for delta in report.ingredient_deltas for s in delta.validation_deltas}
    return frozenset(found | ({report.failure.code} if report.failure else set()))
