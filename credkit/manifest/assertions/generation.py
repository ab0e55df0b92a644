"""How a picture was generated, setting by setting: the assertion ``org.credkit.generation``.

It holds what the standard's assertions have no place for: sampler, steps, size, weights of models, which of them were measured and which
are only named in a text. Prompts and seeds are ``inputTo`` ingredients, so that they can be redacted later; under sealing this assertion
holds a commitment to each of them instead (``Withheld``). What is *claimed* was read from a text that anyone could have written, what is
*measured* was computed from the file of the model; the two are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass, field
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.shape import Boolean, Choice, Float, Integer, Schema, Shape, Text
from credkit.manifest.assertions.shape_map import Dictionary, ListOf, Map

__all__ = [
    "GENERATION_TYPE",
    "MEASURED",
    "MODEL_ROLES",
    "MODES",
    "Generation",
    "GenerationInput",
    "GenerationModel",
    "GenerationSource",
    "Scalar",
    "Withheld",
]

MODES = ("text-to-image", "image-to-image", "inpaint", "outpaint", "upscale", "other")
"""What the model was given to begin with."""
MODEL_ROLES = (
    "checkpoint",
    "diffusion-model",
    "refiner",
    "lora",
    "vae",
    "embedding",
    "hypernetwork",
    "controlnet",
    "ip-adapter",
    "text-encoder",
    "upscaler",
    "other",
)
"""The part that a model file plays."""
_INPUT_ROLES = ("initial-image", "mask", "control-image", "reference-image", "other")
_VERSION = 1
_HEX = r"[0-9a-f]{8,128}"
_CLAIMED = Dictionary(
    means="the hashes that a text claims",
    key=Choice(names=("sha256", "autov1", "autov2", "autov3", "other"), means="kind of hash"),
    value=Text(maximum=200),
)
MEASURED = Map(
    means="what was measured",
    required={"sha256": Text(pattern=r"[0-9a-f]{64}", means="a SHA-256 in hexadecimal digits", maximum=64), "size": Integer(minimum=0)},
    optional={
        "file": Text(maximum=1_000),
        "autov1": Text(pattern=_HEX, means="a hash in hexadecimal digits", maximum=128),
        "autov2": Text(pattern=_HEX, means="a hash in hexadecimal digits", maximum=128),
        "autov3": Text(pattern=_HEX, means="a hash in hexadecimal digits", maximum=128),
        "tensors": Text(pattern=r"[0-9a-f]{64}", means="a SHA-256 in hexadecimal digits", maximum=64),
        "unsigned": Text(pattern=r"[0-9a-f]{64}", means="a SHA-256 in hexadecimal digits", maximum=64),
    },
)


@dataclass(frozen=True, slots=True)
class Scalar(Shape):
    """A text, a number, or true or false."""

    def check(self, value: Any, path: str = "") -> Any:
        """The value as it is written; a float that is whole stays a float."""
        if isinstance(value, bool):
            return Boolean().check(value, path)
        if isinstance(value, int):
            return Integer().check(value, path)
        if isinstance(value, float):
            return Float().check(value, path)
        return Text(maximum=20_000).check(value, path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """Any of them."""
        return {"type": ["string", "number", "boolean"]}


_MODEL = Map(
    means="a model",
    required={"role": Choice(names=MODEL_ROLES, means="role of a model"), "name": Text(maximum=1_000)},
    optional={"version": Text(maximum=200), "weight": Float(), "claimed": _CLAIMED, "measured": MEASURED},
)
_INPUT = Map(
    means="an input", required={"role": Choice(names=_INPUT_ROLES, means="role of an input")}, optional={"name": Text(maximum=1_000)}
)
_SOURCE = Map(
    means="a source",
    required={"format": Text(maximum=100), "place": Text(maximum=200)},
    optional={"sha256": Text(pattern=r"[0-9a-f]{64}", means="a SHA-256 in hexadecimal digits", maximum=64)},
)
_WITHHELD = Map(
    means="a withheld field",
    required={"field": Text(maximum=200), "digest": Text(pattern=r"[A-Za-z0-9_-]{43}", means="a digest in base64url", maximum=43)},
)
GENERATION_TYPE = AssertionType(
    label="org.credkit.generation",
    content="json",
    shape=Map(
        means="a generation assertion",
        required={"version": Integer(minimum=1, maximum=_VERSION)},
        optional={
            "tool": Map(means="the tool", required={"name": Text(maximum=200)}, optional={"version": Text(maximum=200)}),
            "mode": Choice(names=MODES, means="mode of generation"),
            "size": ListOf(Integer(minimum=1, maximum=1 << 24), minimum=2, maximum=2),
            "settings": Dictionary(means="the settings", key=Text(maximum=200), value=Scalar()),
            "models": ListOf(_MODEL, maximum=500),
            "inputs": ListOf(_INPUT, maximum=500),
            "sources": ListOf(_SOURCE, maximum=50),
            "digestAlgorithm": Choice(names=("sha-256",), means="digest of disclosures"),
            "withheld": ListOf(_WITHHELD, maximum=1_000),
        },
        requires=(("withheld", "digestAlgorithm"),),
    ),
    description="How the picture was generated: tool, settings, models with their hashes, and commitments to what is withheld.",
    example={
        "version": 1,
        "tool": {"name": "ComfyUI", "version": "0.3.60"},
        "mode": "text-to-image",
        "size": [768, 1152],
        "settings": {"sampler": "dpmpp_2m", "scheduler": "karras", "steps": 28, "cfg": 6.5},
        "models": [
            {
                "role": "checkpoint",
                "name": "awportrait_v14.safetensors",
                "claimed": {"autov2": "45dee52b00"},
                "measured": {
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "size": 2132625918,
                    "file": "awportrait_v14.safetensors",
                    "autov2": "9f86d08188",
                },
            },
            {"role": "lora", "name": "film grain", "weight": 0.6},
        ],
        "sources": [{"format": "comfyui", "place": 'PNG text "prompt"'}],
        "digestAlgorithm": "sha-256",
        "withheld": [{"field": "prompt", "digest": "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"}],
    },
    single=True,
)


def _kept(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {key: value for key, value in fields.items() if value is not None and value not in ((), [], {})}


@dataclass(frozen=True, slots=True)
class GenerationModel:
    """A model that took part: ``GenerationModel("awportrait_v14", role="checkpoint", claimed={"autov2": "45dee52b00"})``."""

    name: str
    _: KW_ONLY
    role: str = "checkpoint"
    """One of ``MODEL_ROLES``."""
    version: str | None = None
    weight: float | None = None
    claimed: Mapping[str, str] = field(default_factory=dict)
    """Hashes that a text gives, by kind: ``sha256``, ``autov1``, ``autov2``, ``autov3`` or ``other``; lower case."""
    measured: Mapping[str, Any] = field(default_factory=dict)
    """What was computed from the file: ``sha256`` and ``size``, and where they apply ``file`` (its name), ``autov1``, ``autov2``,
    ``autov3`` and ``tensors`` (SHA-256 of the tensors alone, which signing the file leaves as it is), and of a signed file ``unsigned``
    (SHA-256 of the file without its credentials)."""

    def payload(self) -> dict[str, Any]:
        """The entry of the assertion."""
        return _kept(
            role=self.role,
            name=self.name,
            version=self.version,
            weight=self.weight,
            claimed=dict(self.claimed),
            measured=dict(self.measured),
        )


@dataclass(frozen=True, slots=True)
class GenerationInput:
    """A picture that the model was given, as a text names it: ``initial-image``, ``mask``, ``control-image`` ..."""

    role: str
    name: str | None = None

    def payload(self) -> dict[str, Any]:
        """The entry of the assertion."""
        return _kept(role=self.role, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationSource:
    """The text that this was read from."""

    format: str
    """``a1111``, ``comfyui``, ``invokeai`` ... or ``call`` when a program handed it over."""
    place: str
    """Where in the file it stood, in words."""
    sha256: str | None = None
    """Of the text as stored; left out when anything is withheld, because a short text can be guessed from it."""

    def payload(self) -> dict[str, Any]:
        """The entry of the assertion."""
        return _kept(format=self.format, place=self.place, sha256=self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A commitment to a field that is not in the file; its opening is kept by the author."""

    field: str
    """``prompt``, ``negative-prompt``, ``seed``, ``settings/NAME``, ``document/TITLE``."""
    digest: str
    """Base64url, without padding, of the SHA-256 of the disclosure (RFC 9901, section 4.2.3)."""

    def payload(self) -> dict[str, Any]:
        """The entry of the assertion."""
        return {"field": self.field, "digest": self.digest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """The assertion ``org.credkit.generation``."""

    tool: str | None = None
    tool_version: str | None = None
    mode: str | None = None
    """One of ``MODES``."""
    size: tuple[int, int] | None = None
    """Width and height in pixels as generated."""
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    """Known names: ``sampler``, ``scheduler``, ``steps``, ``cfg``, ``guidance``, ``denoise``, ``clip-skip``; others as the tool
    calls them."""
    models: tuple[GenerationModel, ...] = ()
    inputs: tuple[GenerationInput, ...] = ()
    sources: tuple[GenerationSource, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``org.credkit.generation``."""
        return GENERATION_TYPE.label

    @property
    def content(self) -> Content:
        """``json``."""
        return GENERATION_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The JSON object; ``DefinitionError`` for what is no valid assertion."""
        checked: dict[str, Any] = GENERATION_TYPE.check(
            _kept(
                version=_VERSION,
                tool=_kept(name=self.tool, version=self.tool_version) if self.tool else None,
                mode=self.mode,
                size=list(self.size) if self.size else None,
                settings=dict(self.settings),
                models=[model.payload() for model in self.models],
                inputs=[item.payload() for item in self.inputs],
                sources=[source.payload() for source in self.sources],
                digestAlgorithm="sha-256" if self.withheld else None,
                withheld=[entry.payload() for entry in self.withheld],
            )
        )
        return checked
