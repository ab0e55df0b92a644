"""The manifest store in APP11 segments of a JPEG, read and written.

A segment is ``FF EB``, length, ``JP``, box instance number (En), packet sequence number (Z, from 1), then LBox and TBox of the superbox
(and XLBox where LBox is 1), repeated in every segment, then a slice of the rest (ISO/IEC 18477-3, ISO 19566-5 D.2; anchor
``_embedding_manifests_into_jpeg_1``).

What a broken run becomes, so that nobody can loosen the framing, which no hash covers:

* foreign bytes between two segments: the store is whole and can be read, but its frame has more than one span, and no exclusion of a data
  hash equals it: verification ends in ``assertion.dataHash.mismatch``;
* a wrong sequence number, another LBox or TBox, or slices that do not add up to LBox: the location has a ``fault``, and ``read_store``
  refuses it with ``manifest.inaccessible.malformed``. It is reported all the same, because it can be removed or replaced;
* a second store, whatever its instance number: a second location, which makes ``Layout.store`` None.

A box instance other than the store's is left alone, wherever it stands. Cameras and tools exist that count Z from 0: that is read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from struct import Struct

from credkit.assets.jpeg.markers import Segment
from credkit.assets.jpeg.search import STORE_TYPE
from credkit.assets.layout import Span, StoreLocation
from credkit.assets.window import Window
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits

__all__ = ["MAX_SLICE", "StoreFinder", "box_instance", "framed", "free_instance"]

MAX_SLICE = 65_517
"""Bytes of the store behind LBox and TBox that fit into one segment: 65,535 less length, CI, En, Z, LBox and TBox."""
_PREFIX = Struct(">2sHI4s4s")  # CI, En, Z, LBox, TBox
_USUAL_INSTANCE = 0x0211
_SMALLEST_STORE = 38  # a superbox with nothing but the description box of a manifest store
_EXTENDED = b"\x00\x00\x00\x01"


def box_instance(window: Window, segment: Segment) -> int | None:
    """En of an APP11 segment that carries a JUMBF box; None for any other content."""
    if segment.length < 4 + _PREFIX.size:
        return None
    identifier, instance, _, _, _ = window.unpack(_PREFIX, segment.start + 4)
    return int(instance) if identifier == b"JP" else None


def free_instance(used: frozenset[int]) -> int:
    """A box instance number that no other JUMBF box of the file has."""
    for instance in chain((_USUAL_INSTANCE,), range(1, 0x10000)):
        if instance not in used:
            return instance
    raise AssetError("this JPEG uses all 65,535 JUMBF box numbers: remove some of its APP11 segments")


def framed(store: bytes, instance: int) -> bytes:
    """The store in APP11 segments; its size depends on ``len(store)`` alone.

    ``store`` is a superbox with a 32-bit length, or zeros. ``AssetError`` for what can be no store.
    """
    if len(store) < _SMALLEST_STORE:
        raise AssetError(f"{len(store)} bytes cannot be a manifest store: the smallest has {_SMALLEST_STORE}")
    if store[:4] == _EXTENDED:
        raise AssetError("a manifest store with a 64-bit length does not go into a JPEG: write its length with 32 bits")
    head, out = store[:8], bytearray()
    for sequence, start in enumerate(range(8, len(store), MAX_SLICE), start=1):
        piece = store[start : start + MAX_SLICE]
        out += b"\xff\xeb" + (2 + _PREFIX.size + len(piece)).to_bytes(2, "big")
        out += _PREFIX.pack(b"JP", instance, sequence, head[:4], head[4:]) + piece
    return bytes(out)


class _Run:
    """The segments of one store while they are collected."""

    __slots__ = ("fault", "frames", "head", "instance", "missing", "sequence", "slices", "starts")

    def __init__(self, segment: Segment, instance: int, sequence: int, head: bytes) -> None:
        self.instance = instance
        self.head = head
        self.sequence = sequence
        self.fault = "" if sequence in (0, 1) else f"its first segment has number {sequence} instead of 1"
        self.slices = [Span(segment.start + 12, segment.length - 12)]
        self.frames = [Span(segment.start, segment.length)]
        self.starts = [segment.start]
        length = int.from_bytes(head[:4], "big") if len(head) == 8 else int.from_bytes(head[8:], "big")
        self.missing = length - self.slices[0].length
        self._check_length()

    def _check_length(self) -> None:
        if self.missing < 0 and not self.fault:
            self.fault = "its segments hold more bytes than the length in its header"

    def takes(self, segment: Segment, sequence: int, head: bytes) -> None:
        """Add a segment of the same box instance."""
        self.sequence += 1
        if sequence != self.sequence and not self.fault:
            self.fault = f"a segment has number {sequence} where {self.sequence} is due"
        if head != self.head and not self.fault:
            self.fault = "its segments repeat the header of the box differently"
        self.starts.append(segment.start)
        skip = 12 + len(self.head)
        self.slices.append(Span(segment.start + min(skip, segment.length), max(segment.length - skip, 0)))
        if self.frames[-1].end == segment.start:
            self.frames[-1] = Span(self.frames[-1].start, self.frames[-1].length + segment.length)
        else:
            self.frames.append(Span(segment.start, segment.length))
        self.missing -= self.slices[-1].length
        self._check_length()

    def location(self) -> StoreLocation:
        if self.missing > 0 and not self.fault:
            self.fault = f"its segments hold {self.missing:,} bytes less than the length in its header"
        return StoreLocation(
            slices=tuple(self.slices),
            frame=tuple(self.frames),
            fault=self.fault,
            scattered=len(self.frames) > 1,
            loose=tuple(self._loose()),
        )

    def _loose(self) -> Iterator[tuple[Span, str]]:
        """Numbers that other tools choose otherwise. Those of nearly all files are no news; any other may have been put there later."""
        if self.instance != _USUAL_INSTANCE:
            for start in self.starts:
                yield Span(start + 6, 2), "number of the store among other boxes of the JPEG, which is 529 as a rule"
        if self.sequence != len(self.starts):
            yield Span(self.starts[0] + 8, 4), "number of the first segment, which is 1 as a rule"


class StoreFinder:
    """Collects manifest stores from the APP11 segments of one picture, given in file order."""

    __slots__ = ("_limits", "_runs", "_window")

    def __init__(self, window: Window, limits: Limits) -> None:
        self._window = window
        self._limits = limits
        self._runs: list[_Run] = []

    @property
    def found(self) -> bool:
        """Whether any store has begun."""
        return bool(self._runs)

    def add(self, segment: Segment, *, behind_scan: bool = False) -> None:
        """Look at one APP11 segment; ``MalformedError`` when there are more stores or slices than the limits allow.

        In the header four bytes of the type make a store, so that a damaged one is noticed; ``behind_scan``, where ``search`` has to find
        it first, only the whole type does.
        """
        if segment.length < 4 + _PREFIX.size:
            return
        identifier, instance, sequence, box_length, _ = self._window.unpack(_PREFIX, segment.start + 4)
        if identifier != b"JP":
            return
        size = 16 if box_length == _EXTENDED else 8
        body = self._window.read(segment.start + 12, min(segment.length - 12, size + 4 + len(STORE_TYPE)))
        run = self._runs[-1] if self._runs else None
        due = run is not None and run.missing > 0 and run.instance == instance
        kind = body[size + 4 : size + 4 + len(STORE_TYPE)]
        starts = body[4:8] == b"jumb" and (kind == STORE_TYPE if behind_scan else kind[4:8] == STORE_TYPE[4:8])
        if starts and not (due and run and sequence == run.sequence + 1):
            self._limit(len(self._runs) + 1, self._limits.stores, "manifest stores")
            self._runs.append(_Run(segment, instance, sequence, body[:size]))
        elif due and run:
            self._limit(len(run.slices) + 1, self._limits.store_slices, "segments of one manifest store")
            run.takes(segment, sequence, body[:size])

    def _limit(self, count: int, limit: int, what: str) -> None:
        if count > limit:
            raise MalformedError(f"more than {limit:,} {what}", code="manifest.inaccessible.malformed", where="JPEG")

    def locations(self) -> tuple[StoreLocation, ...]:
        """All stores found so far."""
        return tuple(run.location() for run in self._runs)
