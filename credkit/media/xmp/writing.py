"""Setting properties in an XMP packet without losing what else is in it. XML and its dangers are left to ``packet``, the placing to
``credkit.assets``.
"""

from __future__ import annotations

from typing import Any
from xml.dom.minidom import Document, Element

from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.xmp.packet import (
    RDF,
    XML,
    XMLNS,
    child_elements,
    descriptions_of,
    is_element,
    new_tree,
    parse_packet,
    rdf_root,
    write_packet,
)
from credkit.media.xmp.properties import LICENSOR_FIELDS, PROPERTIES, XMP_NAMESPACES, Form, Licensor, XmpMirror

__all__ = ["xmp_with"]


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
    descriptions = descriptions_of(rdf) or [_add_description(document, rdf)]
    for name, (prefix, local, form) in PROPERTIES.items():
        value = getattr(mirror, name)
        if value is not None:
            for description in descriptions:
                _remove(description, XMP_NAMESPACES[prefix], local)
            if value not in ("", ()):
                _Writer(document, descriptions[0]).add(prefix, local, form, value)
    return write_packet(document)


def _add_description(document: Document, rdf: Element) -> Element:
    writer = _Writer(document, rdf)
    description = writer.element(rdf, "rdf", "Description")
    description.setAttributeNS(RDF, f"{writer.prefix(RDF, 'rdf')}:about", "")
    return description


def _remove(description: Element, namespace: str, local: str) -> None:
    if description.hasAttributeNS(namespace, local):
        description.removeAttributeNS(namespace, local)
    for child in child_elements(description):
        if is_element(child, namespace, local):
            description.removeChild(child)


class _Writer:
    """Adds one property to an element, with the prefixes that are in scope there, or new declarations on that element."""

    def __init__(self, document: Document, place: Element) -> None:
        self._document = document
        self._place = place

    def add(self, prefix: str, local: str, form: Form, value: Any) -> None:
        """Append the property in its form."""
        top = self.element(self._place, prefix, local)
        if form is Form.LIST:
            array = self.element(top, "rdf", "Seq")
            for text in value:
                self.element(array, "rdf", "li", text)
        elif form is Form.LANGUAGES:
            item = self.element(self.element(top, "rdf", "Alt"), "rdf", "li", value)
            item.setAttributeNS(XML, "xml:lang", "x-default")
        elif form is Form.LICENSORS:
            array = self.element(top, "rdf", "Seq")
            for licensor in value:
                self._add_licensor(array, licensor)
        else:
            top.appendChild(self._document.createTextNode(str(value)))

    def _add_licensor(self, array: Element, licensor: Licensor) -> None:
        item = self.element(array, "rdf", "li")
        item.setAttributeNS(RDF, f"{self.prefix(RDF, 'rdf')}:parseType", "Resource")
        for field, local in LICENSOR_FIELDS.items():
            if getattr(licensor, field):
                self.element(item, "plus", local, getattr(licensor, field))

    def element(self, parent: Element, prefix: str, local: str, text: str | None = None) -> Element:
        """A new element at the end of ``parent``."""
        namespace = RDF if prefix == "rdf" else XMP_NAMESPACES[prefix]
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
