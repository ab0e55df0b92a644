"""Where trust lists are had from, and having them anew from there.

An origin is an https address, a file, or a DID, which stands for itself. It is pinned: an update asks the same place, and what comes back
must be the same list, not an older edition, and usable. When anything is wrong the kept list stays as it is.

The official lists of C2PA are had in their JSON form. The PEM files beside it hold the same certificates, but neither the times from which
each is trusted nor an edition nor what the list is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from credkit.dataclass import dataclass, field
from credkit.errors import FetchError, TrustError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.certificate import Certificate
from credkit.trust.fetch import Fetcher, Request
from credkit.trust.lists import read_file
from credkit.trust.lote import SCHEMES
from credkit.trust.saved import SavedList, describe_list, save_list

__all__ = ["OFFICIAL", "Changes", "is_address", "official_lists", "origin_of", "read_origin", "update_saved"]

_FOLDER = "https://raw.githubusercontent.com/c2pa-org/conformance-public/main/trust-list/"
OFFICIAL: Mapping[str, str] = {
    "C2PA Trust List": f"{_FOLDER}C2PA-TRUST-LIST.json",
    "C2PA TSA Trust List": f"{_FOLDER}C2PA-TSA-TRUST-LIST.json",
}
"""The lists that C2PA publishes, by name, and their addresses."""
_Window: TypeAlias = "tuple[datetime | None, datetime | None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A list before and after an update."""

    before: SavedList = field(repr=False)
    after: SavedList = field(repr=False)
    came: tuple[str, ...]
    """Subjects of certificates that were not on it."""
    went: tuple[str, ...]
    """Subjects of certificates that are no longer on it."""
    changed: tuple[str, ...]
    """Subjects of those that vouch for another time than before."""

    @property
    def is_same(self) -> bool:
        """Whether the bytes are the same."""
        return self.before.sha256 == self.after.sha256


def is_address(source: str) -> bool:
    """Whether a source is an address rather than a file or a DID."""
    return "://" in source


def origin_of(source: str) -> str:
    """How a source is pinned: addresses and DIDs as they are, files with their whole path. ``TrustError`` for an address without https."""
    if is_address(source):
        if not source.lower().startswith("https://"):
            raise TrustError(f"{source} is no https address: a trust list that others can change on its way is worth nothing")
        return source
    return source if source.startswith("did:") else str(Path(source).absolute())


def read_origin(origin: str, fetcher: Fetcher | None, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes at an origin; ``FetchError`` or ``TrustError`` when they cannot be had."""
    if origin.startswith("did:"):
        return origin.encode("utf-8")
    if not is_address(origin):
        return read_file(origin, limits)
    if fetcher is None:
        raise FetchError(f"{origin} is on the network, which is not to be used")
    return fetcher.fetch(Request(url=origin, what="the trust list", origin="user", most=limits.trust_list_size)).body


def official_lists(fetcher: Fetcher, now: datetime | None = None) -> tuple[SavedList, ...]:
    """Both lists of C2PA, fetched and checked, not kept yet; ``FetchError``, ``TrustError``."""
    return tuple(_official(name, origin, fetcher, now or datetime.now(UTC)) for name, origin in OFFICIAL.items())


def _official(name: str, origin: str, fetcher: Fetcher, now: datetime) -> SavedList:
    found = describe_list(name, read_origin(origin, fetcher), kind=None, origin=origin, fetched=now)
    if found.uri != SCHEMES[name].uri:
        raise TrustError(f"{origin} is not the {name}: nothing was kept")
    return found


def update_saved(item: SavedList, fetcher: Fetcher | None, directory: Path | None = None, *, now: datetime | None = None) -> Changes:
    """Have a list anew from its origin and keep it in the place of the old one.

    ``FetchError`` or ``TrustError`` when it cannot be had or used, is another list, or is older than the kept one; ``OutputError`` when it
    cannot be written. The old one is kept then.
    """
    data = read_origin(item.origin, fetcher)
    purposes = frozenset(item.purposes) or None
    after = describe_list(item.name, data, kind=item.kind, origin=item.origin, fetched=now or datetime.now(UTC), purposes=purposes)
    if after.uri != item.uri:
        raise TrustError(
            f'{item.origin} no longer holds the list that was kept as "{item.name}": remove it and add it again if you trust it'
        )
    if _is_older(after, item):
        raise TrustError(f"{item.origin} holds an older edition than the kept one ({_edition(after)} instead of {_edition(item)})")
    changes = _changes(item, after)
    save_list(after, directory, replacing=True)
    return changes


def _is_older(after: SavedList, before: SavedList) -> bool:
    if after.issued is None or before.issued is None:
        return before.issued is not None
    return (int(after.edition or 0), after.issued) < (int(before.edition or 0), before.issued)


def _edition(item: SavedList) -> str:
    return f"{item.edition} of {item.issued:%Y-%m-%d}" if item.issued else "one that does not say its edition"


def _changes(before: SavedList, after: SavedList) -> Changes:
    old, new = _windows(before), _windows(after)
    return Changes(
        before=before,
        after=after,
        came=_subjects(der for der in new if der not in old),
        went=_subjects(der for der in old if der not in new),
        changed=_subjects(der for der in new if der in old and old[der] != new[der]),
    )


def _windows(item: SavedList) -> dict[bytes, list[_Window]]:
    """When each certificate vouches; those that are trusted for themselves do so always."""
    found: dict[bytes, list[_Window]] = {der: [] for der in item.certificates}
    for anchor in item.anchors.anchors:
        found[anchor.der].append((anchor.not_before, anchor.not_after))
    return found


def _subjects(certificates: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(sorted(Certificate.parse(der).subject for der in certificates))
