"""Whom the user of the command line trusts: the lists that a command names; where it names none, the identities that he made himself and
the lists that he keeps.

Nothing is trusted that the user did not choose. Making an identity and keeping a list are such choices; what they decide is said with the
verdict.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from credkit.dataclass import dataclass
from credkit.errors import CredentialError, TrustError
from credkit.trust.lists import TrustList
from credkit.trust.policy import TrustPolicy

if TYPE_CHECKING:
    from credkit.trust.saved import SavedList

__all__ = ["Trust", "named_policy", "trust_of"]

_STALE = timedelta(days=90)
_OPTIONS = {
    "trust_list": "",
    "tsa_list": " (time-stamps)",
    "allow": " (single certificates)",
    "identity_list": " (identities)",
    "identity_issuer": " (identities)",
}
"""Options that name whom to trust, and how what they name is told."""
_KINDS = {"signers": "", "tsa": "time-stamps, ", "allowed": "single certificates, ", "identities": "identities, ", "identity-issuer": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A policy, and in words where it comes from."""

    policy: TrustPolicy
    named: tuple[str, ...] = ()
    """What the command line names, in words."""
    own: tuple[str, ...] = ()
    """Names of the user's own identities among the anchors."""
    kept: tuple[SavedList, ...] = ()
    """Lists that the user keeps."""
    now: datetime
    """Against which the age of kept lists is told; no verdict depends on it."""

    @property
    def words(self) -> str:
        """Which lists counted, in sentences for people."""
        parts = [*self.named]
        if self.own:
            parts.append(f"your own {'identity' if len(self.own) == 1 else 'identities'} {', '.join(map(_quoted, self.own))}")
        parts += [_kept(item) for item in self.kept]
        if not parts:
            return (
                "Trust list: empty, so no signer can be called trusted; name one with --trust-list FILE, "
                'or keep the official ones with "credkit trust add official".'
            )
        aside = " (leave your own out with --no-own-trust)" if self.own or self.kept else ""
        sentences = [f"Trust list: {_joined(parts)}{aside}."]
        if not self.policy.is_configured:
            sentences.append("None of it is for signers, so no signer can be called trusted.")
        return " ".join(sentences + [_stale(item, self.now) for item in self.kept if _is_stale(item, self.now)])


def trust_of(args: argparse.Namespace, *, also: TrustPolicy | None = None) -> Trust:
    """The trust of the options of ``parsers.add_trust_options``; ``TrustError`` when a file, an identity or a kept list cannot be used.

    ``also`` are the lists of an acceptance policy, which are named like those of the command line.
    """
    now = datetime.now(UTC)
    named = _named(args)
    if also is not None:
        return Trust(policy=_policy(args).joined(also), named=(*named, "the lists of the policy"), now=now)
    if named:
        return Trust(policy=_policy(args), named=named, now=now)
    if args.no_own_trust:
        return Trust(policy=TrustPolicy.none(), now=now)
    try:
        return _own_trust(now)
    except (CredentialError, TrustError) as error:
        raise TrustError(f"{error}; leave your own identities and lists out with --no-own-trust") from None


def named_policy(args: argparse.Namespace) -> TrustPolicy | None:
    """The policy of what the command line names, None where it names nothing; ``TrustError`` for what cannot be used."""
    return _policy(args) if _named(args) else None


def _own_trust(now: datetime) -> Trust:
    from credkit.sign.identity import list_identities
    from credkit.trust.saved import list_saved, saved_policy

    identities, kept = list_identities(), list_saved()
    policy = saved_policy(kept)
    if identities:
        own = TrustList.of(*(identity.root for identity in identities), name="own identities")
        # Whoever makes an identity vouches for the name in it, whether it signs claims or names an actor.
        policy = TrustPolicy.of(own, identities=[own]).joined(policy)
    return Trust(policy=policy, own=tuple(identity.name for identity in identities), kept=kept, now=now)


def _named(args: argparse.Namespace) -> tuple[str, ...]:
    return tuple(f"{_short(value)}{what}" for option, what in _OPTIONS.items() for value in getattr(args, option))


def _short(value: str) -> str:
    """Of a file its name, of an issuer (a DID, which has no slash) all of it."""
    return os.path.basename(value)


def _policy(args: argparse.Namespace) -> TrustPolicy:
    return TrustPolicy.of(
        *args.trust_list,
        tsa=args.tsa_list,
        identities=args.identity_list,
        identity_issuers=_checked(args.identity_issuer),
        allowed=args.allow,
    )


def _checked(issuers: list[str]) -> list[str]:
    if not issuers:
        return []
    from credkit.trust.saved import checked_did

    return [checked_did(issuer) for issuer in issuers]


def _kept(item: SavedList) -> str:
    return f"{_quoted(item.name)} ({_KINDS[item.kind]}{_since(item)})"


def _since(item: SavedList) -> str:
    if item.kind == "identity-issuer":
        return f"{item.origin}, kept on {item.fetched:%Y-%m-%d}"
    return f"fetched on {item.fetched:%Y-%m-%d}"


def _is_stale(item: SavedList, now: datetime) -> bool:
    return item.kind in ("signers", "tsa", "identities") and now - item.fetched > _STALE


def _stale(item: SavedList, now: datetime) -> str:
    return f'{_quoted(item.name)} was fetched {(now - item.fetched).days:,} days ago: bring it up to date with "credkit trust update".'


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _quoted(name: str) -> str:
    return f'"{name}"'
