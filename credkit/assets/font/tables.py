"""The tables of a font, and what stands in its table ``C2PA``: the store and a reference to a remote one.

The boxes of a font are its tables in the order of the table directory. The directory itself belongs to none, ``checkSumAdjustment`` of
``head`` counts as zero, and up to three zeros fill up the space behind a table; whatever else lies there is a box that no list can name.

Anchors ``_font_specific_handling`` and ``_font_special_handling``.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from credkit.assets.font.sniff import DIRECTORY, PLAIN, RECORD, WRAPPED
from credkit.assets.layout import Layout, NamedBox, Span, StoreLocation
from credkit.assets.source import Source
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["scan_font", "table_boxes"]

_TABLE = Struct(">HHIHHII")
"""Version, place and length of a URI, a reserved field, place and length of the store; places count from the start of the table."""
_VERSION = (0, 1)
_FILLED_TO = 4
_ADJUSTMENT = Span(8, 4)
_UNNAMED = "what lies between the tables"
_REMARK = "Credentials are not looked for in {}: the specification says nothing of where they would stand."
_NAMES = {"font/collection": "collections of fonts", "font/woff": "fonts packed for the web", "font/woff2": "fonts packed for the web"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    tag: str
    span: Span


def scan_font(source: Source, limits: Limits) -> Layout:
    """The layout of a font; ``MalformedError`` as ``FontFormat.scan`` says."""
    kind = source.read(0, min(source.size, 4))
    if kind in WRAPPED:
        packed = WRAPPED[kind]
        return Layout(media_type=packed, size=source.size, remarks=(_REMARK.format(_NAMES[packed]),))
    if kind not in PLAIN:
        raise MalformedError("the version of the table directory is not known", where="font", offset=0)
    found = [_read_table(source, table.span) for table in _tables(source, limits) if table.tag == "C2PA"]
    if len(found) > limits.stores:
        raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="font")
    return Layout(
        media_type=PLAIN[kind],
        size=source.size,
        stores=tuple(store for store, _ in found if store),
        reference=next((reference for _, reference in found if reference), None),
    )


def table_boxes(source: Source, limits: Limits) -> Iterator[NamedBox]:
    """The tables in the order of the directory, and then anything but zeros between them; none for a packed font or a collection."""
    if source.read(0, min(source.size, 4)) in WRAPPED:
        return
    tables = _tables(source, limits)
    # Fonts may keep one table under two names; a thousand over each other would be hashed a thousand times.
    if sum(table.span.length for table in tables) > 2 * source.size:
        raise MalformedError("its tables lie over each other", where="font")
    padding, rest = _between(source, tables)
    for table in tables:
        zeroed = Span(table.span.start + _ADJUSTMENT.start, _ADJUSTMENT.length) if table.tag == "head" else None
        yield NamedBox(
            name=table.tag,
            span=table.span,
            zeroed=zeroed if zeroed and zeroed.end <= table.span.end else None,
            padding=padding.get(table.span.end, 0),
            bounded=False,
        )
    for span in rest:
        yield NamedBox(name=_UNNAMED, span=span)


def _tables(source: Source, limits: Limits) -> list[_Table]:
    """The tables in the order of the directory."""
    _, count, _, _, _ = DIRECTORY.unpack(source.read(0, DIRECTORY.size))
    if count > limits.font_tables:
        raise MalformedError(f"more than {limits.font_tables:,} tables", where="font", offset=4)
    data = source.read(DIRECTORY.size, count * RECORD.size)
    tables = []
    for tag, _, start, length in RECORD.iter_unpack(data):
        name = tag.decode("latin-1")
        if start < DIRECTORY.size + len(data) or start + length > source.size:
            raise MalformedError(f'table "{name}" does not lie behind the directory and in the file', where="font", offset=start)
        tables.append(_Table(tag=name, span=Span(start, length)))
    return tables


def _read_table(source: Source, table: Span) -> tuple[StoreLocation | None, Span | None]:
    """The store and the URI in a table ``C2PA``; a place outside of the table is a fault of the store."""
    if table.length < _TABLE.size:
        return StoreLocation(slices=(), frame=(table,), fault="the C2PA table is shorter than its own header"), None
    major, minor, uri_at, uri_length, reserved, store_at, store_length = _TABLE.unpack(source.read(table.start, _TABLE.size))
    uri, store = Span(table.start + uri_at, uri_length), Span(table.start + store_at, store_length)
    if any(part.start > table.start and (part.start < table.start + _TABLE.size or part.end > table.end) for part in (uri, store)):
        return StoreLocation(slices=(), frame=(table,), fault="the C2PA table points outside of itself"), None
    reference = uri if uri_at and uri_length else None
    if not store_at:
        return None, reference
    # No hash covers the table. What stands in it beside the store and the URI makes it larger than what may be left out of a hash.
    parts = sorted(part for part in (Span(table.start, _TABLE.size), reference, store) if part)
    loose = [(reference, "address of credentials, which nothing covers")] if reference else []
    if (major, minor) != _VERSION:
        loose.append((Span(table.start, 4), "version of the C2PA table, which is 0.1"))
    if not reference and (uri_at or uri_length):
        loose.append((Span(table.start + 4, 6), "place of an address that is not there"))
    if reserved:
        loose.append((Span(table.start + 10, 2), "reserved field of the C2PA table, which is 0"))
    filled = _is_filled(source, table, parts)
    frame = (table,) if filled else (store,)
    return StoreLocation(slices=(store,), frame=frame, loose=tuple(loose) if filled else ()), reference


def _is_filled(source: Source, table: Span, parts: list[Span]) -> bool:
    position = table.start
    for part in (*parts, Span(table.end, 0)):
        if part.start - position not in range(_FILLED_TO) or any(source.read(position, part.start - position)):
            return False
        position = part.end
    return True


def _between(source: Source, tables: list[_Table]) -> tuple[dict[int, int], list[Span]]:
    """How many zeros fill up the space behind each end of a table, and every space that holds anything else."""
    padding: dict[int, int] = {}
    rest: list[Span] = []
    position = DIRECTORY.size + len(tables) * RECORD.size
    for span in (*sorted(table.span for table in tables if table.span.length), Span(source.size, 0)):
        gap = span.start - position
        if 0 < gap < _FILLED_TO and not any(source.read(position, gap)):
            padding[position] = gap
        elif gap > 0:
            rest.append(Span(position, gap))
        position = max(position, span.end)
    return padding, rest
