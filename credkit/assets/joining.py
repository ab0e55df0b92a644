"""Several manifest stores of one file as one, and one as two.

A PDF that was updated has a store for each update, an ISO base media file one for its update manifests (anchors
``_adding_the_manifest_to_a_pdf``, ``_box_containing_the_manifest``). All are JUMBF superboxes of the same kind, and count as one with the
manifests of the oldest first, the active one being the last. The bytes of no manifest change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from credkit.codec.jumbf import Superbox, box_type, build_superbox, parse_superbox
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["joined_stores", "labels_of", "parted_store"]

_CODE = "manifest.inaccessible.malformed"
_LABEL = "c2pa"
_TYPE = box_type(_LABEL)


def joined_stores(stores: Sequence[bytes], limits: Limits = DEFAULT_LIMITS, *, once: bool = False) -> bytes:
    """One store with the manifests of all; with ``once`` a manifest that a later store repeats word for word is there once, the last time.

    ``MalformedError`` (``manifest.inaccessible.malformed``) when one of them cannot be read or has anything behind it.
    """
    boxes = [_read(store, limits) for store in stores]
    if any(_built(box, (child.raw for child in box.superboxes)) != box.raw for box in boxes):
        # A salt, padding, a longer header: it would be gone from the joined store, where somebody could look for what no hash covers.
        raise MalformedError("one of several parts of it holds something beside manifests", code=_CODE, where="manifest store")
    if len(boxes) > 1 and not all(box.children for box in boxes):
        # Whoever comes by could put one behind a film, and nothing would be different.
        raise MalformedError("one of several parts of it is empty", code=_CODE, where="manifest store")
    if rest := sum(len(store) - box.end for store, box in zip(stores, boxes, strict=True)):
        raise MalformedError(f"{rest:,} bytes that are no padding stand behind it", code=_CODE, where="manifest store")
    manifests = [bytes(child.raw) for box in boxes for child in box.superboxes]
    return _built(boxes[-1], reversed(dict.fromkeys(reversed(manifests))) if once else manifests)


def parted_store(store: bytes, first: frozenset[str], limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, bytes]:
    """The store of the manifests whose labels are in ``first``, and that of the others."""
    box = _read(store, limits)
    children = box.superboxes
    return (
        _built(box, (child.raw for child in children if child.label in first)),
        _built(box, (child.raw for child in children if child.label not in first)),
    )


def labels_of(store: bytes, limits: Limits = DEFAULT_LIMITS) -> frozenset[str]:
    """The labels of the manifests in a store."""
    return frozenset(child.label for child in _read(store, limits).superboxes)


def _read(store: bytes, limits: Limits) -> Superbox:
    box = parse_superbox(store, limits=limits)
    if box.label != _LABEL or box.type != _TYPE:
        raise MalformedError("it is a JUMBF box of another kind", code=_CODE, where="manifest store")
    return box


def _built(like: Superbox, children: Iterable[bytes]) -> bytes:
    return build_superbox(like.type, _LABEL, *children)
