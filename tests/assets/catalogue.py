"""One or more small files of every format, for the contract that all formats keep.

A format adds its samples in ``samples_<room>.py`` and names them here; the contract (``test_contract.py``) then runs over them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from credkit.assets import (
    FORMATS,
    AssetFormat,
    AviFormat,
    BmffFormat,
    FontFormat,
    GifFormat,
    Id3Format,
    JpegFormat,
    JxlFormat,
    OggFormat,
    OnnxFormat,
    ParquetFormat,
    PdfFormat,
    PngFormat,
    SafetensorsFormat,
    SidecarFormat,
    SvgFormat,
    TiffFormat,
    WavFormat,
    WebpFormat,
    ZipFormat,
)
from tests.assets.samples import TIFF, animated_webp, apng, jpeg, pixels, png, store_of, webp
from tests.assets.samples_bmff import coded, film_of, fragmented, item_picture, media_of, old_film
from tests.assets.samples_documents import DOCX, EPUB, PDF, SIGNED_EPUB, SIGNED_PDF, STREAMED, UPDATED_PDF, ZIP
from tests.assets.samples_font import signed_font
from tests.assets.samples_gif import animated_gif, gif, gif87, local_gif, rich_gif
from tests.assets.samples_id3 import flac, id3, id3_frame, mp3, sound_of
from tests.assets.samples_jxl import BARE, BOXED, jxl_pixels, parted
from tests.assets.samples_models import onnx_content, onnx_file, parquet, pretty_safetensors, safetensors, table, tensors
from tests.assets.samples_ogg import ogg, with_store
from tests.assets.samples_riff import avi, chunks, decoded, open_dml, riff, sound, wav
from tests.assets.samples_svg import SVGS, drawing, svg
from tests.assets.samples_tiff import big_tiff, dng, multi_tiff, raw_tiff, tiff, tiff_pixels

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

    apart: bool = False
    """Its boxes do not lie one behind the other from the first byte to the last."""

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
    "wav": Sample(kind=WavFormat, data=wav(), content=sound),
    "wav without its filling byte": Sample(kind=WavFormat, data=wav(333, width=1), content=sound, restores=False),
    "wav with much beside it": Sample(
        kind=WavFormat,
        data=riff(
            (b"JUNK", bytes(28)), (b"bext", bytes(602)), *chunks(wav()), (b"LIST", b"INFOISFT\x04\x00\x00\x00test"), (b"id3 ", b"ID3")
        ),
        content=sound,
    ),
    "mp3": Sample(kind=Id3Format, data=mp3(), content=decoded),
    "mp3 with a tag": Sample(
        kind=Id3Format, data=mp3(id3(id3_frame(b"TIT2", b"\x03title"), id3_frame(b"TPE1", b"\x03name"), padding=64)), content=sound_of
    ),
    "mp3 with a tag of 2.3": Sample(
        kind=Id3Format, data=mp3(id3(id3_frame(b"TIT2", b"\x00title", version=3), version=3)), content=sound_of
    ),
    "mp3 with a footer": Sample(kind=Id3Format, data=mp3(id3(id3_frame(b"TIT2", b"\x03title"), flags=0x10)), content=sound_of),
    "mp3 with two tags": Sample(
        kind=Id3Format, data=mp3(id3(id3_frame(b"TIT2", b"\x03one")), id3(id3_frame(b"TIT2", b"\x03two"), padding=9)), content=sound_of
    ),
    "flac": Sample(kind=Id3Format, data=flac(), content=decoded, media_type="audio/flac"),
    "ogg": Sample(kind=OggFormat, data=b"".join(ogg())),
    "ogg with a store": Sample(kind=OggFormat, data=with_store(store_of(3_000)), apart=True),
    "avi": Sample(kind=AviFormat, data=avi(), content=decoded),
    "avi of several containers": Sample(kind=AviFormat, data=open_dml(), content=decoded),
    "gif": Sample(kind=GifFormat, data=gif(), content=pixels),
    "gif 87a": Sample(kind=GifFormat, data=gif87(), content=pixels, restores=False),
    "gif animated": Sample(kind=GifFormat, data=animated_gif(), content=pixels),
    "gif local": Sample(kind=GifFormat, data=local_gif(), content=pixels),
    "gif rich": Sample(kind=GifFormat, data=rich_gif(), content=pixels),
    "jxl": Sample(kind=JxlFormat, data=BOXED, content=jxl_pixels),
    "jxl in parts": Sample(kind=JxlFormat, data=parted(6, 40), content=jxl_pixels),
    "jxl codestream": Sample(kind=JxlFormat, data=BARE, content=jxl_pixels, restores=False, open_end=False),
    "mp4": Sample(kind=BmffFormat, data=film_of(), content=media_of, open_end=False),
    "mp4 media first": Sample(kind=BmffFormat, data=film_of(kind="co64", media_first=True), content=media_of, open_end=False),
    "mp4 in fragments": Sample(kind=BmffFormat, data=fragmented(), content=media_of, open_end=False),
    "m4a": Sample(kind=BmffFormat, data=film_of(handlers=(b"soun",)), content=media_of, open_end=False, media_type="audio/mp4"),
    "mov": Sample(kind=BmffFormat, data=film_of(brand=b"qt  "), content=media_of, open_end=False, media_type="video/quicktime"),
    "mov without brands": Sample(kind=BmffFormat, data=old_film(), content=media_of, open_end=False, media_type="video/quicktime"),
    "heif": Sample(kind=BmffFormat, data=item_picture(xmp=b"<x/>"), content=media_of, open_end=False, media_type="image/heic"),
    **{
        name: Sample(kind=BmffFormat, data=data, content=reader, open_end=False, media_type=media_type)
        for name, (data, reader, media_type) in coded().items()
    },
    "safetensors": Sample(kind=SafetensorsFormat, data=safetensors(), content=tensors, open_end=False),
    "safetensors with metadata": Sample(kind=SafetensorsFormat, data=safetensors(format="pt"), content=tensors, open_end=False),
    "safetensors written by hand": Sample(kind=SafetensorsFormat, data=pretty_safetensors(), content=tensors, open_end=False),
    "tiff": Sample(kind=TiffFormat, data=tiff(), content=tiff_pixels, restores=False, open_end=False),
    "tiff compressed": Sample(kind=TiffFormat, data=tiff(compression="tiff_lzw"), content=tiff_pixels, open_end=False),
    "tiff big endian": Sample(kind=TiffFormat, data=raw_tiff(order=">"), content=tiff_pixels, open_end=False),
    "tiff tiled": Sample(kind=TiffFormat, data=raw_tiff(tiled=True), content=tiff_pixels, open_end=False),
    "tiff pages": Sample(kind=TiffFormat, data=multi_tiff(), content=tiff_pixels, open_end=False),
    "tiff large": Sample(kind=TiffFormat, data=big_tiff(), content=tiff_pixels, restores=False, open_end=False),
    "tiff large pages": Sample(kind=TiffFormat, data=multi_tiff(big_tiff=True), content=tiff_pixels, open_end=False),
    "dng": Sample(kind=TiffFormat, data=dng(), content=tiff_pixels, open_end=False, media_type="image/x-adobe-dng"),
    "dng big endian": Sample(kind=TiffFormat, data=dng(">"), content=tiff_pixels, open_end=False, media_type="image/x-adobe-dng"),
    "pdf": Sample(kind=PdfFormat, data=PDF),
    "pdf with updates": Sample(kind=PdfFormat, data=UPDATED_PDF),
    "pdf with credentials": Sample(kind=PdfFormat, data=SIGNED_PDF),
    "zip": Sample(kind=ZipFormat, data=ZIP),
    "zip with descriptors": Sample(kind=ZipFormat, data=STREAMED),
    "epub": Sample(kind=ZipFormat, data=EPUB, media_type="application/epub+zip"),
    "epub with credentials": Sample(kind=ZipFormat, data=SIGNED_EPUB, media_type="application/epub+zip"),
    "docx": Sample(kind=ZipFormat, data=DOCX, media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "font": Sample(kind=FontFormat, data=signed_font(), apart=True),
    **{name: Sample(kind=SvgFormat, data=data, content=drawing, open_end=False) for name, data in SVGS.items()},
    "svg byte order mark": Sample(
        kind=SvgFormat, data=svg(before='\ufeff<?xml version="1.0"?>\n'), content=drawing, restores=False, open_end=False
    ),
    "svg empty metadata": Sample(
        kind=SvgFormat, data=svg("<metadata>a</metadata><metadata></metadata>"), content=drawing, restores=False, open_end=False
    ),
    "svg closed": Sample(
        kind=SvgFormat, data=b'<svg xmlns="http://www.w3.org/2000/svg" />', content=drawing, restores=False, open_end=False
    ),
    "onnx": Sample(kind=OnnxFormat, data=onnx_file(), content=onnx_content, open_end=False),
    "onnx with properties": Sample(kind=OnnxFormat, data=onnx_file("a " * 3_000, license="MIT"), content=onnx_content, open_end=False),
    "parquet": Sample(kind=ParquetFormat, data=parquet(), content=table, open_end=False),
    "parquet without properties": Sample(kind=ParquetFormat, data=parquet(store_schema=False), content=table, open_end=False),
    "parquet with 14 properties": Sample(
        kind=ParquetFormat, data=parquet({str(index): "x" for index in range(13)}), content=table, open_end=False
    ),
    "sidecar": Sample(kind=SidecarFormat, data=store_of(100), open_end=False),
}
