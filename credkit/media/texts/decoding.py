"""Bytes of a text become characters, in the encodings that tools really write.

PNG says Latin-1 where many tools write UTF-8; EXIF says ASCII where everybody writes UTF-8, and leaves the byte order of comments open.
Each function returns the text and what is wrong with it. Valid UTF-8 with characters beyond ASCII is hardly ever meant as Latin-1, so it is
tried first; Latin-1 can be made of any bytes and is no damage where a standard asks for it.

Sources: PNG (Third Edition), 11.3.3; Exif 2.32, 4.6.5 (UserComment).
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable

__all__ = ["Decoded", "latin1_text", "text_file", "user_comment", "utf8_text", "utf16_text"]

Decoded = tuple[str, str]
"""The text, and its damage in plain words (empty for none)."""

_SAMPLE = 1 << 12
_JAPANESE = ("iso2022_jp", "shift_jis", "euc_jp")
_CHARSET = 8
"""Bytes before a user comment that name its character set."""


def latin1_text(raw: bytes) -> Decoded:
    """UTF-8 where it is valid, otherwise Latin-1, as PNG and old EXIF writers mean it; zeros at the end are dropped."""
    bare = raw.rstrip(b"\x00")
    try:
        return bare.decode("utf-8"), ""
    except UnicodeDecodeError:
        return bare.decode("latin-1"), ""


def utf8_text(raw: bytes) -> Decoded:
    """UTF-8, with or without its mark; other bytes become U+FFFD."""
    return _decoded(raw.removeprefix(codecs.BOM_UTF8).rstrip(b"\x00"), "utf-8", "UTF-8")


def utf16_text(raw: bytes, *, preferred: str = "utf-16-be") -> Decoded:
    """UTF-16 in the order of its mark, or in the one that makes more sense (``preferred`` when both do); zeros at the end are dropped."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if raw.startswith(mark):
            return _wide(raw[2:], encoding)
    other = "utf-16-le" if preferred == "utf-16-be" else "utf-16-be"
    return _wide(raw, max((preferred, other), key=lambda encoding: _sense(raw[:_SAMPLE], encoding)))


def user_comment(raw: bytes) -> Decoded:
    """An EXIF user comment: a character set in eight bytes and the text; or, as some tools write it, the bare text."""
    name, text = raw[:_CHARSET], raw[_CHARSET:]
    if name.rstrip(b"\x00 ").upper() == b"UNICODE":
        return utf16_text(text)
    if name.rstrip(b"\x00 ").upper() == b"JIS":
        return _first(text, _JAPANESE, "JIS")
    if name.rstrip(b"\x00 ").upper() == b"ASCII" or not name.strip(b"\x00"):
        return _bare(text)
    return _bare(raw)


def text_file(raw: bytes) -> Decoded:
    """A text file: UTF-8, UTF-16 with its mark or recognisable without, and at last Latin-1."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return utf16_text(raw)
    return _bare(raw.removeprefix(codecs.BOM_UTF8))


def _bare(raw: bytes) -> Decoded:
    """A text of which no encoding is said: zeros between the characters give UTF-16 away."""
    sample = raw[:_SAMPLE].rstrip(b"\x00")
    return utf16_text(raw) if len(sample) > 1 and sample.count(0) * 4 >= len(sample) else latin1_text(raw)


def _first(raw: bytes, encodings: Iterable[str], name: str) -> Decoded:
    for encoding in encodings:
        try:
            return raw.decode(encoding).rstrip("\x00"), ""
        except UnicodeDecodeError:
            continue
    return raw.decode("ascii", "replace").rstrip("\x00"), f"it is not the {name} text that it claims to be"


def _wide(raw: bytes, encoding: str) -> Decoded:
    text, damage = _decoded(raw[: len(raw) & ~1], encoding, "UTF-16")
    return text.rstrip("\x00"), damage


def _decoded(raw: bytes, encoding: str, name: str) -> Decoded:
    try:
        return raw.decode(encoding), ""
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace"), f"it holds bytes that are no {name}"


def _sense(raw: bytes, encoding: str) -> int:
    """How much the text looks like one: prompts have spaces, commas and letters of known scripts."""
    text = raw[: len(raw) & ~1].decode(encoding, "replace")
    return sum(
        2 if " " <= char <= "~" or char == "\n" else -2 if unicodedata.category(char) in ("Cn", "Co", "Cs", "Cc") else 0 for char in text
    )
