"""What is known about one ZIP: of what kind it is, and its store.

Of what kind an archive is, its content says: the entry ``mimetype``, or the parts that a package must have.
"""

from __future__ import annotations

from credkit.assets.layout import Layout, StoreLocation
from credkit.assets.source import Source
from credkit.assets.zip.directory import STORE_NAME, Directory, read_directory
from credkit.assets.zip.entries import ENCRYPTED, Entry, EntryReader
from credkit.assets.zip.kinds import DECLARED, PARTS, ZIP
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["scan_zip"]

_STORED = 0


def scan_zip(source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
    """The layout of an archive; ``MalformedError`` as ``ZipFormat.scan`` says."""
    directory = read_directory(source, limits)
    reader = EntryReader(source, directory)
    found = [header for header in directory.headers if header.name == STORE_NAME]
    stores = tuple(_store(reader.read(header)) for header in found[: limits.stores])
    return Layout(media_type=_media_type(source, directory, reader), size=source.size, stores=stores, insert_at=directory.place.start)


def _store(entry: Entry) -> StoreLocation:
    if entry.header.flags & ENCRYPTED:
        raise MalformedError("its Content Credentials are encrypted", code="manifest.inaccessible.encrypted", offset=entry.whole.start)
    fault = "" if entry.header.method == _STORED and entry.content.length == entry.header.unpacked else "its entry is compressed"
    return StoreLocation(slices=(entry.content,), frame=(entry.whole,), fault=fault)


def _media_type(source: Source, directory: Directory, reader: EntryReader) -> str:
    names = {header.name: header for header in directory.headers if header.name in PARTS or header.name.startswith((b"mimetype", b"["))}
    declared = names.get(b"mimetype")
    if declared and declared.method == _STORED and not declared.flags & ENCRYPTED:
        content = reader.read(declared).content
        text = source.read(content.start, min(content.length, 100)).decode("ascii", "replace").strip()
        return text if text in DECLARED else ZIP
    if b"[Content_Types].xml" in names:
        return next((kind for part, kind in PARTS.items() if part in names), ZIP)
    return ZIP
