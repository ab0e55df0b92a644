"""PDF documents of a few objects, written in all the ways in which a PDF can say where its objects are, and such with credentials."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from credkit.assets import BytesSource, PdfFormat, read_store
from credkit.assets.layout import Layout
from credkit.limits import Limits
from tests.binding.file_collections import store_about

__all__ = [
    "STYLES",
    "Pdf",
    "deflated",
    "document",
    "pdf",
    "plain_pdf",
    "scan",
    "signed_pdf",
    "some_store",
    "stored",
    "stream",
    "updates",
    "with_store",
]

STYLES = ("table", "stream", "plain stream", "packed", "hybrid")
"""How an update says where its objects are."""
CATALOG, PAGES, FILE, STORE = 1, 2, 10, 11
Objects = Mapping[int, bytes]


def stream(data: bytes, entries: bytes = b"", *, length: bytes | None = None) -> bytes:
    size = b"%d" % len(data) if length is None else length
    return b"<< /Length " + size + b" " + entries + b" >>\nstream\n" + data + b"\nendstream"


def deflated(data: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(data), b"/Filter /FlateDecode " + entries)


class Pdf:
    """A PDF that grows by updates."""

    def __init__(self, head: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") -> None:
        self.data = bytearray(head)
        self.previous: int | None = None
        self.next = 50

    def update(self, objects: Objects, *, style: str = "table", trailer: bytes = b"/Root 1 0 R", free: tuple[int, ...] = ()) -> Pdf:
        """Append objects (what stands between ``obj`` and ``endobj``) and their cross-references."""
        entries: dict[int, tuple[int, int, int]] = dict.fromkeys((0, *free), (0, 0, 65535))
        packed = {number: data for number, data in objects.items() if b"stream\n" not in data} if style in ("packed", "hybrid") else {}
        if packed:
            container, self.next = self.next, self.next + 1
            entries |= {number: (2, container, index) for index, number in enumerate(packed)}
            objects = {**{number: data for number, data in objects.items() if number not in packed}, container: _object_stream(packed)}
        for number, data in objects.items():
            entries[number] = (1, len(self.data), 0)
            self.data += b"%d 0 obj\n" % number + data + b"\nendobj\n"
        if self.previous is not None:
            trailer += b" /Prev %d" % self.previous
        self._references(entries, style, trailer)
        self.data += b"startxref\n%d\n%%%%EOF\n" % (self.previous or 0)
        return self

    def _references(self, entries: dict[int, tuple[int, int, int]], style: str, trailer: bytes) -> None:
        beside = b""
        if style == "hybrid":
            hidden = {number: entry for number, entry in entries.items() if entry[0] == 2}
            beside = b" /XRefStm %d" % self._reference_stream(hidden, b"", style)
            entries = {number: entry if entry[0] != 2 else (0, 0, 0) for number, entry in entries.items()}
        if style in ("table", "hybrid"):
            self.previous = len(self.data)
            self.data += b"xref\n" + b"".join(
                b"%d 1\n%010d %05d %c \n" % (number, first, second, b"fn"[kind])
                for number, (kind, first, second) in sorted(entries.items())
            )
            self.data += b"trailer\n<< /Size 100 " + trailer + beside + b" >>\n"
        else:
            self.previous = self._reference_stream(entries, trailer, style)

    def _reference_stream(self, entries: dict[int, tuple[int, int, int]], trailer: bytes, style: str) -> int:
        start, number, self.next = len(self.data), self.next, self.next + 1
        entries = entries | {number: (1, start, 0)}
        rows = [struct.pack(">BIH", *entry) for _, entry in sorted(entries.items())]
        index = b" ".join(b"%d 1" % number for number in sorted(entries))
        head = b"/Type /XRef /Size 100 /W [1 4 2] /Index [" + index + b"] " + trailer
        if style == "plain stream":
            made = stream(b"".join(rows), head)
        else:
            above = [bytes(7), *rows]
            up = b"".join(
                b"\2" + bytes((one - two) & 255 for one, two in zip(row, last, strict=True)) for row, last in zip(rows, above, strict=False)
            )
            made = deflated(up, head + b" /DecodeParms << /Predictor 12 /Columns 7 >>")
        self.data += b"%d 0 obj\n" % number + made + b"\nendobj\n"
        return start


def _object_stream(objects: Objects) -> bytes:
    places, data = [], b""
    for number, value in objects.items():
        places.append(b"%d %d" % (number, len(data)))
        data += value + b" "
    head = b" ".join(places) + b"\n"
    return deflated(head + data, b"/Type /ObjStm /N %d /First %d" % (len(objects), len(head)))


def document(**entries: bytes) -> dict[int, bytes]:
    """The objects that every document has; ``entries`` go into the catalog."""
    more = b"".join(b" /%s %s" % (key.encode(), value) for key, value in entries.items())
    return {
        CATALOG: b"<< /Type /Catalog /Pages 2 0 R" + more + b" >>",
        PAGES: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
        4: stream(b"0 0 m 100 100 l S % drawn"),
    }


def with_store(
    store: bytes,
    *,
    file: int = FILE,
    names: bool = True,
    relationship: bytes = b"/C2PA_Manifest",
    entries: bytes = b"",
    packed: bool = False,
) -> dict[int, bytes]:
    """The objects of a document with a store; ``names`` puts it among the embedded files, too."""
    where = {"Names": b"<< /EmbeddedFiles << /Names [(store \\) \\050) %d 0 R] >> >>" % file} if names else {}
    made = deflated if packed else stream
    return document(AF=b"[%d 0 R]" % file, **where) | {
        file: b"<< /Type /Filespec /F (content_credential.c2pa) /AFRelationship " + relationship + b" /EF << /F %d 0 R >> >>" % (file + 1),
        file + 1: made(store, b"/Type /EmbeddedFile /Subtype /application#2Fc2pa " + entries),
    }


def plain_pdf(style: str = "table") -> bytes:
    return bytes(Pdf().update(document(), style=style).data)


def signed_pdf(
    build: Callable[[bytes], bytes] = lambda store: bytes(Pdf().update(with_store(store)).data),
    *,
    more: Callable[[bytes], list[tuple[int, int]]] = lambda data: [],
    room: int = 0,
) -> bytes:
    """A document made by ``build`` around its store; ``more`` are further ranges (start, length) that its data hash leaves out, ``room``
    zeros behind the store.
    """
    size = 100
    for _ in range(4):
        marked = b"\xa5" * size
        data = build(marked + bytes(room))
        ranges = sorted([(data.index(marked), size + room), *more(data)])
        state, position = hashlib.sha256(), 0
        for start, length in (*ranges, (len(data), 0)):
            state.update(data[position:start])
            position = start + length
        value: dict[str, Any] = {
            "alg": "sha256",
            "exclusions": [{"start": start, "length": length} for start, length in ranges],
            "hash": state.digest(),
            "pad": b"",
        }
        store = store_about(value, "c2pa.hash.data")
        if len(store) == size:
            return build(store + bytes(room))
        size = len(store)
    raise AssertionError("the size of the store does not settle")


def pdf(objects: dict[int, bytes], style: str = "table", **options: bytes) -> bytes:
    return bytes(Pdf().update(objects, style=style, **options).data)  # type: ignore[arg-type]


def updates(*stores: dict[int, bytes], style: str = "table") -> bytes:
    made = Pdf()
    for objects in stores:
        made.update(objects, style=style)
    return bytes(made.data)


def scan(data: bytes, limits: Limits | None = None) -> Layout:
    return PdfFormat().scan(BytesSource(data), limits or Limits())


def stored(data: bytes) -> bytes:
    layout = scan(data)
    assert layout.store is not None
    return read_store(BytesSource(data), layout.store)


def some_store(text: str = "one") -> bytes:
    """A store with one manifest, whatever it is about."""
    return store_about({"alg": "sha256", "hash": text.encode().ljust(32), "pad": b""}, "c2pa.hash.data")
