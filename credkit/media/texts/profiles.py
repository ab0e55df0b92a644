"""Metadata blocks in hexadecimal, as ImageMagick and older programs put them into the text chunks of a PNG.

The keyword is ``Raw profile type`` and a name; the text is a line end, the name, the length in decimal, and the bytes in lines of 72
digits.
"""

from __future__ import annotations

import re

__all__ = ["profile_kind", "unwrapped", "wrapped"]

_KEYWORD = b"Raw profile type "
_KINDS = {b"exif": "exif", b"xmp": "xmp", b"iptc": "iptc", b"8bim": "iptc"}
_XMP, _EXIF = b"http://ns.adobe.com/xap/1.0/\x00", b"Exif\x00\x00"
_HEAD = re.compile(rb"\s*(\S{1,32})\s+(\d{1,10})\s")
_LINE = 36


def profile_kind(keyword: bytes) -> str | None:
    """The kind of metadata block behind a keyword of a text chunk; None for any other text."""
    name = keyword.removeprefix(_KEYWORD).lower() if keyword.startswith(_KEYWORD) else b""
    return "exif" if name == b"app1" else _KINDS.get(name)


def unwrapped(text: bytes, kind: str) -> tuple[str, bytes, bytes] | None:
    """Kind, signature and bytes of the block in a text; None when it is not of this form. ``APP1`` may hold XMP as well as EXIF."""
    head = _HEAD.match(text)
    if head is None:
        return None
    try:
        data = bytes.fromhex(text[head.end() :].decode("ascii"))[: int(head[2])]
    except ValueError:
        return None
    if data.startswith(_XMP):
        return "xmp", _XMP, data[len(_XMP) :]
    return (kind, _EXIF, data[len(_EXIF) :]) if data.startswith(_EXIF) else (kind, b"", data)


def wrapped(keyword: bytes, data: bytes) -> bytes:
    """The text of a block, signature included."""
    name = keyword.removeprefix(_KEYWORD)
    lines = [data[start : start + _LINE].hex().encode("ascii") for start in range(0, len(data), _LINE)]
    return b"\n".join([b"", name, b"%8d" % len(data), *lines, b""])
