"""SVG as an asset format: the store is the Base64 text of ``/svg/metadata/c2pa:manifest``.

Anchor ``_embedding_manifests_into_svg``. The specification names no exclusion for SVG; it is exactly the Base64 text here, as the reference
has it. Everything else keeps its bytes: texts are put in and taken out by the positions of a parser. The manifest goes into a ``metadata``
element of the root that is there already, else into a new one, the first thing in the drawing; a ``metadata`` that holds nothing but the
manifest goes with it when it is taken out, and so does the declaration of its namespace. A byte order mark of UTF-8 says nothing that XML
does not say without it, and goes when a manifest is put in: the reference counts its positions without it.

A drawing in UTF-16 and a packed one (``.svgz``) are recognized, but nothing is put into them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.layout import Edit, Layout, Metadata, Span, StoreLocation
from credkit.assets.partial import NoBoxes, NoMetadata, NoTexts
from credkit.assets.source import Source
from credkit.assets.svg.sniff import encoding_of, is_packed, is_svg
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from credkit.assets.svg.outline import Element, MetadataElement, Outline

__all__ = ["SvgFormat"]

_HEAD = 4096
_NAMESPACE = "http://c2pa.org/manifest"
_DECLARATION = f' xmlns:c2pa="{_NAMESPACE}"'.encode("ascii")
_NAME = "c2pa:manifest"
_START, _END = b"<c2pa:manifest", b"</c2pa:manifest>"
_ALPHABET = re.compile(rb"[A-Za-z0-9+/=]+")
_SPACE = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"
_DECLARED = re.compile(_MARK + rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.-]+)")
_PIXELS = re.compile(r"\s*(\d{1,9})(?:\.0+)?(?:px)?\s*")


class SvgFormat(NoBoxes, NoMetadata, NoTexts):
    """SVG drawings in UTF-8 and other encodings that write ASCII as it is."""

    name = "SVG"
    media_types: tuple[str, ...] = ("image/svg+xml", "image/svg")
    extensions: tuple[str, ...] = (".svg", ".svgz")
    binding = "c2pa.hash.data"
    writable = True

    def matches(self, head: bytes) -> bool:
        """Whether the root element is an ``svg``, also of a packed file."""
        return is_svg(head) or is_packed(head)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Read the drawing; ``MalformedError`` when it is no well-formed XML, declares entities that hide something, or is beyond the
        limits. A source is scanned once.
        """
        return source.known.layout((self.name, limits), lambda: self._layout(source, limits))

    def _layout(self, source: Source, limits: Limits) -> Layout:
        head = _head(source)
        if is_packed(head) or encoding_of(head) != "utf-8":
            kind = "packed (.svgz)" if is_packed(head) else "written in UTF-16"
            remark = f"The SVG is {kind}, and what is in it was not looked at."
            return Layout(media_type=self.media_types[0], size=source.size, remarks=(remark,))
        outline = _outline(source, limits)
        manifests = [(item, _location(source, item, limits)) for block in outline.metadata for item in block.manifests]
        if len(manifests) > limits.stores:
            raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="SVG")
        place = _place(outline)
        if len(manifests) == 1 and not manifests[0][1].fault and _is_plain(manifests[0][0]):
            place = manifests[0][1].frame[0].start
        return Layout(
            media_type=self.media_types[0],
            size=source.size,
            stores=tuple(location for _, location in manifests),
            insert_at=place,
            metadata=tuple(Metadata(kind="xmp", slices=(item.span,), frame=item.span) for block in outline.metadata for item in block.xmp),
            width=_pixels(outline.root, "width"),
            height=_pixels(outline.root, "height"),
        )

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Put the store in, in place of the text of the one that is there, or take all out (None).

        ``AssetError`` for a packed drawing, and for one in UTF-16.
        """
        _require_plain(source)
        outline = _outline(source, DEFAULT_LIMITS)
        location = layout.store
        if store is None:
            return Edit(pieces=splice(source.size, _removals(source, outline)))
        text = b64encode(store)
        if location and not location.fault and layout.insert_at == location.frame[0].start:
            frame = location.frame[0]
            return Edit(pieces=splice(source.size, [Replacement(frame, text)]), exclusions=(Span(frame.start, len(text)),))
        return _inserted(source, outline, text)


def _head(source: Source) -> bytes:
    return source.read(0, min(source.size, _HEAD))


def _outline(source: Source, limits: Limits) -> Outline:
    from credkit.assets.svg.outline import outline_of

    return source.known.layout(("SVG outline", limits), lambda: outline_of(source, limits))


def _require_plain(source: Source) -> None:
    head = _head(source)
    if is_packed(head):
        raise AssetError(
            "the SVG is packed (.svgz), and nothing can be put in or taken out: unpack it first, or use a file beside it (--sidecar)"
        )
    if encoding_of(head) != "utf-8":
        raise AssetError("the SVG is written in UTF-16: save it in UTF-8, or keep the credentials in a file beside it (--sidecar)")


def _location(source: Source, element: Element, limits: Limits) -> StoreLocation:
    """The text of a manifest, without white space around and between its parts."""
    slices: list[Span] = []
    fault, position = "", element.content.start
    for piece in source.chunks(element.content.start, element.content.length):
        data = bytes(piece)
        for found in _ALPHABET.finditer(data):
            start = position + found.start()
            if slices and slices[-1].end == start:
                slices[-1] = Span(slices[-1].start, slices[-1].length + len(found[0]))
            else:
                slices.append(Span(start, len(found[0])))
        if _ALPHABET.sub(b"", data).strip(_SPACE):
            fault = "there is something else than Base64 in it"
        if fault or len(slices) > limits.store_slices:
            fault = fault or f"its text has more than {limits.store_slices:,} lines"
            break
        position += len(data)
    if not slices:
        fault = fault or "there is nothing in it"
    if fault:
        return StoreLocation(slices=(), frame=(element.span,), fault=fault)
    whole = Span(slices[0].start, slices[-1].end - slices[0].start)
    return StoreLocation(slices=tuple(slices), frame=(whole,), base64=True)


def _is_plain(manifest: Element) -> bool:
    """Whether it is written as we write it, so that its text can be replaced."""
    return manifest.name == _NAME and manifest.namespace == _NAMESPACE


def _place(outline: Outline) -> int:
    """Behind the start tag of the last ``metadata`` element with an end tag, where the reference looks for it, else of the root."""
    used = [item for item in outline.metadata if item.close > item.start]
    return used[-1].tag_end if used else outline.root.tag_end


def _stays(metadata: MetadataElement) -> bool:
    """Whether there is something in it besides manifests."""
    return metadata.content.length > sum(item.span.length for item in metadata.manifests)


def _removals(source: Source, outline: Outline) -> Iterator[Replacement]:
    """Manifests, ``metadata`` elements that held nothing else, and the declaration of the namespace where nobody else needs it."""
    gone = 0
    for metadata in outline.metadata:
        gone += sum(item.prefix == "c2pa" for item in metadata.manifests)
        if metadata.manifests and not _stays(metadata) and not metadata.attributes:
            yield Replacement(metadata.span)
        else:
            yield from (Replacement(item.span) for item in metadata.manifests)
    root = outline.root
    tag = source.read(root.start, root.tag_end - root.start)
    if gone and gone == outline.prefix_uses and tag.count(_DECLARATION) == 1:
        yield Replacement(Span(root.start + tag.index(_DECLARATION), len(_DECLARATION)))


def _inserted(source: Source, outline: Outline, text: bytes) -> Edit:
    """A new manifest element; old ones go."""
    root, place = outline.root, _place(outline)
    removed = [Replacement(item.span) for metadata in outline.metadata for item in metadata.manifests]
    used = next((item for item in outline.metadata if item.tag_end == place), None)
    bound = [item.attributes["xmlns:c2pa"] for item in (root, used) if item and "xmlns:c2pa" in item.attributes]
    foreign = any(value != _NAMESPACE for value in bound)
    before, after = _START + (_DECLARATION if foreign else b"") + b">", _END
    if used is None:
        name = f"{root.prefix}:metadata" if root.prefix else "metadata"
        before, after = f"<{name}>".encode("ascii") + before, after + f"</{name}>".encode("ascii")
    changes = [*removed, *_mark(source)]
    closed = root.close == root.start
    if closed:
        after += f"</{root.name}>".encode("ascii")
    # The declaration is the last thing in the start tag; a root that was closed there gets an end tag of its own.
    inside = root.tag_end - (2 if closed else 1)
    if not bound:
        changes.append(Replacement(Span(inside, 0), _DECLARATION))
    if closed:
        changes.append(Replacement(Span(inside, 2), b">"))
    start = moved(place, changes) + len(before)
    changes.append(Replacement(Span(place, 0), before + text + after))
    return Edit(pieces=splice(source.size, changes), exclusions=(Span(start, len(text)),))


def _mark(source: Source) -> Iterator[Replacement]:
    """The byte order mark, where the declaration of XML does not contradict it."""
    head = _head(source)
    declared = _DECLARED.match(head)
    if head.startswith(_MARK) and (declared is None or declared[1].lower() == b"utf-8"):
        yield Replacement(Span(0, len(_MARK)))


def _pixels(root: Element, name: str) -> int | None:
    found = _PIXELS.fullmatch(root.attributes.get(name, ""))
    return int(found[1]) or None if found else None
