"""What a model was trained on and from: data sets and base models as ingredients of its manifest, with the licence of each.

A model is created by a computation, so everything that went into it is an ``inputTo`` ingredient, base models too (a fine-tune, a LoRA, a
merge is no rendition of its base). Licences stand in one assertion whose entries name their ingredients
(``credkit.manifest.assertions.training``). What the model file itself is, hash by hash, is told by ``model_description``.

Sources: "Ingredient" (anchor ``ingredient_assertion``), "Asset Type" (anchor ``_asset_type``), C2PA guidance for AI and ML.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from credkit.api.file_inputs import DATA_SET, MODEL, FileInput, Intake, add_file_input, measured_of
from credkit.api.inputs import model_name
from credkit.api.reading import read_store
from credkit.dataclass import KW_ONLY, dataclass, field
from credkit.errors import AssetError, CredkitError
from credkit.manifest.assertions import BaseModelTerms, ModelReference, TrainingSource
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.text_rules import allowed_text
from credkit.sign.builder import Builder
from credkit.sign.ingredients import IngredientHandle

__all__ = ["BaseModel", "DataSetUse", "add_base_models", "add_data_sets", "data_set_from_file", "model_from_file"]

_SEVERAL_FILES = "multipart/mixed"
_STORE_FILE = ".c2pa"
_LARGEST_LICENCE = 16 << 20


@dataclass(frozen=True, slots=True)
class DataSetUse:
    """A data set that a model was trained on: ``DataSetUse("own photographs", path="photos/dataset.c2pa", licence="CC-BY-4.0")``."""

    title: str
    _: KW_ONLY
    path: str | os.PathLike[str] | None = None
    """Its manifest, a file that is the data set (Parquet, an archive), or the folder that was signed with ``sign_dataset``."""
    licence: str | None = None
    """SPDX identifier or expression, or ``LicenseRef-...``."""
    licence_url: str | None = None
    licence_text: str | os.PathLike[str] | None = None
    """A file with the licence as it was read, whose SHA-256 is stated."""
    source_url: str | None = None
    """Where the data set can be had, or a page about it."""
    creator: str | tuple[str, ...] = ()
    retrieved: date | str | None = None
    item_count: int | None = None
    ai_training_permitted: str | None = None
    """``yes``, ``no``, ``unclear`` or ``own-work``."""
    evidence: str | None = None

    def __post_init__(self) -> None:
        self.entry()

    def entry(self, *, ingredient: str | None = None, snapshot: str | None = None, sha256: str | None = None) -> TrainingSource:
        """What is stated of its licence."""
        return TrainingSource(
            self.title,
            licence=self.licence,
            licence_url=self.licence_url,
            source_url=self.source_url,
            creator=self.creator,
            retrieved=self.retrieved,
            item_count=self.item_count,
            ai_training_permitted=self.ai_training_permitted,
            evidence=self.evidence,
            licence_snapshot_sha256=snapshot,
            collection_sha256=sha256,
            ingredient=ingredient,
        )


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model that was trained further or merged: ``BaseModel("Base", version="1.5", path="base.safetensors", licence="MIT")``."""

    name: str
    _: KW_ONLY
    version: str | None = None
    path: str | os.PathLike[str] | None = None
    licence: str | None = None
    licence_url: str | None = None
    licence_text: str | os.PathLike[str] | None = None
    """A file with the licence as it was read, whose SHA-256 is stated."""
    source_url: str | None = None
    creator: str | tuple[str, ...] = ()
    retrieved: date | str | None = None
    evidence: str | None = None
    claimed: Mapping[str, str] = field(default_factory=dict)
    """Hashes that a text gives and nobody measured, by kind (``GenerationModel.claimed``)."""

    def __post_init__(self) -> None:
        self.entry()

    def entry(
        self, *, ingredient: str | None = None, snapshot: str | None = None, sha256: str | None = None, tensors: str | None = None
    ) -> BaseModelTerms:
        """What is stated of its licence."""
        return BaseModelTerms(
            self.name,
            version=self.version,
            licence=self.licence,
            licence_url=self.licence_url,
            source_url=self.source_url,
            creator=self.creator,
            retrieved=self.retrieved,
            evidence=self.evidence,
            licence_snapshot_sha256=snapshot,
            sha256=sha256,
            tensors_sha256=tensors,
            ingredient=ingredient,
        )


