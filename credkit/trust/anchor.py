"""One authority on a trust list, and the time in which it vouches.

Clause: "C2PA signers" (anchor ``_c2pa_signers``), "trust anchor configuration".
"""

from __future__ import annotations

from datetime import datetime

from credkit.dataclass import dataclass, field

__all__ = ["Anchor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A certificate of an authority, root or subordinate, and the time in which it vouches for signatures."""

    der: bytes = field(repr=False)
    not_before: datetime | None = None
    """It vouches for signatures made from then on; None: for all earlier ones too."""
    not_after: datetime | None = None
    """It vouches for signatures made up to then; None: without end."""

    def vouches_at(self, at: datetime) -> bool:
        """Whether ``at`` (aware) lies in the window."""
        return (self.not_before is None or self.not_before <= at) and (self.not_after is None or at <= self.not_after)
