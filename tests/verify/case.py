"""One line of a verdict table: a file that is made on demand, and exactly what its verification has to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from credkit.assets import BytesSource
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.status import StatusCode
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, Report, verify
from tests.forge import pki

__all__ = ["Case", "case", "delta_failures", "failures", "informs", "judge", "policy"]

Made = bytes | tuple[bytes, bytes]


@cache
def policy() -> TrustPolicy:
    """The anchors of all sound signers of the forge."""
    return TrustPolicy.of(*(pki.root_pem(algorithm) for algorithm in ("ed25519", "es256", "ps256")))


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[], Made]
    """A file, or a file and the store beside it."""
    failures: frozenset[str]
    """Failure codes of the active manifest, all of them."""
    deltas: frozenset[str]
    """Failure codes below ingredients that nobody recorded, all of them."""
    state: str
    says: frozenset[str]
    """Success and informational codes that have to be among the results or deltas."""
    lacks: frozenset[str]
    """Codes that must not appear."""
    informs: frozenset[str] | None
    """Informational codes of all manifests, all of them; None leaves them open."""
    profile: Profile
    policy: Callable[[], TrustPolicy]
    at: datetime | None
    limits: Limits
    fetcher: Callable[[], Fetcher] | None
    """The network, when it may be asked."""

    def verify(self) -> Report:
        fetcher = self.fetcher() if self.fetcher else None
        return judge(self.make(), policy=self.policy(), profile=self.profile, at=self.at, limits=self.limits, fetcher=fetcher)


def case(
    name: str,
    make: Callable[[], Made],
    *failures: str,
    deltas: tuple[str, ...] = (),
    state: str | None = None,
    says: tuple[str, ...] = (),
    lacks: tuple[str, ...] = (),
    informs: tuple[str, ...] | None = None,
    profile: str = "2.4",
    policy: Callable[[], TrustPolicy] = policy,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    fetcher: Callable[[], Fetcher] | None = None,
) -> Case:
    """A case; without a state it is Trusted when nothing fails and Invalid otherwise."""
    return Case(
        name=name,
        make=make,
        failures=frozenset(failures),
        deltas=frozenset(deltas),
        state=state or ("Invalid" if failures or deltas else "Trusted"),
        says=frozenset(says),
        lacks=frozenset(lacks),
        informs=None if informs is None else frozenset(informs),
        profile=Profile(profile),
        policy=policy,
        at=at,
        limits=limits,
        fetcher=fetcher,
    )


def judge(
    made: Made,
    *,
    policy: TrustPolicy | None = None,
    profile: str = "2.4",
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    fetcher: Fetcher | None = None,
) -> Report:
    """The report on a file, and perhaps the store beside it."""
    asset, sidecar = (made, None) if isinstance(made, bytes) else made
    beside = None if sidecar is None else BytesSource(sidecar)
    return verify(BytesSource(asset), sidecar=beside, policy=policy, profile=Profile(profile), at=at, limits=limits, fetcher=fetcher)


def failures(report: Report) -> frozenset[str]:
    """Failure codes of the active manifest."""
    return frozenset(s.code for s in report.active.results.failure) if report.active else frozenset()


def delta_failures(report: Report) -> frozenset[str]:
    """Failure codes of all deltas."""
    return frozenset(s.code for delta in report.ingredient_deltas for s in delta.validation_deltas.failure)


def informs(report: Report) -> frozenset[str]:
    """Informational codes of all manifests, but for ``org.credkit.unbound``, which stands beside most of them (``test_coverage.py``)."""
    return frozenset(s.code for m in report.manifests for s in m.results.informational) - {StatusCode.ORG_CREDKIT_UNBOUND}
