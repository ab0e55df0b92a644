"""One or more small files of every format, for the contract that all formats keep.

A format adds its samples in ``samples_<room>.py`` and names them here; the contract (``test_contract.py``) then runs over them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from credkit.assets import FORMATS, AssetFormat, JpegFormat, PngFormat, SidecarFormat, WebpFormat
from tests.assets.samples import TIFF, animated_webp, apng, jpeg, pixels, png, store_of, webp

__all__ = ["SAMPLES", "Sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sound file without a manifest store (of a format that is only read: with or without one)."""

    kind: type
    """The class of its format."""
    data: bytes
    content: Callable[[bytes], object] | None = None
    """What a second reader makes of such a file: pixels, samples, tensors. None where there is none to be had."""
    restores: bool = True
    """Taking the store out again gives back every byte."""
    open_end: bool = True
    """Bytes behind the file are kept and change nothing; False for formats whose end means something."""
    media_type: str | None = None
    """Where it is not the first of the format."""

    @property
    def format(self) -> AssetFormat:
        """The one entry of ``FORMATS`` that it belongs to."""
        return next(item for item in FORMATS if isinstance(item, self.kind))


SAMPLES: dict[str, Sample] = {
    "jpeg": Sample(kind=JpegFormat, data=jpeg(), content=pixels),
    "jpeg progressive": Sample(kind=JpegFormat, data=jpeg(progressive=True), content=pixels),
    "jpeg restart": Sample(kind=JpegFormat, data=jpeg(restart_marker_blocks=1), content=pixels),
    "png": Sample(kind=PngFormat, data=png(), content=pixels),
    "apng": Sample(kind=PngFormat, data=apng(), content=pixels),
    "webp": Sample(kind=WebpFormat, data=webp(), content=pixels),
    "webp lossless": Sample(kind=WebpFormat, data=webp(lossless=True), content=pixels),
    "webp extended": Sample(kind=WebpFormat, data=webp(exif=b"Exif\x00\x00" + TIFF, xmp=b"<x/>"), content=pixels),
    "webp animated": Sample(kind=WebpFormat, data=animated_webp(), content=pixels),
    "sidecar": Sample(kind=SidecarFormat, data=store_of(100), open_end=False),
}
