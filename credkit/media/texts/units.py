"""The chunks and segments of a file that hold texts, read and inflated within the limits, and the texts in each.

A unit is what a format stores as one: a PNG chunk, a comment, a metadata block. Extended XMP of a JPEG is put together from its parts.
Reading and clearing both start here, so that a text that is read can also be found again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from credkit.assets import AssetFormat, Source, TextSpan
from credkit.codec.brotli_stream import unbrotli
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.media.texts.block import FieldText, TextBlock, TextKind
from credkit.media.texts.decoding import latin1_text, text_file, user_comment, utf8_text
from credkit.media.texts.exif import exif_texts
from credkit.media.texts.extended import IDENTIFIER, joined
from credkit.media.texts.iptc import iptc_texts
from credkit.media.texts.markup import markup_texts
from credkit.media.texts.profiles import profile_kind, unwrapped, wrapped
from credkit.media.texts.xmp import xmp_texts

__all__ = ["PLAIN", "Unit", "blocks_of", "units"]

PLAIN = frozenset({"text", "comment", "note"})
"""Kinds of units that are one text each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One stored unit; without spans it stands for what could not be reached."""

    format: str
    """Name of the format, for people."""
    spans: tuple[TextSpan, ...] = ()
    data: bytes = b""
    """The value, inflated, as much of it as the limits allow."""
    damage: str = ""
    identifier: bytes = b""
    """Of extended XMP."""
    kind: str = ""
    """As in ``TextSpan``."""
    signature: bytes | None = None
    """What stands before the value in a text chunk that holds the block in hexadecimal; None for a block that stands for itself."""

    def stored(self, value: bytes) -> bytes:
        """What has to be put in the place of the span so that its value is ``value``."""
        return value if self.signature is None else wrapped(self.spans[0].keyword, self.signature + value)


def units(source: Source, form: AssetFormat, limits: Limits) -> Iterator[Unit]:
    """All units of a file in order, extended XMP last; a last one without spans says why the rest could not be read."""
    parts: dict[bytes, list[TextSpan]] = {}
    walk, count, room = form.texts(source, limits), 0, limits.texts_size
    while True:
        try:
            span = next(walk, None)
        except MalformedError as error:
            yield Unit(format=form.name, damage=f"the file is damaged, and what follows was not read: {error}")
            break
        if span is None:
            break
        count += 1
        if count > limits.texts or room <= 0:
            yield Unit(
                format=form.name, damage=f"it has more texts than {limits.texts:,} or {limits.texts_size:,} bytes; the rest was not read"
            )
            return
        if span.kind == "xmp-extension":
            identifier = source.read(span.value.start, min(IDENTIFIER, span.value.length))
            parts.setdefault(identifier, []).append(span)
            continue
        unit = _unit(source, form, span, limits)
        room -= len(unit.data)
        yield unit
    for identifier, spans in parts.items():
        yield _extended(source, form, identifier, spans, limits)


def _unit(source: Source, form: AssetFormat, span: TextSpan, limits: Limits) -> Unit:
    most = limits.text_size if span.kind in PLAIN else limits.metadata_size
    raw, length = _stored(source, span, most)
    data, damage = _unpacked(raw, span, most) if span.compressed or span.brotli else (raw, "")
    if length > most or len(data) > most:
        data, damage = data[:most], f"it is longer than {most:,} bytes, and only these were read"
    profile = profile_kind(span.keyword) if span.kind == "text" and not damage else None
    if profile and (found := unwrapped(data, profile)):
        kind, signature, block = found
        return Unit(format=form.name, spans=(span,), data=block, kind=kind, signature=signature)
    return Unit(format=form.name, spans=(span,), data=data, damage=span.fault or damage, kind=span.kind)


def _stored(source: Source, span: TextSpan, most: int) -> tuple[bytes, int]:
    """The value as it stands in the file, at most so much of it, and how long it is."""
    pieces = span.slices or (span.value,)
    parts, room = [], most
    for piece in pieces:
        if room <= 0:
            break
        parts.append(source.read(piece.start, min(piece.length, room)))
        room -= len(parts[-1])
    return b"".join(parts), sum(piece.length for piece in pieces)


def _unpacked(raw: bytes, span: TextSpan, most: int) -> tuple[bytes, str]:
    if not span.brotli:
        return _inflated(raw, most)
    try:
        return unbrotli(raw, most)[span.skip :], ""
    except MalformedError as error:
        return b"", f"its compressed data {error.message}"


def _inflated(raw: bytes, most: int) -> tuple[bytes, str]:
    stream = zlib.decompressobj()
    try:
        parts = stream.decompress(raw, most + 1)
    except zlib.error:
        return _salvaged(raw, most), "its compression is damaged"
    return parts, "" if stream.eof or len(parts) > most else "its compressed data ends early"


def _salvaged(raw: bytes, most: int) -> bytes:
    """What can be inflated before the fault, found by feeding small pieces."""
    stream, out = zlib.decompressobj(), bytearray()
    try:
        for start in range(0, len(raw), 64):
            out += stream.decompress(raw[start : start + 64], most + 1 - len(out))
            if len(out) > most:
                break
    except zlib.error:
        pass
    return bytes(out)


def _extended(source: Source, form: AssetFormat, identifier: bytes, spans: list[TextSpan], limits: Limits) -> Unit:
    if sum(span.value.length for span in spans) > limits.metadata_size:
        damage = f"it is longer than {limits.metadata_size:,} bytes and was not read"
        return Unit(format=form.name, spans=tuple(spans), damage=damage, kind=spans[0].kind)
    data, damage = joined([source.read(span.value.start, span.value.length) for span in spans])
    return Unit(format=form.name, spans=tuple(spans), data=data, damage=damage, identifier=identifier, kind=spans[0].kind)


def blocks_of(unit: Unit, limits: Limits) -> Iterator[TextBlock]:
    """The texts in a unit; an empty one with ``damage`` for what cannot be read."""
    if not unit.spans:
        yield TextBlock(kind="comment", keyword="", text="", place=f"the {unit.format} file", damage=unit.damage)
    elif unit.kind in PLAIN:
        yield _plain(unit)
    else:
        kind, what = _FIELDS[unit.kind]
        place = unit.spans[0].name if unit.kind == "markup" else f"the {what} block"
        if unit.damage:
            yield TextBlock(kind=kind, keyword="", text="", place=place, damage=unit.damage)
        for found in _READERS[unit.kind](unit.data, limits):
            named = f'{what} {"property" if kind == "xmp" else "field"} "{found.name}"' if found.name else place
            yield TextBlock(kind=kind, keyword=found.name, text=found.text, place=named, damage=found.damage)


_FIELDS: dict[str, tuple[TextKind, str]] = {
    "exif": ("exif", "EXIF"), "xmp": ("xmp", "XMP"), "xmp-extension": ("xmp", "XMP"), "iptc": ("iptc", "IPTC"),
    "markup": ("comment", "markup"),
}  # fmt: skip
_READERS: dict[str, Callable[[bytes, Limits], Iterator[FieldText]]] = {
    "exif": lambda data, limits: exif_texts(data, limits=limits),
    "xmp": lambda data, limits: xmp_texts(data, limits=limits),
    "xmp-extension": lambda data, limits: xmp_texts(data, limits=limits),
    "iptc": lambda data, limits: iptc_texts(data),  # noqa: ARG005
    "markup": lambda data, limits: markup_texts(data, limits=limits),
}


def _plain(unit: Unit) -> TextBlock:
    (span,) = unit.spans
    keyword = latin1_text(span.keyword)[0]
    if span.kind == "note":
        text, damage = (user_comment if keyword == "UserComment" else text_file)(unit.data)
        place = f'{unit.format} note "{keyword or span.name}"'
        return TextBlock(kind="comment", keyword=keyword, text=text.rstrip("\x00"), place=place, damage=unit.damage or damage)
    text, damage = utf8_text(unit.data) if span.name == "iTXt" else latin1_text(unit.data)
    if span.kind == "comment":
        return TextBlock(kind="comment", keyword="", text=text, place=f"{unit.format} comment", damage=unit.damage or damage)
    private = f" in the private chunk {span.name}" if span.name == "comf" else ""
    place = f'{unit.format} text "{keyword}"{private}' if keyword else f"{unit.format} text without keyword"
    return TextBlock(kind="png-text", keyword=keyword, text=text, place=place, damage=unit.damage or damage)
