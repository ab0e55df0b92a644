"""The hashes by which people know the file of a model, computed in one pass with little memory, and kept in the user's cache.

``autov1`` is the older hash of the web UI (eight digits of the SHA-256 of 64 KiB at 1 MiB), ``autov2`` the first ten digits of the SHA-256
of the file, ``autov3`` and ``tensors`` the SHA-256 of what stands behind the header of a SafeTensors file (twelve digits, and whole): it
stays the same when the header changes, as it does when the file is signed.

``unsigned`` is that of a signed file with its credentials taken out: the hash that the file had before. It is computed for every format
that credentials can be taken out of (SafeTensors, ONNX, Parquet), and serves as well where there are no tensors to be hashed. The hash in
the credentials themselves is neither of these: it covers the signed file but for the bytes of the store.
"""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from credkit.assets import EditedSource, Source, Span, StreamSource, detect, hash_parts
from credkit.assets.engine import Progress
from credkit.assets.stream import SourceStream
from credkit.errors import AssetError, DefinitionError, MalformedError
from credkit.lifting.file_cache import file_state, keep, kept
from credkit.lifting.wording import cleaned
from credkit.manifest.assertions.generation import Generation, GenerationModel

__all__ = ["known_measurement", "measure_model", "measure_source"]

_MEASURED = "measured"
"""What measurements are kept under."""
_BLOCK = 1 << 20
_V1_START, _V1_LENGTH = 1 << 20, 64 << 10
_HEADER = 100_000_000
"""Bytes that the header of a SafeTensors file may have, as its own library allows."""
_SAFETENSORS = (".safetensors", ".sft")


def measure_model(path: Path | str, *, cache: bool = True, on_bytes: Progress | None = None) -> dict[str, Any]:
    """What ``GenerationModel.measured`` holds of one file: ``sha256``, ``size`` (bytes), ``file`` (its name), ``autov2``, where the file
    reaches that far ``autov1``, for SafeTensors ``autov3`` and ``tensors``, and where it is signed ``unsigned``.

    ``cache`` looks for an earlier measurement first, and keeps this one. ``on_bytes`` hears of the bytes read so far. ``AssetError`` for
    what is no file, cannot be read, changes while it is read, or calls itself SafeTensors with a header that is none.
    """
    path = Path(path)
    if cache and (known := known_measurement(path)):
        return known
    try:
        with open(path, "rb", buffering=0, opener=_opener) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise AssetError(f'"{path.name}" is no file')
            value = _measured(file, before.st_size, path, on_bytes) | _unsigned(StreamSource(file))
            after = os.fstat(file.fileno())
    except (OSError, ValueError) as error:
        raise AssetError(f'"{path.name}" cannot be read: {getattr(error, "strerror", None) or error}') from None
    if file_state(before) != file_state(after):
        raise AssetError(f'"{path.name}" changed while it was read: try again when nothing writes to it')
    if cache:
        keep(path, before, _MEASURED, value)
    return value


def measure_source(source: Source, name: str) -> dict[str, Any]:
    """The same of a file that is open already or in memory, called ``name``. ``AssetError`` as there."""
    return _measured(SourceStream(source), source.size, Path(name)) | _unsigned(source)


def _unsigned(source: Source) -> dict[str, str]:
    """The hash without credentials; empty for a file that has none, or that they cannot be taken out of."""
    found = detect(source) if source.size else None
    try:
        layout = found.scan(source) if found is not None else None
        if found is None or layout is None or not layout.stores:
            return {}
        bare = EditedSource(source, found.embed(source, layout, None).pieces)
        return {"unsigned": hash_parts(bare, "sha256", (Span(0, bare.size),)).value.hex()}
    except (AssetError, MalformedError):
        return {}


def _opener(name: str, flags: int) -> int:
    # A named pipe would wait for a writer.
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _measured(file: IO[bytes] | SourceStream, size: int, path: Path, on_bytes: Progress | None = None) -> dict[str, Any]:
    first = _read(file, _BLOCK)
    tensors_start = _tensors_start(first[:9], size, path)
    whole, old, tensors = sha256(), sha256(), sha256()
    position, block = 0, first
    # A file to which somebody writes all the time would never end.
    while block and position <= size:
        whole.update(block)
        old.update(_cut(block, position, _V1_START, _V1_START + _V1_LENGTH))
        if tensors_start is not None:
            tensors.update(_cut(block, position, tensors_start, size))
        position += len(block)
        if on_bytes:
            on_bytes(position)
        block = _read(file, _BLOCK)
    if position != size:
        raise AssetError(f'"{path.name}" changed while it was read: try again when nothing writes to it')
    digest = whole.hexdigest()
    value: dict[str, Any] = {"sha256": digest, "size": size, "file": _name(path), "autov2": digest[:10]}
    if size > _V1_START:
        value["autov1"] = old.hexdigest()[:8]
    if tensors_start is not None:
        value |= {"autov3": tensors.hexdigest()[:12], "tensors": tensors.hexdigest()}
    return value


def _read(file: IO[bytes] | SourceStream, count: int) -> bytes:
    """Up to ``count`` bytes, fewer at the end only."""
    parts, left = [], count
    while left and (part := file.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _cut(block: bytes, position: int, start: int, end: int) -> memoryview:
    """What of a block at ``position`` lies within two places of the file."""
    return memoryview(block)[max(start - position, 0) : max(end - position, 0)]


def _tensors_start(head: bytes, size: int, path: Path) -> int | None:
    """Where the tensors of a SafeTensors file begin; None for other files. A header that lies is refused in a file that calls itself so."""
    length = int.from_bytes(head[:8], "little")
    sound = len(head) == 9 and head[8:] == b"{" and 2 <= length <= min(_HEADER, size - 8)
    if sound:
        return 8 + length
    if path.suffix.lower() in _SAFETENSORS:
        said = f"its header claims {length:,} bytes, and the file has {size:,}" if len(head) == 9 else "it is too short"
        raise AssetError(f'"{path.name}" is no sound SafeTensors file: {said}')
    return None


def _name(path: Path) -> str:
    """The file's name as it can be written: bytes that are no text are replaced."""
    return cleaned(path.name, 1_000) or "model"


def known_measurement(path: Path) -> dict[str, Any] | None:
    """An earlier measurement of the very same file; None where there is none, or anything about it differs."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    value = kept(path, status, _MEASURED)
    if not isinstance(value, dict) or value.get("size") != status.st_size:
        return None
    try:
        Generation(models=(GenerationModel("model", measured=value),))
    except DefinitionError:
        return None
    return value
