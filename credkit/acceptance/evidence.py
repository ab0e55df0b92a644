"""What the rules look at: the report, what the file says about its use, and what in the file points to a trained model.

Traces of a model are looked for in every statement, sound or not, and in the file's own metadata. They declare nothing: anyone may have
written them. A declaration is a signed statement in credentials that are valid. Nothing here decides whether a rule is met.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from credkit.assets import Source, detect
from credkit.dataclass import dataclass, field
from credkit.errors import AssetError, MalformedError
from credkit.labels.content import AI_SOURCE_TYPES
from credkit.labels.marks import marks_of
from credkit.lifting import lift_texts
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.source_types import source_type_name
from credkit.manifest.store import Manifest
from credkit.media.texts import read_texts
from credkit.provenance.deeds import deeds
from credkit.provenance.graph import provenance_graph
from credkit.provenance.nodes import Graph
from credkit.provenance.text import shown
from credkit.provenance.values import assertion_value
from credkit.terms import FileMetadata, Terms, metadata_of, terms_of
from credkit.verify.report import ManifestReport, Report

__all__ = ["Evidence"]

_DISCLOSURES = ("c2pa.ai-disclosure", "c2pa.ai-disclosure.ingredient")
_GENERATION = "org.credkit.generation"
_SYSTEM_FIELDS = ("AISystemUsed", "AIPromptInformation", "AIGC")
_MODEL_WORDS = {name.casefold(): name for name in AI_SOURCE_TYPES}
_LONGEST_WORD = 60
_MODEL_DATA = ("c2pa.types.model", "c2pa.types.generator")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One file as the rules see it. What only some rules ask for is gathered when the first of them asks."""

    report: Report
    source: Source | None = field(default=None, repr=False)
    """The file, for what stands outside of its credentials; None for a store without its file."""
    given_terms: Terms | None = field(default=None, repr=False)
    limits: Limits = DEFAULT_LIMITS

    @cached_property
    def metadata(self) -> FileMetadata:
        """The file's own metadata."""
        return metadata_of(self.source, limits=self.limits) if self.source is not None else FileMetadata()

    @cached_property
    def terms(self) -> Terms:
        """What the file says about its use."""
        return self.given_terms or terms_of(self.report, metadata=self.metadata, limits=self.limits)

    @cached_property
    def graph(self) -> Graph:
        """The history."""
        return provenance_graph(self.report, limits=self.limits)

    @cached_property
    def declarations(self) -> tuple[str, ...]:
        """Digital source types (short names) and disclosures of models that valid credentials of the chain state."""
        return tuple(dict.fromkeys(word for manifest in self._heard() for word in _stated(manifest.manifest, self.limits)))

    @cached_property
    def traces(self) -> tuple[str, ...]:
        """What points to a trained model, in words, wherever it stands."""
        return tuple(dict.fromkeys((*self._traces_in_credentials(), *self._traces_in_metadata())))

    def behind(self) -> int | None:
        """Bytes behind the end of the picture; None when the file is not there, its structure cannot be walked, or nothing in it tells."""
        if self.source is None or (known := detect(self.source)) is None:
            return None
        try:
            layout = known.scan(self.source, self.limits)
            if layout.end is not None:
                return self.source.size - layout.end
            end = max((box.span.end for box in known.boxes(self.source, layout, self.limits)), default=None)
        except MalformedError:
            return None
        return None if end is None else self.source.size - end

    def _heard(self) -> Iterator[ManifestReport]:
        """Manifests whose statements can be attributed: valid themselves, in a chain whose verdict is not that it was altered."""
        if self.report.state in ("Valid", "Trusted"):
            yield from (manifest for manifest in self.report.manifests if manifest.reached and manifest.valid)

    def _traces_in_credentials(self) -> Iterator[str]:
        for manifest in self.report.manifests:
            for word in dict.fromkeys(_spoken(manifest.manifest, self.limits)):
                yield f"its credentials speak of {word}"
            if any(assertion.base_label == _GENERATION for assertion in manifest.manifest.assertions):
                yield f"its credentials hold {_GENERATION}"
            for word in _unknown_types(manifest.manifest, self.limits):
                yield f"its credentials give a digital source type that is in no vocabulary ({shown(word, self.limits)})"
            for ingredient in manifest.ingredients:
                if any(kind.startswith(_MODEL_DATA) for kind in ingredient.data_types):
                    yield "a model or a prompt is among its ingredients"

    def _traces_in_metadata(self) -> Iterator[str]:
        if self.source is None:
            return
        try:
            marks = marks_of(self.source, limits=self.limits)
            lifted = lift_texts(read_texts(self.source, limits=self.limits), limits=self.limits)
        except AssetError:
            return  # The file cannot be read, which is its state.
        for value in marks.values("source_type"):
            if name := _model_word(value):
                yield f"its XMP says {name}"
        if marks.values("system"):
            yield "its XMP names an AI system"
        for label in marks.labels:
            yield f"it holds a Chinese label of generated content ({label.place})"
        for found in lifted:
            if found.prompt is not None or found.generation.models or found.source_type in AI_SOURCE_TYPES:
                yield f"its texts hold the settings of a generator ({found.format}, {found.place})"


def _spoken(manifest: Manifest, limits: Limits) -> Iterator[str]:
    """Source types of models, however they are spelt and in whatever field they stand, disclosures, and names of systems."""
    for assertion in manifest.assertions:
        if assertion.base_label in _DISCLOSURES:
            yield assertion.base_label
        waiting = [("", assertion_value(assertion, limits))]
        while waiting:
            key, value = waiting.pop()
            if isinstance(value, dict):
                waiting.extend((str(name), item) for name, item in value.items())
            elif isinstance(value, list):
                waiting.extend((key, item) for item in value)
            elif isinstance(value, str) and (word := _model_word(value)):
                yield word
            elif isinstance(value, str) and value.strip() and key.rpartition(":")[2] in _SYSTEM_FIELDS:
                yield "an AI system"


def _model_word(value: str) -> str | None:
    """The source type of a model that a text ends in, whatever stands before it and in whatever case."""
    return _MODEL_WORDS.get(re.split(r"[/#:.]", value.strip().rstrip("/")[-_LONGEST_WORD:])[-1].strip().casefold())


def _unknown_types(manifest: Manifest, limits: Limits) -> Iterator[str]:
    """Source types of actions that nobody defined: one letter of another alphabet hides a model from every reader that compares words."""
    for deed in deeds(manifest, limits):
        if deed.source_type and source_type_name(deed.source_type) is None:
            yield deed.source_type


def _stated(manifest: Manifest, limits: Limits) -> Iterator[str]:
    """Short names of all digital source types, and labels of disclosures, that a manifest states."""
    for deed in deeds(manifest, limits):
        if name := source_type_name(deed.source_type):
            yield name
    for assertion in manifest.assertions:
        if assertion.base_label in _DISCLOSURES:
            yield assertion.base_label
        elif assertion.base_label.startswith("c2pa.ingredient"):
            value = assertion_value(assertion, limits)
            if isinstance(value, dict) and (name := source_type_name(value.get("digitalSourceType"))):
                yield name
