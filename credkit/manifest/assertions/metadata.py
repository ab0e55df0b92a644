"""Metadata assertions: ``c2pa.metadata`` with its closed list of fields, ``cawg.metadata`` for who made it and under which rights.

Clauses: "The c2pa.metadata assertion" (anchor ``_the_c2pa_metadata_assertion``), Appendix C (anchor ``metadata_annex``); CAWG Metadata 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass, field
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.json_ld import JsonLd
from credkit.manifest.assertions.metadata_fields import ALLOWED_FIELDS, DUBLIN_CORE, NAMESPACES, RIGHTS_FIELDS
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.manifest.assertions.references import WEB_ADDRESS

__all__ = ["CAWG_METADATA_TYPE", "CUSTOM_METADATA", "METADATA_TYPE", "AssetMetadata", "CawgMetadata", "Licensor"]

_VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
_DATA_MINING = tuple(
    _VOCABULARY + name
    for name in [
        "DMI-UNSPECIFIED",
        "DMI-ALLOWED",
        "DMI-PROHIBITED-AIMLTRAINING",
        "DMI-PROHIBITED-GENAIMLTRAINING",
        "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING",
        "DMI-PROHIBITED",
        "DMI-PROHIBITED-SEECONSTRAINT",
        "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR",
        "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR",
    ]
)


def _only_appendix_c(namespace: str, name: str, value: Any, path: str) -> None:  # noqa: ARG001
    local = name.partition(":")[2]
    allowed = ALLOWED_FIELDS.get(namespace, frozenset())
    if allowed is None or local in allowed:
        return
    near = suggestion(local, allowed) if len(allowed) > 1 and local not in DUBLIN_CORE else ""
    ending = near if near.startswith("; did you mean") else "; put it into cawg.metadata"
    raise DefinitionError(f"{quoted(name)} is not among the fields that c2pa.metadata may hold{ending}", path=path)


def _known_terms(namespace: str, name: str, value: Any, path: str) -> None:
    prefix, _, local = name.partition(":")
    for known, terms in ((NAMESPACES["dc"], DUBLIN_CORE), (NAMESPACES["xmpRights"], RIGHTS_FIELDS)):
        if namespace == known and local not in terms:
            raise DefinitionError(
                f"{quoted(name)} does not exist{suggestion(name, [f'{prefix}:{term}' for term in sorted(terms)])}", path=path
            )
    if namespace == NAMESPACES["plus"] and local == "DataMining" and value not in _DATA_MINING:
        text = value if isinstance(value, str) else type(value).__name__
        full = _VOCABULARY + text.removeprefix(_VOCABULARY)
        raise DefinitionError(f"{quoted(text)} is no value of {name}, which are full addresses{suggestion(full, _DATA_MINING)}", path=path)


METADATA_TYPE = AssertionType(
    label="c2pa.metadata",
    content="json",
    shape=JsonLd(means="a metadata assertion", rule=_only_appendix_c, inline=True),
    description="Technical metadata of the asset: camera, dates, places, from a closed list of fields.",
    example={
        "@context": {"dc": NAMESPACES["dc"], "exif": NAMESPACES["exif"]},
        "dc:format": "image/png",
        "exif:DateTimeOriginal": "2026-09-20T08:00:00Z",
    },
)
CAWG_METADATA_TYPE = AssertionType(
    label="cawg.metadata",
    content="json",
    shape=JsonLd(means="a metadata assertion", rule=_known_terms),
    description="Who made the asset, under which rights and terms; stated, not proven.",
    example={
        "@context": {"dc": NAMESPACES["dc"], "xmpRights": NAMESPACES["xmpRights"]},
        "dc:creator": ["credkit example"],
        "dc:rights": "© 2026 credkit example",
        "xmpRights:WebStatement": "https://example.com/licence",
    },
)
CUSTOM_METADATA = JsonLd(means="a metadata assertion", rule=_known_terms)
"""Metadata under a namespace of your own (``com.example.metadata``): any schema."""


@dataclass(frozen=True, slots=True)
class Licensor:
    """Whom to ask for a licence."""

    name: str
    url: str | None = None
    email: str | None = None

    def payload(self) -> dict[str, Any]:
        """The PLUS structure."""
        fields = {"plus:LicensorName": self.name, "plus:LicensorURL": self.url, "plus:LicensorEmail": self.email}
        return {key: value for key, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class CawgMetadata:
    """The assertion ``cawg.metadata``: ``CawgMetadata(creator="...", rights="© 2026 ...", licensor=Licensor(name="..."))``."""

    creator: str | tuple[str, ...] = ()
    rights: str | None = None
    licensor: Licensor | None = None
    title: str | None = None
    description: str | None = None
    subject: tuple[str, ...] = ()
    credit: str | None = None
    web_statement: str | None = None
    """Address of the licence or terms."""
    usage_terms: str | None = None
    ai_system: str | None = None
    ai_system_version: str | None = None
    prompt: str | None = None
    """Prompt information, when it is meant to be public."""
    data_mining: str | None = None
    """Full address from the PLUS vocabulary."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further fields as ``prefix:name``."""
    context: Mapping[str, str] = field(default_factory=dict)
    """Namespaces of prefixes that are not among the usual ones."""

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``cawg.metadata``."""
        return CAWG_METADATA_TYPE.label

    @property
    def content(self) -> Content:
        """``json``."""
        return CAWG_METADATA_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The JSON-LD object."""
        creators = (self.creator,) if isinstance(self.creator, str) else self.creator
        if self.web_statement is not None:
            WEB_ADDRESS.check(self.web_statement, "/xmpRights:WebStatement")
        fields: dict[str, Any] = {
            "dc:creator": list(creators) or None,
            "dc:rights": self.rights,
            "dc:title": self.title,
            "dc:description": self.description,
            "dc:subject": list(self.subject) or None,
            "photoshop:Credit": self.credit,
            "xmpRights:WebStatement": self.web_statement,
            "xmpRights:UsageTerms": self.usage_terms,
            "plus:Licensor": [self.licensor.payload()] if self.licensor else None,
            "plus:DataMining": self.data_mining,
            "Iptc4xmpExt:AISystemUsed": self.ai_system,
            "Iptc4xmpExt:AISystemVersionUsed": self.ai_system_version,
            "Iptc4xmpExt:AIPromptInformation": self.prompt,
        }
        given = {key: value for key, value in fields.items() if value is not None} | dict(self.extra)
        checked: dict[str, Any] = CAWG_METADATA_TYPE.shape.check(_with_context(given, self.context))
        return checked


def _with_context(fields: Mapping[str, Any], context: Mapping[str, str]) -> dict[str, Any]:
    """``fields`` behind a ``@context`` that declares the usual prefixes among them, and those of ``context``."""
    prefixes = sorted({key.partition(":")[0] for key in fields})
    usual = {prefix: NAMESPACES[prefix] for prefix in prefixes if prefix in NAMESPACES}
    return {"@context": usual | dict(context), **fields}


@dataclass(frozen=True, slots=True)
class AssetMetadata:
    """The assertion ``c2pa.metadata``: technical fields as ``prefix:name``, ``AssetMetadata({"dc:format": "image/png"})``."""

    fields: Mapping[str, Any]
    _: KW_ONLY
    context: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.metadata``."""
        return METADATA_TYPE.label

    @property
    def content(self) -> Content:
        """``json``."""
        return METADATA_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The JSON-LD object."""
        checked: dict[str, Any] = METADATA_TYPE.shape.check(_with_context(self.fields, self.context))
        return checked
