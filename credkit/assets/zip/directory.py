"""The directory at the end of a ZIP: where it stands, and what it says of each entry.

Clause: "Hashing the ZIP Central Directory" (anchor ``_hashing_the_zip_central_directory``); the records are those of the ZIP AppNote,
sections 4.3 and 4.5. Programs disagree about archives whose records contradict each other, and hide things in the difference, so there is
one reading here and no guess: the end record reaches to the end of the file or is the last that fits, the directory stands right in front
of it (or of the records of ZIP64), and holds as many headers as counted. Entries themselves are not looked at, see ``entries``.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["CRC_IN_HEADER", "STORE_NAME", "Directory", "Header", "is_former_directory", "read_directory"]

STORE_NAME = b"META-INF/content_credential.c2pa"
"""The entry of the manifest store (anchor ``_placement_of_the_manifest_store``)."""

_END = Struct("<4s4H2IH")
"""Signature, this disk, disk of the directory, entries on this disk, entries, size and start of the directory, length of the comment."""
_LOCATOR = Struct("<4sIQI")
"""Signature, disk of the ZIP64 end record, its start, disks."""
_END_64 = Struct("<4sQ2H2I4Q")
"""Signature, bytes that follow, two versions, two disks, entries on this disk, entries, size and start of the directory."""
_HEADER = Struct("<4s6H3I5H2I")
"""Signature, two versions, flags, method, time, date, CRC-32, two sizes, lengths of name, extra and comment, disk, two sets of
attributes, start of the local header."""
_EXTRA = Struct("<2H")
CRC_IN_HEADER = Span(16, 4)
"""Where a header has the CRC-32 of its entry."""
_SHORT, _LONG = 0xFFFF, 0xFFFF_FFFF
_ZIP64 = 1
_COMMENT = 0xFFFF


@dataclass(frozen=True, slots=True)
class Header:
    """What the directory says of one entry."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    """Bytes of the entry as it is stored."""
    unpacked: int
    start: int
    """Of the local header."""
    place: Span
    """Of this header itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The directory of an archive as a whole."""

    headers: tuple[Header, ...]
    place: Span
    """All headers."""
    records: Span
    """What stands between the headers and the end record: nothing, or the two records of ZIP64."""
    end: Span
    """The end record with its comment."""


@dataclass(frozen=True, slots=True)
class _End:
    place: Span
    records: Span
    count: int
    size: int
    start: int


def read_directory(source: Source, limits: Limits = DEFAULT_LIMITS) -> Directory:
    """The directory of an archive; ``MalformedError`` when it contradicts itself, or lists more than ``Limits.zip_entries``."""
    return source.known.once(("zip directory", limits), lambda: _read(source, limits))


def _fail(message: str, offset: int) -> MalformedError:
    return MalformedError(message, where="directory of the archive", offset=offset)


def _read(source: Source, limits: Limits) -> Directory:
    end = _end(source)
    if end.count > limits.zip_entries:
        raise _fail(f"it lists {end.count:,} entries, more than {limits.zip_entries:,}", end.place.start)
    if end.start + end.size != end.records.start:
        raise _fail("it does not stand right in front of the end record, where that says", end.place.start)
    place = Span(end.start, end.size)
    headers = tuple(_headers(Window(source), place, end.count))
    return Directory(headers=headers, place=place, records=end.records, end=end.place)


def _end(source: Source) -> _End:
    start = _end_record(source)
    (_, disk, other_disk, count_here, count, size, offset, comment) = _END.unpack(source.read(start, _END.size))
    place = Span(start, _END.size + comment)
    records = _records_64(source, start)
    counts, disks = {count_here, count}, {disk, other_disk}
    if records.length:
        (_, rest, _, _, disk, other_disk, count_here, long_count, long_size, long_offset) = _END_64.unpack(
            source.read(records.start, _END_64.size)
        )
        if rest + 12 != records.length - _LOCATOR.size:
            raise _fail("its ZIP64 record is of another length than it says", records.start)
        counts, disks = counts - {_SHORT} | {count_here, long_count}, disks - {_SHORT} | {disk, other_disk}
        agree = (count in (_SHORT, long_count), size in (_LONG, long_size), offset in (_LONG, long_offset))
        if not all(agree):
            raise _fail("its two end records contradict each other", records.start)
        count, size, offset = long_count, long_size, long_offset
    if disks != {0} or len(counts) != 1:
        raise _fail("the archive is spread over several files", start)
    return _End(place, records, count, size, offset)


def _end_record(source: Source) -> int:
    """Where the end record starts; what stands in the comment of another one does not count."""
    tail_start = max(0, source.size - _END.size - _COMMENT)
    tail = source.read(tail_start, source.size - tail_start)
    fitting: list[tuple[int, int]] = []
    at = len(tail)
    while (at := tail.rfind(b"PK\5\6", 0, at)) >= 0:
        if at + _END.size <= len(tail):
            end = at + _END.size + int.from_bytes(tail[at + 20 : at + 22], "little")
            if end <= len(tail):
                fitting.append((end, at))
    whole = [start for end, start in fitting if end == len(tail)]
    if len(whole) > 1:
        raise _fail("two records could be its end, one in the comment of the other", tail_start + min(whole))
    if not fitting:
        raise MalformedError("it has no end record, so it was cut off or is no ZIP")
    return tail_start + (whole[0] if whole else fitting[0][1])


def _records_64(source: Source, end: int) -> Span:
    """The ZIP64 end record and its locator, which stand in front of the end record; empty where there are none."""
    locator = end - _LOCATOR.size
    if locator < _END_64.size or source.read(locator, 4) != b"PK\6\7":
        return Span(end, 0)
    _, disk, start, disks = _LOCATOR.unpack(source.read(locator, _LOCATOR.size))
    if disk or disks > 1 or start + _END_64.size > locator or source.read(start, 4) != b"PK\6\6":
        raise _fail("its ZIP64 record is not where the locator says", locator)
    return Span(start, end - start)


def _headers(window: Window, place: Span, count: int) -> Iterator[Header]:
    position = place.start
    for _ in range(count):
        if position + _HEADER.size > place.end or window.read(position, 4) != b"PK\1\2":
            raise _fail("it ends before all entries are listed", position)
        header, position = _header(window, position, place.end)
        yield header
    if position != place.end:
        raise _fail(f"{place.end - position:,} bytes follow the last entry that was counted", position)


def is_former_directory(source: Source, span: Span) -> bool:
    """Whether a range holds nothing but headers of a directory: what is left of one when entries were appended behind it."""
    window, position = Window(source), span.start
    while position + _HEADER.size <= span.end and window.read(position, 4) == b"PK\1\2":
        position += _HEADER.size + sum(window.unpack(_HEADER, position)[10:13])
    return position == span.end


def _header(window: Window, at: int, end: int) -> tuple[Header, int]:
    (_, _, _, flags, method, _, _, crc, packed, unpacked, names, extras, comments, disk, _, _, start) = window.unpack(_HEADER, at)
    length = _HEADER.size + names + extras + comments
    if at + length > end:
        raise _fail("an entry reaches past its end", at)
    name = window.read(at + _HEADER.size, names)
    if _LONG in (packed, unpacked, start):
        extra = window.read(at + _HEADER.size + names, extras)
        unpacked, packed, start = _long_values(extra, (unpacked, packed, start), at)
    if disk not in (0, _SHORT):
        raise _fail("the archive is spread over several files", at)
    return Header(name, flags, method, crc, packed, unpacked, start, Span(at, length)), at + length


def _long_values(extra: bytes, values: tuple[int, int, int], at: int) -> tuple[int, int, int]:
    """Sizes and start of an entry, those that do not fit into 32 bits from its ZIP64 field."""
    position = 0
    while position + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, position)
        position += _EXTRA.size
        if kind == _ZIP64:
            field = extra[position : position + length]
            missing = values.count(_LONG)
            if len(field) < 8 * missing:
                break
            found = iter([int.from_bytes(field[8 * index : 8 * index + 8], "little") for index in range(missing)])
            first, second, third = (next(found) if value == _LONG else value for value in values)
            return first, second, third
        position += length
    raise _fail("an entry needs a ZIP64 field and has none", at)
