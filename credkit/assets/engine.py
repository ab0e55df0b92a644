"""Copying, hashing and patching, written once for all formats.

A file is signed in one pass: ``write_hashed`` writes the output with a store of zeros and takes its digests on the way; when the final
store is known, ``fill`` puts its frame over the zeros. ``hash_parts`` is the same digest for a file that exists, ``hash_ranges`` that over
a file without some ranges. All run in constant memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import BinaryIO

from credkit.assets.edited import EditedSource
from credkit.assets.layout import Edit, Insert, Metadata, Span, StoreLocation
from credkit.assets.source import Known, Source
from credkit.assets.window import Window
from credkit.codec.digest import Digest
from credkit.codec.hashing import Hashing
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "HashedParts",
    "Progress",
    "fill",
    "frame",
    "hash_parts",
    "hash_ranges",
    "hashed_on_the_way",
    "included",
    "known_of_output",
    "read_block",
    "read_store",
    "write",
    "write_hashed",
]

Progress = Callable[[int], object]
"""Called with the number of bytes done so far."""
_NEAR = 1 << 11
"""Bytes of a part that is read together with those behind it."""
_USUAL_ALGORITHM = "sha256"
HashedParts = tuple[Span | bytes, ...]
"""What one digest is taken over, in order: ranges of a file, ascending, and bytes that are hashed although they do not stand there."""


def included(size: int, exclusions: tuple[Span, ...]) -> Iterator[Span]:
    """The ranges of a file of ``size`` bytes outside ``exclusions``; empty ranges are left out.

    ``MalformedError``: ``assertion.dataHash.malformed`` for exclusions that are negative, unsorted or overlapping,
    ``assertion.dataHash.mismatch`` for one that ends behind the file (anchor ``_validating_a_data_hash``).
    """
    position = 0
    for span in exclusions:
        if span.start < position or span.length < 0:
            raise MalformedError("exclusions are negative, unsorted or overlapping", code="assertion.dataHash.malformed", offset=span.start)
        if span.end > size:
            raise MalformedError("an exclusion ends behind the file", code="assertion.dataHash.mismatch", offset=span.start)
        if span.start > position:
            yield Span(position, span.start - position)
        position = span.end
    if position < size:
        yield Span(position, size - position)


def hash_ranges(source: Source, algorithm: object, exclusions: tuple[Span, ...] = (), *, on_bytes: Progress | None = None) -> Digest:
    """The digest of a file without ``exclusions``; ``MalformedError`` as in ``included`` and for an algorithm that C2PA does not allow.

    Exclusions are checked before the first byte is read.
    """
    return hash_parts(source, algorithm, tuple(included(source.size, exclusions)), on_bytes=on_bytes)


def hash_parts(source: Source, algorithm: object, parts: HashedParts, *, on_bytes: Progress | None = None) -> Digest:
    """The digest over parts of a file; ``MalformedError`` for a part behind its end and for an algorithm that C2PA does not allow.

    A digest is taken once and then remembered with the source; nothing is read, and ``on_bytes`` not called, when it is known already.
    """
    with Hashing(algorithm, _size(parts)) as hashing:
        if digest := source.known.digests.get((hashing.algorithm, parts)):
            return digest
        done, window = 0, Window(source)
        for part in parts:
            if isinstance(part, bytes):
                hashing.update(part)
                continue
            # A hash over a hundred thousand small boxes would be as many reads.
            for chunk in (window.read(part.start, part.length),) if part.length < _NEAR else source.chunks(part.start, part.length):
                hashing.update(chunk)
                done += len(chunk)
                if on_bytes:
                    on_bytes(done)
        digest = source.known.digests[hashing.algorithm, parts] = hashing.digest()
    return digest


@contextmanager
def hashed_on_the_way(source: Source, start: int, frame: Span | None) -> Iterator[Iterator[bytes | memoryview]]:
    """All bytes from ``start`` on, in pieces of bounded size, for a scan that comes by them before a data hash does.

    ``frame`` is the one store, which ends before ``start``. Once the last piece was taken, the digest that such a hash usually asks for,
    over everything but the store, is known. Without a store nothing is hashed.
    """
    with Hashing(_USUAL_ALGORITHM, source.size if frame else 0) as hashing:

        def pieces() -> Iterator[bytes | memoryview]:
            for span in included(start, (frame,)) if frame else ():
                for chunk in source.chunks(span.start, span.length):
                    hashing.update(chunk)
            for chunk in source.chunks(start, source.size - start):
                if frame:
                    hashing.update(chunk)
                yield chunk
            if frame:
                source.known.digests[_USUAL_ALGORITHM, tuple(included(source.size, (frame,)))] = hashing.digest()

        yield pieces()


def _size(parts: HashedParts) -> int:
    return sum(part.length if isinstance(part, Span) else len(part) for part in parts)


def write(source: Source, edit: Edit, sink: BinaryIO, *, on_bytes: Progress | None = None) -> None:
    """Write the output of ``edit`` to ``sink`` from its present position."""
    done = 0
    for chunk in EditedSource(source, edit.pieces).chunks(0, edit.size):
        _put(sink, chunk)
        done += len(chunk)
        if on_bytes:
            on_bytes(done)


def _put(sink: BinaryIO, data: bytes | memoryview) -> None:
    """Write all of ``data``: an unbuffered file may take only a part when the disk is nearly full."""
    taken = sink.write(data)
    while taken is not None and taken < len(data):
        data = memoryview(data)[taken:]
        taken = sink.write(data)


def write_hashed(
    source: Source,
    edit: Edit,
    sink: BinaryIO,
    algorithm: object,
    plans: Sequence[HashedParts],
    *,
    on_bytes: Progress | None = None,
) -> tuple[Digest, ...]:
    """Write the output of ``edit`` and take digests of it on the way, so that the asset is read once.

    ``plans`` says in coordinates of the output what each digest is taken over; ``ValueError`` when the parts of one are no ascending ranges
    of the output.
    """
    output = EditedSource(source, edit.pieces)
    with ExitStack() as threads:
        takers = [_Taker(parts, threads.enter_context(Hashing(algorithm, _size(parts)))) for parts in plans]
        done = 0
        for chunk in output.chunks(0, output.size):
            for taker in takers:
                taker.feed(done, chunk)
            _put(sink, chunk)
            done += len(chunk)
            if on_bytes:
                on_bytes(done)
        return tuple(taker.digest() for taker in takers)


class _Taker:
    """One digest over parts of a file whose bytes come by once, in order."""

    __slots__ = ("_hashing", "_parts")

    def __init__(self, parts: HashedParts, hashing: Hashing) -> None:
        spans = [part for part in parts if isinstance(part, Span)]
        if any(first.end > second.start for first, second in pairwise(spans)):
            raise ValueError("the parts of a digest are not in the order of the file")
        self._parts = deque(parts)
        self._hashing = hashing

    def feed(self, position: int, chunk: bytes | memoryview) -> None:
        """Take what is wanted of ``chunk``, which stands at ``position``."""
        end = position + len(chunk)
        while self._parts:
            part = self._parts[0]
            if isinstance(part, Span):
                start, stop = max(part.start, position), min(part.end, end)
                if start < stop:
                    self._hashing.update(chunk if stop - start == len(chunk) else memoryview(chunk)[start - position : stop - position])
                if part.end > end:
                    return
            else:
                self._hashing.update(part)
            self._parts.popleft()

    def digest(self) -> Digest:
        """The digest, when everything has come by."""
        if any(isinstance(part, Span) and part.length for part in self._parts):
            raise ValueError("a digest is to be taken over more than there is")
        return self._hashing.digest()


def frame(edit: Edit) -> bytes:
    """The framed store that ``edit`` inserts: its output bytes within ``edit.exclusions``, joined."""
    parts: list[bytes] = []
    position = 0
    for piece in edit.pieces:
        for span in edit.exclusions:
            first, last = max(span.start, position), min(span.end, position + piece.length)
            if first < last and isinstance(piece, Insert):
                parts.append(piece.data[first - position : last - position])
        position += piece.length
    framed = b"".join(parts)
    if len(framed) != sum(span.length for span in edit.exclusions):
        raise ValueError("the exclusions of the edit cover bytes that it does not insert")
    return framed


def fill(sink: BinaryIO, placeholder: Edit, final: Edit) -> None:
    """Put the store of ``final`` over that of ``placeholder``, whose output stands in ``sink`` from position 0.

    Both edits are made from the same source with stores of equal length; ``ValueError``, with nothing written, when they differ in
    shape. The position of ``sink`` is behind the last byte written.
    """
    if final.exclusions != placeholder.exclusions or final.size != placeholder.size:
        raise ValueError("the final store does not have the place and size of the placeholder")
    framed = memoryview(frame(final))
    for span in final.exclusions:
        sink.seek(span.start)
        _put(sink, framed[: span.length])
        framed = framed[span.length :]


def known_of_output(source: Source, edit: Edit, plans: Sequence[HashedParts], digests: Sequence[Digest]) -> Known:
    """What the making of a file has shown that ``write_hashed`` and ``fill`` wrote: its digests, and that there is no store in what was
    copied. Whoever verifies it with that reads the store and what stands before the picture's data, and not the rest again.
    """
    known = Known()
    for parts, digest in zip(plans, digests, strict=True):
        known.digests[digest.algorithm, parts] = digest
    known.clear_from = EditedSource(source, edit.pieces).known.clear_from
    return known


def read_store(source: Source, location: StoreLocation, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a manifest store.

    ``MalformedError`` (``manifest.inaccessible.malformed``) when its framing has a fault, it is larger than ``limits.store_size`` or the
    file ends inside it.
    """

    def fail(message: str) -> MalformedError:
        offset = location.frame[0].start if location.frame else None
        return MalformedError(message, code="manifest.inaccessible.malformed", where="manifest store", offset=offset)

    if location.fault:
        raise fail(location.fault)
    if location.size + sum(earlier.size for earlier in location.before) > limits.store_size:
        raise fail(f"larger than {limits.store_size:,} bytes")
    if any(span.end > source.size for span in location.slices + location.supplement):
        raise fail("the file ends inside it")
    data, update = (b"".join(source.read(span.start, span.length) for span in spans) for spans in (location.slices, location.supplement))
    if location.deflated:
        data = _inflated_store(data, fail, limits)
    if update or location.before:
        from credkit.assets.joining import joined_stores

        earlier = [read_store(source, one, limits) for one in location.before]
        return joined_stores([*earlier, data, *([update] if update else [])], limits, once=bool(earlier))
    if not location.base64:
        return data
    from base64 import b64decode, b64encode

    try:
        store = b64decode(data, validate=True)
    except ValueError:
        raise fail("its Base64 text is damaged") from None
    if b64encode(store) != data:
        # The last letter has bits that stand for nothing, and no hash covers them.
        raise fail("its Base64 text does not end as Base64 does")
    return store


