"""Whether the first bytes of a file are those of an SVG: byte order mark, prolog, comments and document type in front of the root element.

Nothing is parsed; a root that lies behind the first 4,096 bytes is not seen, unless the document type names it.
"""

from __future__ import annotations

import re
import zlib

__all__ = ["encoding_of", "is_packed", "is_svg", "may_become_svg"]

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BARE = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_ROOT = re.compile(r"<(?:[\w.-]+:)?svg(?=[\s/>])")
_NAMED = re.compile(r"<!DOCTYPE\s+(?:[\w.-]+:)?svg(?=[\s\[>])")
_UNFINISHED = re.compile(r"<(?:[?!].*|[\w.-]*(?::[\w.-]*)?)?", re.DOTALL)
"""An instruction, comment or document type that has not ended yet, or the name of an element."""
_SPACE = re.compile(r"\s*")
_SUBSET = re.compile(r"""(?:[^\[\]>"']|"[^"]*"|'[^']*')*""")
"""A part of a document type without brackets; quotes may hold any."""
_GZIP = b"\x1f\x8b\x08"
_MOST = 4096


def encoding_of(head: bytes) -> str:
    """``utf-16-le``, ``utf-16-be``, or ``utf-8``, which stands for every encoding that writes ASCII as it is."""
    return next((name for mark, name in (*_MARKS, *_BARE) if head.startswith(mark)), "utf-8")


def is_packed(head: bytes) -> bool:
    """Whether the file is packed (``.svgz``) and begins as an SVG when it is unpacked."""
    if not head.startswith(_GZIP):
        return False
    try:
        return is_svg(zlib.decompressobj(31).decompress(head, _MOST))
    except zlib.error:
        return False


def is_svg(head: bytes) -> bool:
    """Whether the root element is an ``svg``, whatever its prefix."""
    text = _text(head)
    position = _root_at(text)
    return bool(_ROOT.match(text, position) or _NAMED.match(text, position))


def may_become_svg(head: bytes) -> bool:
    """Whether ``head``, which is none yet, could become the beginning of an SVG, or of a packed one, when more bytes of the file come."""
    if head.startswith(_GZIP):
        return True
    text = _text(head)
    rest = text[_root_at(text) :]
    return not rest or _UNFINISHED.fullmatch(rest) is not None


def _text(head: bytes) -> str:
    encoding = encoding_of(head)
    return head.decode(encoding if encoding != "utf-8" else "latin-1", "replace").removeprefix("\xef\xbb\xbf").removeprefix("\ufeff")


def _root_at(text: str) -> int:
    """Where the root element begins, or what tells its name, or what has not ended."""
    position = 0
    while True:
        position = _after_space(text, position)
        end = _after(text, position)
        if end <= position or _NAMED.match(text, position):
            return position
        position = end


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _after(text: str, position: int) -> int:
    """Behind an instruction, comment or document type that begins at ``position``; -1 for none, or one that does not end."""
    for start, end in (("<?", "?>"), ("<!--", "-->")):
        if text.startswith(start, position):
            found = text.find(end, position + len(start))
            return found + len(end) if found >= 0 else -1
    if not text.startswith("<!DOCTYPE", position):
        return -1
    subset = _SUBSET.match(text, position)
    stop = subset.end() if subset else position
    if text.startswith("[", stop):
        stop = text.find("]", stop) + 1
        stop = _after_space(text, stop)
    return stop + 1 if text.startswith(">", stop) else -1
