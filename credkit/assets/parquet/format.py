"""Parquet as an asset format: the store as Base64 text under the key ``c2pa:manifest`` of the footer's ``key_value_metadata``.

Clause: "Embedding manifests into Parquet" (anchor ``_embedding_manifests_into_parquet``). ``thrift`` and ``footer`` walk, ``edit`` writes;
they are loaded only when such a file comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from credkit.assets.layout import Edit, Layout
from credkit.assets.partial import NoBoxes, NoMetadata, NoTexts, UpdatedInPlace
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from credkit.assets.parquet.footer import Footer

__all__ = ["ParquetFormat", "fields_of", "footer_of"]

_NO_TEXT = 9
"""Bytes below stand in no text, and in every page header and footer."""


def footer_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> Footer:
    """The footer, walked through once; ``MalformedError`` as in ``footer.read_footer``."""
    from credkit.assets.parquet.footer import read_footer

    return source.known.once(("Parquet footer", limits), lambda: read_footer(source, limits))


def fields_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[str, str | None]]:
    """What the file says about itself: ``created_by`` and the key-value entries, without the manifest.

    None for a text larger than ``limits.text_size``. ``MalformedError`` for a broken footer.
    """
    from credkit.assets.parquet.footer import read_fields

    return read_fields(source, footer_of(source, limits), limits.text_size)


class ParquetFormat(UpdatedInPlace, NoMetadata, NoTexts, NoBoxes):
    """Parquet data sets."""

    name = "Parquet"
    media_types: tuple[str, ...] = ("application/vnd.apache.parquet", "application/x-parquet")
    extensions: tuple[str, ...] = (".parquet", ".pq")
    binding = "c2pa.hash.data"
    writable = True

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with the magic number, or with that of an encrypted file, and is no text that begins so."""
        return head[:4] in (b"PAR1", b"PARE") and any(byte < _NO_TEXT for byte in head[4:68])

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """The store in the footer; ``MalformedError`` for a footer that is not sound."""
        from credkit.assets.parquet.edit import laid_out

        return laid_out(source, footer_of(source, limits), self.media_types[0])

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:  # noqa: ARG002
        """The value of the entry exchanged, an entry put last, or taken out; ``AssetError`` for an encrypted file."""
        from credkit.assets.parquet.edit import edited

        return edited(source, footer_of(source), store)
