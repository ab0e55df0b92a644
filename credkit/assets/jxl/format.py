"""JPEG XL as an asset format: the store is a top-level ``jumb`` box of the container, EXIF and XMP are boxes of their own.

Anchors ``_embedding_manifests_into_jpeg_xl`` and ``_jpeg_xl_special_handling``. The box is the store itself, without any framing. It is
read anywhere and written before the picture, behind ``ftyp`` and ``jxll``, or where a single old one stood there; a file that is nothing
but a codestream reads as one without a store. ``scan`` reads, ``edit`` and ``texts`` write; they are loaded only when such a file comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.jxl.sniff import CODESTREAM, SIGNATURE, is_bare
from credkit.assets.layout import Edit, Layout, NamedBox, TextSpan
from credkit.assets.partial import UpdatedInPlace
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["JxlFormat"]


class JxlFormat(UpdatedInPlace):
    """JPEG XL files, in a container or as a codestream alone."""

    name = "JPEG XL"
    media_types: tuple[str, ...] = ("image/jxl",)
    extensions: tuple[str, ...] = (".jxl",)
    binding = "c2pa.hash.boxes"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp", "exif"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with the signature box, or with that of a codestream."""
        return head.startswith((SIGNATURE, CODESTREAM))

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the boxes of the file; ``MalformedError`` when the structure is broken before anything of use was found. A source is
        scanned once.
        """
        from credkit.assets.jxl.scan import scan_jxl

        return source.known.once((self.name, limits), lambda: scan_jxl(source, self.media_types[0], limits))

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all store boxes by ``store``, or remove them (None); a codestream alone gets a container around it.

        ``AssetError`` when the picture breaks off before its last part.
        """
        from credkit.assets.jxl.edit import embedded

        return embedded(source, layout, store)

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """Set XMP or EXIF in a box that is not compressed, in place of the old ones, else before the picture.

        ``AssetError`` when a JPEG is to be restored with the metadata that is there.
        """
        from credkit.assets.jxl.edit import described

        return described(source, layout, xmp=xmp, exif=exif)

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:
        """The top-level boxes under their types, the store as ``C2PA``; none for a codestream alone."""
        from credkit.assets.jxl.boxes import walk

        stores = {location.frame[0].start for location in layout.stores}
        for box in () if is_bare(source) else walk(source, limits):
            yield NamedBox(name="C2PA" if box.span.start in stores else box.type, span=box.span)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """The ``Exif`` and ``xml `` boxes, also compressed ones; what belongs to a JPEG that can be restored is named as unread."""
        from credkit.assets.jxl.texts import texts_of

        return texts_of(source, limits)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values in boxes that are not compressed, or boxes removed; ``AssetError`` as for ``with_metadata``."""
        from credkit.assets.jxl.texts import replaced_texts

        return replaced_texts(source, changes)
