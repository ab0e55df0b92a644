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

__all__ = ["find_regions", "make_preview"]

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


def make_preview(source: Source, limits: Limits) -> Thumbnail | None:
    """A thumbnail assertion for the picture; None when its pixels cannot be decoded."""
    from credkit.media.thumbnail import make_thumbnail

    made = make_thumbnail(_stream(source), limits=limits)
    return Thumbnail(made.data, made.media_type) if made else None


def _stream(source: Source) -> io.BufferedReader:
    return io.BufferedReader(SourceStream(source))
