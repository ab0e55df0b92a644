"""ZIP and what is one: EPUB, OpenDocument, Office Open XML, OpenXPS. Credentials are read; they are an entry of their own.

Clause: "Embedding manifests into ZIP-based formats" (anchor ``_embedding_manifests_into_zip_based_formats``). Where entries lie is found in
``directory`` and ``entries``, how they are hashed is decided in ``binding``.
"""

from __future__ import annotations

from credkit.assets.layout import Layout
from credkit.assets.partial import NoBoxes, ReadOnly
from credkit.assets.source import Source
from credkit.assets.zip.kinds import DECLARED, PARTS, ZIP
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["ZipFormat"]


class ZipFormat(NoBoxes, ReadOnly):
    """ZIP archives; a new manifest is kept beside them and covers every byte."""

    name = "ZIP"
    media_types: tuple[str, ...] = (ZIP, *DECLARED, *PARTS.values(), "application/x-zip-compressed")
    extensions: tuple[str, ...] = (".zip", ".epub", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".odg", ".oxps")
    binding = "c2pa.hash.data"

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with an entry, or is an archive without any."""
        return head[:4] in (b"PK\3\4", b"PK\5\6")

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Kind and stores; ``MalformedError`` for an archive that contradicts itself, ``manifest.inaccessible.encrypted`` for a store that
        is encrypted.
        """
        from credkit.assets.zip.scan import scan_zip

        return source.known.once((self.name, limits), lambda: scan_zip(source, limits))
