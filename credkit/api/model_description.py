"""A model file that is signed: what it is, which hashes it had before, what its header says and what that gives away.

Signing changes the hash of the file, by which tools and model sites know it, and leaves that of its tensors: both are recorded. What the
header says is stated only where that is asked for, since every picture made with the model would repeat it; what it gives away is told in
any case, because whoever gets the model can read it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.api.file_inputs import DATA_SET, MODEL, Intake, measured_of
from credkit.api.model_credentials import BaseModel
from credkit.api.statements import Statements
from credkit.assets import Source, detect
from credkit.dataclass import dataclass, replace
from credkit.errors import AssetError, DefinitionError, MalformedError
from credkit.limits import Limits
from credkit.manifest.assertions import AssetType, TrainedModel
from credkit.manifest.assertions.nearest import quoted
from credkit.sign.builder import Builder

if TYPE_CHECKING:
    from credkit.lifting.model_headers import ModelHeader

__all__ = ["Kind", "ModelDescription", "bytes_to_read", "kind_of_file", "with_model_statements"]

_KINDS = {"SafeTensors": MODEL, "ONNX": "c2pa.types.model.onnx", "Parquet": DATA_SET}
_TRAINED = "trainedAlgorithmicData"
_LEAKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What kind of file that is no picture is signed."""

    type: str
    """Asset type."""
    media_type: str

    @property
    def is_model(self) -> bool:
        """Whether it is a model, and no data set."""
        return self.type != DATA_SET


def kind_of_file(source: Source, statements: Statements) -> Kind | None:
    """The kind of a model or data set; None for pictures and all else. A file of unknown content is a model when it is said to be trained.

    ``DefinitionError`` for a picture that is said to be trained.
    """
    trained = bool(statements.data_sets or statements.base_models or statements.model_role)
    asset_format = detect(source)
    # Checkpoints of PyTorch are ZIP archives.
    if asset_format is None or (trained and asset_format.name == "ZIP"):
        return Kind(type=MODEL, media_type="application/octet-stream") if trained else None
    if asset_format.name in _KINDS:
        return Kind(type=_KINDS[asset_format.name], media_type=asset_format.media_types[0])
    if trained:
        raise DefinitionError(
            f"data sets, base models and roles are stated of a model file, and this is a {asset_format.name} file: sign the model with "
            "them, and name it where pictures are signed (--model model.safetensors)"
        )
    return None


def bytes_to_read(source: Source, statements: Statements) -> int:
    """How many bytes a signing reads of the source and of the models that are named, for whoever shows its progress."""
    paths = (
        *(model.path for model in statements.models),
        *(use.path for use in statements.data_sets),
        *(model.path for model in statements.base_models),
    )
    files = [Path(path) for path in paths if path is not None]
    passes = 2 if statements.model_history else 1
    own = 2 if kind_of_file(source, statements) else 1
    return own * source.size + passes * sum(file.stat().st_size for file in files if file.is_file() and file.suffix != ".c2pa")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDescription:
    """What is known of the file."""

    kind: Kind
    measured: Mapping[str, object]
    header: ModelHeader | None
    """None where there is none that could be read."""
    lifted: bool
    """Whether it is stated what the header says."""

    @classmethod
    def of(
        cls, kind: Kind, source: Source, path: Path | None, name: str, intake: Intake, *, lift: bool, limits: Limits
    ) -> ModelDescription:
        """Measure the file and read its header; ``AssetError`` when it cannot be read."""
        if path is not None:
            measured = measured_of(path, "the model file", intake)
        else:
            from credkit.lifting.measuring import measure_source

            measured = measure_source(source, name or "model")
        return cls(kind=kind, measured=measured, header=_header(source, limits), lifted=lift)

    def state(self, builder: Builder, statements: Statements) -> None:
        """State what the file is."""
        if not builder.states("c2pa.asset-type.v2"):
            builder.add(AssetType(self._type(), format=self.kind.media_type))
        if not self.kind.is_model:
            return
        header = self.header if self.lifted else None
        builder.add(
            TrainedModel(
                self.measured,
                name=statements.title or (header.title if header else None),
                version=header.version if header else None,
                role=statements.model_role,
                header=_stated(header) if header else {},
            )
        )

    def _type(self) -> str:
        """SafeTensors files hold tensors of any framework and say in their header of which."""
        framework = dict(self.header.fields).get("format") if self.header else None
        return f"{MODEL}.pytorch" if self.kind.type == MODEL and framework == "pt" else self.kind.type

    def notes(self) -> Iterator[str]:
        """Sentences for people."""
        if self.header is None:
            return
        claimed = self.header.tensors
        if claimed and "tensors" in self.measured and claimed != self.measured["tensors"]:
            yield "The header claims another hash of the tensors than they have; the measured one is stated."
        yield from self.header.remarks
        for leak in self.header.leaks[:_LEAKS]:
            sample = f": {leak.sample}" if leak.sample else ""
            yield f"Whoever gets the model can read {leak.what} in its header ({leak.field}){sample}."
        if len(self.header.leaks) > _LEAKS:
            yield f"The header gives away {len(self.header.leaks) - _LEAKS:,} more things."
        if not self.lifted and (self.header.title or self.header.architecture or self.header.training):
            yield "What the header says about the model was not stated (--lift states it)."


def _header(source: Source, limits: Limits) -> ModelHeader | None:
    from credkit.lifting.model_headers import read_model_header

    try:
        return read_model_header(source, limits)
    except (AssetError, MalformedError):
        return None


def _stated(header: ModelHeader) -> dict[str, str]:
    """What a header says for the public; free texts in which a training program notes folders and captions stay out."""
    told = {
        "title": header.title,
        "version": header.version,
        "architecture": header.architecture,
        "author": header.author,
        "licence": header.licence,
        "date": header.date,
        "description": header.description,
        "usageHint": header.usage_hint,
        "triggerPhrase": header.trigger_phrase,
        "tags": ", ".join(header.tags),
        "tool": header.tool,
        "items": str(header.items) if header.items is not None else None,
    }
    leaking = {leak.sample for leak in header.leaks if leak.sample}
    fields = {key: value for key, value in told.items() if value} | {f"training.{key}": text for key, text in header.training.items()}
    return {key: text for key, text in fields.items() if text and not any(sample in text for sample in leaking)}


def with_model_statements(statements: Statements, description: ModelDescription, *, begun: bool) -> tuple[Statements, tuple[str, ...]]:
    """The statements as they are meant for a model: one that was trained was created here, unless it is ``begun`` otherwise; with a lifted
    header the base models that it names, where the user named none. And sentences for people.
    """
    notes: tuple[str, ...] = ()
    header = description.header if description.lifted else None
    if header and not statements.base_models:
        named = tuple(BaseModel(model.name, claimed=dict(model.hashes)) for model in (*header.base_models, *header.merged_from))
        statements = replace(statements, base_models=named)
        if named:
            names = ", ".join(quoted(model.name) for model in named[:4])
            notes = (
                f"The header names as what it was made from: {names}; this is stated without proof (--base-model NAME=FILE gives it).",
            )
    trained = statements.data_sets or statements.base_models
    if trained and not statements.created and not statements.edited:
        if begun:
            raise DefinitionError(
                "what a model was trained on and from is stated where it began, and this file has credentials or a parent already: "
                f"sign the file as it was before, say what was done to it since (--edited {_TRAINED}), or let its history go "
                "(--drop-history)"
            )
        statements = replace(statements, created=_TRAINED)
    return statements, notes
