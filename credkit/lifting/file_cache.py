"""What was computed of a large file is kept in the user's cache, for as long as the file is the very same one.

It is kept under path, size, times and number of the file, and holds only while all of them are the same. The time of the last change
(``ctime``) is among them, because programs that copy set the other one back.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from credkit.codec import json_text
from credkit.configuration import make_private_folder, replace_private_file
from credkit.errors import MalformedError

__all__ = ["file_state", "keep", "kept"]

_WORTH = 4 << 20
"""A smaller file is hashed sooner than looked up."""
_SETTLED = 2_000_000_000
"""Nanoseconds after which a change of a file shows in its time for sure."""
_CACHE_VERSION = 2


def file_state(status: os.stat_result) -> dict[str, int]:
    """What of a file has to be the same for it to count as unchanged."""
    times = {"mtime": status.st_mtime_ns, "ctime": status.st_ctime_ns}
    return {"size": status.st_size, **times, "inode": status.st_ino, "device": status.st_dev}


def _cache_file(path: Path, kind: str) -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        folder = Path(base) if base else Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME")
        folder = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    name = sha256(os.fsencode(path.absolute())).hexdigest()
    return folder / "credkit" / "models" / f"{name}-{kind}.json"


def kept(path: Path, status: os.stat_result, kind: str) -> Any:
    """What was kept of the very same file under the name ``kind``; None where there is nothing, or anything about the file differs."""
    try:
        entry = json_text.decode(_cache_file(path, kind).read_bytes()[: 64 << 10], where="what was kept of a file")
    except (OSError, ValueError, RuntimeError, MalformedError):
        return None
    expected = {"version": _CACHE_VERSION, "path": _path_text(path), **file_state(status)}
    if not isinstance(entry, dict) or {key: entry.get(key) for key in expected} != expected:
        return None
    return entry.get(kind)


def _path_text(path: Path) -> str:
    return os.fsencode(path.absolute()).decode("utf-8", "backslashreplace")


def keep(path: Path, status: os.stat_result, kind: str, value: Any) -> None:
    """Write into the cache what is worth it: of a large file that nobody changed a moment ago. A cache that cannot be written is done
    without.
    """
    if status.st_size < _WORTH or time.time_ns() - status.st_mtime_ns <= _SETTLED:
        return
    entry = {"version": _CACHE_VERSION, "path": _path_text(path), **file_state(status), kind: value}
    with suppress(OSError, RuntimeError):
        target = _cache_file(path, kind)
        target.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_private_folder(target.parent)
        replace_private_file(target, json.dumps(entry).encode("utf-8"))
