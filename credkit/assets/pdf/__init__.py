"""PDF: credentials are read, of the document as a whole. See ``stores`` for where they are, ``document`` for how objects are found.

Clause: "Embedding manifests into PDFs" (anchor ``_embedding_manifests_into_pdfs``). A data hash leaves out the bytes of the store's
stream, and may leave out the value of a PDF signature, which is put in after the credentials were signed.
"""

from __future__ import annotations

from credkit.assets.layout import Layout
from credkit.assets.partial import NoBoxes, ReadOnly
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["PdfFormat"]


class PdfFormat(NoBoxes, ReadOnly):
    """PDF documents; a new manifest is kept beside them and covers every byte."""

    name = "PDF"
    media_types: tuple[str, ...] = ("application/pdf", "application/x-pdf")
    extensions: tuple[str, ...] = (".pdf",)
    binding = "c2pa.hash.data"

    def matches(self, head: bytes) -> bool:
        """Whether the file starts as a PDF does."""
        return head.startswith(b"%PDF-")

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Stores, XMP and signatures; ``MalformedError`` for cross-references that lead nowhere, ``manifest.inaccessible.encrypted`` for a
        store that is encrypted.
        """
        from credkit.assets.pdf.scan import scan_pdf

        return source.known.once((self.name, limits), lambda: scan_pdf(source, self.media_types[0], limits))
