"""WebP: lossy, lossless and animated pictures, the flags that tell of their metadata, and pixels that are put in place of others.

Metadata needs the extended form with its flags: a simple file gets a ``VP8X`` chunk when some is set. Where the store lies and what happens
to sizes is decided in ``format``.

Source: RFC 9649 (WebP), 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from credkit.assets.edited import Replacement
from credkit.assets.layout import Edit, Layout, Span
from credkit.assets.riff.chunks import FIRST, HEADER, Chunk, build_chunk, walk
from credkit.assets.riff.format import Findings, RiffFormat
from credkit.assets.source import BytesSource, Source
from credkit.assets.window import Window
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS

__all__ = ["WebpFormat"]

_EXTENDED = b"VP8X"
_IMAGES = (b"VP8 ", b"VP8L", b"ANMF")
_FLAGS = {"exif": 0x08, "xmp": 0x04}
_ALPHA = 0x10
_HEAD = 10


class WebpFormat(RiffFormat):
    """WebP files, lossy, lossless and animated."""

    name = "WebP"
    media_types: tuple[str, ...] = ("image/webp", "image/x-webp")
    extensions: tuple[str, ...] = (".webp",)
    metadata_kinds: frozenset[str] = frozenset({"xmp", "exif"})
    form = b"WEBP"
    content = "picture"
    described: Mapping[bytes, str] = {b"EXIF": "exif", b"XMP ": "xmp"}

    def _note_content(self, found: Findings, window: Window, chunk: Chunk) -> None:
        if chunk.kind in _IMAGES or chunk.kind == _EXTENDED:
            found.content = found.content or chunk.kind in _IMAGES
            if found.width is None:
                found.width, found.height = _dimensions(chunk.kind, window.read(chunk.value.start, min(chunk.length, _HEAD)))

    def _flagged(self, source: Source, layout: Layout, present: Mapping[str, bool]) -> Iterator[Replacement]:
        """What has to change so that the extended header tells which metadata there is; ``AssetError`` when the header of a simple file
        does not tell the size of its picture, which the extended form repeats.
        """
        if not present:
            return
        kind, length = HEADER.unpack(source.read(FIRST, HEADER.size))
        head = source.read(FIRST + HEADER.size, min(length, _HEAD, source.size - FIRST - HEADER.size))
        flags = head[0] if kind == _EXTENDED and head else 0
        for name, there in present.items():
            flags = flags | _FLAGS[name] if there else flags & ~_FLAGS[name]
        if kind == _EXTENDED and head:
            if flags != head[0]:
                yield Replacement(Span(FIRST + HEADER.size, 1), bytes((flags,)))
        elif flags:
            if layout.width is None or layout.height is None:
                raise AssetError("this WebP does not tell the size of its picture, which metadata needs: save the picture anew")
            if kind == b"VP8L" and int.from_bytes(head[1:5], "little") >> 28 & 1:
                flags |= _ALPHA
            sides = (layout.width - 1).to_bytes(3, "little") + (layout.height - 1).to_bytes(3, "little")
            yield Replacement(Span(FIRST, 0), build_chunk(_EXTENDED, bytes((flags, 0, 0, 0)) + sides, self.name))

    def with_pixels(self, source: Source, picture: bytes) -> Edit:
        """The edit that takes the lossless pixels of ``picture``, a WebP of the same size; every other chunk keeps its bytes.

        ``AssetError`` when one of the two has no lossless picture, or not of that size.
        """
        other = BytesSource(picture)
        old, new = self._lossless(source), self._lossless(other)
        if old is None or new is None or _sides(source, old) != _sides(other, new):
            raise AssetError("the pixels to be put into the WebP have another size or form than those that are there")
        data = other.read(new.value.start, new.value.length)
        return Edit(pieces=self._pieces(source, [Replacement(old.frame, build_chunk(b"VP8L", data, self.name))]))

    def _lossless(self, source: Source) -> Chunk | None:
        window = Window(source)
        chunks = walk(window, FIRST, self._end(window), DEFAULT_LIMITS, self.name)
        return next((chunk for chunk in chunks if chunk.kind == b"VP8L"), None)


def _sides(source: Source, chunk: Chunk) -> tuple[int | None, int | None]:
    return _dimensions(chunk.kind, source.read(chunk.value.start, min(chunk.length, _HEAD)))


def _dimensions(kind: bytes, head: bytes) -> tuple[int | None, int | None]:
    """Width and height from the first bytes of a chunk."""
    if kind == _EXTENDED and len(head) == _HEAD:
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == _HEAD:
        return int.from_bytes(head[6:8], "little") & 0x3FFF or None, int.from_bytes(head[8:10], "little") & 0x3FFF or None
    return None, None
