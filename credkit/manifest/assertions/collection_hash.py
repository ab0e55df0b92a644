"""The collection data hash as a statement: the files of a folder, or the entries of a ZIP, each with its digest.

How digests are taken and checked is left to ``binding``. Clauses: "Collection data hash" (anchor ``_collection_data_hash``), "Collection
Data Hash" (anchor ``cddl_annex_collection_data_hash``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.errors import DefinitionError, MalformedError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.asset_types import ASSET_TYPES
from credkit.manifest.assertions.generator_info import present
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.references import ALGORITHM, HASH, MEDIA_TYPE
from credkit.manifest.assertions.shape import Integer, Schema, Shape, Text
from credkit.manifest.assertions.shape_map import ListOf, Map
from credkit.manifest.member_uri import check_member_uri, member_names

__all__ = ["COLLECTION_HASH_TYPE", "MOST_MEMBERS", "CollectionHash", "CollectionMember"]

MOST_MEMBERS = 20_000
"""Members of one collection: with size and media type these are 180,000 items of CBOR, and readers stop at 200,000."""
_CHARACTERS = r"[A-Za-z0-9._~!$&'()*+,;=:@/%#-]+"


@dataclass(frozen=True, slots=True)
class _MemberUri(Shape):
    """A relative URI in the characters of URIs; it leads only down from the manifest."""

    def check(self, value: Any, path: str = "") -> str:
        """The URI."""
        text = Text(means='a relative URI such as "photos/870.jpg" (member_uri makes one of a path)', pattern=_CHARACTERS).check(
            value, path
        )
        try:
            check_member_uri(text)
        except MalformedError as error:
            raise DefinitionError(error.message, path=path) from None
        return text

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A URI reference without query."""
        return {"type": "string", "format": "uri-reference", "pattern": f"^(?:{_CHARACTERS})$"}


def _check_members(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    seen: set[str] = set()
    for index, member in enumerate(payload["uris"]):
        name = member_names(member["uri"])[0]
        if name in seen:
            raise DefinitionError(f"{quoted(member['uri'])} is listed twice; name each member once", path=f"/uris/{index}/uri")
        seen.add(name)


COLLECTION_HASH_TYPE = AssertionType(
    label="c2pa.hash.collection.data",
    content="cbor",
    shape=Map(
        means="a collection data hash",
        required={
            "uris": ListOf(
                Map(
                    means="a member of the collection",
                    required={"uri": _MemberUri(), "hash": HASH},
                    optional={"size": Integer(minimum=1), "dc:format": MEDIA_TYPE, "data_types": ListOf(ASSET_TYPES)},
                ),
                maximum=MOST_MEMBERS,
            ),
            "alg": ALGORITHM,
        },
        optional={"zip_central_directory_hash": HASH},
    ),
    description="The hashes that bind a manifest to every file of a collection: a folder of training data, the entries of a ZIP.",
    example={
        "alg": "sha256",
        "uris": [
            {
                "uri": "photos/870.jpg",
                "hash": "UjRAYWiAq4lfCRDmksWAlDJN/XtHHFFwMWymsZsm3j8=",
                "size": 48211,
                "dc:format": "image/jpeg",
            },
            {"uri": "captions/870.txt", "hash": "axfDsyQ12xTN4nWbwIPzKx/rxSLSC1UQhasygsqD4Ls=", "dc:format": "text/plain"},
        ],
    },
    place="created",
    single=True,
    in_update=False,
    rules=(_check_members,),
)


@dataclass(frozen=True, slots=True)
class CollectionMember:
    """One file of a collection.

    ``uri`` is relative to the place of the manifest (``credkit.manifest.member_uri.member_uri`` makes it of a path), ``hash`` the digest
    over all bytes of the file, ``size`` their number (left out when 0 or None: the schema starts at 1), ``format`` the media type.
    """

    uri: str
    hash: bytes
    size: int | None = None
    format: str | None = None
    data_types: tuple[Mapping[str, Any], ...] = ()
    """Maps with ``type`` and, where there is one, ``version``."""

    def payload(self) -> dict[str, Any]:
        """The map of the member."""
        given = {"size": self.size or None, "dc:format": self.format, "data_types": list(self.data_types) or None}
        return {"uri": self.uri, "hash": self.hash} | {key: value for key, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class CollectionHash:
    """The assertion ``c2pa.hash.collection.data``; at least one member, each named once."""

    members: tuple[CollectionMember, ...]
    _: KW_ONLY
    alg: str = "sha256"
    zip_central_directory_hash: bytes | None = None
    """Only for the entries of a ZIP: the digest over its directory."""

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.hash.collection.data``."""
        return COLLECTION_HASH_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return COLLECTION_HASH_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        given = present(
            uris=[member.payload() for member in self.members],
            alg=self.alg,
            zip_central_directory_hash=self.zip_central_directory_hash,
        )
        checked: dict[str, Any] = COLLECTION_HASH_TYPE.check(given)
        return checked
