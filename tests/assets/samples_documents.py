"""Small documents: archives and PDF of several kinds, with and without credentials."""

from __future__ import annotations

from tests.forge.archives import archive, docx, epub, signed_archive, streamed
from tests.forge.documents import Pdf, document, plain_pdf, signed_pdf, with_store

__all__ = ["DOCX", "EPUB", "PDF", "SIGNED_EPUB", "SIGNED_PDF", "STREAMED", "UPDATED_PDF", "ZIP"]

ZIP = archive(("a.txt", b"text"), ("folder/", b""), ("folder/b.txt", b"more text" * 20), comment=b"a comment")
EPUB = epub()
SIGNED_EPUB = signed_archive(epub())
DOCX = docx()
STREAMED = streamed()
PDF = plain_pdf()
SIGNED_PDF = signed_pdf(lambda store: bytes(Pdf().update(with_store(store), style="packed").data))
UPDATED_PDF = bytes(Pdf().update(document(), style="hybrid").update(document(Lang=b"(en)"), style="stream").data)
