"""The texts that a picture file carries besides its pixels: PNG text chunks, EXIF, XMP and IPTC fields, comments, the text file beside it.

``read_texts`` finds them all, ``without_texts`` takes some out and leaves every other byte as it was. What they mean is left to
``credkit.lifting``; texts hidden in pixels are in ``credkit.media.hidden``.

Names are loaded when they are asked for: whoever handles texts that were read needs no reader of XML.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.media.texts.block import TextBlock, TextKind
    from credkit.media.texts.clearing import without_texts
    from credkit.media.texts.reading import read_texts, twin_of

_HOMES = {"TextBlock": "block", "TextKind": "block", "read_texts": "reading", "twin_of": "reading", "without_texts": "clearing"}

__all__ = ["TextBlock", "TextKind", "read_texts", "twin_of", "without_texts"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
