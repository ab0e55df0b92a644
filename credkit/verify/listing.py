"""What a claim lists, every reference followed once: the checks ask for it again and again, and a hostile file lists very much."""

from __future__ import annotations

from collections.abc import Iterator

from credkit.dataclass import dataclass
from credkit.manifest.claim import Claim
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.store import Assertion, ManifestStore
from credkit.manifest.uri import JumbfUri, absolute

__all__ = ["Entry", "Listing", "present"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One reference of a claim to an assertion."""

    reference: HashedUri
    uri: str
    """Absolute; as it is stored when it is no JUMBF URI."""
    outside: bool
    """It names another manifest."""
    assertion: Assertion | None
    """What it leads to, in whichever manifest; None for nothing, or no assertion."""


class Listing:
    """The entries of one claim; empty for a claim that cannot be read."""

    __slots__ = ("by_kind", "by_uri", "created", "entries", "gathered", "present", "undivided")

    def __init__(self, store: ManifestStore, label: str, claim: Claim | None) -> None:
        self.created = tuple(_entries(store, label, claim.created if claim else ()))
        self.gathered = tuple(_entries(store, label, claim.gathered if claim else ()))
        self.undivided = tuple(_entries(store, label, claim.assertions if claim else ()))
        """Those of a claim of version 1."""
        self.entries = self.created + self.gathered + self.undivided
        self.by_uri = {entry.uri: entry for entry in self.entries}
        self.present = present(self.entries, label)
        """The assertions of this manifest that are listed and there, in claim order."""
        self.by_kind: dict[str, list[Assertion]] = {}
        """The same by their label without instance, each once, however often it is listed."""
        for assertion in {found.label: found for found in self.present}.values():
            self.by_kind.setdefault(assertion.base_label, []).append(assertion)


def present(entries: tuple[Entry, ...], label: str) -> tuple[Assertion, ...]:
    """The assertions of the manifest called ``label`` that the entries lead to."""
    return tuple(entry.assertion for entry in entries if entry.assertion is not None and entry.assertion.manifest == label)


def _entries(store: ManifestStore, label: str, references: tuple[HashedUri, ...]) -> Iterator[Entry]:
    for reference in references:
        parsed = JumbfUri.parse(reference.url)
        if parsed is None:
            yield Entry(reference, reference.url, False, None)
            continue
        target = parsed.within(label)
        yield Entry(reference, absolute(reference.url, label), target.manifest != label, store.assertion_named(target))
