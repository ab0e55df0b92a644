"""What a model was trained on and from, source by source, with licences: the assertion ``org.credkit.training.metadata``.

It is a metadata assertion (JSON-LD under a namespace of our own, as anchor ``_common_requirements`` allows), either about the asset
or, with ``.ingredient`` in its label, about an ingredient that refers to it. It states what the creator says; nothing here proves it.

In the manifest of a model every data set and every base model is an ingredient, and its entry here names that ingredient
(``credkit:ingredient``, the JUMBF URI of the ingredient assertion in the same manifest). So there is one place for licences, whether the
ingredient has credentials of its own or not: assertions that an ingredient refers to (``relatedAssertions``) are forbidden beside
``activeManifest``, and unknown before edition 2.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.licences import licence_identifier
from credkit.manifest.assertions.metadata_fields import NAMESPACES
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.references import JUMBF_URI, WEB_ADDRESS
from credkit.manifest.assertions.shape import Choice, Date, Integer, Schema, Shape, Text
from credkit.manifest.assertions.shape_map import ListOf, Map

__all__ = ["TRAINING_TYPES", "BaseModelTerms", "ModelReference", "TrainingSource", "TrainingSources"]

_NAMESPACE = "https://credkit.org/ns/training#"
_CONTEXT = {"dc": NAMESPACES["dc"], "credkit": _NAMESPACE}
_FORM = re.compile(r"(?P<head>.*?)(?:@(?P<url>https?://\S+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Licence(Shape):
    def check(self, value: Any, path: str = "") -> str:
        """The canonical identifier."""
        return licence_identifier(value, path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A text; the list of SPDX is not repeated."""
        return {"type": "string", "minLength": 1}


_SHA256 = Text(pattern=r"[0-9a-f]{64}", means="a SHA-256 in 64 hexadecimal digits", maximum=64)
_TERMS = {
    "dc:source": WEB_ADDRESS,
    "dc:creator": ListOf(Text()),
    "credkit:licence": _Licence(),
    "credkit:licenceURL": WEB_ADDRESS,
    "credkit:licenceSnapshotSha256": _SHA256,
    "credkit:retrieved": Date(),
    "credkit:evidence": Text(),
    "credkit:ingredient": JUMBF_URI,
}
"""What is said alike of a data set and of a base model."""
_SOURCE = Map(
    means="a training source",
    required={"@type": Choice(names=("credkit:TrainingSource",), means="type of entry"), "dc:title": Text()},
    optional={
        **_TERMS,
        "credkit:itemCount": Integer(minimum=0),
        "credkit:collectionSha256": _SHA256,
        "credkit:aiTrainingPermitted": Choice(names=("yes", "no", "unclear", "own-work"), means="permission"),
    },
)
_BASE = Map(
    means="a base model",
    required={"@type": Choice(names=("credkit:BaseModel",), means="type of entry"), "credkit:name": Text()},
    optional={**_TERMS, "credkit:version": Text(), "credkit:sha256": _SHA256, "credkit:tensorsSha256": _SHA256},
)
_MODEL = Map(means="a model", required={"credkit:name": Text()}, optional={"credkit:version": Text(), "credkit:sha256": _SHA256})
_SHAPE = Map(
    means="a training metadata assertion",
    required={
        "@context": Map(
            means="the context",
            required={prefix: Choice(names=(uri,), means=f"namespace of {prefix}") for prefix, uri in _CONTEXT.items()},
        ),
    },
    optional={"credkit:model": _MODEL, "credkit:trainingSources": ListOf(_SOURCE), "credkit:baseModels": ListOf(_BASE)},
)
_LISTS = ("credkit:trainingSources", "credkit:baseModels")


