"""Random access to the bytes of an asset, whatever holds them: memory, an open stream or a file.

This file opens and reads; what the bytes mean is left to the formats. ``AssetError`` says that something cannot be read at all,
``MalformedError`` that it is shorter than its own structure claims.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol, TypeAlias, TypeVar, cast

from credkit.assets.watch import Watch
from credkit.codec.digest import Digest
from credkit.errors import AssetError, MalformedError

__all__ = ["CHUNK_SIZE", "Asset", "BytesSource", "FileSource", "Known", "Source", "StreamSource", "check_range", "open_source"]

CHUNK_SIZE = 1 << 18
"""Bytes in one piece of ``chunks``: small enough to stay in the processor's cache while it is hashed and written."""
_Found = TypeVar("_Found")


class Known:
    """What was found out about a source by reading much of it, so that a large file is read once and not for every question.

    It holds as long as the bytes stay as they are, and goes with the source.
    """

    __slots__ = ("_below", "_found", "_watch", "clear_from", "copied_whole", "digests", "verified_next")

    def __init__(self, below: Known | None = None) -> None:
        self._below = below
        """Of the source that this one is made from."""
        self.clear_from: int | None = None
        """No manifest store and no metadata begins at this byte or behind it; None when nobody looked, or there is some."""
        self.copied_whole = False
        """Whether all of it is about to be copied or hashed, so that a scan need not read it all for a search: ``watch`` looks later."""
        self.verified_next = False
        """Whether a verification has begun, so that a scan may read what it could jump over, and hash it on the way."""
        self._watch: Watch | None = None
        self.digests: dict[tuple[str, Hashable], Digest] = {}
        """By name of the algorithm and parts that were hashed, see ``engine.hash_parts``."""
        self._found: dict[Hashable, Any] = {}

    @property
    def watch(self) -> Watch | None:
        """What is still to be settled about what ``clear_from`` says; None when that was looked at, or nothing is said."""
        return self._watch or (self._below.watch if self._below else None)

    def look_later(self, watch: Watch) -> None:
        """Leave it to ``watch`` whether what ``clear_from`` says is so."""
        self._watch = watch

    def once(self, key: Hashable, find: Callable[[], _Found]) -> _Found:
        """What ``find`` returned when it was called for ``key``, which happens once: the layout of a file, a table of it. A
        ``MalformedError`` of it is raised again.
        """
        if key not in self._found:
            try:
                self._found[key] = find()
            except MalformedError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, MalformedError):
            raise found.with_traceback(None)
        return cast("_Found", found)


