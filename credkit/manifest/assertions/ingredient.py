"""Ingredients as files state them: one tolerant reader for versions 1 to 3.

Clause: "Ingredient" (anchor ``ingredient_assertion``). It judges nothing, see ``verify``. Writing is in ``ingredient_statement``, so that
verification does not load its rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.codec.fields import Fields
from credkit.dataclass import dataclass, field
from credkit.manifest.assertions.validation_results import RecordedResults
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.store import base_label

__all__ = ["IngredientView", "read_ingredient"]

_CODE = "assertion.ingredient.malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientView:
    """One ingredient as a file states it, whatever its version."""

    label: str
    version: int
    """1, 2 or 3, from the label."""
    relationship: str
    """As stored; empty when absent or no text."""
    title: str | None = None
    format: str | None = None
    instance_id: str | None = None
    document_id: str | None = None
    manifest: HashedUri | None = None
    """``activeManifest``, or ``c2pa_manifest`` of older versions."""
    claim_signature: HashedUri | None = None
    recorded: RecordedResults | None = None
    """What its signer found out about the ingredient."""
    has_validation_results: bool = False
    """Whether the field is there at all, readable or not."""
    data: HashedUri | None = None
    """An embedded data assertion or, with a web address, a file elsewhere."""
    data_types: tuple[str, ...] = ()
    thumbnail: HashedUri | None = None
    description: str | None = None
    informational_uri: str | None = None
    digital_source_type: str | None = None
    related_assertions: tuple[HashedUri | None, ...] = ()
    """None for an entry that cannot be read."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


def read_ingredient(value: object, label: str) -> IngredientView:
    """The ingredient in a decoded ``c2pa.ingredient``, ``.v2`` or ``.v3``.

    ``MalformedError`` (``assertion.ingredient.malformed``) when the value is no map or the reference to the manifest cannot be read.
    Other fields of a wrong type read as absent.
    """
    fields = Fields(value, path=label, code=_CODE)
    version = {"c2pa.ingredient": 1, "c2pa.ingredient.v2": 2}.get(base_label(label), 3)
    related = fields.get("relatedAssertions")
    spelling = "informationalURI" if isinstance(fields.get("informationalURI"), str) else "informational_URI"
    return IngredientView(
        label=label,
        version=version,
        relationship=_text(fields, "relationship") or "",
        title=_text(fields, "dc:title"),
        format=_text(fields, "dc:format"),
        instance_id=_text(fields, "instanceID"),
        document_id=_text(fields, "documentID"),
        manifest=_manifest(fields),
        claim_signature=HashedUri.read(fields.get("claimSignature")),
        recorded=_recorded(fields),
        has_validation_results=any(
            fields.get(key) is not None for key in ("validationResults", "validationStatus")[: 1 if version == 3 else 2]
        ),
        data=HashedUri.read(fields.get("data")),
        data_types=_data_types(fields),
        thumbnail=HashedUri.read(fields.get("thumbnail")),
        description=_text(fields, "description"),
        informational_uri=_text(fields, spelling),
        digital_source_type=_text(fields, "digitalSourceType"),
        related_assertions=tuple(HashedUri.read(item) for item in related) if isinstance(related, list) else (),
        raw=fields.raw,
    )


def _text(fields: Fields, key: str) -> str | None:
    value = fields.raw.get(key)
    return str(value) if isinstance(value, str) else None


def _manifest(fields: Fields) -> HashedUri | None:
    for key in ("activeManifest", "c2pa_manifest"):
        if fields.get(key) is not None:
            reference = HashedUri.read(fields.get(key))
            if reference is None:
                raise fields.error(key, "has no url")
            return reference
    return None


def _recorded(fields: Fields) -> RecordedResults | None:
    return RecordedResults.read(fields.get("validationResults")) or RecordedResults.read_flat(fields.get("validationStatus"))


def _data_types(fields: Fields) -> tuple[str, ...]:
    items = fields.get("dataTypes") or fields.get("data_types")
    types = (item.get("type") if isinstance(item, dict) else None for item in (items if isinstance(items, list) else ()))
    return tuple(str(name) for name in types if isinstance(name, str))
