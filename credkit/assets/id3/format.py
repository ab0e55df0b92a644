"""Compressed sound with an ID3v2 tag, MP3 or FLAC: the store is an object in the tag, XMP is private data there.

Anchor ``_embedding_manifests_into_id3``. The specification names no exclusion for the hash: as the reference has it, this is the store and
nothing else. Sizes in the tag are hashed therefore, and a store can only be replaced in place by one of the same length. ``scan`` reads,
``edit`` writes; they are loaded only when such a file comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.id3.sniff import looks_like_sound
from credkit.assets.layout import Edit, Layout, TextSpan
from credkit.assets.partial import NoBoxes, UpdatedInPlace
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Id3Format"]

_MPEG, _FLAC = "audio/mpeg", "audio/flac"


class Id3Format(UpdatedInPlace, NoBoxes):
    """MP3 and FLAC files."""

    name = "MP3/FLAC"
    media_types: tuple[str, ...] = (_MPEG, "audio/mp3", "audio/x-mp3", "audio/mpeg3", _FLAC, "audio/x-flac")
    extensions: tuple[str, ...] = (".mp3", ".flac")
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with an ID3v2 tag, as FLAC, or with two frames of MPEG audio."""
        return looks_like_sound(head)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the frames of the tags; ``MalformedError`` when a tag is longer than the file or no sound follows. A source is scanned
        once.
        """
        from credkit.assets.id3.scan import scan_id3

        return source.known.once((self.name, limits), lambda: scan_id3(source, _MPEG, _FLAC, limits))

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all objects with a store by one with ``store``, or remove them (None); a tag that was left empty is removed, too.

        ``AssetError`` when a tag cannot be written anew: it is damaged, has a checksum, or would get too long.
        """
        from credkit.assets.id3.edit import embedded

        return embedded(source, layout, store)

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:  # noqa: ARG002
        """Set the XMP in place of the old one, else behind the other frames; there is no place for EXIF.

        ``AssetError`` as in ``embed``, and for a tag of version 2.2, which has no such frames.
        """
        from credkit.assets.id3.edit import described

        return described(source, xmp)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """XMP and texts of the tags, and the comments of a FLAC."""
        from credkit.assets.id3.texts import texts_of

        return texts_of(source, limits)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """Frames removed, or with another packet of XMP, and comments of a FLAC emptied; ``AssetError`` as in ``embed``."""
        from credkit.assets.id3.texts import replaced_texts

        return replaced_texts(source, changes)
