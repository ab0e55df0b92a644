"""The hashes by which people know the file of a model, computed in one pass with little memory, and kept in the user's cache.

``autov1`` is the older hash of the web UI (eight digits of the SHA-256 of 64 KiB at 1 MiB), ``autov2`` the first ten digits of the SHA-256
of the file, ``autov3`` and ``tensors`` the SHA-256 of what stands behind the header of a SafeTensors file (twelve digits, and whole): it
stays the same when the header changes, as it does when the file is signed.

A measurement is kept under path, size, times and number of the file, and holds only while all of them are the same. The time of the last
change (``ctime``) is among them, because programs that copy set the other one back.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from credkit.codec import json_text
from credkit.configuration import make_private_folder, replace_private_file
from credkit.errors import AssetError, DefinitionError, MalformedError
from credkit.lifting.wording import cleaned
from credkit.manifest.assertions.generation import Generation, GenerationModel

__all__ = ["known_measurement", "measure_model"]

_BLOCK = 1 << 20
_V1_START, _V1_LENGTH = 1 << 20, 64 << 10
_HEADER = 100_000_000
"""Bytes that the header of a SafeTensors file may have, as its own library allows."""
_SAFETENSORS = (".safetensors", ".sft")
_WORTH = 4 << 20
"""A smaller file is hashed sooner than looked up."""
_SETTLED = 2_000_000_000
"""Nanoseconds after which a change of a file shows in its time for sure."""
_CACHE_VERSION = 1


def measure_model(path: Path | str, *, cache: bool = True) -> dict[str, Any]:
    """What ``GenerationModel.measured`` holds of one file: ``sha256``, ``size`` (bytes), ``file`` (its name), ``autov2``, where the file
    reaches that far ``autov1``, and for SafeTensors ``autov3`` and ``tensors``.

    ``cache`` looks for an earlier measurement first, and keeps this one. ``AssetError`` for what is no file, cannot be read, changes
    while it is read, or calls itself SafeTensors with a header that is none.
    """
    path = Path(path)
    if cache and (known := known_measurement(path)):
        return known
    try:
        with open(path, "rb", buffering=0, opener=_opener) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise AssetError(f'"{path.name}" is no file')
            value = _measured(file, before.st_size, path)
            after = os.fstat(file.fileno())
    except (OSError, ValueError) as error:
        raise AssetError(f'"{path.name}" cannot be read: {getattr(error, "strerror", None) or error}') from None
    if _state(before) != _state(after):
        raise AssetError(f'"{path.name}" changed while it was read: try again when nothing writes to it')
    if cache and before.st_size >= _WORTH and time.time_ns() - before.st_mtime_ns > _SETTLED:
        _keep(path, before, value)
    return value


def _opener(name: str, flags: int) -> int:
    # A named pipe would wait for a writer.
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _measured(file: IO[bytes], size: int, path: Path) -> dict[str, Any]:
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


def _read(file: IO[bytes], count: int) -> bytes:
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


def _state(status: os.stat_result) -> dict[str, int]:
    times = {"mtime": status.st_mtime_ns, "ctime": status.st_ctime_ns}
    return {"size": status.st_size, **times, "inode": status.st_ino, "device": status.st_dev}


def _cache_file(path: Path) -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        folder = Path(base) if base else Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME")
        folder = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    name = sha256(os.fsencode(path.absolute())).hexdigest()
    return folder / "credkit" / "models" / f"{name}.json"


def known_measurement(path: Path) -> dict[str, Any] | None:
    """An earlier measurement of the very same file; None where there is none, or anything about it differs."""
    try:
        status = path.stat()
        entry = json_text.decode(_cache_file(path).read_bytes()[: 64 << 10], where="a kept measurement")
    except (OSError, ValueError, RuntimeError, MalformedError):
        return None
    expected = {"version": _CACHE_VERSION, "path": _path_text(path), **_state(status)}
    value = entry.get("measured") if isinstance(entry, dict) else None
    if not isinstance(value, dict) or {key: entry.get(key) for key in expected} != expected or value.get("size") != status.st_size:
        return None
    try:
        Generation(models=(GenerationModel("model", measured=value),))
    except DefinitionError:
        return None
    return value


def _path_text(path: Path) -> str:
    return os.fsencode(path.absolute()).decode("utf-8", "backslashreplace")


def _keep(path: Path, status: os.stat_result, value: dict[str, Any]) -> None:
    """Write a measurement into the cache; a cache that cannot be written is done without."""
    entry = {"version": _CACHE_VERSION, "path": _path_text(path), **_state(status), "measured": value}
    with suppress(OSError, RuntimeError):
        target = _cache_file(path)
        target.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_private_folder(target.parent)
        replace_private_file(target, json.dumps(entry).encode("utf-8"))
