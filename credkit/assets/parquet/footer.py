"""The footer of a Parquet file: where its fields lie, and which key-value entries there are. Row groups are passed over.

Source: Apache Parquet, ``parquet.thrift``, ``FileMetaData``.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.layout import Span
from credkit.assets.parquet.thrift import BINARY, LIST, STRUCT, FieldHeader, Reader
from credkit.assets.source import Source
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["KEY_VALUES", "MANIFEST_KEY", "TAIL", "Field", "Footer", "KeyValue", "read_fields", "read_footer"]

MANIFEST_KEY = "c2pa:manifest"
KEY_VALUES = 5
"""Number of ``key_value_metadata`` in ``FileMetaData``."""
TAIL = 8
"""Bytes behind the footer: its length and the magic."""
_CREATED_BY = 6
_ENCRYPTION = 8
_MAGIC, _ENCRYPTED_MAGIC = b"PAR1", b"PARE"
_KEY = 1 << 10
_FIELDS_EACH = 4
"""Fields for each entry that may be there; one has two, and its end."""
_BYTES = 3
"""Of a large footer, for each value; in real ones it has between four and five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValue:
    """One entry of ``key_value_metadata``; spans count from the start of the file."""

    span: Span
    key: str | None
    """None for a key of more than 1,024 bytes."""
    length: Span
    """Where the length of the value stands."""
    value: Span
    fault: str = ""
    """Why the entry is in doubt, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of ``FileMetaData``; spans count from the start of the file."""

    header: FieldHeader
    header_span: Span
    value: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What a walk over the footer found."""

    span: Span
    """Of the footer, without the eight bytes behind it; empty for an encrypted one."""
    fields: tuple[Field, ...] = ()
    stop: int = 0
    """Where the byte stands that ends ``FileMetaData``."""
    entries: tuple[KeyValue, ...] = ()
    entries_long: bool = False
    """The count of entries stands in a number of its own."""
    created_by: Span | None = None
    encrypted: bool = False
    """The footer is encrypted, or signed by its own means because columns are."""

    @property
    def manifests(self) -> tuple[KeyValue, ...]:
        """The entries under the manifest's key."""
        return tuple(entry for entry in self.entries if entry.key == MANIFEST_KEY)

    @property
    def key_values(self) -> Field | None:
        """The field with the entries."""
        return next((field for field in self.fields if field.header.number == KEY_VALUES), None)


def read_footer(source: Source, limits: Limits) -> Footer:
    """Walk over the footer; ``MalformedError`` when it is not sound."""
    if source.size < 4 + TAIL:
        raise MalformedError("the file is too short for a footer", where="file", offset=0)
    tail = source.read(source.size - TAIL, TAIL)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] == _ENCRYPTED_MAGIC:
        return Footer(span=Span(source.size - TAIL, 0), encrypted=True)
    if tail[4:] != _MAGIC:
        raise MalformedError('the file does not end with "PAR1"', where="file", offset=source.size - 4)
    if source.read(0, 4) != _MAGIC:
        raise MalformedError('the file does not begin with "PAR1"', where="file", offset=0)
    if length > source.size - TAIL - 4:
        raise MalformedError(
            f"the footer claims {length:,} bytes, but the file has {source.size:,}", where="file", offset=source.size - TAIL
        )
    if length > limits.parquet_footer:
        raise MalformedError(f"the footer claims {length:,} bytes, more than {limits.parquet_footer:,}", where="file")
    span = Span(source.size - TAIL - length, length)
    return _Walk(source.read(span.start, length), span, limits).run()


class _Walk:
    """One walk over a footer."""

    __slots__ = ("_data", "_fields_left", "_most", "_reader", "_span")

    def __init__(self, data: bytes, span: Span, limits: Limits) -> None:
        self._data = data
        self._span = span
        self._most = limits.model_properties
        self._fields_left = _FIELDS_EACH * limits.model_properties
        self._reader = Reader(data, values=limits.allowed_parts(limits.parquet_values, span.length, each=_BYTES), start=span.start)

    def _here(self) -> int:
        return self._span.start + self._reader.at

    def _field(self, before: int) -> FieldHeader | None:
        # What is passed over is counted by the reader; these fields are kept, or looked at one by one, even when nothing is in them.
        self._fields_left -= 1
        if self._fields_left < 0:
            raise self._reader.fail(f"the footer and its entries have more than {_FIELDS_EACH * self._most:,} fields")
        return self._reader.field(before)

    def run(self) -> Footer:
        """Field by field."""
        fields: list[Field] = []
        entries: tuple[KeyValue, ...] = ()
        is_long = False
        created_by: Span | None = None
        before = 0
        while True:
            start = self._here()
            header = self._field(before)
            if header is None:
                break
            before, value = header.number, self._here()
            if header.number == KEY_VALUES:
                if any(field.header.number == KEY_VALUES for field in fields):
                    raise self._reader.fail("key_value_metadata stands twice")
                entries, is_long = self._entries(header)
            elif header.number == _CREATED_BY and header.kind == BINARY:
                created_by = self._binary()
            else:
                self._reader.skip(header.kind)
            fields.append(Field(header=header, header_span=Span(start, value - start), value=Span(value, self._here() - value)))
        return Footer(
            span=self._span,
            fields=tuple(fields),
            stop=start,
            entries=entries,
            entries_long=is_long,
            created_by=created_by,
            encrypted=any(field.header.number == _ENCRYPTION for field in fields),
        )

    def _entries(self, header: FieldHeader) -> tuple[tuple[KeyValue, ...], bool]:
        if header.kind != LIST:
            raise self._reader.fail("key_value_metadata is no list")
        is_long = self._data[self._reader.at : self._reader.at + 1] >= b"\xf0"
        kind, count = self._reader.list_of()
        if kind != STRUCT and count:
            raise self._reader.fail("key_value_metadata holds something other than entries")
        if count > self._most:
            raise self._reader.fail(f"key_value_metadata claims {count:,} entries, more than {self._most:,}")
        return tuple(self._entry() for _ in range(count)), is_long

    def _entry(self) -> KeyValue:
        start, before = self._here(), 0
        key: str | None = ""
        length = value = Span(start, 0)
        seen: list[int] = []
        while header := self._field(before):
            before = header.number
            if header.kind != BINARY or header.number not in (1, 2):
                self._reader.skip(header.kind)
                continue
            seen.append(header.number)
            place = self._here()
            found = self._binary()
            if header.number == 1:
                key = self._text(found)
            else:
                length, value = Span(place, found.start - place), found
        fault = ""
        if sorted(seen) != [1, 2]:
            fault = "its entry has no value" if 2 not in seen else "its entry has more than one key or value"
        return KeyValue(span=Span(start, self._here() - start), key=key, length=length, value=value, fault=fault)

    def _binary(self) -> Span:
        length = self._reader.length()
        span = Span(self._here(), length)
        self._reader.at += length
        return span

    def _text(self, span: Span) -> str | None:
        start = span.start - self._span.start
        return self._data[start : start + span.length].decode("utf-8", "replace") if span.length <= _KEY else None


def read_fields(source: Source, footer: Footer, most: int) -> Iterator[tuple[str, str | None]]:
    """``created_by`` and the entries in order, the manifest's left out; None for a value of more than ``most`` bytes."""
    spans = [("created_by", footer.created_by)] if footer.created_by else []
    spans += [(entry.key, entry.value) for entry in footer.entries if entry.key and entry.key != MANIFEST_KEY]
    for key, span in spans:
        yield key, source.read(span.start, span.length).decode("utf-8", "replace") if span.length <= most else None
