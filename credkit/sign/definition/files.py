"""Files that a definition names: thumbnails, icons, prompts, manifest stores.

Names count from the folder of the definition. In c2patool's words such a reference is ``{"format": media type, "identifier": file}``.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from credkit.errors import DefinitionError
from credkit.limits import Limits
from credkit.sign.backends.file import is_key_text

__all__ = ["existing", "media_type", "read_file"]

_SHORT = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "c2pa": "application/c2pa", "svg": "image/svg+xml", "webp": "image/webp"}


def existing(base: Path, name: str, path: str) -> Path:
    """The file or folder ``name``; ``DefinitionError`` at ``path`` when there is none."""
    found = base / name
    try:
        there = found.exists()
    except (OSError, ValueError):
        there = False
    if not there and is_key_text(name):
        raise DefinitionError("a key or a certificate itself stands here, where the name of its file belongs", path=path)
    if not there:
        raise DefinitionError(f'there is no file "{found}"; file names count from the folder of the definition (or "base_path")', path=path)
    return found


def read_file(base: Path, reference: Mapping[str, Any], path: str, limits: Limits) -> bytes:
    """The content of the file that ``reference`` names; it ends up in the manifest store, so it must be small enough for one."""
    here = f"{path}/identifier"
    found = existing(base, reference["identifier"], here)
    try:
        with found.open("rb") as file:
            data = file.read(limits.store_size + 1)
    except OSError as error:
        raise DefinitionError(f'the file "{found}" cannot be read: {error.strerror or error}', path=here) from None
    if not data:
        raise DefinitionError(f'the file "{found}" is empty', path=here)
    if len(data) > limits.store_size:
        raise DefinitionError(f'the file "{found}" is larger than a manifest store may be ({limits.store_size:,} bytes)', path=here)
    return data


def media_type(name: str, path: str) -> str:
    """A media type as given, or that of a bare file extension (``jpeg``)."""
    if "/" in name:
        return name
    short = name.removeprefix(".").lower()
    found = _SHORT.get(short) or mimetypes.guess_type(f"file.{short}")[0]
    if found is None:
        raise DefinitionError(f'"{name}" is no media type such as "image/jpeg"', path=path)
    return found
