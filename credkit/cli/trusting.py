"""Whom the user of the command line trusts: the anchors he names, and the identities that he made himself.

Nothing is trusted that the user did not choose; making an identity is such a choice, and what it decides is said with the verdict.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from credkit.errors import CredentialError, TrustError
from credkit.trust.lists import TrustList
from credkit.trust.policy import TrustPolicy

__all__ = ["Trust", "trust_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A policy, and in words where it comes from."""

    policy: TrustPolicy
    own: tuple[str, ...]
    """Names of the user's own identities among the anchors."""
    files: tuple[Path, ...]

    @property
    def words(self) -> str:
        """One sentence for people."""
        own = f"your own {'identity' if len(self.own) == 1 else 'identities'} {', '.join(map(_quoted, self.own))}" if self.own else ""
        files = ", ".join(path.name for path in self.files)
        if not own and not files:
            return "Trust list: empty, so no signer can be called trusted; name one with --trust FILE.pem."
        aside = " (leave your own out with --no-own-trust)" if own else ""
        return f"Trust list: {' and '.join(part for part in (own, files) if part)}{aside}."


def trust_of(args: argparse.Namespace) -> Trust:
    """The trust of ``--trust``, ``--tsa-trust`` and ``--no-own-trust``; ``TrustError`` when a file or an identity cannot be used."""
    from credkit.sign.identity import list_identities

    policy = TrustPolicy.of(*args.trust, tsa=args.tsa_trust)
    if args.no_own_trust:
        return Trust(policy=policy, own=(), files=tuple(args.trust))
    try:
        identities = list_identities()
    except CredentialError as error:
        raise TrustError(f"{error}; leave your own identities out with --no-own-trust") from None
    own = TrustList.of(*(identity.root for identity in identities), name="own identities")
    return Trust(
        policy=policy.joined(TrustPolicy.of(*([own] if identities else []))), own=tuple(i.name for i in identities), files=tuple(args.trust)
    )


def _quoted(name: str) -> str:
    return f'"{name}"'
