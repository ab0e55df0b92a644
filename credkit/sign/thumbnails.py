"""Thumbnails that ingredients bring: how much room they take, and how another manifest refers to one of them.

A thumbnail stands in the manifest that made it and is never copied: an ingredient assertion names it where it is. Clauses: "Ingredient
Thumbnails" (anchor ``_ingredient_thumbnails``), "Adding an ingredient" (anchor ``_adding_ingredients``). Making thumbnails is left to
``media``, and whether a manifest gets one of its own to the callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.codec.digest import digest
from credkit.errors import MalformedError
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.store import Assertion, EmbeddedFile
from credkit.sign.compose import HASH_ALGORITHM
from credkit.verify import ManifestReport, Report

__all__ = ["StoredThumbnails", "own_thumbnail"]

_KIND, _OF_CLAIM = "c2pa.thumbnail.", "c2pa.thumbnail.claim"


def own_thumbnail(report: Report) -> HashedUri | None:
    """The thumbnail that the active manifest of a checked asset has of it; None when there is none whose bytes are the signed ones."""
    active = report.active
    if active is None:
        return None
    return next((_reference(item) for item in _intact(active) if item.label.startswith(_OF_CLAIM)), None)


class StoredThumbnails:
    """All thumbnails in the manifests of some assets, each manifest once."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self.size = 0
        """Bytes of all of them, also of those that nothing may refer to."""
        self._by_data: dict[bytes, Assertion] = {}
        seen: set[str] = set()
        for manifest in (manifest for report in reports for manifest in report.manifests):
            if manifest.label not in seen:
                seen.add(manifest.label)
                self._take(manifest)

    def _take(self, manifest: ManifestReport) -> None:
        found = [item for item in manifest.manifest.assertions if item.label.startswith(_KIND)]
        self.size += sum(item.box.end - item.box.offset for item in found)
        for item in _intact(manifest):
            if (data := _content(item)) is not None:
                self._by_data.setdefault(data, item)

    @property
    def smallest(self) -> int | None:
        """Bytes of the smallest picture that may be referred to; None without any."""
        return min(map(len, self._by_data), default=None)

    def find(self, data: bytes) -> HashedUri | None:
        """How to refer to the thumbnail that consists of exactly these bytes; None when there is none."""
        item = self._by_data.get(data)
        return _reference(item) if item else None


def _intact(found: ManifestReport) -> Iterator[Assertion]:
    """Thumbnails that have the hash that was signed. One in a compressed manifest has no place that every reader finds."""
    if found.manifest.compressed:
        return
    right = {status.url for status in found.results.success if status.code == "assertion.hashedURI.match"}
    yield from (item for item in found.manifest.assertions if item.label.startswith(_KIND) and item.uri in right)


def _content(assertion: Assertion) -> bytes | None:
    try:
        value = assertion.value()
    except MalformedError:
        return None
    return value.data if isinstance(value, EmbeddedFile) else None


def _reference(assertion: Assertion) -> HashedUri:
    return HashedUri(url=assertion.uri, hash=digest(HASH_ALGORITHM, assertion.box.hashed).value)
