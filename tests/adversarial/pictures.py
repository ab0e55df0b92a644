"""Pictures that are not what they seem: two kinds of file at once, pages under the name of pictures, and few bytes for many pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from tests.assets.samples import chunk
from tests.forge.pictures import picture

__all__ = ["BOMBS", "POLYGLOTS"]

_PAGE = b"<!doctype html><html><script>alert(document.domain)</script></html>"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script><image href="https://evil.example/x"/></svg>'
_LAUGHS = (
    b'<!DOCTYPE svg [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>'
)
_OUTSIDE = b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>'

POLYGLOTS: dict[str, tuple[str, bytes]] = {
    "page-as-jpeg": ("image/jpeg", _PAGE),
    "page-as-png": ("image/png", _PAGE),
    "gif-and-script": ("image/gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//"),
    "jpeg-and-page": ("image/jpeg", picture("jpg", 16, 16)[:20] + b"\xff\xfe\x00\x4b" + _PAGE.ljust(73) + picture("jpg", 16, 16)[20:]),
    "jpeg-and-archive": ("image/jpeg", picture("jpg", 16, 16) + b"PK\3\4" + bytes(60)),
    "svg-with-script": ("image/svg+xml", _SVG),
    "svg-as-png": ("image/png", _SVG),
    "svg-of-laughs": ("image/svg+xml", _LAUGHS),
    "svg-from-outside": ("image/svg+xml", _OUTSIDE),
    "pdf-as-jpeg": ("image/jpeg", b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"),
    "program-as-jpeg": ("image/jpeg", b"MZ" + bytes(62)),
    "other-picture": ("image/jpeg", picture("jpg", 48, 48)),
    "no-bytes": ("image/jpeg", b""),
}
"""Media type as signed, and the bytes."""


def _png_of(width: int, height: int) -> tuple[str, bytes]:
    """A sound PNG of one colour, packed row by row, so that making it costs little memory."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return "image/png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _lying_png() -> tuple[str, bytes]:
    """A PNG that says that it has 2 to the power of 62 pixels, and has none."""
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0)
    return "image/png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def _lying_jpeg() -> tuple[str, bytes]:
    """A JPEG that says that it has 65,535 rows of as many pixels."""
    data = picture("jpg", 16, 16)
    at = data.index(b"\xff\xc0") + 5
    return "image/jpeg", data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]


def _profile() -> tuple[str, bytes]:
    """A PNG whose colour profile unpacks to 64 MiB."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    whole = picture("png", 16, 16)
    return "image/png", whole[:33] + chunk(b"iCCP", b"icc\0\0" + data) + chunk(b"zTXt", b"Comment\0\0" + data) + whole[33:]


def _gif() -> tuple[str, bytes]:
    """A GIF whose screen has 65,535 rows of as many pixels."""
    return "image/gif", b"GIF89a" + b"\xff" * 4 + b"\x80\0\0" + bytes(6) + b",\0\0\0\0" + b"\xff" * 4 + b"\0\2\2\x4c\1\0;"


BOMBS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "9000-by-9000": lambda: _png_of(9_000, 9_000),
    "lying-png": _lying_png,
    "lying-jpeg": _lying_jpeg,
    "profile": _profile,
    "gif": _gif,
}
"""Made on demand: media type and bytes."""
