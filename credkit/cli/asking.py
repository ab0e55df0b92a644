"""Whether a command may ask the network.

Nothing is asked unless the command line says ``--online``; each verdict then has a fetcher of its own, with bounds of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credkit.trust.fetch import Fetcher

__all__ = ["fetcher_of"]


def fetcher_of(online: bool) -> Fetcher | None:
    """A new fetcher with ``--online``, None without."""
    if not online:
        return None
    from credkit.trust.http import HttpFetcher

    return HttpFetcher()
