"""What a pipeline consists of: its models with where they came from, their files, adapters, scheduler and precision.

A model is *measured* where its file lies on this machine: that proves which bytes the folder holds, not that they made the picture. Where
several files could have been loaded, none is measured.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from credkit.errors import AssetError
from credkit.manifest.assertions import GenerationModel

__all__ = ["describe_models", "describe_scheduler", "name_of_pipeline", "precision_of"]

_ROLES = (
    ("unet", "diffusion-model"),
    ("transformer", "diffusion-model"),
    ("prior", "diffusion-model"),
    ("decoder", "diffusion-model"),
    ("vae", "vae"),
    ("vqvae", "vae"),
    ("text_encoder", "text-encoder"),
    ("controlnet", "controlnet"),
    ("adapter", "controlnet"),
    ("image_encoder", "ip-adapter"),
)
_SNAPSHOT = re.compile(r"models--(?P<owner>[^/\\]+?)--(?P<name>[^/\\]+)[/\\]snapshots[/\\](?P<commit>[0-9a-f]{40})")
_SHARD = re.compile(r"(.*)-\d{5}-of-\d{5}(\..*)")
_LONGEST_NAME = 1_000


def name_of_pipeline(pipe: Any) -> str:
    """The name of its class."""
    return str(type(pipe).__name__)


def describe_models(pipe: Any, *, measure: bool) -> tuple[GenerationModel, ...]:
    """The pipeline itself, its parts and its adapters."""
    origin = _text(_config_of(pipe).get("_name_or_path"))
    parts = tuple(_parts(pipe, measure=measure))
    commits = {model.version for model in parts if model.version}
    whole: tuple[GenerationModel, ...] = ()
    if origin:
        whole = (GenerationModel(_short(origin), role="checkpoint", version=commits.pop() if len(commits) == 1 else None),)
    return (*whole, *parts, *_adapters(pipe))


def _parts(pipe: Any, *, measure: bool) -> Iterator[GenerationModel]:
    components = getattr(pipe, "components", None)
    for name, part in components.items() if isinstance(components, Mapping) else ():
        role = next((role for start, role in _ROLES if name.startswith(start)), None)
        if role is None or part is None:
            continue
        place = _text(_config_of(part).get("_name_or_path")) or _text(getattr(part, "name_or_path", None))
        snapshot = _SNAPSHOT.search(place or "")
        commit = snapshot["commit"] if snapshot else _text(getattr(getattr(part, "config", None), "_commit_hash", None))
        files = _files(Path(place), name) if place and measure else ()
        if not files:
            yield GenerationModel(f"{name}: {_short(place)}" if place else name, role=role, version=commit)
        for file in files:
            yield GenerationModel(f"{name}/{file.name}", role=role, version=commit, measured=_measured(file))


def _short(place: str) -> str:
    """The name of a model on the hub, or the last part of a path: folders of the user are nobody's business."""
    snapshot = _SNAPSHOT.search(place)
    if snapshot:
        return f"{snapshot['owner']}/{snapshot['name']}"
    is_path = "\\" in place or place.startswith(("/", ".", "~")) or place.count("/") > 1 or Path(place).exists()
    return (re.split(r"[/\\]", place.rstrip("/\\"))[-1] if is_path else place)[:_LONGEST_NAME] or "model"


def _files(place: Path, component: str) -> tuple[Path, ...]:
    """The files of weights that were loaded from a folder, as far as that is certain."""
    folder = place if place.name == component else place / component
    for ending in (".safetensors", ".bin"):
        try:
            found = sorted(path for path in (folder if folder.is_dir() else place).iterdir() if path.suffix == ending)
        except OSError:
            return ()
        if found:
            families = {_SHARD.sub(r"\1\2", path.name) for path in found}
            return tuple(found) if len(families) == 1 else ()
    return ()


def _measured(file: Path) -> Mapping[str, Any]:
    from credkit.lifting.models import measure_model

    try:
        measured: Mapping[str, Any] = measure_model(file)
    except AssetError:
        return {}
    return measured


def _adapters(pipe: Any) -> Iterator[GenerationModel]:
    """The LoRA adapters that are active, with their weights."""
    try:
        active = [str(name) for name in pipe.get_active_adapters()]
    except Exception:
        # Pipelines without adapters raise what they like, and so does diffusers where its optional parts are missing.
        return
    for name in dict.fromkeys(active):
        yield GenerationModel(name[:_LONGEST_NAME], role="lora", weight=_weight(pipe, name))


def _weight(pipe: Any, adapter: str) -> float | None:
    """The weight of an adapter, from the first layer that it is put into."""
    for part in (getattr(pipe, "unet", None), getattr(pipe, "transformer", None), getattr(pipe, "text_encoder", None)):
        modules = getattr(part, "modules", None)
        for layer in modules() if callable(modules) else ():
            scaling, alpha, rank = (_entry(layer, name, adapter) for name in ("scaling", "lora_alpha", "r"))
            if scaling is not None and alpha and rank:
                return scaling * rank / alpha
    return None


def _entry(layer: Any, name: str, adapter: str) -> float | None:
    values = getattr(layer, name, None)
    found = values.get(adapter) if isinstance(values, Mapping) else None
    return float(found) if isinstance(found, int | float) else None


def describe_scheduler(pipe: Any) -> dict[str, str | int | float | bool]:
    """Class and configuration of the scheduler."""
    scheduler = getattr(pipe, "scheduler", None)
    if scheduler is None:
        return {}
    found: dict[str, str | int | float | bool] = {"scheduler": type(scheduler).__name__}
    for name, value in _config_of(scheduler).items():
        if not name.startswith("_") and (isinstance(value, bool) or (isinstance(value, str | int | float) and len(str(value)) <= 200)):
            found[f"scheduler.{name}"] = value
    return found


def precision_of(pipe: Any) -> dict[str, str]:
    """The data type that it computes with."""
    kind = getattr(pipe, "dtype", None)
    return {} if kind is None else {"dtype": str(kind).removeprefix("torch.")}


def _config_of(thing: Any) -> Mapping[str, Any]:
    """The configuration as a mapping: diffusers has one, transformers an object."""
    config = getattr(thing, "config", None)
    if isinstance(config, Mapping):
        return config
    return vars(config) if hasattr(config, "__dict__") else {}


def _text(value: Any) -> str | None:
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    return text if isinstance(text, str) and text else None
