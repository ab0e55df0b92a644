"""Offsets of a Multi-Picture Format index (CIPA DC-007) and how they change when bytes move.

An APP2 segment ``MPF`` of the first picture lists the others with offsets from its own TIFF header. An edit before that header moves both
ends alike; one between header and picture changes the distance, and this file says which four bytes have to be written anew. Sizes are
left alone: they are hashed by manifests that an update manifest must keep valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from credkit.assets.edited import Moves, Replacement
from credkit.assets.jpeg.markers import MPF, Segment
from credkit.assets.layout import Span
from credkit.assets.window import Window

__all__ = ["PictureOffset", "corrections", "picture_offsets"]

_ENTRY_TAG = 0xB002
_ENTRY_SIZE = 16
_ORDERS: dict[bytes, Literal["little", "big"]] = {b"II*\x00": "little", b"MM\x00*": "big"}


class PictureOffset(NamedTuple):
    """One offset field: where it stands, the header that it counts from, its value and byte order."""

    position: int
    header: int
    value: int
    order: Literal["little", "big"]

    @property
    def target(self) -> int:
        """The byte of the file that the offset means."""
        return self.header + self.value


def picture_offsets(window: Window, segment: Segment) -> Iterator[PictureOffset]:
    """The offsets of all further pictures in one APP2 segment; nothing when it holds no readable index."""
    data = window.read(segment.start, segment.length)
    header = data[8:]
    if data[4:8] != MPF or header[:4] not in _ORDERS:
        return
    order = _ORDERS[header[:4]]

    def uint(start: int, size: int) -> int:
        return int.from_bytes(header[start : start + size], order)

    directory = uint(4, 4)
    for entry in range(directory + 2, min(directory + 2 + 12 * uint(directory, 2), len(header) - 11), 12):
        if uint(entry, 2) != _ENTRY_TAG:
            continue
        first, length = uint(entry + 8, 4), uint(entry + 4, 4)
        for start in range(first, min(first + length, len(header)) - _ENTRY_SIZE + 1, _ENTRY_SIZE):
            value = uint(start + 8, 4)
            # The first picture is the file itself and has offset 0.
            if value and segment.start + 8 + value < window.size:
                yield PictureOffset(segment.start + 8 + start + 8, segment.start + 8, value, order)
        return


def corrections(offsets: Iterable[PictureOffset], replacements: tuple[Replacement, ...]) -> Iterator[Replacement]:
    """What has to be written so that the offsets still mean the same pictures after ``replacements``, none of which touches the index."""
    moves = Moves(replacements)
    for offset in offsets:
        value = moves.of(offset.target) - moves.of(offset.header)
        if value != offset.value and 0 < value < 1 << 32:
            yield Replacement(Span(offset.position, 4), value.to_bytes(4, offset.order))
