"""TIFF, BigTIFF and DNG as an asset format: the store is the value of the entry 52545 of the last main directory, at the end of the file.

Anchors ``_embedding_manifests_into_tiff_based_assets`` and ``_special_considerations_for_tiff``: the entry is read in the last directory
and in the first; where there are several pages it is written into a directory of its own. A data hash leaves out the store and the count of
the entry (``_special_considerations_for_tiff_based``), so that an update can make the store longer.

Raw files of cameras that are built like TIFF are read by their first bytes or by what their first directory says; nothing is put into them,
because software of their makers counts on places in the file that no standard names. A DNG is written like any TIFF.

``scan`` finds, ``edit`` changes directories; they are loaded only when such a file comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.edited import splice
from credkit.assets.layout import Edit, Layout, TextSpan
from credkit.assets.partial import NoBoxes, UpdatedInPlace
from credkit.assets.source import Source
from credkit.assets.tiff.form import form_of
from credkit.assets.tiff.media_types import CANON, DNG, NIKON, OLYMPUS, PANASONIC, RAW, SONY, TIFF
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["TiffFormat"]

_DESCRIPTION = 270
_WRITTEN = (TIFF, DNG)


class TiffFormat(UpdatedInPlace, NoBoxes):
    """TIFF files of both byte orders, also large ones, and DNG; raw files of cameras for reading."""

    name = "TIFF"
    media_types: tuple[str, ...] = (
        *_WRITTEN, "image/tif", "image/dng", CANON, NIKON, SONY, OLYMPUS, PANASONIC, RAW,
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
        from credkit.assets.tiff.scan import scan_tiff

        return source.known.once((self.name, limits), lambda: scan_tiff(source, limits))

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
        """The description, XMP and IPTC of the first directory, then what other texts there are, in any directory."""
        from credkit.assets.tiff.directories import directories
        from credkit.assets.tiff.notes import notes_of
        from credkit.assets.tiff.scan import TEXTS

        entry = next(directories(source, limits)).find(_DESCRIPTION)
        if entry and entry.value.end <= source.size:
            yield TextSpan(kind="comment", name="ImageDescription", value=entry.value, frame=entry.value)
        for block in self.scan(source, limits).metadata:
            yield TextSpan(kind=block.kind, name=block.kind.upper(), value=block.frame, frame=block.frame)
        yield from notes_of(source, (_DESCRIPTION, *TEXTS), limits)

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
        """New values, or entries removed and their bytes overwritten with zeros; entries of ``notes`` stay, with zeros as their value."""
        from credkit.assets.tiff.edit import with_values
        from credkit.assets.tiff.notes import require_apart
        from credkit.assets.tiff.scan import TEXTS

        tags = {kind: tag for tag, kind in TEXTS.items()} | {"comment": _DESCRIPTION}
        every = tuple(changes)
        emptied = {text.value for text, _ in every if text.kind == "note"}
        if every:
            _require_writable(self.scan(source))
        if emptied:
            require_apart(source, emptied)
        return with_values(source, {tags[text.kind]: value or b"" for text, value in every if text.kind != "note"}, emptied)


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
