"""Which trained model made or changed the content, and how far a human watched over it.

Clause: "AI Disclosure" (anchor ``_ai_disclosure``). Not attached when no trained model ran.
"""

from __future__ import annotations

from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.asset_types import MODEL_TYPE
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.shape import Choice, Text
from credkit.manifest.assertions.shape_map import ListOf, Map
from credkit.manifest.assertions.supporting_structures import METADATA

__all__ = ["AI_DISCLOSURE_TYPES", "AiDisclosure"]

_OVERSIGHT = Choice(names=("fully_autonomous", "prompt_guided", "human_validated"), means="level of human oversight")
_DOMAIN = Text(pattern=r"[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+", means='a subject of the arXiv taxonomy such as "cs.AI"', maximum=100)
_SHAPE = Map(
    means="an AI disclosure",
    required={"modelType": MODEL_TYPE},
    optional={
        "modelName": Text(),
        "modelIdentifier": Text(),
        "contentProfile": Map(means="a content profile", optional={"humanOversightLevel": _OVERSIGHT}, minimum=1),
        "scientificDomain": ListOf(_DOMAIN),
        "metadata": METADATA,
    },
    refused={"humanOversightLevel": '"humanOversightLevel" stands inside "contentProfile"'},
)
_EXAMPLE = {
    "modelType": "c2pa.types.model.pytorch",
    "modelName": "Stable Diffusion 1.5",
    "modelIdentifier": "pkg:huggingface/stable-diffusion-v1-5/stable-diffusion-v1-5@main",
    "contentProfile": {"humanOversightLevel": "human_validated"},
}
AI_DISCLOSURE_TYPES = (
    AssertionType(
        label="c2pa.ai-disclosure",
        content="cbor",
        shape=_SHAPE,
        description="The trained model that made or changed the content, and the human oversight over it.",
        example=_EXAMPLE,
    ),
    AssertionType(
        label="c2pa.ai-disclosure.ingredient",
        content="cbor",
        shape=_SHAPE,
        description="The trained model that made an ingredient; the ingredient refers to it.",
        example=_EXAMPLE,
    ),
)


@dataclass(frozen=True, slots=True)
class AiDisclosure:
    """The assertion ``c2pa.ai-disclosure``: ``AiDisclosure("model.pytorch", "Stable Diffusion 1.5")``."""

    model_type: str
    """``c2pa.types.model...``; the prefix ``c2pa.types.`` may be left out."""
    model_name: str | None = None
    model_identifier: str | None = None
    """A URI or package URL: ``pkg:huggingface/org/name@revision``."""
    human_oversight_level: str | None = None
    """``fully_autonomous``, ``prompt_guided`` or ``human_validated``."""
    _: KW_ONLY
    scientific_domain: tuple[str, ...] = ()
    ingredient: bool = False
    """About an ingredient instead of the asset."""

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.ai-disclosure``, with ``.ingredient`` when it is about one."""
        return AI_DISCLOSURE_TYPES[self.ingredient].label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return "cbor"

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        given = present(
            modelType=self.model_type,
            modelName=self.model_name,
            modelIdentifier=self.model_identifier,
            contentProfile=present(humanOversightLevel=self.human_oversight_level) or None,
            scientificDomain=list(self.scientific_domain) or None,
        )
        return _SHAPE.check(given)
