"""From picture files to what an entry keeps of them: name, hash, size, a small preview. Pixels are decoded by these functions alone."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.assets import Source, detect, open_source
from credkit.assets.engine import hash_ranges
from credkit.assets.stream import SourceStream
from credkit.errors import MalformedError
from credkit.journal.entries import Candidate, Made, Preview, UsedFile
from credkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from credkit.manifest.assertions.generation import Generation

__all__ = ["PREVIEW_SIDE", "PREVIEW_SIZE", "candidate_of", "described", "preview_of", "used_file_of"]

PREVIEW_SIDE = 256
"""Pixels of the longer side of a preview."""
PREVIEW_SIZE = 16 << 10
"""Bytes of a preview at most."""


def candidate_of(picture: Path | Source, *, name: str = "", kept: bool | None = None, limits: Limits = DEFAULT_LIMITS) -> Candidate:
    """A picture that came out; ``AssetError`` when it cannot be read. One that cannot be decoded has no preview."""
    with open_source(picture) as source:
        media_type, width, height = _seen(source, limits)
        return Candidate(
            name=name or (picture.name if isinstance(picture, Path) else ""),
            sha256=_sha256(source),
            size=source.size,
            kept=kept,
            media_type=media_type,
            width=width,
            height=height,
            preview=preview_of(source, limits),
        )


def used_file_of(picture: Path, role: str, limits: Limits = DEFAULT_LIMITS) -> UsedFile:
    """A file that went in, under one of the roles of ``UsedFile``; ``AssetError`` when it cannot be read."""
    with open_source(picture) as source:
        return UsedFile(role=role, name=picture.name, sha256=_sha256(source), size=source.size, preview=preview_of(source, limits))


def preview_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> Preview | None:
    """A preview within the bounds of this module; None when the pixels cannot be decoded."""
    from credkit.media.thumbnail import make_thumbnail

    stream = io.BufferedReader(SourceStream(source))
    made = make_thumbnail(stream, max_side=PREVIEW_SIDE, max_bytes=PREVIEW_SIZE, limits=limits)
    if made is None:
        return None
    digest = hashlib.sha256(made.data).hexdigest()
    return Preview(media_type=made.media_type, width=made.width, height=made.height, sha256=digest, data=made.data)


def described(generation: Generation | None, **more: Any) -> Made:
    """An entry about one generation; ``more`` are the other fields of ``Made``."""
    payload = generation.payload() if generation else {}
    return Made(generation={key: value for key, value in payload.items() if key != "version"}, **more)


def _sha256(source: Source) -> str:
    return hash_ranges(source, "sha256").value.hex()


def _seen(source: Source, limits: Limits) -> tuple[str | None, int | None, int | None]:
    """Media type, width and height, as far as the container says so."""
    found = detect(source)
    if found is None:
        return None, None, None
    try:
        layout = found.scan(source, limits)
    except MalformedError:
        return found.media_types[0], None, None
    return layout.media_type, layout.width, layout.height
