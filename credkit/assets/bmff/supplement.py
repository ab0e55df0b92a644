"""Two manifest stores of one file as one, and one as two: the original store, and that of the update manifests.

Both are JUMBF superboxes of the same kind (anchor ``_box_containing_the_manifest``); as one they have the manifests of the first, then
those of the second. The bytes of no manifest change.
"""

from __future__ import annotations

from collections.abc import Iterable

from credkit.codec.jumbf import Superbox, build_superbox, parse_superbox
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["joined_store", "labels_of", "parted_store"]

_CODE = "manifest.inaccessible.malformed"
_LABEL = "c2pa"


def joined_store(original: bytes, update: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """One store with the manifests of both; ``MalformedError`` (``manifest.inaccessible.malformed``) when one cannot be read."""
    boxes = [_read(store, limits) for store in (original, update)]
    rests = [len(store) - box.end for store, box in zip((original, update), boxes, strict=True)]
    if any(rests):
        raise MalformedError(f"{sum(rests):,} bytes that are no padding stand behind it", code=_CODE, where="manifest store")
    return _built(boxes[0], (child.raw for box in boxes for child in box.superboxes))


def parted_store(store: bytes, first: frozenset[str], limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, bytes]:
    """The store of the manifests whose labels are in ``first``, and that of the others."""
    box = _read(store, limits)
    children = tuple(box.superboxes)
    return (
        _built(box, (child.raw for child in children if child.label in first)),
        _built(box, (child.raw for child in children if child.label not in first)),
    )


def labels_of(store: bytes, limits: Limits = DEFAULT_LIMITS) -> frozenset[str]:
    """The labels of the manifests in a store."""
    return frozenset(child.label for child in _read(store, limits).superboxes)


def _read(store: bytes, limits: Limits) -> Superbox:
    box = parse_superbox(store, limits=limits)
    if box.label != _LABEL:
        raise MalformedError("it is a JUMBF box of another kind", code=_CODE, where="manifest store")
    return box


def _built(like: Superbox, children: Iterable[bytes]) -> bytes:
    return build_superbox(like.type, _LABEL, *children)
