"""HEIF, AVIF, MP4 and QuickTime as one asset format: the store is a ``uuid`` box, and what says where something lies follows it.

Anchor ``_embedding_manifests_into_bmff_based_assets``. ``scan`` reads, ``edit`` puts a store in and takes it out, ``updating`` adds
update manifests, ``texts`` gives XMP and Exif that are there another value (none are added). They are loaded only when such a file comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.bmff.brands import looks_like_bmff
from credkit.assets.edited import splice
from credkit.assets.layout import Edit, Layout, TextSpan
from credkit.assets.partial import NoBoxes, NoMetadata
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["BmffFormat"]


class BmffFormat(NoMetadata, NoBoxes):
    """Films, sound and pictures in ISO base media files; which of them a file is, its brands and tracks decide."""

    name = "HEIF/AVIF/MP4"
    media_types: tuple[str, ...] = (
        "video/mp4",
        "image/heic",
        "image/heif",
        "image/avif",
        "audio/mp4",
        "video/quicktime",
        "image/heic-sequence",
        "image/heif-sequence",
        "application/mp4",
        "video/x-m4v",
        "audio/x-m4a",
        "audio/m4a",
    )
    extensions: tuple[str, ...] = (".mp4", ".heic", ".heif", ".avif", ".m4a", ".mov", ".m4v", ".hif", ".heics", ".heifs", ".avifs", ".qt")
    binding = "c2pa.hash.bmff.v3"
    writable = True

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with ``ftyp`` and no brand of another format, as an old QuickTime film, or as a fragment of a film."""
        return looks_like_bmff(head)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the boxes of the root, and look into those that tell what the file is. A source is scanned once.

        ``MalformedError`` when they are broken and no store was found, and for a fragment of a film.
        """
        from credkit.assets.bmff.scan import scan_bmff

        return source.known.once((self.name, limits), lambda: scan_bmff(source, limits))

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Take out all boxes of C2PA and put one with ``store`` in (unless None); what says where something lies follows.

        ``AssetError`` when it cannot: see ``offsets``.
        """
        from credkit.assets.bmff.edit import embedded

        return embedded(source, layout, store)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """XMP and Exif, wherever the file keeps them, and the notes of a film."""
        from credkit.assets.bmff.boxes import BoxWalker
        from credkit.assets.bmff.notes import notes_of
        from credkit.assets.bmff.texts import texts_of

        yield from texts_of(self.scan(source, limits))
        yield from notes_of(BoxWalker(source, limits))

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values in the place of the old ones, filled up to their length, or emptied ones; ``AssetError`` when one is longer."""
        from credkit.assets.bmff.texts import replaced_texts

        return Edit(pieces=splice(source.size, replaced_texts(changes)))

    def update(self, source: Source, layout: Layout, store: bytes) -> Edit:
        """The edit that makes ``store``, which holds the present manifests (some without redacted assertions) and new update manifests
        behind them, the store of the file, with every byte outside of the boxes of C2PA at its place.

        ``AssetError`` when there is not exactly one sound store, or the boxes leave no room for that.
        """
        from credkit.assets.bmff.updating import updated

        return updated(source, layout, store)
