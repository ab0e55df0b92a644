"""The files of the models that a text names: found among the user's, and measured.

A name in a text is only ever compared with names of files that are there; it is never joined to a path. Only files whose names fit are
hashed, since a folder may hold hundreds of gigabytes. What the text claims and what was measured stay apart, and remarks tell how the two
compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from credkit.dataclass import dataclass, field, replace
from credkit.errors import AssetError
from credkit.lifting.measuring import known_measurement, measure_model
from credkit.lifting.model_files import ModelFile, listed_files, plain_name
from credkit.lifting.wording import shown, words
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.generation import Generation, GenerationModel
from credkit.manifest.assertions.model_hashes import agrees

__all__ = ["FoundModels", "agrees", "find_models", "measure_model"]

_FEW = 8
"""So many files are hashed for the sake of a claimed hash alone."""
_TWINS = 4
"""So many files of one name are hashed."""
_KINDS = {"sha256": "SHA-256", "autov1": "AutoV1", "autov2": "AutoV2", "autov3": "AutoV3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModels:
    """What ``find_models`` gives."""

    generation: Generation
    """The same, with ``measured`` filled for each model whose file was found."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Where the measured files lie, by SHA-256."""
    remarks: tuple[str, ...] = ()
    """Sentences for people: which claims agree with the files, which do not, and which files were not found."""


def find_models(generation: Generation, places: Sequence[Path], *, cache: bool = True, limits: Limits = DEFAULT_LIMITS) -> FoundModels:
    """Measure those models of ``generation`` whose files are in ``places``: folders with everything below them, and single files.

    A file fits by its name, with or without ending, or by a hash that the text claims. Models that are measured already stay as they are.
    ``AssetError`` for a place that is not there or cannot be read; a file below a folder that cannot be read is told in a remark.
    """
    files, remarks = listed_files(places)
    search = _Search(files=files, cache=cache, limits=limits, remarks=remarks)
    models = tuple(model if model.measured else search.measured(model) for model in generation.models)
    missing = [model.name for model in models if not model.measured and model.name not in search.undecided]
    if missing:
        where = words([str(place) for place in places], limits)
        search.remarks.append(
            f"No file was found in {where} for {words(missing, limits)}: add the folder that holds it, or give the file the model's name."
        )
    return FoundModels(generation=replace(generation, models=models), files=search.places, remarks=tuple(dict.fromkeys(search.remarks)))


@dataclass(slots=True, kw_only=True)
class _Search:
    files: Sequence[ModelFile]
    cache: bool
    limits: Limits
    remarks: list[str]
    undecided: set[str] = field(default_factory=set)
    """Names of models for which more than one file fits."""
    places: dict[str, Path] = field(default_factory=dict)
    """Files that were measured, by SHA-256."""

    def measured(self, model: GenerationModel) -> GenerationModel:
        """The model with the measurement of its file, where one fits."""
        found = [(file, value) for file in self._named(model)[:_TWINS] if (value := self._measure(file))]
        fitting = next((value for _, value in found if _fits(model, value)), None)
        if fitting is None and (not found or model.claimed):
            fitting = self._by_hash(model)
        if fitting is None and found:
            if len({value["sha256"] for _, value in found}) > 1:
                return self._ambiguous(model, len(found))
            fitting = found[0][1]
        if fitting is None:
            return model
        self._compare(model, fitting)
        return replace(model, measured=fitting)

    def _named(self, model: GenerationModel) -> list[ModelFile]:
        """Files whose name is that of the model: letter by letter, else without ending, else by letters and digits alone."""
        wanted = model.name.casefold()
        for names in (
            lambda file: file.name.casefold() == wanted,
            lambda file: file.stem.casefold() == wanted,
            lambda file: plain_name(file.name) == plain_name(model.name) != "",
        ):
            if found := [file for file in self.files if names(file)]:
                return found
        return []

    def _by_hash(self, model: GenerationModel) -> dict[str, Any] | None:
        """A file under another name with the claimed hash: among few files, or among those measured before."""
        if not any(_telling(kind, digits) for kind, digits in model.claimed.items()):
            return None
        few = len(self.files) <= _FEW
        for file in self.files:
            value = self._measure(file) if few or file.given else known_measurement(file.path) if self.cache else None
            if value and _fits(model, value):
                self.places.setdefault(value["sha256"], file.path)
                return value
        return None

    def _measure(self, file: ModelFile) -> dict[str, Any] | None:
        try:
            value = measure_model(file.path, cache=self.cache)
        except AssetError as error:
            if file.given:
                raise
            self.remarks.append(f"A file was passed over: {error}.")
            return None
        self.places.setdefault(value["sha256"], file.path)
        return value

    def _ambiguous(self, model: GenerationModel, count: int) -> GenerationModel:
        self.undecided.add(model.name)
        self.remarks.append(
            f'{count} different files are called like the model "{shown(model.name, self.limits)}", and no claimed hash tells which '
            "it was: none is stated as measured; name the right file itself."
        )
        return model

    def _compare(self, model: GenerationModel, measured: Mapping[str, Any]) -> None:
        name = shown(model.name, self.limits)
        for kind, digits in model.claimed.items():
            same = agrees(kind, digits, measured)
            what = _KINDS.get(kind, "a hash")
            if same:
                self.remarks.append(f'The file of the model "{name}" has the {what} {digits} that the text claims.')
            elif same is False:
                other = measured.get(kind) or measured["sha256"]
                self.remarks.append(
                    f'The text claims {what} {digits} for the model "{name}", and its file has {other}: '
                    "both are stated, each as what it is."
                )


def _telling(kind: str, digits: str) -> bool:
    """Whether a hash is long enough to know a file by it; AutoV1 collides."""
    return kind != "autov1" and len(digits) >= 10


def _fits(model: GenerationModel, measured: Mapping[str, Any]) -> bool:
    """Whether a claim agrees with a file, and none speaks against it."""
    answers = [agrees(kind, digits, measured) for kind, digits in model.claimed.items()]
    return any(answers) and False not in answers
