"""A target for each format of files: what strangers wrote is scanned, described, searched for texts, edited, and scanned again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields

from credkit.assets import FORMATS, AssetFormat, BytesSource, Edit, EditedSource, Layout, TextSpan, read_store
from credkit.assets.png import PngFormat
from credkit.assets.zip import ZipFormat
from credkit.assets.zip.directory import is_former_directory, read_directory
from credkit.assets.zip.entries import EntryReader
from credkit.errors import CredkitError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.sign.opening import check_whole
from tests.assets.samples import TIFF
from tests.fuzz import inputs
from tests.fuzz.registry import narrow, one_of, target

__all__: list[str] = []

_STORE = inputs.some_store()
_COMMON = ("stores", "store_slices", "store_size", "metadata_blocks", "small_parts")
_PREFIXES = {"riff": ("riff_", "avi_"), "onnx": ("onnx_", "model_"), "safetensors": ("safetensors_", "model_")}


def _limits_of(asset_format: AssetFormat) -> tuple[str, ...]:
    """The names of the limits that such a file can exceed."""
    home = type(asset_format).__module__.split(".")[2]
    return (*(one.name for one in fields(Limits) if one.name.startswith(_PREFIXES.get(home, (f"{home}_",)))), *_COMMON)


def _edited(source: BytesSource, edit: Edit) -> BytesSource:
    edited = EditedSource(source, edit.pieces)
    return BytesSource(edited.read(0, edited.size))


def _asset(asset_format: AssetFormat) -> Callable[[bytes], None]:
    names = _limits_of(asset_format)

    def run(data: bytes) -> None:
        """A file of that format: scanned, edited, scanned again."""
        source = BytesSource(data)
        with suppress(MalformedError):
            asset_format.scan(source)
        if not asset_format.matches(data[:4_096]):
            return
        with suppress(MalformedError):
            asset_format.scan(source, narrow(data, *names))
        with suppress(CredkitError):
            for edit in _other_texts(asset_format, source):
                list(asset_format.texts(_edited(source, edit)))
        try:
            layout = asset_format.scan(source)
        except MalformedError:
            return
        if isinstance(asset_format, ZipFormat):
            _unpacked(source)
        for location in layout.stores:
            with suppress(MalformedError):
                read_store(source, location)
        with suppress(CredkitError):
            boxes = list(asset_format.boxes(source, layout))
            assert all(box.span.end <= len(data) for box in boxes)
        for edit in _described(asset_format, source, layout):
            with suppress(CredkitError):
                asset_format.scan(_edited(source, edit))
        for put in (_STORE, None):
            with suppress(CredkitError):
                check_whole(source, asset_format, layout, DEFAULT_LIMITS)
                again = _edited(source, asset_format.embed(source, layout, put))
                found = asset_format.scan(again)
                assert len(found.stores) == (put is not None)
                if put is not None:
                    asset_format.scan(_edited(again, asset_format.update(again, found, put)))

    return run


def _unpacked(source: BytesSource) -> None:
    """The entries of an archive, which a collection hash goes through one by one."""
    with suppress(MalformedError):
        directory = read_directory(source)
        assert is_former_directory(source, directory.place)
        reader = EntryReader(source, directory)
        assert all(reader.read(header).whole.end <= directory.place.start for header in directory.headers)


def _described(asset_format: AssetFormat, source: BytesSource, layout: Layout) -> Iterator[Edit]:
    """Metadata put in and taken out, and the pixels of a picture alone."""
    for xmp, exif in ((inputs.packets()[0], TIFF), (b"", b""), (b"x" * 9, None), (None, bytes(7))):
        with suppress(CredkitError):
            yield asset_format.with_metadata(source, layout, xmp=xmp, exif=exif)
    if isinstance(asset_format, PngFormat):
        yield asset_format.bare(source)
    if hasattr(asset_format, "with_pixels"):
        with suppress(CredkitError):
            yield asset_format.with_pixels(source, source.read(0, source.size))


def _other_texts(asset_format: AssetFormat, source: BytesSource) -> Iterator[Edit]:
    """Texts taken out, exchanged, and written again as they are."""
    found: list[TextSpan] = []
    with suppress(MalformedError):
        found.extend(asset_format.texts(source))
    values = (None, b"another text", b"")
    for value in (one_of(values, source.read(0, source.size)), None):
        for some in (found, found[::2]):
            with suppress(CredkitError):
                yield asset_format.with_texts(source, [(text, value) for text in some])


for _format in FORMATS:
    target(f"asset {_format.name}", lambda found=_format: inputs.files_of(found), 32_768)(_asset(_format))  # type: ignore[misc]
