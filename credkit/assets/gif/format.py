"""GIF as an asset format: the store is one application extension ``C2PA_GIF`` in front of the first picture.

Anchor ``_embedding_manifests_into_gifs``. The store goes right behind the global colour table, or where a single old one stood in front of
the first picture; it is read anywhere up to the trailer. XMP is the application extension ``XMP DataXMP``, whose value stands in one piece
in front of a trailer of 258 bytes; comments are the texts of the file. ``scan`` and ``blocks`` read, ``edit`` writes; they are loaded only
when such a file comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.gif.sniff import SCREEN, SIGNATURES
from credkit.assets.layout import Edit, Layout, NamedBox, Span, TextSpan
from credkit.assets.partial import UpdatedInPlace
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["GifFormat"]


class GifFormat(UpdatedInPlace):
    """GIF files, animated ones included."""

    name = "GIF"
    media_types: tuple[str, ...] = ("image/gif",)
    extensions: tuple[str, ...] = (".gif",)
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with the signature of one of the two editions, and more."""
        return head[:6] in SIGNATURES and len(head) >= SCREEN

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the blocks; ``MalformedError`` when the structure is broken before anything of use was found. A source is
        scanned once.
        """
        from credkit.assets.gif.scan import scan_gif

        return source.known.once((self.name, limits), lambda: scan_gif(source, self.media_types[0], limits))

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all extensions ``C2PA_GIF`` by one with ``store``, or remove them (None)."""
        from credkit.assets.gif.edit import embedded

        return embedded(source, layout, store)

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """Set XMP in place of the old extension, else behind a store or the global colour table.

        ``AssetError`` for XMP with a zero byte (UTF-16), which the extension cannot hold, and for EXIF, for which GIF has no place.
        """
        from credkit.assets.gif.edit import described

        return described(source, layout, xmp=xmp, exif=exif)

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """The blocks under the names of anchor ``_gif_specific_handling``; colour tables belong to what announces them."""
        from credkit.assets.gif.blocks import Walk

        yield NamedBox(name="GIF89a", span=Span(0, 6))
        for block in Walk(source, limits).blocks():
            yield NamedBox(name="C2PA" if block.is_store else block.name, span=block.frame)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """Comments and XMP."""
        from credkit.assets.gif.blocks import NAMED, XMP, Walk

        walk = Walk(source, limits)
        for block in walk.blocks():
            if block.name == "21FE":
                slices, fault = walk.parts(block)
                value = Span(block.parts_at, block.end - block.parts_at)
                yield TextSpan(kind="comment", name=block.name, value=value, slices=slices, frame=block.frame, fault=fault)
            elif block.application == XMP:
                slices, fault = walk.packet(block)
                value = Span(NAMED + block.start, block.end - NAMED - block.start)
                yield TextSpan(kind="xmp", name=block.name, value=value, slices=slices, frame=block.frame, fault=fault)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values in blocks of the same kind, or blocks removed."""
        from credkit.assets.gif.edit import replaced_texts

        return replaced_texts(source, changes)
