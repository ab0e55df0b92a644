"""``lint_file``: what a file has of that which the rules of a place ask a generated picture to carry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from credkit.api.reading import name_of, open_with_sidecar
from credkit.assets import Asset
from credkit.labels import REGIMES, Regime
from credkit.labels.lint import LintReport, lint
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, verify

__all__ = ["lint_file"]


def lint_file(
    asset: Asset,
    regimes: Iterable[Regime] = REGIMES,
    *,
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    name: str | None = None,
) -> LintReport:
    """Hold a file (path, bytes or seekable binary stream) against the requirements of ``regimes``, signed or not.

    ``policy`` says whom to trust, also for time-stamps: nobody by default. The network is never asked. ``AssetError`` when the file cannot
    be read, ``DefinitionError`` for an unknown regime; whatever is in the file becomes findings.
    """
    called = name_of(asset) if name is None else name
    with open_with_sidecar(asset) as (source, beside):
        report = verify(source, sidecar=beside, policy=policy, at=at, profile=Profile.V2_4, limits=limits, name=called)
        return lint(source, report, regimes, limits=limits)
