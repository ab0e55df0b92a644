"""A manifest store in a file of its own (``.c2pa``): anchor ``_external_manifests``.

The file is the superbox and nothing else; bytes behind it are not read, and dropped when the store is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.edited import splice
from credkit.assets.layout import Edit, Insert, Layout, NamedBox, Span, StoreLocation, TextSpan
from credkit.assets.partial import UpdatedInPlace
from credkit.assets.source import Source
from credkit.codec.jumbf import box_type
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["SidecarFormat"]

_STORE_TYPE = box_type("c2pa")


class SidecarFormat(UpdatedInPlace):
    """Manifest store files."""

    name = "manifest store"
    media_types: tuple[str, ...] = ("application/c2pa", "application/x-c2pa-manifest-store")
    extensions: tuple[str, ...] = (".c2pa",)
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset()

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with a superbox whose description box has the type of a manifest store."""
        body = head[16:] if head[:4] == b"\x00\x00\x00\x01" else head[8:]
        return head[4:8] == b"jumb" and body[4:8] == b"jumd" and body[8:24] == _STORE_TYPE

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:  # noqa: ARG002
        """The superbox; ``MalformedError`` (``manifest.inaccessible.malformed``) when it is longer than the file."""
        head = source.read(0, min(source.size, 64))
        if not self.matches(head):
            raise MalformedError("the file does not start with a manifest store", code="manifest.inaccessible.malformed", offset=0)
        length = int.from_bytes(head[:4], "big") or source.size
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length > source.size or length < 8:
            raise MalformedError(
                f"the manifest store claims {length:,} bytes, the file has {source.size:,}",
                code="manifest.inaccessible.malformed",
                offset=0,
            )
        box = Span(0, length)
        return Layout(
            media_type=self.media_types[0],
            size=source.size,
            stores=(StoreLocation(slices=(box,), frame=(box,)),),
        )

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:  # noqa: ARG002
        """The store itself; ``AssetError`` for None, because nothing would be left."""
        if store is None:
            raise AssetError("a manifest store file holds nothing but the store: delete the file instead")
        return Edit(pieces=(Insert(store),), exclusions=(Span(0, len(store)),))

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:  # noqa: ARG002
        """Always ``AssetError``: there is no place for metadata."""
        raise AssetError("a manifest store file cannot carry XMP or EXIF: put it into the picture")

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """The store as the one box ``C2PA``."""
        for location in layout.stores:
            yield NamedBox(name="C2PA", span=location.frame[0])

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:  # noqa: ARG002
        """None: what a manifest says is no text of the file."""
        return iter(())

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:  # noqa: ARG002
        """The file as it is."""
        return Edit(pieces=splice(source.size, ()))
