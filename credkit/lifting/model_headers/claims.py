"""What the fields of a model's header mean: ModelSpec, the training programs of kohya and others, merges, Hugging Face, ONNX, GGUF.

Each vocabulary is read for itself and they are put together in order of how deliberately a person wrote them: ModelSpec and general names
first, what a training program noted by itself last. Texts of strangers: cut, cleaned, and never a reason to stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from credkit.lifting.model_headers.header import ClaimedDataSet, ClaimedModel
from credkit.lifting.wording import cleaned, file_name, hash_kind, json_object, json_value
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Claims"]

_SHORT, _LONG = 1_000, 20_000
_ENTRIES = 500
_UNSAID = ("", "none", "null", "n/a", "unknown")
_TITLES = ("modelspec.title", "general.name", "title", "ss_output_name", "name")
_AUTHORS = ("modelspec.author", "general.author", "general.organization", "author", "authors", "creator")
_LICENCES = ("modelspec.license", "general.license", "general.license.link", "license", "licence", "model_license", "general.license.name")
_ARCHITECTURES = ("modelspec.architecture", "general.architecture", "ss_base_model_version", "architecture")
_DESCRIPTIONS = ("modelspec.description", "general.description", "description", "doc_string")
_VERSIONS = ("general.version", "version", "model_version")
_TRAINING = {
    "modelspec.implementation": "implementation",
    "modelspec.resolution": "resolution",
    "modelspec.prediction_type": "prediction_type",
    "modelspec.timestep_range": "timestep_range",
    "modelspec.encoder_layer": "encoder_layer",
    "ss_network_module": "network_module",
    "ss_network_dim": "network_dim",
    "ss_network_alpha": "network_alpha",
    "ss_network_dropout": "network_dropout",
    "ss_network_args": "network_args",
    "ss_learning_rate": "learning_rate",
    "ss_unet_lr": "unet_learning_rate",
    "ss_text_encoder_lr": "text_encoder_learning_rate",
    "ss_lr_scheduler": "learning_rate_scheduler",
    "ss_optimizer": "optimizer",
    "ss_num_epochs": "epochs",
    "ss_epoch": "epoch",
    "ss_steps": "steps",
    "ss_max_train_steps": "maximum_steps",
    "ss_total_batch_size": "batch_size",
    "ss_num_train_images": "images_with_repeats",
    "ss_resolution": "training_resolution",
    "ss_clip_skip": "clip_skip",
    "ss_mixed_precision": "mixed_precision",
    "ss_noise_offset": "noise_offset",
    "ss_min_snr_gamma": "min_snr_gamma",
    "ss_seed": "seed",
    "ss_vae_name": "vae",
}
_TENSORS = ("modelspec.hash_sha256", "sshs_model_hash")
_SHA256 = re.compile(r"(?:0x)?([0-9a-f]{64})")
_NUMBERED_BASE = re.compile(r"general\.base_model\.[0-9]{1,3}\.name")
_NUMBERED_DATA_SET = re.compile(r"general\.dataset\.[0-9]{1,3}\.name")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


class Claims:
    """One reading of the fields of a header."""

    def __init__(self, fields: Mapping[str, str], limits: Limits = DEFAULT_LIMITS) -> None:
        self._fields = fields
        self._limits = limits

    def _first(self, keys: tuple[str, ...], most: int = _SHORT) -> str | None:
        return next((text for key in keys if (text := self._said(key, most))), None)

    def _said(self, key: str, most: int = _SHORT) -> str | None:
        text = cleaned(self._fields.get(key, ""), most)
        return text if text.casefold() not in _UNSAID else None

    @property
    def title(self) -> str | None:
        """What the model is called."""
        return self._first(_TITLES)

    @property
    def version(self) -> str | None:
        """Of the model; that of the metadata is none."""
        return self._first(_VERSIONS)

    @property
    def architecture(self) -> str | None:
        """As ModelSpec, GGUF or the training program call it."""
        return self._first(_ARCHITECTURES)

    @property
    def author(self) -> str | None:
        """Who says to have made it."""
        return self._first(_AUTHORS)

    @property
    def licence(self) -> str | None:
        """An identifier, a name, an address or a text."""
        return self._first(_LICENCES, _LONG)

    @property
    def description(self) -> str | None:
        """For people."""
        return self._first(_DESCRIPTIONS, _LONG)

    @property
    def usage_hint(self) -> str | None:
        """For people who use it."""
        return self._said("modelspec.usage_hint")

    @property
    def trigger_phrase(self) -> str | None:
        """What has to stand in the prompt."""
        return self._said("modelspec.trigger_phrase")

    @property
    def date(self) -> str | None:
        """When it was made: as ModelSpec gives it, or the end of the training in UTC."""
        if stated := self._first(("modelspec.date", "date")):
            return stated
        try:
            moment = datetime.fromtimestamp(float(self._fields.get("ss_training_finished_at", "")), UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")

    @property
    def tags(self) -> tuple[str, ...]:
        """Words under which the model is to be found."""
        text = self._first(("modelspec.tags", "general.tags", "tags"), _LONG) or ""
        listed = json_value(text, self._limits) if text.startswith("[") else None
        parts = [str(item) for item in listed] if isinstance(listed, list) else text.split(",")
        return tuple(dict.fromkeys(tag for part in parts[:_ENTRIES] if (tag := cleaned(part, 200))))

    @property
    def tool(self) -> str | None:
        """The program that trained or wrote it."""
        if producer := self._said("producer_name"):
            return " ".join(filter(None, (producer, self._said("producer_version"))))
        software = json_object(self._fields.get("software", ""), self._limits)
        if software and isinstance(software.get("name"), str):
            return cleaned(f"{software['name']} {software.get('version') or ''}", 200)
        if self._said("ot_revision") or self._said("ot_branch"):
            return "OneTrainer"
        if self._said("ss_sd_scripts_commit_hash"):
            return "sd-scripts"
        return self._said("created_by", 200)

    @property
    def training(self) -> dict[str, str]:
        """Parameters of the training by short name."""
        return {short: text for key, short in _TRAINING.items() if (text := self._said(key, 500))}

    def tensors(self) -> tuple[str | None, bool]:
        """The claimed SHA-256 of the tensors, and whether two fields contradict each other."""
        found = {match[1] for key in _TENSORS if (match := _SHA256.fullmatch(self._fields.get(key, "").strip().lower()))}
        return (next(iter(found)) if len(found) == 1 else None), len(found) > 1

    def base_models(self) -> tuple[ClaimedModel, ...]:
        """What it was trained upon."""
        claimed = (hash_kind(self._fields.get(key, "")) for key in ("ss_new_sd_model_hash", "ss_sd_model_hash"))
        hashes = dict(filter(None, claimed))
        found = []
        name = self._said("ss_sd_model_name")
        if name or hashes:
            found.append(ClaimedModel(name=_model_name(name or "base model"), hashes=hashes, field="ss_sd_model_name"))
        keys = [key for key in self._fields if _NUMBERED_BASE.fullmatch(key)]
        for key in ("base_model", "ss_pretrained_model_name_or_path", *keys[:_ENTRIES]):
            if (other := self._said(key)) and all(_model_name(other) != model.name for model in found):
                found.append(ClaimedModel(name=_model_name(other), field=key))
        return tuple(found)

    def merged_from(self) -> tuple[ClaimedModel, ...]:
        """The models that were mixed: with hashes as the web UI notes them, or by name as ModelSpec does."""
        found: dict[str, ClaimedModel] = {}
        models = json_object(self._fields.get("sd_merge_models", ""), self._limits) or {}
        for digest, entry in list(models.items())[:_ENTRIES]:
            told = entry if isinstance(entry, dict) else {}
            name = _model_name(cleaned(str(told.get("name") or ""), _SHORT)) or "model"
            legacy = told.get("legacy_hash")
            kinds = (hash_kind(digest), hash_kind(legacy) if isinstance(legacy, str) else None)
            found[f"{name}/{digest}"] = ClaimedModel(name=name, hashes=dict(filter(None, kinds)), field="sd_merge_models")
        names = {model.name for model in found.values()}
        for part in (self._said("modelspec.merged_from", _LONG) or "").split(",")[:_ENTRIES]:
            if (name := _model_name(part.strip())) and name not in names:
                found[name] = ClaimedModel(name=name, field="modelspec.merged_from")
        return tuple(found.values())

    def data_sets(self) -> tuple[ClaimedDataSet, ...]:
        """The folders that it was trained on."""
        kept = [*self._directories("ss_dataset_dirs", False), *self._directories("ss_reg_dataset_dirs", True)]
        kept += [ClaimedDataSet(name=name) for key in self._fields if _NUMBERED_DATA_SET.fullmatch(key) and (name := self._said(key))]
        return tuple((kept or list(self._subsets()))[:_ENTRIES])

    def _directories(self, key: str, regularisation: bool) -> Iterator[ClaimedDataSet]:
        for name, entry in (json_object(self._fields.get(key, ""), self._limits) or {}).items():
            told = entry if isinstance(entry, dict) else {}
            yield _data_set(name, told.get("img_count"), told.get("n_repeats"), regularisation)

    def _subsets(self) -> Iterator[ClaimedDataSet]:
        value = json_value(self._fields.get("ss_datasets", "")[: self._limits.text_size], self._limits)
        for data_set in value if isinstance(value, list) else ():
            subsets = data_set.get("subsets") if isinstance(data_set, dict) else None
            for told in subsets if isinstance(subsets, list) else ():
                if isinstance(told, dict):
                    name = told.get("image_dir") or told.get("metadata_file") or "data set"
                    yield _data_set(str(name), told.get("img_count"), told.get("num_repeats"), told.get("is_reg") is True)


def _data_set(name: str, items: Any, repeats: Any, regularisation: bool) -> ClaimedDataSet:
    return ClaimedDataSet(
        name=cleaned(file_name(name), _SHORT) or "data set", items=_count(items), repeats=_count(repeats), regularisation=regularisation
    )


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 1 << 53 else None


def _model_name(name: str) -> str:
    """A file without its folders; a repository keeps its owner."""
    return name if _REPOSITORY.fullmatch(name) else file_name(name)
