"""One call of a pipeline: what it was given, and what that says about each picture that came out of it.

Seeds and models are read before the pipeline runs, because a generator is used up by it. Texts go into the prompts alone: a setting is a
number or a truth value, so that no text of the caller gets into the part of the manifest that cannot be sealed or redacted later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from credkit.dataclass import dataclass, field
from credkit.integrations.diffusers.pipelines import describe_models, describe_scheduler, name_of_pipeline, precision_of
from credkit.lifting.lifted import Document, Lifted
from credkit.manifest.assertions import Generation, GenerationInput, GenerationModel, GenerationSource

__all__ = ["Call"]

_PROMPTS = ("prompt", "prompt_2", "prompt_3", "prompt_4")
_NEGATIVE = ("negative_prompt", "negative_prompt_2", "negative_prompt_3", "negative_prompt_4")
_KNOWN = {
    "num_inference_steps": "steps",
    "guidance_scale": "guidance",
    "strength": "denoise",
    "clip_skip": "clip-skip",
}
"""Names of settings that other tools have, too."""
_NO_SETTING = ("width", "height", "return_dict", "num_images_per_prompt", "batch_size")
_IMAGES = (
    ("image", "initial-image"),
    ("init_image", "initial-image"),
    ("mask_image", "mask"),
    ("control_image", "control-image"),
    ("ip_adapter_image", "reference-image"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a pipeline was given, by the names of its parameters, defaults included."""

    pipeline: str
    """Name of its class."""
    version: str | None
    """Version of diffusers."""
    arguments: Mapping[str, Any] = field(repr=False)
    seeds: tuple[int | None, ...]
    """One for each generator that it was given; empty when there was none."""
    models: tuple[GenerationModel, ...]
    settings: Mapping[str, str | int | float | bool]
    """Of the pipeline itself: scheduler, precision."""

    @classmethod
    def of(cls, pipe: Any, arguments: Mapping[str, Any], *, measure: bool = True) -> Call:
        """The call that is about to be made. ``measure`` hashes the files of the models where they are on this machine."""
        return cls(
            pipeline=name_of_pipeline(pipe),
            version=_version(),
            arguments=dict(arguments),
            seeds=_seeds(arguments.get("generator")),
            models=describe_models(pipe, measure=measure),
            settings={**describe_scheduler(pipe), **precision_of(pipe)},
        )

    @property
    def images(self) -> tuple[tuple[str, Any], ...]:
        """The pictures that it was given, with their roles."""
        given = [(role, self.arguments.get(name)) for name, role in _IMAGES]
        control = "control_image" not in self.arguments and any(model.role == "controlnet" for model in self.models)
        roles = [("control-image" if control and role == "initial-image" and not self._starts_from_image else role, v) for role, v in given]
        return tuple((role, value) for role, value in roles if value is not None)

    @property
    def initial_images(self) -> tuple[Any, ...]:
        """The pictures that it began with, one for each picture of the batch, or one for all."""
        found = next((value for role, value in self.images if role == "initial-image"), None)
        return tuple(found) if isinstance(found, list | tuple) else () if found is None else (found,)

    @property
    def mode(self) -> str:
        """One of ``MODES``."""
        roles = {role for role, _ in self.images}
        if "mask" in roles:
            return "inpaint"
        if "initial-image" in roles:
            return "upscale" if "upscale" in self.pipeline.lower() else "image-to-image"
        return "text-to-image" if self._texts(_PROMPTS, 0, 1) else "other"

    def lifted(self, index: int = 0, count: int = 1, *, size: tuple[int, int] | None = None) -> Lifted:
        """What the call says about picture ``index`` of ``count``."""
        place = f"the call of {self.pipeline}"
        prompt, negative, seed = self._texts(_PROMPTS, index, count), self._texts(_NEGATIVE, index, count), self._seed(index, count)
        settings: dict[str, str | int | float | bool] = {"pipeline": self.pipeline, **self.settings, **_settings(self.arguments)}
        if count > 1:
            settings |= {"batch-index": index, "batch-size": count}
        return Lifted(
            format="call",
            place=place,
            generation=Generation(
                tool="diffusers",
                tool_version=self.version,
                mode=self.mode,
                size=size,
                settings=settings,
                models=self.models,
                inputs=tuple(GenerationInput(role, _name(value)) for role, value in self.images),
                sources=(GenerationSource(format="call", place=place),),
            ),
            prompt=prompt,
            negative_prompt=negative,
            seed=None if seed is None else str(seed),
            source_type="compositeWithTrainedAlgorithmicMedia" if self.initial_images else "trainedAlgorithmicMedia",
            documents=(self._document(prompt, negative, seed, settings),),
            remarks=self._remarks(prompt, seed),
        )

    @property
    def _starts_from_image(self) -> bool:
        lowered = self.pipeline.lower()
        return "img2img" in lowered or "inpaint" in lowered

    def _texts(self, names: Sequence[str], index: int, count: int) -> str | None:
        """The text for one picture of the batch; further prompts of one pipeline follow under their names."""
        texts: dict[str, str] = {}
        for name in names:
            text = _of_batch(self.arguments.get(name), index, count)
            if isinstance(text, str) and text and text not in texts.values():
                texts[name] = text
        first, *rest = texts.items() if texts else ((None, None),)
        return "\n".join([str(first[1]), *(f"{name}: {text}" for name, text in rest)]) if texts else None

    def _seed(self, index: int, count: int) -> int | None:
        if len(self.seeds) <= 1:
            return self.seeds[0] if self.seeds else None
        found = _of_batch(self.seeds, index, count)
        return found if isinstance(found, int) else None

    def _remarks(self, prompt: str | None, seed: int | None) -> tuple[str, ...]:
        remarks = []
        if seed is None:
            remarks.append("The pipeline was given no generator, so its seed is not known (generator=torch.Generator().manual_seed(...)).")
        if prompt is None and self.arguments.get("prompt_embeds") is not None:
            remarks.append("The pipeline was given embeddings instead of a prompt, so there is no text to state.")
        return tuple(remarks)

    def _document(self, prompt: str | None, negative: str | None, seed: int | None, settings: Mapping[str, Any]) -> Document:
        told = {"pipeline": self.pipeline, "prompt": prompt, "negative_prompt": negative, "seed": seed, "settings": dict(settings)}
        text = json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False, indent=1)
        return Document(title="diffusers call", media_type="application/json", text=text)


