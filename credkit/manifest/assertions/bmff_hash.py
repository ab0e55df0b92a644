"""The BMFF hash as a statement; how it is computed and checked is left to ``binding``.

Clauses: "BMFF-Based Hash" (anchor ``_bmff_based_hash``), "Exclusion list requirements" (anchor ``_exclusion_list_requirements``). One hash
over the whole file is written; Merkle trees, for films that are sent in fragments, are read only.
"""

from __future__ import annotations

from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.data_hash import DEPRECATED_URL
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.references import ALGORITHM, HASH
from credkit.manifest.assertions.shape import Boolean, Bytes, Integer, Text
from credkit.manifest.assertions.shape_map import ListOf, Map

__all__ = ["ALWAYS_EXCLUDED", "BMFF_HASH_TYPE", "BmffHash"]

_C2PA_UUID = "D8FEC3D61B0E483C92975828877EC481"
ALWAYS_EXCLUDED: tuple[dict[str, Any], ...] = (
    {"xpath": "/uuid", "data": [{"offset": 8, "value": bytes.fromhex(_C2PA_UUID)}]},
    {"xpath": "/mfra"},
)
"""The entries that every list of exclusions has: the boxes of C2PA, and the index that only speeds up a search."""
_CONDITION = Map(means="a condition", required={"offset": Integer(minimum=0), "value": Bytes()})
_SUBSET = Map(means="a range", required={"offset": Integer(minimum=0), "length": Integer(minimum=0)})
_EXCLUSION = Map(
    means="an exclusion",
    required={"xpath": Text(pattern=r"(/[^/\[\]]{4}(\[[1-9][0-9]*\])?)+", means='a path of boxes such as "/moov/trak[2]"')},
    optional={
        "length": Integer(minimum=0),
        "data": ListOf(_CONDITION),
        "subset": ListOf(_SUBSET),
        "version": Integer(minimum=0),
        "flags": Bytes(lengths=(3,)),
        "exact": Boolean(),
    },
)

BMFF_HASH_TYPE = AssertionType(
    label="c2pa.hash.bmff.v3",
    content="cbor",
    shape=Map(
        means="a BMFF hash",
        required={"exclusions": ListOf(_EXCLUSION), "hash": HASH},
        optional={"alg": ALGORITHM, "name": Text()},
        refused=DEPRECATED_URL,
    ),
    description="The hash that binds a manifest to the boxes of an MP4, HEIF or AVIF file.",
    example={
        "exclusions": [{"xpath": "/uuid", "data": [{"offset": 8, "value": "2P7D1hsOSDySl1goh37EgQ=="}]}, {"xpath": "/mfra"}],
        "alg": "sha256",
        "hash": "UjRAYWiAq4lfCRDmksWAlDJN/XtHHFFwMWymsZsm3j8=",
        "name": "jumbf manifest",
    },
    place="created",
    single=True,
    in_update=False,
)


@dataclass(frozen=True, slots=True)
class BmffHash:
    """The assertion ``c2pa.hash.bmff.v3`` with one hash over the whole file and the exclusions that every such list has."""

    hash: bytes
    _: KW_ONLY
    alg: str = "sha256"
    name: str | None = None

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.hash.bmff.v3``."""
        return BMFF_HASH_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return BMFF_HASH_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        given = present(exclusions=list(ALWAYS_EXCLUDED), alg=self.alg, hash=self.hash, name=self.name)
        checked: dict[str, Any] = BMFF_HASH_TYPE.check(given)
        return checked
