"""Where a manifest lives in a file, and the edits that put one there.

``detect`` finds the format by content, its ``scan`` the ``Layout``, its ``embed`` an ``Edit``, and ``engine`` does the copying and hashing.
"""

from __future__ import annotations

from credkit.assets.bmff import BmffFormat
from credkit.assets.edited import EditedSource
from credkit.assets.engine import fill, frame, hash_parts, hash_ranges, read_store, write, write_hashed
from credkit.assets.font import FontFormat
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
    "JxlFormat",
    "Layout",
    "Metadata",
    "NamedBox",
    "OggFormat",
    "OnnxFormat",
    "ParquetFormat",
    "PdfFormat",
    "Piece",
    "SafetensorsFormat",
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

FORMATS: tuple[AssetFormat, ...] = (
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
"""All formats, in the order in which they are tried."""

_HEAD = 4096
_STORE_FILE = "application/c2pa"


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
