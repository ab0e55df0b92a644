"""``python -m benchmarks.passes``: what one pass over the image data of a JPEG costs, by what is done in it, in nanoseconds a byte.

These figures decided how a second manifest store is looked for; see ``docs/performance.md``.
"""

from __future__ import annotations

import hashlib
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.files import make
from credkit.assets.jpeg.search import STORE_TYPE

__all__ = ["PASSES", "main"]

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_CHUNK = 1 << 18


def _each(path: Path, work: Callable[[bytes], object]) -> None:
    with path.open("rb", buffering=0) as stream:
        while data := stream.read(_CHUNK):
            work(data)


def _hashed(path: Path) -> bytes:
    state = hashlib.sha256()
    _each(path, state.update)
    return state.digest()


def _hashed_and_searched(path: Path) -> bytes:
    state = hashlib.sha256()

    def work(data: bytes) -> bool:
        state.update(data)
        return STORE_TYPE in data

    _each(path, work)
    return state.digest()


PASSES: dict[str, Callable[[Path], object]] = {
    "read": lambda path: _each(path, len),
    "read + SHA-256": _hashed,
    "read + regular expression for the next marker": lambda path: _each(path, _MARKER.search),
    "read + search, 4 bytes": lambda path: _each(path, lambda data: STORE_TYPE[4:8] in data),
    "read + search, 8 bytes": lambda path: _each(path, lambda data: STORE_TYPE[:8] in data),
    "read + search, 16 bytes": lambda path: _each(path, lambda data: STORE_TYPE[4:] in data),
    "read + search, 20 bytes": lambda path: _each(path, lambda data: STORE_TYPE in data),
    "read + SHA-256 + search, 20 bytes": _hashed_and_searched,
}


def main(size: int = 256_000_000, rounds: int = 7) -> None:
    """Print the medians; the passes take turns."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        path = Path(folder) / "data.jpg"
        make("JPEG", size, path)
        times: dict[str, list[float]] = {name: [] for name in PASSES}
        for _ in range(rounds):
            for name, run in PASSES.items():
                start = time.perf_counter()
                run(path)
                times[name].append((time.perf_counter() - start) / path.stat().st_size)
    for name, found in times.items():
        print(f"{name:<48} {statistics.median(found) * 1e9:.2f} ns a byte")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
