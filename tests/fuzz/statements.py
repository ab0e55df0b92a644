"""Assertions in other forms: said again by the constructors that programs call, and held against the published schemas."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from credkit.manifest.assertions import (
    ASSERTIONS,
    AssetMetadata,
    CawgMetadata,
    CheckedStatement,
    CollectionHash,
    CollectionMember,
    EmbeddedData,
    Statement,
    Thumbnail,
)
from credkit.manifest.assertions.multi_asset_hash import AssetPart, MultiAssetHash
from credkit.manifest.assertions.schemas import assertion_schema
from credkit.manifest.hashed_uri import HashedUri

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

__all__ = ["again", "schema"]


def again(checked: CheckedStatement) -> Iterator[Statement]:
    """The same assertion by its own constructor, where it has one that takes what the payload holds."""
    payload: Any = checked.payload
    match checked.label:
        case "c2pa.hash.collection.data":
            members = tuple(map(_member, payload["uris"]))
            yield CollectionHash(members, alg=payload["alg"], zip_central_directory_hash=payload.get("zip_central_directory_hash"))
        case "c2pa.hash.multi-asset":
            yield MultiAssetHash(tuple(map(_part, payload["parts"])))
        case "c2pa.embedded-data" | "c2pa.icon":
            yield EmbeddedData(payload.data, payload.media_type, icon=checked.label == "c2pa.icon")
        case "c2pa.thumbnail.claim":
            yield Thumbnail(payload.data, payload.media_type)
        case "c2pa.metadata":
            yield AssetMetadata(_fields(payload), context=payload["@context"])
        case "cawg.metadata" if isinstance(payload["@context"], dict):
            yield CawgMetadata(extra=_fields(payload), context=payload["@context"])


def _member(item: dict[str, Any]) -> CollectionMember:
    types = tuple(item.get("data_types", ()))
    return CollectionMember(item["uri"], item["hash"], item.get("size"), item.get("dc:format"), types)


def _part(item: dict[str, Any]) -> AssetPart:
    place, reference = item["location"], item["hashAssertion"]
    held = HashedUri(url=reference["url"], hash=reference["hash"], alg=reference.get("alg"))
    return AssetPart(start=place["byteOffset"], length=place["length"], hash_assertion=held, optional=item.get("optional", False))


def _fields(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key != "@context"}


@cache
def schema(label: str) -> Draft202012Validator:
    """The schema of an assertion's payload."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(assertion_schema(ASSERTIONS[label]))
