"""The multi-asset hash as a statement: the parts of a file, each with the assertion that holds its hash.

How parts are found, hashed and checked is left to ``binding``. Clauses: "Multi-Asset Hash" (anchors ``_multi_asset_hash`` and
``cddl_annex_multi_asset_hash``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.references import HASHED_URI
from credkit.manifest.assertions.shape import Boolean, Integer
from credkit.manifest.assertions.shape_map import ListOf, Map
from credkit.manifest.hashed_uri import HashedUri

__all__ = ["MULTI_ASSET_HASH_TYPE", "AssetPart", "MultiAssetHash"]


def _check_cover(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    end = 0
    for index, part in enumerate(payload["parts"]):
        if part["location"]["byteOffset"] != end:
            raise DefinitionError("each part begins where the one in front of it ends, the first at 0", path=f"/parts/{index}/location")
        end += part["location"]["length"]


MULTI_ASSET_HASH_TYPE = AssertionType(
    label="c2pa.hash.multi-asset",
    content="cbor",
    shape=Map(
        means="a multi-asset hash",
        required={
            "parts": ListOf(
                Map(
                    means="a part of a file",
                    required={
                        "location": Map(
                            means="the place of a part", required={"byteOffset": Integer(minimum=0), "length": Integer(minimum=0)}
                        ),
                        "hashAssertion": HASHED_URI,
                    },
                    optional={"optional": Boolean()},
                )
            )
        },
    ),
    description="The parts of a file (pictures, a film), each with a hash of its own, so that some of them may be taken away.",
    example={
        "parts": [
            {
                "location": {"byteOffset": 0, "length": 11111},
                "hashAssertion": {
                    "url": "self#jumbf=c2pa.assertions/c2pa.hash.data.part",
                    "hash": "UjRAYWiAq4lfCRDmksWAlDJN/XtHHFFwMWymsZsm3j8=",
                },
            },
            {
                "location": {"byteOffset": 11111, "length": 22222},
                "hashAssertion": {
                    "url": "self#jumbf=c2pa.assertions/c2pa.hash.data.part__1",
                    "hash": "axfDsyQ12xTN4nWbwIPzKx/rxSLSC1UQhasygsqD4Ls=",
                },
                "optional": True,
            },
        ]
    },
    place="created",
    single=True,
    in_update=False,
    rules=(_check_cover,),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetPart:
    """One part: ``start`` and ``length`` in bytes of the file, the assertion with its hash, and whether it may be taken away."""

    start: int
    length: int
    hash_assertion: HashedUri
    optional: bool = False

    def payload(self) -> dict[str, Any]:
        """The map of the part."""
        place = {"byteOffset": self.start, "length": self.length}
        return {"location": place, "hashAssertion": self.hash_assertion.payload()} | ({"optional": True} if self.optional else {})


@dataclass(frozen=True, slots=True)
class MultiAssetHash:
    """The assertion ``c2pa.hash.multi-asset``; the parts one behind the other from the first byte to the last."""

    parts: tuple[AssetPart, ...]

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.hash.multi-asset``."""
        return MULTI_ASSET_HASH_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return MULTI_ASSET_HASH_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        checked: dict[str, Any] = MULTI_ASSET_HASH_TYPE.check({"parts": [part.payload() for part in self.parts]})
        return checked
