"""Copying, hashing and patching, written once for all formats.

A file is signed in one pass: ``write_hashed`` writes the output with a store of zeros and hashes it on the way; when the final store is
known, ``fill`` puts its frame over the zeros. ``hash_ranges`` is the same hash for a file that exists. All run in constant memory.
"""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import BinaryIO

from credkit.assets.edited import EditedSource
from credkit.assets.layout import Edit, Insert, Metadata, Span, StoreLocation
from credkit.assets.source import Source
from credkit.codec.digest import Digest, hasher
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Progress", "fill", "frame", "hash_ranges", "included", "note_output", "read_block", "read_store", "write", "write_hashed"]

Progress = Callable[[int], object]
"""Called with the number of bytes done so far."""


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

    Exclusions are checked before the first byte is read. A digest is taken once and then remembered with the source; nothing is read, and
    ``on_bytes`` not called, when it is known already.
    """
    state = hasher(algorithm)
    if digest := source.known.digests.get((state.name, exclusions)):
        return digest
    done = 0
    for span in tuple(included(source.size, exclusions)):
        for chunk in source.chunks(span.start, span.length):
            state.update(chunk)
            done += len(chunk)
            if on_bytes:
                on_bytes(done)
    digest = source.known.digests[state.name, exclusions] = Digest(state.name, state.digest())
    return digest


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
    *,
    exclusions: tuple[Span, ...] | None = None,
    on_bytes: Progress | None = None,
) -> Digest:
    """Write the output of ``edit`` and hash it on the way, so that the asset is read once.

    What is not hashed: ``exclusions`` in coordinates of the output, by default those of the edit.
    """
    output = EditedSource(source, edit.pieces)
    state = hasher(algorithm)
    done = 0
    for span, hashed in _sections(output.size, edit.exclusions if exclusions is None else exclusions):
        for chunk in output.chunks(span.start, span.length):
            _put(sink, chunk)
            if hashed:
                state.update(chunk)
            done += len(chunk)
            if on_bytes:
                on_bytes(done)
    return Digest(state.name, state.digest())


def _sections(size: int, exclusions: tuple[Span, ...]) -> list[tuple[Span, bool]]:
    """The whole file in order, each range with whether it is hashed."""
    return sorted([(span, True) for span in included(size, exclusions)] + [(span, False) for span in exclusions if span.length])


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


def note_output(output: Source, source: Source, edit: Edit, digest: Digest) -> None:
    """Tell ``output``, a source over what ``write_hashed`` and ``fill`` wrote, what its making has shown: its hash, and that there is no
    store in what was copied. Whoever verifies it then reads the store and what stands before the picture's data, and not the rest again.
    """
    output.known.digests[digest.algorithm, edit.exclusions] = digest
    output.known.clear_from = EditedSource(source, edit.pieces).known.clear_from


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
    if location.size > limits.store_size:
        raise fail(f"larger than {limits.store_size:,} bytes")
    if any(span.end > source.size for span in location.slices):
        raise fail("the file ends inside it")
    data = b"".join(source.read(span.start, span.length) for span in location.slices)
    if not location.base64:
        return data
    try:
        return b64decode(data, validate=True)
    except ValueError:
        raise fail("its Base64 text is damaged") from None


def read_block(source: Source, block: Metadata, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The value of a metadata block, inflated; ``MalformedError``, a predicate (``is damaged``), when it exceeds ``metadata_size`` or is
    no deflated value.
    """
    where, most = f"{block.kind.upper()} metadata", limits.metadata_size
    if sum(span.length for span in block.slices) > most:
        raise MalformedError(f"is larger than {most:,} bytes", where=where, offset=block.frame.start)
    value = b"".join(source.read(span.start, span.length) for span in block.slices)
    if not block.compressed:
        return value
    stream = zlib.decompressobj()
    try:
        value = stream.decompress(value, most)
    except zlib.error:
        raise MalformedError("is damaged", where=where, offset=block.frame.start) from None
    if stream.unconsumed_tail:
        raise MalformedError(f"unpacks to more than {most:,} bytes", where=where, offset=block.frame.start)
    return value
