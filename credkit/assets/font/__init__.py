"""Fonts (OpenType, TrueType): the store and a reference to a remote one stand in a table ``C2PA``; they are read and not written.

Anchor ``_embedding_manifests_into_fonts``. Fonts packed for the web (WOFF) and collections of fonts have no such table by the
specification: they are known, and hold nothing. What the tables are is decided in ``tables``.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.font.sniff import looks_like_font
from credkit.assets.layout import Layout, NamedBox
from credkit.assets.partial import ReadOnly
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["FontFormat"]


class FontFormat(ReadOnly):
    """OpenType and TrueType fonts."""

    name = "font"
    media_types: tuple[str, ...] = (
        *("font/ttf", "font/otf", "font/sfnt", "font/collection", "font/woff", "font/woff2"),
        *("application/font-sfnt", "application/x-font-ttf", "application/x-font-otf", "application/font-woff"),
    )
    extensions: tuple[str, ...] = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2")
    binding = "c2pa.hash.boxes"

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with the directory of a font, whose first table has a name, or as a packed font or a collection."""
        return looks_like_font(head)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Read the table directory and the table ``C2PA``; ``MalformedError`` when a table does not lie in the file. A source is scanned
        once.
        """
        from credkit.assets.font.tables import scan_font

        return source.known.once((self.name, limits), lambda: scan_font(source, limits))

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """The tables in the order of the directory, and then anything but zeros between them; none for a packed font or a collection."""
        from credkit.assets.font.tables import table_boxes

        return table_boxes(source, limits)
