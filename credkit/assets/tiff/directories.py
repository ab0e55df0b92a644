"""The directories of a TIFF: header, entries, and the chain of main directories (pages).

Decides what can be walked: every number is checked against the file and the limits, and a chain that comes back to itself is refused. What
entries mean is left to ``format``, how they change to ``edit``. Offsets may be odd, which the standard forbids and readers bear.

Source: TIFF 6.0, section 2; the design of BigTIFF (counts of 8 bytes, entries of 20).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from struct import Struct

from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.tiff.form import Form, form_of
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["STORE", "UNDEFINED", "Directory", "Entry", "directories", "directory_at"]

STORE = 52545
"""Tag of the entry whose value is the manifest store."""
UNDEFINED = 7
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8, 129: 1}
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""Types that are whole numbers without a sign, as ``struct`` has them."""
_CHUNK = 1 << 13
_USUAL = 512
"""Bytes of a directory that are read at once; larger ones are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a directory."""

    tag: int
    kind: int
    """Type of the values."""
    count: int
    """Number of values."""
    field: bytes
    """The value, or where it is."""
    place: int
    """Of the entry in the file."""
    form: Form

    @property
    def length(self) -> int:
        """Bytes of the value; 0 for an unknown type."""
        return self.count * _SIZES.get(self.kind, 0)

    @property
    def count_field(self) -> Span:
        """Where the count stands."""
        return Span(self.place + 4, self.form.offset.size)

    @property
    def inline(self) -> bool:
        """The value stands in the entry itself."""
        return self.length <= len(self.field)

    @property
    def value(self) -> Span:
        """Where the value stands; it may be outside of the file."""
        start = self.count_field.end if self.inline else int(self.form.offset.unpack(self.field)[0])
        return Span(start, self.length)

    @property
    def number(self) -> int:
        """The first of its values when these are whole numbers that stand in the entry; else -1."""
        if self.kind not in _CODES or not self.count or not self.inline:
            return -1
        return int(Struct(self.form.order + _CODES[self.kind]).unpack_from(self.field)[0])

    def numbers(self, source: Source) -> Iterator[int]:
        """All its values, read piece by piece; none when they are no whole numbers. ``MalformedError`` outside of the file."""
        if self.kind not in _CODES:
            return
        number = Struct(self.form.order + _CODES[self.kind])
        step = _CHUNK * number.size
        for start in range(self.value.start, self.value.end, step):
            for (value,) in number.iter_unpack(source.read(start, min(step, self.value.end - start))):
                yield value


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One directory of the main chain."""

    form: Form
    start: int
    raw: bytes
    """Its entries."""
    following: int
    """Where the next one begins; 0 for none."""
    link: Span
    """The field that says where this one begins."""

    @property
    def entries(self) -> Iterator[Entry]:
        """In the order of the file."""
        return self._made(None)

    def tagged(self, tags: Collection[int]) -> Iterator[Entry]:
        """Those with one of these tags; a directory may have tens of thousands of others."""
        return self._made(tags)

    def _made(self, tags: Collection[int] | None) -> Iterator[Entry]:
        first, size = self.start + self.form.count.size, self.form.entry.size
        for index, (tag, kind, count, value) in enumerate(self.form.entry.iter_unpack(self.raw)):
            if tags is None or tag in tags:
                yield Entry(tag=tag, kind=kind, count=count, field=value, place=first + index * size, form=self.form)

    @property
    def length(self) -> int:
        """Number of entries."""
        return len(self.raw) // self.form.entry.size

    @property
    def next_link(self) -> Span:
        """The field that says where the next one begins."""
        return Span(self.start + self.form.count.size + len(self.raw), self.form.offset.size)

    @property
    def span(self) -> Span:
        """All of it."""
        return Span(self.start, self.next_link.end - self.start)

    def find(self, tag: int) -> Entry | None:
        """The first entry with this tag."""
        return next(self.tagged((tag,)), None)


def directories(source: Source, limits: Limits) -> Iterator[Directory]:
    """The main directories in order; ``MalformedError`` comes when the walk reaches the fault."""
    form = form_of(source.read(0, min(source.size, 16)))
    if form is None:
        raise MalformedError("the header of a TIFF is missing", where="TIFF", offset=0)
    link, seen, entries = form.first_link, set[int](), 0
    (start,) = form.offset.unpack(source.read(link.start, link.length))
    if not start:
        raise MalformedError("there is no directory", where="TIFF", offset=link.start)
    while start:
        if start in seen:
            raise MalformedError("the chain of directories comes back to itself", where="TIFF", offset=link.start)
        if len(seen) == limits.tiff_directories:
            raise MalformedError(f"more than {limits.tiff_directories:,} directories", where="TIFF", offset=start)
        seen.add(start)
        directory = directory_at(source, form, start, link, limits.tiff_entries - entries)
        yield directory
        entries += directory.length
        start, link = directory.following, directory.next_link


def directory_at(source: Source, form: Form, start: int, link: Span, room: int) -> Directory:
    """The directory at ``start``, which ``link`` names, with at most ``room`` entries; ``MalformedError`` when it is not whole."""
    if start + form.count.size > source.size:
        raise MalformedError("a directory begins behind the end of the file", where="TIFF", offset=link.start)
    # Most directories have a dozen entries: one look at them tells all.
    head = source.read(start, min(_USUAL, source.size - start))
    (count,) = form.count.unpack_from(head)
    if count > room:
        raise MalformedError(f"a directory claims {count:,} entries, and {room:,} are the most", where="TIFF", offset=start)
    first, after = form.count.size, form.count.size + count * form.entry.size
    if after + form.offset.size > len(head):
        head = source.read(start, after + form.offset.size)
    (following,) = form.offset.unpack_from(head, after)
    return Directory(form=form, start=start, raw=head[first:after], following=following, link=link)
