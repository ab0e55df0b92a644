"""One text of a picture file, and one field of a metadata block, as they are handed on to those who make sense of it."""

from __future__ import annotations

from typing import Literal

from credkit.dataclass import dataclass, field

__all__ = ["FieldText", "TextBlock", "TextKind"]

TextKind = Literal["png-text", "exif", "xmp", "iptc", "comment", "pixels", "twin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """One text as found."""

    kind: TextKind
    """``twin`` is a text file of the same name beside the picture."""
    keyword: str
    """Under which name it stands: the keyword of a PNG chunk (``parameters``), the name of an EXIF tag (``UserComment``, ``Make``,
    ``ImageDescription``, ``Software``, ``Artist``, ``MakerNote`` ...; ``0x9999`` for one without), an XMP property
    (``exif:UserComment``), an IPTC dataset (``Caption``), the signature of a text in pixels (``stealth_pngcomp``); empty for none.
    """
    text: str = field(repr=False)
    """Decoded; what cannot be decoded is replaced by U+FFFD and ``damage`` says so."""
    place: str
    """Where it stands, in words for people: ``PNG text "parameters"``."""
    damage: str = ""
    """What is wrong with it, in plain words; empty for a sound one. A block with damage and neither keyword nor text stands for something
    that could not be read at all: a metadata block, or the rest of the file.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldText:
    """One field of an EXIF, XMP or IPTC block with a text, or (without name) what of the block could not be read."""

    name: str
    text: str
    damage: str = ""
