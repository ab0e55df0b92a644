"""What a model file is, told in its own manifest: the assertion ``org.credkit.model``.

It holds what the standard's assertions have no place for: the hashes by which people knew the file before it was signed (signing changes
the hash of the file, and leaves that of its tensors as it is), the part that the model plays, and what its own header says. Training data
and base models are ingredients, with their licences in ``org.credkit.training.metadata``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass, field
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.generation import MEASURED, MODEL_ROLES, Scalar
from credkit.manifest.assertions.shape import Choice, Integer, Text
from credkit.manifest.assertions.shape_map import Dictionary, Map

__all__ = ["TRAINED_MODEL_TYPE", "TrainedModel"]

_VERSION = 1
TRAINED_MODEL_TYPE = AssertionType(
    label="org.credkit.model",
    content="json",
    shape=Map(
        means="a model assertion",
        required={"version": Integer(minimum=1, maximum=_VERSION), "beforeSigning": MEASURED},
        optional={
            "name": Text(maximum=1_000),
            "modelVersion": Text(maximum=200),
            "role": Choice(names=MODEL_ROLES, means="role of a model"),
            "header": Dictionary(means="what the header says", key=Text(maximum=200), value=Scalar()),
        },
    ),
    description="What a model file is: the hashes that it had before it was signed, its role, and what its own header says.",
    example={
        "version": 1,
        "name": "AWPortrait",
        "modelVersion": "1.4",
        "role": "checkpoint",
        "beforeSigning": {
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "size": 2132625918,
            "file": "awportrait_v14.safetensors",
            "autov2": "9f86d08188",
            "tensors": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        },
        "header": {"modelspec.architecture": "stable-diffusion-v1"},
    },
    single=True,
)


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """The assertion ``org.credkit.model``: ``TrainedModel(measure_model("model.safetensors"), name="AWPortrait")``."""

    before_signing: Mapping[str, Any]
    """``sha256`` and ``size`` of the file before it was signed, and where they apply ``file`` (its name), ``autov1``, ``autov2``,
    ``autov3`` and ``tensors`` (SHA-256 of the tensors alone, the same before and after)."""
    _: KW_ONLY
    name: str | None = None
    version: str | None = None
    role: str | None = None
    """One of ``MODEL_ROLES``."""
    header: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    """What the file's own header says, field by field, as it stood there."""

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``org.credkit.model``."""
        return TRAINED_MODEL_TYPE.label

    @property
    def content(self) -> Content:
        """``json``."""
        return TRAINED_MODEL_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The JSON object; ``DefinitionError`` for what is no valid assertion."""
        fields = {
            "version": _VERSION,
            "name": self.name,
            "modelVersion": self.version,
            "role": self.role,
            "beforeSigning": dict(self.before_signing),
            "header": dict(self.header) or None,
        }
        checked: dict[str, Any] = TRAINED_MODEL_TYPE.check({key: value for key, value in fields.items() if value is not None})
        return checked
