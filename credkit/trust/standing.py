"""How the certificates of a signer stand with a policy at one time, judged once however often they sign.

The histories of edited files, and files of one source, repeat one chain of certificates. What is kept belongs to one policy and is bounded;
it is found again only under everything that it depends on: all certificates byte for byte, the second, the limits. What the file says
besides (revocation, time-stamps) is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from credkit.dataclass import dataclass
from credkit.trust.certificate import Certificate
from credkit.trust.path import PathResult
from credkit.trust.profile import Finding

__all__ = ["Standing", "Standings"]

_MOST = 64
_LARGEST = 32 << 10
"""Bytes of a chain that is kept; real ones have below 16 KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a chain."""

    leaf: Certificate
    """The signer's certificate."""
    findings: tuple[Finding, ...]
    """Rules of the profile that it breaks."""
    path: PathResult
    """Where it leads."""


class Standings:
    """The standings that one policy found. A copy of the policy, also one in another process, begins without any."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[tuple[tuple[bytes, ...], Hashable], Standing] = {}

    def __reduce__(self) -> tuple[type[Standings], tuple[()]]:
        return Standings, ()

    def once(self, chain: tuple[bytes, ...], circumstances: Hashable, judge: Callable[[], Standing]) -> Standing:
        """What ``judge`` returned for the same chain in the same circumstances, or returns now."""
        key = (chain, circumstances)
        found = self._found.get(key)
        if found is None:
            found = judge()
            if sum(map(len, chain)) <= _LARGEST:
                if len(self._found) >= _MOST:
                    self._found.clear()
                self._found[key] = found
        return found
