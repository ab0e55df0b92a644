"""What tells whether a file is still the one that was looked at, without reading it."""

from __future__ import annotations

import os
import stat

from credkit.dataclass import dataclass

__all__ = ["FileState"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """The state of a file as the file system tells it; times in nanoseconds since the epoch."""

    size: int
    modified: int
    changed: int
    inode: int

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> FileState:
        """The present state, links followed; ``OSError`` when there is no ordinary file."""
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no file")
        return cls(size=found.st_size, modified=found.st_mtime_ns, changed=found.st_ctime_ns, inode=found.st_ino)
