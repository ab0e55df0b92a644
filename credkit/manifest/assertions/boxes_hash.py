"""The box hash as a statement; how it is computed and checked is left to ``binding``.

Clause: "General box hash" (anchor ``_hashing_using_a_general_box_hash``).
"""

from __future__ import annotations

from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.data_hash import DEPRECATED_URL, PADDING
from credkit.manifest.assertions.references import ALGORITHM
from credkit.manifest.assertions.shape import Boolean, Bytes, Integer, Text
from credkit.manifest.assertions.shape_map import ListOf, Map

__all__ = ["BOXES_HASH_TYPE", "BoxEntry", "BoxesHash"]

_RANGE = Map(
    means="an exclusion",
    required={"start": Integer(minimum=0), "length": Integer(minimum=1)},
    optional={"boxIndex": Integer(minimum=0)},
)


BOXES_HASH_TYPE = AssertionType(
    label="c2pa.hash.boxes",
    content="cbor",
    shape=Map(
        means="a box hash",
        required={
            "boxes": ListOf(
                Map(
                    means="a box",
                    required={"names": ListOf(Text(maximum=10)), "hash": Bytes(minimum=1), "pad": PADDING},
                    optional={"alg": ALGORITHM, "excluded": Boolean(), "exclusions": ListOf(_RANGE), "pad2": PADDING},
                )
            )
        },
        optional={"alg": ALGORITHM},
        refused=DEPRECATED_URL,
    ),
    description="The hashes that bind a manifest to the boxes of its asset.",
    example={
        "alg": "sha256",
        "boxes": [
            {"names": ["PNGh", "IHDR"], "hash": "UjRAYWiAq4lfCRDmksWAlDJN/XtHHFFwMWymsZsm3j8=", "pad": ""},
            {"names": ["C2PA"], "hash": "AA==", "pad": ""},
        ],
    },
    place="created",
    single=True,
    in_update=False,
)


@dataclass(frozen=True, slots=True)
class BoxEntry:
    """One entry: the names of boxes that follow each other, and the digest from the first to the last of them."""

    names: tuple[str, ...]
    hash: bytes

    def payload(self) -> dict[str, Any]:
        """The map of the entry; some readers insist on ``pad``."""
        return {"names": list(self.names), "hash": self.hash, "pad": b""}


@dataclass(frozen=True, slots=True)
class BoxesHash:
    """The assertion ``c2pa.hash.boxes``; the entries in file order, one of them ``C2PA`` where the store lies in the file."""

    boxes: tuple[BoxEntry, ...]
    _: KW_ONLY
    alg: str = "sha256"

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.hash.boxes``."""
        return BOXES_HASH_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return BOXES_HASH_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        checked: dict[str, Any] = BOXES_HASH_TYPE.check({"alg": self.alg, "boxes": [entry.payload() for entry in self.boxes]})
        return checked
