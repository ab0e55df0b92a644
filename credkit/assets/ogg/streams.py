"""The logical bitstreams of an Ogg by their pages, and the store that is the first packet of one.

Pages of several streams lie between each other, and chains of streams behind each other; all pages of one serial number are one box. A
store that does not fill its stream to the end is refused: what else stands there would be left out of every hash. Between pages there is
nothing, so a file in which something is found there is read up to that place, and told as damaged. Checksums are tested for the pages of
the store; all others are covered by the hash.

Anchor ``_ogg_specific_handling``; RFC 3533 (Ogg), 6.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from credkit.assets.layout import Layout, NamedBox, Span, StoreLocation
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["scan_ogg", "stream_boxes"]

_HEADER = Struct("<4sBBQIIIB")
"""Pattern, version, flags, granule position, serial number, number of the page, checksum, segments."""
_CHECKSUM = slice(22, 26)
_CONTINUED, _FIRST, _FULL = 0x01, 0x02, 0xFF
_STORE = b"\x00c2pa"
_VIDEO = (b"\x80theora", b"BBCD", b"\x80kate")
_HEAD = 8
_MOST_NAMED = 100
"""Streams whose pages are looked for in a store."""
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class _Page(NamedTuple):
    flags: int
    serial: int
    number: int
    checksum: int
    lacing: bytes
    """Lengths of the segments; a packet ends with the first that is not full."""
    start: int
    body: int
    end: int


@dataclass(slots=True)
class _Stream:
    """One logical bitstream."""

    head: bytes
    """Its first bytes."""
    runs: list[list[int]] = field(default_factory=list)
    """Start and end of its pages; those that touch as one."""

    @property
    def ranges(self) -> tuple[Span, ...]:
        """Its pages as ranges of the file."""
        return tuple(Span(start, end - start) for start, end in self.runs)


class _Streams:
    """All streams of a file by serial number, in the order in which they begin."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.found: dict[int, _Stream] = {}
        self._source, self._limits, self._runs = source, limits, 0

    def add(self, page: _Page) -> _Stream:
        """Add a page to its stream; ``MalformedError`` for too many streams, or runs of pages."""
        stream = self.found.get(page.serial)
        if stream is None:
            if len(self.found) == self._limits.ogg_streams:
                raise MalformedError(f"more than {self._limits.ogg_streams:,} streams", where="Ogg", offset=page.start)
            head = self._source.read(page.body, min(page.end - page.body, _HEAD)) if page.flags & _FIRST else b""
            stream = self.found[page.serial] = _Stream(head)
        if stream.runs and stream.runs[-1][1] == page.start:
            stream.runs[-1][1] = page.end
            return stream
        self._runs += 1
        if self._runs > self._limits.ogg_ranges:
            raise MalformedError(f"more than {self._limits.ogg_ranges:,} runs of pages", where="Ogg", offset=page.start)
        stream.runs.append([page.start, page.end])
        return stream


@dataclass(slots=True)
class _Packet:
    """The packet that holds a store, as far as it was read."""

    slices: list[Span] = field(default_factory=list)
    number: int | None = None
    """Of the page that was read last."""
    ended: bool = False
    fault: str = ""


def scan_ogg(source: Source, media_types: tuple[str, ...], limits: Limits) -> Layout:
    """The layout of a file, whose type is the second of ``media_types`` for films; ``MalformedError`` as ``OggFormat.scan`` says."""
    streams, packets, remarks = _Streams(source, limits), dict[int, _Packet](), list[str]()
    try:
        for page in _pages(source, limits):
            if streams.add(page).head.startswith(_STORE):
                _take(packets.setdefault(page.serial, _Packet()), page, limits)
                if len(remarks) < limits.stores and not _sound(source, page):
                    remarks.append(f"The checksum of the page at byte {page.start:,}, which holds the manifest store, is wrong.")
    except MalformedError as error:
        if not streams.found:
            raise
        remarks.append(f"The structure of the Ogg is damaged: {error}.")
    if len(packets) > limits.stores:
        raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="Ogg")
    for serial, packet in packets.items():
        others = [other for other in streams.found if other not in packets][:_MOST_NAMED]
        if others and _holds_pages(source, packet, others):
            packets[serial].fault = packet.fault or "it holds pages of another stream, which players that jump would take for sound"
    film = any(stream.head.startswith(_VIDEO) for stream in streams.found.values())
    return Layout(
        media_type=media_types[1 if film else 0],
        size=source.size,
        stores=tuple(_location(streams.found[serial], packet) for serial, packet in packets.items()),
        insert_at=source.size,
        remarks=tuple(remarks[: limits.stores]),
    )


