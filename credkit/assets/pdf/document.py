"""Finding objects by their number, in the file as it is and as it was before later updates were appended.

Source: ISO 32000-2, 7.5: cross-reference tables, cross-reference streams, files with both, object streams. A file whose tables are broken
is refused; nothing is guessed by searching for objects, because what one program would find so, another would not. Tables stay in the file
and are looked up there, so that memory does not grow with the number of objects.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

from credkit.assets.layout import Span
from credkit.assets.pdf.objects import CutOffError, Reference, Values, indirect_head, parse_object, skip_space
from credkit.assets.pdf.packed import Budget, unpack
from credkit.assets.source import Source
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Document", "PdfObject", "Section"]

_TAIL = 4_096
_FIRST_READ = 1 << 13
_ENTRY = 20
_SUBSECTION = re.compile(rb"[\x00\t\n\f\r ]*(\d{1,10})[ ]+(\d{1,10})[\t ]*(?:\r\n|\n|\r)")
_START = re.compile(rb"startxref[\x00\t\n\f\r ]+(\d{1,20})")
_STREAM = re.compile(rb"stream(?:\r\n|\n|\r(?!\n))")
_END_STREAM = re.compile(rb"[\r\n ]{0,2}endstream")
_FREE, _PLACED, _PACKED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class PdfObject:
    """An object, and for a stream where its bytes lie. Objects out of an object stream have no ``start``."""

    value: Any
    start: int | None = None
    stream: Span | None = None


@dataclass(frozen=True, slots=True)
class _Table:
    """Consecutive entries: 20 bytes of text each in the file, or ``data`` in fields of some widths."""

    first: int
    count: int
    place: int = 0
    data: bytes = b""
    widths: tuple[int, int, int] = (0, 0, 0)


class _Tables:
    """The tables of one section; no object is in two of them."""

    __slots__ = ("_firsts", "_tables")

    def __init__(self, tables: list[_Table]) -> None:
        self._tables = sorted(tables, key=lambda table: table.first)
        self._firsts = [table.first for table in self._tables]

    def of(self, number: int) -> _Table | None:
        """The table that an object is in."""
        index = bisect_right(self._firsts, number) - 1
        found = self._tables[index] if index >= 0 else None
        return found if found and number < found.first + found.count else None


@dataclass(frozen=True, slots=True)
class Section:
    """One cross-reference section, with the one that a file for old readers has beside it."""

    start: int
    trailer: dict[str, Any]
    tables: tuple[_Tables, ...]
    """Looked up in this order."""


class Document:
    """A PDF; ``MalformedError`` from all its methods when what is asked for cannot be read."""

    def __init__(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> None:
        self._source = source
        self._limits = limits
        self._budget = Budget(limits.pdf_unpacked, limits.pdf_rows)
        self._values = Values(limits.pdf_values)
        self._left = self._tables_left = limits.pdf_objects
        self._parsing_left = limits.pdf_objects_size
        self._searching_left = limits.pdf_searches
        self._depth = 0
        self._unpacked: dict[int, tuple[list[int], bytes]] = {}
        self.sections: tuple[Section, ...] = ()
        """All cross-reference sections, the newest first."""
        self.sections = tuple(self._sections())

    @property
    def encrypted(self) -> bool:
        """Whether strings and streams are encrypted, unless one says otherwise."""
        return any(section.trailer.get("Encrypt") is not None for section in self.sections)

    def _fail(self, message: str, offset: int | None = None) -> MalformedError:
        return MalformedError(message, offset=offset)

    def _sections(self) -> Iterator[Section]:
        tail = self._source.read(max(0, self._source.size - _TAIL), min(_TAIL, self._source.size))
        starts = _START.findall(tail)
        if not starts:
            raise self._fail("it does not say where its cross-references are, so it was cut off or something large was appended")
        following: Any = int(starts[-1])
        seen: set[int] = set()
        while following is not None:
            if type(following) is not int or following in seen or not 0 < following < self._source.size:
                raise self._fail("its cross-references lead in a circle or out of the file")
            if len(seen) >= self._limits.pdf_sections:
                raise self._fail(f"it has more than {self._limits.pdf_sections:,} cross-reference sections")
            seen.add(following)
            section = self._section(following)
            yield section
            # Some writers put 0 where there is nothing before.
            following = section.trailer.get("Prev") or None

    def _section(self, start: int) -> Section:
        head = self._source.read(start, min(64, self._source.size - start))
        at = skip_space(head, 0)
        if head[at : at + 4] != b"xref":
            return self._stream_section(start)
        tables, at = self._tables(start + at + 4)
        trailer, _ = self._parsed(at)
        if not isinstance(trailer, dict):
            raise self._fail("a trailer is no dictionary", at)
        beside = trailer.get("XRefStm")
        if type(beside) is int and 0 < beside < self._source.size:
            return Section(start, trailer, (*self._stream_section(beside).tables, _Tables(tables)))
        return Section(start, trailer, (_Tables(tables),))

    def _tables(self, at: int) -> tuple[list[_Table], int]:
        """The subsections of a table, and where its trailer starts."""
        tables: list[_Table] = []
        while True:
            head = self._source.read(at, min(128, self._source.size - at))
            found = _SUBSECTION.match(head)
            if found is None:
                break
            place, count = at + found.end(), int(found[2])
            if count * _ENTRY > self._source.size - place:
                raise self._fail("a cross-reference table is longer than the file", at)
            self._count_tables(1)
            tables.append(_Table(int(found[1]), count, place))
            at = place + count * _ENTRY
        word = skip_space(head, 0)
        if head[word : word + 7] != b"trailer":
            raise self._fail("a cross-reference table has no trailer", at)
        return tables, at + word + 7

    def _stream_section(self, start: int) -> Section:
        found = self._object_at(start, None)
        dictionary = found.value
        if found.stream is None or dictionary.get("Type") != "XRef":
            raise self._fail("there are no cross-references where they should be", start)
        widths, index = dictionary.get("W"), dictionary.get("Index", [0, dictionary.get("Size")])
        if not _numbers(widths, 3, 8) or not _numbers(index, None, 1 << 40) or len(index) % 2:
            raise self._fail("a cross-reference stream does not say what its entries look like", start)
        data, row = unpack(self._bytes(found.stream), dictionary, self._budget), sum(widths)
        self._count_tables(len(index) // 2)
        tables, at = [], 0
        for first, count in zip(index[::2], index[1::2], strict=True):
            tables.append(_Table(first, count, data=data[at : at + count * row], widths=(widths[0], widths[1], widths[2])))
            at += count * row
        return Section(start, dictionary, (_Tables(tables),))

    def _count_tables(self, count: int) -> None:
        self._tables_left -= count
        if self._tables_left < 0:
            raise self._fail(f"its cross-references have more than {self._limits.pdf_objects:,} parts")

    def _bytes(self, span: Span) -> bytes:
        if span.length > self._limits.pdf_unpacked:
            raise self._fail("a stream that has to be read is too large", span.start)
        return self._source.read(span.start, span.length)

    def _lookup(self, number: int, age: int) -> tuple[int, int, int] | None:
        """Kind and two fields of the newest entry of an object, when ``age`` sections are left out; None when it has none or is free."""
        for index in range(age, len(self.sections)):
            section, free = self.sections[index], False
            self._searching_left -= 1
            if self._searching_left < 0:
                raise self._fail("its cross-references would have to be searched too often to find its Content Credentials")
            for tables in section.tables:
                table = tables.of(number)
                entry = self._entry(table, number - table.first) if table else None
                if entry is not None and entry[0] != _FREE:
                    return entry
                free = free or entry is not None
            if free:
                return None
        return None

    def _entry(self, table: _Table, index: int) -> tuple[int, int, int] | None:
        if not table.widths[1]:
            text = self._source.read(table.place + index * _ENTRY, _ENTRY)
            if not text[:10].isdigit() or not text[11:16].isdigit() or text[17:18] not in b"nf":
                raise self._fail("an entry of a cross-reference table is damaged", table.place + index * _ENTRY)
            return (_PLACED if text[17:18] == b"n" else _FREE), int(text[:10]), int(text[11:16])
        row = sum(table.widths)
        entry = table.data[index * row : (index + 1) * row]
        if len(entry) < row:
            return None
        first, second, third = table.widths
        kind = int.from_bytes(entry[:first], "big") if first else _PLACED
        return kind, int.from_bytes(entry[first : first + second], "big"), int.from_bytes(entry[first + second :], "big") if third else 0

    def resolve(self, value: Any, age: int = 0) -> PdfObject:
        """What a value is: itself, or the object that a reference leads to, as it was when the newest ``age`` sections were not there."""
        for _ in range(self._limits.pdf_depth):
            if not isinstance(value, Reference):
                return PdfObject(value)
            found = self._object(value.number, age)
            if not isinstance(found.value, Reference):
                return found
            value = found.value
        raise self._fail("a reference leads to further references without an end")

    def dictionary(self, value: Any, age: int = 0) -> dict[str, Any]:
        """The dictionary that a value is or leads to; an empty one for anything else."""
        found = self.resolve(value, age).value
        return found if isinstance(found, dict) else {}

    def _object(self, number: int, age: int) -> PdfObject:
        entry = self._lookup(number, age)
        if entry is None or entry[0] not in (_PLACED, _PACKED):
            return PdfObject(None)
        # The length of a stream is an object of its own, which may lie in a stream.
        if self._depth >= self._limits.pdf_depth:
            raise self._fail("an object is needed to read itself")
        self._depth += 1
        try:
            kind, first, second = entry
            return self._object_at(first, number, age) if kind == _PLACED else self._packed(first, second, number, age)
        finally:
            self._depth -= 1

    def _object_at(self, start: int, number: int | None, age: int = 0) -> PdfObject:
        self._left -= 1
        if self._left < 0:
            raise self._fail(f"more than {self._limits.pdf_objects:,} objects would have to be read to find its Content Credentials")
        if start >= self._source.size:
            raise self._fail("an object lies behind the end of the file", start)
        value, end = self._parsed(start, indirect=number)
        if not isinstance(value, dict):
            return PdfObject(value, start)
        return PdfObject(value, start, self._stream(value, end, age))

    def _parsed(self, start: int, *, indirect: int | None = -1) -> tuple[Any, int]:
        """The object at ``start`` and where it ends; the head of an indirect object is read first, its number being ``indirect`` (None:
        whatever it is; -1: there is no head).
        """
        value, end = self._grown(lambda size: self._source.read(start, size), self._source.size - start, start, indirect)
        return value, start + end

    def _grown(self, read: Callable[[int], bytes], there: int, start: int | None, indirect: int | None = -1) -> tuple[Any, int]:
        """An object among ``there`` bytes, of which ``read`` gets the first ones, and how many it has; most have few."""
        size = min(_FIRST_READ, there)
        while True:
            data = read(size)
            try:
                at = 0
                if indirect != -1:
                    head = indirect_head(data)
                    if head is None or indirect not in (None, head[0]):
                        raise self._fail("there is no such object where the cross-references say", start)
                    at = head[1]
                value, end = parse_object(data, at, self._limits, values=self._values)
            except MalformedError:
                self._count_parsed(size)
                raise
            except CutOffError:
                self._count_parsed(size)
                if size >= min(self._limits.pdf_object_size, there):
                    raise self._fail("an object does not end, or is larger than any that is read", start) from None
                size = min(size * 8, self._limits.pdf_object_size, there)
            else:
                self._count_parsed(end)
                return value, end

    def _count_parsed(self, size: int) -> None:
        self._parsing_left -= size
        if self._parsing_left < 0:
            raise self._fail(
                f"more than {self._limits.pdf_objects_size:,} bytes of objects would have to be read to find its Content Credentials"
            )

    def _stream(self, dictionary: dict[str, Any], end: int, age: int) -> Span | None:
        """Where the bytes of a stream lie behind its dictionary; None when no stream follows."""
        head = self._source.read(end, min(64, self._source.size - end))
        found = _STREAM.match(head, skip_space(head, 0))
        if found is None:
            return None
        length = dictionary.get("Length")
        if isinstance(length, Reference):
            length = self.resolve(length, age).value
        start = end + found.end()
        if type(length) is not int or length < 0 or start + length > self._source.size:
            raise self._fail("a stream does not say how long it is", end)
        span = Span(start, length)
        if not _END_STREAM.match(self._source.read(span.end, min(32, self._source.size - span.end))):
            raise self._fail("a stream does not end where it says", span.end)
        return span

    def _packed(self, container: int, index: int, number: int, age: int) -> PdfObject:
        """An object out of an object stream."""
        entry = self._lookup(container, age)
        if entry is None or entry[0] != _PLACED:
            raise self._fail("an object lies in an object stream that is not there")
        if entry[1] not in self._unpacked:
            self._unpacked[entry[1]] = self._object_stream(entry[1], container, age)
        numbers, data = self._unpacked[entry[1]]
        if not 0 <= index < len(numbers) // 2 or numbers[2 * index] != number:
            raise self._fail("an object is not where the cross-references say, in its object stream")
        place = numbers[2 * index + 1]
        return PdfObject(self._grown(lambda size: data[place : place + size], max(len(data) - place, 0), None)[0])

    def _object_stream(self, start: int, number: int, age: int) -> tuple[list[int], bytes]:
        """Numbers and places of the objects in an object stream, in turn, and its content."""
        found = self._object_at(start, number, age)
        count, first = (found.value.get(key) for key in ("N", "First")) if isinstance(found.value, dict) else (None, None)
        if (
            found.stream is None
            or type(count) is not int
            or type(first) is not int
            or not 0 <= count <= min(first, self._limits.pdf_objects)
        ):
            raise self._fail("an object stream does not say what is in it", start)
        data = unpack(self._bytes(found.stream), found.value, self._budget)
        fields = data[:first].split(None, 2 * count)
        if len(fields) < 2 * count or not all(field.isdigit() and len(field) <= 10 for field in fields[: 2 * count]):
            raise self._fail("an object stream does not say where its objects are", start)
        return [int(field) + first * (at % 2) for at, field in enumerate(fields[: 2 * count])], data


def _numbers(values: Any, count: int | None, most: int) -> bool:
    """Whether these are whole numbers from 0 up to ``most``, and as many as wanted."""
    return isinstance(values, list) and count in (None, len(values)) and all(type(one) is int and 0 <= one <= most for one in values)
