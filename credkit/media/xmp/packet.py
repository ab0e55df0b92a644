"""An XMP packet as an XML tree and back: bounded parsing of hostile input, faithful writing, and the packet wrapper.

Decides what is well-formed and small enough; what the properties mean is left to ``properties``. Prefixes, comments and unknown
elements survive, which is why the tree is a DOM. Source: ISO 16684-1, 7.3 (packet wrapper) and 7.4 (RDF).
"""

from __future__ import annotations

import re
from typing import Any
from xml.dom import minidom
from xml.dom.minidom import Document, Element
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.expatbuilder import DefusedExpatBuilderNS

from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "RDF",
    "XML",
    "XMLNS",
    "child_elements",
    "descriptions_of",
    "is_element",
    "new_tree",
    "parse_packet",
    "rdf_root",
    "write_packet",
]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
XMLNS = "http://www.w3.org/2000/xmlns/"

_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = '\n<?xpacket end="w"?>'
_EMPTY = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="credkit">'
    f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)
_BUFFER = 1 << 20
_ATTRIBUTE = 3
"""As how many elements an attribute counts: it takes that much more memory."""
_SHORTEST = 6
"""Bytes of an attribute."""
_QUOTED = re.compile(rb"[^\"'>]*+(?:\"[^\"]*+\"|'[^']*+')")


class _TooLargeError(Exception):
    """A limit was passed; the message says which."""


class _BoundedBuilder(DefusedExpatBuilderNS):
    """Builds a DOM without entities or DTD, and stops at the limits instead of filling the memory."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(forbid_dtd=True)
        self._limits = limits
        self._depth = 0
        self._nodes = 0

    def install(self, parser: Any) -> None:
        """Larger pieces of text: the base class joins them one by one, which is quadratic."""
        super().install(parser)
        parser.buffer_size = _BUFFER

    def _count(self, nodes: int = 1) -> None:
        self._nodes += nodes
        if self._nodes > self._limits.xml_nodes:
            raise _TooLargeError(f"more than {self._limits.xml_nodes:,} elements and attributes")

    def start_element_handler(self, name: str, attributes: list[str]) -> None:
        """One more level; attributes come as a flat list of names and values."""
        self._count(1 + _ATTRIBUTE * (len(attributes) // 2))
        self._depth += 1
        if self._depth > self._limits.xml_depth:
            raise _TooLargeError(f"elements nested more than {self._limits.xml_depth} deep")
        super().start_element_handler(name, attributes)

    def end_element_handler(self, name: str) -> None:
        """One level less."""
        self._depth -= 1
        super().end_element_handler(name)

    def start_namespace_decl_handler(self, prefix: str | None, uri: str) -> None:
        """Declarations are attributes too."""
        self._count()
        super().start_namespace_decl_handler(prefix, uri)

    def comment_handler(self, data: str) -> None:
        """Comments count."""
        self._count()
        super().comment_handler(data)

    def pi_handler(self, target: str, data: str) -> None:
        """Instructions count."""
        self._count()
        super().pi_handler(target, data)

    def start_cdata_section_handler(self) -> None:
        """So do CDATA sections, each of which becomes a node."""
        self._count()
        super().start_cdata_section_handler()


def parse_packet(packet: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The tree of a packet; zeros and white space around it are ignored.

    ``AssetError`` when it is longer than ``limits.metadata_size``, not well-formed, or contains a DTD, an entity, too deep nesting or too
    many nodes.
    """
    if len(packet) > limits.metadata_size:
        raise _refused(f"it has {len(packet):,} bytes, at most {limits.metadata_size:,} are read")
    try:
        trimmed = _trimmed(packet)
        _check_tags(trimmed, limits)
        document = _BoundedBuilder(limits).parseString(trimmed)
    except DefusedXmlException:
        raise _refused("it declares a document type or entities, which no honest packet needs") from None
    except _TooLargeError as error:
        raise _refused(f"it has {error}") from None
    except ExpatError as error:
        raise _refused(f"its XML is broken: {error}") from None
    except (ValueError, LookupError) as error:
        raise _refused(f"its text cannot be decoded: {error}") from None
    if not isinstance(document, Document) or document.documentElement is None:
        raise _refused("it is empty")
    return document


def _check_tags(packet: bytes, limits: Limits) -> None:
    """``_TooLargeError`` for a tag of more attributes than there may be: the parser holds all of one before it tells of the first."""
    # The characters that count are those of ASCII, in UTF-16 as well.
    for found in re.finditer(rb"<[^<!?/][^<]{%d,}+" % (_SHORTEST * limits.xml_nodes), packet.replace(b"\0", b"")):
        tag, count, position = found[0], 0, 0
        while value := _QUOTED.match(tag, position):
            count, position = count + 1, value.end()
            if count > limits.xml_nodes:
                raise _TooLargeError(f"more than {limits.xml_nodes:,} elements and attributes")


def _trimmed(packet: bytes) -> bytes:
    """Writers pad with zeros, which XML forbids; in UTF-16 they are part of the text."""
    return packet if b"\x00" in packet[:2] or packet[:2] in (b"\xff\xfe", b"\xfe\xff") else packet.strip(b"\x00 \t\r\n")


def _refused(reason: str) -> AssetError:
    return AssetError(f"the XMP packet of the file cannot be used, {reason}; it was left alone: repair or remove it first")


def new_tree() -> Document:
    """The tree of a packet without properties."""
    return minidom.parseString(_EMPTY)  # noqa: S318 - our own text


def rdf_root(document: Document) -> Element | None:
    """The ``rdf:RDF`` element, with or without ``x:xmpmeta`` around it."""
    root = document.documentElement
    if root is None or (root.namespaceURI, root.localName) == (RDF, "RDF"):
        return root
    return next((child for child in child_elements(root) if (child.namespaceURI, child.localName) == (RDF, "RDF")), None)


def child_elements(element: Element) -> list[Element]:
    """The elements directly below."""
    return [child for child in element.childNodes if isinstance(child, Element)]


def write_packet(document: Document) -> bytes:
    """The packet in UTF-8 with its wrapper, without padding."""
    parts = [_HEAD]
    _write(document.documentElement, parts)
    parts.append(_TAIL)
    return "".join(parts).encode("utf-8")


def _write(node: Any, parts: list[str]) -> None:
    """Own writing, because minidom's loses line ends inside attributes and carriage returns in text."""
    if node.nodeType == node.ELEMENT_NODE:
        attributes = "".join(f' {attribute.name}="{_attribute(attribute.value)}"' for attribute in node.attributes.values())
        parts.append(f"<{node.tagName}{attributes}" + (">" if node.childNodes else "/>"))
        for child in node.childNodes:
            _write(child, parts)
        if node.childNodes:
            parts.append(f"</{node.tagName}>")
    elif node.nodeType in (node.TEXT_NODE, node.CDATA_SECTION_NODE):
        parts.append(_escaped(node.data))
    elif node.nodeType == node.COMMENT_NODE:
        parts.append(f"<!--{node.data}-->")
    elif node.nodeType == node.PROCESSING_INSTRUCTION_NODE:
        parts.append(f"<?{node.target} {node.data}?>")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def descriptions_of(rdf: Element) -> list[Element]:
    """The descriptions of a packet, in which its properties stand."""
    return [child for child in child_elements(rdf) if is_element(child, RDF, "Description")]


def is_element(element: Element, namespace: str, local: str) -> bool:
    """Whether it is the element of that name, whatever its prefix."""
    return element.namespaceURI == namespace and element.localName == local
