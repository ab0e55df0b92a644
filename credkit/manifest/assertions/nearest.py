"""Which right name a wrong one was meant to be, and how a value of the caller is quoted in a message."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["nearest", "quoted", "suggestion"]

_SHOWN = 60
_LISTED = 12


def quoted(text: str) -> str:
    """``text`` in double quotes, cut to 60 characters, with everything that cannot be printed written as an escape."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut) + '"'


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """The choice that ``name`` most resembles, letter case aside; None when none is near."""
    by_folded: dict[str, str] = {}
    for choice in choices:
        by_folded.setdefault(choice.casefold(), choice)
    found = difflib.get_close_matches(name[:200].casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def suggestion(name: str, choices: Iterable[str]) -> str:
    """The second half of a message: ``did you mean "x"?``, or the whole list when it is short, or nothing."""
    known = list(dict.fromkeys(choices))
    near = nearest(name, known)
    if near is not None:
        return f"; did you mean {quoted(near)}?"
    if 0 < len(known) <= _LISTED:
        return "; possible are " + ", ".join(quoted(choice) for choice in known)
    return ""
