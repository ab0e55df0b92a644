"""Assertions that hold a file: thumbnails, icons, prompts.

Clauses: "Embedded Data" (anchor ``_embedded_data``), "Thumbnail" (anchor ``thumbnail_assertion``). No file name is ever written: a
reader in wide use then computes another hash of the box.
"""

from __future__ import annotations

from typing import Any, Literal

from credkit.dataclass import KW_ONLY, dataclass, field
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.references import MEDIA_TYPE
from credkit.manifest.assertions.shape import Bytes, Schema, Shape
from credkit.manifest.assertions.shape_map import Map
from credkit.manifest.store import EmbeddedFile

__all__ = ["EMBEDDED_DATA_TYPE", "ICON_TYPE", "THUMBNAIL_TYPES", "EmbeddedData", "Thumbnail"]

_FIELDS = Map(means="an embedded file", required={"format": MEDIA_TYPE, "data": Bytes(minimum=0)})


@dataclass(frozen=True, slots=True)
class _Embedded(Shape):
    """An ``EmbeddedFile``, or in JSON ``{"format": media type, "data": base64}``."""

    def check(self, value: Any, path: str = "") -> EmbeddedFile:
        """The file."""
        given = {"format": value.media_type, "data": value.data} if isinstance(value, EmbeddedFile) else value
        fields = _FIELDS.check(given, path)
        return EmbeddedFile(media_type=fields["format"], data=fields["data"])

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """The JSON form."""
        return _FIELDS.schema(definitions)


_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _type(label: str, description: str, *, text: bool = False, single: bool = False, in_update: bool = True) -> AssertionType:
    return AssertionType(
        label=label,
        content="embedded",
        shape=_Embedded(),
        description=description,
        example={"format": "text/plain", "data": "YSBjYXQgb24gYSByb29m"} if text else {"format": "image/png", "data": _PIXEL},
        single=single,
        in_update=in_update,
    )


EMBEDDED_DATA_TYPE = _type("c2pa.embedded-data", "A file inside the manifest, such as the prompt that an ingredient refers to.", text=True)
ICON_TYPE = _type("c2pa.icon", "The icon of a claim generator or of an action.")
THUMBNAIL_TYPES = (
    _type("c2pa.thumbnail.claim", "A small picture of the asset as it was signed.", single=True, in_update=False),
    _type("c2pa.thumbnail.ingredient", "A small picture of an ingredient.", in_update=False),
)


@dataclass(frozen=True, slots=True)
class EmbeddedData:
    """The assertion ``c2pa.embedded-data``: ``EmbeddedData(b"a cat on a roof", "text/plain")``; with ``icon=True`` it is ``c2pa.icon``."""

    data: bytes = field(repr=False)
    media_type: str
    _: KW_ONLY
    icon: bool = False

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.embedded-data`` or ``c2pa.icon``."""
        return ICON_TYPE.label if self.icon else EMBEDDED_DATA_TYPE.label

    @property
    def content(self) -> Content:
        """``embedded``."""
        return "embedded"

    def payload(self) -> EmbeddedFile:
        """The file."""
        return _Embedded().check(EmbeddedFile(media_type=self.media_type, data=self.data))


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A thumbnail of the signed asset (``of="claim"``) or of an ingredient (``of="ingredient"``)."""

    data: bytes = field(repr=False)
    media_type: str
    _: KW_ONLY
    of: Literal["claim", "ingredient"] = "claim"

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.thumbnail.claim`` or ``c2pa.thumbnail.ingredient``."""
        return f"c2pa.thumbnail.{self.of}"

    @property
    def content(self) -> Content:
        """``embedded``."""
        return "embedded"

    def payload(self) -> EmbeddedFile:
        """The file."""
        return _Embedded().check(EmbeddedFile(media_type=self.media_type, data=self.data))
