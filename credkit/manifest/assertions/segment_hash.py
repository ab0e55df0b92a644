"""The segment hash as a statement: one checkpoint of a file that only grows, such as a log in JSON Lines.

Where checkpoints stand in such a file is left to ``credkit.assets.json_lines``, how the hash is checked to ``binding``. Clause: "Segment
Hash" (anchor ``_segment_hash``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.references import ALGORITHM, HASH
from credkit.manifest.assertions.shape import Integer
from credkit.manifest.assertions.shape_map import Map
from credkit.manifest.assertions.supporting_structures import METADATA

__all__ = ["SEGMENT_HASH_TYPE", "SegmentHash"]

_VERSION = 1
_OFFSET = Integer(minimum=0)


def _check_positions(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    start, end, before = payload["segmentStart"], payload["segmentEnd"], payload.get("predecessorSentinel")
    if end < start:
        raise DefinitionError("a segment cannot end before it starts", path="/segmentEnd")
    if start != (before["start"] + before["length"] if before else 0):
        raise DefinitionError(
            "a segment starts right behind the line of the checkpoint before it, and the first one at byte 0", path="/segmentStart"
        )


SEGMENT_HASH_TYPE = AssertionType(
    label="c2pa.hash.segment",
    content="cbor",
    shape=Map(
        means="a segment hash",
        required={"version": Integer(minimum=_VERSION, maximum=_VERSION), "hash": HASH, "segmentStart": _OFFSET, "segmentEnd": _OFFSET},
        optional={
            "alg": ALGORITHM,
            "sentinelLength": Integer(minimum=1),
            "predecessorSentinel": Map(
                means="the line of the checkpoint before", required={"start": _OFFSET, "length": Integer(minimum=1), "hash": HASH}
            ),
            "metadata": METADATA,
        },
    ),
    description="The hash that binds a checkpoint to the bytes that an append-only file gained since the checkpoint before.",
    example={
        "version": 1,
        "alg": "sha256",
        "hash": "axfDsyQ12xTN4nWbwIPzKx/rxSLSC1UQhasygsqD4Ls=",
        "segmentStart": 127,
        "segmentEnd": 143,
        "predecessorSentinel": {"start": 14, "length": 113, "hash": "52VROEjEl9C7I15jXoXVjuO9LzZvsBVf04bXeubHuM8="},
    },
    place="created",
    single=True,
    in_update=False,
    rules=(_check_positions,),
)


@dataclass(frozen=True, slots=True)
class SegmentHash:
    """The assertion ``c2pa.hash.segment`` of a checkpoint whose manifest store stands in its own line."""

    hash: bytes
    """Of the bytes from ``start`` up to ``end``."""
    _: KW_ONLY
    start: int
    """First byte of the segment; 0 for the first checkpoint."""
    end: int
    """First byte of the checkpoint's line."""
    predecessor: tuple[int, int, bytes] | None = None
    """The line of the checkpoint before: first byte, length with its line break, hash; None for the first."""
    alg: str = "sha256"

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.hash.segment``."""
        return SEGMENT_HASH_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return SEGMENT_HASH_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        before = dict(zip(("start", "length", "hash"), self.predecessor, strict=True)) if self.predecessor else None
        given = present(
            version=_VERSION,
            alg=self.alg,
            hash=self.hash,
            segmentStart=self.start,
            segmentEnd=self.end,
            predecessorSentinel=before,
        )
        checked: dict[str, Any] = SEGMENT_HASH_TYPE.check(given)
        return checked