class Source(Protocol):
    """Bytes that can be read from any place; formats and hashing see nothing else."""

    @property
    def known(self) -> Known:
        """What is known about the content already."""
        ...

    @property
    def size(self) -> int:
        """Length in bytes, fixed for the life of the source."""
        ...

    def read(self, start: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``start``; ``MalformedError`` when the source ends before."""
        ...

    def chunks(self, start: int, length: int) -> Iterator[bytes | memoryview]:
        """The same range in pieces of bounded size, for hashing and copying."""
        ...


Asset: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Source"
"""What ``open_source`` takes: a path, bytes, a seekable binary stream, or a source."""


def check_range(start: int, length: int, size: int) -> None:
    """``MalformedError`` unless the range lies within ``size`` bytes."""
    if start < 0 or length < 0 or start + length > size:
        raise MalformedError(f"the file ends after {size:,} bytes, but {length:,} bytes are expected", where="file", offset=start)


class BytesSource:
    """An asset in memory."""

    __slots__ = ("_data", "known")

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._data = memoryview(data).cast("B")
        self.known = Known()

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self._data)

    def read(self, start: int, length: int) -> bytes:
        """A copy of the range."""
        check_range(start, length, len(self._data))
        return bytes(self._data[start : start + length])

    def chunks(self, start: int, length: int) -> Iterator[memoryview]:
        """Views of the range, nothing is copied."""
        check_range(start, length, len(self._data))
        for offset in range(start, start + length, CHUNK_SIZE):
            chunk = self._data[offset : min(offset + CHUNK_SIZE, start + length)]
            if self.known.watch:
                self.known.watch.see(offset, chunk)
            yield chunk


class StreamSource:
    """A seekable binary stream; its position is moved and not restored, and it stays open.

    ``name`` is how errors call it. Two threads must not read at the same time.
    """

    __slots__ = ("_name", "_size", "_stream", "known")

    def __init__(self, stream: BinaryIO | io.RawIOBase, *, name: str = "the stream") -> None:
        if _is_text(stream):
            raise AssetError(f'{name} is open as text: open it in binary mode ("rb")')
        try:
            self._size = stream.seek(0, os.SEEK_END)
        except (AttributeError, OSError, ValueError):
            raise AssetError(f"{name} cannot be read from any place: give a file, or a stream that can seek") from None
        self._stream = stream
        self._name = name
        self.known = Known()

    @property
    def size(self) -> int:
        """Length in bytes when the source was made."""
        return self._size

    def read(self, start: int, length: int) -> bytes:
        """The range; ``AssetError`` when the system cannot read."""
        check_range(start, length, self._size)
        try:
            self._stream.seek(start)
            parts = [self._stream.read(length) or b""]
            missing = length - len(parts[0])
            while missing:
                parts.append(self._stream.read(missing) or b"")
                missing -= len(parts[-1])
                if not parts[-1]:
                    raise MalformedError(f"{self._name} became shorter while it was read", where="file", offset=start + length - missing)
        except (OSError, ValueError) as error:
            raise AssetError(f"{self._name} cannot be read: {_reason(error)}") from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def chunks(self, start: int, length: int) -> Iterator[bytes]:
        """The range in pieces of ``CHUNK_SIZE``; a stream that moves meanwhile does no harm."""
        check_range(start, length, self._size)
        for offset in range(start, start + length, CHUNK_SIZE):
            chunk = self.read(offset, min(CHUNK_SIZE, start + length - offset))
            if self.known.watch:
                self.known.watch.see(offset, chunk)
            yield chunk


class FileSource(StreamSource):
    """A file on disk, open until ``close`` or the end of a ``with`` block.

    ``AssetError`` when there is no such file, it may not be read, or it is not an ordinary file: a folder, pipe, socket or device.
    """

    __slots__ = ()

    def __init__(self, path: str | os.PathLike[str]) -> None:
        stream = _open(path)
        try:
            super().__init__(stream, name=_quoted(path))
        except BaseException:
            stream.close()
            raise

    def close(self) -> None:
        """Close the file; further reads raise ``AssetError``."""
        self._stream.close()

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_text(stream: object) -> bool:
    return isinstance(stream, io.TextIOBase)


def _reason(error: OSError | ValueError) -> str:
    """Without the number of the system's error and without the name, which stands before it already."""
    return (error.strerror or "the system gave no reason").lower() if isinstance(error, OSError) else str(error)


def _quoted(path: str | os.PathLike[str]) -> str:
    return f'"{os.fspath(path)}"'


def _open(path: str | os.PathLike[str]) -> BinaryIO:
    name = _quoted(path)
    try:
        _check_ordinary(os.stat(path).st_mode, name)
        # Unbuffered, because every read names its own range; not blocking, in case a pipe took the file's place meanwhile.
        stream = open(path, "rb", buffering=0, opener=lambda p, flags: os.open(p, flags | getattr(os, "O_NONBLOCK", 0)))  # noqa: SIM115
    except FileNotFoundError:
        raise AssetError(f"{name} does not exist: check the name and the folder") from None
    except PermissionError:
        raise AssetError(f"{name} may not be read: change its permissions, or ask its owner") from None
    except (OSError, ValueError) as error:
        raise AssetError(f"{name} cannot be opened: {_reason(error)}") from None
    try:
        _check_ordinary(os.fstat(stream.fileno()).st_mode, name)
    except AssetError:
        stream.close()
        raise
    return cast("BinaryIO", stream)


def _check_ordinary(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        raise AssetError(f"{name} is a folder: name a file")
    if not stat.S_ISREG(mode):
        raise AssetError(f"{name} is a device, pipe or socket: copy its content into a file first")


@contextmanager
def open_source(asset: Asset) -> Iterator[Source]:
    """A source for whatever was given; only what is opened here is closed at the end.

    ``AssetError`` when it cannot be read or is empty.
    """
    if isinstance(asset, (str, os.PathLike)):
        with FileSource(asset) as source:
            yield _not_empty(source, _quoted(asset))
    elif isinstance(asset, (bytes, bytearray, memoryview)):
        yield _not_empty(BytesSource(asset), "the given data")
    elif hasattr(asset, "chunks"):
        yield _not_empty(cast("Source", asset), "the given data")
    else:
        yield _not_empty(StreamSource(asset), "the stream")


def _not_empty(source: Source, name: str) -> Source:
    if source.size == 0:
        raise AssetError(f"{name} is empty: it holds nothing to read or sign")
    return source
