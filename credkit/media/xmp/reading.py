"""Reading the properties of any XMP packet, in whatever RDF form its writer chose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.dom.minidom import Element

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.xmp.packet import RDF, XML, child_elements, descriptions_of, is_element, parse_packet, rdf_root
from credkit.media.xmp.properties import LICENSOR_FIELDS, PROPERTIES, XMP_NAMESPACES, Form, Licensor, XmpView

__all__ = ["read_xmp"]


def read_xmp(packet: bytes, *, limits: Limits = DEFAULT_LIMITS) -> XmpView:
    """The properties of a packet in any RDF form that writers use; an odd or missing one is absent, never an error.

    ``AssetError`` only when the packet as a whole cannot be parsed within ``limits``.
    """
    rdf = rdf_root(parse_packet(packet, limits=limits))
    descriptions = descriptions_of(rdf) if rdf is not None else []
    return XmpView(**{name: _read(descriptions, XMP_NAMESPACES[prefix], local, form) for name, (prefix, local, form) in PROPERTIES.items()})


def _read(descriptions: list[Element], namespace: str, local: str, form: Form) -> Any:
    found = [value for description in descriptions for value in _values(description, namespace, local)]
    if form is Form.LICENSORS:
        return tuple(licensor for value in found if isinstance(value, Element) for licensor in _licensors(value))
    items = [item for value in found for item in _items(value)]
    if form is Form.LIST:
        return tuple(text for _, text in items if text)
    text = next((text for language, text in items if language == "x-default" and text), None) or next((t for _, t in items if t), None)
    if form is Form.FLAG:
        return {"true": True, "false": False}.get((text or "").strip().lower())
    return text


def _values(holder: Element, namespace: str, local: str) -> list[str | Element]:
    """A property of a description or structure: the text of its attribute, and its elements."""
    values: list[str | Element] = [child for child in child_elements(holder) if is_element(child, namespace, local)]
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
    return [item for array in arrays for item in child_elements(array) if is_element(item, RDF, "li")]


def _simple(element: Element) -> str:
    """The text of a simple value: between the tags, a resource, or the ``rdf:value`` of a qualified one."""
    if element.hasAttributeNS(RDF, "resource"):
        return str(element.getAttributeNS(RDF, "resource"))
    if not child_elements(element) and not element.hasAttributeNS(RDF, "value"):
        return "".join(node.data for node in element.childNodes if node.nodeType in (node.TEXT_NODE, node.CDATA_SECTION_NODE))
    holders = [element, *(child for child in child_elements(element) if is_element(child, RDF, "Description"))]
    qualified = [value for holder in holders for value in _values(holder, RDF, "value")]
    return next((value if isinstance(value, str) else _simple(value) for value in qualified), "")


def _licensors(element: Element) -> Iterator[Licensor]:
    for item in _members(element) or [element]:
        holders = [item, *(child for child in child_elements(item) if is_element(child, RDF, "Description"))]
        fields = {name: _field(holders, local) for name, local in LICENSOR_FIELDS.items()}
        if any(fields.values()):
            yield Licensor(name=fields["name"] or "", url=fields["url"], email=fields["email"])


def _field(holders: list[Element], local: str) -> str | None:
    values = [value for holder in holders for value in _values(holder, XMP_NAMESPACES["plus"], local)]
    return next((text for value in values for _, text in _items(value) if text), None)
