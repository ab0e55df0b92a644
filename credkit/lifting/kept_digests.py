"""What was hashed of a large file when its credentials were checked is kept, so that the next picture made with it need not wait for it.

A model of many gigabytes is checked against its credentials for every picture that names it. Its digests are kept as measurements are
(``file_cache``): for the very same file only, told by path, size, times and number. Everything else of the check is done anew each time.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from credkit.assets import Source, Span
from credkit.codec.digest import Digest
from credkit.errors import AssetError
from credkit.lifting.file_cache import file_state, keep, kept

__all__ = ["KeptDigests"]

_KIND = "digests"
_MOST = 16
_LENGTHS = {"sha256": 32, "sha384": 48, "sha512": 64}


class KeptDigests:
    """The digests of one file; to be made before the file is opened. ``AssetError`` for a file that is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before = self._status()

    def _status(self) -> os.stat_result:
        try:
            return self._path.stat()
        except (OSError, ValueError) as error:
            raise AssetError(f'"{self._path}" cannot be read: {getattr(error, "strerror", None) or error}') from None

    def recall(self, source: Source) -> None:
        """Tell the opened file what is known of it."""
        entries = kept(self._path, self._before, _KIND)
        for entry in entries if isinstance(entries, list) else []:
            found = _read(entry, source.size)
            if found is not None:
                key, digest = found
                source.known.digests[key] = digest

    def keep(self, source: Source) -> None:
        """Keep what was hashed of it; ``AssetError`` when the file was changed in the meantime."""
        if file_state(self._status()) != file_state(self._before):
            raise AssetError(f'"{self._path.name}" changed while it was read: try again when nothing writes to it')
        entries = [_written(algorithm, parts, digest) for (algorithm, parts), digest in list(source.known.digests.items())[:_MOST]]
        if told := [entry for entry in entries if entry is not None]:
            keep(self._path, self._before, _KIND, told)


def _written(algorithm: str, parts: object, digest: Digest) -> dict[str, Any] | None:
    """A digest over ranges of the file; None for one over anything else."""
    if not isinstance(parts, tuple) or not all(isinstance(part, Span) for part in parts) or len(parts) > _MOST:
        return None
    return {"alg": algorithm, "ranges": [[part.start, part.length] for part in parts], "hash": digest.value.hex()}


def _read(entry: object, size: int) -> tuple[tuple[str, tuple[Span, ...]], Digest] | None:
    try:
        algorithm, ranges, value = entry["alg"], entry["ranges"], bytes.fromhex(entry["hash"])  # type: ignore[index]
        spans = tuple(Span(start, length) for start, length in ranges)
    except (KeyError, TypeError, ValueError):
        return None
    sound = all(isinstance(number, int) and 0 <= number <= size for span in spans for number in (span.start, span.length))
    if not isinstance(algorithm, str) or _LENGTHS.get(algorithm) != len(value) or not sound:
        return None
    return (algorithm, spans), Digest(algorithm, value)
