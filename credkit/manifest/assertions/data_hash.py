"""The data hash as a statement; how it is computed and checked is left to ``binding``. Clause: "Data hash" (anchor ``_data_hash``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass, field
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.references import ALGORITHM, HASH
from credkit.manifest.assertions.shape import Bytes, Integer, Text
from credkit.manifest.assertions.shape_map import ListOf, Map

__all__ = ["DATA_HASH_TYPE", "DEPRECATED_URL", "PADDING", "DataHash"]

DEPRECATED_URL = {"url": '"url" is deprecated in hash assertions; leave it out'}
PADDING = Bytes(minimum=0, zeros=True)
_RANGE = Map(means="an exclusion", required={"start": Integer(minimum=0), "length": Integer(minimum=1)})


def _check_order(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    end = 0
    for index, exclusion in enumerate(payload.get("exclusions", [])):
        if exclusion["start"] < end:
            raise DefinitionError("exclusions must be in ascending order and must not overlap", path=f"/exclusions/{index}/start")
        end = exclusion["start"] + exclusion["length"]


DATA_HASH_TYPE = AssertionType(
    label="c2pa.hash.data",
    content="cbor",
    shape=Map(
        means="a data hash",
        # A reader in wide use refuses a data hash without padding, so it is always written, if only as an empty byte string.
        required={"hash": HASH, "pad": PADDING},
        optional={"exclusions": ListOf(_RANGE), "alg": ALGORITHM, "pad2": PADDING, "name": Text()},
        refused=DEPRECATED_URL,
    ),
    description="The hash that binds a manifest to the bytes of its asset.",
    example={
        "exclusions": [{"start": 33, "length": 12345}],
        "name": "jumbf manifest",
        "alg": "sha256",
        "hash": "UjRAYWiAq4lfCRDmksWAlDJN/XtHHFFwMWymsZsm3j8=",
        "pad": "",
    },
    place="created",
    single=True,
    in_update=False,
    rules=(_check_order,),
)


@dataclass(frozen=True, slots=True)
class DataHash:
    """The assertion ``c2pa.hash.data``. ``exclusions`` are (start, length) in bytes of the output, ascending."""

    hash: bytes
    _: KW_ONLY
    alg: str = "sha256"
    exclusions: tuple[tuple[int, int], ...] = ()
    """Empty when the store is not embedded."""
    name: str | None = None
    pad: bytes = b""
    pad2: bytes | None = None
    _payload: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        given = present(
            exclusions=[{"start": start, "length": length} for start, length in self.exclusions] or None,
            alg=self.alg,
            hash=self.hash,
            pad=self.pad,
            pad2=self.pad2,
            name=self.name,
        )
        self._payload.update(DATA_HASH_TYPE.check(given))

    @property
    def label(self) -> str:
        """``c2pa.hash.data``."""
        return DATA_HASH_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return DATA_HASH_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        return dict(self._payload)
