"""Structures that assertions share: metadata about an assertion, bounded times, regions of interest.

Clauses: "Metadata About Assertions" (anchor ``_metadata_about_assertions``), "Regions of Interest" (anchor ``_regions_of_interest``),
"Specifications of time in assertions" (anchor ``_specifications_of_time_in_assertions``).
"""

from __future__ import annotations

from typing import Any

from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType
from credkit.manifest.assertions.references import HASHED_URI
from credkit.manifest.assertions.shape import Anything, Boolean, Choice, DateTime, Float, Integer, Schema, Shape, Text, pointer
from credkit.manifest.assertions.shape_map import Dictionary, Either, ListOf, Map, Named

__all__ = ["ASSERTION_METADATA_TYPE", "LOWER_BOUND", "METADATA", "REGION", "UPPER_BOUND"]

# The two contain each other, so both are found by name.
METADATA = Named("assertionMetadata", lambda: _METADATA)
_PLAY_TIME = Text(pattern=r"[0-9]+([.][0-9]*)?|[0-9]+:[0-5]?[0-9]:[0-5]?[0-9]([.][0-9]*)?", means='a play time such as "5.2" or "0:01:30"')
_CLOCK_TIME = Text(
    pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([+-][0-9]{2}:[0-9]{2}|Z)",
    means='a time with a zone such as "2026-09-20T08:00:00Z"',
)
_ENDING = Choice(names=("inclusive", "exclusive"), means="inclusivity")
_NATURAL = Integer(minimum=0)
_POINT = Map(means="a point", required={"x": Float(), "y": Float()})
_SHAPE = Map(
    means="a shape",
    required={
        "type": Choice(names=("rectangle", "circle", "polygon"), means="shape"),
        "unit": Choice(names=("pixel", "percent"), means="unit"),
        "origin": _POINT,
    },
    optional={"width": Float(minimum=0), "height": Float(minimum=0), "inside": Boolean(), "vertices": ListOf(_POINT)},
)
_PLAY_RANGE = Map(
    means="a time range",
    optional={
        "type": Choice(names=("npt", "wallClock"), means="kind of time"),
        "start": _PLAY_TIME,
        "end": _PLAY_TIME,
        "endInclusivity": _ENDING,
    },
)
_CLOCK_RANGE = Map(
    means="a time range",
    required={"type": Choice(names=("wallClock",), means="kind of time")},
    optional={"start": _CLOCK_TIME, "end": _CLOCK_TIME, "endInclusivity": _ENDING},
)
_TIME = Either(_PLAY_RANGE, _CLOCK_RANGE, lambda value: value.get("type") == "wallClock")
_FRAME = Map(means="a range of frames", optional={"start": _NATURAL, "end": _NATURAL})
_SELECTOR = Map(means="a text selector", required={"fragment": Text()}, optional={"start": _NATURAL, "end": _NATURAL})
_TEXT = Map(
    means="a text range",
    required={"selectors": ListOf(Map(means="a text range", required={"selector": _SELECTOR}, optional={"end": _SELECTOR}))},
)
_ITEM = Map(means="an item", required={"identifier": Text(), "value": Text()})
_DETAIL = {"spatial": "shape", "temporal": "time", "frame": "frame", "textual": "text", "identified": "item"}
_SIDES = {"rectangle": ("width", "height"), "circle": ("width",), "polygon": ("vertices",)}


@dataclass(frozen=True, slots=True)
class _Range(Shape):
    """A range, with the detail that its type needs and no other."""

    fields: Map = field(
        default_factory=lambda: Map(
            means="a range",
            required={"type": Choice(names=tuple(_DETAIL), means="range type")},
            optional={"shape": _SHAPE, "time": _TIME, "frame": _FRAME, "text": _TEXT, "item": _ITEM},
        )
    )

    def check(self, value: Any, path: str = "") -> dict[str, Any]:
        """The range."""
        result = self.fields.check(value, path)
        needed = _DETAIL[result["type"]]
        others = [key for key in result if key not in ("type", needed)]
        if others:
            raise DefinitionError(f'a {result["type"]} range has no "{others[0]}"; it has "{needed}"', path=pointer(path, others[0]))
        if needed not in result:
            raise DefinitionError(f'a {result["type"]} range needs "{needed}"', path=path)
        for side in _SIDES[result["shape"]["type"]] if needed == "shape" else ():
            if side not in result["shape"]:
                raise DefinitionError(f'a {result["shape"]["type"]} needs "{side}"', path=pointer(path, "shape"))
        return result

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """The fields; which detail belongs to which type is a conditional."""
        rules = [
            {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": {"required": [detail]}}
            for kind, detail in _DETAIL.items()
        ]
        return self.fields.schema(definitions) | {"allOf": rules}


_REGION = Map(
    means="a region",
    required={"region": ListOf(_Range())},
    optional={"name": Text(), "identifier": Text(), "type": Text(), "description": Text(), "metadata": METADATA},
    refused={"role": '"role" is deprecated in regions; use "type" or "description"'},
)
REGION = Named("region", lambda: _REGION)


def _bounded(bound: str) -> Shape:
    kind = Choice(names=("absolute", bound), means="kind of time")
    bounded = Map(means="a bounded time", required={"value": DateTime()}, optional={"timeStampType": kind})
    return Either(DateTime(), bounded, lambda value: True)  # noqa: ARG005


LOWER_BOUND = _bounded("lowerBound")
UPPER_BOUND = _bounded("upperBound")

_RATING = Map(
    means="a rating",
    required={"value": Integer(minimum=1, maximum=5)},
    optional={
        "code": Choice(
            names=(
                "actions.unknownActionsPerformed",
                "actions.placedIngredientNotFound",
                "ingredient.actionMissing",
                "ingredient.notVisible",
                "depthMap.sceneMismatch",
                "thumbnail.primaryMismatch",
                "stds.iptc.location.inaccurate",
            ),
            means="rating code",
            own="com.example.rating",
        ),
        "explanation": Text(),
    },
)
_METADATA: Map = Map(
    means="assertion metadata",
    optional={
        "dateTime": DateTime(),
        "reviewRatings": ListOf(_RATING),
        "reference": HASHED_URI,
        "localizations": ListOf(
            Dictionary(
                means="a localization",
                key=Text(),
                value=Dictionary(means="the texts of a field by language", key=Text(), value=Text()),
            )
        ),
        "regionOfInterest": REGION,
        "processStart": LOWER_BOUND,
        "processEnd": UPPER_BOUND,
    },
    refused={
        "dataSource": '"dataSource" is deprecated; state who made something in an action or in cawg.metadata',
        "actors": '"actors" was removed from the standard; state who made something in cawg.metadata',
    },
    namespaced=Anything(),
    minimum=1,
)

ASSERTION_METADATA_TYPE = AssertionType(
    label="c2pa.assertion.metadata",
    content="cbor",
    shape=METADATA,
    description="Metadata about another assertion of the same manifest, such as when and over which region it applies.",
    example={"dateTime": "2026-09-20T08:00:00Z", "reviewRatings": [{"value": 5, "explanation": "checked by hand"}]},
)