def _inflated_store(data: bytes, fail: Callable[[str], MalformedError], limits: Limits) -> bytes:
    import zlib

    stream, most = zlib.decompressobj(), limits.allowed_output(len(data))
    try:
        store = stream.decompress(data, most)
    except zlib.error:
        raise fail("its compressed form is damaged") from None
    if stream.unconsumed_tail:
        raise fail(f"it unpacks to more than {most:,} bytes")
    if stream.unused_data.strip(b"\x00\r\n"):
        raise fail("something else stands behind its compressed form, in no hash")
    return store


def read_block(source: Source, block: Metadata, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The value of a metadata block, unpacked; ``MalformedError``, a predicate (``is damaged``), when it exceeds ``metadata_size`` or is
    no deflated value or Brotli stream.
    """
    from credkit.codec.brotli_stream import unbrotli

    where, most = f"{block.kind.upper()} metadata", limits.metadata_size
    if sum(span.length for span in block.slices) > most:
        raise MalformedError(f"is larger than {most:,} bytes", where=where, offset=block.frame.start)
    value = b"".join(source.read(span.start, span.length) for span in block.slices)
    if not block.compressed:
        return value
    if block.brotli:
        try:
            return unbrotli(value, most)[block.skip :]
        except MalformedError as error:
            raise MalformedError(error.message, where=where, offset=block.frame.start) from None
    import zlib

    stream = zlib.decompressobj()
    try:
        value = stream.decompress(value, most)
    except zlib.error:
        raise MalformedError("is damaged", where=where, offset=block.frame.start) from None
    if stream.unconsumed_tail:
        raise MalformedError(f"unpacks to more than {most:,} bytes", where=where, offset=block.frame.start)
    return value
