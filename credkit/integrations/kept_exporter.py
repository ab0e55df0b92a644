"""The exporter of a program that runs for long: opened when it is first needed, and again when its settings file was changed.

The key stays in memory in between, so that nobody is asked for a passphrase at every picture.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from credkit.api.export_settings import FILE_NAME
from credkit.api.exporter import Exporter
from credkit.configuration import configuration_directory

__all__ = ["KeptExporter"]


class KeptExporter:
    """May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Path | None, tuple[object, Exporter]] = {}

    def get(self, path: str | os.PathLike[str] | None = None) -> Exporter:
        """The exporter of a settings file; errors as ``Exporter.from_settings``."""
        chosen = Path(path) if path else None
        with self._lock:
            state = _state(chosen if chosen is not None else configuration_directory() / FILE_NAME)
            known = self._kept.get(chosen)
            if known is None or known[0] != state:
                known = self._kept[chosen] = (state, Exporter.from_settings(chosen))
            return known[1]


def _state(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
