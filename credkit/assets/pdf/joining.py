"""All manifest stores of a PDF as one.

Clause: "Adding the Manifest to a PDF" (anchor ``_adding_the_manifest_to_a_pdf``): their manifests count as if they stood in one store, the
active one being that of the newest store. The bytes of no manifest change. A manifest that a later store repeats word for word is there
once.
"""

from __future__ import annotations

from collections.abc import Sequence

from credkit.codec.jumbf import build_superbox, parse_superbox
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["joined_stores"]

_CODE = "manifest.inaccessible.malformed"
_LABEL = "c2pa"


def joined_stores(stores: Sequence[bytes], limits: Limits = DEFAULT_LIMITS) -> bytes:
    """One store with the manifests of all, the oldest first; ``MalformedError`` (``manifest.inaccessible.malformed``) when one cannot be
    read or has anything behind it.
    """
    boxes = [parse_superbox(store, limits=limits) for store in stores]
    if any(box.label != _LABEL or box.end != len(store) for box, store in zip(boxes, stores, strict=True)):
        raise MalformedError(
            "an earlier or the last one is no manifest store, or has something behind it", code=_CODE, where="manifest store"
        )
    # Of equal boxes the last place counts, so that the active manifest stays the last.
    manifests = dict.fromkeys(reversed([bytes(child.raw) for box in boxes for child in box.superboxes]))
    return build_superbox(boxes[-1].type, _LABEL, *reversed(manifests))
