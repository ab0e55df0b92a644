"""The grammar of generation parameters as A1111 and its relatives write them: prompt lines, ``Negative prompt:``, one line of settings.

The settings line is a list of ``Key: value`` parted by commas; a value with commas is a JSON string. Fewer than three pairs are no settings
line, but a part of the prompt. Everything here takes time in proportion to the length of the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from credkit.dataclass import dataclass

__all__ = ["Infotext", "pairs", "parse", "tags"]

_NEGATIVE = "Negative prompt:"
_FIRST = "Steps:"
_TRAILING = ("Template:", "Negative Template:")
_QUOTED = re.compile(r'"(?:\\.|[^\\"]++)++"')
_SPACE = re.compile(r"\s*")
_KEY = re.compile(r"\w[\w \-/]+\Z")
_KEY_LENGTH = 200
_COLONS = 10_000
"""So many are looked at in one line; the longest settings have some hundred."""
_TAGS = 10_000
"""So many networks that a prompt names are looked at; prompts name up to a dozen."""
_BROKEN_JSON = 8
_TAG = re.compile(r"<(lora|lyco|lycoris|hypernet):([^<>:\n]{1,500})((?::[^<>:\n]{0,100}){0,4})>", re.IGNORECASE)
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Infotext:
    """A parameter text in its parts."""

    prompt: str
    negative_prompt: str
    settings: dict[str, Any]
    """Values are texts; lists and maps where the tool writes JSON. The first of two equal keys holds."""


def parse(text: str) -> Infotext:
    """The parts of a parameter text; one without settings is all prompt."""
    lines = text.strip().split("\n")
    found = _settings_line(lines)
    settings: dict[str, Any] = {}
    if found is not None:
        index, listed = found
        for key, value in listed:
            settings.setdefault(key, value)
        lines, rest = lines[:index], lines[index + 1 :]
        settings.update(_trailing(rest, settings))
    prompt, negative_prompt = _prompts(lines)
    return Infotext(prompt=prompt, negative_prompt=negative_prompt, settings=settings)


def _settings_line(lines: list[str]) -> tuple[int, list[tuple[str, Any]]] | None:
    """The last line that begins with the steps; where there is none, the last line of all."""
    starts = [index for index, line in enumerate(lines) if line.lstrip().startswith(_FIRST)]
    for index in (*starts[-1:], len(lines) - 1):
        listed = list(pairs(lines[index]))
        if len(listed) >= 3:
            return index, listed
    return None


def _trailing(lines: list[str], known: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What extensions append below the settings, on lines of its own."""
    name, kept = "", list[str]()
    for line in (*lines, ""):
        start = next((mark for mark in _TRAILING if line.startswith(mark)), None)
        if start is None and line and name:
            kept.append(line)
            continue
        if name and name not in known:
            yield name, "\n".join(kept).strip()
        name, kept = ("", []) if start is None else (start.removesuffix(":"), [line.removeprefix(start)])


def _prompts(lines: list[str]) -> tuple[str, str]:
    at = next((index for index, line in enumerate(lines) if line.lstrip().startswith(_NEGATIVE)), len(lines))
    positive, negative = lines[:at], lines[at:]
    if negative:
        negative = [negative[0].lstrip().removeprefix(_NEGATIVE), *negative[1:]]
    return "\n".join(positive).strip(), "\n".join(negative).strip()


def pairs(line: str) -> Iterator[tuple[str, Any]]:
    """Every ``Key: value`` of one line. Values are texts, or the value of a JSON list or map."""
    position, broken = 0, 0
    for _ in range(_COLONS):
        colon = line.find(":", position)
        if colon < 0:
            return
        key = _key_before(line, position, colon)
        if key is None:
            position = colon + 1
            continue
        space = _SPACE.match(line, colon + 1)
        start = space.end() if space else colon + 1
        value, end = _quoted(line, start)
        if end < 0 and line[start : start + 1] in ("[", "{") and broken < _BROKEN_JSON:
            value, end = _json(line, start)
            broken += end < 0
        if end < 0:
            comma = line.find(",", start)
            end = comma if comma >= 0 else len(line)
            value = line[start:end].rstrip()
        yield key, value
        position = end + 1


def _key_before(line: str, position: int, colon: int) -> str | None:
    """The name that ends at a colon: letters, digits, spaces, hyphens and strokes, at least two of them."""
    start = colon
    while start > max(position, colon - _KEY_LENGTH) and (line[start - 1].isalnum() or line[start - 1] in "_ -/"):
        start -= 1
    while start < colon and line[start] in " -/":
        start += 1
    key = line[start:colon]
    return key.rstrip() if _KEY.match(key) else None


def _ends(line: str, end: int) -> int:
    """The place of the comma behind a value, or the end of the line; -1 where something else follows."""
    space = _SPACE.match(line, end)
    end = space.end() if space else end
    return end if end == len(line) or line[end] == "," else -1


def _quoted(line: str, start: int) -> tuple[Any, int]:
    match = _QUOTED.match(line, start)
    end = _ends(line, match.end()) if match else -1
    if match is None or end < 0:
        return None, -1
    try:
        return json.loads(match.group(), strict=False), end
    except ValueError:
        return match.group()[1:-1], end


def _json(line: str, start: int) -> tuple[Any, int]:
    try:
        value, end = _DECODER.raw_decode(line, start)
    except (ValueError, RecursionError):
        return None, -1
    return value, _ends(line, end)


def tags(prompt: str) -> Iterator[tuple[str, str, str | None]]:
    """The networks that a prompt names in angle brackets: role, name, and weight as written (``<lora:film grain:0.6>``)."""
    for found in islice(_TAG.finditer(prompt), _TAGS):
        kind, name, rest = found.groups(default="")
        role = "hypernetwork" if kind.lower() == "hypernet" else "lora"
        weights = [part.rpartition("=")[2] for part in rest.split(":")[1:]]
        yield role, name.strip(), weights[0] if weights else None
