"""What went into the making of a picture and is no part of it: models, prompts, seeds, raw documents, pictures that a text only names.

Each becomes an ``inputTo`` ingredient, so that it can be redacted later without harm to the actions. A digest that was measured stands in
the fields that readers know; one that a text claims stands apart under a name of its own, so that it is never taken for a measured one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from credkit.assets import open_source
from credkit.errors import AssetError
from credkit.lifting.lifted import Document
from credkit.manifest.assertions import EmbeddedData, Generation, GenerationInput, GenerationModel, ModelReference
from credkit.sign.builder import Builder
from credkit.sign.ingredients import IngredientHandle

__all__ = ["add_documents", "add_models", "add_pictures", "add_texts", "model_name"]

_MODEL = "c2pa.types.model"
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


def add_models(builder: Builder, models: Iterable[ModelReference], generation: Generation | None) -> list[IngredientHandle]:
    """Every model once: those of the generation with what was measured and claimed, then others, whose files are measured here and now."""
    stated = generation.models if generation else ()
    known = {(model.name, model.version) for model in stated}
    handles = [_add_stated(builder, model) for model in stated]
    return handles + [_add_named(builder, model) for model in models if (model.name, model.version) not in known]


def _add_stated(builder: Builder, model: GenerationModel) -> IngredientHandle:
    metadata: dict[str, Any] = {}
    digest = model.measured.get("sha256")
    if digest:
        metadata["org.credkit.file"] = _file(model.measured.get("file") or model.name, model.measured["size"], digest)
    if model.claimed:
        metadata["org.credkit.claimed"] = dict(model.claimed)
    title = model_name(model.name, model.version)
    identity = f"urn:sha256:{digest}" if digest else None
    return builder.add_input(title, (_MODEL,), instance_id=identity, metadata=metadata or None)


def _add_named(builder: Builder, model: ModelReference) -> IngredientHandle:
    metadata: dict[str, Any] | None = None
    identity = None
    if model.path is not None:
        digest, size = _measure(Path(model.path))
        identity = f"urn:sha256:{digest}"
        metadata = {"org.credkit.file": _file(Path(model.path).name, size, digest)}
    return builder.add_input(model_name(model.name, model.version), (_MODEL,), instance_id=identity, metadata=metadata)


def _file(name: str, size: int, digest: str) -> dict[str, Any]:
    return {"name": name, "size": size, "sha256": bytes.fromhex(digest)}


def _measure(path: Path) -> tuple[str, int]:
    state = hashlib.sha256()
    try:
        with open_source(path) as source:
            for chunk in source.chunks(0, source.size):
                state.update(chunk)
            return state.hexdigest(), source.size
    except AssetError as error:
        raise AssetError(
            f"the model file cannot be hashed: {error}; mend the path, or leave it out (NAME@VERSION) to state the model without proof"
        ) from None


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
