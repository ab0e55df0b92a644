"""What is known about one SVG: its manifests, where a new one goes, XMP, and the size of the drawing.

A drawing in UTF-16 and a packed one (``.svgz``) are recognized and not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from credkit.assets.layout import Layout, Metadata, Span, StoreLocation
from credkit.assets.source import Source
from credkit.assets.svg.elsewhere import ELSEWHERE
from credkit.assets.svg.outline import Element, Outline, outline_of
from credkit.assets.svg.sniff import encoding_of, is_packed
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["NAMESPACE", "head_of", "known_outline", "place_of", "scan_svg"]

NAMESPACE = "http://c2pa.org/manifest"
_HEAD = 4096
_NAME = "c2pa:manifest"
_ALPHABET = re.compile(rb"[A-Za-z0-9+/=]+")
_SPACE = b" \t\r\n"
_LINE_BREAKS = (b"\n", b"\r\n")
_PIXELS = re.compile(r"\s*(\d{1,9})(?:\.0+)?(?:px)?\s*")


def scan_svg(source: Source, media_type: str, limits: Limits) -> Layout:
    """The layout of a drawing; ``MalformedError`` as ``SvgFormat.scan`` says."""
    head = head_of(source)
    if is_packed(head) or encoding_of(head) != "utf-8":
        kind = "packed (.svgz)" if is_packed(head) else "written in UTF-16"
        remark = f"The SVG is {kind}, and what is in it was not looked at."
        return Layout(media_type=media_type, size=source.size, remarks=(remark,))
    outline = known_outline(source, limits)
    manifests = [(item, _location(source, item, limits)) for block in outline.metadata for item in block.manifests]
    if len(manifests) > limits.stores:
        raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="SVG")
    place = place_of(outline)
    if len(manifests) == 1 and not manifests[0][1].fault and _is_plain(manifests[0][0]):
        place = manifests[0][1].frame[0].start
    return Layout(
        media_type=media_type,
        size=source.size,
        stores=tuple(location for _, location in manifests),
        insert_at=place,
        metadata=tuple(Metadata(kind="xmp", slices=(item.span,), frame=item.span) for block in outline.metadata for item in block.xmp),
        width=_pixels(outline.root, "width"),
        height=_pixels(outline.root, "height"),
        end=source.size,
        remarks=(ELSEWHERE,) if outline.elsewhere else (),
    )


def head_of(source: Source) -> bytes:
    """The beginning of the file, by which its encoding is told."""
    return source.read(0, min(source.size, _HEAD))


def known_outline(source: Source, limits: Limits) -> Outline:
    """The outline of the drawing, read once; ``MalformedError`` as in ``outline_of``."""
    return source.known.once(("SVG outline", limits), lambda: outline_of(source, limits))


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
    return StoreLocation(slices=tuple(slices), frame=(whole,), base64=True, loose=tuple(_loose(source, slices)))


def _loose(source: Source, slices: list[Span]) -> Iterator[tuple[Span, str]]:
    """White space in the text of a manifest, unless it is broken into lines of one length: in no hash, it could say anything."""
    gaps = [Span(first.end, second.start - first.end) for first, second in pairwise(slices)]
    breaks = {source.read(gap.start, min(gap.length, len(_LINE_BREAKS[-1]) + 1)) for gap in gaps}
    if len(breaks) > 1 or not breaks.issubset(_LINE_BREAKS) or len({line.length for line in slices[:-1]}) > 1:
        yield from ((gap, "white space in the text of the manifest store") for gap in gaps)


def _is_plain(manifest: Element) -> bool:
    """Whether it is written as we write it, so that its text can be replaced."""
    return manifest.name == _NAME and manifest.namespace == NAMESPACE


def place_of(outline: Outline) -> int:
    """Behind the start tag of the last ``metadata`` element with an end tag, where the reference looks for it, else of the root."""
    used = [item for item in outline.metadata if item.close > item.start]
    return used[-1].tag_end if used else outline.root.tag_end


def _pixels(root: Element, name: str) -> int | None:
    found = _PIXELS.fullmatch(root.attributes.get(name, ""))
    return int(found[1]) or None if found else None
