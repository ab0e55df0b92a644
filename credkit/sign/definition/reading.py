"""From a file, text or mapping to a checked definition.

Checked here: that it is JSON (errors name line and column) and that it has the form of
``schemas/manifest-definition.schema.json`` (errors name the place as JSON Pointer and the nearest right name). What the fields
mean is left to the other modules.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.manifest.assertions.shape import described, pointer
from credkit.resources import read_schema

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

__all__ = ["Definition", "Loaded", "load_definition", "load_ingredient"]

Definition: TypeAlias = "str | os.PathLike[str] | bytes | Mapping[str, Any]"
"""A path, JSON text (``str`` that begins with ``{``, or ``bytes``), or the decoded mapping."""

_SCHEMA = "manifest-definition.schema.json"
_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A definition that has the right form; ``base`` is the folder from which its file names count."""

    fields: Mapping[str, Any] = field(repr=False)
    base: Path


def load_definition(definition: Definition, base: Path | None = None) -> Loaded:
    """Read and check a definition; ``base`` defaults to the folder of its file, else to the working folder.

    ``DefinitionError`` when it cannot be read, is no JSON, or has not the form of a definition.
    """
    fields, folder = _decoded(definition, "the manifest definition")
    _check(fields, None)
    start = base if base is not None else folder
    return Loaded(fields=fields, base=start / fields.get("base_path", ""))


def load_ingredient(path: Path, where: str) -> Loaded:
    """An ingredient description in a file of its own (``ingredient.json``); errors are placed at ``where`` and name the file."""
    try:
        fields, folder = _decoded(path, "the ingredient description")
        _check(fields, "ingredient")
    except DefinitionError as error:
        raise DefinitionError(f'in "{path}": {error}', path=where) from None
    return Loaded(fields=fields, base=folder)


def _decoded(definition: Definition, what: str) -> tuple[Any, Path]:
    if isinstance(definition, Mapping):
        return _plain(definition), Path()
    if isinstance(definition, bytes):
        return _parse(definition, what), Path()
    if isinstance(definition, str) and definition.lstrip().startswith("{"):
        return _parse(definition.encode("utf-8", "surrogatepass"), what), Path()
    path = Path(definition)
    name = f'{what} "{path}"'
    try:
        with path.open("rb") as file:
            data = file.read(DEFAULT_LIMITS.store_size + 1)
    except (OSError, ValueError) as error:
        raise DefinitionError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > DEFAULT_LIMITS.store_size:
        raise DefinitionError(f"{name} is larger than {DEFAULT_LIMITS.store_size:,} bytes")
    return _parse(data, name), path.parent


def _plain(definition: Mapping[str, Any]) -> Any:
    """A copy in plain JSON types, so that a mapping and its text mean the same."""
    try:
        return json.loads(json.dumps(definition, default=_refuse_value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise DefinitionError(f"the manifest definition cannot be written as JSON: {error}") from None


def _refuse_value(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise ValueError(f"it holds {described(value)}")


def _parse(data: bytes, what: str) -> Any:
    try:
        parsed = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_members, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{what} is not in UTF-8 (byte {error.start:,}): save it as UTF-8") from None
    except json.JSONDecodeError as error:
        fault = error.msg[:1].lower() + error.msg[1:]
        raise DefinitionError(f"{what} is not valid JSON: {fault} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise DefinitionError(f"{what} is nested too deep") from None
    except ValueError as error:
        raise DefinitionError(f"{what} is not valid JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise DefinitionError(f"{what} should be a map (a JSON object), not {described(parsed)}")
    return parsed


def _members(items: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in items:
        if key in members:
            raise ValueError(f"the key {quoted(key)} stands twice in one map, remove one of them")
        members[key] = value
    return members


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is no number in JSON")


@cache
def _validator(part: str | None) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    schema = json.loads(read_schema(_SCHEMA))
    if part is not None:
        schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    return Draft202012Validator(schema)


def _check(fields: Any, part: str | None) -> None:
    faults = sorted(_validator(part).iter_errors(fields), key=_order)
    if faults:
        raise _explained(faults[0])


def _order(fault: ValidationError) -> tuple[int, list[str]]:
    # A misspelt key is told first: it is often the reason why another one is missing.
    return (0 if fault.validator == "additionalProperties" else 1, [str(part) for part in fault.absolute_path])


def _explained(fault: ValidationError) -> DefinitionError:
    """The sentence for a person; ``title`` of the schema says what the value is meant to be."""
    path = ""
    for part in fault.absolute_path:
        path = pointer(path, part)
    schema: Any = fault.schema
    title = schema.get("title", "the right value")
    value: Any = fault.instance
    wanted: Any = fault.validator_value
    match fault.validator:
        case "additionalProperties":
            allowed = "|".join(schema.get("patternProperties", ("(?!)",)))
            key = next(key for key in value if key not in schema["properties"] and not re.search(allowed, key))
            return DefinitionError(f"{quoted(key)} is no field of {title}{suggestion(key, schema['properties'])}", path=pointer(path, key))
        case "required":
            key = next(key for key in wanted if key not in value)
            return DefinitionError(f'the field "{key}" is missing from {title}', path=path)
        case "type":
            if value is None:
                return DefinitionError("null is not allowed here; leave the field out", path=path)
            return DefinitionError(f"should be {_KINDS.get(str(wanted), title)}, not {described(value)}", path=path)
        case "enum":
            known = [str(choice) for choice in wanted]
            return DefinitionError(f"{described(value)} is not {title}{suggestion(str(value), known)}", path=path)
        case "minLength" | "minItems":
            return DefinitionError("must not be empty; leave the field out", path=path)
        case _:
            return DefinitionError(f"{described(value)} is not {title}", path=path)
