"""The kinds of documents that are ZIP archives, by what is in them."""

from __future__ import annotations

__all__ = ["DECLARED", "PARTS", "ZIP"]

ZIP = "application/zip"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
PARTS = {
    b"word/document.xml": f"{_OFFICE}.wordprocessingml.document",
    b"xl/workbook.xml": f"{_OFFICE}.spreadsheetml.sheet",
    b"ppt/presentation.xml": f"{_OFFICE}.presentationml.presentation",
    b"FixedDocumentSequence.fdseq": "application/oxps",
}
"""Parts of packages that have ``[Content_Types].xml``, and what the package is then."""
DECLARED = (
    "application/epub+zip",
    *(f"{_OPEN_DOCUMENT}.{kind}" for kind in ("text", "spreadsheet", "presentation", "graphics")),
)
"""What the entry ``mimetype`` may say of an archive."""
