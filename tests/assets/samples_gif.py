"""Small GIF files: still, animated, of the first edition, with every kind of extension, and with local colour tables."""

from __future__ import annotations

from tests.assets.samples import picture, saved

__all__ = ["animated_gif", "gif", "gif87", "local_gif", "rich_gif"]

_COMMENT = b"!\xfe" + b"\x09a comment" + b"\xff" + b"c" * 255 + b"\x00"
_PLAIN = b"!\x01\x0c" + bytes((0, 0, 0, 0, 8, 0, 8, 0, 8, 8, 1, 0)) + b"\x02Hi\x00"
_OTHER = b"!\xff\x0bICCRGBG1012\x03abc\x00"


def gif(**options: object) -> bytes:
    return b"GIF89a" + saved(picture().quantize(64), "GIF", **options)[6:]


def gif87() -> bytes:
    return b"GIF87a" + gif()[6:]


def animated_gif() -> bytes:
    frames = [picture().rotate(angle).quantize(16) for angle in (0, 90, 180)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)


def local_gif() -> bytes:
    """Without a global colour table: the picture has its own."""
    data = gif()
    size = 3 << ((data[10] & 7) + 1)
    table, rest = data[13 : 13 + size], data[13 + size :]
    at = rest.index(b"\x2c")
    flags = 0x80 | data[10] & 7
    return data[:10] + bytes((data[10] & 0x7F,)) + data[11:13] + rest[: at + 9] + bytes((flags,)) + table + rest[at + 10 :]


def rich_gif() -> bytes:
    """Comments, a plain text and an unknown application, in front of the picture and behind it."""
    data = gif()
    start = 13 + (3 << ((data[10] & 7) + 1))
    return data[:start] + _OTHER + _COMMENT + data[start:-1] + _PLAIN + _COMMENT + data[-1:]
