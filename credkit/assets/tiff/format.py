"""TIFF, BigTIFF and DNG as an asset format: the store is the value of the entry 52545 of the last main directory, at the end of the file.

Anchors ``_embedding_manifests_into_tiff_based_assets`` and ``_special_considerations_for_tiff``: the entry is read in the last directory
and in the first; where there are several pages it is written into a directory of its own. A data hash leaves out the store and the count of
the entry (``_special_considerations_for_tiff_based``), so that an update can make the store longer.

Raw files of cameras that are built like TIFF are read by their first bytes or by what their first directory says; nothing is put into them,
because software of their makers counts on places in the file that no standard names. A DNG is written like any TIFF.

This file finds; how directories change is in ``edit``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.edited import splice
from credkit.assets.layout import Edit, Layout, Metadata, Span, StoreLocation, TextSpan
from credkit.assets.partial import NoBoxes
from credkit.assets.source import Source
from credkit.assets.tiff.directories import STORE, UNDEFINED, Directory, Entry, directories, form_of
from credkit.assets.tiff.pictures import touched, within_pictures
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["TiffFormat"]

_TEXTS = {700: "xmp", 33723: "iptc"}
_DESCRIPTION = 270
_WIDTH, _HEIGHT, _SUBFILE, _COMPRESSION, _MAKE, _SUB_DIRECTORIES, _DNG = 256, 257, 254, 259, 271, 330, 50706
_TIFF_TYPE, _DNG_TYPE, _CANON, _NIKON, _SONY, _OLYMPUS, _PANASONIC, _RAW = (
    "image/tiff",
    "image/x-adobe-dng",
    "image/x-canon-cr2",
    "image/x-nikon-nef",
    "image/x-sony-arw",
    "image/x-olympus-orf",
    "image/x-panasonic-rw2",
    "image/x-raw",
)
_WRITTEN = (_TIFF_TYPE, _DNG_TYPE)
_MARKS = {b"IIRO": _OLYMPUS, b"IIRS": _OLYMPUS, b"MMOR": _OLYMPUS, b"IIU\x00": _PANASONIC}
_MAKERS = {b"NIKON": _NIKON, b"SONY": _SONY}
_RAW_COMPRESSIONS = (32767, 34713, 65535)
"""Those of Sony, Nikon and Pentax."""


class TiffFormat(NoBoxes):
    """TIFF files of both byte orders, also large ones, and DNG; raw files of cameras for reading."""

    name = "TIFF"
    media_types: tuple[str, ...] = (
        *_WRITTEN, "image/tif", "image/dng", _CANON, _NIKON, _SONY, _OLYMPUS, _PANASONIC, _RAW,
    )  # fmt: skip
    extensions: tuple[str, ...] = (".tif", ".tiff", ".dng", ".cr2", ".nef", ".arw", ".orf", ".rw2", ".pef")
    binding = "c2pa.hash.data"
    writable = True
    metadata_kinds: frozenset[str] = frozenset({"xmp"})

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with a byte order and the number of TIFF, of BigTIFF, or the mark of a maker of cameras."""
        return form_of(head) is not None

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """Walk over the main directories; ``MalformedError`` when there is no first one. A source is scanned once."""
        return source.known.layout((self.name, limits), lambda: _layout(source, limits))

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """Put ``store`` at the end of the file, with its entry in the only directory or in a new one, or take all stores out (None).

        A store that stands where it belongs is replaced there. ``AssetError`` for a raw file, for one whose structure is damaged, and where
        a store shares its bytes with something else.
        """
        from credkit.assets.tiff.edit import with_store, without_stores

        _require_writable(layout)
        return Edit(pieces=without_stores(source)) if store is None else with_store(source, layout, store)

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """Set the XMP of the first directory: in place where it fits, else in front of a store at the end.

        ``AssetError`` for EXIF, which is no block in a TIFF but directories of their own, and as for ``embed``.
        """
        if exif is not None:
            raise AssetError("credkit writes no EXIF into TIFF files, where it is part of the structure")
        return _with_values(source, layout, {} if xmp is None else {700: xmp})

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """The description, XMP and IPTC of the first directory."""
        entry = next(directories(source, limits)).find(_DESCRIPTION)
        if entry and entry.value.end <= source.size:
            yield TextSpan(kind="comment", name="ImageDescription", value=entry.value, frame=entry.value)
        for block in self.scan(source, limits).metadata:
            yield TextSpan(kind=block.kind, name=block.kind.upper(), value=block.frame, frame=block.frame)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values, or entries removed and their bytes overwritten with zeros."""
        tags = {kind: tag for tag, kind in _TEXTS.items()} | {"comment": _DESCRIPTION}
        return _with_values(source, self.scan(source), {tags[text.kind]: value or b"" for text, value in changes})


def _with_values(source: Source, layout: Layout, values: dict[int, bytes]) -> Edit:
    from credkit.assets.tiff.edit import with_values

    if not values:
        return Edit(pieces=splice(source.size, ()))
    _require_writable(layout)
    return with_values(source, values)


def _require_writable(layout: Layout) -> None:
    if layout.media_type not in _WRITTEN:
        raise AssetError(
            "the raw file of a camera is not changed, because software of its maker may no longer find the picture in it: "
            "keep the credentials in a file beside it (--sidecar), or convert it into a DNG"
        )


def _layout(source: Source, limits: Limits) -> Layout:
    walk = directories(source, limits)
    first = last = next(walk)
    pages, remarks = 1, []
    try:
        for directory in walk:
            last = directory
            pages += 1
    except MalformedError as error:
        remarks.append(f"The structure of the TIFF is damaged: {error}.")
    kept = [last] if last is first else [last, first]
    entries = [entry for directory in kept for entry in directory.tagged((STORE,))]
    if len(entries) > limits.stores:
        raise MalformedError(f"more than {limits.stores:,} manifest stores", code="manifest.inaccessible.malformed", where="TIFF")
    blocks = [entry for tag in _TEXTS if (entry := first.find(tag)) and entry.value.end <= source.size]
    outside = {entry.value for entry in (*blocks, *entries[:1]) if not entry.inline}
    shared = {*touched(outside, (item.span for item in kept)), *within_pictures(source, outside, limits)} if outside else outside
    stores = tuple(_location(source, entry, shared=entry.value in shared) for entry in entries)
    sound = len(stores) == 1 and not stores[0].fault
    alone = pages == 1 or last.length == 1
    in_place = sound and entries[0].place > last.start and alone and stores[0].frame[0].end == source.size
    return Layout(
        media_type=_media_type(source, first),
        size=source.size,
        stores=stores,
        insert_at=stores[0].frame[0].start if in_place else source.size,
        metadata=tuple(
            Metadata(kind=_TEXTS[entry.tag], slices=(entry.value,), frame=entry.value) for entry in blocks if entry.value not in shared
        ),
        width=_side(first, _WIDTH),
        height=_side(first, _HEIGHT),
        size_fields=(entries[0].count_field,) if sound else (),
        remarks=tuple(remarks),
    )


def _location(source: Source, entry: Entry, *, shared: bool) -> StoreLocation:
    fault = ""
    if entry.kind != UNDEFINED:
        fault = f"its entry has the type {entry.kind} in the place of {UNDEFINED}"
    elif entry.value.end > source.size:
        fault = "its entry points behind the end of the file"
    elif shared:
        fault = "it lies in bytes that mean something else, too"
    if fault:
        return StoreLocation(slices=(), frame=(Span(entry.place, entry.form.entry.size),), fault=fault)
    return StoreLocation(slices=(entry.value,), frame=(entry.value,))


def _side(directory: Directory, tag: int) -> int | None:
    entry = directory.find(tag)
    return entry.number if entry and entry.number > 0 else None


def _media_type(source: Source, first: Directory) -> str:
    """TIFF, DNG, or the raw file of a camera, by its mark or by what its first directory says."""
    if mark := _MARKS.get(first.form.head):
        return mark
    found = {entry.tag: entry for entry in first.tagged((_SUBFILE, _COMPRESSION, _MAKE, _SUB_DIRECTORIES, _DNG))}
    if _DNG in found:
        return _DNG_TYPE
    if source.size > 10 and source.read(8, 2) == b"CR" and not first.form.big:
        return _CANON
    reduced = _SUBFILE in found and found[_SUBFILE].number == 1 and _SUB_DIRECTORIES in found
    if reduced or (_COMPRESSION in found and found[_COMPRESSION].number in _RAW_COMPRESSIONS):
        make = b""
        if (entry := found.get(_MAKE)) and entry.value.end <= source.size:
            make = source.read(entry.value.start, min(entry.length, 8))
        return next((media_type for name, media_type in _MAKERS.items() if make.upper().startswith(name)), _RAW)
    return _TIFF_TYPE