def stream_boxes(source: Source, limits: Limits) -> Iterator[NamedBox]:
    """Each stream with all its pages under its serial number, in the order in which they begin (anchor ``_ogg_specific_handling``)."""
    streams = _Streams(source, limits)
    for page in _pages(source, limits):
        streams.add(page)
    for serial, stream in streams.found.items():
        ranges, start, end = stream.ranges, stream.runs[0][0], stream.runs[-1][1]
        name = "C2PA" if stream.head.startswith(_STORE) else f"Stream-{serial}"
        yield NamedBox(name=name, span=Span(start, end - start), ranges=ranges if len(ranges) > 1 else ())


def _pages(source: Source, limits: Limits) -> Iterator[_Page]:
    """All pages, one right behind the other; ``MalformedError`` comes when the walk reaches the fault."""
    window, position = Window(source), 0
    for count in range(limits.ogg_pages + 1):
        if position == source.size:
            return
        if count == limits.ogg_pages:
            break
        if position + _HEADER.size > source.size:
            raise MalformedError("the file ends inside the header of a page", where="Ogg", offset=position)
        pattern, version, flags, _, serial, number, checksum, segments = window.unpack(_HEADER, position)
        table = position + _HEADER.size
        if pattern != b"OggS" or version:
            raise MalformedError("there is something else where a page should begin", where="Ogg", offset=position)
        if table + segments > source.size:
            raise MalformedError("the file ends inside the header of a page", where="Ogg", offset=position)
        lacing = window.read(table, segments)
        end = table + segments + sum(lacing)
        if end > source.size:
            raise MalformedError("the file ends inside a page", where="Ogg", offset=position)
        yield _Page(flags, serial, number, checksum, lacing, position, table + segments, end)
        position = end
    raise MalformedError(f"more than {limits.ogg_pages:,} pages", where="Ogg", offset=position)


def _take(packet: _Packet, page: _Page, limits: Limits) -> None:
    """Add to the store what a page holds of its packet."""
    first = packet.number is None
    if packet.ended:
        packet.fault = packet.fault or ("its stream goes on behind it" if page.lacing else "")
        return
    if not first and (page.number != (packet.number or 0) + 1 or not page.flags & _CONTINUED):
        packet.fault = packet.fault or "a page of it is missing"
    packet.number = page.number
    segments = next((count for count, length in enumerate(page.lacing, 1) if length != _FULL), len(page.lacing))
    packet.ended = bool(page.lacing) and page.lacing[segments - 1] != _FULL
    if segments < len(page.lacing):
        packet.fault = packet.fault or "its stream goes on behind it"
    skipped = len(_STORE) if first else 0
    packet.slices.append(Span(page.body + skipped, max(sum(page.lacing[:segments]) - skipped, 0)))
    if len(packet.slices) > limits.store_slices:
        raise MalformedError(f"a manifest store in more than {limits.store_slices:,} pages", where="Ogg", offset=page.start)


def _location(stream: _Stream, packet: _Packet) -> StoreLocation:
    fault = packet.fault or ("" if packet.ended else "it has no end")
    return StoreLocation(slices=tuple(packet.slices), frame=stream.ranges, fault=fault)


def _holds_pages(source: Source, packet: _Packet, serials: list[int]) -> bool:
    """Whether something in a store begins like a page of one of these streams.

    Players jump to some byte and look for the next page from there, and the store may be made as long as anybody likes.
    """
    named = b"|".join(re.escape(serial.to_bytes(4, "little")) for serial in serials)
    page = re.compile(rb"OggS\x00.{9}(?:" + named + rb")", re.DOTALL)
    return any(page.search(source.read(span.start, span.length)) for span in packet.slices)


def _sound(source: Source, page: _Page) -> bool:
    """Whether the checksum of a page fits: CRC-32 with its bits from the other end, begun with 0, over the page with zeros for it."""
    data = bytearray(source.read(page.start, page.end - page.start))
    data[_CHECKSUM] = bytes(4)
    value = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(value.to_bytes(4, "little").translate(_REVERSED), "big") == page.checksum
