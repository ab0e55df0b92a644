"""Putting another store where one stands, with every other byte of the file as it was.

An update manifest has no hard binding: the hash of an older manifest goes on to cover the file, so the store has to start where it
started and nothing beside it may change (clause: "Update manifests", anchor ``_update_manifests``). How a store is framed is known to the
formats; here their edit is planned for the present place and then checked. A format with a place of its own for updates does without.
"""

from __future__ import annotations

from collections.abc import Iterable

from credkit.assets.engine import included
from credkit.assets.layout import AssetFormat, Copy, Edit, Layout, Span
from credkit.assets.source import Source
from credkit.dataclass import replace
from credkit.errors import AssetError

__all__ = ["replace_store"]


def replace_store(source: Source, asset_format: AssetFormat, layout: Layout, store: bytes) -> Edit:
    """The edit that replaces the one store of a file by ``store`` and changes nothing else.

    ``AssetError`` when there is not exactly one sound store, or when the format could not follow without changing bytes beside it
    (offsets of further pictures that would move).
    """
    location = layout.store
    if location is None:
        count = len(layout.stores)
        raise AssetError(f"the file holds {count or 'no'} manifest store{'s' if count > 1 else ''}, and exactly one can be updated")
    if location.fault or len(location.frame) != 1:
        raise AssetError("the manifest store of the file is damaged or lies in several places, so it cannot be updated where it stands")
    frame = location.frame[0]
    edit = asset_format.embed(source, replace(layout, insert_at=frame.start), store)
    kept = (piece.span for piece in edit.pieces if isinstance(piece, Copy))
    changing = (*layout.size_fields, frame)
    stands = [span.start for span in edit.exclusions] == [span.start for span in changing]
    added = edit.size - edit.exclusions[-1].length > source.size - frame.length
    if not stands or added or _joined(kept) != list(included(source.size, changing)):
        raise AssetError(
            f"the manifest store of this {asset_format.name} cannot change its length without changing signed bytes, because an index or "
            "a length in the file counts across it, or a filling byte has to follow it; sign the file as an edit of itself instead "
            "(credkit sign --parent)"
        )
    return edit


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].end == span.start:
            joined[-1] = Span(joined[-1].start, joined[-1].length + span.length)
        else:
            joined.append(span)
    return joined
