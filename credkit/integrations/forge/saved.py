"""Which files a saved picture consists of, whether it was generated at all, and what it was made from.

What the program hands to its callbacks is ``ImageSaveParams``: ``image`` (a Pillow picture), ``p`` (the processing; None for pictures that
were not made by it), ``filename`` and ``pnginfo``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PIL import Image

from credkit.integrations.pillow import origin
from credkit.verify import Report

__all__ = ["files_of", "is_generated", "parent_of"]

_MASK = re.compile(r"-mask(-[0-9]+)?$")
_NUMBERED = re.compile(r"-[0-9]+")


def is_generated(params: Any) -> bool:
    """Whether the program made the picture: uploads that it keeps and masks that a person drew are not its work."""
    texts = params.pnginfo if isinstance(params.pnginfo, dict) else {}
    if params.p is None:
        return bool(texts.get("postprocessing"))
    return getattr(params.p, "mask_for_overlay", None) is None or _MASK.search(_path_of(params).stem) is None


def files_of(params: Any, options: Any) -> list[Path]:
    """The file that was saved, and the smaller JPEG copy of which no callback tells (option ``export_for_4chan``)."""
    path = _path_of(params)
    return [path, *(_copies(path) if getattr(options, "export_for_4chan", False) else ())]


def parent_of(params: Any) -> Report | None:
    """The signed picture that this one was made from, where it was opened from a signed file."""
    images = [image for image in getattr(params.p, "init_images", None) or () if isinstance(image, Image.Image)]
    if not images:
        return None
    index = getattr(params.p, "batch_index", 0)
    return origin(images[index] if len(images) > 1 and isinstance(index, int) and 0 <= index < len(images) else images[0])


def _path_of(params: Any) -> Path:
    """Where it really lies: ``filename`` is not corrected when a number had to be added to it."""
    return Path(getattr(params.image, "already_saved_as", None) or params.filename)


def _copies(path: Path) -> list[Path]:
    """The copy has the same name with ``.jpg``, or with a number where that was taken; it was written after the picture itself."""
    try:
        written = path.stat().st_mtime_ns
        beside = [entry for entry in path.parent.iterdir() if entry.suffix == ".jpg" and entry.stem.startswith(path.stem) and entry != path]
        fitting = [entry for entry in beside if entry.stem == path.stem or _NUMBERED.fullmatch(entry.stem[len(path.stem) :])]
        return sorted(entry for entry in fitting if entry.stat().st_mtime_ns >= written)
    except OSError:
        return []
