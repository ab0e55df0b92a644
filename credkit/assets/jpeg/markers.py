"""The marker structure of a JPEG (ISO/IEC 10918-1, Annex B): where each segment starts and ends, and what it is called.

Entropy-coded data is skipped by searching for the next marker; nothing is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct

from credkit.assets.window import Window
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "APP0",
    "APP1",
    "APP2",
    "APP11",
    "APP13",
    "COM",
    "EOI",
    "MPF",
    "SOI",
    "SOS",
    "Segment",
    "is_frame_header",
    "marker_name",
    "segments",
]

TEM, SOI, EOI, SOS = 0x01, 0xD8, 0xD9, 0xDA
APP0, APP1, APP2, APP11, APP13 = 0xE0, 0xE1, 0xE2, 0xEB, 0xED
COM = 0xFE
MPF = b"MPF\x00"
"""How an APP2 segment begins that lists further pictures; see ``mpf``."""
_RST0, _RST7 = 0xD0, 0xD7
_NAMES = {
    TEM: "TEM", SOI: "SOI", EOI: "EOI", SOS: "SOS", 0xC4: "DHT", 0xC8: "JPG", 0xCC: "DAC", 0xDB: "DQT", 0xDC: "DNL", 0xDD: "DRI",
    0xDE: "DHP", 0xDF: "EXP", COM: "COM",
}  # fmt: skip
_INTERVAL = 16
"""Bytes of a large picture for each restart interval; in real ones an interval is at least a row of blocks."""
_HEADER = Struct(">BBH")
# In entropy-coded data FF 00 is a data byte, FF FF a fill byte, FF D0 to FF D7 a restart marker within the scan.
_NEXT_SEGMENT = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_ANY_MARKER = re.compile(rb"\xff[^\xff]")
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff]")


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker with all that belongs to it; ``SOS`` and ``RSTn`` include the entropy-coded data behind them."""

    marker: int
    start: int
    """The ``FF`` of the marker."""
    end: int
    """One past the last byte."""
    fill: int
    """Where fill bytes (``FF``) before the marker begin; ``start`` when there are none.

    Behind entropy-coded data they belong to the data.
    """

    @property
    def length(self) -> int:
        """Bytes from marker to end."""
        return self.end - self.start


def is_frame_header(marker: int) -> bool:
    """Whether the marker is one of ``SOF0`` to ``SOF15``."""
    return 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)


def marker_name(marker: int) -> str:
    """The symbol of ISO/IEC 10918-1, Table B.1."""
    if marker in _NAMES:
        return _NAMES[marker]
    for first, last, name in ((0xC0, 0xCF, "SOF"), (_RST0, _RST7, "RST"), (0xE0, 0xEF, "APP"), (0xF0, 0xFD, "JPG")):
        if first <= marker <= last:
            return f"{name}{marker - first}"
    return "RES"


def segments(
    window: Window, limits: Limits = DEFAULT_LIMITS, *, start: int = 0, restarts: bool = False, header_only: bool = False
) -> Iterator[Segment]:
    """All segments of the picture that starts at ``start``, from ``SOI`` to ``EOI``.

    With ``restarts`` each restart interval is a segment of its own, otherwise it belongs to its scan. With ``header_only`` the walk ends
    with the first ``SOS``, and that without the data behind it: no entropy-coded byte is read. ``MalformedError`` comes when the walk
    reaches the fault, so that the segments before it can be used.
    """
    if window.read(start, 2) != b"\xff\xd8":
        raise MalformedError("a JPEG picture has to start with FF D8", where="JPEG", offset=start)
    yield Segment(SOI, start, start + 2, start)
    position, count, intervals = start + 2, 0, 0
    most = limits.allowed_parts(limits.jpeg_segments, window.size)
    most_intervals = limits.allowed_parts(limits.jpeg_intervals, window.size, each=_INTERVAL)
    while True:
        segment = _segment(window, position, restarts, header_only)
        yield segment
        if segment.marker == EOI or (header_only and segment.marker == SOS):
            return
        position = segment.end
        if _RST0 <= segment.marker <= _RST7:
            intervals += 1
        else:
            count += 1
        if count > most:
            raise MalformedError(f"more than {most:,} segments", where="JPEG", offset=position)
        if intervals > most_intervals:
            raise MalformedError(f"more than {most_intervals:,} restart intervals", where="JPEG", offset=position)


def _segment(window: Window, position: int, restarts: bool, header_only: bool) -> Segment:
    if position + 2 > window.size:
        raise MalformedError("the picture ends without an end marker", where="JPEG", offset=position)
    start, (first, marker) = position, window.read(position, 2)
    if first == marker == 0xFF:
        # Behind an FF, the first FF with another byte behind it is the end of the fill bytes.
        start = window.find(_ANY_MARKER, position)
        marker = window.read(start + 1, 1)[0] if start >= 0 else 0
    if first != 0xFF or marker == 0:
        raise MalformedError("no marker stands where one is expected", where="JPEG", offset=position)
    if _RST0 <= marker <= _RST7:
        return Segment(marker, start, _entropy_end(window, start + 2, restarts), position)
    if marker in (TEM, SOI, EOI):
        return Segment(marker, start, start + 2, position)
    end = start + 2 + _length(window, start)
    with_data = marker == SOS and not header_only
    return Segment(marker, start, _entropy_end(window, end, restarts) if with_data else end, position)


def _length(window: Window, start: int) -> int:
    if start + _HEADER.size > window.size:
        raise MalformedError("the picture ends inside a segment header", where="JPEG", offset=start)
    _, marker, length = window.unpack(_HEADER, start)
    if length < 2 or start + 2 + length > window.size:
        raise MalformedError(f"segment {marker_name(marker)} claims {length:,} bytes, which do not fit", where="JPEG", offset=start)
    return int(length)


def _entropy_end(window: Window, start: int, restarts: bool) -> int:
    """Where the next marker stands, fill bytes before it counted as data; the end of the file when there is none."""
    found = window.find(_NEXT_MARKER if restarts else _NEXT_SEGMENT, start)
    return window.size if found < 0 else found
