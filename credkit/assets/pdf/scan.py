"""What is known about one PDF: its stores, its XMP, and the places of its signatures.

A document of which the catalog is encrypted is read as far as it goes: it may well carry credentials that nobody without its password
can find.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.assets.layout import Layout, Metadata, Span
from credkit.assets.pdf.document import Document, PdfObject
from credkit.assets.pdf.packed import filters_of
from credkit.assets.pdf.stores import catalog, find_stores
from credkit.assets.source import Source
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["scan_pdf"]

_DIGITS = b"0123456789abcdefABCDEF\x00\t\n\f\r "


def scan_pdf(source: Source, media_type: str, limits: Limits = DEFAULT_LIMITS) -> Layout:
    """The layout of a PDF; ``MalformedError`` as ``PdfFormat.scan`` says."""
    document = Document(source, limits)
    try:
        stores, remarks = find_stores(source, document, limits)
    except MalformedError as error:
        if not document.encrypted or error.code == "manifest.inaccessible.encrypted":
            raise
        remark = "the document is encrypted, and whether Content Credentials are in the encrypted part is not known"
        return Layout(media_type=media_type, size=source.size, insert_at=source.size, remarks=(remark,))
    metadata = tuple(_metadata(source, document, limits))
    return Layout(media_type=media_type, size=source.size, stores=stores, insert_at=source.size, metadata=metadata, remarks=remarks)


def _metadata(source: Source, document: Document, limits: Limits) -> Iterator[Metadata]:
    """XMP and signatures; what cannot be read of them is passed over, because no store depends on it."""
    for find in (_xmp, _signatures):
        try:
            yield from find(source, document, limits)
        except MalformedError:
            continue


def _xmp(source: Source, document: Document, limits: Limits) -> Iterator[Metadata]:  # noqa: ARG001
    found = document.resolve(catalog(document).get("Metadata"))
    filters = [name for name, _ in filters_of(found.value)] if found.stream else ["none"]
    if found.stream and not document.encrypted and filters in ([], ["FlateDecode"]):
        yield Metadata(kind="xmp", slices=(found.stream,), frame=found.stream, compressed=bool(filters))


def _signatures(source: Source, document: Document, limits: Limits) -> Iterator[Metadata]:
    """The values of signature fields (ISO 32000-2, 12.8.1): the gap that ``ByteRange`` leaves, when it holds nothing but the value."""
    fields = document.resolve(document.dictionary(catalog(document).get("AcroForm")).get("Fields")).value
    waiting: list[Any] = list(fields) if isinstance(fields, list) else []
    for _ in range(limits.pdf_objects):
        if not waiting:
            return
        entries = document.dictionary(waiting.pop())
        kids = document.resolve(entries.get("Kids")).value
        waiting.extend(kids if isinstance(kids, list) else ())
        gap = _gap(source, document.resolve(entries.get("V")), limits)
        if gap:
            yield Metadata(kind="signature", slices=(gap,), frame=gap)


def _gap(source: Source, signature: PdfObject, limits: Limits) -> Span | None:
    ranges = signature.value.get("ByteRange") if isinstance(signature.value, dict) else None
    if not isinstance(ranges, list) or len(ranges) != 4 or not all(type(one) is int and one >= 0 for one in ranges):
        return None
    start, end = ranges[0] + ranges[1], ranges[2]
    if signature.start is None or not signature.start < start < end <= source.size or end - start > limits.pdf_object_size:
        return None
    contents = signature.value.get("Contents")
    # Thousands of fields may name one signature, so the gap is read only where it can be the value.
    if not isinstance(contents, bytes) or len(contents) != end - start - 2:
        return None
    value = source.read(start, end - start)
    written = value[:1] == b"<" and value[-1:] == b">" and not contents.strip(_DIGITS)
    return Span(start, end - start) if written and contents == value[1:-1] else None
