"""Put the Base64 text of a store into a drawing, exchange it, or take it out, by the positions that a parser gave.

The manifest goes into a ``metadata`` element of the root that is there already, else into a new one, the first thing in the drawing; a
``metadata`` that holds nothing but the manifest goes with it when it is taken out, and so does the declaration of its namespace. A byte
order mark of UTF-8 says nothing that XML does not say without it, and goes when a manifest is put in: the reference counts its positions
without it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.layout import Edit, Layout, Span
from credkit.assets.source import Source
from credkit.assets.svg.outline import MetadataElement, Outline
from credkit.assets.svg.scan import NAMESPACE, head_of, known_outline, place_of
from credkit.assets.svg.sniff import encoding_of, is_packed
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS

__all__ = ["embedded"]

_DECLARATION = f' xmlns:c2pa="{NAMESPACE}"'.encode("ascii")
_START, _END = b"<c2pa:manifest", b"</c2pa:manifest>"
_MARK = b"\xef\xbb\xbf"
_DECLARED = re.compile(_MARK + rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.-]+)")


def embedded(source: Source, layout: Layout, store: bytes | None) -> Edit:
    """Put the store in, in place of the text of the one that is there, or take all out (None).

    ``AssetError`` for a packed drawing, and for one in UTF-16.
    """
    _require_plain(source)
    outline = known_outline(source, DEFAULT_LIMITS)
    location = layout.store
    if store is None:
        return Edit(pieces=splice(source.size, _removals(source, outline)))
    text = b64encode(store)
    if location and not location.fault and layout.insert_at == location.frame[0].start:
        frame = location.frame[0]
        return Edit(pieces=splice(source.size, [Replacement(frame, text)]), exclusions=(Span(frame.start, len(text)),))
    return _inserted(source, outline, text)


def _require_plain(source: Source) -> None:
    head = head_of(source)
    if is_packed(head):
        raise AssetError(
            "the SVG is packed (.svgz), and nothing can be put in or taken out: unpack it first, or use a file beside it (--sidecar)"
        )
    if encoding_of(head) != "utf-8":
        raise AssetError("the SVG is written in UTF-16: save it in UTF-8, or keep the credentials in a file beside it (--sidecar)")


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
    root, place = outline.root, place_of(outline)
    removed = [Replacement(item.span) for metadata in outline.metadata for item in metadata.manifests]
    used = next((item for item in outline.metadata if item.tag_end == place), None)
    bound = [item.attributes["xmlns:c2pa"] for item in (root, used) if item and "xmlns:c2pa" in item.attributes]
    foreign = any(value != NAMESPACE for value in bound)
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
    head = head_of(source)
    declared = _DECLARED.match(head)
    if head.startswith(_MARK) and (declared is None or declared[1].lower() == b"utf-8"):
        yield Replacement(Span(0, len(_MARK)))
