"""Other pixels in the same file: only what codes the pixels is replaced, every other byte of the container stays.

So profile, EXIF, XMP, texts and a manifest store come through as they are, and a JPEG keeps its quantisation tables and its subsampling.
Refused is what could not be kept: animations, 16 bits a colour, several pictures in one file, formats other than JPEG and PNG. What is
painted is decided by the callers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from credkit.assets import BytesSource, EditedSource, Source, Span, detect
from credkit.assets.edited import Replacement, splice
from credkit.assets.jpeg.markers import APP0, APP2, COM, EOI, SOI, Segment, segments
from credkit.assets.png import PngFormat
from credkit.assets.stream import SourceStream
from credkit.assets.window import Window
from credkit.dataclass import dataclass
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.media.pictures import open_picture

__all__ = ["Painting", "painting_of"]

_ORIENTATION = 0x0112
_APP14, _APP15 = 0xEE, 0xEF
_COLOURS: dict[str, tuple[Any, Any]] = {
    "1": (0, 255),
    "L": (18, 252),
    "LA": ((18, 255), (252, 255)),
    "RGB": ((18, 18, 18), (252, 252, 252)),
    "RGBA": ((18, 18, 18, 255), (252, 252, 252, 255)),
    "CMYK": ((0, 0, 0, 240), (0, 0, 0, 0)),
    "I;16": (4_600, 64_800),
}
"""A dark and a bright colour of each mode. Neither is an extreme, which pictures like to use for transparent."""
_LEAST_CONTRAST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Painting:
    """The pixels of a file, open for change."""

    source: Source
    image: Image.Image
    format: str
    colours: tuple[Any, Any]
    """A dark and a bright colour of its mode."""
    limits: Limits

    @property
    def blends(self) -> bool:
        """Whether colours between those two can be painted."""
        return self.image.mode not in ("1", "P")

    @property
    def orientation(self) -> int:
        """EXIF orientation, 1 to 8; 1 where none is given."""
        try:
            found = self.image.getexif().get(_ORIENTATION, 1)
        except Exception:  # a broken EXIF block must not keep a label away
            return 1
        return found if isinstance(found, int) and 1 <= found <= 8 else 1

    def repainted(self) -> Source:
        """The file with the pixels as they are now."""
        try:
            pieces = _repainted_png(self) if self.format == "PNG" else _repainted_jpeg(self)
        except MalformedError as error:
            raise _refused(f"the file is damaged: {error}") from None
        return EditedSource(self.source, splice(self.source.size, pieces))


@contextmanager
def painting_of(source: Source, limits: Limits) -> Iterator[Painting]:
    """The pixels of a file. ``AssetError`` when they cannot be decoded, or not be changed without losing something else."""
    found = detect(source)
    if found is None or found.name not in ("JPEG", "PNG"):
        raise _refused("it is neither JPEG nor PNG")
    try:
        reason = _lost_in_png(source, limits) if found.name == "PNG" else _lost_in_jpeg(source, limits)
    except MalformedError as error:
        raise _refused(f"the file is damaged: {error}") from None
    if reason:
        raise _refused(reason)
    with open_picture(io.BufferedReader(SourceStream(source)), limits=limits) as image:
        yield Painting(source=source, image=image, format=found.name, colours=_colours(image), limits=limits)


def _refused(reason: str) -> AssetError:
    return AssetError(
        f"no visible label can be drawn on the picture, {reason}: draw it with an image program, or leave out --visible-label"
    )


def _colours(image: Image.Image) -> tuple[Any, Any]:
    if image.mode == "P":
        return _of_palette(image)
    if image.mode not in _COLOURS:
        raise _refused(f"its colours are of a kind ({image.mode}) that cannot be painted in")
    return _COLOURS[image.mode]


def _of_palette(image: Image.Image) -> tuple[int, int]:
    """The darkest and the brightest opaque entry."""
    values = image.getpalette("RGB") or []
    transparency = image.info.get("transparency")
    hidden = {transparency} if isinstance(transparency, int) else {i for i, alpha in enumerate(transparency or b"") if alpha < 255}
    entries = [(sum(values[at : at + 3]) / 3, at // 3) for at in range(0, len(values), 3) if at // 3 not in hidden]
    if not entries or max(entries)[0] - min(entries)[0] < _LEAST_CONTRAST:
        raise _refused("its palette has no two colours that can be told apart")
    return min(entries)[1], max(entries)[1]


def _encoded(painting: Painting, **options: Any) -> BytesSource:
    out = io.BytesIO()
    try:
        painting.image.save(out, painting.format, **options)
    except Exception as error:  # encoders raise whatever their author thought of
        raise _refused(f"its pixels cannot be encoded again ({error})") from None
    return BytesSource(out.getvalue())


# PNG: the header and the image data are taken over.


def _chunk_spans(source: Source, limits: Limits) -> list[tuple[str, Span]]:
    layout = PngFormat()
    return [(box.name, box.span) for box in layout.boxes(source, layout.scan(source, limits), limits)]


def _lost_in_png(source: Source, limits: Limits) -> str | None:
    names = {name for name, _ in _chunk_spans(source, limits)}
    if "acTL" in names:
        return "it is animated"
    depth, kind = source.read(24, 2)
    if depth == 16 and kind != 0:
        return "it has 16 bits a colour, of which half would be lost"
    if kind == 0 and depth in (2, 4) and names & {"tRNS", "sBIT", "bKGD"}:
        return "its shades of grey have fewer than 8 bits, and other parts of the file count on that"
    return None


def _repainted_png(painting: Painting) -> list[Replacement]:
    new = _encoded(painting)
    made = _chunk_spans(new, painting.limits)
    header, data = (b"".join(new.read(span.start, span.length) for name, span in made if name == kind) for kind in ("IHDR", "IDAT"))
    replacements, written = [], False
    for name, span in _chunk_spans(painting.source, painting.limits):
        if name == "IHDR":
            replacements.append(Replacement(span, header))
        elif name == "IDAT":
            replacements.append(Replacement(span, b"" if written else data))
            written = True
    return replacements


# JPEG: tables, frame and scans are taken over, and the Adobe segment, which says how the colours are coded.


def _is_kept(segment: Segment) -> bool:
    return (APP0 <= segment.marker <= _APP15 and segment.marker != _APP14) or segment.marker in (SOI, EOI, COM)


def _lost_in_jpeg(source: Source, limits: Limits) -> str | None:
    window = Window(source)
    found = segments(window, limits, header_only=True)
    several = any(segment.marker == APP2 and window.read(segment.start + 4, 4) == b"MPF\x00" for segment in found)
    return "the file holds several pictures" if several else None


def _repainted_jpeg(painting: Painting) -> list[Replacement]:
    options = {"quality": "keep", "subsampling": "keep", "progressive": bool(painting.image.info.get("progressive"))}
    new = _encoded(painting, **options)
    made = [segment for segment in segments(Window(new), painting.limits) if not _is_kept(segment)]
    coded = b"".join(new.read(segment.start, segment.length) for segment in made)
    old = [segment for segment in segments(Window(painting.source), painting.limits) if not _is_kept(segment)]
    return [Replacement(Span(segment.start, segment.length), coded if index == 0 else b"") for index, segment in enumerate(old)]
