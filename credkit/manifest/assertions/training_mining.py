"""May this content be used for data mining and for training? The CAWG assertion ``cawg.training-mining`` (version 1.1).

``constrained`` without saying how is read by others as ``notAllowed``; so that nobody states it by accident, ``constraint_info`` is
required here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.shape import Choice, Text, pointer
from credkit.manifest.assertions.shape_map import Dictionary, Map
from credkit.manifest.assertions.supporting_structures import METADATA

__all__ = ["TRAINING_MINING_TYPE", "TrainingMining", "Use"]

_ENTRY = Map(
    means="a training and mining entry",
    required={"use": Choice(names=("allowed", "notAllowed", "constrained"), means="use")},
    optional={"constraint_info": Text()},
    refused={"constraints_info": 'the field is called "constraint_info"'},
)
_NAME = Choice(
    names=("cawg.data_mining", "cawg.ai_inference", "cawg.ai_training", "cawg.ai_generative_training"),
    means="training and mining entry",
    own="com.example.entry",
    refused={
        f"c2pa.{name}": f'the entry "c2pa.{name}" belongs to the old assertion; use "cawg.{name}"'
        for name in ("data_mining", "ai_inference", "ai_training", "ai_generative_training")
    },
)


def _check_constraints(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    for name, entry in payload["entries"].items():
        if entry["use"] == "constrained" and "constraint_info" not in entry:
            raise DefinitionError('"constrained" needs "constraint_info": say under which conditions', path=pointer("/entries", name))


TRAINING_MINING_TYPE = AssertionType(
    label="cawg.training-mining",
    content="cbor",
    shape=Map(
        means="a training and mining assertion",
        required={"entries": Dictionary(means="the list of entries", key=_NAME, value=_ENTRY)},
        optional={"metadata": METADATA},
    ),
    description="Whether the content may be used for data mining, inference and training.",
    example={
        "entries": {
            "cawg.ai_generative_training": {"use": "notAllowed"},
            "cawg.ai_training": {"use": "constrained", "constraint_info": "ask first: https://example.com/licence"},
        }
    },
    rules=(_check_constraints,),
)


@dataclass(frozen=True, slots=True)
class Use:
    """A permission: ``Use("allowed")``, ``Use("notAllowed")`` or ``Use("constrained", "ask first: ...")``."""

    use: str
    constraint_info: str | None = None

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        return present(use=self.use, constraint_info=self.constraint_info)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingMining:
    """The assertion ``cawg.training-mining``; each use may be a ``Use`` or just its name. What is left out is not stated."""

    data_mining: Use | str | None = None
    ai_inference: Use | str | None = None
    ai_training: Use | str | None = None
    ai_generative_training: Use | str | None = None

    def __post_init__(self) -> None:
        TRAINING_MINING_TYPE.check(self.payload())

    @classmethod
    def not_allowed(cls) -> TrainingMining:
        """Nothing of it is allowed."""
        return cls._all(Use("notAllowed"))

    @classmethod
    def allowed(cls) -> TrainingMining:
        """All of it is allowed."""
        return cls._all(Use("allowed"))

    @classmethod
    def constrained(cls, info: str) -> TrainingMining:
        """All of it under the conditions that ``info`` states (a text or a web address)."""
        return cls._all(Use("constrained", info))

    @classmethod
    def _all(cls, use: Use) -> TrainingMining:
        return cls(data_mining=use, ai_inference=use, ai_training=use, ai_generative_training=use)

    @property
    def label(self) -> str:
        """``cawg.training-mining``."""
        return TRAINING_MINING_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return TRAINING_MINING_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        uses = {
            "cawg.data_mining": self.data_mining,
            "cawg.ai_inference": self.ai_inference,
            "cawg.ai_training": self.ai_training,
            "cawg.ai_generative_training": self.ai_generative_training,
        }
        entries = {name: {"use": use} if isinstance(use, str) else use.payload() for name, use in uses.items() if use is not None}
        checked: dict[str, Any] = TRAINING_MINING_TYPE.shape.check({"entries": entries})
        return checked
