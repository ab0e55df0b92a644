"""What is known about one TIFF: its stores, where a new one goes, metadata of the first directory, and what kind of file it is.

Anchors ``_special_considerations_for_tiff`` and ``_special_considerations_for_tiff_based``. A store that shares its bytes with a picture, a
directory or metadata has a fault. A damaged directory behind the first is a remark.
"""

from __future__ import annotations

from credkit.assets.layout import Layout, Metadata, Span, StoreLocation
from credkit.assets.source import Source
from credkit.assets.tiff.directories import STORE, UNDEFINED, Directory, Entry, directories
from credkit.assets.tiff.media_types import CANON, DNG, NIKON, OLYMPUS, PANASONIC, RAW, SONY, TIFF
from credkit.assets.tiff.pictures import touched, within_pictures
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["TEXTS", "scan_tiff"]

TEXTS = {700: "xmp", 33723: "iptc"}
"""Tags of metadata, and of which kind each is."""
_WIDTH, _HEIGHT, _SUBFILE, _COMPRESSION, _MAKE, _SUB_DIRECTORIES, _DNG = 256, 257, 254, 259, 271, 330, 50706
_MARKS = {b"IIRO": OLYMPUS, b"IIRS": OLYMPUS, b"MMOR": OLYMPUS, b"IIU\x00": PANASONIC}
_MAKERS = {b"NIKON": NIKON, b"SONY": SONY}
_RAW_COMPRESSIONS = (32767, 34713, 65535)
"""Those of Sony, Nikon and Pentax."""


def scan_tiff(source: Source, limits: Limits) -> Layout:
    """The layout of a file; ``MalformedError`` as ``TiffFormat.scan`` says."""
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
    blocks = [entry for tag in TEXTS if (entry := first.find(tag)) and entry.value.end <= source.size]
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
            Metadata(kind=TEXTS[entry.tag], slices=(entry.value,), frame=entry.value) for entry in blocks if entry.value not in shared
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
    return StoreLocation(slices=(entry.value,), frame=(entry.value,), pinned=entry.value.end < source.size)


def _side(directory: Directory, tag: int) -> int | None:
    entry = directory.find(tag)
    return entry.number if entry and entry.number > 0 else None


def _media_type(source: Source, first: Directory) -> str:
    """TIFF, DNG, or the raw file of a camera, by its mark or by what its first directory says."""
    if mark := _MARKS.get(first.form.head):
        return mark
    found = {entry.tag: entry for entry in first.tagged((_SUBFILE, _COMPRESSION, _MAKE, _SUB_DIRECTORIES, _DNG))}
    if _DNG in found:
        return DNG
    if source.size > 10 and source.read(8, 2) == b"CR" and not first.form.big:
        return CANON
    reduced = _SUBFILE in found and found[_SUBFILE].number == 1 and _SUB_DIRECTORIES in found
    if reduced or (_COMPRESSION in found and found[_COMPRESSION].number in _RAW_COMPRESSIONS):
        make = b""
        if (entry := found.get(_MAKE)) and entry.value.end <= source.size:
            make = source.read(entry.value.start, min(entry.length, 8))
        return next((media_type for name, media_type in _MAKERS.items() if make.upper().startswith(name)), RAW)
    return TIFF
