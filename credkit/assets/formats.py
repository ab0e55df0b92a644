"""Which formats there are, and of which one a file is: found by content, whatever the file is called.

The formats stand in the order in which they are tried, and each is loaded when its turn comes, so that a program that looks at a JPEG
loads what reads JPEG. What loads is decided by this file alone, never by what is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.assets.bmff import BmffFormat
    from credkit.assets.font import FontFormat
    from credkit.assets.gif import GifFormat
    from credkit.assets.id3 import Id3Format
    from credkit.assets.jpeg import JpegFormat
    from credkit.assets.json_lines import JsonLinesFormat
    from credkit.assets.jxl import JxlFormat
    from credkit.assets.layout import AssetFormat
    from credkit.assets.ogg import OggFormat
    from credkit.assets.onnx import OnnxFormat
    from credkit.assets.parquet import ParquetFormat
    from credkit.assets.pdf import PdfFormat
    from credkit.assets.png import PngFormat
    from credkit.assets.riff import AviFormat, WavFormat, WebpFormat
    from credkit.assets.safetensors import SafetensorsFormat
    from credkit.assets.sidecar import SidecarFormat
    from credkit.assets.source import Source
    from credkit.assets.svg import SvgFormat
    from credkit.assets.tiff import TiffFormat
    from credkit.assets.zip import ZipFormat

__all__ = ["FORMATS", "detect", "format_for_media_type", "format_names"]

_HEAD = 4096
_STORE_FILE = "application/c2pa"
_HOMES = {
    "JpegFormat": "jpeg",
    "PngFormat": "png",
    "WebpFormat": "riff",
    "WavFormat": "riff",
    "AviFormat": "riff",
    "GifFormat": "gif",
    "TiffFormat": "tiff",
    "SvgFormat": "svg",
    "JxlFormat": "jxl",
    "BmffFormat": "bmff",
    "SafetensorsFormat": "safetensors",
    "ParquetFormat": "parquet",
    "PdfFormat": "pdf",
    "ZipFormat": "zip",
    "FontFormat": "font",
    "SidecarFormat": "sidecar",
    "OggFormat": "ogg",
    "Id3Format": "id3",
    "JsonLinesFormat": "json_lines",
    "OnnxFormat": "onnx",
}
"""The class of each format, and the module in this package that has it, in the order in which they are tried."""


@cache
def _loaded(name: str) -> Any:
    return getattr(import_module(f"credkit.assets.{_HOMES[name]}"), name)()


class _Formats(Sequence["AssetFormat"]):
    """One object a format, made when it is asked for."""

    def __len__(self) -> int:
        return len(_HOMES)

    def __getitem__(self, index: Any) -> Any:
        names = tuple(_HOMES)[index]
        return _loaded(names) if isinstance(names, str) else tuple(map(_loaded, names))


FORMATS: Sequence[AssetFormat] = _Formats()
"""All formats, in the order in which they are tried."""

if TYPE_CHECKING:
    # Each of them is a format, say the type checkers.
    FORMATS = (
        JpegFormat(),
        PngFormat(),
        WebpFormat(),
        WavFormat(),
        AviFormat(),
        GifFormat(),
        TiffFormat(),
        SvgFormat(),
        JxlFormat(),
        BmffFormat(),
        SafetensorsFormat(),
        ParquetFormat(),
        PdfFormat(),
        ZipFormat(),
        FontFormat(),
        SidecarFormat(),
        OggFormat(),
        Id3Format(),
        JsonLinesFormat(),
        OnnxFormat(),
    )


def format_names(*, writable: bool = False) -> str:
    """The names of all formats as people list them, or of those only that a store can be put into."""
    names = [item.name for item in FORMATS if not writable or (item.writable and item.media_types[0] != _STORE_FILE)]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def detect(source: Source) -> AssetFormat | None:
    """The format of a file by its first bytes, whatever it is called; None when no format knows it."""
    head = source.read(0, min(source.size, _HEAD))
    return next((candidate for candidate in FORMATS if candidate.matches(head)), None)


def format_for_media_type(media_type: str) -> AssetFormat | None:
    """The format for a media type such as ``image/jpeg``, parameters and case ignored; None when no format has it."""
    wanted = media_type.partition(";")[0].strip().lower()
    return next((candidate for candidate in FORMATS if wanted in candidate.media_types), None)
