"""What went into the making of a picture and is no part of it: models, prompts, seeds, raw documents, pictures that a text only names.

Each becomes an ``inputTo`` ingredient, so that it can be redacted later without harm to the actions. A digest that was measured stands in
the fields that readers know; one that a text claims stands apart under a name of its own, so that it is never taken for a measured one.
The credentials of a model whose file is at hand are taken in (``file_inputs``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from credkit.api.file_inputs import MODEL, FileInput, Intake, add_file_input, measured_of
from credkit.lifting.lifted import Document
from credkit.manifest.assertions import EmbeddedData, Generation, GenerationInput, GenerationModel, ModelReference
from credkit.sign.builder import Builder
from credkit.sign.ingredients import IngredientHandle

__all__ = ["add_documents", "add_models", "add_pictures", "add_texts", "model_name"]

_DOCUMENT = "org.credkit.types.generation-text"
_PICTURE = "org.credkit.types."
_TEXTS = (
    ("prompt", "c2pa.types.generator.prompt"),
    ("negative prompt", "c2pa.types.generator.prompt"),
    ("seed", "c2pa.types.generator.seed"),
)


def model_name(name: str, version: str | None) -> str:
    """How a model is called in titles."""
    return f"{name} {version}" if version else name


def add_models(
    builder: Builder,
    models: Iterable[ModelReference],
    generation: Generation | None,
    *,
    files: Mapping[str, Path],
    intake: Intake,
) -> list[IngredientHandle]:
    """Every model once: those of the generation with what was measured and claimed, then others, whose files are measured here and now.

    ``files`` are those of the generation's models, by SHA-256.
    """
    stated = generation.models if generation else ()
    known = {(model.name, model.version) for model in stated}
    found = [_stated(model, files) for model in stated]
    found += [_named(model, intake) for model in models if (model.name, model.version) not in known]
    return [add_file_input(builder, file, intake) for file in found]


def _stated(model: GenerationModel, files: Mapping[str, Path]) -> FileInput:
    digest = model.measured.get("sha256")
    return FileInput(
        title=model_name(model.name, model.version),
        kinds=(MODEL,),
        path=files.get(digest) if digest else None,
        measured=model.measured if digest else None,
        claimed=model.claimed,
    )


def _named(model: ModelReference, intake: Intake) -> FileInput:
    path = Path(model.path) if model.path is not None else None
    measured = measured_of(path, "the model file", intake) if path is not None else None
    return FileInput(title=model_name(model.name, model.version), kinds=(MODEL,), path=path, measured=measured)


def add_texts(builder: Builder, prompt: str | None, negative_prompt: str | None, seed: str | None) -> list[IngredientHandle]:
    """Prompt, negative prompt and seed, as far as they are given."""
    return [
        builder.add_input(title, (kind,), data=EmbeddedData(text.encode("utf-8"), "text/plain"))
        for (title, kind), text in zip(_TEXTS, (prompt, negative_prompt, seed), strict=True)
        if text
    ]


def add_documents(builder: Builder, documents: Iterable[Document]) -> list[IngredientHandle]:
    """Raw texts of the tool, as they were stored."""
    return [
        builder.add_input(document.title, (_DOCUMENT,), data=EmbeddedData(document.text.encode("utf-8"), document.media_type))
        for document in documents
    ]


def add_pictures(builder: Builder, inputs: Iterable[GenerationInput]) -> list[IngredientHandle]:
    """Pictures that the model was given and of which only the name is known; an initial image is left out where there is a parent."""
    parent = builder.parent is not None
    return [
        builder.add_input(item.name, (_PICTURE + item.role,))
        for item in inputs
        if item.name and not (parent and item.role == "initial-image")
    ]
