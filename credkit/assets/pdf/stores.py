"""The manifest stores of a PDF: which streams they are, and which of them count.

Clauses: "Embedding manifests into PDFs" (anchor ``_embedding_manifests_into_pdfs``), "Special Considerations for PDF" (anchor
``locating_active_manifest_pdf_special``). A store is an embedded file whose specification has the relationship ``C2PA_Manifest`` and
stands in the list of associated files of the document, or among its embedded files; the media type is not looked at, because it was
written in several places and ways. Each update that was appended may bring one, the newest is the active one; two in one update count as
none. Stores of single objects of a document (a picture in it) are not looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.assets.layout import Span, StoreLocation
from credkit.assets.pdf.document import Document, PdfObject
from credkit.assets.pdf.objects import Reference
from credkit.assets.pdf.packed import filters_of
from credkit.assets.source import Source
from credkit.dataclass import replace
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["catalog", "find_stores", "update_ends"]

_RELATIONSHIP = "C2PA_Manifest"
_INFLATED = ("FlateDecode", "Fl")


def update_ends(document: Document) -> list[int]:
    """For each section, the newest first, the first byte behind what was there when it was written: up to its cross-references.

    A linearized file has two sections that belong together, of which the one that is read first stands in front.
    """
    ends: list[int] = []
    for section in reversed(document.sections):
        ends.append(max(section.start, ends[-1] if ends else 0))
    return ends[::-1]


def catalog(document: Document, age: int = 0) -> dict[str, Any]:
    """The catalog as it was when the newest ``age`` sections were not there; empty when they have none."""
    root = next((section.trailer["Root"] for section in document.sections[age:] if "Root" in section.trailer), None)
    return document.dictionary(root, age)


def find_stores(source: Source, document: Document, limits: Limits = DEFAULT_LIMITS) -> tuple[tuple[StoreLocation, ...], tuple[str, ...]]:
    """The active store, with the earlier ones in its ``before``, and remarks.

    ``MalformedError`` when the document cannot be read; ``manifest.inaccessible.encrypted`` when it is a store that cannot be.
    """
    remarks: list[str] = []
    found: dict[int, dict[Span, PdfObject]] = {}
    ends, unread = update_ends(document), 0
    for age in range(len(document.sections)):
        try:
            streams = list(_stores_of(document, age))
        except MalformedError:
            # What an update replaced may be in any state; what counts now may not.
            if age == 0:
                raise
            unread += 1
            continue
        for stream in streams:
            if stream.stream is not None and stream.start is not None:
                update = min((end for end in ends if end > stream.start), default=source.size)
                found.setdefault(update, {})[stream.stream] = stream
    if unread:
        remarks.append(f"the document as it was before {unread:,} of its updates cannot be read, so that stores may be missing here")
    locations: list[StoreLocation] = []
    for _, together in sorted(found.items()):
        if len(together) > 1:
            remarks.append(f"{len(together)} manifest stores came with one update of the document, so none of these counts")
            continue
        (stream,) = together.values()
        locations.append(_location(source, document, stream, limits))
    if not locations:
        return (), tuple(remarks)
    return (replace(locations[-1], before=tuple(locations[:-1])),), tuple(remarks)


def _stores_of(document: Document, age: int) -> Iterator[PdfObject]:
    """The streams of all stores that the document had when the newest ``age`` sections were not there."""
    root = catalog(document, age)
    files = document.resolve(root.get("AF"), age).value
    yield from _streams(document, files if isinstance(files, list) else [files], age)
    yield from _streams(document, _embedded(document, document.dictionary(root.get("Names"), age).get("EmbeddedFiles"), age), age)


def _embedded(document: Document, tree: Any, age: int) -> Iterator[Any]:
    """The file specifications in a tree of names."""
    waiting, seen = [tree], set[Reference]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Reference):
            if node in seen:
                continue
            seen.add(node)
        entries = document.dictionary(node, age)
        names, kids = (document.resolve(entries.get(key), age).value for key in ("Names", "Kids"))
        yield from names[1::2] if isinstance(names, list) else ()
        waiting.extend(kids if isinstance(kids, list) else ())


def _streams(document: Document, specifications: Any, age: int) -> Iterator[PdfObject]:
    for specification in specifications:
        entries = document.dictionary(specification, age)
        if entries.get("AFRelationship") == _RELATIONSHIP:
            files = document.dictionary(entries.get("EF"), age)
            yield document.resolve(files.get("F", files.get("UF")), age)


def _location(source: Source, document: Document, stream: PdfObject, limits: Limits) -> StoreLocation:
    """The store in a stream: as it is, or deflated."""
    assert stream.stream is not None
    place = stream.stream
    head = source.read(place.start, min(8, place.length))
    if head[4:8] == b"jumb":
        return StoreLocation(
            slices=(_without_padding(source, place, int.from_bytes(head[:4], "big"), limits),), frame=(place,), pinned=True
        )
    filters = [(name, parameters) for name, parameters in filters_of(stream.value) if name != "Crypt"]
    identity = any(name == "Crypt" and parameters.get("Name", "Identity") == "Identity" for name, parameters in filters_of(stream.value))
    if document.encrypted and not identity:
        raise MalformedError("its Content Credentials are encrypted", code="manifest.inaccessible.encrypted", offset=place.start)
    fault = ""
    if not filters:
        fault = "it does not begin like one"
    elif len(filters) > 1 or filters[0][0] not in _INFLATED or filters[0][1].get("Predictor", 1) != 1:
        fault = f"it is packed with {' and '.join(name[:30] for name, _ in filters[:3])}, which is not read here"
    return StoreLocation(slices=(place,), frame=(place,), deflated=not fault, fault=fault, pinned=True)


def _without_padding(source: Source, place: Span, length: int, limits: Limits) -> Span:
    """The store without zeros behind it, for which some writers leave room; anything else behind it stays, so that it is found."""
    rest = place.length - length
    if length < 8 or not 0 < rest <= limits.store_size or any(source.read(place.start + length, rest)):
        return place
    return Span(place.start, length)
