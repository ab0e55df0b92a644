"""The texts that a picture file carries besides its pixels: PNG text chunks, EXIF and XMP fields, comments, texts hidden in pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["TextBlock", "TextKind"]

TextKind = Literal["png-text", "exif", "xmp", "comment", "pixels", "twin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """One text as found."""

    kind: TextKind
    """``twin`` is a text file of the same name beside the picture."""
    keyword: str
    """Under which name it stands: the keyword of a PNG chunk (``parameters``), the name of an EXIF tag (``UserComment``, ``Make``,
    ``ImageDescription``, ``Software``, ``Artist``, ``MakerNote`` ...), an XMP property (``exif:UserComment``); empty for none."""
    text: str = field(repr=False)
    """Decoded; what cannot be decoded is replaced by U+FFFD and ``damage`` says so."""
    place: str
    """Where it stands, in words for people: ``PNG text "parameters"``."""
    damage: str = ""
    """What is wrong with it, in plain words; empty for a sound one."""
