"""The box hash as a statement; how it is computed and checked is left to ``binding``.

Clause: "General box hash" (anchor ``_hashing_using_a_general_box_hash``).
"""

from __future__ import annotations

from credkit.manifest.assertions.assertion_types import AssertionType
from credkit.manifest.assertions.data_hash import DEPRECATED_URL, PADDING
from credkit.manifest.assertions.references import ALGORITHM
from credkit.manifest.assertions.shape import Boolean, Bytes, Integer, Text
from credkit.manifest.assertions.shape_map import ListOf, Map

__all__ = ["BOXES_HASH_TYPE"]

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
