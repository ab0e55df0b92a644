"""How the directories of a TIFF change: a store put in or taken out, a block of metadata set.

Nothing that stands in the file is moved, because offsets point at it from anywhere, also from maker notes that nobody can read. What has to
grow is appended, and the one field that names it is written anew; a directory that ends where the file ends grows where it stands. What is
taken out becomes zeros, or goes where it is the end of the file. The directory that stood in the file before it grew stays behind, unused;
when the entry is taken out again it is found and used again, so that the file is the old one, byte for byte.

Source: TIFF 6.0, section 2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from credkit.assets.edited import EditedSource, Replacement, splice
from credkit.assets.layout import Copy, Edit, Insert, Layout, Piece, Span
from credkit.assets.source import Source
from credkit.assets.tiff.directories import STORE, UNDEFINED, Directory, Entry, directories
from credkit.assets.tiff.form import Form
from credkit.assets.tiff.pictures import picture_parts, touched
from credkit.dataclass import dataclass, field, replace
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS

__all__ = ["with_store", "with_values", "without_stores"]

_KINDS = {270: 2, 700: 1}
"""Types of values that are no ``UNDEFINED``: text of a description, bytes of XMP."""
_JUMBF = b"jumb"


def with_store(source: Source, layout: Layout, store: bytes) -> Edit:
    """The edit that puts ``store`` in; one that stands at ``layout.insert_at``, at the end of the file, is replaced there."""
    location = layout.store
    if location and not location.fault and layout.insert_at == location.frame[0].start and _is_last(source, layout):
        (count,), (frame,) = layout.size_fields, location.frame
        form = _chain(source)[0].form
        _require_room(form, frame.start + len(store))
        changes = [Replacement(count, form.offset.pack(len(store))), Replacement(frame, store)]
        return Edit(pieces=_spliced(source, changes), exclusions=(count, Span(frame.start, len(store))))
    bare = without_stores(source)
    edit = _appended(EditedSource(source, bare), store)
    return Edit(pieces=tuple(_through(bare, edit.pieces)), exclusions=edit.exclusions)


def _is_last(source: Source, layout: Layout) -> bool:
    """Whether the one store is the end of the file, and its entry stands before it."""
    frame = layout.stores[0].frame[0]
    return frame.end == source.size and bool(layout.size_fields) and layout.size_fields[0].end <= frame.start


def _appended(source: Source, store: bytes) -> Edit:
    """The edit for a file without any store."""
    chain = _chain(source)
    form, single = chain[0].form, len(chain) == 1
    link = chain[0].link if single else chain[-1].next_link
    _require_whole(source, link)
    entries = list(chain[0].entries) if single else []
    start = chain[0].start if single and chain[0].span.end == source.size else _aligned(source.size, form)
    if len(chain) + (not single) > DEFAULT_LIMITS.tiff_directories:
        raise AssetError(
            f"the TIFF file has {len(chain):,} pages, and a page more, in which the manifest store would lie, is more than are read: "
            "keep the credentials in a file beside it (--sidecar)"
        )
    store_at = start + _length(form, len(entries) + 1)
    _require_room(form, store_at + len(store))
    entry = Entry(tag=STORE, kind=UNDEFINED, count=len(store), field=form.offset.pack(store_at), place=0, form=form)
    entries = _sorted([*entries, entry])
    data = bytes(max(start - source.size, 0)) + _packed(form, entries, 0) + store
    changes = [Replacement(Span(min(start, source.size), max(source.size - start, 0)), data)]
    if start != (chain[0].start if single else 0):
        changes.append(Replacement(link, form.offset.pack(start)))
    place = start + form.count.size + form.entry.size * [entry.tag for entry in entries].index(STORE)
    return Edit(pieces=_spliced(source, changes), exclusions=(Span(place + 4, form.offset.size), Span(store_at, len(store))))


@dataclass(slots=True)
class _Kept:
    """A directory that stays, and what it will say."""

    directory: Directory
    entries: list[Entry]
    start: int
    """Where it will be."""


@dataclass(slots=True)
class _Clearing:
    """What has to be written anew, and what nobody needs any more."""

    changes: list[Replacement] = field(default_factory=list)
    dead: list[Span] = field(default_factory=list)


def without_stores(source: Source) -> tuple[Piece, ...]:
    """The file without any store and its entry; the file itself when there is none.

    ``AssetError`` when the bytes of a store are those of something else as well.
    """
    chain = _chain(source)
    gone = [entry for directory in chain for entry in directory.tagged((STORE,))]
    if not gone:
        return splice(source.size, ())
    if len(gone) > DEFAULT_LIMITS.stores:
        raise AssetError(f"the TIFF file names more than {DEFAULT_LIMITS.stores:,} manifest stores, so nothing in it can be changed")
    kept = [_Kept(item, [entry for entry in item.entries if entry.tag != STORE], item.start) for item in chain]
    kept = [item for item in kept if item.entries or not item.directory.length] or kept[:1]
    clearing = _Clearing()
    _relink(source, chain, kept, clearing)
    staying = {item.start for item in kept}
    stores, left = _stores(source, gone), {item.span for item in chain if item.start not in staying}
    shared = touched(stores | left, _Live(source, kept))
    if shared & stores:
        raise AssetError(
            "the manifest store of the TIFF shares its bytes with something else in the file, so it cannot be taken out without damage"
        )
    clearing.dead += (stores | left) - shared
    return _spliced(source, [*clearing.changes, *_emptied(source, clearing.dead)])


def _relink(source: Source, chain: Sequence[Directory], kept: list[_Kept], clearing: _Clearing) -> None:
    """Directories without the entry, each linked to the next one that stays."""
    form = chain[0].form
    following = 0
    for item in reversed(kept):
        directory = item.directory
        if len(item.entries) < directory.length:
            data = _packed(form, item.entries, following)
            twin = _found(source, data, directory.start) if directory is chain[0] and item.entries else -1
            if twin >= 0:
                item.start = twin
            else:
                clearing.changes.append(Replacement(Span(directory.start, len(data)), data))
                clearing.dead.append(Span(directory.start + len(data), directory.span.length - len(data)))
        elif following != directory.following:
            clearing.changes.append(Replacement(directory.next_link, form.offset.pack(following)))
        following = item.start
    if following != chain[0].start:
        clearing.changes.append(Replacement(chain[0].link, form.offset.pack(following)))


def _found(source: Source, data: bytes, before: int) -> int:
    """Where ``data`` stands in front of a place, from its end on; -1 for nowhere."""
    rest, position = b"", 0
    for chunk in source.chunks(0, before):
        block = rest + bytes(chunk)
        found = block.find(data)
        if found >= 0:
            return position - len(rest) + found
        position += len(chunk)
        rest = block[max(len(block) - len(data) + 1, 0) :]
    return -1


class _Live:
    """What of the file is in use: header, directories, values, and pictures. Not held, because it may be long."""

    def __init__(self, source: Source, kept: Sequence[_Kept]) -> None:
        self._source = source
        self._kept = kept

    def __iter__(self) -> Iterator[Span]:
        yield Span(0, 8)
        for item in self._kept:
            yield Span(item.start, _length(item.directory.form, len(item.entries)))
            yield from (entry.value for entry in item.entries if not entry.inline)
        try:
            yield from picture_parts(self._source, DEFAULT_LIMITS)
        except MalformedError as error:
            raise _damaged(error) from None


def _stores(source: Source, gone: Iterable[Entry]) -> frozenset[Span]:
    """What the entries name; something that is no JUMBF is no store and stays as it is."""
    values = {entry.value for entry in gone if not entry.inline}
    sound = (value for value in values if 8 <= value.length <= DEFAULT_LIMITS.store_size and value.end <= source.size)
    return frozenset(value for value in sound if source.read(value.start + 4, 4) == _JUMBF)


def _emptied(source: Source, dead: Iterable[Span]) -> Iterator[Replacement]:
    """Zeros for what nobody needs; what is the end of the file goes."""
    merged: list[Span] = []
    for span in sorted(span for span in dead if span.length):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end) - merged[-1].start)
        else:
            merged.append(span)
    for span in merged:
        yield Replacement(span, b"" if span.end == source.size else bytes(span.length))


def with_values(source: Source, values: dict[int, bytes], emptied: Collection[Span] = ()) -> Edit:
    """The edit that gives entries of the first directory another value, a row of bytes, or removes them (empty), and writes zeros over the
    values ``emptied``, which are shared with nothing.

    A value goes where the old one was when it fits there; else it is appended, in front of a store at the end of the file.
    """
    if emptied or not values:
        bare = splice(source.size, [Replacement(span, bytes(span.length)) for span in emptied])
        edit = with_values(EditedSource(source, bare), values) if values else Edit(pieces=splice(source.size, ()))
        return Edit(pieces=tuple(_through(bare, edit.pieces)))
    setting = _Setting(source, values)
    for tag, value in values.items():
        setting.put(tag, value)
    return setting.edit()


class _Setting:
    """Values of the first directory on their way into the file."""

    def __init__(self, source: Source, values: Collection[int]) -> None:
        self._source = source
        chain = _chain(source)
        self._first, self._form = chain[0], chain[0].form
        kept = [_Kept(item, [e for e in item.entries if item is not self._first or e.tag not in values], item.start) for item in chain]
        self._live = _Live(source, kept)
        self._others = kept[0].entries
        self._entries: dict[int, Entry] = {}
        ends = {entry.place: entry for item in (kept[-1], kept[0]) for entry in item.entries if _is_end(source, entry)}
        # Of several, none counts, and which bytes are only a store's would have to be sought for each.
        entry = next(iter(ends.values())) if len(ends) == 1 else None
        self._store = entry if entry and _is_alone(entry.value, self._live) else None
        self._tail = self._store.value.start if self._store else source.size
        self._grows = False
        self._added: list[tuple[int, bytes]] = []
        self._changes: list[Replacement] = []

    def put(self, tag: int, value: bytes) -> None:
        """Give the entry ``tag`` the value, or remove it."""
        old = self._first.find(tag)
        room = Span(0, 0)
        if old and not old.inline and old.value.end <= self._source.size and not touched((old.value,), self._live):
            room = old.value
        fits = self._form.offset.size < len(value) <= room.length
        self._changes.append(Replacement(room, (value if fits else b"").ljust(room.length, b"\x00")))
        if not value:
            return
        self._grows = self._grows or old is None
        if len(value) <= self._form.offset.size:
            field_of = value.ljust(self._form.offset.size, b"\x00")
        else:
            field_of = self._form.offset.pack(room.start)
            if not fits:
                self._added.append((tag, value))
        self._entries[tag] = Entry(tag=tag, kind=_KINDS.get(tag, UNDEFINED), count=len(value), field=field_of, place=0, form=self._form)

    def edit(self) -> Edit:
        """All of it as one edit."""
        first, form = self._first, self._form
        # A directory at the end is written anew behind the values, so the old one need not stay.
        start = first.start if self._grows and first.span.end == self._tail else self._tail
        appended = b""
        for tag, value in self._added:
            appended += bytes(-(start + len(appended)) % 2)
            self._entries[tag] = replace(self._entries[tag], field=form.offset.pack(start + len(appended)))
            appended += value
        at = first.start
        if self._grows:
            at = start if not appended and start == first.start else _aligned(start + len(appended), form)
            appended += bytes(at - start - len(appended))
        length = len(appended) + (_length(form, len(self._others) + len(self._entries)) if self._grows else 0)
        self._move_store(length - (self._tail - start))
        _require_room(form, self._source.size + length)
        data = _packed(form, _sorted([*self._others, *self._entries.values()]), first.following)
        if self._grows:
            appended += data
        else:
            self._changes.append(Replacement(first.span, data.ljust(first.span.length, b"\x00")))
        if at != first.start:
            self._changes.append(Replacement(first.link, form.offset.pack(at)))
        self._changes.append(Replacement(Span(start, self._tail - start), appended))
        return Edit(pieces=_spliced(self._source, [change for change in self._changes if change.span.length or change.data]))

    def _move_store(self, shift: int) -> None:
        """The store at the end of the file comes to lie elsewhere."""
        store = self._store
        if store is None or not shift:
            return
        moved = replace(store, field=self._form.offset.pack(store.value.start + shift))
        if any(entry.place == store.place for entry in self._others):
            self._others = [moved if entry.place == store.place else entry for entry in self._others]
        else:
            self._changes.append(Replacement(Span(store.place, self._form.entry.size), _line(moved)))


def _is_end(source: Source, entry: Entry) -> bool:
    """Whether an entry names a store that is the end of the file, and stands before it."""
    return entry.tag == STORE and not entry.inline and entry.value.end == source.size and entry.place < entry.value.start


def _is_alone(value: Span, live: Iterable[Span]) -> bool:
    """Whether nothing else in use shares bytes with a value that is in use itself."""
    return sum(value.start < span.end and span.start < value.end for span in live) == 1


def _line(entry: Entry) -> bytes:
    return entry.form.entry.pack(entry.tag, entry.kind, entry.count, entry.field)


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.tag)


def _length(form: Form, count: int) -> int:
    return form.count.size + count * form.entry.size + form.offset.size


def _packed(form: Form, entries: Sequence[Entry], following: int) -> bytes:
    if len(entries) > form.most_entries:
        raise AssetError("the directory of the TIFF is full: keep the credentials in a file beside it (--sidecar)")
    return form.count.pack(len(entries)) + b"".join(map(_line, entries)) + form.offset.pack(following)


def _aligned(position: int, form: Form) -> int:
    return position + -position % form.alignment


def _chain(source: Source) -> tuple[Directory, ...]:
    try:
        return tuple(directories(source, DEFAULT_LIMITS))
    except MalformedError as error:
        raise _damaged(error) from None


def _damaged(error: MalformedError) -> AssetError:
    return AssetError(f"the TIFF file is damaged, so nothing in it can be changed: {error}; save the picture anew")


def _require_whole(source: Source, link: Span) -> None:
    """``AssetError`` when pixels lie behind the end of the file, or in the field that is going to change."""
    try:
        parts = (part for part in picture_parts(source, DEFAULT_LIMITS) if part.length)
        wrong = next((part for part in parts if part.end > source.size or touched((link,), (part,))), None)
    except MalformedError as error:
        raise _damaged(error) from None
    if wrong:
        raise AssetError(
            f"the TIFF file is cut off or damaged and was not signed: it claims pixels from byte {wrong.start:,} to {wrong.end:,} and has "
            f"{source.size:,} bytes; take a whole copy, or save the picture anew"
        )


def _require_room(form: Form, size: int) -> None:
    if size > form.most_bytes:
        raise AssetError(
            "the TIFF would become larger than 4 GiB, which its offsets cannot reach: keep the credentials beside it (--sidecar)"
        )


def _spliced(source: Source, changes: Iterable[Replacement]) -> tuple[Piece, ...]:
    try:
        return splice(source.size, changes)
    except ValueError:
        raise AssetError("parts of the TIFF file overlap, so nothing in it can be changed: save the picture anew") from None


def _through(first: Sequence[Piece], second: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces of two edits, one after the other, as those of one."""
    starts, position = [], 0
    for piece in first:
        starts.append(position)
        position += piece.length
    for piece in second:
        if isinstance(piece, Insert):
            yield piece
            continue
        for start, part in zip(starts, first, strict=True):
            low, high = max(start, piece.span.start), min(start + part.length, piece.span.end)
            if low < high:
                yield (
                    Copy(Span(part.span.start + low - start, high - low))
                    if isinstance(part, Copy)
                    else Insert(part.data[low - start : high - start])
                )
