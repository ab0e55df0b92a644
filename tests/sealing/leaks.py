"""A search of its own for private words in a file: every byte, every spelling, everything that is packed."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from xml.sax.saxutils import escape

__all__ = ["leaks"]


def _unpacked(data: bytes) -> list[bytes]:
    """The file, and whatever in it unpacks: zlib and gzip streams at any offset."""
    found = [data]
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        for wbits in (15, 31):
            try:
                found.append(zlib.decompressobj(wbits).decompress(data[match.start() :], 1 << 22))
            except zlib.error:
                continue
    return found


def _carried(data: bytes) -> list[bytes]:
    """Texts in the least bits of the pixels."""
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(data)).convert("RGBA")
    columns = [image.getpixel((x, y)) for x in range(image.width) for y in range(image.height)]
    found = []
    for bands in ((3,), (0, 1, 2)):
        bits = "".join(str(pixel[band] & 1) for pixel in columns for band in bands)  # type: ignore[index]
        raw = int(bits, 2).to_bytes(-(-len(bits) // 8), "big")
        found.append(raw)
        try:
            found.append(gzip.decompress(raw[19:]))
        except (OSError, EOFError, zlib.error):
            continue
    return found


def leaks(data: bytes, *words: str) -> list[str]:
    """The words that can be found."""
    places = [*_unpacked(data), *_carried(data)]
    return [word for word in words if any(form in place for place in places for form in _forms(word))]


def _forms(word: str) -> set[bytes]:
    spellings = {word, json.dumps(word)[1:-1], escape(word), escape(word, {'"': "&quot;"})}
    forms = {spelling.encode(encoding) for spelling in spellings for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + word.encode())
        forms.add(encoded[4 if shift else 0 : -4])
    return {form for form in forms if form}
