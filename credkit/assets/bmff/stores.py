"""The ``uuid`` boxes of C2PA: which manifest store they hold, and how one is written.

Anchors ``uuid_box`` and ``_box_containing_the_manifest``. A store lies in a box of the purpose "manifest". Once update manifests were added
that box is called "original" and a second one, "update", at the end of the file holds their store; the two are read as one. The
specification gives a box of the purpose "update" no ``first_merkle_aux_offset``, the reference writes and expects one, so both are read,
and ours have it.

Zeros behind a store are padding. Anything else there is left in the place of the store, so that whoever reads it finds it.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.bmff.boxes import C2PA_UUID, BmffBox
from credkit.assets.layout import Span, StoreLocation
from credkit.assets.source import Source
from credkit.dataclass import dataclass
from credkit.limits import Limits

__all__ = ["MANIFEST", "MERKLE", "ORIGINAL", "UPDATE", "C2paBox", "locate", "read_c2pa_box", "store_box"]

MANIFEST, ORIGINAL, UPDATE, MERKLE = "manifest", "original", "update", "merkle"
_FULL_BOX = bytes(4)
_NO_MERKLE_BOXES = bytes(8)
_LONGEST_PURPOSE = 64
_JUMBF = b"jumb"
_HEAD = 8
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class C2paBox:
    """One ``uuid`` box of C2PA."""

    box: BmffBox
    purpose: str
    purpose_at: int
    """Where its purpose is written."""
    store: Span
    """What is behind its own fields: the store and its padding."""


def store_box(purpose: str, store: bytes) -> bytes:
    """A box with a manifest store; ``first_merkle_aux_offset`` says that there are no boxes with parts of a Merkle tree."""
    content = C2PA_UUID + _FULL_BOX + purpose.encode("ascii") + b"\x00" + _NO_MERKLE_BOXES + store
    return (_HEAD + len(content)).to_bytes(4, "big") + b"uuid" + content


def read_c2pa_box(source: Source, box: BmffBox) -> C2paBox | None:
    """What a box is to C2PA; None when it is none of its boxes."""
    if box.type != "uuid" or box.payload.length < len(C2PA_UUID):
        return None
    start = box.payload.start
    head = source.read(start, min(box.payload.length, len(C2PA_UUID) + len(_FULL_BOX) + _LONGEST_PURPOSE))
    if not head.startswith(C2PA_UUID):
        return None
    purpose, _, behind = head[len(C2PA_UUID) + len(_FULL_BOX) :].partition(b"\x00")
    purpose_at = start + len(C2PA_UUID) + len(_FULL_BOX)
    own = purpose_at + len(purpose) + 1
    has_offset = purpose.decode("latin-1") in (MANIFEST, ORIGINAL) or (purpose == UPDATE.encode() and behind[4:8] != _JUMBF)
    store = min(own + (len(_NO_MERKLE_BOXES) if has_offset else 0), box.span.end)
    return C2paBox(box=box, purpose=purpose.decode("latin-1"), purpose_at=purpose_at, store=Span(store, box.span.end - store))


def locate(source: Source, boxes: tuple[C2paBox, ...], limits: Limits) -> tuple[StoreLocation, ...]:
    """The manifest stores in the boxes of C2PA that a file has, in file order; a store and its update manifests are one.

    Two stores of one purpose are two stores, and which of them counts nobody can say.
    """
    stores = [box for box in boxes if box.purpose in (MANIFEST, ORIGINAL)]
    updates = [box for box in boxes if box.purpose == UPDATE]
    if len(stores) == len(updates) == 1:
        first, second = stores[0], updates[0]
        return (
            StoreLocation(
                slices=(_slice(source, first, limits),),
                frame=(first.box.span, second.box.span),
                supplement=(_slice(source, second, limits),),
                fault="" if second.store.length else "the box of its update manifests is empty",
                loose=tuple(_loose(source, (first, second), boxes)),
                pinned=True,
            ),
        )
    return tuple(
        StoreLocation(
            slices=(_slice(source, box, limits),),
            frame=(box.box.span,),
            fault=_alone(box),
            loose=tuple(_loose(source, (box,), boxes)),
            pinned=True,
        )
        for box in sorted((*stores, *updates), key=lambda box: box.box.span)
    )


def _loose(source: Source, holders: tuple[C2paBox, ...], boxes: tuple[C2paBox, ...]) -> Iterator[tuple[Span, str]]:
    """Fields in front of a store that nobody asks for and that are not what they have to be."""
    trees = next((box.box.span.start for box in boxes if box.purpose == MERKLE), 0)
    for box in holders:
        full = Span(box.purpose_at - len(_FULL_BOX), len(_FULL_BOX))
        if source.read(full.start, full.length) != _FULL_BOX:
            yield full, "version and flags of the box of the manifest store, which are 0"
        offset = Span(box.store.start - len(_NO_MERKLE_BOXES), len(_NO_MERKLE_BOXES))
        if offset.start <= box.purpose_at + len(box.purpose):
            continue
        if int.from_bytes(source.read(offset.start, offset.length), "big") not in (0, trees):
            yield offset, "place of the parts of a Merkle tree, where none are"


def _alone(box: C2paBox) -> str:
    """The fault of a box that speaks of another one, which is not there."""
    if box.purpose == ORIGINAL:
        return "its update manifests, of which the file speaks, are missing"
    return "the manifests that its update manifests speak of are missing" if box.purpose == UPDATE else ""


def _slice(source: Source, box: C2paBox, limits: Limits) -> Span:
    """The store without the zeros behind it, which its own first field tells apart."""
    whole = box.store
    if whole.length < _HEAD or whole.length > limits.store_size:
        return whole
    length = int.from_bytes(source.read(whole.start, 4), "big")
    if not _HEAD <= length < whole.length:
        return whole
    for position in range(whole.start + length, whole.end, _PIECE):
        if any(source.read(position, min(_PIECE, whole.end - position))):
            return whole
    return Span(whole.start, length)
