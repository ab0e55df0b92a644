"""What a text in an assertion may hold, and how dates are written.

Clause: "Text fields" (anchor ``_unicode_security_in_text_fields``): texts are NFC and free of characters that can make a reader see
something else than what is stored. Times are RFC 3339 with a zone (anchor ``_specifications_of_time_in_assertions``).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

__all__ = ["allowed_text", "clean_text", "date_text", "forbidden_character"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")
_LAYOUT = "\t\n\r"
_RANGES = (
    ("\x00", "\x1f", "a control character"),
    ("\x7f", "\x9f", "a control character"),
    ("\u202a", "\u202e", "a character that overrides the direction of writing"),
    ("\ufff9", "\ufffb", "an interlinear annotation character"),
    ("\ud800", "\udfff", "half of a surrogate pair"),
    ("\U000e0000", "\U000e007f", "an invisible tag character"),
)


def forbidden_character(text: str) -> str | None:
    """What is wrong with the first forbidden character of ``text``, in words with its code point; None when there is none."""
    if text.isascii() and text.isprintable():
        return None
    for character in text:
        if character in _LAYOUT or "\x20" <= character < "\x7f":
            continue
        for first, last, what in _RANGES:
            if first <= character <= last:
                return f"{what} (U+{ord(character):04X})"
    return None


def allowed_text(text: str) -> str:
    """``text`` with ``?`` in the place of each forbidden character, for names of files, which nobody chose for an assertion."""
    return "".join("?" if forbidden_character(character) else character for character in text) if forbidden_character(text) else text


def clean_text(text: str) -> str:
    """``text`` in normalization form C."""
    return unicodedata.normalize("NFC", text)


def date_text(value: datetime | str) -> str | None:
    """The RFC 3339 form of a date-time with a zone; None when ``value`` has no zone or is no such text."""
    if isinstance(value, datetime):
        if value.tzinfo is None or value.utcoffset() is None:
            return None
        text = value.isoformat()
        value = text[:-6] + "Z" if text.endswith("+00:00") else text
    if not _DATE.fullmatch(value):
        return None
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return None
    return value
