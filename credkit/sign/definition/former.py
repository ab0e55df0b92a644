"""Assertions that earlier editions wrote, brought to the present ones where the meaning is the same.

Where it is not the same, or only part of it could be kept, the error says how to state it today. Labels that are not listed here
go on as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from credkit.errors import DefinitionError
from credkit.manifest.assertions import CawgMetadata
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.shape import described, pointer

__all__ = ["ACTIONS_LABELS", "present_form"]

ACTIONS_LABELS = ("c2pa.actions.v2", "c2pa.actions")
_TRAINING_PREFIX = "c2pa."
_TRAINING_ENTRIES = ("data_mining", "ai_inference", "ai_training", "ai_generative_training")
_CREATIVE_WORK = {
    "name": "title",
    "description": "description",
    "copyrightNotice": "rights",
    "creditText": "credit",
    "license": "web_statement",
    "usageInfo": "usage_terms",
}
"""Texts of a creative work and the argument of ``CawgMetadata`` that says the same."""
_JSON_LD = ("@context", "@type")
_AUTHOR_TYPES = ("Person", "Organization")


def present_form(label: str, data: Any, path: str) -> tuple[str, Any]:
    """Label and data as they are written today; ``path`` is the place of the data in the definition."""
    convert = _CONVERSIONS.get(label)
    return convert(data, path) if convert else (label, data)


def _training(data: Any, path: str) -> tuple[str, Any]:
    entries = _map(data, path).get("entries")
    if not isinstance(entries, Mapping):
        return "cawg.training-mining", data
    renamed: dict[str, Any] = {}
    for key, entry in entries.items():
        name = f"cawg.{key[len(_TRAINING_PREFIX) :]}" if key.removeprefix(_TRAINING_PREFIX) in _TRAINING_ENTRIES else key
        if name in renamed:
            raise DefinitionError(f"{quoted(name)} is stated twice, under its old and its new name", path=pointer(f"{path}/entries", key))
        renamed[name] = _renamed(entry, "constraints_info", "constraint_info")
    return "cawg.training-mining", {**data, "entries": renamed}


def _renamed(entry: Any, old: str, new: str) -> Any:
    if not isinstance(entry, Mapping) or new in entry:
        return entry
    return {new if key == old else key: value for key, value in entry.items()}


def _exif(data: Any, path: str) -> tuple[str, Any]:  # noqa: ARG001
    return "c2pa.metadata", data


def _creative_work(data: Any, path: str) -> tuple[str, Any]:
    """Author, title, rights and licence; anything else of schema.org has no counterpart and is refused."""
    fields: dict[str, Any] = {}
    creators: list[str] = []
    subject: list[str] = []
    for key, value in _map(data, path).items():
        here = pointer(path, key)
        if key == "author":
            creators = _authors(value, here)
        elif key == "keywords":
            subject = [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else _texts(value, here)
        elif key in _CREATIVE_WORK:
            fields[_CREATIVE_WORK[key]] = _text(value, here)
        elif key not in _JSON_LD:
            raise DefinitionError(
                f'"stds.schema-org.CreativeWork" is no longer written, and {quoted(key)} has no counterpart in what takes its place; '
                'state it in an assertion of your own, or in "cawg.metadata"',
                path=here,
            )
    try:
        made = CawgMetadata(creator=tuple(creators), subject=tuple(subject), **fields)
    except DefinitionError as error:
        raise DefinitionError(error.message, path=path) from None
    return made.label, made.payload()


def _authors(value: Any, path: str) -> list[str]:
    authors = value if isinstance(value, list) else [value]
    return [_author(author, pointer(path, index) if isinstance(value, list) else path) for index, author in enumerate(authors)]


def _author(value: Any, path: str) -> str:
    if isinstance(value, str):
        return value
    for key, item in _map(value, path).items():
        if key not in ("@type", "name") and item not in ([], {}):
            raise DefinitionError(
                f'{quoted(key)} of an author cannot be taken over into "dc:creator", which holds names only; leave it out',
                path=pointer(path, key),
            )
    if value.get("@type", "Person") not in _AUTHOR_TYPES:
        raise DefinitionError(f"{described(value['@type'])} is neither a Person nor an Organization", path=f"{path}/@type")
    return _text(value.get("name"), f"{path}/name")


def _map(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DefinitionError(f"should be a map, not {described(value)}", path=path)
    return value


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise DefinitionError(f"should be a text, not {described(value)}", path=path)
    return value


def _texts(value: Any, path: str) -> list[str]:
    if not isinstance(value, list):
        raise DefinitionError(f"should be a list of texts, not {described(value)}", path=path)
    return [_text(item, pointer(path, index)) for index, item in enumerate(value)]


_CONVERSIONS: dict[str, Callable[[Any, str], tuple[str, Any]]] = {
    "c2pa.training-mining": _training,
    "stds.exif": _exif,
    "stds.schema-org.CreativeWork": _creative_work,
}
