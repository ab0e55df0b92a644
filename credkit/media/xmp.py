"""The XMP properties that mirror a manifest's statements: set in a packet without losing what else is in it, and read from any packet.

A mirror serves readers that know no Content Credentials; it has to be in the file before the manifest is bound, and proves nothing.
Decides the form of each property; XML and its dangers are left to ``credkit.media.xmp_packet``, the placing to ``credkit.assets``.

Sources: ISO 16684-1 (XMP), IPTC Photo Metadata 2025.1, PLUS LDF 2.0, C2PA anchor ``_embedding_a_reference_to_an_external_manifest``
(``dcterms:provenance``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any
from xml.dom.minidom import Document, Element

from credkit.errors import AssetError, DefinitionError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import Licensor, digital_source_type
from credkit.manifest.assertions.metadata_fields import NAMESPACES
from credkit.media.xmp_packet import RDF, XML, XMLNS, child_elements, new_tree, parse_packet, rdf_root, write_packet

__all__ = [
    "AIGC_NAMESPACE",
    "DATA_MINING_VOCABULARY",
    "Licensor",
    "XmpMirror",
    "XmpView",
    "mirror_of",
    "read_xmp",
    "xmp_with",
]

AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
"""Of the label of GB 45438-2025, as TC260-PG-20259A has it."""
_NAMESPACES = NAMESPACES | {"TC260": AIGC_NAMESPACE, "schema": "https://schema.org/"}

DATA_MINING_VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
"""Values of ``plus:DataMining`` are full addresses that begin so; the bare key is a common mistake."""

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LICENSOR_FIELDS = {"name": "LicensorName", "url": "LicensorURL", "email": "LicensorEmail"}


class _Form(Enum):
    TEXT = "text"
    FLAG = "True or False"
    LIST = "ordered list"
    LANGUAGES = "alternatives by language"
    LICENSORS = "ordered list of structures"


_PROPERTIES: dict[str, tuple[str, str, _Form]] = {
    "creator": ("dc", "creator", _Form.LIST),
    "rights": ("dc", "rights", _Form.LANGUAGES),
    "title": ("dc", "title", _Form.LANGUAGES),
    "web_statement": ("xmpRights", "WebStatement", _Form.TEXT),
    "usage_terms": ("xmpRights", "UsageTerms", _Form.LANGUAGES),
    "marked": ("xmpRights", "Marked", _Form.FLAG),
    "licensors": ("plus", "Licensor", _Form.LICENSORS),
    "data_mining": ("plus", "DataMining", _Form.TEXT),
    "other_constraints": ("plus", "OtherConstraints", _Form.LANGUAGES),
    "licence": ("dcterms", "license", _Form.TEXT),
    "creative_commons": ("cc", "license", _Form.TEXT),
    "digital_source_type": ("Iptc4xmpExt", "DigitalSourceType", _Form.TEXT),
    "ai_system": ("Iptc4xmpExt", "AISystemUsed", _Form.TEXT),
    "ai_system_version": ("Iptc4xmpExt", "AISystemVersionUsed", _Form.TEXT),
    "provider": ("schema", "provider", _Form.TEXT),
    "aigc": ("TC260", "AIGC", _Form.TEXT),
    "prompt": ("Iptc4xmpExt", "AIPromptInformation", _Form.TEXT),
    "prompt_writer": ("Iptc4xmpExt", "AIPromptWriterName", _Form.TEXT),
    "credit": ("photoshop", "Credit", _Form.TEXT),
    "creator_tool": ("xmp", "CreatorTool", _Form.TEXT),
    "create_date": ("xmp", "CreateDate", _Form.TEXT),
    "modify_date": ("xmp", "ModifyDate", _Form.TEXT),
    "instance_id": ("xmpMM", "InstanceID", _Form.TEXT),
    "document_id": ("xmpMM", "DocumentID", _Form.TEXT),
    "provenance": ("dcterms", "provenance", _Form.TEXT),
}


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
        for name in _PROPERTIES:
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


def xmp_with(existing: bytes | None, mirror: XmpMirror, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """``existing`` (None or blank for a new packet) with the properties of ``mirror`` set, as a packet in UTF-8 with its wrapper.

    A property is replaced in all its forms, attribute or element, wherever it stands; everything else, ``rdf:about`` included, is kept.
    ``AssetError`` when ``existing`` cannot be parsed within ``limits`` or holds no RDF; it is then to be left alone.
    """
    blank = existing is None or not existing.strip(b"\x00 \t\r\n")
    document = new_tree() if existing is None or blank else parse_packet(existing, limits=limits)
    rdf = rdf_root(document)
    if rdf is None:
        raise AssetError("the XMP packet of the file holds no RDF, so nothing can be added to it: repair or remove it first")
    descriptions = _descriptions(rdf) or [_add_description(document, rdf)]
    for name, (prefix, local, form) in _PROPERTIES.items():
        value = getattr(mirror, name)
        if value is not None:
            for description in descriptions:
                _remove(description, _NAMESPACES[prefix], local)
            if value not in ("", ()):
                _Writer(document, descriptions[0]).add(prefix, local, form, value)
    return write_packet(document)


def _descriptions(rdf: Element) -> list[Element]:
    return [child for child in child_elements(rdf) if _is(child, RDF, "Description")]


def _is(element: Element, namespace: str, local: str) -> bool:
    return element.namespaceURI == namespace and element.localName == local


def _add_description(document: Document, rdf: Element) -> Element:
    writer = _Writer(document, rdf)
    description = writer.element(rdf, "rdf", "Description")
    description.setAttributeNS(RDF, f"{writer.prefix(RDF, 'rdf')}:about", "")
    return description


def _remove(description: Element, namespace: str, local: str) -> None:
    if description.hasAttributeNS(namespace, local):
        description.removeAttributeNS(namespace, local)
    for child in child_elements(description):
        if _is(child, namespace, local):
            description.removeChild(child)


class _Writer:
    """Adds one property to an element, with the prefixes that are in scope there, or new declarations on that element."""

    def __init__(self, document: Document, place: Element) -> None:
        self._document = document
        self._place = place

    def add(self, prefix: str, local: str, form: _Form, value: Any) -> None:
        """Append the property in its form."""
        top = self.element(self._place, prefix, local)
        if form is _Form.LIST:
            array = self.element(top, "rdf", "Seq")
            for text in value:
                self.element(array, "rdf", "li", text)
        elif form is _Form.LANGUAGES:
            item = self.element(self.element(top, "rdf", "Alt"), "rdf", "li", value)
            item.setAttributeNS(XML, "xml:lang", "x-default")
        elif form is _Form.LICENSORS:
            array = self.element(top, "rdf", "Seq")
            for licensor in value:
                self._add_licensor(array, licensor)
        else:
            top.appendChild(self._document.createTextNode(str(value)))

    def _add_licensor(self, array: Element, licensor: Licensor) -> None:
        item = self.element(array, "rdf", "li")
        item.setAttributeNS(RDF, f"{self.prefix(RDF, 'rdf')}:parseType", "Resource")
        for field, local in _LICENSOR_FIELDS.items():
            if getattr(licensor, field):
                self.element(item, "plus", local, getattr(licensor, field))

    def element(self, parent: Element, prefix: str, local: str, text: str | None = None) -> Element:
        """A new element at the end of ``parent``."""
        namespace = RDF if prefix == "rdf" else _NAMESPACES[prefix]
        element = self._document.createElementNS(namespace, f"{self.prefix(namespace, prefix)}:{local}")
        if text is not None:
            element.appendChild(self._document.createTextNode(text))
        parent.appendChild(element)
        return element

    def prefix(self, namespace: str, wanted: str) -> str:
        """A prefix that means ``namespace`` at the place; declared there when none does, under another name when ``wanted`` is taken."""
        scope = self._scope()
        known = next((prefix for prefix, uri in scope.items() if uri == namespace), None)
        if known is not None:
            return known
        free, number = wanted, 1
        while free in scope:
            free, number = f"{wanted}{number}", number + 1
        self._place.setAttributeNS(XMLNS, f"xmlns:{free}", namespace)
        return free

    def _scope(self) -> dict[str, str]:
        scope: dict[str, str] = {}
        node: Any = self._place
        while isinstance(node, Element):
            for attribute in node.attributes.values():
                if attribute.name.startswith("xmlns:"):
                    scope.setdefault(attribute.name[6:], attribute.value)
            node = node.parentNode
        return scope


def read_xmp(packet: bytes, *, limits: Limits = DEFAULT_LIMITS) -> XmpView:
    """The properties of a packet in any RDF form that writers use; an odd or missing one is absent, never an error.

    ``AssetError`` only when the packet as a whole cannot be parsed within ``limits``.
    """
    rdf = rdf_root(parse_packet(packet, limits=limits))
    descriptions = _descriptions(rdf) if rdf is not None else []
    return XmpView(**{name: _read(descriptions, _NAMESPACES[prefix], local, form) for name, (prefix, local, form) in _PROPERTIES.items()})


def _read(descriptions: list[Element], namespace: str, local: str, form: _Form) -> Any:
    found = [value for description in descriptions for value in _values(description, namespace, local)]
    if form is _Form.LICENSORS:
        return tuple(licensor for value in found if isinstance(value, Element) for licensor in _licensors(value))
    items = [item for value in found for item in _items(value)]
    if form is _Form.LIST:
        return tuple(text for _, text in items if text)
    text = next((text for language, text in items if language == "x-default" and text), None) or next((t for _, t in items if t), None)
    if form is _Form.FLAG:
        return {"true": True, "false": False}.get((text or "").strip().lower())
    return text


def _values(holder: Element, namespace: str, local: str) -> list[str | Element]:
    """A property of a description or structure: the text of its attribute, and its elements."""
    values: list[str | Element] = [child for child in child_elements(holder) if _is(child, namespace, local)]
    if holder.hasAttributeNS(namespace, local):
        values.insert(0, holder.getAttributeNS(namespace, local))
    return values


def _items(value: str | Element) -> list[tuple[str, str]]:
    """(language, text) of a value: one for a simple value, several for an array."""
    if isinstance(value, str):
        return [("", value)]
    return [(item.getAttributeNS(XML, "lang"), _simple(item)) for item in _members(value) or [value]]


def _members(element: Element) -> list[Element]:
    arrays = [child for child in child_elements(element) if child.namespaceURI == RDF and child.localName in ("Seq", "Bag", "Alt")]
    return [item for array in arrays for item in child_elements(array) if _is(item, RDF, "li")]


def _simple(element: Element) -> str:
    """The text of a simple value: between the tags, a resource, or the ``rdf:value`` of a qualified one."""
    if element.hasAttributeNS(RDF, "resource"):
        return str(element.getAttributeNS(RDF, "resource"))
    if not child_elements(element) and not element.hasAttributeNS(RDF, "value"):
        return "".join(node.data for node in element.childNodes if node.nodeType in (node.TEXT_NODE, node.CDATA_SECTION_NODE))
    holders = [element, *(child for child in child_elements(element) if _is(child, RDF, "Description"))]
    qualified = [value for holder in holders for value in _values(holder, RDF, "value")]
    return next((value if isinstance(value, str) else _simple(value) for value in qualified), "")


def _licensors(element: Element) -> Iterator[Licensor]:
    for item in _members(element) or [element]:
        holders = [item, *(child for child in child_elements(item) if _is(child, RDF, "Description"))]
        fields = {name: _field(holders, local) for name, local in _LICENSOR_FIELDS.items()}
        if any(fields.values()):
            yield Licensor(name=fields["name"] or "", url=fields["url"], email=fields["email"])


def _field(holders: list[Element], local: str) -> str | None:
    values = [value for holder in holders for value in _values(holder, NAMESPACES["plus"], local)]
    return next((text for value in values for _, text in _items(value) if text), None)