def model_from_file(path: Path) -> ModelReference:
    """A model by its file alone: it is called as its own credentials call it, else as the file is called."""
    from credkit.lifting.model_files import without_ending

    name = without_ending(_stated_title(path) or path.name) or path.name
    return ModelReference(name, path=os.fspath(path))


def data_set_from_file(path: Path) -> DataSetUse:
    """A data set by its manifest, its folder or its file alone, called as its own credentials call it, else as it is called there.
    ``AssetError`` for a folder without a manifest.
    """
    from credkit.api.dataset_files import manifest_of_folder

    stated = _stated_title(manifest_of_folder(path) if path.is_dir() else path)
    return DataSetUse(stated or path.resolve().name, path=os.fspath(path))


def _stated_title(path: Path) -> str | None:
    from credkit.provenance.values import claim_value

    try:
        active = read_store(path).active
    except CredkitError:
        return None
    title = claim_value(active).get("dc:title") if active else None
    return allowed_text(title) or None if isinstance(title, str) else None


def add_data_sets(builder: Builder, uses: Iterable[DataSetUse], intake: Intake) -> list[tuple[IngredientHandle, TrainingSource]]:
    """Each data set as an ingredient, with the entry that names it. ``AssetError`` for a file that cannot be read."""
    return [_add_data_set(builder, use, intake) for use in uses]


def _add_data_set(builder: Builder, use: DataSetUse, intake: Intake) -> tuple[IngredientHandle, TrainingSource]:
    path = Path(use.path) if use.path is not None else None
    if path is not None and path.is_dir():
        from credkit.api.dataset_files import manifest_of_folder

        path = manifest_of_folder(path)
    # The manifest of a data set is bound by its own hash in the ingredient; a hash of its file would say no more.
    is_manifest = path is not None and path.suffix.lower() == _STORE_FILE
    measured = measured_of(path, f"the data set {quoted(use.title)}", intake) if path is not None and not is_manifest else None
    file = FileInput(
        title=use.title,
        kinds=(DATA_SET,),
        path=path,
        measured=measured,
        format=_SEVERAL_FILES if is_manifest else None,
        address=use.source_url,
    )
    handle = add_file_input(builder, file, intake)
    if is_manifest and handle.report is None:
        raise AssetError(f'"{path}" is no manifest of a data set: make one with "credkit dataset sign FOLDER"')
    sha256 = measured["sha256"] if measured else None
    return handle, use.entry(ingredient=handle.reference.url, snapshot=_snapshot(use.licence_text), sha256=sha256)


def add_base_models(builder: Builder, models: Iterable[BaseModel], intake: Intake) -> list[tuple[IngredientHandle, BaseModelTerms]]:
    """Each base model as an ingredient, with the entry that names it. ``AssetError`` for a file that cannot be read."""
    return [_add_base_model(builder, model, intake) for model in models]


def _add_base_model(builder: Builder, model: BaseModel, intake: Intake) -> tuple[IngredientHandle, BaseModelTerms]:
    path = Path(model.path) if model.path is not None else None
    measured = measured_of(path, f"the base model {quoted(model.name)}", intake) if path is not None else None
    file = FileInput(
        title=model_name(model.name, model.version),
        kinds=(MODEL,),
        path=path,
        measured=measured,
        claimed=model.claimed,
        address=model.source_url,
    )
    handle = add_file_input(builder, file, intake)
    hashes = {"sha256": measured["sha256"], "tensors": measured.get("tensors")} if measured else {}
    return handle, model.entry(ingredient=handle.reference.url, snapshot=_snapshot(model.licence_text), **hashes)


def _snapshot(path: str | os.PathLike[str] | None) -> str | None:
    """The SHA-256 of the text of a licence."""
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST_LICENCE + 1)
    except OSError as error:
        raise AssetError(f'the text of the licence "{os.fspath(path)}" cannot be read: {error.strerror or error}') from None
    if len(data) > _LARGEST_LICENCE:
        raise AssetError(f'"{os.fspath(path)}" is too large for the text of a licence: {_LARGEST_LICENCE >> 20} MiB are allowed')
    return hashlib.sha256(data).hexdigest()