def _of_batch(value: Any, index: int, count: int) -> Any:
    """The entry of a list that picture ``index`` was made from: each entry makes the same number of pictures, one after the other."""
    if not isinstance(value, list | tuple):
        return value
    if not value:
        return None
    return value[min(index * len(value) // max(count, 1), len(value) - 1)]


def _seeds(generator: Any) -> tuple[int | None, ...]:
    generators = generator if isinstance(generator, list | tuple) else [] if generator is None else [generator]
    return tuple(_seed_of(one) for one in generators)


def _seed_of(generator: Any) -> int | None:
    try:
        return int(generator.initial_seed())
    except (AttributeError, TypeError, ValueError, RuntimeError):
        return None


def _settings(arguments: Mapping[str, Any]) -> dict[str, int | float | bool | str]:
    found: dict[str, int | float | bool | str] = {}
    for name, value in arguments.items():
        if name in _NO_SETTING or name.endswith("_prompt") or "prompt" in name:
            continue
        if isinstance(value, bool | int | float) and (isinstance(value, bool) or abs(value) < 1 << 53) and value == value:  # noqa: PLR0124
            found[_KNOWN.get(name, name)] = value
        elif name in ("timesteps", "sigmas") and isinstance(value, list | tuple) and all(isinstance(v, int | float) for v in value):
            found[name] = ", ".join(map(str, value[:1000]))
    return found


def _name(value: Any) -> str | None:
    """The file name of a picture that was opened from a file."""
    first = value[0] if isinstance(value, list | tuple) and value else value
    name = getattr(first, "filename", None)
    return name.replace("\\", "/").rsplit("/", 1)[-1][:1000] or None if isinstance(name, str) else None


def _version() -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("diffusers")
    except PackageNotFoundError:
        return None
