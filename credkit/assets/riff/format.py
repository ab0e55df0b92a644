"""What all RIFF formats have in common: the store is the last chunk ``C2PA`` of the first container, metadata are chunks beside it.

Anchors ``_embedding_manifests_into_riff_based_assets`` and ``_special_considerations_for_riff_based``. The size of the container at byte 4
counts the store too; a data hash leaves it out, so that an update manifest can change the length of the store. The zero byte behind a chunk
of odd length belongs to the chunk in a box hash, but not to the exclusion of a data hash, as the reference has it.

What follows the first container is not looked at for stores. A fault behind the first store or content does not make the scan fail: it is a
remark. What a picture, sound or film needs beyond that is left to the module of its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from credkit.assets.edited import Replacement, moved, splice
from credkit.assets.layout import Edit, Layout, Metadata, NamedBox, Piece, Span, StoreLocation, TextSpan
from credkit.assets.partial import UpdatedInPlace
from credkit.assets.riff.chunks import FIRST, HEADER, LIST, SIZE, STORE, Chunk, build_chunk, container_end, containers, resized, walk
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Findings", "RiffFormat"]

_INFO, _NOTE = b"INFO", "note"


@dataclass(slots=True)
class Findings:
    """What a scan has seen so far."""

    stores: list[StoreLocation] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    content: bool = False
    """Whether there is a picture, sound or film."""
    width: int | None = None
    height: int | None = None
    remarks: list[str] = field(default_factory=list)


class RiffFormat(UpdatedInPlace):
    """A RIFF container of one type; the class of each type says what stands in it."""

    name: str
    media_types: tuple[str, ...]
    extensions: tuple[str, ...]
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset()
    form: bytes
    """The type of the container."""
    content: str
    """What it holds, in words: a picture."""
    described: Mapping[bytes, str] = {}
    """Chunks that hold metadata, and of which kind; the first of a kind is the one that is written."""
    noted: Mapping[bytes, int] = {}
    """Chunks that begin with a text, and how long it is at most."""
    indexed: bool = False
    """Whether an index in it may count from the start of the file."""

    def matches(self, head: bytes) -> bool:
        """Whether the file starts as a RIFF container of the type."""
        return head[:4] == b"RIFF" and head[8:12] == self.form

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the chunk headers; ``MalformedError`` when the structure is broken before anything of use was found. A source is
        scanned once.
        """
        return source.known.once((self.name, limits), lambda: self._layout(source, limits))

    def _layout(self, source: Source, limits: Limits) -> Layout:
        window, found = Window(source), Findings()
        end = self._end(window)
        chunks = walk(window, FIRST, end, limits, self.name)
        while True:
            try:
                chunk = next(chunks, None)
            except MalformedError as error:
                if not found.content and not found.stores:
                    raise
                found.remarks.append(f"The structure of the {self.name} is damaged: {error}.")
                break
            if chunk is None:
                break
            self._note(found, window, chunk, limits)
        if not found.content and not found.stores:
            raise MalformedError(f"the file holds no {self.content}", where=self.name, offset=FIRST)
        return Layout(
            media_type=self.media_types[0],
            size=source.size,
            stores=tuple(found.stores),
            insert_at=_insert_at(found, end),
            metadata=tuple(found.metadata),
            width=found.width,
            height=found.height,
            size_fields=(SIZE,) if _is_settled(found, end, source.size) else (),
            remarks=tuple(found.remarks),
        )

    def _end(self, window: Window) -> int:
        end = container_end(window, self.name)
        if window.read(HEADER.size, 4) != self.form:
            raise MalformedError("the RIFF header is of another type", where=self.name, offset=HEADER.size)
        return end

    def _note(self, found: Findings, window: Window, chunk: Chunk, limits: Limits) -> None:
        if chunk.kind == STORE:
            if len(found.stores) == limits.stores:
                raise MalformedError(
                    f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where=self.name
                )
            pinned = self.indexed and chunk.frame.end < window.size
            found.stores.append(StoreLocation(slices=(chunk.value,), frame=(chunk.bare,), pinned=pinned))
        elif chunk.kind in self.described:
            if len(found.metadata) == limits.metadata_blocks:
                raise MalformedError(f"more than {limits.metadata_blocks:,} metadata blocks", where=self.name, offset=chunk.start)
            found.metadata.append(Metadata(kind=self.described[chunk.kind], slices=(chunk.value,), frame=chunk.frame))
        else:
            self._note_content(found, window, chunk)

    def _note_content(self, found: Findings, window: Window, chunk: Chunk) -> None:
        """Tell ``found`` what a chunk of the format's own says about its content."""

    def _following(self, source: Source, changes: list[Replacement]) -> Iterable[Replacement]:  # noqa: ARG002
        """What else has to change when ``changes`` move bytes of the file."""
        return ()

    def _flagged(self, source: Source, layout: Layout, present: Mapping[str, bool]) -> Iterable[Replacement]:  # noqa: ARG002
        """What else has to change when metadata of some kinds comes (True) or goes."""
        return ()

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Replace all ``C2PA`` chunks by one with ``store``, or remove them (None); the size of the container follows."""
        frames = [span for location in layout.stores for span in location.frame]
        changes = [Replacement(span) for span in frames]
        padded = {span.start: self._padding(source, span) for span in frames}
        if store is None:
            changes += [Replacement(Span(span.end, padded[span.start])) for span in frames if padded[span.start]]
            return Edit(pieces=self._pieces(source, changes))
        data, odd = HEADER.pack(STORE, len(store)) + store, len(store) % 2
        here = next((span for span in frames if span.start == layout.insert_at), None)
        changes += [Replacement(Span(span.end, padded[span.start])) for span in frames if span is not here and padded[span.start]]
        place = moved(layout.insert_at, [change for change in changes if change.span.start != layout.insert_at])
        missing = place % 2
        if here is not None:
            # A zero byte that is there already stays: a hash covers it.
            changes.insert(0, Replacement(Span(here.start, 0), data))
            if padded[here.start] != odd:
                changes.append(Replacement(Span(here.end, padded[here.start]), bytes(odd)))
        else:
            changes.insert(0, Replacement(Span(layout.insert_at, 0), bytes(missing) + data + bytes(odd)))
        return Edit(pieces=self._pieces(source, changes, always=True), exclusions=(SIZE, Span(place + missing, len(data))))

    def _padding(self, source: Source, frame: Span) -> int:
        """Length of the zero byte behind a chunk: 0 or 1."""
        return frame.length % 2 if frame.end < container_end(Window(source), self.name) else 0

    def _pieces(self, source: Source, changes: list[Replacement], *, always: bool = False) -> tuple[Piece, ...]:
        sized = resized(source, changes, self.name, always=always)
        return splice(source.size, [*sized, *self._following(source, changes)])

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """Set XMP or EXIF in place of the old chunks, else behind the content; kinds that the format has no chunk for are left out.

        ``AssetError`` when the value does not fit.
        """
        given = {kind: value for kind, value in (("exif", exif), ("xmp", xmp)) if value is not None and kind in self.described.values()}
        changes: list[Replacement] = []
        for kind, value in given.items():
            frames = [block.frame for block in layout.metadata if block.kind == kind]
            chunk = next(chunk for chunk, held in self.described.items() if held == kind)
            data = build_chunk(chunk, value, self.name) if value else b""
            changes += [Replacement(Span(_place(layout, kind, frames), 0), data), *map(Replacement, frames)]
        if layout.insert_at % 2 and any(change.data and change.span.start == layout.insert_at for change in changes):
            changes.insert(0, Replacement(Span(layout.insert_at, 0), b"\x00"))
        changes += self._flagged(source, layout, {kind: bool(value) for kind, value in given.items()})
        return Edit(pieces=self._pieces(source, changes))

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """The first 12 bytes of each container under its type, the chunks under their names, a list under its type (anchor
        ``_riff_specific_handling``).
        """
        window = Window(source)
        for start, end in containers(window, limits, self.name):
            yield NamedBox(name=window.read(start + HEADER.size, 4).decode("latin-1"), span=Span(start, FIRST))
            for chunk in walk(window, start + FIRST, end, limits, self.name):
                kind = window.read(chunk.value.start, 4) if chunk.kind == LIST and chunk.length >= 4 else chunk.kind
                yield NamedBox(name=kind.decode("latin-1"), span=chunk.frame)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """The chunks with metadata, and notes: the list ``INFO``, and what else is ``noted``."""
        window = Window(source)
        for chunk in walk(window, FIRST, self._end(window), limits, self.name):
            if chunk.kind in self.described:
                kind, name = self.described[chunk.kind], chunk.kind.decode("ascii").strip()
                yield TextSpan(kind=kind, name=name, value=chunk.value, frame=chunk.frame)
            elif chunk.kind == LIST and chunk.length > len(_INFO) and window.read(chunk.value.start, len(_INFO)) == _INFO:
                for note in walk(window, chunk.value.start + len(_INFO), chunk.value.end, limits, self.name):
                    yield TextSpan(kind="note", name=_NOTE, keyword=note.kind, value=note.value, frame=note.frame)
            elif chunk.kind in self.noted:
                value = Span(chunk.value.start, min(chunk.length, self.noted[chunk.kind]))
                yield TextSpan(kind="note", name=_NOTE, keyword=chunk.kind, value=value, frame=chunk.frame)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values, notes emptied where they stand, or chunks removed together with what told of them."""
        every = tuple(changes)
        given = tuple((text, value) for text, value in every if text.kind != "note")
        replacements = [
            Replacement(text.frame, b"" if value is None else build_chunk(source.read(text.frame.start, 4), value, self.name))
            for text, value in given
        ]
        replacements += [Replacement(text.value, bytes(text.value.length)) for text, _ in every if text.kind == "note"]
        removed = {text.frame for text, value in given if value is None}
        left = {text.kind for text in self.texts(source) if text.frame not in removed}
        gone = {text.kind: False for text, value in given if value is None and text.kind not in left}
        return Edit(pieces=self._pieces(source, [*replacements, *self._flagged(source, self.scan(source), gone)]))


def _is_settled(found: Findings, end: int, size: int) -> bool:
    """Whether the size of the container can say nothing else than it does, so that a hash may leave it out: the container ends with the
    file, or with the store and the byte that fills it up. Otherwise chunks could be cut off from it that way.
    """
    return end >= size or any(end == frame.end + frame.length % 2 for location in found.stores for frame in location.frame)


def _insert_at(found: Findings, end: int) -> int:
    """At the very end, which is where a single store stands already as a rule."""
    if len(found.stores) == 1:
        frame = found.stores[0].frame[0]
        if frame.end + frame.length % 2 >= end:
            return frame.start
    return end


def _place(layout: Layout, kind: str, frames: list[Span]) -> int:
    """Where a metadata chunk goes: where it was, EXIF before XMP, both before a store at the end."""
    following = [block.frame for block in layout.metadata if kind == "exif" and block.kind == "xmp"]
    candidates = frames or following or [span for location in layout.stores for span in location.frame if span.start == layout.insert_at]
    return candidates[0].start if candidates else layout.insert_at
