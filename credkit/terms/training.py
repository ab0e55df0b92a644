"""What manifests say of training data and base models (``org.credkit.training.metadata``), read tolerantly from any file.

The form that is written stands in ``credkit.manifest.assertions.training``; here nothing raises, and what is not understood is left out. A
permission to train that is not understood counts as unclear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from credkit.dataclass import dataclass
from credkit.limits import Limits
from credkit.manifest.store import Assertion
from credkit.manifest.uri import absolute
from credkit.provenance.values import assertion_value, text_of

__all__ = ["TRAINING_LABELS", "StatedSource", "model_name_of", "read_training"]

TRAINING_LABELS = ("org.credkit.training.metadata", "org.credkit.training.metadata.ingredient")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PERMITTED = ("yes", "no", "unclear", "own-work")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSource:
    """One entry: a data set or a base model, with what is said of its licence."""

    kind: Literal["dataset", "model"]
    name: str | None = None
    licence: str | None = None
    url: str | None = None
    """Of the licence."""
    retrieved: str | None = None
    snapshot_sha256: str | None = None
    address: str | None = None
    creators: tuple[str, ...] = ()
    items: int | None = None
    sha256: str | None = None
    tensors_sha256: str | None = None
    permitted: str | None = None
    """``yes``, ``no``, ``unclear`` or ``own-work``."""
    evidence: str | None = None
    ingredient: str | None = None
    """Absolute URI of the ingredient assertion that it speaks of."""


def read_training(assertion: Assertion, manifest: str, limits: Limits) -> Iterator[StatedSource]:
    """The entries of a training assertion of the manifest with that label, at most ``limits.terms``."""
    value = assertion_value(assertion, limits)
    if not isinstance(value, dict):
        return
    for kind, key in (("dataset", "credkit:trainingSources"), ("model", "credkit:baseModels")):
        entries = value.get(key)
        for entry in entries[: limits.terms] if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                yield _entry(entry, "dataset" if kind == "dataset" else "model", manifest)


def model_name_of(assertion: Assertion, limits: Limits) -> str | None:
    """Name and version of the model that a training assertion is about; None when it names none."""
    value = assertion_value(assertion, limits)
    model = value.get("credkit:model") if isinstance(value, dict) else None
    return _named(model) if isinstance(model, dict) else None


def _named(value: dict[Any, Any]) -> str | None:
    name, version = text_of(value.get("credkit:name")), text_of(value.get("credkit:version"))
    return f"{name} {version}" if name and version else name


def _entry(value: dict[Any, Any], kind: Literal["dataset", "model"], manifest: str) -> StatedSource:
    permitted, items, reference = value.get("credkit:aiTrainingPermitted"), value.get("credkit:itemCount"), value.get("credkit:ingredient")
    creators = value.get("dc:creator")
    return StatedSource(
        kind=kind,
        name=text_of(value.get("dc:title")) if kind == "dataset" else _named(value),
        licence=text_of(value.get("credkit:licence")),
        url=text_of(value.get("credkit:licenceURL")),
        retrieved=text_of(value.get("credkit:retrieved")),
        snapshot_sha256=_digest(value.get("credkit:licenceSnapshotSha256")),
        address=text_of(value.get("dc:source")),
        creators=tuple(filter(None, map(text_of, creators if isinstance(creators, list) else [creators])))[:50],
        items=items if isinstance(items, int) and not isinstance(items, bool) and items >= 0 else None,
        sha256=_digest(value.get("credkit:collectionSha256", value.get("credkit:sha256"))),
        tensors_sha256=_digest(value.get("credkit:tensorsSha256")),
        permitted=None if permitted is None else permitted if permitted in _PERMITTED else "unclear",
        evidence=text_of(value.get("credkit:evidence")),
        ingredient=absolute(reference, manifest) if isinstance(reference, str) else None,
    )


def _digest(value: object) -> str | None:
    return value if isinstance(value, str) and _SHA256.fullmatch(value) else None
