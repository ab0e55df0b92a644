"""Soft bindings: fingerprints and watermarks, as data. Their values come from the algorithms themselves.

Clause: "Soft Binding" (anchor ``soft_binding_assertion``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.data_hash import PADDING
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.region import Region
from credkit.manifest.assertions.shape import Anything, Bytes, Integer, Text
from credkit.manifest.assertions.shape_map import ListOf, Map
from credkit.manifest.assertions.supporting_structures import METADATA, REGION

__all__ = ["SOFT_BINDING_TYPE", "SoftBinding"]

_SPAN = Map(means="a time span", required={"start": Integer(minimum=0), "end": Integer(minimum=0)})
_BLOCK = Map(
    means="a block",
    required={
        "scope": Map(
            means="a scope",
            optional={"timespan": _SPAN, "region": REGION},
            refused={"extent": '"extent" is deprecated; use "region"'},
        ),
        "value": Bytes(),
    },
)


def _check_spans(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    for index, block in enumerate(payload["blocks"]):
        span = block["scope"].get("timespan", {"start": 0, "end": 0})
        if span["end"] < span["start"]:
            raise DefinitionError("the time span ends before it starts", path=f"/blocks/{index}/scope/timespan/end")


SOFT_BINDING_TYPE = AssertionType(
    label="c2pa.soft-binding",
    content="cbor",
    shape=Map(
        means="a soft binding",
        required={"alg": Text(pattern=r"[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*", means="the name of an algorithm"), "blocks": ListOf(_BLOCK)},
        optional={
            "alg-params": Bytes(),
            "name": Text(),
            "pad": PADDING,
            "pad2": PADDING,
            "bindingMetadata": Map(
                means="binding metadata",
                optional={"description": Text(), "contact": Text(), "informationalUrl": Text()},
                namespaced=Anything(),
                minimum=1,
            ),
            "metadata": METADATA,
        },
        refused={"url": '"url" is deprecated; use an asset reference assertion'},
    ),
    description="A fingerprint or watermark by which the content is found again when its manifest was lost.",
    example={"alg": "com.example.fingerprint.1", "blocks": [{"scope": {}, "value": "dmFsdWUxCg=="}]},
    rules=(_check_spans,),
)


@dataclass(frozen=True, slots=True)
class SoftBinding:
    """The assertion ``c2pa.soft-binding`` with one block: the whole picture, or one region of it."""

    alg: str
    """Name from the soft binding algorithm list."""
    value: bytes
    _: KW_ONLY
    region: Region | None = None
    alg_params: bytes | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.soft-binding``."""
        return SOFT_BINDING_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return SOFT_BINDING_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        scope = present(region=self.region.payload() if self.region else None)
        given = {"alg": self.alg, "blocks": [{"scope": scope, "value": self.value}]} | present(name=self.name)
        if self.alg_params is not None:
            given["alg-params"] = self.alg_params
        checked: dict[str, Any] = SOFT_BINDING_TYPE.check(given)
        return checked
