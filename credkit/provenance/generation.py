"""What ``org.credkit.generation`` states, in words: tool, settings, models with their hashes, and what is withheld.

A hash that was measured and one that a text claims are told apart in every sentence. Entries of a form that nobody writes are passed over;
texts are as stored and have to pass ``shown``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.manifest.assertions.model_hashes import agrees
from credkit.provenance.values import text_of

__all__ = ["generation_words"]

_MOST = 50
_LONGEST_SETTING = 60
_HASHES = {"sha256": "SHA-256", "autov1": "AutoV1", "autov2": "AutoV2", "autov3": "AutoV3", "other": "hash"}
_JUDGED = {
    True: "claimed by a text and confirmed by the measurement",
    False: "claimed by a text and contradicted by the measurement",
    None: "only claimed by a text",
}
_OWN_LINES = {"prompt": "prompt", "negative-prompt": "negative prompt", "seed": "seed"}


def generation_words(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    """Topics and words, in reading order."""
    tool = value.get("tool")
    if isinstance(tool, dict) and text_of(tool.get("name")):
        yield "generated with", " ".join(str(tool[key]) for key in ("name", "version") if text_of(tool.get(key)))
    told = [words for words in (text_of(value.get("mode")), _size(value.get("size"))) if words]
    if told:
        yield "mode", ", ".join(told)
    for model in _maps(value.get("models")):
        if text_of(model.get("name")):
            yield "model file", _model(model)
            yield from (("claimed hash", words) for words in _claims(model))
    settings = value.get("settings")
    if isinstance(settings, dict) and settings:
        yield "settings", ", ".join(_setting(name, item) for name, item in list(settings.items())[:_MOST])
    places = [
        str(source["place"]) for source in _maps(value.get("sources")) if source.get("format") != "call" and text_of(source.get("place"))
    ]
    if places:
        yield "read from", f"{', '.join(places)}, which anyone could have written"
    yield from _withheld(value.get("withheld"))


def _size(value: object) -> str | None:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(side, int) and not isinstance(side, bool) for side in value):
        return f"{value[0]} x {value[1]} pixels"
    return None


def _model(model: dict[Any, Any]) -> str:
    weight = model.get("weight")
    weighed = f" with weight {weight:g}" if isinstance(weight, (int, float)) and not isinstance(weight, bool) else ""
    role = text_of(model.get("role"))
    name = " ".join(str(model[key]) for key in ("name", "version") if text_of(model.get(key)))
    told = [f"{name} ({role}{weighed})" if role else name + weighed]
    measured = model.get("measured")
    if isinstance(measured, dict) and text_of(measured.get("sha256")):
        file = f' of "{measured["file"]}"' if text_of(measured.get("file")) else ""
        told.append(f"SHA-256 {measured['sha256']}, measured{file}")
    return "; ".join(told)


def _claims(model: dict[Any, Any]) -> Iterator[str]:
    """The hashes that a text claims of a model, apart by what the measurement says of them; the name comes last, as it may be long."""
    claimed, measured = model.get("claimed"), model.get("measured")
    judged: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for kind, digest in list(claimed.items())[:_MOST] if isinstance(claimed, dict) else ():
        answer = agrees(kind, digest, measured) if isinstance(measured, dict) and measured and isinstance(digest, str) else None
        judged[answer].append(f"{_HASHES.get(kind, kind)} {digest}")
    for answer, words in _JUDGED.items():
        if judged[answer]:
            yield f"{', '.join(judged[answer])} {words}: {model['name']}"


def _setting(name: object, value: object) -> str:
    text = str(value)
    return f"{name} {text if len(text) <= _LONGEST_SETTING else text[:_LONGEST_SETTING] + '...'}"


def _withheld(value: object) -> Iterator[tuple[str, str]]:
    names = [str(entry["field"]) for entry in _maps(value) if text_of(entry.get("field"))]
    for name, topic in _OWN_LINES.items():
        if name in names:
            yield topic, "withheld (committed)"
    others = [name for name in names if name not in _OWN_LINES]
    if others:
        yield "also withheld", f"{', '.join(others)} (committed)"


def _maps(value: object) -> list[dict[Any, Any]]:
    return [item for item in value[:_MOST] if isinstance(item, dict)] if isinstance(value, list) else []
