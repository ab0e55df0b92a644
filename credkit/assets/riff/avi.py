"""AVI: film in one or more RIFF containers. The store closes the first; places that an index names behind it move along.

The size of the picture comes from the main header. Which indexes there are, and how they count, is decided in ``avi_index``.

Sources: Microsoft, *AVI RIFF File Reference*; OpenDML AVI File Format Extensions 1.02; XMP part 3 for ``_PMX``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from credkit.assets.edited import Replacement
from credkit.assets.riff.chunks import LIST, Chunk
from credkit.assets.riff.format import Findings, RiffFormat
from credkit.assets.source import Source
from credkit.assets.window import Window

__all__ = ["AviFormat"]

_MAIN_HEADER = 4 + 8 + 40
"""List type, header of the chunk ``avih``, and its data up to the height of the picture."""


class AviFormat(RiffFormat):
    """AVI files, also of several containers (OpenDML)."""

    name = "AVI"
    media_types: tuple[str, ...] = ("video/x-msvideo", "video/avi", "video/msvideo", "video/vnd.avi", "application/x-troff-msvideo")
    extensions: tuple[str, ...] = (".avi",)
    metadata_kinds: frozenset[str] = frozenset({"xmp"})
    form = b"AVI "
    content = "film"
    indexed = True
    described: Mapping[bytes, str] = {b"_PMX": "xmp", b"XMP ": "xmp"}

    def _note_content(self, found: Findings, window: Window, chunk: Chunk) -> None:
        if chunk.kind != LIST or chunk.length < 4:
            return
        kind = window.read(chunk.value.start, 4)
        found.content = found.content or kind == b"movi"
        if kind == b"hdrl" and chunk.length >= _MAIN_HEADER:
            head = window.read(chunk.value.start, _MAIN_HEADER)
            if head[4:8] == b"avih":
                found.width, found.height = (int.from_bytes(head[at : at + 4], "little") or None for at in (44, 48))

    def _following(self, source: Source, changes: list[Replacement]) -> Iterable[Replacement]:
        from credkit.assets.riff.avi_index import moved_indexes

        return moved_indexes(source, changes)
