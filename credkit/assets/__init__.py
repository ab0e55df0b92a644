"""Where a manifest lives in a file, and the edits that put one there.

``detect`` finds the format by content, its ``scan`` the ``Layout``, its ``embed`` an ``Edit``, and ``engine`` does the copying and hashing.
Names are loaded when they are asked for, formats when a file may be of them (``formats``).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.assets.bmff import BmffFormat
    from credkit.assets.edited import EditedSource
    from credkit.assets.engine import fill, frame, hash_parts, hash_ranges, read_store, write, write_hashed
    from credkit.assets.font import FontFormat
    from credkit.assets.formats import FORMATS, detect, format_for_media_type, format_names
    from credkit.assets.gif import GifFormat
    from credkit.assets.id3 import Id3Format
    from credkit.assets.jpeg import JpegFormat
    from credkit.assets.json_lines import JsonLinesFormat
    from credkit.assets.jxl import JxlFormat
    from credkit.assets.layout import AssetFormat, Copy, Edit, Insert, Layout, Metadata, NamedBox, Piece, Span, StoreLocation, TextSpan
    from credkit.assets.ogg import OggFormat
    from credkit.assets.onnx import OnnxFormat
    from credkit.assets.parquet import ParquetFormat
    from credkit.assets.pdf import PdfFormat
    from credkit.assets.png import PngFormat
    from credkit.assets.riff import AviFormat, WavFormat, WebpFormat
    from credkit.assets.safetensors import SafetensorsFormat
    from credkit.assets.sidecar import SidecarFormat
    from credkit.assets.source import Asset, BytesSource, FileSource, Source, StreamSource, open_source
    from credkit.assets.svg import SvgFormat
    from credkit.assets.tiff import TiffFormat
    from credkit.assets.zip import ZipFormat

__all__ = [
    "FORMATS",
    "Asset",
    "AssetFormat",
    "AviFormat",
    "BmffFormat",
    "BytesSource",
    "Copy",
    "Edit",
    "EditedSource",
    "FileSource",
    "FontFormat",
    "GifFormat",
    "Id3Format",
    "Insert",
    "JpegFormat",
    "JsonLinesFormat",
    "JxlFormat",
    "Layout",
    "Metadata",
    "NamedBox",
    "OggFormat",
    "OnnxFormat",
    "ParquetFormat",
    "PdfFormat",
    "Piece",
    "PngFormat",
    "SafetensorsFormat",
    "SidecarFormat",
    "Source",
    "Span",
    "StoreLocation",
    "StreamSource",
    "SvgFormat",
    "TextSpan",
    "TiffFormat",
    "WavFormat",
    "WebpFormat",
    "ZipFormat",
    "detect",
    "fill",
    "format_for_media_type",
    "format_names",
    "frame",
    "hash_parts",
    "hash_ranges",
    "open_source",
    "read_store",
    "write",
    "write_hashed",
]

_HOMES = {
    "FORMATS": "formats",
    "Asset": "source",
    "AssetFormat": "layout",
    "AviFormat": "riff",
    "BmffFormat": "bmff",
    "BytesSource": "source",
    "Copy": "layout",
    "Edit": "layout",
    "EditedSource": "edited",
    "FileSource": "source",
    "FontFormat": "font",
    "GifFormat": "gif",
    "Id3Format": "id3",
    "Insert": "layout",
    "JpegFormat": "jpeg",
    "JsonLinesFormat": "json_lines",
    "JxlFormat": "jxl",
    "Layout": "layout",
    "Metadata": "layout",
    "NamedBox": "layout",
    "OggFormat": "ogg",
    "OnnxFormat": "onnx",
    "ParquetFormat": "parquet",
    "PdfFormat": "pdf",
    "Piece": "layout",
    "PngFormat": "png",
    "SafetensorsFormat": "safetensors",
    "SidecarFormat": "sidecar",
    "Source": "source",
    "Span": "layout",
    "StoreLocation": "layout",
    "StreamSource": "source",
    "SvgFormat": "svg",
    "TextSpan": "layout",
    "TiffFormat": "tiff",
    "WavFormat": "riff",
    "WebpFormat": "riff",
    "ZipFormat": "zip",
    "detect": "formats",
    "fill": "engine",
    "format_for_media_type": "formats",
    "format_names": "formats",
    "frame": "engine",
    "hash_parts": "engine",
    "hash_ranges": "engine",
    "open_source": "source",
    "read_store": "engine",
    "write": "engine",
    "write_hashed": "engine",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
