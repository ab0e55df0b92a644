"""The hash over boxes of a BMFF file: what is left of each box of the root, with the place of the box in front of it.

Clause: "Hash computation" (anchor ``bmff-hash-computation``). The place, eight bytes, big-endian, makes that no box can move.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets import Source, Span
from credkit.assets.engine import HashedParts, hash_parts
from credkit.binding.bmff_hash.exclusions import Cut
from credkit.codec.digest import Digest

__all__ = ["hash_boxes", "hashed_parts"]


def hash_boxes(source: Source, cuts: Iterable[Cut], algorithm: object) -> Digest:
    """The digest over these boxes without what is cut out of them, a box of which nothing is left counting for nothing.

    ``MalformedError`` (``algorithm.unsupported``) for an algorithm that is not allowed.
    """
    return hash_parts(source, algorithm, hashed_parts(cuts))


def hashed_parts(cuts: Iterable[Cut]) -> HashedParts:
    """What that digest is taken over."""
    return tuple(part for cut in cuts if not cut.is_whole for part in _parts(cut))


def _parts(cut: Cut) -> Iterator[Span | bytes]:
    position = cut.box.span.start
    yield position.to_bytes(8, "big")
    for start, end in (*((hole.start, hole.end) for hole in cut.holes), (cut.box.span.end, cut.box.span.end)):
        if start > position:
            yield Span(position, start - position)
        position = end
