"""How text that came out of a file is made safe to show: one door for terminals, one for JSON.

Which characters may reach a screen, and how the others are written out, stands in ``errors``, whose sentences need it as well. HTML is
escaped once more by its template, Mermaid by its own quoting; both take text that passed through ``shown``.
"""

from __future__ import annotations

import json
import re
from typing import Any

from credkit.errors import escape_of, escaped, is_hidden
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["json_line", "json_text", "plain_ascii", "quoted", "short_json_text", "shown"]

_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def shown(text: object, limits: Limits = DEFAULT_LIMITS) -> str:
    """``text`` on one line, at most ``limits.text_length`` characters of it, with every character that could steer a terminal written out.

    Escaped (``\\x1b``, ``\\u202e``): controls, format characters with all bidirectional and zero-width ones, surrogates, private use,
    line and paragraph separators, unassigned and default-ignorable characters. What was cut is marked by an ellipsis.
    """
    whole = str(text)
    cut = whole[: limits.text_length]
    return escaped(cut) + ("…" if len(whole) > len(cut) else "")


def quoted(text: object, limits: Limits = DEFAULT_LIMITS) -> str:
    """``shown`` text between quotation marks that the text itself cannot close."""
    return '"' + shown(text, limits).replace('"', "'") + '"'


def plain_ascii(text: str) -> str:
    """``text`` for a screen that only knows ASCII; our own signs become words, anything else its escape."""
    for sign, plain in (("…", "..."), ("×", "x"), ("–", "-"), ("’", "'"), ("·", "-")):
        text = text.replace(sign, plain)
    return _NOT_ASCII.sub(lambda match: escape_of(match.group()), text)


def json_text(value: Any) -> str:
    """``value`` as indented JSON in which letters of all languages stay readable and hidden characters are ``\\u`` escapes."""
    return _readable(_ENCODER.encode(value))


def short_json_text(value: Any, at_most: int) -> str | None:
    """The same; None when there would be more characters, which are not all made then."""
    parts, left = [], at_most
    for part in _ENCODER.iterencode(value):
        parts.append(part)
        left -= len(part)
        if left < 0:
            return None
    return _readable("".join(parts))


_ENCODER = json.JSONEncoder(ensure_ascii=False, indent=2, allow_nan=False)


def _readable(raw: str) -> str:
    if raw.isascii() and "\x7f" not in raw:
        return raw
    return raw.translate({ord(c): json.dumps(c)[1:-1] for c in set(raw) if c != "\n" and is_hidden(c)})


def json_line(value: Any) -> str:
    """``value`` as JSON on one line, in ASCII, so that no character of a file can pass for the end of a line."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
