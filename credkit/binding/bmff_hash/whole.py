"""The hash over boxes of a BMFF file: what is left of each box of the root, with the place of the box in front of it.

Clause: "Hash computation" (anchor ``bmff-hash-computation``). The place, eight bytes, big-endian, makes that no box can move.
"""

from __future__ import annotations

from collections.abc import Iterable

from credkit.assets import Source
from credkit.binding.bmff_hash.exclusions import Cut
from credkit.codec.digest import Digest, hasher

__all__ = ["hash_boxes"]


def hash_boxes(source: Source, cuts: Iterable[Cut], algorithm: object) -> Digest:
    """The digest over these boxes without what is cut out of them, a box of which nothing is left counting for nothing.

    ``MalformedError`` (``algorithm.unsupported``) for an algorithm that is not allowed.
    """
    state = hasher(algorithm)
    for part in cuts:
        if part.is_whole:
            continue
        position = part.box.span.start
        state.update(position.to_bytes(8, "big"))
        for start, end in (*((hole.start, hole.end) for hole in part.holes), (part.box.span.end, part.box.span.end)):
            for chunk in source.chunks(position, start - position):
                state.update(chunk)
            position = end
    return Digest(state.name, state.digest())
