"""What strangers wrote becomes values that an assertion can hold and sentences can show: cut, cleaned, and never a reason to stop.

Prompts are not cleaned here: they are kept as they are, but for what UTF-8 cannot write.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import Any

from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["cleaned", "file_name", "hash_kind", "json_object", "json_value", "number", "shown", "whole_text", "words"]

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]")
_HALVES = re.compile("[\ud800-\udfff]")
_PAIRS = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_HEX = re.compile(r"[0-9a-f]{6,128}")
_OTHER_HASH = re.compile(r"[a-z0-9_]{2,20}:[0-9a-f]{6,128}")
_KINDS = {8: "autov1", 10: "autov2", 64: "sha256"}


def cleaned(text: str, maximum: int) -> str:
    """``text`` as an assertion may hold it: forbidden characters replaced by U+FFFD, NFC, at most ``maximum`` characters."""
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("\ufffd", text[:maximum]))[:maximum].strip()


def whole_text(text: str) -> tuple[str, bool]:
    """``text`` with pairs of surrogates joined and lone halves replaced, since UTF-8 cannot write them; and whether any was replaced."""
    if _HALVES.search(text) is None:
        return text, False
    joined = _PAIRS.sub(lambda pair: pair.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
    replaced = _HALVES.sub("\ufffd", joined)
    return replaced, replaced != joined


def shown(text: object, limits: Limits = DEFAULT_LIMITS) -> str:
    """A text of a file in a sentence for people: one line, cut to a readable length."""
    line = " ".join(cleaned(str(text)[: limits.text_length + 1], limits.text_length + 1).split())
    return line if len(line) <= limits.text_length else line[: limits.text_length - 3] + "..."


def words(names: list[str], limits: Limits = DEFAULT_LIMITS) -> str:
    """The first few of many names, each in quotes: ``"A", "B" and 3 more``."""
    first = ", ".join(f'"{shown(name, limits)}"' for name in names[:4])
    return f"{first} and {len(names) - 4:,} more" if len(names) > 4 else first


def number(text: str) -> str | int | float | bool:
    """A value that a tool wrote as text, as the number or truth value that it plainly is; else the text."""
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return {"True": True, "true": True, "False": False, "false": False}.get(text, text)


def hash_kind(digits: str, *, of_lora: bool = False) -> tuple[str, str] | None:
    """The kind of a claimed hash by its length, and its digits in lower case; None for what is no hash.

    ``of_lora``: 12 digits beside the name of a LoRA are of the tensors alone (AutoV3). ``blake3:...`` is of
    another kind, and keeps its name.
    """
    digits = digits.strip().lower().removeprefix("0x").removeprefix("sha256:")
    if _OTHER_HASH.fullmatch(digits):
        return "other", digits
    if not _HEX.fullmatch(digits):
        return None
    return ("autov3" if of_lora and len(digits) == 12 else _KINDS.get(len(digits), "other")), digits


def file_name(path: str) -> str:
    """The last part of a path of any system."""
    return path.rstrip("/\\").replace("\\", "/").rpartition("/")[2]


def json_value(text: str, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of a JSON text of a tool, None for anything else.

    More lenient than the JSON of manifests, since tools write NaN (it becomes null) and doubled keys (the last one holds).
    """
    try:
        value = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return value if _is_shallow(value, limits.json_depth) else None


def json_object(text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any] | None:
    """The object of a JSON text; None for anything else."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return None
    value = json_value(text.lstrip("\ufeff"), limits)
    return value if isinstance(value, dict) else None


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _is_shallow(value: Any, allowed: int) -> bool:
    level = [value]
    for _ in range(allowed + 1):
        level = [child for item in level if isinstance(item, (dict, list)) for child in (item.values() if isinstance(item, dict) else item)]
        if not level:
            return True
    return False
