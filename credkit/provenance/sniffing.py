"""What the bytes inside of a manifest are, whatever their label claims: a media type, and the extension of a file that may hold them.

Only what a program shows without running anything gets an extension of its own. Markup, documents, fonts, models and archives, which can
carry scripts, and everything that is not recognised, get ``bin``: a double click must not be enough to open them.
"""

from __future__ import annotations

import codecs
import re

from credkit.assets import BytesSource, detect
from credkit.assets.bmff.brands import media_type_of, read_brands
from credkit.codec import json_text
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["DATA", "extension_of", "sniff"]

DATA = "application/octet-stream"
"""The media type of what is not recognised."""
_EXTENSIONS = {
    "application/c2pa": "c2pa",
    "application/json": "json",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpg",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
    "text/plain": "txt",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-msvideo": "avi",
}
_MARKUP = re.compile(
    r"\s*<(?:!doctype|!--|\?xml|html|head|body|script|style|iframe|svg|img|meta|link|object|embed|a|p|div)[\s>/!-]", re.IGNORECASE
)
_STEERING = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_LARGEST_JSON = 8 << 20
_NOT_BY_BYTES = frozenset({"JSON Lines", "SVG"})
"""Formats that are text, and are told apart as such."""


def sniff(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    """The media type that the bytes themselves tell; ``application/octet-stream`` when they tell none."""
    found = detect(BytesSource(data))
    if found is not None and found.name not in _NOT_BY_BYTES:
        if data[4:8] == b"ftyp":
            return media_type_of(read_brands(data[8 : min(int.from_bytes(data[:4], "big"), 4096)]), frozenset())
        return "audio/flac" if data.startswith(b"fLaC") else found.media_types[0]
    text = _text(data)
    if text is None:
        return DATA
    if found is not None and found.name == "SVG":
        return found.media_types[0]
    if _MARKUP.match(text[:1024]):
        return "text/html"
    return "application/json" if _is_json(data, text, limits) else "text/plain"


def extension_of(media_type: str) -> str:
    """The extension, without its dot, for a media type that ``sniff`` gave."""
    return _EXTENSIONS.get(media_type, "bin")


def _text(data: bytes) -> str | None:
    """The text that the bytes are; None for other bytes, and for a text that could steer a terminal."""
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if not text or _STEERING.search(text) else text


def _is_json(data: bytes, text: str, limits: Limits) -> bool:
    if len(data) > _LARGEST_JSON or not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json_text.decode(data, where="an embedded file", limits=limits)
    except MalformedError:
        return False
    return True
