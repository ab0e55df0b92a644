"""What a model was trained on, source by source, with licences: the assertion ``org.credkit.training.metadata``.

It is a metadata assertion (JSON-LD under a namespace of our own, as anchor ``_common_requirements`` allows), either about the asset
or, with ``.ingredient`` in its label, about an ingredient that refers to it. It states what the creator says; nothing here proves it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Any

from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.licences import licence_identifier
from credkit.manifest.assertions.metadata_fields import NAMESPACES
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.references import WEB_ADDRESS
from credkit.manifest.assertions.shape import Choice, Date, Integer, Schema, Shape, Text
from credkit.manifest.assertions.shape_map import ListOf, Map

__all__ = ["TRAINING_TYPES", "ModelReference", "TrainingSource", "TrainingSources"]

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
_SOURCE = Map(
    means="a training source",
    required={
        "@type": Choice(names=("credkit:TrainingSource",), means="type of entry"),
        "dc:title": Text(),
        "credkit:licence": _Licence(),
    },
    optional={
        "dc:source": WEB_ADDRESS,
        "dc:creator": ListOf(Text()),
        "credkit:licenceURL": WEB_ADDRESS,
        "credkit:licenceSnapshotSha256": _SHA256,
        "credkit:retrieved": Date(),
        "credkit:itemCount": Integer(minimum=0),
        "credkit:collectionSha256": _SHA256,
        "credkit:aiTrainingPermitted": Choice(names=("yes", "no", "unclear", "own-work"), means="permission"),
        "credkit:evidence": Text(),
    },
)
_MODEL = Map(means="a model", required={"credkit:name": Text()}, optional={"credkit:version": Text(), "credkit:sha256": _SHA256})
_SHAPE = Map(
    means="a training metadata assertion",
    required={
        "@context": Map(
            means="the context",
            required={prefix: Choice(names=(uri,), means=f"namespace of {prefix}") for prefix, uri in _CONTEXT.items()},
        ),
        "credkit:trainingSources": ListOf(_SOURCE),
    },
    optional={"credkit:model": _MODEL},
)
_EXAMPLE = {
    "@context": _CONTEXT,
    "credkit:trainingSources": [
        {
            "@type": "credkit:TrainingSource",
            "dc:title": "own photographs",
            "credkit:licence": "LicenseRef-own-work",
            "credkit:aiTrainingPermitted": "own-work",
            "credkit:itemCount": 1200,
        }
    ],
}
TRAINING_TYPES = tuple(
    AssertionType(
        label=f"org.credkit.training.metadata{ending}",
        content="json",
        shape=_SHAPE,
        description=f"What {what} was trained on, source by source, with the licence of each.",
        example=_EXAMPLE,
    )
    for ending, what in (("", "the model behind the asset"), (".ingredient", "a model that is an ingredient"))
)


@dataclass(frozen=True, slots=True)
class TrainingSource:
    """One source of training data: ``TrainingSource("own photographs", licence="LicenseRef-own-work")``."""

    title: str
    _: KW_ONLY
    licence: str
    """SPDX identifier or expression, or ``LicenseRef-...``."""
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
        creators = [self.creator] if isinstance(self.creator, str) else list(self.creator)
        fields: dict[str, Any] = {
            "@type": "credkit:TrainingSource",
            "dc:title": self.title,
            "dc:source": self.source_url,
            "dc:creator": creators or None,
            "credkit:licence": self.licence,
            "credkit:licenceURL": self.licence_url,
            "credkit:licenceSnapshotSha256": self.licence_snapshot_sha256,
            "credkit:retrieved": self.retrieved,
            "credkit:itemCount": self.item_count,
            "credkit:collectionSha256": self.collection_sha256,
            "credkit:aiTrainingPermitted": self.ai_training_permitted,
            "credkit:evidence": self.evidence,
        }
        return _SOURCE.check({key: value for key, value in fields.items() if value is not None})


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
        model: Mapping[str, Any] = {"credkit:model": self.model.payload()} if self.model else {}
        sources = [source.payload() for source in self.sources]
        return _SHAPE.check({"@context": dict(_CONTEXT), **model, "credkit:trainingSources": sources})
