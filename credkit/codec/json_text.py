"""The one strict door to JSON of strangers: UTF-8, no doubled keys, no NaN, bounded depth, no half characters."""

from __future__ import annotations

import json
import math
from typing import Any

from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["decode"]


def decode(data: bytes, *, where: str, code: str = "general.error", limits: Limits = DEFAULT_LIMITS, items: int | None = None) -> Any:
    """The value of one JSON text; ``MalformedError(code)`` for anything else.

    ``where`` names the structure in the error, ``code`` the status code of the fault. ``items`` is how many values and keys there may be.
    """

    def fail(message: str) -> MalformedError:
        return MalformedError(message, code=code, where=where)

    members = _members if items is None else _Counted(items).members
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_constant=_refuse, parse_float=_number)
    except _TooManyError:
        raise fail(f"JSON has more than {items:,} values") from None
    except RecursionError:
        raise fail(f"JSON is nested deeper than {limits.json_depth} levels") from None
    except ValueError as error:
        raise fail(f"JSON cannot be decoded ({error!s:.{limits.text_length}})") from None
    if items is not None and _count_exceeds(value, items):
        raise fail(f"JSON has more than {items:,} values")
    if _depth_exceeds(value, limits.json_depth):
        raise fail(f"JSON is nested deeper than {limits.json_depth} levels")
    if b"\\u" in data and _has_surrogates(value):
        raise fail("JSON has a text with half a character (a lone surrogate)")
    return value


def _members(items: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(items)
    if len(members) != len(items):
        raise ValueError("an object has the same key twice")
    return members


class _TooManyError(Exception):
    """There are more values in a text than may be."""


class _Counted:
    """Counts objects and their members while they are read, since an empty object takes many times the memory of its two characters."""

    def __init__(self, allowed: int) -> None:
        self._left = allowed

    def members(self, items: list[tuple[str, Any]]) -> dict[str, Any]:
        self._left -= 1 + len(items)
        if self._left < 0:
            raise _TooManyError
        return _members(items)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _depth_exceeds(value: Any, allowed: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    children = value.values() if isinstance(value, dict) else value
    return allowed < 1 or any(_depth_exceeds(child, allowed - 1) for child in children)


def _count_exceeds(value: Any, allowed: int) -> bool:
    waiting, count = [value] if isinstance(value, (dict, list)) else [], 1
    while waiting and count <= allowed:
        inside = waiting.pop()
        # A key counts as an item of its own, as it does in CBOR.
        count += 2 * len(inside) if isinstance(inside, dict) else len(inside)
        if count <= allowed:
            waiting += [child for child in (inside.values() if isinstance(inside, dict) else inside) if isinstance(child, (dict, list))]
    return count > allowed


def _has_surrogates(value: Any) -> bool:
    """Whether any text in ``value`` cannot be written as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
