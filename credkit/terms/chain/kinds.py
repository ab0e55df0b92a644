"""What an ingredient is: a model, a data set or a work, and which part it played for what was made from it.

Clause: "Asset Type" (anchor ``_asset_type``), table "Asset type values"; our own labels for data sets that are a folder.
"""

from __future__ import annotations

from collections.abc import Iterable

from credkit.limits import Limits
from credkit.manifest.assertions.ingredient import IngredientView
from credkit.manifest.store import ManifestKind
from credkit.provenance.values import assertion_value, claim_value, text_of
from credkit.provenance.vocabulary import asset_kind
from credkit.terms.chain.sources import SourceKind, SourceRole
from credkit.verify.report import ManifestReport

__all__ = ["is_text_input", "kind_of_file", "kind_of_ingredient", "kind_of_types", "role_of"]

_FORMATS: tuple[tuple[str, SourceKind], ...] = (("safetensors", "model"), ("onnx", "model"), ("parquet", "dataset"))
"""Parts of media types."""


def is_text_input(view: IngredientView) -> bool:
    """Whether it is a prompt, a seed, a log or a text of the tool, which nobody licenses."""
    own = any(name.startswith("org.credkit.types.") for name in view.data_types)
    return own or asset_kind(view.data_types) in ("prompt", "seed", "log")


def kind_of_types(names: Iterable[str], media_type: str | None = None) -> SourceKind | None:
    """What types (``c2pa.types.model.pytorch``) and a media type say; None when they do not say it."""
    kind = asset_kind(names)
    if kind in ("model", "dataset"):
        return kind
    return next((kind for part, kind in _FORMATS if part in (media_type or "")), None)


def kind_of_file(manifest: ManifestReport, media_type: str | None, limits: Limits) -> SourceKind:
    """What the asset of a manifest is, by its asset type, its assertions and its media type."""
    types: list[str] = []
    labels = {assertion.base_label for assertion in manifest.manifest.assertions}
    for assertion in manifest.manifest.assertions:
        if assertion.base_label in ("c2pa.asset-type", "c2pa.asset-type.v2"):
            value = assertion_value(assertion, limits)
            entries = value.get("types") if isinstance(value, dict) else None
            for entry in entries[: limits.terms] if isinstance(entries, list) else []:
                types += filter(None, [text_of(entry.get("type"))] if isinstance(entry, dict) else [])
    found = kind_of_types(types, media_type or text_of(claim_value(manifest.manifest, limits).get("dc:format")))
    if found is not None:
        return found
    if "org.credkit.model" in labels:
        return "model"
    return "dataset" if "c2pa.hash.collection.data" in labels and not media_type else "work"


def kind_of_ingredient(view: IngredientView, manifest: ManifestReport | None, limits: Limits) -> SourceKind:
    """What an ingredient is: by what its user says, else by its own manifest."""
    found = kind_of_types(view.data_types, view.format)
    if found is not None or manifest is None:
        return found or "work"
    return kind_of_file(manifest, view.format, limits)


def role_of(kind: SourceKind, relationship: str, user: ManifestReport, used_for: SourceKind) -> SourceRole:
    """The part that a source of that kind plays for a user of the kind ``used_for``."""
    if relationship == "parentOf" and user.manifest.kind is ManifestKind.UPDATE:
        return "earlier"
    if kind == "model":
        return "base-model" if used_for == "model" else "model"
    if kind == "dataset":
        return "training-data"
    if used_for in ("model", "dataset"):
        return "training-work"
    plain: dict[str, SourceRole] = {"parentOf": "parent", "componentOf": "component"}
    return plain.get(relationship, "input")
