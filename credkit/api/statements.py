"""What an exporter wants to say about a picture, in his words, and how that becomes assertions.

One object for the command line, the Python verbs and the export hooks, so that the same words make the same manifest everywhere.
Mapping: ``docs/assertions.md``; vocabularies: IPTC digital source types, CAWG metadata and training-mining, C2PA AI disclosure.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from credkit.assets import open_source
from credkit.errors import AssetError, DefinitionError
from credkit.manifest.assertions import (
    Action,
    AiDisclosure,
    CawgMetadata,
    EmbeddedData,
    GeneratorInfo,
    Licensor,
    ModelReference,
    Region,
    TrainingMining,
    TrainingSource,
    TrainingSources,
)
from credkit.sign.builder import Builder
from credkit.sign.ingredients import IngredientHandle
from credkit.sign.update import EDITED_METADATA, UpdateBuilder

__all__ = ["Licensor", "Statements"]

_EDITED = "c2pa.edited"
_IN_UPDATES = frozenset(
    {"title", "description", "when", "software", "creator", "rights", "usage_terms", "web_statement", "licensor", "do_not_train"}
)
"""What can be said without touching the picture."""
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
    models: tuple[ModelReference, ...] = ()
    training_sources: tuple[TrainingSource, ...] = ()
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: str | None = None
    human_oversight: str | None = None
    """``fully_autonomous``, ``prompt_guided`` or ``human_validated``."""
    do_not_train: bool = False
    regions: tuple[Region, ...] = ()
    """Where the edit changed the picture."""

    @property
    def uses_ai(self) -> bool:
        """Whether a trained model took part."""
        names = {(value or "").rsplit("/", 1)[-1] for value in (self.created, self.edited)}
        return bool(self.models) or bool(names & set(_AI_SOURCE_TYPES))

    def apply(self, builder: Builder) -> None:
        """Put everything into ``builder``; ``DefinitionError`` for what is no valid statement, ``AssetError`` for a model
        file that cannot be read.
        """
        self._refuse_single_values()
        self._refuse_what_would_be_lost()
        inputs = tuple(self._inputs(builder))
        if self.created:
            builder.created(self.created, when=self.time, software_agent=self.software, description=self.description, inputs=inputs)
        elif self.edited:
            builder.add_action(self._edit(inputs))
        self._apply_rights(builder)
        if self.uses_ai and self.models:
            builder.add(self._disclosure(self.models[0]))
        if self.training_sources:
            model = self.models[0] if self.models else None
            builder.add(TrainingSources(self.training_sources, model=model))

    def apply_to_update(self, builder: UpdateBuilder) -> None:
        """Put what can be said without touching the picture into ``builder``; ``DefinitionError`` for the rest."""
        self._refuse_single_values()
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        refused = [field.name for field in fields(self) if field.name not in _IN_UPDATES and values[field.name] != field.default]
        if refused:
            raise DefinitionError(
                f"{refused[0].replace('_', ' ')} belongs to something that was made or changed, and an update leaves the picture as it is: "
                "sign it as an edit"
            )
        self._apply_rights(builder)
        if any(values[name] for name in _IN_UPDATES if name != "when"):
            builder.add_action(Action(EDITED_METADATA, when=self.time, description=self.description, software_agent=self.software))

    def _refuse_single_values(self) -> None:
        """A text is a sequence too, and would be taken apart into its letters."""
        for name in ("creator", "models", "training_sources", "regions"):
            if isinstance(getattr(self, name), str):
                raise DefinitionError(f'"{name}" takes several values: write a single one in parentheses with a comma, ("...",)')

    def _refuse_what_would_be_lost(self) -> None:
        """Nothing that was said may be left out of the manifest in silence."""
        if self.created and self.edited:
            raise DefinitionError("a picture is either created or edited: give one of the two")
        if self.created and self.regions:
            raise DefinitionError("a region says where a parent was changed; a created picture has no parent")
        if self.created and self.action != _EDITED:
            raise DefinitionError(f"{self.action} is what an edit is called; a created picture begins with c2pa.created")
        if self.human_oversight and not self.models:
            raise DefinitionError("how far a human took part is said about a model: name the model (--model NAME@VERSION=FILE)")
        if "" in (self.prompt, self.negative_prompt, self.seed):
            raise DefinitionError("an empty prompt or seed says nothing: leave it out")
        dependent = (self.models, self.prompt, self.negative_prompt, self.seed, self.regions, self.description, self.when, self.software)
        if not self.created and not self.edited and (any(dependent) or self.action != _EDITED):
            raise DefinitionError(
                "models, prompts, seeds, regions, descriptions, times and tools belong to something that was done: "
                "say --created or --edited"
            )

    @property
    def time(self) -> datetime:
        """When it was done: as said, else now."""
        return self.when or datetime.now(UTC).replace(microsecond=0)

    def _edit(self, inputs: tuple[IngredientHandle, ...]) -> Action:
        return Action(
            self.action,
            digital_source_type=self.edited,
            when=self.time,
            software_agent=self.software,
            description=self.description,
            changes=self.regions,
            ingredients=tuple(handle.reference for handle in inputs),
        )

    def _inputs(self, builder: Builder) -> list[IngredientHandle]:
        handles = [_add_model(builder, model) for model in self.models]
        texts = (
            ("prompt", self.prompt, "c2pa.types.generator.prompt"),
            ("negative prompt", self.negative_prompt, "c2pa.types.generator.prompt"),
            ("seed", self.seed, "c2pa.types.generator.seed"),
        )
        for title, text, kind in texts:
            if text:
                handles.append(builder.add_input(title, (kind,), data=EmbeddedData(text.encode("utf-8"), "text/plain")))
        return handles

    def _apply_rights(self, builder: Builder) -> None:
        if self.creator or self.rights or self.usage_terms or self.web_statement or self.licensor:
            builder.add(
                CawgMetadata(
                    creator=self.creator,
                    rights=self.rights,
                    usage_terms=self.usage_terms,
                    web_statement=self.web_statement,
                    licensor=self.licensor,
                )
            )
        if self.do_not_train:
            builder.add(TrainingMining.not_allowed())

    def _disclosure(self, model: ModelReference) -> AiDisclosure:
        name = f"{model.name} {model.version}" if model.version else model.name
        return AiDisclosure(model_type="c2pa.types.model", model_name=name, human_oversight_level=self.human_oversight)


def _add_model(builder: Builder, model: ModelReference) -> IngredientHandle:
    """A model as an input; the hash of its file is measured here and now, when the file is given."""
    metadata: dict[str, object] | None = None
    identity = None
    if model.path is not None:
        digest, size = _measure(Path(model.path))
        identity = f"urn:sha256:{digest}"
        metadata = {"org.credkit.file": {"name": Path(model.path).name, "size": size, "sha256": bytes.fromhex(digest)}}
    title = f"{model.name} {model.version}" if model.version else model.name
    return builder.add_input(title, ("c2pa.types.model",), instance_id=identity, metadata=metadata)


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
