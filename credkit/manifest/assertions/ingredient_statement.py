"""Ingredients to be stated: what an asset was made from, as ``c2pa.ingredient.v3``.

Clause: "Ingredient" (anchor ``ingredient_assertion``). Validating an ingredient and copying its manifests is left to ``verify`` and
``sign``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from credkit.dataclass import KW_ONLY, dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.asset_types import ASSET_TYPES
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.references import HASHED_ANYWHERE, HASHED_URI, MEDIA_TYPE
from credkit.manifest.assertions.shape import Boolean, Choice, Text
from credkit.manifest.assertions.shape_map import ListOf, Map
from credkit.manifest.assertions.source_type_shape import DIGITAL_SOURCE_TYPE
from credkit.manifest.assertions.supporting_structures import METADATA
from credkit.manifest.assertions.validation_results import RecordedResults
from credkit.manifest.assertions.validation_shape import VALIDATION_RESULTS
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.labels import label_in_uri
from credkit.manifest.uri import JumbfUri

__all__ = ["INGREDIENT_TYPE", "Ingredient", "Relationship"]

Relationship = Literal["parentOf", "componentOf", "inputTo"]

_SHAPE = Map(
    means="an ingredient",
    required={"relationship": Choice(names=("parentOf", "componentOf", "inputTo"), means="relationship")},
    optional={
        "dc:title": Text(),
        "dc:format": MEDIA_TYPE,
        "instanceID": Text(),
        "data": HASHED_ANYWHERE,
        "dataTypes": ListOf(ASSET_TYPES),
        "activeManifest": HASHED_URI,
        "claimSignature": HASHED_URI,
        "validationResults": VALIDATION_RESULTS,
        "digitalSourceType": DIGITAL_SOURCE_TYPE,
        "relatedAssertions": ListOf(HASHED_URI),
        "thumbnail": HASHED_URI,
        "description": Text(),
        "informationalURI": Text(),
        "softBindingsMatched": Boolean(),
        "softBindingAlgorithmsMatched": ListOf(Text()),
        "metadata": METADATA,
    },
    excludes=(("activeManifest", "digitalSourceType"), ("activeManifest", "relatedAssertions")),
    requires=(("activeManifest", "validationResults"), ("activeManifest", "claimSignature"), ("claimSignature", "activeManifest")),
    refused={
        "c2pa_manifest": 'in ingredients of version 3 the field is "activeManifest"',
        "validationStatus": 'in ingredients of version 3 the field is "validationResults"',
        "data_types": 'in ingredients of version 3 the field is "dataTypes"',
        "informational_URI": 'in ingredients of version 3 the field is "informationalURI"',
        "documentID": '"documentID" was removed in version 3; use "instanceID"',
    },
)


def _check_profile(payload: Mapping[str, Any], profile: Profile) -> None:
    if profile != "2.4":
        return
    if "relatedAssertions" in payload:
        raise DefinitionError(
            '"relatedAssertions" of an ingredient exists only since edition 2.5; write for profile 2.5', path="/relatedAssertions"
        )
    if "validationResults" not in payload:
        return
    if "activeManifest" not in payload:
        raise DefinitionError(
            'before edition 2.5 validation results stand only beside "activeManifest"; leave them out or write for profile 2.5',
            path="/validationResults",
        )
    if "trustListUris" in payload["validationResults"]:
        raise DefinitionError('"trustListUris" exists only since edition 2.5', path="/validationResults/trustListUris")


def _check_targets(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    for key, ending in (("activeManifest", ()), ("claimSignature", ("c2pa.signature",))):
        if key in payload:
            parsed = JumbfUri.parse(payload[key]["url"])
            if parsed is None or parsed.manifest is None or parsed.path != ending:
                what = "claim signature of the ingredient" if ending else "manifest of the ingredient"
                raise DefinitionError(f"{quoted(payload[key]['url'])} is not the absolute URI of the {what}", path=f"/{key}/url")
    for index, reference in enumerate(payload.get("relatedAssertions", [])):
        label = label_in_uri(reference["url"])
        if not label.endswith(".ingredient") or label.startswith(("c2pa.ingredient", "c2pa.actions")):
            raise DefinitionError(
                f'{quoted(label)} cannot stand here: assertions about an ingredient have a label that ends in ".ingredient"',
                path=f"/relatedAssertions/{index}/url",
            )
    if "validationResults" in payload and "activeManifest" in payload and "activeManifest" not in payload["validationResults"]:
        raise DefinitionError('the results of the ingredient\'s own manifest ("activeManifest") are missing', path="/validationResults")


INGREDIENT_TYPE = AssertionType(
    label="c2pa.ingredient.v3",
    content="cbor",
    shape=_SHAPE,
    description="An asset or input that this asset was made from, with its own manifest when it has one.",
    example={
        "relationship": "inputTo",
        "dc:title": "prompt",
        "dc:format": "text/plain",
        "data": {"url": "self#jumbf=c2pa.assertions/c2pa.embedded-data", "hash": "UjRAYWiAq4lfCRDmksWAlDJN/XtHHFFwMWymsZsm3j8="},
        "dataTypes": [{"type": "c2pa.types.generator.prompt"}],
    },
    rules=(_check_profile, _check_targets),
)


@dataclass(frozen=True, slots=True)
class Ingredient:
    """The assertion ``c2pa.ingredient.v3``: ``Ingredient("parentOf", title="base.png", format="image/png")``.

    ``manifest``, ``claim_signature`` and ``validation_results`` belong together: give all three for an ingredient with credentials.
    """

    relationship: Relationship
    _: KW_ONLY
    title: str | None = None
    format: str | None = None
    """Media type."""
    instance_id: str | None = None
    data: HashedUri | Mapping[str, Any] | None = None
    """An embedded data assertion, or ``{"url", "alg", "hash"}`` of a file on the web."""
    data_types: tuple[str | Mapping[str, Any], ...] = ()
    """Names such as ``c2pa.types.generator.prompt``, or ``{"type", "version"}``; the prefix may be left out."""
    manifest: HashedUri | None = None
    claim_signature: HashedUri | None = None
    validation_results: RecordedResults | None = None
    digital_source_type: str | None = None
    related_assertions: tuple[HashedUri, ...] = ()
    thumbnail: HashedUri | None = None
    description: str | None = None
    informational_uri: str | None = None
    metadata: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.ingredient.v3``."""
        return INGREDIENT_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return INGREDIENT_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        given = {"dc:title": self.title, "dc:format": self.format}
        given = {key: value for key, value in given.items() if value is not None} | present(
            relationship=self.relationship,
            instanceID=self.instance_id,
            data=self.data,
            dataTypes=[{"type": kind} if isinstance(kind, str) else kind for kind in self.data_types] or None,
            activeManifest=self.manifest,
            claimSignature=self.claim_signature,
            validationResults=self.validation_results,
            digitalSourceType=self.digital_source_type,
            relatedAssertions=list(self.related_assertions) or None,
            thumbnail=self.thumbnail,
            description=self.description,
            informationalURI=self.informational_uri,
            metadata=self.metadata,
        )
        checked: dict[str, Any] = INGREDIENT_TYPE.shape.check(given)
        return checked
