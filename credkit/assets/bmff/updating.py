"""Update manifests in an ISO base media file: added without moving a byte that an older hash covers.

Anchor ``_box_containing_the_manifest``. The place of every box is part of the hash, so the box of the store is renamed from "manifest" to
"original" and keeps its length, with zeros behind a store that was redacted, and a box "update" at the end takes the update manifests.
Where nothing stands behind the store's own box, that box grows.
"""

from __future__ import annotations

from credkit.assets.bmff.boxes import BmffBox, BoxWalker
from credkit.assets.bmff.stores import MANIFEST, ORIGINAL, UPDATE, C2paBox, read_c2pa_box, store_box
from credkit.assets.edited import Replacement, splice
from credkit.assets.joining import labels_of, parted_store
from credkit.assets.layout import Edit, Layout, Span
from credkit.assets.source import Source
from credkit.errors import AssetError, MalformedError

__all__ = ["updated"]

_EDIT = "sign the file as an edit of itself instead (credkit sign --parent)"


def updated(source: Source, layout: Layout, store: bytes) -> Edit:
    """See ``BmffFormat.update``."""
    location = layout.store
    if location is None or location.fault:
        raise AssetError(f"the manifest store of the file cannot be updated: {location.fault if location else 'there is not exactly one'}")
    try:
        first, second, last = _boxes(source)
        present = labels_of(source.read(location.slices[0].start, location.slices[0].length))
        if first.box.span == last.span and second is None:
            return _grown(source, first, store)
        original, update = parted_store(store, present)
    except MalformedError as error:
        raise AssetError(f"the file is damaged and was not updated: {error}") from None
    if second is not None and second.box.span != last.span:
        raise AssetError(f"behind the update manifests of the file, which have to stand at its end, other boxes were put; {_EDIT}")
    _check_room(source, first, original, last, ends=second is not None)
    frame = second.box.span if second else Span(source.size, 0)
    box = store_box(UPDATE, update)
    changes = [
        Replacement(Span(first.purpose_at, len(ORIGINAL)), ORIGINAL.encode("ascii")),
        Replacement(first.store, original.ljust(first.store.length, b"\x00")),
        Replacement(frame, box),
    ]
    return Edit(pieces=splice(source.size, changes), exclusions=(first.box.span, Span(frame.start, len(box))))


def _boxes(source: Source) -> tuple[C2paBox, C2paBox | None, BmffBox]:
    """The boxes of the store and of its updates, and the last box of the file."""
    found: dict[str, C2paBox] = {}
    last: BmffBox | None = None
    for last in BoxWalker(source).roots():
        if c2pa := read_c2pa_box(source, last):
            found[c2pa.purpose] = c2pa
    first = found.get(MANIFEST) or found.get(ORIGINAL)
    if first is None or last is None:
        raise AssetError(f"the file holds update manifests only, without the manifests that they update; {_EDIT}")
    return first, found.get(UPDATE), last


def _grown(source: Source, first: C2paBox, store: bytes) -> Edit:
    """The box at the end of the file with another store in it."""
    box = store_box(MANIFEST, store)
    return Edit(pieces=splice(source.size, [Replacement(first.box.span, box)]), exclusions=(Span(first.box.span.start, len(box)),))


def _check_room(source: Source, first: C2paBox, original: bytes, last: BmffBox, *, ends: bool) -> None:
    if len(original) > first.store.length:
        raise AssetError(
            f"the manifest store would need {len(original):,} bytes where the file has {first.store.length:,}, and nothing in it may move "
            f"(manifests that were compressed are stored unpacked when they are updated); {_EDIT}"
        )
    if not ends and not any(source.read(last.span.start, 4)):
        raise AssetError(f"the last box of the file has no size of its own, so nothing can be added behind it; {_EDIT}")
