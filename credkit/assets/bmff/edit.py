"""Put a store into an ISO base media file, or take it out, with everything that says where something lies following.

A new store goes behind ``ftyp``, so before all content; in a QuickTime film without ``ftyp`` behind ``moov``, where the specification
(anchor ``_embedding_manifests_into_bmff_based_assets``) allows it, too. All boxes of C2PA that are there go, those with parts of Merkle
trees as well, which belong to the old hash. Free space in the file stays what it is. Which bytes follow a move is left to ``offsets``.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.bmff.boxes import BoxWalker
from credkit.assets.bmff.offsets import moved_offsets
from credkit.assets.bmff.stores import MANIFEST, read_c2pa_box, store_box
from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.layout import Edit, Layout, Span
from credkit.assets.source import Source
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS

__all__ = ["embedded"]

_INDEXES = frozenset({"moov", "meta"})
_CONTENT = frozenset({"mdat", "moof", "meta"})


def embedded(source: Source, layout: Layout, store: bytes | None) -> Edit:
    """The edit after which ``store``, or none, is the store of the file; ``AssetError`` as ``BmffFormat.embed`` says."""
    try:
        changes = list(_old_boxes(source, whole=store is not None))
        framed = store_box(MANIFEST, store) if store is not None else b""
        changes.insert(0, Replacement(Span(layout.insert_at, 0), framed))
        changes += moved_offsets(BoxWalker(source), changes, DEFAULT_LIMITS)
    except MalformedError as error:
        raise AssetError(f"the HEIF/AVIF/MP4 file is cut off or damaged: {error}; take a whole copy, or save the file anew") from None
    pieces = splice(source.size, changes)
    if store is None:
        return Edit(pieces=pieces)
    place = moved(
        layout.insert_at, [change for change in changes if change.span.end < layout.insert_at or change.span.start > layout.insert_at]
    )
    return Edit(pieces=pieces, exclusions=(Span(place, len(framed)),))


def _old_boxes(source: Source, *, whole: bool) -> Iterator[Replacement]:
    """The removal of every box of C2PA; ``AssetError`` when the file shall be ``whole`` and lacks its index or what that describes."""
    types: set[str] = set()
    for box in BoxWalker(source).roots():
        types.add(box.type)
        if read_c2pa_box(source, box):
            yield Replacement(box.span)
    if whole and not types & _INDEXES:
        raise AssetError(
            "the file holds neither a film (moov) nor a picture (meta), so it was cut off or never finished: take a whole copy"
        )
    if whole and not types & _CONTENT:
        raise AssetError(
            "the file describes a film and holds nothing of it: films whose fragments are files of their own are verified, not signed"
        )
