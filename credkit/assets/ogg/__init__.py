"""Ogg (Vorbis, Opus, FLAC and Theora in it): the store is the first packet of a logical bitstream of its own. Read only.

Anchor ``_embedding_manifests_into_ogg_vorbis``. What the pages are, and how they are walked over, is decided in ``streams``.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.layout import Layout, NamedBox
from credkit.assets.partial import ReadOnly
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["OggFormat"]


class OggFormat(ReadOnly):
    """Ogg files."""

    name = "Ogg"
    media_types: tuple[str, ...] = ("audio/ogg", "video/ogg", "application/ogg", "audio/opus")
    extensions: tuple[str, ...] = (".ogg", ".oga", ".opus", ".ogv")
    binding = "c2pa.hash.data"

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with a page."""
        return head[:5] == b"OggS\x00"

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the headers of all pages; ``MalformedError`` when the first is broken. A source is scanned once."""
        from credkit.assets.ogg.streams import scan_ogg

        return source.known.once((self.name, limits), lambda: scan_ogg(source, self.media_types, limits))

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """Each stream with all its pages under its serial number, in the order in which they begin (anchor ``_ogg_specific_handling``)."""
        from credkit.assets.ogg.streams import stream_boxes

        return stream_boxes(source, limits)
