"""How a picture becomes pixels: opened by content, bounded, first frame, upright, 8 bits a channel, sRGB.

Thumbnails and comparisons both start here. Only formats whose decoders are part of Pillow and work on untrusted bytes are tried (no
PostScript, no metafiles), and the size in the header is held against ``Limits.pixels`` before anything is decoded. What is made of the
pixels is left to the callers; verification never comes here.
"""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["PictureInput", "has_alpha", "has_more", "open_picture", "picture_stream", "to_eight_bits", "to_srgb", "upright"]

PictureInput = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A path, the bytes of a file, or a seekable binary stream (left open, its position moves)."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "JPEG2000")


@contextmanager
def picture_stream(source: PictureInput, *, what: str = "the picture") -> Iterator[BinaryIO]:
    """A seekable stream at its beginning; one that was opened here is closed here. ``AssetError`` when the path cannot be opened."""
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        with _file(source, what) as stream:
            yield stream
    else:
        source.seek(0)
        yield source


def _file(path: str | os.PathLike[str], what: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        raise AssetError(f'{what} "{os.fspath(path)}" cannot be opened: {getattr(error, "strerror", None) or error}') from None


@contextmanager
def open_picture(
    source: PictureInput, *, limits: Limits = DEFAULT_LIMITS, draft: int | None = None, what: str = "the picture"
) -> Iterator[Image.Image]:
    """The first frame of a picture, decoded, as Pillow gives it (mode, orientation and profile untouched).

    ``draft`` lets the JPEG decoder shrink by 2, 4 or 8 as long as both sides stay at least that many pixels; ``what`` names the picture in
    messages. ``AssetError`` when it cannot be read, is of no known picture format, is damaged, or has more than ``limits.pixels`` pixels.
    """
    with picture_stream(source, what=what) as stream, _opened(stream, what, limits) as image:
        with _decoding(what):
            if draft is not None:
                image.draft(None, (draft, draft))
            image.load()
        yield image


def _opened(stream: BinaryIO, what: str, limits: Limits) -> Image.Image:
    with _decoding(what), warnings.catch_warnings():
        # The limit below is the one that counts: Pillow's own warning would only repeat it.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(stream, formats=_FORMATS)
        except Image.DecompressionBombError:
            raise _too_large(what, limits, "more pixels than the picture library accepts") from None
    if image.width * image.height > limits.pixels:
        raise _too_large(what, limits, f"{image.width:,} x {image.height:,} pixels")
    return image


@contextmanager
def _decoding(what: str) -> Iterator[None]:
    """Decoders raise whatever their author thought of (OSError, SyntaxError, ValueError, struct.error, IndexError ...)."""
    try:
        yield
    except AssetError:
        raise
    except UnidentifiedImageError:
        raise AssetError(f"{what} is in no format whose pixels can be read: give a JPEG, PNG, WebP, GIF, TIFF, BMP or AVIF file") from None
    except Exception as error:
        raise AssetError(f"{what} is damaged, its pixels cannot be decoded: {error}") from error


def _too_large(what: str, limits: Limits, found: str) -> AssetError:
    return AssetError(f"{what} has {found}; at most {limits.pixels:,} are decoded, raise the limit if you trust the file")


def has_more(stream: BinaryIO) -> bool:
    """Whether a file of a format that is read here holds more pictures than the first one: it moves, or has pages."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            stream.seek(0)
            with Image.open(stream, formats=_FORMATS) as image:
                return bool(getattr(image, "is_animated", False))
        except Exception:
            # Decoders raise whatever their author thought of, also for a page with nothing but credentials on it.
            return True


def upright(image: Image.Image) -> Image.Image:
    """The picture as viewers show it: EXIF orientation applied; one whose EXIF block is broken is taken as it is."""
    with contextlib.suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


def has_alpha(image: Image.Image) -> bool:
    """Whether some pixels may be transparent (alpha channel, or a transparent palette entry or colour)."""
    return image.has_transparency_data


def to_eight_bits(image: Image.Image) -> Image.Image:
    """The same picture as ``L``, ``RGB``, ``RGBA`` or ``CMYK`` with 8 bits a channel.

    16-bit integers lose their low byte; 32-bit integers and floats are read as 0..1, 0..255 or 0..65535 by their largest value.
    """
    if has_alpha(image):
        return image.convert("RGBA")
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode in ("I", "F"):
        return _scaled(image)
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    try:
        return image.convert("L" if image.mode == "1" else "RGB")
    except ValueError:
        raise AssetError(f"the picture is in a colour space ({image.mode}) that is not supported: save it as RGB first") from None


def _scaled(image: Image.Image) -> Image.Image:
    top = image.convert("F").getextrema()[1]
    highest = float(top) if isinstance(top, int | float) else 0.0
    factor = 255.0 if highest <= 1 else 1.0 if highest <= 255 else 1 / 257
    return image.convert("F").point(lambda value: value * factor).convert("L")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An 8-bit picture in sRGB: ``profile`` (ICC) is applied, or ignored when it is broken or made for other channels."""
    bare = image.convert("RGB") if image.mode == "CMYK" else image
    if not profile:
        return bare
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    with contextlib.suppress(Exception):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target) or bare
    return bare
