"""How a TIFF begins, and how numbers are written in it: byte order, and whether it is BigTIFF.

Source: TIFF 6.0, section 2; the BigTIFF design.
"""

from __future__ import annotations

from functools import cache
from struct import Struct

from credkit.assets.layout import Span
from credkit.dataclass import dataclass

__all__ = ["Form", "form_of"]

_HEADS = {
    b"II*\x00": False,
    b"MM\x00*": False,
    b"II+\x00": True,
    b"MM\x00+": True,
    b"IIRO": False,
    b"IIRS": False,
    b"MMOR": False,
    b"IIU\x00": False,
}
"""How a file begins, and whether it is BigTIFF; the last four are of makers of cameras, with their own mark in the place of the number."""


@cache
def _struct(form: str) -> Struct:
    """Made once: each directory asks for several."""
    return Struct(form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How numbers are written in one file."""

    order: str
    """``<`` or ``>``, as ``struct`` has it."""
    big: bool
    """BigTIFF."""
    head: bytes
    """The first four bytes."""

    @property
    def count(self) -> Struct:
        """How many entries a directory has."""
        return _struct(self.order + ("Q" if self.big else "H"))

    @property
    def entry(self) -> Struct:
        """Tag, type, count, and the field that holds the value or where it is."""
        return _struct(self.order + ("HHQ8s" if self.big else "HHI4s"))

    @property
    def offset(self) -> Struct:
        """A place in the file; also the count of values of an entry."""
        return _struct(self.order + ("Q" if self.big else "I"))

    @property
    def first_link(self) -> Span:
        """The field of the header that says where the first directory is."""
        return Span(8, 8) if self.big else Span(4, 4)

    @property
    def most_entries(self) -> int:
        """What the count of a directory can say."""
        return (1 << 8 * self.count.size) - 1

    @property
    def most_bytes(self) -> int:
        """What offsets can reach."""
        return 1 << 8 * self.offset.size

    @property
    def alignment(self) -> int:
        """Where directories may begin: at multiples of this."""
        return 8 if self.big else 2


def form_of(head: bytes) -> Form | None:
    """How numbers are written in a file that starts with ``head``; None for one that is no TIFF."""
    big = _HEADS.get(head[:4])
    order = "<" if head[:1] == b"I" else ">"
    if big is None or len(head) < (16 if big else 8):
        return None
    if big and Struct(order + "HH").unpack_from(head, 4) != (8, 0):
        return None
    return Form(order=order, big=big, head=head[:4])
