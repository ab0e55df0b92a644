"""Which bytes of a BMFF file a hash leaves out: the entries of ``exclusions`` held against the boxes that are there.

Clauses: "Hash computation" (anchor ``bmff-hash-computation``) for what an entry matches, "Exclusion list requirements" (anchor
``_exclusion_list_requirements``) for the entries that every list has. A fault is a ``MalformedError`` with the status code as its
``code``. Fields that are null count as absent: a widely used writer of 2022 to 2024 wrote them so.

The standard allows further entries and only wants them told. One kind is refused here as the other hard bindings refuse it: an entry
that takes out the media itself, or a whole box that says where the media lie, would leave nothing that the word "match" could be about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.assets import Source, Span
from credkit.assets.bmff.boxes import C2PA_UUID, BmffBox, BoxPath, BoxWalker, parse_path
from credkit.assets.bmff.stores import MANIFEST, MERKLE, ORIGINAL, UPDATE, read_c2pa_box
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.status import StatusCode

__all__ = ["HASHED", "Cut", "Exclusion", "cut", "read_exclusions", "unspoken"]

_MALFORMED = StatusCode.ASSERTION_BMFF_HASH_MALFORMED.value
_EXPECTED = frozenset({"ftyp", "mfra", "free", "skip"})
# Editions up to 2.0 demanded "/ftyp"; an assertion does not tell its edition.
_CONTENT = frozenset(
    {"mdat", "idat", "imda", "meta", "iprp", "ipco", "moov", "trak", "mdia", "minf", "stbl", "mvex", "moof", "traf", "mpvd"}
)
_UUID_AT = 8
HASHED = 16
"""Bytes at the start of an ``mdat`` that stay in the hash of the file when a tree holds the rest (anchor ``always-excluded-boxes-2``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One entry of the list."""

    path: BoxPath
    length: int | None
    version: int | None
    flags: bytes | None
    exact: bool
    data: tuple[tuple[int, bytes], ...]
    """Offsets from the start of the box, and what has to stand there."""
    subset: tuple[Span, ...]
    """Ranges counted from the start of the box; the last may have length 0 for "to the end". Empty for the whole box."""

    @property
    def is_expected(self) -> bool:
        """Whether this is an entry that every list has, or one of those that need not be told."""
        kind = self.path[-1][0]
        if kind == "uuid":
            return len(self.path) == 1 and (_UUID_AT, C2PA_UUID) in self.data
        return kind in ("free", "skip") or (len(self.path) == 1 and kind in _EXPECTED)

    def fits(self, box: BmffBox, walker: BoxWalker) -> bool:
        """Whether the entry matches a box that lies at its path."""
        if self.length not in (None, box.span.length):
            return False
        if self.version is not None or self.flags is not None:
            start = box.payload.start + (len(C2PA_UUID) if box.type == "uuid" else 0)
            if start + 4 > box.span.end or not self._fits_full_box(walker.source.read(start, 4)):
                return False
        return all(
            offset + len(value) <= box.span.length and walker.source.read(box.span.start + offset, len(value)) == value
            for offset, value in self.data
        )

    def _fits_full_box(self, head: bytes) -> bool:
        if self.version not in (None, head[0]):
            return False
        if self.flags is None:
            return True
        found = head[1:] if self.exact else bytes(a & b for a, b in zip(head[1:], self.flags, strict=True))
        return found == self.flags

    def ranges(self, box: BmffBox) -> Iterator[Span]:
        """What it takes out of a box that it matches, as ranges of the file."""
        for part in self.subset or (Span(0, 0),):
            start = min(part.start, box.span.length)
            end = min(part.end, box.span.length) if part.length else box.span.length
            if end > start:
                yield Span(box.span.start + start, end - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A box of the file's root, and what is taken out of it."""

    box: BmffBox
    holes: tuple[Span, ...]
    """Ranges of the file in order, without overlaps."""
    told: tuple[tuple[str, tuple[Span, ...]], ...] = ()
    """What is left out beyond what every list leaves out: the path of a box, without numbers, and where."""
    ranges: int = 0
    """How often an entry took something out; more than ``holes`` where entries overlap."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the box is left."""
        return self.holes == (self.box.span,)


def read_exclusions(value: Any, limits: Limits) -> tuple[Exclusion, ...]:
    """The entries of ``exclusions``, the expected ones first.

    ``MalformedError`` (``assertion.bmffHash.malformed``) for a list that cannot be followed.
    """
    if not isinstance(value, list) or not value:
        raise _malformed("the assertion has no list of exclusions")
    conditions = [len(entry[key]) for entry in value if isinstance(entry, dict) for key in ("data", "subset") if _is_list(entry.get(key))]
    if len(value) + sum(conditions) > limits.bmff_exclusions:
        raise _malformed(f"the assertion has more than {limits.bmff_exclusions} exclusions and conditions of exclusions")
    return tuple(sorted((_exclusion(entry, limits) for entry in value), key=lambda exclusion: not exclusion.is_expected))


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _malformed(message: str) -> MalformedError:
    return MalformedError(message, code=_MALFORMED)


def _exclusion(entry: Any, limits: Limits) -> Exclusion:
    path = parse_path(entry.get("xpath"), limits=limits) if isinstance(entry, dict) else None
    if path is None:
        raise _malformed('an exclusion has no "xpath" that names boxes from the root')
    length, version, flags, exact = (entry.get(key) for key in ("length", "version", "flags", "exact"))
    if not all(number is None or type(number) is int for number in (length, version)) or not (exact is None or isinstance(exact, bool)):
        raise _malformed("a field of an exclusion is of the wrong type")
    if flags is not None and not (isinstance(flags, bytes) and len(flags) == 3):
        raise _malformed("the flags of an exclusion are not three bytes")
    return Exclusion(
        path=path,
        length=length,
        version=version,
        flags=flags,
        exact=exact is not False,
        data=tuple(_data(item, limits.bmff_data) for item in _items(entry, "data")),
        subset=_subset(_items(entry, "subset")),
    )


def _items(entry: dict[Any, Any], key: str) -> list[Any]:
    items = entry.get(key)
    if items is None:
        return []
    if not isinstance(items, list) or not items:
        raise _malformed(f'"{key}" of an exclusion is no list of at least one item')
    return items


def _data(item: Any, most: int) -> tuple[int, bytes]:
    # The schema says "value", the text of the same clause says "bytes".
    offset, value = (item.get("offset"), item.get("value", item.get("bytes"))) if isinstance(item, dict) else (None, None)
    if type(offset) is not int or offset < 0 or not isinstance(value, bytes):
        raise _malformed("the data of an exclusion are no offset with bytes")
    if len(value) > most:
        raise _malformed(f"the data of an exclusion are longer than {most:,} bytes")
    return offset, value


def _subset(items: list[Any]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for item in items:
        offset, length = (item.get(key) if isinstance(item, dict) else None for key in ("offset", "length"))
        if type(offset) is not int or type(length) is not int or offset < 0 or length < 0:
            raise _malformed("a subset of an exclusion is no range of whole numbers")
        if spans and (offset < spans[-1].end or not spans[-1].length):
            raise _malformed("the subsets of an exclusion overlap or are out of order")
        spans.append(Span(offset, length))
    return tuple(spans)


def cut(walker: BoxWalker, box: BmffBox, exclusions: tuple[Exclusion, ...], *, in_tree: bool = False) -> Cut:
    """What the entries take out of one box of the root.

    ``in_tree`` says that a Merkle tree holds the content of this ``mdat``, though not its place; ``MalformedError`` for an entry that takes
    out content which nothing else holds.
    """
    holes: list[Span] = []
    told: list[tuple[str, tuple[Span, ...]]] = []
    for exclusion in exclusions:
        if exclusion.path[0][0] != box.type:
            continue
        for found in _matches(walker, box, exclusion):
            taken = tuple(exclusion.ranges(found))
            if taken == (box.span,) and exclusion.is_expected:
                return Cut(box=box, holes=taken)
            holes += taken
            if taken and not exclusion.is_expected and not _is_required(exclusion, found, in_tree):
                told.append(_allowed(found, taken, held=in_tree and taken[0].start >= box.span.start + HASHED))
    return Cut(box=box, holes=_joined(holes), told=tuple(told), ranges=len(holes))


def _matches(walker: BoxWalker, box: BmffBox, exclusion: Exclusion) -> Iterator[BmffBox]:
    if not box.lies_at(exclusion.path):
        return
    if len(box.place) < len(exclusion.path):
        for child in walker.children(box):
            yield from _matches(walker, child, exclusion)
    elif exclusion.fits(box, walker):
        yield box


def _is_required(exclusion: Exclusion, box: BmffBox, in_tree: bool) -> bool:
    """Whether this is the entry that leaves the content of an ``mdat`` to its Merkle tree."""
    return in_tree and len(box.place) == 1 and exclusion.subset == (Span(HASHED, 0),)


def _allowed(box: BmffBox, taken: tuple[Span, ...], *, held: bool) -> tuple[str, tuple[Span, ...]]:
    if box.type in _CONTENT and not held:
        code = StatusCode.ASSERTION_BMFF_HASH_MISMATCH.value
        raise MalformedError(f"the box {box.path} holds content but is excluded", code=code, offset=box.span.start)
    return "".join(f"/{kind}" for kind, _ in box.place), taken


def unspoken(source: Source, box: BmffBox, *, trees: bool, apart: bool) -> str | None:
    """What a box of the root is, in words, that every list leaves out and that no store or tree speaks of; None for any other.

    Players jump by the table ``mfra``, and whoever wants to hide something may add boxes of C2PA behind the last one. ``apart`` says
    that the store does not lie in this file: it is a fragment, a part of another file, or has its store beside it.
    """
    if box.type == "mfra":
        return "the table of places to jump to (mfra)"
    if box.type in ("free", "skip"):
        empty = not any(any(piece) for piece in source.chunks(box.payload.start, box.payload.length))
        return None if empty else "free space that is not empty"
    known = {MERKLE} if trees else set()
    if (found := read_c2pa_box(source, box)) is None or found.purpose in (known if apart else known | {MANIFEST, ORIGINAL, UPDATE}):
        return None
    return "a box of C2PA that belongs to no manifest store"


def _joined(holes: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for hole in sorted(holes):
        if joined and hole.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, hole.end) - joined[-1].start)
        else:
            joined.append(hole)
    return tuple(joined)
