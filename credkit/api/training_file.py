"""Many data sets and base models in one file: TOML or JSON with our own names, or one data set as Croissant describes it.

Of Croissant (JSON-LD, as sites with data sets offer it) ``name``, ``license``, ``url`` and ``creator`` are read.
Paths in a file are relative to its folder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from credkit.api.model_credentials import BaseModel, DataSetUse
from credkit.codec import json_text
from credkit.dataclass import dataclass
from credkit.errors import AssetError, DefinitionError, MalformedError
from credkit.manifest.assertions.licences import licence_identifier
from credkit.manifest.assertions.nearest import quoted, suggestion

__all__ = ["TrainingFile", "read_training_file"]

_Entry = TypeVar("_Entry", DataSetUse, BaseModel)
_LARGEST = 16 << 20
_LISTS = ("datasets", "base_models")
_PATHS = ("path", "licence_text")
_MEASURED_ELSEWHERE = ("claimed",)
_ADDRESS = re.compile(r"https?://\S+")
_REFERENCE = re.compile(r"[^A-Za-z0-9.-]+")
_SPDX = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFile:
    """What such a file says."""

    data_sets: tuple[DataSetUse, ...] = ()
    base_models: tuple[BaseModel, ...] = ()


def read_training_file(path: Path) -> TrainingFile:
    """``AssetError`` for a file that cannot be read, ``DefinitionError`` (naming the entry) for what it must not say."""
    value = _parsed(path)
    if _is_croissant(value):
        return TrainingFile(data_sets=(_croissant(value),))
    unknown = next((key for key in value if key not in _LISTS), None)
    if unknown is not None or not value:
        near = suggestion(unknown, _LISTS) if unknown else ""
        named = f"; {quoted(unknown)} is none of them{near}" if unknown else ""
        raise DefinitionError(f'"{path}" should hold the lists {" and ".join(_LISTS)} (or be a Croissant description){named}')
    folder = path.parent
    return TrainingFile(
        data_sets=tuple(_entries(value, "datasets", DataSetUse, "title", folder)),
        base_models=tuple(_entries(value, "base_models", BaseModel, "name", folder)),
    )


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise AssetError(f'the file "{path}" cannot be read: {error.strerror or error}') from None
    if len(data) > _LARGEST:
        raise AssetError(f'"{path}" is too large for a list of data sets: {_LARGEST >> 20} MiB are allowed')
    try:
        if data.lstrip()[:1] == b"{":
            value = json_text.decode(data, where="the list of data sets")
        else:
            value = tomllib.loads(data.decode("utf-8-sig"))
    except (MalformedError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DefinitionError(f'"{path}" is neither JSON nor TOML: {error}') from None
    if not isinstance(value, dict):
        raise DefinitionError(f'"{path}" should hold the lists {" and ".join(_LISTS)}')
    return value


def _entries(value: Mapping[str, Any], key: str, kind: type[_Entry], first: str, folder: Path) -> list[_Entry]:
    listed = value.get(key, [])
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise DefinitionError(f'"{key}" should be a list of tables', path=f"/{key}")
    known = [entry.name for entry in fields(kind) if entry.name not in _MEASURED_ELSEWHERE]
    for index, entry in enumerate(listed):
        for name in entry:
            if name not in known:
                raise DefinitionError(f"{quoted(name)} is no field of an entry{suggestion(name, known)}", path=f"/{key}/{index}")
        if not isinstance(entry.get(first), str):
            raise DefinitionError(f'the entry has no "{first}"', path=f"/{key}/{index}")
        for name in _PATHS:
            if not isinstance(entry.get(name, ""), str):
                raise DefinitionError(f'"{name}" should be the name of a file', path=f"/{key}/{index}/{name}")
    return [_made(kind, _usable(entry, folder), f"/{key}/{index}", entry[first]) for index, entry in enumerate(listed)]


def _made(kind: type[_Entry], values: Mapping[str, Any], path: str, name: str) -> _Entry:
    try:
        return kind(**values)
    except DefinitionError as error:
        raise DefinitionError(f"{quoted(name)}: {error.message}", path=path) from None


def _usable(entry: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    creator = entry.get("creator")
    found = dict(entry) | ({"creator": tuple(creator)} if isinstance(creator, list) else {})
    return {key: folder / value if key in _PATHS and isinstance(value, str) else value for key, value in found.items()}


def _is_croissant(value: Mapping[str, Any]) -> bool:
    kinds = value.get("@type")
    return any(isinstance(kind, str) and kind.rpartition(":")[2].rpartition("/")[2] == "Dataset" for kind in _several(kinds))


def _croissant(value: Mapping[str, Any]) -> DataSetUse:
    name = value.get("name")
    if not isinstance(name, str):
        raise DefinitionError('the Croissant description has no "name"', path="/name")
    licence, address = _licence_of(next(iter(_texts(value.get("license"))), None))
    url = next((text for text in _texts(value.get("url")) if _ADDRESS.fullmatch(text)), None)
    creators = tuple(_texts(value.get("creator")))
    return DataSetUse(name, licence=licence, licence_url=address, source_url=url, creator=creators)


def _licence_of(text: str | None) -> tuple[str | None, str | None]:
    """Identifier and address of a licence that is given as one or the other."""
    if text is None:
        return None, None
    spdx = _SPDX.fullmatch(text)
    if spdx is None and _ADDRESS.fullmatch(text):
        return None, text
    name = spdx[1] if spdx else text
    try:
        return licence_identifier(name), text if spdx else None
    except DefinitionError:
        return "LicenseRef-" + (_REFERENCE.sub("-", name).strip("-") or "unknown"), None


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> list[str]:
    """Texts, or the names or addresses of things."""
    found = [item.get("name") or item.get("url") or item.get("@id") if isinstance(item, dict) else item for item in _several(value)]
    return [text for text in found if isinstance(text, str) and text]
