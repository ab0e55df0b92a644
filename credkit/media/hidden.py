"""Texts that generation tools hide in pixels ("stealth pnginfo"), found and cleared.

The least bits of the alpha channel, or of red, green and blue, column by column from the top left, are the bytes of a name, a length in
bits (32 bits, big endian), and the text, for the ``comp`` names through gzip. Metadata that is taken out of a file leaves it there, so
that whoever seals a prompt has to clear it too.

Finding decides by the first pixels and reads no more than the text claims to have. Clearing sets all carrier bits of the text alike and
leaves every other pixel; only the chunks of the pixels are written anew.

Sources: the writers of Forge (``stealth_infotext``), of the extension sd_webui_stealth_pnginfo, and of novelai-image-metadata.
"""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from credkit.assets import EditedSource, Source, detect
from credkit.assets.edited import splice
from credkit.assets.png import PngFormat
from credkit.assets.riff import WebpFormat
from credkit.assets.stream import SourceStream
from credkit.dataclass import dataclass
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts.block import TextBlock
from credkit.media.texts.decoding import utf8_text

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["clear_hidden", "find_hidden"]

_Carrier = Literal["alpha", "colours"]

_NAMES: dict[_Carrier, tuple[bytes, ...]] = {
    "alpha": (b"stealth_pnginfo", b"stealth_pngcomp"),
    "colours": (b"stealth_rgbinfo", b"stealth_rgbcomp"),
}
_PLACES: dict[_Carrier, str] = {"alpha": "the pixels (alpha channel)", "colours": "the pixels (red, green and blue)"}
_NAME, _LENGTH = 15, 4
_HEAD = 8 * (_NAME + _LENGTH)
_BITS = bytes(0x30 | value & 1 for value in range(256))
"""Each byte becomes the digit of its least bit."""
_SET, _CLEARED = bytes(value | 1 for value in range(256)), bytes(value & 0xFE for value in range(256))
_GZIP = 31
_RGB = 2
_REWRITABLE = (_RGB, 4, 6)
"""Colour types of a PNG: RGB, and gray or RGB with alpha."""
_OPAQUE = 254
"""A channel with nothing below was made to carry a text: the picture was opaque."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    carrier: _Carrier
    name: str
    length: int
    """Of the text in bits, as claimed."""
    fits: bool


def find_hidden(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> TextBlock | None:
    """The text hidden in the pixels of a PNG or WebP, with its name as keyword; None where there is none.

    One that is broken or longer than ``limits.text_size`` has ``damage``. A picture with more than ``limits.pixels`` pixels is not decoded:
    that too is a block with ``damage``, without keyword. Pixels that cannot be decoded hold no text that anybody could read.
    """
    try:
        with _opened(source, limits) as image:
            found = next(_signs(image), None) if image else None
            return _block(image, found, limits) if image and found else None
    except AssetError as error:
        return TextBlock(kind="pixels", keyword="", text="", place="the pixels", damage=str(error))


def clear_hidden(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> EditedSource:
    """The file without texts in its pixels: the bits that carried them are all alike, everything else is as it was.

    Where there is none, the file itself. A manifest store stays and no longer fits: embed a new one. ``AssetError`` for a picture whose
    pixels cannot be written again as they were (palette, 16 bits a channel, transparent colour, lossy or animated WebP), or that is larger
    than ``limits.pixels``.
    """
    with _opened(source, limits) as image:
        signs = tuple(_signs(image)) if image else ()
        if image is None or not signs:
            return EditedSource(source, splice(source.size, ()))
        form = _rewritable(source, image, limits)
        cleared = image.copy()
        for found in signs:
            cleared = _without(cleared, found)
        return EditedSource(source, form.with_pixels(source, _encoded(cleared, form)).pieces)


@contextmanager
def _opened(source: Source, limits: Limits) -> Iterator[Image.Image | None]:
    """The picture (of an animation the first), decoded, in the form in which it is stored; None when there is none that can carry a text.

    ``AssetError`` when it has too many pixels to be decoded.
    """
    form = detect(source)
    if not isinstance(form, PngFormat | WebpFormat):
        yield None
        return
    with warnings.catch_warnings():
        # The limit below is the one that counts, and what else Pillow warns of is of no use to anybody here.
        warnings.simplefilter("ignore")
        yield _decoded(_bare(source, form), limits)


def _decoded(source: Source, limits: Limits) -> Image.Image | None:
    from PIL import Image

    too_large = AssetError(f"the picture has more than {limits.pixels:,} pixels, so no text was looked for in them")
    try:
        image = Image.open(io.BufferedReader(SourceStream(source)), formats=("PNG", "WEBP"))
        if not any(_capacity(image, carrier) >= _HEAD for carrier in _NAMES):
            # The header tells it already: the picture is gray, or has too few pixels.
            return None
        small = image.width * image.height <= limits.pixels
        if small:
            image.load()
    except Image.DecompressionBombError:
        raise too_large from None
    except Exception:
        # Decoders raise whatever their author thought of; without pixels there is no text.
        return None
    if not small:
        raise too_large
    return image


def _bare(source: Source, form: PngFormat | WebpFormat) -> Source:
    """The pixels without texts and films beside them, which decoders would stumble over."""
    return EditedSource(source, form.bare(source).pieces) if isinstance(form, PngFormat) else source


def _signs(image: Image.Image) -> Iterator[_Found]:
    """The names that stand at the beginning of a carrier."""
    for carrier, names in _NAMES.items():
        capacity = _capacity(image, carrier)
        if capacity < _HEAD:
            continue
        head = _bits(image, carrier, _HEAD)
        if head[:_NAME] in names:
            length = int.from_bytes(head[_NAME:], "big")
            yield _Found(carrier=carrier, name=head[:_NAME].decode("ascii"), length=length, fits=length <= capacity - _HEAD)


def _capacity(image: Image.Image, carrier: _Carrier) -> int:
    """Bits that the carrier has; 0 for a picture that does not have it."""
    pixels = image.width * image.height
    if carrier == "alpha":
        return pixels if image.has_transparency_data else 0
    return 3 * pixels if image.mode in ("RGB", "RGBA", "P") else 0


def _values(image: Image.Image, carrier: _Carrier) -> Image.Image:
    """The carrier alone, with columns and rows exchanged, so that its bytes come in the order of the text."""
    from PIL.Image import Transpose

    band = image.convert("RGBA").getchannel("A") if carrier == "alpha" else image.convert("RGB")
    return band.transpose(Transpose.TRANSPOSE)


def _bits(image: Image.Image, carrier: _Carrier, count: int) -> bytes:
    """The first ``count`` least bits as bytes, the last one filled with zeros; only the columns that hold them are looked at."""
    pixels = count if carrier == "alpha" else -(-count // 3)
    columns = image.crop((0, 0, -(-pixels // image.height), image.height))
    digits = _values(columns, carrier).tobytes()[:count].translate(_BITS)
    size = -(-count // 8)
    return int(digits.ljust(8 * size, b"0") or b"0", 2).to_bytes(size, "big")


def _block(image: Image.Image, found: _Found, limits: Limits) -> TextBlock:
    place = _PLACES[found.carrier]
    if not found.fits:
        damage = f"it claims {found.length:,} bits, which the picture cannot hold"
        return TextBlock(kind="pixels", keyword=found.name, text="", place=place, damage=damage)
    raw = _bits(image, found.carrier, _HEAD + min(found.length, 8 * limits.text_size))[_NAME + _LENGTH :]
    cut = f"it is longer than {limits.text_size:,} bytes, and only these were read"
    damage = cut if found.length > 8 * limits.text_size else ""
    if found.name.endswith("comp"):
        raw, fault = _inflated(raw, limits.text_size)
        damage = cut if len(raw) > limits.text_size else damage or fault
    text, fault = utf8_text(raw[: limits.text_size])
    return TextBlock(kind="pixels", keyword=found.name, text=text, place=place, damage=damage or fault)


def _inflated(raw: bytes, most: int) -> tuple[bytes, str]:
    stream = zlib.decompressobj(_GZIP)
    try:
        data = stream.decompress(raw, most + 1)
    except zlib.error:
        return b"", "its compression is damaged"
    return data, "" if stream.eof or len(data) > most else "its compressed data ends early"


def _rewritable(source: Source, image: Image.Image, limits: Limits) -> PngFormat | WebpFormat:
    """The format, when the pixels can be written again as they are stored."""
    form, reason = detect(source), "it is lossy or animated"
    if isinstance(form, PngFormat):
        depth, colours = source.read(24, 2)
        reason = "its pixels are not stored as 8 bits of red, green and blue" if depth != 8 or colours not in _REWRITABLE else ""
        if colours == _RGB and image.has_transparency_data:
            reason = "one of its colours stands for transparency"
    elif isinstance(form, WebpFormat):
        kinds = {box.name for box in form.boxes(source, form.scan(source, limits), limits)}
        reason = "" if "VP8L" in kinds else reason
    if reason or not isinstance(form, PngFormat | WebpFormat):
        name = form.name if form else "file"
        raise AssetError(f"the text hidden in the pixels of this {name} cannot be cleared, because {reason}: save it anew as an 8-bit PNG")
    return form


def _without(image: Image.Image, found: _Found) -> Image.Image:
    """The picture with the carrier bits of a text set alike: opaque in the alpha channel, zero in the colours."""
    from PIL import Image
    from PIL.Image import Transpose

    values = _values(image, found.carrier)
    data = bytearray(values.tobytes())
    end = _HEAD + found.length if found.fits else len(data)
    if found.carrier == "alpha" and min(data) >= _OPAQUE:
        # What else stands in such a channel are remains of an older text, or check bits behind this one.
        end = len(data)
    data[:end] = data[:end].translate(_SET if found.carrier == "alpha" else _CLEARED)
    plane = Image.frombytes(values.mode, values.size, bytes(data)).transpose(Transpose.TRANSPOSE)
    if found.carrier == "alpha":
        image.putalpha(plane)
        return image
    if "A" in image.getbands():
        plane.putalpha(image.getchannel("A"))
    return plane


def _encoded(image: Image.Image, form: PngFormat | WebpFormat) -> bytes:
    """A file with these pixels and nothing else."""
    stream = io.BytesIO()
    bare = image.copy()
    bare.info = {}
    if isinstance(form, PngFormat):
        bare.save(stream, "PNG")
    else:
        bare.save(stream, "WEBP", lossless=True, exact=True)
    return stream.getvalue()
