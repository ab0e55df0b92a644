"""SVG as an asset format: the store is the Base64 text of ``/svg/metadata/c2pa:manifest``.

Anchor ``_embedding_manifests_into_svg``. The specification names no exclusion for SVG; it is exactly the Base64 text here, as the reference
has it. Everything else keeps its bytes. ``scan`` reads, ``edit`` and ``texts`` write; they are loaded only when such a file comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.edited import splice
from credkit.assets.layout import Edit, Layout, TextSpan
from credkit.assets.partial import NoBoxes, NoMetadata, UpdatedInPlace
from credkit.assets.source import Source
from credkit.assets.svg.sniff import encoding_of, is_packed, is_svg
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["SvgFormat"]


class SvgFormat(UpdatedInPlace, NoBoxes, NoMetadata):
    """SVG drawings in UTF-8 and other encodings that write ASCII as it is."""

    name = "SVG"
    media_types: tuple[str, ...] = ("image/svg+xml", "image/svg")
    extensions: tuple[str, ...] = (".svg", ".svgz")
    binding = "c2pa.hash.data"
    writable = True

    def matches(self, head: bytes) -> bool:
        """Whether the root element is an ``svg``, also of a packed file."""
        return is_svg(head) or is_packed(head)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Read the drawing; ``MalformedError`` when it is no well-formed XML, declares entities that hide something, or is beyond the
        limits. A source is scanned once.
        """
        from credkit.assets.svg.scan import scan_svg

        return source.known.once((self.name, limits), lambda: scan_svg(source, self.media_types[0], limits))

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Put the store in, in place of the text of the one that is there, or take all out (None).

        ``AssetError`` for a packed drawing, and for one in UTF-16.
        """
        from credkit.assets.svg.edit import embedded

        return embedded(source, layout, store)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """XMP, what else stands in ``metadata`` besides manifests, and the texts of the drawing itself, in one piece."""
        from credkit.assets.svg.scan import head_of, known_outline
        from credkit.assets.svg.texts import texts_of, unread

        head = head_of(source)
        if is_packed(head) or encoding_of(head) != "utf-8":
            yield unread(source)
        else:
            yield from texts_of(source, known_outline(source, limits))

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values, or texts removed; ``AssetError`` for those of the drawing itself, which are seen or steer how it looks."""
        from credkit.assets.svg.texts import replaced_texts

        return Edit(pieces=splice(source.size, replaced_texts(changes)))
