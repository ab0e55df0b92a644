"""The ways in which one and the same text is written: Unicode, JSON, XML, addresses, hexadecimal digits, base64; loosely or to the letter.

Both sides of a comparison are here: the bytes that a text becomes in a file (``byte_forms``), and the texts that a stored one may stand for
(``readings``). What is sought, and where, is decided in ``search``.
"""

from __future__ import annotations

import binascii
import json
import re
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote_plus

__all__ = ["byte_forms", "folded", "letters", "readings"]

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_QUOTES = {'"': "&quot;", "'": "&apos;"}
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_NESTED = 3
"""So often may a text have been escaped: JSON in JSON in JSON."""


def folded(text: str) -> str:
    """For comparison of phrases: one form of composed characters, one case, and single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def letters(text: str) -> str:
    """Letters and digits alone, as names of files keep them: ``A_lone-Keeper.`` and ``a lone keeper`` are the same."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def readings(text: str) -> Iterator[str]:
    """The text, and each other one that it becomes when it is taken for an escaped or coded one; composed characters as one (NFC)."""
    import html

    text = unicodedata.normalize("NFC", text)
    yield text
    for decode in (html.unescape, unquote_plus):
        if (decoded := decode(text)) != text:
            yield unicodedata.normalize("NFC", decoded)
    for _ in range(_NESTED):
        if (decoded := _from_json(text)) == text:
            return
        text = unicodedata.normalize("NFC", decoded)
        yield text


def _from_json(text: str) -> str:
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _CONTROLS.get(found[2], found[2]), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if plain != text else text


def byte_forms(text: str) -> frozenset[bytes]:
    """Everything that stands in a file in the place of ``text``; base64 at each of its three alignments."""
    spellings = {spelling for form in ("NFC", "NFD") for spelling in _spellings(unicodedata.normalize(form, text))} | _spellings(text)
    plain = {spelling.encode(encoding, "replace") for spelling in spellings for encoding in _ENCODINGS}
    plain |= {text.encode("latin-1")} if all(ord(letter) < 256 for letter in text) else set()
    data = text.encode("utf-8", "replace")
    digits = binascii.hexlify(data)
    return frozenset(plain | {digits, digits.upper()} | set(_in_base64(data)))


def _spellings(text: str) -> set[str]:
    from xml.sax.saxutils import escape

    in_json = json.dumps(text)[1:-1]
    data = text.encode("utf-8", "replace")
    return {
        text,
        in_json,
        re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), in_json),
        json.dumps(text, ensure_ascii=False)[1:-1],
        json.dumps(in_json)[1:-1],
        escape(text),
        escape(text, {'"': "&quot;"}),
        escape(text, _QUOTES),
        escape(text, _QUOTES | {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}),
        escape(text, _QUOTES | {"\n": "&#xA;", "\r": "&#xD;", "\t": "&#x9;"}),
        escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii"),
        text.replace("\n", "\r\n"),
        quote(data),
        quote(data, safe=""),
        quote_plus(data),
    }


def _in_base64(data: bytes) -> Iterator[bytes]:
    """The characters that stand in base64 of any longer text with ``data`` in it, for each place it may begin at."""
    for shift in range(3):
        start = -(-8 * shift // 6)
        end = 8 * (shift + len(data)) // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(shift) + data)[start:end]
