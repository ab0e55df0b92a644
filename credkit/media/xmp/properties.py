"""Which XMP properties mirror a manifest's statements: their names, their forms, and what may be said in them.

A mirror serves readers that know no Content Credentials; it has to be in the file before the manifest is bound, and proves nothing.

Sources: ISO 16684-1 (XMP), IPTC Photo Metadata 2025.1, PLUS LDF 2.0, C2PA anchor ``_embedding_a_reference_to_an_external_manifest``
(``dcterms:provenance``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions import Licensor, digital_source_type
from credkit.manifest.assertions.metadata_fields import NAMESPACES

__all__ = [
    "AIGC_NAMESPACE",
    "DATA_MINING_VOCABULARY",
    "LICENSOR_FIELDS",
    "PROPERTIES",
    "XMP_NAMESPACES",
    "Form",
    "Licensor",
    "XmpMirror",
    "XmpView",
    "mirror_of",
]

AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
"""Of the label of GB 45438-2025, as TC260-PG-20259A has it."""
XMP_NAMESPACES = NAMESPACES | {"TC260": AIGC_NAMESPACE, "schema": "https://schema.org/"}

DATA_MINING_VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
"""Values of ``plus:DataMining`` are full addresses that begin so; the bare key is a common mistake."""

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LICENSOR_FIELDS = {"name": "LicensorName", "url": "LicensorURL", "email": "LicensorEmail"}
"""Field of ``Licensor`` to its name in PLUS."""


class Form(Enum):
    """How a property is written in RDF."""

    TEXT = "text"
    FLAG = "True or False"
    LIST = "ordered list"
    LANGUAGES = "alternatives by language"
    LICENSORS = "ordered list of structures"


PROPERTIES: dict[str, tuple[str, str, Form]] = {
    "creator": ("dc", "creator", Form.LIST),
    "rights": ("dc", "rights", Form.LANGUAGES),
    "title": ("dc", "title", Form.LANGUAGES),
    "web_statement": ("xmpRights", "WebStatement", Form.TEXT),
    "usage_terms": ("xmpRights", "UsageTerms", Form.LANGUAGES),
    "marked": ("xmpRights", "Marked", Form.FLAG),
    "licensors": ("plus", "Licensor", Form.LICENSORS),
    "data_mining": ("plus", "DataMining", Form.TEXT),
    "other_constraints": ("plus", "OtherConstraints", Form.LANGUAGES),
    "licence": ("dcterms", "license", Form.TEXT),
    "creative_commons": ("cc", "license", Form.TEXT),
    "digital_source_type": ("Iptc4xmpExt", "DigitalSourceType", Form.TEXT),
    "ai_system": ("Iptc4xmpExt", "AISystemUsed", Form.TEXT),
    "ai_system_version": ("Iptc4xmpExt", "AISystemVersionUsed", Form.TEXT),
    "provider": ("schema", "provider", Form.TEXT),
    "aigc": ("TC260", "AIGC", Form.TEXT),
    "prompt": ("Iptc4xmpExt", "AIPromptInformation", Form.TEXT),
    "prompt_writer": ("Iptc4xmpExt", "AIPromptWriterName", Form.TEXT),
    "credit": ("photoshop", "Credit", Form.TEXT),
    "creator_tool": ("xmp", "CreatorTool", Form.TEXT),
    "create_date": ("xmp", "CreateDate", Form.TEXT),
    "modify_date": ("xmp", "ModifyDate", Form.TEXT),
    "instance_id": ("xmpMM", "InstanceID", Form.TEXT),
    "document_id": ("xmpMM", "DocumentID", Form.TEXT),
    "provenance": ("dcterms", "provenance", Form.TEXT),
}
"""Field of ``XmpMirror`` and ``XmpView`` to usual prefix, local name and form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XmpMirror:
    """Properties to set. None leaves a property as it is; an empty text or tuple removes it."""

    creator: tuple[str, ...] | None = None
    """``dc:creator``, in order."""
    rights: str | None = None
    """``dc:rights``; languages that were there before go, since they would contradict it. So with ``title`` and ``usage_terms``."""
    title: str | None = None
    web_statement: str | None = None
    """``xmpRights:WebStatement``, a URL."""
    usage_terms: str | None = None
    marked: bool | None = None
    """``xmpRights:Marked``: rights are reserved (True) or the work is in the public domain (False)."""
    licensors: tuple[Licensor, ...] | None = None
    data_mining: str | None = None
    """``plus:DataMining``, full address (``DATA_MINING_VOCABULARY`` + ``DMI-...``)."""
    other_constraints: str | None = None
    """``plus:OtherConstraints``: the words that ``DMI-PROHIBITED-SEECONSTRAINT`` points to."""
    licence: str | None = None
    """``dcterms:license``: identifier or address."""
    creative_commons: str | None = None
    """``cc:license``: address of the deed."""
    digital_source_type: str | None = None
    """Full address."""
    ai_system: str | None = None
    ai_system_version: str | None = None
    provider: str | None = None
    """``schema:provider``: who offers the system that made the picture; IPTC has no field for it."""
    aigc: str | None = None
    """``TC260:AIGC``, the JSON text of the label of GB 45438-2025."""
    prompt: str | None = None
    """``Iptc4xmpExt:AIPromptInformation``."""
    prompt_writer: str | None = None
    credit: str | None = None
    """``photoshop:Credit``."""
    creator_tool: str | None = None
    """``xmp:CreatorTool``."""
    create_date: str | None = None
    """``xmp:CreateDate``, RFC 3339; so is ``modify_date``."""
    modify_date: str | None = None
    instance_id: str | None = None
    document_id: str | None = None
    provenance: str | None = None
    """``dcterms:provenance``: URL of a remote manifest, or JUMBF URI of the embedded one."""

    def __post_init__(self) -> None:
        for name in PROPERTIES:
            for text in _texts_of(getattr(self, name)):
                _require_legal(text, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class XmpView:
    """The same properties as found in a packet; None or empty where absent. Texts are as stored, whatever they claim."""

    creator: tuple[str, ...] = ()
    rights: str | None = None
    title: str | None = None
    web_statement: str | None = None
    usage_terms: str | None = None
    marked: bool | None = None
    licensors: tuple[Licensor, ...] = ()
    """``name`` is empty where the packet gives none."""
    data_mining: str | None = None
    other_constraints: str | None = None
    licence: str | None = None
    creative_commons: str | None = None
    digital_source_type: str | None = None
    ai_system: str | None = None
    ai_system_version: str | None = None
    provider: str | None = None
    aigc: str | None = None
    prompt: str | None = None
    prompt_writer: str | None = None
    credit: str | None = None
    creator_tool: str | None = None
    create_date: str | None = None
    modify_date: str | None = None
    instance_id: str | None = None
    document_id: str | None = None
    provenance: str | None = None

    @property
    def do_not_train(self) -> bool | None:
        """Whether ``data_mining`` prohibits (also as a bare key); None when it is absent or says nothing definite."""
        key = (self.data_mining or "").removeprefix(DATA_MINING_VOCABULARY)
        if key.startswith("DMI-PROHIBITED"):
            return True
        return False if key == "DMI-ALLOWED" else None


def mirror_of(
    *,
    creator: str | tuple[str, ...] = (),
    rights: str | None = None,
    licensor: Licensor | None = None,
    usage_terms: str | None = None,
    web_statement: str | None = None,
    credit: str | None = None,
    title: str | None = None,
    data_mining: str | None = None,
    other_constraints: str | None = None,
    licence: str | None = None,
    creative_commons: str | None = None,
    digital_source_type: str | None = None,
    ai_system: str | None = None,
    ai_system_version: str | None = None,
    prompt: str | None = None,
    prompt_writer: str | None = None,
    creator_tool: str | None = None,
    provenance: str | None = None,
) -> XmpMirror:
    """The properties that say what a manifest's statements say; what is not stated is left as it is.

    ``creator``, ``rights``, ``licensor``, ``usage_terms``, ``web_statement``, ``credit``, ``title``, ``prompt`` and the AI system mirror
    ``cawg.metadata`` (``rights`` also marks the work as rights reserved), as do ``licence`` and ``creative_commons``; ``data_mining`` with
    ``other_constraints`` mirrors ``cawg.training-mining`` (``credkit.terms.data_mining`` knows which value); ``digital_source_type`` (short
    name or address) mirrors the first action; ``provenance`` a remote manifest. ``DefinitionError`` for an unknown source type or a
    character that XML cannot hold.
    """
    creators = (creator,) if isinstance(creator, str) else creator
    return XmpMirror(
        creator=creators or None,
        rights=rights,
        title=title,
        web_statement=web_statement,
        usage_terms=usage_terms,
        marked=True if rights else None,
        licensors=(licensor,) if licensor else None,
        data_mining=data_mining,
        other_constraints=other_constraints,
        licence=licence,
        creative_commons=creative_commons,
        digital_source_type=_source_type(digital_source_type),
        ai_system=ai_system,
        ai_system_version=ai_system_version,
        prompt=prompt,
        prompt_writer=prompt_writer,
        credit=credit,
        creator_tool=creator_tool,
        provenance=provenance,
    )


def _source_type(value: str | None) -> str | None:
    return digital_source_type(value, "/digital_source_type") if value else None


def _texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Licensor):
        yield from (text for text in (value.name, value.url, value.email) if text)
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts_of(item)


def _require_legal(text: str, name: str) -> None:
    found = _ILLEGAL.search(text)
    if found:
        raise DefinitionError(f"the character U+{ord(found[0]):04X} cannot be stored in XMP: remove it", path=f"/{name}")
