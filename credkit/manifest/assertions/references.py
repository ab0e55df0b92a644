"""Shapes of everything that points somewhere: JUMBF URIs, hashed references, addresses on the web, media types.

Clauses: "Hashed URIs" (anchor ``_hashed_uris``), "JUMBF URI references" (anchor ``_standard_uris``).
"""

from __future__ import annotations

from typing import Any

from credkit.codec.digest import HASH_ALGORITHMS
from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.asset_types import ASSET_TYPES
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.shape import Bytes, Choice, Integer, Schema, Shape, Text
from credkit.manifest.assertions.shape_map import Either, ListOf, Map, Named
from credkit.manifest.uri import JumbfUri

__all__ = [
    "ALGORITHM",
    "EXTERNAL_REFERENCE",
    "HASH",
    "HASHED_ANYWHERE",
    "HASHED_EXTERNAL",
    "HASHED_URI",
    "JUMBF_URI",
    "MEDIA_TYPE",
    "WEB_ADDRESS",
    "JumbfReference",
]

ALGORITHM = Choice(names=tuple(HASH_ALGORITHMS), means="hash algorithm")
HASH = Bytes(lengths=(32, 48, 64))
MEDIA_TYPE = Text(pattern=r"[A-Za-z0-9_]+/[A-Za-z0-9_.+-]+", means='a media type such as "image/png"', maximum=200)
_URI = Text(means="a JUMBF URI")
WEB_ADDRESS = Text(pattern=r"https?://[^\s]+", means='a web address that starts with "https://"')


@dataclass(frozen=True, slots=True)
class JumbfReference(Shape):
    """A JUMBF URI of the same store; ``absolute`` demands the manifest's label in it."""

    absolute: bool = False

    def check(self, value: Any, path: str = "") -> str:
        """The URI."""
        text = _URI.check(value, path)
        parsed = JumbfUri.parse(text)
        if parsed is None:
            raise DefinitionError(f'{quoted(text)} is no JUMBF URI such as "self#jumbf=c2pa.assertions/c2pa.ingredient.v3"', path=path)
        if self.absolute and parsed.manifest is None:
            raise DefinitionError(f'{quoted(text)} must name the manifest: "self#jumbf=/c2pa/<manifest>/..."', path=path)
        return text

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A string with the scheme of such URIs."""
        return {"type": "string", "pattern": "^self#jumbf=/c2pa/." if self.absolute else "^self#jumbf=."}


JUMBF_URI = JumbfReference()

_HASHED_URI = Map(
    means="a hashed reference",
    required={"url": JUMBF_URI, "hash": HASH},
    optional={"alg": ALGORITHM},
)
HASHED_URI = Named("hashedUri", lambda: _HASHED_URI)

_EXTERNAL = {"dc:format": MEDIA_TYPE, "size": Integer(minimum=1), "data_types": ListOf(ASSET_TYPES)}
_HASHED_EXTERNAL = Map(
    means="a hashed web reference",
    required={"url": WEB_ADDRESS, "alg": ALGORITHM, "hash": HASH},
    optional=_EXTERNAL,
)
_NAMED_DATA = Text(
    pattern=r"https?://[^\s]+|ni://[^\s]*/sha-256;[A-Za-z0-9_-]{43}",
    means='a web address that starts with "https://", or the name of data by their hash (RFC 6920)',
)
_UNHASHED_EXTERNAL = Map(means="a web reference", required={"url": _NAMED_DATA}, optional=_EXTERNAL)
HASHED_EXTERNAL = Named("hashedExternal", lambda: _HASHED_EXTERNAL)
EXTERNAL_REFERENCE = Either(
    Named("unhashedExternal", lambda: _UNHASHED_EXTERNAL),
    HASHED_EXTERNAL,
    lambda value: "hash" in value or "alg" in value,
)
HASHED_ANYWHERE = Either(HASHED_URI, HASHED_EXTERNAL, lambda value: str(value.get("url", "")).startswith("http"))
"""An assertion of the same manifest, or a file on the web."""
