"""The texts of an XMP packet, property by property, and the same packet without some of them.

Every property counts, known or not: tools write prompts wherever they like. Names are given with the usual prefixes, whatever the packet
calls them. XML and its dangers are left to ``credkit.media.xmp.packet``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.dom.minidom import Attr, Element

from credkit.errors import AssetError
from credkit.limits import Limits
from credkit.manifest.assertions.metadata_fields import NAMESPACES
from credkit.media.texts.block import FieldText
from credkit.media.xmp.packet import RDF, XML, XMLNS, child_elements, parse_packet, rdf_root, write_packet

__all__ = ["xmp_texts", "xmp_without"]

_PREFIXES = {namespace: prefix for prefix, namespace in NAMESPACES.items()} | {"http://www.tc260.org.cn/ns/AIGC/1.0/": "TC260"}
_ARRAYS = ("Seq", "Bag", "Alt")


def xmp_texts(packet: bytes, *, limits: Limits) -> Iterator[FieldText]:
    """The properties in document order: each value of an array on its own, a structure as its texts in lines."""
    try:
        rdf = rdf_root(parse_packet(packet, limits=limits))
    except AssetError as error:
        text = packet[: limits.text_size].decode("utf-8", "replace")
        yield FieldText(name="", text=text, damage=str(error))
        return
    for _, _, found in _properties(rdf):
        yield from found


def xmp_without(packet: bytes, drop: Callable[[FieldText], bool], *, limits: Limits) -> bytes:
    """The packet without the properties of which ``drop`` names a value. ``AssetError`` when it cannot be parsed."""
    document = parse_packet(packet, limits=limits)
    for holder, node, found in tuple(_properties(rdf_root(document))):
        if not any(map(drop, found)):
            continue
        if isinstance(node, Attr):
            holder.removeAttributeNode(node)
        else:
            holder.removeChild(node)
    return write_packet(document)


def _properties(rdf: Element | None) -> Iterator[tuple[Element, Attr | Element, tuple[FieldText, ...]]]:
    """The holder of each property, the property, and its values."""
    for description in child_elements(rdf) if rdf is not None else ():
        for attribute in description.attributes.values():
            if attribute.namespaceURI not in (RDF, XML, XMLNS, None) and attribute.value:
                yield description, attribute, (FieldText(name=_name(attribute), text=attribute.value),)
        for child in child_elements(description):
            if child.namespaceURI:
                yield description, child, tuple(FieldText(name=_name(child), text=text) for text in map(_joined, _members(child)) if text)


def _name(node: Attr | Element) -> str:
    prefix = _PREFIXES.get(str(node.namespaceURI)) or node.prefix or str(node.namespaceURI)
    return f"{prefix}:{node.localName}"


def _members(element: Element) -> list[Element]:
    arrays = [child for child in child_elements(element) if child.namespaceURI == RDF and child.localName in _ARRAYS]
    return [item for array in arrays for item in child_elements(array)] or [element]


def _joined(element: Element) -> str:
    """All texts of an element in lines: between the tags, then of attributes."""
    parts = [node.data for node in element.childNodes if node.nodeType in (node.TEXT_NODE, node.CDATA_SECTION_NODE)]
    own = "".join(parts)
    values = [attribute.value for attribute in element.attributes.values() if _says(attribute)]
    below = [_joined(child) for child in child_elements(element)]
    return "\n".join(text for text in (own if own.strip() or not below else "", *values, *below) if text)


def _says(attribute: Attr) -> bool:
    """Whether an attribute is a value and not a part of RDF's form."""
    if attribute.namespaceURI in (XML, XMLNS) or attribute.namespaceURI is None:
        return False
    return attribute.namespaceURI != RDF or attribute.localName in ("resource", "value")
