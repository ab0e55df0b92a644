"""The boxes of an ISO base media file (ISO/IEC 14496-12, clause 4.2), read one by one and only as deep as somebody asks.

Nothing here knows what a box means. Which boxes hold others is not listed either: who asks for the children of a box says that it has
some. Paths are those of a BMFF hash (anchor ``bmff-hash-computation``): ``/moov/trak[2]`` names the second track.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.dataclass import replace
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["C2PA_UUID", "BmffBox", "BoxPath", "BoxWalker", "nested_walker", "parse_path"]

C2PA_UUID = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
"""Extended type of the ``uuid`` boxes that carry a manifest store or parts of a Merkle tree (anchor ``uuid_box``)."""

BoxPath = tuple[tuple[str, int | None], ...]
"""Types from the root down, each with the number among its siblings of the same type (from 1), or None for all of them."""

_HEADER, _LARGE = Struct(">I4s"), Struct(">Q")
_TO_END, _HAS_LARGE = 0, 1
_FULL_BOX = 4
_NESTED = 10
"""How many boxes may lie inside of others for each of the root: a fragment with two tracks has a dozen, and hardly any of them is kept."""
_NESTED_SMALL = 6
"""The same for boxes of any size; a fragment with one track has half of them."""
_NODE = re.compile(r"([^/\[\]]{4})(?:\[([1-9][0-9]{0,9})\])?")


class BmffBox(NamedTuple):
    """One box: its type (four characters, Latin-1), where it lies, and how long its header is (8, or 16 with a 64-bit size)."""

    type: str
    span: Span
    header: int
    place: tuple[tuple[str, int], ...]
    """Types from the root down to this box, each with its number among siblings of the same type, counted from 1."""

    @property
    def payload(self) -> Span:
        """What is behind the header; the extended type of a ``uuid`` box belongs to it."""
        return Span(self.span.start + self.header, self.span.length - self.header)

    @property
    def path(self) -> str:
        """The place as people write it, ``/moov[1]/trak[2]``."""
        return "".join(f"/{kind}[{number}]" for kind, number in self.place)

    def lies_at(self, path: BoxPath) -> bool:
        """Whether this box is one that the beginning of ``path``, as many nodes as the box lies deep, names."""
        return all(kind == wanted and nth in (None, number) for (kind, number), (wanted, nth) in zip(self.place, path, strict=False))


def parse_path(text: object, *, limits: Limits = DEFAULT_LIMITS) -> BoxPath | None:
    """``/moov/trak[2]`` as a path; None for anything outside of the subset of XPath that a BMFF hash may use, or deeper than the limit."""
    if not isinstance(text, str) or not text.startswith("/") or text.count("/") > limits.bmff_depth:
        return None
    nodes = [_NODE.fullmatch(node) for node in text[1:].split("/")]
    return tuple((node[1], int(node[2]) if node[2] else None) for node in nodes if node) if all(nodes) else None


def nested_walker(source: Source, limits: Limits) -> BoxWalker:
    """A walker that looks into every fragment of a film, and may count more boxes for that."""
    return BoxWalker(source, replace(limits, bmff_boxes=_NESTED * limits.bmff_boxes, small_parts=_NESTED_SMALL * limits.small_parts))


class BoxWalker:
    """Walks over the boxes of one source and counts them: all walks of one walker together are bounded by ``limits.bmff_boxes``, and by
    what a file of its size has.

    Every refusal is a ``MalformedError``: a size that does not fit, too many boxes, boxes nested too deep.
    """

    __slots__ = ("_count", "_limits", "_most", "source")

    def __init__(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> None:
        self.source = source
        self._limits = limits
        self._most = limits.allowed_parts(limits.bmff_boxes, source.size)
        self._count = 0

    def roots(self) -> Iterator[BmffBox]:
        """The boxes of the file in order; together they are the whole file."""
        return self._boxes(0, self.source.size, ())

    def children(self, box: BmffBox) -> Iterator[BmffBox]:
        """The boxes inside of one that consists of boxes alone.

        ``meta`` has fields of its own in ISO files and none in QuickTime files. Up to seven bytes behind the last box are
        passed over: QuickTime ends some lists with four zeros.
        """
        if len(box.place) >= self._limits.bmff_depth:
            raise self._error(f"boxes are nested deeper than {self._limits.bmff_depth} levels", box.span.start)
        start = box.payload.start
        if box.type == "meta" and box.payload.length >= 8 and self.source.read(start + 4, 4) != b"hdlr":
            start += _FULL_BOX
        return self._boxes(start, box.span.end, box.place)

    def find(self, path: BoxPath) -> Iterator[BmffBox]:
        """All boxes that ``path`` names, in file order."""
        return self._find(self.roots(), path)

    def _find(self, boxes: Iterator[BmffBox], path: BoxPath) -> Iterator[BmffBox]:
        for box in boxes:
            if not box.lies_at(path):
                continue
            if len(box.place) == len(path):
                yield box
            else:
                yield from self._find(self.children(box), path)

    def _boxes(self, start: int, end: int, parent: tuple[tuple[str, int], ...]) -> Iterator[BmffBox]:
        window, nested = Window(self.source), bool(parent)
        numbers: dict[str, int] = {}
        while end - start >= (_HEADER.size if nested else 1):
            self._count += 1
            if self._count > self._most:
                raise self._error(f"more than {self._most:,} boxes", start)
            kind, header, length = self._header(window, start, end, nested=nested)
            numbers[kind] = number = numbers.get(kind, 0) + 1
            yield BmffBox(kind, Span(start, length), header, (*parent, (kind, number)))
            start += length

    def _header(self, window: Window, start: int, end: int, *, nested: bool) -> tuple[str, int, int]:
        """Type, length of the header, length of the box."""
        if end - start < _HEADER.size:
            raise self._error(f"{end - start} bytes are left, too few for a box", start)
        length, name = window.unpack(_HEADER, start)
        kind, header = name.decode("latin-1"), _HEADER.size
        if length == _HAS_LARGE:
            header += _LARGE.size
            if end - start < header:
                raise self._error(f"box {kind!r} is cut short in its size", start)
            (length,) = window.unpack(_LARGE, start + _HEADER.size)
        elif length == _TO_END and not nested:
            length = end - start
        if length < header or length > end - start:
            raise self._error(f"box {kind!r} claims {length:,} bytes, which do not fit", start)
        return kind, header, length

    @staticmethod
    def _error(message: str, offset: int) -> MalformedError:
        return MalformedError(message, where="BMFF", offset=offset)
