"""What the header of a model file says about the model, in words that all formats share: values only.

Reading them is ``reading``. Everything in here is claimed by whoever wrote the header; nothing was measured.
"""

from __future__ import annotations

from collections.abc import Mapping

from credkit.dataclass import dataclass, field

__all__ = ["ClaimedDataSet", "ClaimedModel", "Leak", "ModelHeader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedModel:
    """Another model that a header names: what it was trained upon, or merged from."""

    name: str
    """As it stands there, but for folders: of a path only the last part."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """By kind, as ``GenerationModel.claimed`` holds them: ``sha256``, ``autov1``, ``autov2``, ``autov3`` or ``other``."""
    field: str = ""
    """The key of the header that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDataSet:
    """A folder of training pictures that a header names."""

    name: str
    """The folder, or what the trainer called it."""
    items: int | None = None
    """Pictures in it."""
    repeats: int | None = None
    """How often each was shown in one epoch."""
    regularisation: bool = False
    """Pictures that keep the model from forgetting, and not what it was to learn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Something in a header that its author may not want to publish."""

    field: str
    """The key of the header."""
    what: str
    """One sentence for people, without a full stop: what it gives away."""
    sample: str = ""
    """A short piece of it, made fit to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHeader:
    """Everything that a model file says about itself. Texts are cleaned and cut; None or empty for what is not said."""

    format: str
    """``SafeTensors``, ``ONNX``, ``Parquet`` or ``GGUF``."""
    title: str | None = None
    version: str | None = None
    architecture: str | None = None
    """As the header names it: ``stable-diffusion-xl-v1-base/lora``, ``llama``."""
    author: str | None = None
    licence: str | None = None
    """An identifier, a name, an address or a whole text."""
    date: str | None = None
    description: str | None = None
    usage_hint: str | None = None
    trigger_phrase: str | None = None
    tags: tuple[str, ...] = ()
    base_models: tuple[ClaimedModel, ...] = ()
    """What it was trained upon."""
    merged_from: tuple[ClaimedModel, ...] = ()
    data_sets: tuple[ClaimedDataSet, ...] = ()
    items: int | None = None
    """Training pictures in all, regularisation left out."""
    tensors: str | None = None
    """The claimed SHA-256 of the tensors, 64 lower-case digits; compare it with ``measured["tensors"]``."""
    training: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the training by short name: ``network_dim``, ``learning_rate``, ``epochs``."""
    tool: str | None = None
    """The program that trained or wrote the model."""
    fields: tuple[tuple[str, str], ...] = ()
    """Every key of the header with its value, in order, each cut to some thousand characters."""
    leaks: tuple[Leak, ...] = ()
    """What publishing this header gives away."""
    remarks: tuple[str, ...] = ()
    """What could not be read or contradicts itself, in sentences."""
