"""WAV: sound in a RIFF container. Its other chunks (``bext``, ``cue ``, ``id3 ``) count from the sound and not from the start of the
file, so none has to follow when a store is put behind them.

A sound above 4 GiB stands in the form RF64 or BW64. Its container is no ``RIFF`` chunk, where the specification has the store; such a file
is read as one without a store, and its credentials lie beside it.

Sources: EBU Tech 3285 (BWF), EBU Tech 3306 and ITU-R BS.2088 (RF64, BW64), XMP part 3 for ``_PMX``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from credkit.assets.edited import splice
from credkit.assets.layout import Edit, Layout, NamedBox, TextSpan
from credkit.assets.riff.chunks import Chunk
from credkit.assets.riff.format import Findings, RiffFormat
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["WavFormat"]

_LARGE = (b"RF64", b"BW64")


class WavFormat(RiffFormat):
    """WAV files, also Broadcast Wave."""

    name = "WAV"
    media_types: tuple[str, ...] = ("audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave")
    extensions: tuple[str, ...] = (".wav", ".bwf")
    metadata_kinds: frozenset[str] = frozenset({"xmp"})
    form = b"WAVE"
    content = "sound"
    described: Mapping[bytes, str] = {b"_PMX": "xmp", b"XMP ": "xmp"}
    noted: Mapping[bytes, int] = {b"bext": 256}

    def matches(self, head: bytes) -> bool:
        """Whether the file starts as a container of the type ``WAVE``, for small or large sounds."""
        return head[8:12] == self.form and head[:4] in (b"RIFF", *_LARGE)

    def _layout(self, source: Source, limits: Limits) -> Layout:
        if not _large(source):
            return super()._layout(source, limits)
        remark = "This WAV is of the form for sounds above 4 GiB (RF64), in which the specification has no place for a manifest store."
        return Layout(media_type=self.media_types[0], size=source.size, remarks=(remark,))

    def _note_content(self, found: Findings, window: Window, chunk: Chunk) -> None:  # noqa: ARG002
        found.content = found.content or chunk.kind == b"data"

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:
        """As for every RIFF format; ``AssetError`` for a store in a sound above 4 GiB."""
        if not _large(source):
            return super().embed(source, layout, store)
        if store is None:
            return Edit(pieces=splice(source.size, ()))
        raise AssetError("a WAV of the form for sounds above 4 GiB (RF64) has no place for credentials: keep them beside it (--sidecar)")

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:
        """As for every RIFF format; ``AssetError`` for XMP in a sound above 4 GiB."""
        if not _large(source):
            return super().with_metadata(source, layout, xmp=xmp, exif=exif)
        if xmp is None:
            return Edit(pieces=splice(source.size, ()))
        raise AssetError("credkit writes no XMP into a WAV of the form for sounds above 4 GiB (RF64)")

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:
        """As for every RIFF format; none for a sound above 4 GiB."""
        return iter(()) if _large(source) else super().boxes(source, layout, limits)

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:
        """As for every RIFF format; none for a sound above 4 GiB."""
        return iter(()) if _large(source) else super().texts(source, limits)


def _large(source: Source) -> bool:
    return source.size >= 4 and source.read(0, 4) in _LARGE
