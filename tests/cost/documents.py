"""Documents, archives, drawings and fonts: objects, entries, elements and tables."""

from __future__ import annotations

import struct
import zipfile
import zlib

from tests.assets.samples_font import sfnt
from tests.assets.samples_svg import svg
from tests.cost.hostile import hostile
from tests.forge.archives import archive
from tests.forge.documents import Pdf, deflated, document, pdf, stream, updates

__all__: list[str] = []


@hostile("pdf attachments", ".pdf")
def _(size: int) -> bytes:
    count = min(size // 100, 19_000)
    objects = document(AF=b"[" + b" ".join(b"%d 0 R" % (100 + number) for number in range(count)) + b"]")
    return pdf(objects | {100 + number: b"<< /Type /Filespec /AFRelationship /C2PA_Manifest >>" for number in range(count)})


@hostile("pdf values in one object", ".pdf")
def _(size: int) -> bytes:
    return pdf(document(AF=b"[" + b"1 " * min(size // 2, 500_000) + b"]"))


@hostile("pdf updates", ".pdf")
def _(size: int) -> bytes:
    return updates(document(), *({60: b"null"} for _ in range(min(size // 120, 999))))


@hostile("pdf updates with sections to search", ".pdf")
def _(size: int) -> bytes:
    count = min(size // 120, 2_000)
    objects = document(AF=b"[" + b" ".join(b"%d 0 R" % (5_000 + number) for number in range(count)) + b"]")
    return updates(objects, *({40: b"null"} for _ in range(min(size // 120, 900))))


@hostile("pdf rows of a cross-reference", ".pdf")
def _(size: int) -> bytes:
    rows = b"\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0" * (size // 2)
    packed = stream(zlib.compress(rows, 9), b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 7 >> /Type /XRef /W [1 4 2]"
                    b" /Size %d /Root 1 0 R" % (size // 2))  # fmt: skip
    data = bytearray(b"%PDF-1.7\n")
    for number, value in document().items():
        data += b"%d 0 obj\n" % number + value + b"\nendobj\n"
    at = len(data)
    return bytes(data + b"99 0 obj\n" + packed + b"\nendobj\nstartxref\n%d\n%%%%EOF" % at)


@hostile("pdf of a packed bomb", ".pdf")
def _(size: int) -> bytes:
    return pdf(document(AF=b"[60 0 R]") | {60: deflated(bytes(100 * size), b"/Type /EmbeddedFile")})


@hostile("pdf table of a million objects", ".pdf")
def _(size: int) -> bytes:
    found, count = Pdf(), size // 20
    made = bytes(found.update(document()).data)
    at = made.rindex(b"xref\n0 1")
    head = made[:at] + b"xref\n0 1\n0000000000 65535 f \n" if False else made[:at]
    rows = b"xref\n1000 %d\n" % count + b"0000000009 00000 n \n" * count
    return head + rows + made[at + 5 :].replace(b"startxref\n%d" % at, b"startxref\n%d" % at)


@hostile("pdf without a table, of many starts", ".pdf")
def _(size: int) -> bytes:
    return b"%PDF-1.7\n" + b"startxref\n9\n%%EOF\n" * (size // 18)


@hostile("pdf nested", ".pdf")
def _(size: int) -> bytes:
    return pdf(document(AF=b"<</A [" * min(15, size) + b"(" * (size // 2) + b")" * (size // 2) + b"]>>" * min(15, size)))


@hostile("zip entries", ".zip")
def _(size: int) -> bytes:
    return archive(*((f"{number:06}", b"") for number in range(min(size // 100, 65_000))), method=zipfile.ZIP_STORED)


@hostile("zip entries, at the limit", ".zip")
def _(size: int) -> bytes:
    return archive(*((f"{number:06}", b"") for number in range(min(size // 100, 19_900))), method=zipfile.ZIP_STORED)


@hostile("zip comment of end records", ".zip")
def _(size: int) -> bytes:
    return archive(("a", b"1"), comment=(b"PK\5\6" + bytes(18)) * min(size // 22, 2_900))


@hostile("zip bomb", ".zip")
def _(size: int) -> bytes:
    return archive(("a", b"1"), ("b", bytes(100 * size)))


@hostile("svg elements", ".svg")
def _(size: int) -> bytes:
    return svg("<a/>" * (size // 4))


@hostile("svg elements, at the limit", ".svg")
def _(size: int) -> bytes:
    return svg("<a/>" * min(size // 4, 199_000))


@hostile("svg attributes", ".svg")
def _(size: int) -> bytes:
    one = "<a " + " ".join(f'a{index:x}=""' for index in range(1_000)) + "/>"
    return svg(one * (size // len(one)))


@hostile("svg one tag of attributes", ".svg")
def _(size: int) -> bytes:
    return svg("<a " + " ".join(f'a{index:x}=""' for index in range(size // 9)) + "/>")


@hostile("svg namespaces", ".svg")
def _(size: int) -> bytes:
    return svg('<a xmlns:b="c"/>' * (size // 16))


@hostile("svg comments", ".svg")
def _(size: int) -> bytes:
    return svg("<!---->" * (size // 7))


@hostile("svg instructions", ".svg")
def _(size: int) -> bytes:
    return svg("<?a?>" * (size // 5))


@hostile("svg nested", ".svg")
def _(size: int) -> bytes:
    depth = min(size // 8, 990)
    one = "<g>" * depth + "</g>" * depth
    return svg(one * (size // len(one)))


@hostile("svg styles", ".svg")
def _(size: int) -> bytes:
    return svg("<style>" + "url(" * (size // 4) + "</style>")


@hostile("svg style of comments", ".svg")
def _(size: int) -> bytes:
    return svg("<style>" + "/*" * (size // 2) + "</style>")


@hostile("svg styles of imports", ".svg")
def _(size: int) -> bytes:
    return svg("<style>" + "@import\\ " * (size // 9) + "</style>")


@hostile("svg texts with entities", ".svg")
def _(size: int) -> bytes:
    return svg("&amp;" * (size // 5))


@hostile("svg entities of its own", ".svg")
def _(size: int) -> bytes:
    return svg("&a;" * (size // 3), before='<!DOCTYPE svg [<!ENTITY a "x">]>')


@hostile("svg metadata with stores", ".svg")
def _(size: int) -> bytes:
    return svg("<metadata>" + '<c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">AAAA</c2pa:manifest>' * (size // 73) + "</metadata>")


@hostile("svg titles", ".svg")
def _(size: int) -> bytes:
    return svg("<title>a</title>" * (size // 16))


@hostile("font tables", ".ttf")
def _(size: int) -> bytes:
    return sfnt({b"%04x" % number: bytes(max(4, size // 900)) for number in range(900)})


@hostile("font tables of nothing", ".ttf")
def _(size: int) -> bytes:
    count = min(size // 16, 60_000)
    records = b"".join(struct.pack(">4sIII", b"%04x" % number, 0, 12 + 16 * count, 0) for number in range(count))
    return struct.pack(">IHHHH", 0x00010000, count, 0, 0, 0) + records
