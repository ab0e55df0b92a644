"""From which file was a picture made that is being served? Found by the application's own word, or by the path of its address."""

from __future__ import annotations

import inspect
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import IO, Any, TypeAlias

from credkit.dataclass import dataclass, field
from credkit.load import sidecar_of

__all__ = ["ORIGINAL_FIELD", "Headers", "Original", "OriginalOf", "Originals", "Scope"]

ORIGINAL_FIELD = b"x-credkit-original"
"""Field of an answer by which the application names the original; it is taken out on the way."""
Scope: TypeAlias = "Mapping[str, Any]"
Headers: TypeAlias = "list[tuple[bytes, bytes]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The file that a picture was made from, and the manifest store beside it where none is embedded."""

    picture: Path | bytes = field(repr=False)
    store: Path | bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, found: Original | str | os.PathLike[str] | bytes) -> Original:
        """An original by its path (a store beside it is found by its name) or its bytes."""
        if isinstance(found, Original):
            return found
        if isinstance(found, bytes):
            return cls(picture=found)
        path = Path(found)
        beside = sidecar_of(path)
        return cls(picture=path, store=Path(beside) if beside else None)

    def copy_to(self, body: IO[bytes]) -> None:
        """Write the picture into ``body``. ``OSError`` when it cannot be read."""
        if isinstance(self.picture, bytes):
            body.write(self.picture)
            return
        with self.picture.open("rb") as file:
            shutil.copyfileobj(file, body)


_Found: TypeAlias = "Original | str | os.PathLike[str] | bytes | None"
OriginalOf: TypeAlias = "Callable[[Scope, Headers], _Found | Awaitable[_Found]]"
"""Called with the scope of a request and the header fields of its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Originals:
    """Where originals are looked for: ``original_of`` is asked first, then the folder."""

    folder: Path | None = None
    original_of: OriginalOf | None = None

    async def find(self, scope: Scope, headers: Headers, path: str) -> Original | None:
        """The original of the picture at ``path`` (without the application's root); None when it is not known."""
        if self.original_of is not None:
            found = self.original_of(scope, headers)
            if inspect.isawaitable(found):
                found = await found
            if found is not None:
                return Original.of(found)
        named = next((value.decode("latin-1") for name, value in headers if name.lower() == ORIGINAL_FIELD), None)
        place = self._below(named if named is not None else path)
        return Original.of(place) if place is not None else None

    def _below(self, name: str) -> Path | None:
        """The file of that name in the folder; None when there is none, or the name leads out of it."""
        if self.folder is None or "\0" in name:
            return None
        root = self.folder.resolve()
        place = (root / name.lstrip("/")).resolve()
        return place if place.is_relative_to(root) and place.is_file() else None
