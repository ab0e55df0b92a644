"""What has to look at pixels: where a picture differs from its parent, and a small preview of it. Pillow is loaded by these
functions alone.
"""

from __future__ import annotations

import io

from credkit.api.reading import name_of
from credkit.assets import Asset, Source, open_source
from credkit.assets.stream import SourceStream
from credkit.limits import Limits
from credkit.manifest.assertions import Region, Thumbnail
from credkit.manifest.hashed_uri import HashedUri
from credkit.sign.thumbnails import StoredThumbnails

__all__ = ["SAME_PICTURE", "THUMBNAIL_BUDGET", "find_regions", "find_thumbnail", "make_preview"]

THUMBNAIL_BUDGET = 400 * 1024
"""Bytes of all thumbnails in a manifest store: with them, the manifests of a hundred edits stay below a megabyte."""
SAME_PICTURE = "The thumbnail of an earlier version shows the same picture, so that no other was added."
_SHARE = 16
_LEAST = 2 * 1024
"""Bytes below which a picture of usual content cannot be told any more."""
_MOST_REGIONS = 16


def find_regions(parent: Asset, child: Source, limits: Limits) -> tuple[tuple[Region, ...], str]:
    """The areas of ``child`` that differ from ``parent``, and a sentence for people; no area when none can be told."""
    from credkit.media.pictures import has_more
    from credkit.media.regions import changed_regions

    with open_source(parent) as opened:
        found = changed_regions(_stream(opened), _stream(child), limits=limits)
    regions = tuple(Region.rectangle(area.x, area.y, area.width, area.height, name="changed area") for area in found.areas[:_MOST_REGIONS])
    name = f'"{name_of(parent)}"' if name_of(parent) else "the parent"
    note = f"Compared with {name}: {found.description}"
    return regions, f"{note}; further pictures of the file were not compared" if has_more(_stream(child)) else note


def make_preview(source: Source, stored: StoredThumbnails, budget: int, limits: Limits) -> tuple[Thumbnail | None, str | None]:
    """A thumbnail assertion for the picture, and a sentence for people where it is smaller than usual, or where there is none.

    All thumbnails of a store have ``budget`` bytes, those ``stored`` in the history included; each new one gets a sixteenth of what is
    left, so that the first forty generations or so have one. A picture whose thumbnail is there already gets no other.
    """
    from credkit.media.thumbnail import MOST_BYTES, thumbnails

    room, usual = (min(MOST_BYTES, (budget - used) // _SHARE) for used in (stored.size, 0))
    rejected, small = False, None
    for small in thumbnails(_stream(source), limits=limits):
        if stored.find(small.data):
            return None, SAME_PICTURE
        if len(small.data) <= room and room >= _LEAST:
            return Thumbnail(small.data, small.media_type), _smaller(stored.size, budget) if rejected else None
        rejected = rejected or len(small.data) <= usual
        if room < _LEAST and len(small.data) < (stored.smallest or budget):
            break
    if small is None:
        return None, "No thumbnail was added: the file holds no picture that can be decoded."
    return None, f"No thumbnail was added: {_taken(stored.size, budget)}, which is too much for another one (--thumbnail-budget)."


def find_thumbnail(source: Source, stored: StoredThumbnails, limits: Limits) -> HashedUri | None:
    """The reference to a thumbnail that was once made of the same picture; None when none of those ``stored`` was."""
    from credkit.media.thumbnail import thumbnails

    for small in thumbnails(_stream(source), limits=limits) if stored.smallest else ():
        if found := stored.find(small.data):
            return found
        if len(small.data) < (stored.smallest or 0):
            break
    return None


def _smaller(used: int, budget: int) -> str:
    return f"The thumbnail is smaller than usual, because {_taken(used, budget)} (--thumbnail-budget)."


def _taken(used: int, budget: int) -> str:
    return f"the thumbnails of earlier versions and ingredients take up {used / 1024:,.0f} of {budget / 1024:,.0f} KiB"


def _stream(source: Source) -> io.BufferedReader:
    return io.BufferedReader(SourceStream(source))
