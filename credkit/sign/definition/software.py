"""Claim generators and software agents of a definition: a name, or a map with an icon in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from credkit.errors import DefinitionError
from credkit.manifest.assertions import EmbeddedData, GeneratorInfo
from credkit.manifest.assertions.generator_info import GENERATOR_INFO
from credkit.manifest.assertions.shape import described
from credkit.manifest.hashed_uri import HashedUri
from credkit.sign.builder import Builder
from credkit.sign.definition.files import media_type, read_file

__all__ = ["add_icon", "software", "user_agent"]

_FIELDS = ("name", "version", "operating_system", "icon", "specVersion")
_OLD_SYSTEM = "schema.org.SoftwareApplication.operatingSystem"


def software(value: Any, base: Path, path: str, builder: Builder) -> GeneratorInfo:
    """The software described by ``value``; an icon is added to the builder. ``DefinitionError`` below ``path``."""
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, Mapping):
        raise DefinitionError(f"should be a software description or a name, not {described(value)}", path=path)
    fields = {("operating_system" if key == _OLD_SYSTEM else key): item for key, item in value.items()}
    GENERATOR_INFO.check({key: item for key, item in fields.items() if key != "icon"}, path)
    return GeneratorInfo(
        fields["name"],
        fields.get("version"),
        operating_system=fields.get("operating_system"),
        icon=add_icon(fields["icon"], base, f"{path}/icon", builder) if "icon" in fields else None,
        spec_version=fields.get("specVersion"),
        extra={key: item for key, item in fields.items() if key not in _FIELDS},
    )


def add_icon(value: Any, base: Path, path: str, builder: Builder) -> HashedUri:
    """The icon in the file that ``value`` names, added as an assertion of its own."""
    if not isinstance(value, Mapping) or not isinstance(value.get("identifier"), str) or not isinstance(value.get("format"), str):
        raise DefinitionError('an icon is a file: {"format": "image/png", "identifier": "icon.png"}', path=path)
    icon = EmbeddedData(read_file(base, value, path, builder.limits), media_type(value["format"], f"{path}/format"), icon=True)
    return builder.add(icon).reference


def user_agent(text: str) -> GeneratorInfo:
    """The first product of a user agent text: ``Example_Export/1.0 other/2`` is ``Example_Export``, version ``1.0``."""
    name, _, version = text.split(maxsplit=1)[0].partition("/") if text.strip() else (text, "", "")
    return GeneratorInfo(name, version or None)
