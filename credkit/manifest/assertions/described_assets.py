"""What kind of file the asset is, and where it or data about it can be found.

Clauses: "Asset Type" (anchor ``_asset_type``), "Asset Reference" (anchor ``_asset_reference``), "External Reference" (anchor
``_external_reference``), "Cloud Data" (anchor ``_cloud_data``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.asset_types import ASSET_TYPES
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.references import ALGORITHM, EXTERNAL_REFERENCE, HASH, MEDIA_TYPE, WEB_ADDRESS
from credkit.manifest.assertions.shape import Integer, Text
from credkit.manifest.assertions.shape_map import ListOf, Map
from credkit.manifest.assertions.supporting_structures import METADATA
from credkit.manifest.store import base_label

__all__ = ["ASSET_REFERENCE_TYPE", "ASSET_TYPE_TYPE", "CLOUD_DATA_TYPE", "EXTERNAL_REFERENCE_TYPE", "AssetType", "ExternalReference"]

_NEVER_ELSEWHERE = ("c2pa.actions", "c2pa.hash.", "c2pa.ingredient")
_REMOTE_KINDS = frozenset({"c2pa.cloud-data", "c2pa.external-reference"})


def _check_remote_label(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    label = base_label(payload.get("label", ""))
    if label.startswith(_NEVER_ELSEWHERE) or label in _REMOTE_KINDS:
        raise DefinitionError(f"an assertion {label} must not be kept elsewhere; put it into the manifest", path="/label")


ASSET_TYPE_TYPE = AssertionType(
    label="c2pa.asset-type.v2",
    content="cbor",
    shape=Map(
        means="an asset type assertion",
        optional={"dc:format": MEDIA_TYPE, "types": ListOf(ASSET_TYPES), "metadata": METADATA},
        minimum=1,
    ),
    description="What kind of file the asset is, beyond its media type.",
    example={"dc:format": "application/octet-stream", "types": [{"type": "c2pa.types.model.pytorch", "version": "1.4.0"}]},
    single=True,
)
ASSET_REFERENCE_TYPE = AssertionType(
    label="c2pa.asset-ref",
    content="cbor",
    shape=Map(
        means="an asset reference",
        required={
            "references": ListOf(
                Map(
                    means="a reference",
                    required={"reference": Map(means="a location", required={"uri": Text()})},
                    optional={"description": Text()},
                )
            )
        },
        optional={"metadata": METADATA},
    ),
    description="Where copies of the asset can be found.",
    example={"references": [{"reference": {"uri": "https://example.com/picture.png"}, "description": "original"}]},
)
EXTERNAL_REFERENCE_TYPE = AssertionType(
    label="c2pa.external-reference",
    content="cbor",
    shape=Map(
        means="an external reference",
        required={"location": EXTERNAL_REFERENCE},
        optional={"label": Text(), "description": Text(), "metadata": METADATA},
    ),
    description="Data about the asset that is kept elsewhere.",
    example={"location": {"url": "https://example.com/journal.jsonl"}, "description": "creation journal"},
    # An external reference among the created assertions is reported as a fault by validators.
    place="gathered",
    rules=(_check_remote_label,),
)
CLOUD_DATA_TYPE = AssertionType(
    label="c2pa.cloud-data",
    content="cbor",
    shape=Map(
        means="a cloud data assertion",
        required={
            "label": Text(),
            "size": Integer(minimum=1),
            "location": Map(means="a hashed web reference", required={"url": WEB_ADDRESS, "alg": ALGORITHM, "hash": HASH}),
        },
        optional={"metadata": METADATA},
    ),
    description="An assertion that is kept elsewhere as a JUMBF box.",
    example={
        "label": "c2pa.metadata",
        "size": 4321,
        "location": {"url": "https://example.com/metadata.jumbf", "alg": "sha256", "hash": "UjRAYWiAq4lfCRDmksWAlDJN/XtHHFFwMWymsZsm3j8="},
    },
    rules=(_check_remote_label,),
)


@dataclass(frozen=True, slots=True)
class AssetType:
    """The assertion ``c2pa.asset-type.v2``: ``AssetType("model.pytorch", version="1.4.0")``."""

    type: str | None = None
    """``c2pa.types...``; the prefix may be left out."""
    _: KW_ONLY
    version: str | None = None
    """Three numbers."""
    format: str | None = None
    """Media type."""

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.asset-type.v2``."""
        return ASSET_TYPE_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return ASSET_TYPE_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        kinds = [present(type=self.type, version=self.version)] if self.type or self.version else None
        given = ({"dc:format": self.format} if self.format is not None else {}) | present(types=kinds)
        checked: dict[str, Any] = ASSET_TYPE_TYPE.check(given)
        return checked


@dataclass(frozen=True, slots=True)
class ExternalReference:
    """The assertion ``c2pa.external-reference``. With ``hash`` (and ``alg``) the data is bound, without it may change."""

    url: str
    _: KW_ONLY
    hash: bytes | None = None
    alg: str = "sha256"
    format: str | None = None
    """Media type."""
    size: int | None = None
    """Bytes."""
    data_type: str | None = None
    """``c2pa.types.audit-log`` and the like."""
    assertion_label: str | None = None
    """When the data is an assertion as a JUMBF box: its label."""
    description: str | None = None

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.external-reference``."""
        return EXTERNAL_REFERENCE_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return EXTERNAL_REFERENCE_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        hashed = present(alg=self.alg, hash=self.hash) if self.hash is not None else {}
        location = {"url": self.url} | hashed | ({"dc:format": self.format} if self.format is not None else {})
        location |= present(size=self.size, data_types=[{"type": self.data_type}] if self.data_type is not None else None)
        given = {"location": location} | present(label=self.assertion_label, description=self.description)
        checked: dict[str, Any] = EXTERNAL_REFERENCE_TYPE.check(given)
        return checked
