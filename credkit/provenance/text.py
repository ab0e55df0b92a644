"""How text that came out of a file is made safe to show: one door for terminals, one for JSON.

This file decides which characters may reach a screen and how the others are written out. HTML is escaped once more by its template, Mermaid
by its own quoting; both take text that passed through ``shown``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["json_text", "plain_ascii", "quoted", "shown"]

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Characters of other categories that Unicode calls default-ignorable: they take no room, so two different texts would look the same.
_INVISIBLE = frozenset(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN_CATEGORIES or ord(character) in _INVISIBLE


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shown(text: object, limits: Limits = DEFAULT_LIMITS) -> str:
    """``text`` on one line, at most ``limits.text_length`` characters of it, with every character that could steer a terminal written out.

    Escaped (``\\x1b``, ``\\u202e``): controls, format characters with all bidirectional and zero-width ones, surrogates, private use,
    line and paragraph separators, unassigned and default-ignorable characters. What was cut is marked by an ellipsis.
    """
    whole = str(text)
    cut = whole[: limits.text_length]
    safe = cut if cut.isascii() and cut.isprintable() else "".join(_visible(c) if _is_hidden(c) else c for c in cut)
    return safe + ("…" if len(whole) > len(cut) else "")


def quoted(text: object, limits: Limits = DEFAULT_LIMITS) -> str:
    """``shown`` text between quotation marks that the text itself cannot close."""
    return '"' + shown(text, limits).replace('"', "'") + '"'


def plain_ascii(text: str) -> str:
    """``text`` for a screen that only knows ASCII; our own signs become words, anything else its escape."""
    for sign, plain in (("…", "..."), ("×", "x"), ("–", "-"), ("’", "'"), ("·", "-")):
        text = text.replace(sign, plain)
    return _NOT_ASCII.sub(lambda match: _visible(match.group()), text)


def json_text(value: Any) -> str:
    """``value`` as indented JSON in which letters of all languages stay readable and hidden characters are ``\\u`` escapes."""
    raw = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    if raw.isascii() and "\x7f" not in raw:
        return raw
    return "".join(json.dumps(c)[1:-1] if c != "\n" and _is_hidden(c) else c for c in raw)
