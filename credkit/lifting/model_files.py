"""Which files of models there are: everything below the given folders that has the ending of a model, and the single files as they are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from credkit.dataclass import dataclass
from credkit.errors import AssetError

__all__ = ["ENDINGS", "ModelFile", "listed_files", "plain_name", "without_ending"]

ENDINGS = (".safetensors", ".sft", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".onnx")
_ENTRIES = 200_000
_DEPTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file."""

    path: Path
    given: bool
    """Named by the user himself, and not only found in a folder."""

    @property
    def name(self) -> str:
        """With ending."""
        return self.path.name

    @property
    def stem(self) -> str:
        """Without it."""
        return without_ending(self.path.name)


def without_ending(name: str) -> str:
    """A file name without the ending of a model; other dots belong to the name."""
    ending = next((ending for ending in ENDINGS if name.casefold().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def plain_name(name: str) -> str:
    """A name for comparison: without folder, ending, case and separators."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in without_ending(last).casefold() if letter.isalnum())


def listed_files(places: Sequence[Path]) -> tuple[list[ModelFile], list[str]]:
    """All files in order of the places, each once, and remarks; ``AssetError`` for a place that cannot be read."""
    files: dict[tuple[int, int], ModelFile] = {}
    remarks: list[str] = []
    for place in places:
        try:
            status = place.stat()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no path"
            raise AssetError(f'models cannot be sought in "{place}": {reason}; mend the path') from None
        if stat.S_ISREG(status.st_mode):
            files.setdefault((status.st_dev, status.st_ino), ModelFile(path=place, given=True))
        elif stat.S_ISDIR(status.st_mode):
            for key, path in _below(place, remarks):
                files.setdefault(key, ModelFile(path=path, given=False))
        else:
            raise AssetError(f'models cannot be sought in "{place}": it is neither a folder nor a file')
    return list(files.values()), remarks


def _below(folder: Path, remarks: list[str]) -> Iterator[tuple[tuple[int, int], Path]]:
    """The files of models below a folder, by device and number; links are followed, each folder once."""
    waiting, seen, entries = [(folder, 0)], set[tuple[int, int]](), 0
    while waiting:
        here, depth = waiting.pop()
        try:
            with os.scandir(here) as listed:
                found = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            if depth == 0:
                raise AssetError(f'models cannot be sought in "{here}": {error.strerror}') from None
            remarks.append(f'The folder "{here}" was passed over: {error.strerror}.')
            continue
        entries += len(found)
        if entries > _ENTRIES:
            remarks.append(f'"{folder}" holds more than {_ENTRIES:,} files and folders; the rest was not looked at.')
            return
        for entry in found:
            key, mode = _identity(entry)
            if stat.S_ISDIR(mode) and key not in seen and depth < _DEPTH:
                seen.add(key)
                waiting.append((Path(entry.path), depth + 1))
            elif stat.S_ISREG(mode):
                yield key, Path(entry.path)


def _identity(entry: os.DirEntry[str]) -> tuple[tuple[int, int], int]:
    """Device, number and kind of an entry worth looking at, links followed; a kind of 0 for all others."""
    try:
        if not entry.is_dir() and not entry.name.casefold().endswith(ENDINGS):
            return (0, 0), 0
        status = os.stat(entry.path)
    except OSError:
        return (0, 0), 0
    return (status.st_dev, status.st_ino), status.st_mode