def _check_told(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    if not any(key in payload for key in _LISTS):
        raise DefinitionError(f"it names neither sources nor base models: give one of {', '.join(_LISTS)}")


_EXAMPLE = {
    "@context": _CONTEXT,
    "credkit:trainingSources": [
        {
            "@type": "credkit:TrainingSource",
            "dc:title": "own photographs",
            "credkit:licence": "LicenseRef-own-work",
            "credkit:aiTrainingPermitted": "own-work",
            "credkit:itemCount": 1200,
            "credkit:ingredient": "self#jumbf=c2pa.assertions/c2pa.ingredient.v3",
        }
    ],
    "credkit:baseModels": [
        {
            "@type": "credkit:BaseModel",
            "credkit:name": "Base",
            "credkit:version": "1.5",
            "credkit:licence": "LicenseRef-CreativeML-OpenRAIL-M",
            "credkit:sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "credkit:ingredient": "self#jumbf=c2pa.assertions/c2pa.ingredient.v3__1",
        }
    ],
}
TRAINING_TYPES = tuple(
    AssertionType(
        label=f"org.credkit.training.metadata{ending}",
        content="json",
        shape=_SHAPE,
        description=f"What {what} was trained on and from, source by source, with the licence of each.",
        example=_EXAMPLE,
        rules=(_check_told,),
    )
    for ending, what in (("", "the model behind the asset"), (".ingredient", "a model that is an ingredient"))
)


@dataclass(frozen=True, slots=True)
class TrainingSource:
    """One source of training data: ``TrainingSource("own photographs", licence="LicenseRef-own-work")``."""

    title: str
    _: KW_ONLY
    licence: str | None
    """SPDX identifier or expression, or ``LicenseRef-...``; None where no licence is known."""
    licence_url: str | None = None
    source_url: str | None = None
    creator: str | tuple[str, ...] = ()
    retrieved: date | str | None = None
    item_count: int | None = None
    ai_training_permitted: str | None = None
    """``yes``, ``no``, ``unclear`` or ``own-work``."""
    evidence: str | None = None
    licence_snapshot_sha256: str | None = None
    """Of the licence page as it was read."""
    collection_sha256: str | None = None
    """Of the file that is the data set, or that lists its members."""
    ingredient: str | None = None
    """JUMBF URI of the ingredient of the same manifest that is this source."""

    def __post_init__(self) -> None:
        self.payload()

    @classmethod
    def parse(cls, text: str) -> TrainingSource:
        """The command-line form ``TITLE:LICENCE`` or ``TITLE:LICENCE@URL``, the URL being that of the licence."""
        match = _FORM.fullmatch(text)
        head, url = (match["head"], match["url"]) if match else (text, None)
        title, colon, licence = head.rpartition(":")
        if not colon or not title.strip() or not licence.strip():
            raise DefinitionError(f'{quoted(text)} should read TITLE:LICENCE, as in "own photographs:LicenseRef-own-work"')
        return cls(title.strip(), licence=licence.strip(), licence_url=url)

    def payload(self) -> dict[str, Any]:
        """The entry of the assertion."""
        fields: dict[str, Any] = {
            "@type": "credkit:TrainingSource",
            "dc:title": self.title,
            **_terms(self),
            "credkit:itemCount": self.item_count,
            "credkit:collectionSha256": self.collection_sha256,
            "credkit:aiTrainingPermitted": self.ai_training_permitted,
        }
        return _SOURCE.check({key: value for key, value in fields.items() if value is not None})


@dataclass(frozen=True, slots=True)
class BaseModelTerms:
    """A model that was trained further or merged, with its licence: ``BaseModelTerms("Base", version="1.5", licence="MIT")``."""

    name: str
    _: KW_ONLY
    version: str | None = None
    licence: str | None = None
    """SPDX identifier or expression, or ``LicenseRef-...``."""
    licence_url: str | None = None
    source_url: str | None = None
    creator: str | tuple[str, ...] = ()
    retrieved: date | str | None = None
    evidence: str | None = None
    licence_snapshot_sha256: str | None = None
    """Of the licence page as it was read."""
    sha256: str | None = None
    """Of the file."""
    tensors_sha256: str | None = None
    """Of the tensors alone, which signing leaves as they are."""
    ingredient: str | None = None
    """JUMBF URI of the ingredient of the same manifest that is this model."""

    def __post_init__(self) -> None:
        self.payload()

    def payload(self) -> dict[str, Any]:
        """The entry of the assertion."""
        fields: dict[str, Any] = {
            "@type": "credkit:BaseModel",
            "credkit:name": self.name,
            "credkit:version": self.version,
            **_terms(self),
            "credkit:sha256": self.sha256,
            "credkit:tensorsSha256": self.tensors_sha256,
        }
        return _BASE.check({key: value for key, value in fields.items() if value is not None})


def _terms(of: TrainingSource | BaseModelTerms) -> dict[str, Any]:
    creators = [of.creator] if isinstance(of.creator, str) else list(of.creator)
    return {
        "dc:source": of.source_url,
        "dc:creator": creators or None,
        "credkit:licence": of.licence,
        "credkit:licenceURL": of.licence_url,
        "credkit:licenceSnapshotSha256": of.licence_snapshot_sha256,
        "credkit:retrieved": of.retrieved,
        "credkit:evidence": of.evidence,
        "credkit:ingredient": of.ingredient,
    }


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A model by name, with version and file where they are known."""

    name: str
    version: str | None = None
    path: str | None = None
    """The model's file, to be hashed; never written into an assertion."""

    @classmethod
    def parse(cls, text: str) -> ModelReference:
        """The command-line form ``NAME``, ``NAME@VERSION``, ``NAME=PATH`` or ``NAME@VERSION=PATH``."""
        head, equals, path = text.partition("=")
        name, at, version = head.rpartition("@") if "@" in head else (head, "", "")
        if not name.strip() or (at and not version.strip()) or (equals and not path.strip()):
            raise DefinitionError(f'{quoted(text)} should read NAME@VERSION=PATH, as in "AWPortrait@1.4=awportrait.safetensors"')
        return cls(name.strip(), version.strip() or None, path.strip() or None)

    def payload(self) -> dict[str, Any]:
        """Name and version for the assertion."""
        return _MODEL.check({"credkit:name": self.name} | ({"credkit:version": self.version} if self.version else {}))


@dataclass(frozen=True, slots=True)
class TrainingSources:
    """The assertion ``org.credkit.training.metadata``."""

    sources: tuple[TrainingSource, ...]
    _: KW_ONLY
    base_models: tuple[BaseModelTerms, ...] = ()
    """What the model was trained from, or merged of."""
    model: ModelReference | None = None
    ingredient: bool = False
    """About an ingredient instead of the asset."""

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``org.credkit.training.metadata``, with ``.ingredient`` when it is about one."""
        return TRAINING_TYPES[self.ingredient].label

    @property
    def content(self) -> Content:
        """``json``."""
        return "json"

    def payload(self) -> dict[str, Any]:
        """The JSON-LD object."""
        parts = {
            "credkit:model": self.model.payload() if self.model else None,
            "credkit:trainingSources": [source.payload() for source in self.sources] if self.sources or not self.base_models else None,
            "credkit:baseModels": [model.payload() for model in self.base_models] or None,
        }
        return _SHAPE.check({"@context": dict(_CONTEXT), **{key: value for key, value in parts.items() if value is not None}})
