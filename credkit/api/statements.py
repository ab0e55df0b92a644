"""What an exporter wants to say about a picture, in his words, and how that becomes assertions.

One object for the command line, the Python verbs and the export hooks, so that the same words make the same manifest everywhere.
Mapping: ``docs/assertions.md``; vocabularies: IPTC digital source types, CAWG metadata and training-mining, C2PA AI disclosure.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from credkit.api.file_inputs import Intake
from credkit.api.inputs import add_documents, add_models, add_pictures, add_texts, model_name
from credkit.api.model_credentials import BaseModel, DataSetUse, add_base_models, add_data_sets
from credkit.api.rights import rights_assertions
from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.lifting.lifted import Document
from credkit.manifest.assertions import (
    Action,
    AiDisclosure,
    Generation,
    GeneratorInfo,
    Licensor,
    ModelReference,
    Offer,
    Region,
    TrainingMining,
    TrainingSource,
    TrainingSources,
)
from credkit.manifest.hashed_uri import HashedUri
from credkit.sign.builder import Builder
from credkit.sign.inception import CREATED
from credkit.sign.ingredients import IngredientHandle
from credkit.sign.update import EDITED_METADATA, UpdateBuilder

__all__ = ["Licensor", "Statements"]

_EDITED = "c2pa.edited"
_IN_UPDATES = frozenset(
    {
        *("title", "description", "when", "software", "creator", "rights", "usage_terms", "web_statement", "licensor", "do_not_train"),
        *("credit", "licence", "uses", "offers"),
    }
)
"""What can be said without touching the picture."""
_LEADING_ROLES = ("checkpoint", "diffusion-model")
_AI_SOURCE_TYPES = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """Everything optional but one of ``created``, ``edited`` or a parent, which says how the picture began."""

    title: str | None = None
    created: str | None = None
    """Digital source type of a picture made here (``trainedAlgorithmicMedia``)."""
    edited: str | None = None
    """Digital source type after an edit of the parent (``compositeWithTrainedAlgorithmicMedia``)."""
    action: str = _EDITED
    """The action that ``edited`` stands for."""
    description: str | None = None
    """What was done, in a sentence."""
    when: datetime | None = None
    """When it was done, aware; now by default."""
    software: GeneratorInfo | None = None
    """The tool that made or changed the picture, when it is another than the one that signs."""
    creator: tuple[str, ...] = ()
    rights: str | None = None
    usage_terms: str | None = None
    web_statement: str | None = None
    """URL of a page with the rights statement."""
    licensor: Licensor | None = None
    credit: str | None = None
    """How the author is to be named when the picture is used."""
    licence: str | None = None
    """Licence of the picture: SPDX identifier or expression, ``LicenseRef-...``, the usual name (``CC BY 4.0``), or a web address."""
    uses: TrainingMining | None = None
    """Whether it may be used for AI training, AI inference and data mining, use by use; finer than ``do_not_train``."""
    offers: tuple[Offer, ...] = ()
    """On which conditions a licence can be had."""
    models: tuple[ModelReference, ...] = ()
    training_sources: tuple[TrainingSource, ...] = ()
    """What the model was trained on, in words alone."""
    data_sets: tuple[DataSetUse, ...] = ()
    """What a model file was trained on; each becomes an ingredient, with its own credentials where it has any."""
    base_models: tuple[BaseModel, ...] = ()
    """What a model file was trained from or merged of; likewise."""
    model_role: str | None = None
    """Of a model file: ``checkpoint``, ``lora``, ``vae`` ... (``MODEL_ROLES``)."""
    model_files: tuple[tuple[str, Path], ...] = ()
    """Files of models of ``generation``, by SHA-256, so that their credentials are found."""
    model_history: bool = True
    """Whether the credentials of models are taken in; without, their hashes alone speak for them."""
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: str | None = None
    human_oversight: str | None = None
    """``fully_autonomous``, ``prompt_guided`` or ``human_validated``."""
    do_not_train: bool = False
    regions: tuple[Region, ...] = ()
    """Where the edit changed the picture."""
    generation: Generation | None = None
    """How it was generated, setting by setting; prompts and seeds do not stand in it. Its models become ingredients, as ``models`` do."""
    documents: tuple[Document, ...] = ()
    """Raw texts of the generation tool that are kept in the manifest: a workflow, a parameter block."""

    def __post_init__(self) -> None:
        """``DefinitionError`` for words that no file can hold."""
        for name in ("prompt", "negative_prompt", "seed"):
            try:
                (getattr(self, name) or "").encode("utf-8")
            except UnicodeEncodeError:
                raise DefinitionError(f"the {name.replace('_', ' ')} holds bytes that are no text: write it in UTF-8") from None

    @property
    def uses_ai(self) -> bool:
        """Whether a trained model took part."""
        names = {(value or "").rsplit("/", 1)[-1] for value in (self.created, self.edited)}
        return bool(self.leading_model) or bool(names & set(_AI_SOURCE_TYPES))

    def apply(self, builder: Builder, intake: Intake | None = None) -> None:
        """Put everything into ``builder``; ``DefinitionError`` for what is no valid statement, ``AssetError`` for a model
        file that cannot be read. ``intake`` says how models and data sets are taken in.
        """
        self._refuse_single_values()
        self._refuse_what_would_be_lost()
        intake = intake or Intake(history=self.model_history)
        trained_on = add_data_sets(builder, self.data_sets, intake)
        trained_from = add_base_models(builder, self.base_models, intake)
        inputs = (*(handle for handle, _ in (*trained_on, *trained_from)), *self._inputs(builder, intake))
        if self.created or self.edited:
            related = (builder.add(self.generation).reference,) if self.generation else ()
            builder.add_action(self._deed(inputs, related))
        self._apply_rights(builder)
        model = self.leading_model
        if self.uses_ai and model:
            builder.add(self._disclosure(model))
        sources = (*self.training_sources, *(source for _, source in trained_on))
        if sources or trained_from:
            builder.add(TrainingSources(sources, base_models=tuple(terms for _, terms in trained_from), model=model))

    def apply_to_update(self, builder: UpdateBuilder) -> None:
        """Put what can be said without touching the picture into ``builder``; ``DefinitionError`` for the rest."""
        from dataclasses import fields

        self._refuse_single_values()
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        refused = [field.name for field in fields(self) if field.name not in _IN_UPDATES and values[field.name] != field.default]
        if refused:
            raise DefinitionError(
                f"{refused[0].replace('_', ' ')} belongs to something that was made or changed, and an update leaves the content as it is: "
                "sign it as an edit"
            )
        self._apply_rights(builder)
        if any(values[name] for name in _IN_UPDATES if name != "when"):
            builder.add_action(Action(EDITED_METADATA, when=self.time, description=self.description, software_agent=self.software))

    def _refuse_single_values(self) -> None:
        """A text is a sequence too, and would be taken apart into its letters."""
        for name in ("creator", "models", "training_sources", "data_sets", "base_models", "regions", "documents", "offers"):
            if isinstance(getattr(self, name), str):
                raise DefinitionError(f'"{name}" takes several values: write a single one in parentheses with a comma, ("...",)')

    def _refuse_what_would_be_lost(self) -> None:
        """Nothing that was said may be left out of the manifest in silence."""
        if self.created and self.edited:
            raise DefinitionError("a file is either created or edited: give one of the two")
        if self.created and self.regions:
            raise DefinitionError("a region says where a parent was changed; a created file has no parent")
        if self.created and self.action != _EDITED:
            raise DefinitionError(f"{self.action} is what an edit is called; a created file begins with c2pa.created")
        if self.human_oversight and not self.leading_model:
            raise DefinitionError("how far a human took part is said about a model: name the model (--model NAME@VERSION=FILE)")
        if "" in (self.prompt, self.negative_prompt, self.seed):
            raise DefinitionError("an empty prompt or seed says nothing: leave it out")
        dependent = (
            *(self.models, self.prompt, self.negative_prompt, self.seed, self.regions, self.description, self.when, self.software),
            *(self.generation, self.documents, self.data_sets, self.base_models),
        )
        if not self.created and not self.edited and (any(dependent) or self.action != _EDITED):
            raise DefinitionError(
                "models, data sets, prompts, seeds, regions, descriptions, times and tools belong to something that was done: "
                "say --created or --edited"
            )

    @property
    def time(self) -> datetime:
        """When it was done: as said, else now."""
        return self.when or datetime.now(UTC).replace(microsecond=0)

    @property
    def leading_model(self) -> ModelReference | None:
        """The model that disclosures name: the first that was named, else the checkpoint of the generation, else its first model."""
        if self.models or self.generation is None:
            return self.models[0] if self.models else None
        stated = self.generation.models
        found = next((model for model in stated if model.role in _LEADING_ROLES), stated[0] if stated else None)
        return ModelReference(found.name, found.version) if found else None

    def _deed(self, inputs: tuple[IngredientHandle, ...], related: tuple[HashedUri, ...]) -> Action:
        return Action(
            CREATED if self.created else self.action,
            digital_source_type=self.created or self.edited,
            when=self.time,
            software_agent=self.software or self._tool(),
            description=self.description,
            changes=self.regions,
            ingredients=tuple(handle.reference for handle in inputs),
            related_assertions=related,
        )

    def _tool(self) -> GeneratorInfo | None:
        stated = self.generation
        return GeneratorInfo(stated.tool, stated.tool_version) if stated and stated.tool else None

    def _inputs(self, builder: Builder, intake: Intake) -> list[IngredientHandle]:
        files = dict(self.model_files)
        return [
            *add_models(builder, self.models, self.generation, files=files, intake=intake),
            *add_texts(builder, self.prompt, self.negative_prompt, self.seed),
            *add_documents(builder, self.documents),
            *add_pictures(builder, self.generation.inputs if self.generation else ()),
        ]

    def _apply_rights(self, builder: Builder) -> None:
        for assertion in rights_assertions(self):
            builder.add(assertion)

    def _disclosure(self, model: ModelReference) -> AiDisclosure:
        name = model_name(model.name, model.version)
        return AiDisclosure(model_type="c2pa.types.model", model_name=name, human_oversight_level=self.human_oversight)
