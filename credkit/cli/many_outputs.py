"""Where the outputs of many files go: each below one folder, at the place that its source has, and no two at the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.dataclass import replace
from credkit.errors import OutputError

if TYPE_CHECKING:
    from credkit.api.found_files import FoundFile
    from credkit.api.pauses import Pause

__all__ = ["distinct", "make_room", "refuse_file"]


def refuse_file(folder: Path) -> None:
    """``OutputError`` when there is a file where a folder is wanted."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise OutputError(f'"{folder}" is no folder, and what becomes of several files goes into one: name a folder (-o DIR)')


def distinct(files: Iterable[FoundFile | Pause], target: Callable[[FoundFile], Path]) -> Iterator[FoundFile | Pause]:
    """The files; one whose output is that of an earlier one, or of whose name nothing is left, has a ``problem``."""
    from credkit.api.pauses import Pause

    taken: set[bytes] = set()
    for file in files:
        if isinstance(file, Pause) or file.problem is not None:
            yield file
            continue
        output = target(file)
        key = blake2b(os.path.normcase(os.path.abspath(output)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key in taken:
            yield replace(file, problem=f'"{file.path}" would be written to "{output}", as an earlier file is: give it a folder of its own')
        else:
            taken.add(key)
            yield file


def make_room(output: Path) -> None:
    """Make the folder of an output; ``OutputError`` when that fails."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise OutputError(f'the folder "{output.parent}" cannot be made: {reason}') from None
