"""Is there a manifest store behind the first scan header? Answered without a walk over the markers there.

Entropy-coded data is nearly the whole of a JPEG, and finding each marker in it costs as much as hashing it. A store begins with a
description box that holds the 16-byte type of a store; looking for these bytes costs a third of that. Only when they are found, or the
file does not end as a picture ends, is a walk needed to say what is there; that is left to ``format``.

When the header holds a store, the file is about to be verified, and so it is hashed in the same pass, the way a data hash will ask for.
"""

from __future__ import annotations

from credkit.assets.engine import hashed_on_the_way
from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.codec.jumbf import box_type

__all__ = ["STORE_TYPE", "is_plain"]

STORE_TYPE = b"jumd" + box_type("c2pa")
"""Type of the description box, then the type of a manifest store. Nothing stands between the two: a box of extended length would, and is
taken for no store anywhere in a JPEG.
"""
_BORDER = len(STORE_TYPE) - 1


def is_plain(source: Source, start: int, frame: Span | None) -> bool:
    """Whether nothing but image data and harmless segments can follow from ``start`` on: no store, and an end marker at the very end.

    ``frame`` is the one store in front of ``start``; the digest of the file without it goes to ``source.known``.
    """
    if source.read(source.size - 2, 2) != b"\xff\xd9":
        return False
    last = b""
    with hashed_on_the_way(source, start, frame) as pieces:
        for piece in pieces:
            data = bytes(piece)
            if STORE_TYPE in data or STORE_TYPE in last + data[:_BORDER]:
                return False
            last = (last + data[-_BORDER:])[-_BORDER:]
    return True
