"""Where things stand in an SVG: the root, its ``metadata`` elements, manifests and XMP in them, as byte positions.

expat parses, so the positions are those of a real parser, and a file that it refuses is refused here. Nothing is fetched or grows:
a document type may declare short entities for text, as drawing programs do for addresses of namespaces; those that hold other entities or
markup, and parameter entities, are refused, and so is a file in which they would unfold to more than ``svg_entities`` bytes. Text is not
kept, so memory depends on the longest tag alone.

Source: XML 1.0, 4.2 (entities); Namespaces in XML 1.0; SVG 1.1, 21 (metadata).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from xml.parsers import expat

from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.svg.elsewhere import attributes_lead_elsewhere, style_leads_elsewhere
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["Element", "MetadataElement", "Outline", "outline_of"]

_NAMESPACE = "http://c2pa.org/manifest"
_CLOSED = b"/>"
_XMP = frozenset({("adobe:ns:meta/", "xmpmeta"), ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "RDF")})
_PIECE = 1 << 16
_LONG_TAG = 1 << 20
"""Bytes of a tag from which it is looked at before it is read; most such ones hold a picture."""
_MARKUP = re.compile("[<&%]")
_PREFIX = "c2pa:"
_NONE: Mapping[str, str] = MappingProxyType({})
_ELEMENT = 2
"""As what an element counts beside its attributes, each of which takes less time."""
_BYTES = 6
"""Of a large drawing, for each element and attribute: squares of one pixel, which are the smallest in real ones, have 41 for six."""
_NESTED = 3
"""How deep a manifest lies: root, metadata, manifest."""


@dataclass(slots=True, kw_only=True)
class Element:
    """An element by its tags."""

    name: str
    """As written, with its prefix."""
    namespace: str
    """What its prefix stands for; empty for none."""
    attributes: Mapping[str, str]
    start: int
    tag_end: int
    """Behind the start tag."""
    close: int = 0
    """Where the end tag begins; that of the whole element when it is closed in its start tag."""
    end: int = 0

    @property
    def span(self) -> Span:
        """All of it."""
        return Span(self.start, self.end - self.start)

    @property
    def content(self) -> Span:
        """Between the tags."""
        return Span(self.tag_end, max(self.close - self.tag_end, 0))

    @property
    def prefix(self) -> str:
        """Empty for none."""
        return self.name.rpartition(":")[0]


@dataclass(slots=True, kw_only=True)
class MetadataElement(Element):
    """A ``metadata`` element of the root, and what lies in it."""

    manifests: list[Element] = field(default_factory=list)
    xmp: list[Element] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Outline:
    """What is known about a drawing."""

    root: Element
    metadata: list[MetadataElement]
    prefix_uses: int
    """Names with the prefix ``c2pa`` in the whole file, manifests included."""
    elsewhere: bool = False
    """It takes in what lies elsewhere."""


def outline_of(source: Source, limits: Limits) -> Outline:
    """Read a drawing once; ``MalformedError`` when it is no well-formed XML, or larger or deeper than the limits."""
    if source.size > limits.svg_size:
        raise _fault(f"larger than {limits.svg_size:,} bytes")
    reader = _Reader(source, limits)
    try:
        reader.read()
    except expat.ExpatError as error:
        raise _fault(f"no well-formed XML: {expat.ErrorString(error.code)}", reader.position) from None
    except (UnicodeError, LookupError, ValueError):
        raise _fault("its encoding is not known or not kept", 0) from None
    if reader.root is None:
        raise _fault("there is no element")
    return Outline(root=reader.root, metadata=reader.metadata, prefix_uses=reader.prefix_uses, elsewhere=reader.elsewhere)


def _fault(message: str, offset: int | None = None) -> MalformedError:
    return MalformedError(message, where="SVG", offset=offset)


class _Reader:
    """The handlers of one parser."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._entity
        self._parser.EndDoctypeDeclHandler = self._end_of_type
        self._parser.ProcessingInstructionHandler = self._instruction
        self._scopes: list[Mapping[str, str]] = []
        """Namespaces that the outermost open elements declare, by prefix."""
        self._open: list[Element | None] = []
        """Those elements themselves, where they matter."""
        self._most = limits.allowed_parts(limits.svg_nodes, source.size, each=_BYTES)
        self._depth = self._nodes = self._noted = self._entities = self._longest = 0
        self.root: Element | None = None
        self.metadata: list[MetadataElement] = []
        self.prefix_uses = 0
        self.elsewhere = False

    @property
    def position(self) -> int:
        """Of what is being read, in bytes."""
        return max(self._parser.CurrentByteIndex, 0)

    def read(self) -> None:
        """All of it, in pieces. A parser begins an unfinished tag anew with each piece, so those of a long one become longer."""
        waiting, given, looked_at = bytearray(), 0, -1
        for piece in self._source.chunks(0, self._source.size):
            waiting += piece
            if len(waiting) >= given - self.position:
                self._parser.Parse(waiting, False)
                given, waiting = given + len(waiting), bytearray()
                if given - self.position > _LONG_TAG and self.position != looked_at:
                    looked_at = self.position
                    self._check_long(looked_at)
        self._parser.Parse(waiting, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        self._nodes = nodes = self._nodes + _ELEMENT + len(attributes)
        if depth > self._limits.svg_depth:
            raise _fault(f"elements nested more than {self._limits.svg_depth:,} deep", self.position)
        if nodes > self._most:
            raise _fault(f"more than {self._most:,} elements and attributes", self.position)
        if attributes:
            self._look_at(name, attributes)
        elif name[:5] == _PREFIX:
            self.prefix_uses += 1
        if name[-5:] == "style" and not self.elsewhere and name.rpartition(":")[2] == "style":
            self._parser.CharacterDataHandler = self._style
        if depth <= _NESTED:
            self._note(name, attributes)

    def _look_at(self, name: str, attributes: dict[str, str]) -> None:
        """An element with attributes."""
        if len(attributes) > self._limits.svg_attributes:
            raise _fault(f"more than {self._limits.svg_attributes:,} attributes of one element", self.position)
        if name[:5] == _PREFIX or any(key[:5] == _PREFIX for key in attributes):
            self.prefix_uses += 1
        self.elsewhere = self.elsewhere or attributes_lead_elsewhere(name, attributes)

    def _note(self, name: str, attributes: dict[str, str]) -> None:
        self._scopes.append(
            {key[6:]: value for key, value in attributes.items() if key[:5] == "xmlns" and key[5:6] in ("", ":")} if attributes else _NONE
        )
        above = self._open[-1] if self._open else None
        element: Element | None = None
        if self._depth == 1:
            element = self.root = self._element(name, attributes)
        elif (
            self._depth == _NESTED - 1
            and self.root
            and name[-8:] == "metadata"
            and self._resolved(name) == (self.root.namespace, "metadata")
        ):
            found = self._element(name, attributes)
            element = MetadataElement(name=name, namespace=found.namespace, attributes=attributes, start=found.start, tag_end=found.tag_end)
            self.metadata.append(element)
        elif isinstance(above, MetadataElement):
            resolved = self._resolved(name)
            # The reference goes by the name as it is written, whatever its prefix stands for.
            is_manifest = name == "c2pa:manifest" or resolved == (_NAMESPACE, "manifest")
            kept = above.manifests if is_manifest else above.xmp if resolved in _XMP else None
            if kept is not None:
                element = self._element(name, attributes)
                kept.append(element)
        self._open.append(element)

    def _style(self, text: str) -> None:
        self.elsewhere = self.elsewhere or style_leads_elsewhere(text)

    def _instruction(self, target: str, text: str) -> None:
        if target == "xml-stylesheet":
            self.elsewhere = self.elsewhere or re.search(r"""href\s*=\s*["'](?!#)""", text) is not None

    def _end(self, name: str) -> None:
        if name[-5:] == "style" and name.rpartition(":")[2] == "style":
            self._parser.CharacterDataHandler = None
        if self._depth <= _NESTED:
            self._scopes.pop()
            element = self._open.pop()
            if element is not None:
                closed = self._source.read(element.tag_end - 2, 2) == _CLOSED
                element.close = element.start if closed else self.position
                element.end = element.tag_end if closed else self._tag_end(element.close)
        self._depth -= 1

    def _element(self, name: str, attributes: dict[str, str]) -> Element:
        if self._noted > self._limits.metadata_blocks:
            raise _fault(f"more than {self._limits.metadata_blocks:,} metadata elements", self.position)
        self._noted += 1
        namespace, start = self._resolved(name)[0], self.position
        return Element(name=name, namespace=namespace, attributes=attributes, start=start, tag_end=self._tag_end(start))

    def _resolved(self, name: str) -> tuple[str, str]:
        prefix, _, local = name.rpartition(":")
        return next((scope[prefix] for scope in reversed(self._scopes) if prefix in scope), ""), local

    def _tag_end(self, start: int) -> int:
        """Behind the tag that begins at ``start``, which expat found to be whole."""
        position, quote, values = start, b"", 0
        while position < self._source.size:
            piece = self._source.read(position, min(_PIECE, self._source.size - position))
            at = 0
            while found := re.compile(quote or b"[\"'>]").search(piece, at):
                at = found.end()
                if found[0] == b">":
                    return position + at
                values += not quote
                if values > self._limits.svg_attributes:
                    raise _fault(f"more than {self._limits.svg_attributes:,} attributes of one element", start)
                quote = b"" if quote else found[0]
            position += len(piece)
        raise _fault("a tag does not end", start)

    def _check_long(self, start: int) -> None:
        """``MalformedError`` when something long that is not read yet is a tag with too many attributes, which would all be held."""
        if self._source.read(start, 2)[1:].isalpha():
            self._tag_end(start)

    def _entity(self, name: str, parameter: bool, value: str | None, *_: str | None) -> None:  # noqa: ARG002
        if value is None and not parameter:
            # Outside of the file: never fetched.
            return
        self._entities += 1
        if parameter or _MARKUP.search(value or "") or self._entities > self._limits.svg_entity_names:
            raise _fault("its document type declares entities that could hide what it says", self.position)
        self._longest = max(self._longest, len(value or ""))

    def _end_of_type(self) -> None:
        if self._longest:
            uses = sum(bytes(piece).count(b"&") for piece in self._source.chunks(0, self._source.size))
            if uses * self._longest > self._limits.svg_entities:
                raise _fault(f"its entities unfold to more than {self._limits.svg_entities:,} bytes", self.position)
