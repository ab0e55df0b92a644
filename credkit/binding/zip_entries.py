"""The entries of a ZIP as the members of a collection, and what else of the archive has to be as it was signed.

Clauses: "Hashing" (anchor ``_hashing_2``), "Extras for ZIP" (anchor ``_extras_for_zip``). The clause hashes entries and directory; nothing
in it speaks of bytes between, in front or behind, where anything could be put after signing, so there must be none. Each entry must be
listed. A program in wide use leaves out folders, which have no content, and leaves the former directory where it stood; nobody reads
either, so these two are told and no fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from typing import Any
from zlib import crc32

from credkit.assets import Copy, EditedSource, Source, Span
from credkit.assets.engine import hash_parts, included
from credkit.assets.zip import ZipFormat
from credkit.assets.zip.directory import CRC_IN_HEADER, STORE_NAME, Header, is_former_directory, read_directory
from credkit.assets.zip.entries import Entry, EntryReader
from credkit.binding.target import BindingTarget, Gap, MemberState
from credkit.errors import MalformedError
from credkit.manifest.member_uri import shown_name
from credkit.status import StatusCode

__all__ = ["ZipMembers", "is_zip"]

_MISMATCH = StatusCode.ASSERTION_COLLECTION_HASH_MISMATCH.value
_MALFORMED = StatusCode.ASSERTION_COLLECTION_HASH_MALFORMED.value
_LOCAL = 30
"""Bytes of a local header without the name."""
_CHECKSUM = 14
"""Where the checksum stands in a local header."""
_SIZES = 18
"""Where its two sizes stand there."""
_DESCRIBED_BEHIND = 1 << 3
"""Bit of the flags: checksum and sizes stand behind the content."""
_SAME = 10
"""Bytes that both headers of an entry have: version, flags, method, time, date."""
_UTF_8 = 1 << 11
"""Bit of the flags: the name is UTF-8."""


def is_zip(target: BindingTarget) -> bool:
    """Whether the asset is an archive, whose entries are the collection."""
    return isinstance(target.format, ZipFormat)


class ZipMembers:
    """All entries of an archive, except the manifest store.

    ``MalformedError`` (``assertion.collectionHash.mismatch``) for an archive in which two entries have one name or lie over each other, or
    that has anything beside its entries and its directory.
    """

    what = "archive"

    def __init__(self, target: BindingTarget) -> None:
        self._source = target.source
        self._directory = read_directory(target.source, target.limits)
        self._entries: dict[str, Entry] = {}
        self._former: list[Span] = []
        self._directory_parts: tuple[Span, ...] = ()
        self.gaps: list[Gap] = []
        """What no hash covers."""
        self._take_entries()

    def _take_entries(self) -> None:
        reader = EntryReader(self._source, self._directory)
        end = 0
        for header in sorted(self._directory.headers, key=lambda item: item.start):
            entry = reader.read(header)
            self._check_gap(end, entry.whole.start, f"the entry {shown_name(_name(header))}")
            end = entry.whole.end
            if header.name != STORE_NAME:
                if _name(header) in self._entries:
                    raise _fault(f"two entries are called {shown_name(_name(header))}")
                self._entries[_name(header)] = entry
            else:
                self.gaps += self._hidden_beside_store(entry)
                self.gaps += self._checksums(entry)
        for span, what in ((self._directory.place, "the directory"), (Span(self._source.size, 0), "the end of the file")):
            self._check_gap(end, span.start, what)
            end = self._directory.end.end
        if self._former:
            total = sum(span.length for span in self._former)
            self.gaps.append(Gap(words=f"{total:,} bytes of a former directory of the archive", spans=tuple(self._former)))
        if records := self._directory.records.length:
            words = f"the {records:,} bytes of the ZIP64 records, which repeat what is hashed"
            self.gaps.append(Gap(words=words, spans=(self._directory.records,)))

    def _hidden_beside_store(self, entry: Entry) -> Iterator[Gap]:
        """What the local header of the store says, which is in no hash, and the directory does not."""
        header = entry.header
        if hidden := entry.whole.length - entry.content.length - _LOCAL - len(header.name):
            fields = entry.whole.start + _LOCAL + len(header.name)
            behind = Span(fields, entry.content.start - fields)
            descriptor = Span(entry.content.end, entry.whole.end - entry.content.end)
            spans = tuple(span for span in (behind, descriptor) if span.length)
            yield Gap(words=f"{hidden:,} bytes in the header of the manifest store's own entry", spans=spans)
        if self._source.read(header.start + 4, _SAME) != self._source.read(header.place.start + 6, _SAME):
            words = "version, date or time in the header of the manifest store's own entry, which differ from the directory"
            yield Gap(words=words, spans=(Span(header.start + 4, _SAME),))
        sizes = self._source.read(header.start + _SIZES, 2 * CRC_IN_HEADER.length)
        if sizes not in (self._source.read(header.place.start + CRC_IN_HEADER.end, len(sizes)), bytes(len(sizes))):
            words = "sizes in the header of the manifest store's own entry, which differ from the directory"
            yield Gap(words=words, spans=(Span(header.start + _SIZES, len(sizes)),))

    def _checksums(self, entry: Entry) -> Iterator[Gap]:
        """The checksums of the store, which no hash covers because they change with it: right ones, or anybody's."""
        header, checksum = entry.header, 0
        for piece in self._source.chunks(entry.content.start, entry.content.length):
            checksum = crc32(piece, checksum)
        places = [Span(header.place.start + CRC_IN_HEADER.start, CRC_IN_HEADER.length)]
        if not header.flags & _DESCRIBED_BEHIND:
            places.append(Span(entry.whole.start + _CHECKSUM, CRC_IN_HEADER.length))
        for span in places:
            if self._source.read(span.start, span.length) == checksum.to_bytes(CRC_IN_HEADER.length, "little"):
                yield Gap(words="checksum of the manifest store", spans=(span,), told=False, checked=True)
            else:
                yield Gap(words="a checksum of the manifest store, which is wrong", spans=(span,), told=False)

    def _check_gap(self, end: int, start: int, what: str) -> None:
        """What stands between two things that are hashed."""
        if start < end:
            raise _fault(f"{what} begins {end - start:,} bytes before what stands in front of it ends")
        if start > end:
            if not is_former_directory(self._source, Span(end, start - end)):
                raise _fault(f"{start - end:,} bytes that no hash covers stand in front of {what}")
            self._former.append(Span(end, start - end))

    def names(self) -> Iterator[str]:
        """Every entry."""
        return iter(self._entries)

    @contextmanager
    def open(self, name: str) -> Iterator[Source]:
        """Local header, content as it is stored, data descriptor."""
        yield EditedSource(self._source, (Copy(self._entries[name].whole),))

    def judged(self, uri: str, state: MemberState, done: int, total: int) -> None:
        """Nobody asks."""

    def check_directory(self, value: dict[str, Any], algorithm: object) -> None:
        """``MalformedError`` unless the directory and the end record have the hash that the assertion states."""
        stated = value.get("zip_central_directory_hash")
        if not isinstance(stated, bytes):
            raise MalformedError("the assertion has no hash of the directory, as that of an archive must", code=_MALFORMED)
        own = (header.place.start for header in self._directory.headers if header.name == STORE_NAME)
        checksums = tuple(Span(start + CRC_IN_HEADER.start, CRC_IN_HEADER.length) for start in own)
        outside = (Span(0, self._directory.place.start), *checksums, self._directory.records)
        parts = tuple(included(self._directory.end.end, tuple(span for span in outside if span.length)))
        if not hash_parts(self._source, algorithm, parts).matches(stated):
            raise _fault("the directory of the archive is not the one that was signed")
        self._directory_parts = tuple(part for part in parts if isinstance(part, Span))

    def hashed(self, names: Iterable[str]) -> Iterator[Span]:
        """Where these entries lie, and the directory, once that was found right."""
        yield from (self._entries[name].whole for name in names)
        yield from self._directory_parts

    def check_unlisted(self, listed: Set[str]) -> None:
        """``MalformedError`` for an entry that the assertion does not list, unless it is a folder, which is only told."""
        unlisted = [name for name in self._entries if name not in listed]
        for name in unlisted:
            if not name.endswith("/") or self._entries[name].content.length:
                raise _fault(f"the entry {shown_name(name)} is not listed")
        if unlisted:
            others = f" and {len(unlisted) - 1:,} more" if len(unlisted) > 1 else ""
            words = f"the entry of the folder {shown_name(unlisted[0])}{others}"
            self.gaps.append(Gap(words=words, spans=tuple(self._entries[name].whole for name in unlisted)))


def _fault(message: str) -> MalformedError:
    return MalformedError(message, code=_MISMATCH)


def _name(header: Header) -> str:
    """The name of an entry: UTF-8 where it is that, else in the letters of the first PCs, as the format has it."""
    try:
        return header.name.decode("utf-8")
    except UnicodeDecodeError:
        return header.name.decode("utf-8", "surrogateescape") if header.flags & _UTF_8 else header.name.decode("cp437")
