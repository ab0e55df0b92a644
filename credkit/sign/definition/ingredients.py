"""The ingredients of a definition: described in it, described in a file of their own, or just named by their path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from credkit.errors import AssetError, DefinitionError, HistoryError
from credkit.load import sidecar_of
from credkit.manifest.assertions import EmbeddedData, Thumbnail
from credkit.sign.builder import Builder
from credkit.sign.definition.files import existing, media_type, read_file
from credkit.sign.definition.reading import Loaded, load_ingredient
from credkit.sign.definition.references import References
from credkit.trust.policy import TrustPolicy

__all__ = ["add_ingredients"]

_DESCRIPTION = "ingredient.json"
_FIELDS = {
    "/dc:title": "/title",
    "/dc:format": "/format",
    "/instanceID": "/instance_id",
    "/dataTypes": "/data_types",
    "/informationalURI": "/informational_URI",
}
_ONLY_WITH_STORE = ("active_manifest", "validation_status", "validation_results")


def add_ingredients(builder: Builder, loaded: Loaded, references: References, policy: TrustPolicy | None) -> None:
    """Add everything under ``ingredients`` and ``ingredient_paths``, in this order."""
    adder = _Adder(builder, references, policy)
    for index, fields in enumerate(loaded.fields.get("ingredients", ())):
        adder.describe(fields, loaded.base, f"/ingredients/{index}")
    for index, name in enumerate(loaded.fields.get("ingredient_paths", ())):
        adder.take_in(name, loaded.base, f"/ingredient_paths/{index}")


class _Adder:
    def __init__(self, builder: Builder, references: References, policy: TrustPolicy | None) -> None:
        self._builder = builder
        self._references = references
        self._policy = policy

    def take_in(self, name: str, base: Path, path: str) -> None:
        """Add a picture, or the description in a file or folder, by its path."""
        found = existing(base, name, path)
        if found.is_dir():
            found = existing(found, _DESCRIPTION, path)
        if found.suffix.lower() == ".json":
            own = load_ingredient(found, path)
            try:
                self.describe(own.fields, own.base, "", name)
            except DefinitionError as error:
                raise DefinitionError(f'in "{found}": {error}', path=path) from None
            return
        try:
            handle = self._builder.add_component(found, sidecar=sidecar_of(found), policy=self._policy)
        except (AssetError, HistoryError) as error:
            raise DefinitionError(str(error), path=path) from None
        self._references.add_ingredient(handle, name, found.name)

    def describe(self, fields: Mapping[str, Any], base: Path, path: str, *names: str) -> None:
        """Add one described ingredient, with the history in ``manifest_data`` when there is one."""
        if fields.get("ocsp_responses"):
            raise DefinitionError("certificate status is not taken over in this version; leave it out", path=f"{path}/ocsp_responses")
        store = _store(fields, base, path, self._builder)
        thumbnail = _thumbnail(fields, base, path, self._builder)
        data = _data(fields, base, path, self._builder)
        media = media_type(fields["format"], f"{path}/format") if "format" in fields else None
        try:
            handle = self._builder.add_ingredient(
                store,
                fields.get("relationship", "componentOf"),
                title=fields.get("title"),
                format=media,
                policy=self._policy,
                thumbnail=thumbnail,
                description=fields.get("description"),
                instance_id=fields.get("instance_id"),
                data=data,
                data_types=fields.get("data_types") or fields.get("data", {}).get("data_types", ()),
                informational_uri=fields.get("informational_URI"),
                metadata=fields.get("metadata"),
            )
        except DefinitionError as error:
            raise _placed(error, path) from None
        except (AssetError, HistoryError) as error:
            raise DefinitionError(str(error), path=f"{path}/manifest_data") from None
        _check_active(fields, handle.active_manifest, path)
        self._references.add_ingredient(handle, fields.get("label"), fields.get("instance_id"), *names)


def _placed(error: DefinitionError, path: str) -> DefinitionError:
    """The error of an assertion at the field of the definition that it comes from."""
    place = error.path
    for written, given in _FIELDS.items():
        place = place.replace(written, given, 1) if place.startswith(written) else place
    return DefinitionError(error.message, path=path + place)


def _store(fields: Mapping[str, Any], base: Path, path: str, builder: Builder) -> bytes | None:
    if "manifest_data" in fields:
        return read_file(base, fields["manifest_data"], f"{path}/manifest_data", builder.limits)
    for key in _ONLY_WITH_STORE:
        if fields.get(key):
            raise DefinitionError(
                f'"{key}" speaks of a manifest that is not there: name its store in "manifest_data", or the picture in "ingredient_paths"',
                path=f"{path}/{key}",
            )
    return None


def _check_active(fields: Mapping[str, Any], found: str | None, path: str) -> None:
    if "manifest_data" in fields and found is None:
        raise DefinitionError("the file is no manifest store that can be read", path=f"{path}/manifest_data/identifier")
    wanted = fields.get("active_manifest")
    if wanted is not None and wanted != found:
        raise DefinitionError(
            f'the newest manifest in "manifest_data" is {found}; leave "active_manifest" out', path=f"{path}/active_manifest"
        )


def _thumbnail(fields: Mapping[str, Any], base: Path, path: str, builder: Builder) -> Thumbnail | Literal[False] | None:
    reference = fields.get("thumbnail")
    if reference is None:
        return None
    if reference["format"] == "none":
        return False
    here = f"{path}/thumbnail"
    return Thumbnail(read_file(base, reference, here, builder.limits), media_type(reference["format"], f"{here}/format"), of="ingredient")


def _data(fields: Mapping[str, Any], base: Path, path: str, builder: Builder) -> EmbeddedData | Mapping[str, Any] | None:
    reference = fields.get("data")
    if reference is None:
        return None
    here = f"{path}/data"
    kind = media_type(reference["format"], f"{here}/format")
    if not reference["identifier"].startswith(("http://", "https://")):
        return EmbeddedData(read_file(base, reference, here, builder.limits), kind)
    for key in ("alg", "hash"):
        if key not in reference:
            raise DefinitionError(f'data on the web needs "{key}", so that it can be told from other data', path=here)
    return {"url": reference["identifier"], "alg": reference["alg"], "hash": reference["hash"], "dc:format": kind}
