"""The models that a text names, matched with those that the user names and with files on the disk.

A file is measured, and its hashes stand beside those that the text claims; the two are compared and never mixed. A user's model is the
one of the text with the same hash, else the same name, else the only one left; its name and version are the user's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from credkit.dataclass import dataclass, field, replace
from credkit.errors import AssetError
from credkit.limits import Limits
from credkit.manifest.assertions import Generation, GenerationModel, ModelReference
from credkit.manifest.assertions.model_hashes import agrees
from credkit.manifest.assertions.nearest import quoted

__all__ = ["MatchedModels", "with_named_models"]

_LEADING = ("checkpoint", "diffusion-model")
_ENDINGS = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".sft")
_KINDS = {"sha256": "SHA-256", "autov1": "AutoV1", "autov2": "AutoV2", "autov3": "AutoV3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedModels:
    """A generation whose models are measured where their files are known."""

    generation: Generation
    files: Mapping[str, Path] = field(default_factory=dict)
    """Where the measured files lie, by SHA-256."""
    notes: tuple[str, ...] = ()


def with_named_models(generation: Generation, named: Sequence[ModelReference], folders: Sequence[Path], limits: Limits) -> MatchedModels:
    """The generation with the user's models in it, and those measured that were given with a file or found in ``folders``.

    ``AssetError`` for a file or folder that was named and cannot be read.
    """
    models = list(generation.models)
    notes: list[str] = []
    taken: set[int] = set()
    files: dict[str, Path] = {}
    for model in named:
        measured = _measured(Path(model.path)) if model.path is not None else {}
        if model.path is not None:
            files[measured["sha256"]] = Path(model.path)
        index = _match(model, measured, models, taken, alone=len(named) == 1)
        if index is None:
            role = "other" if any(entry.role in _LEADING for entry in models) else "checkpoint"
            models.append(GenerationModel(model.name, role=role, version=model.version, measured=measured))
            index = len(models) - 1
        else:
            notes += _renamed(models[index], model)
            entry = models[index]
            models[index] = replace(entry, name=model.name, version=model.version or entry.version, measured=measured or entry.measured)
        taken.add(index)
    notes += _contradictions([models[index] for index in sorted(taken)])
    merged = replace(generation, models=tuple(models))
    if folders:
        from credkit.lifting.models import find_models

        found = find_models(merged, folders, limits=limits)
        merged, notes = found.generation, [*notes, *found.remarks]
        files = {**found.files, **files}
    return MatchedModels(generation=merged, files=files, notes=tuple(notes))


def _measured(path: Path) -> Mapping[str, Any]:
    from credkit.lifting.models import measure_model

    try:
        return measure_model(path)
    except AssetError as error:
        raise AssetError(
            f"the model file cannot be hashed: {error}; mend the path, or leave it out (NAME@VERSION) to state the model without proof"
        ) from None


def _match(
    model: ModelReference, measured: Mapping[str, Any], models: Sequence[GenerationModel], taken: set[int], *, alone: bool
) -> int | None:
    free = [index for index in range(len(models)) if index not in taken]
    if measured:
        for index in free:
            if any(agrees(kind, digest, measured) for kind, digest in models[index].claimed.items()):
                return index
    names = {_plain(model.name), _plain(f"{model.name} {model.version}")} | ({_plain(Path(model.path).name)} if model.path else set())
    for index in free:
        if _plain(models[index].name) in names:
            return index
    leading = [index for index in free if models[index].role in _LEADING]
    return leading[0] if alone and len(leading) == 1 else None


def _plain(name: str) -> str:
    """A name for comparison: without folder, file ending, case and separators."""
    last = name.replace("\\", "/").rpartition("/")[2].casefold()
    ending = next((ending for ending in _ENDINGS if last.endswith(ending)), "")
    return "".join(letter for letter in last.removesuffix(ending) if letter.isalnum())


def _renamed(entry: GenerationModel, model: ModelReference) -> list[str]:
    names = {_plain(model.name), _plain(f"{model.name} {model.version}")}
    if _plain(entry.name) in names:
        return []
    return [f"The text in the file calls the model {quoted(entry.name)}; it is stated under the name that you gave, {quoted(model.name)}."]


def _contradictions(models: Sequence[GenerationModel]) -> list[str]:
    return [
        f"The text claims {_KINDS.get(kind, 'the hash')} {digest} for the model {quoted(model.name)}, which is not that of the file you "
        "gave: both are stated, each as what it is."
        for model in models
        if model.measured
        for kind, digest in model.claimed.items()
        if agrees(kind, digest, model.measured) is False
    ]
