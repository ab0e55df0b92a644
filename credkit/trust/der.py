"""A strict reader of DER (X.690): one element, its children, and the few values that a certificate holds.

``cryptography`` refuses a whole certificate for one character in a name, and real signers have such certificates; it also hides the fields
that the C2PA profile forbids. So the structure is read here, where only what is asked for must be right. Keys and signatures stay with
``cryptography``, paths with OpenSSL. Indefinite and overlong lengths are refused, so that no other reader can see another structure in the
same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from credkit.codec.binary import Cursor
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError

__all__ = ["Element", "read"]

_LARGEST_INTEGER = 256
"""Octets. Serial numbers have up to 20; Python refuses to print integers of more than 4,300 digits."""

_CODE = "signingCredential.invalid"
_CONSTRUCTED = 0x20
_MOST_CHILDREN = 256
"""Values side by side in one structure; real certificates have below 30, and a hostile one could have 32,000 in 64 KiB."""
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_TIMES = {_UTC_TIME: re.compile(rb"\d{12}Z"), _GENERALIZED_TIME: re.compile(rb"\d{14}Z")}
_TEXTS = {
    0x0C: "utf-8",
    0x12: "latin-1",
    0x13: "latin-1",
    0x14: "latin-1",
    0x16: "latin-1",
    0x1A: "latin-1",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One DER element: identifier octet, contents, and the whole encoding with its head."""

    tag: int
    body: bytes = field(repr=False)
    raw: bytes = field(repr=False)
    where: str

    def error(self, message: str) -> MalformedError:
        """A refusal of this element."""
        return MalformedError(message, code=_CODE, where=self.where)

    def expect(self, tag: int, what: str) -> Element:
        """This element when it has the tag; ``MalformedError`` otherwise."""
        if self.tag != tag:
            raise self.error(f"{what} has the ASN.1 tag 0x{self.tag:02x} where 0x{tag:02x} belongs")
        return self

    def children(self) -> tuple[Element, ...]:
        """The elements inside a constructed one, in order."""
        if not self.tag & _CONSTRUCTED:
            raise self.error("a primitive ASN.1 value stands where a structure belongs")
        inner = tuple(islice(_elements(self.body, self.where), _MOST_CHILDREN + 1))
        if len(inner) > _MOST_CHILDREN:
            raise self.error(f"an ASN.1 structure has more than {_MOST_CHILDREN} values")
        return inner

    def only(self, what: str) -> Element:
        """The single element inside."""
        inner = self.children()
        if len(inner) != 1:
            raise self.error(f"{what} holds {len(inner)} ASN.1 values instead of one")
        return inner[0]

    def integer(self, what: str) -> int:
        """An INTEGER (or ENUMERATED), signed."""
        if self.tag not in (0x02, 0x0A) or not self.body:
            raise self.error(f"{what} is not an integer")
        if len(self.body) > _LARGEST_INTEGER:
            raise self.error(f"{what} has {len(self.body):,} octets, more than {_LARGEST_INTEGER}")
        return int.from_bytes(self.body, "big", signed=True)

    def boolean(self, what: str) -> bool:
        """A BOOLEAN: 0x00 or 0xFF, the two that DER has (X.690, 11.1)."""
        if self.tag != 0x01 or self.body not in (b"\x00", b"\xff"):
            raise self.error(f"{what} is neither true nor false")
        return self.body == b"\xff"

    def oid(self, what: str) -> str:
        """An OBJECT IDENTIFIER in dotted form."""
        if self.tag != 0x06 or not self.body or self.body[-1] & 0x80 or len(self.body) > 128:
            raise self.error(f"{what} is not an object identifier")
        arcs, value = [], 0
        for octet in self.body:
            value = value << 7 | octet & 0x7F
            if not octet & 0x80:
                arcs.append(value)
                value = 0
        root = min(arcs[0] // 40, 2)
        return ".".join(map(str, (root, arcs[0] - 40 * root, *arcs[1:])))

    def bits(self, what: str) -> frozenset[int]:
        """The numbers of the bits that are set in a BIT STRING, the first bit being 0."""
        if self.tag != 0x03 or not self.body or self.body[0] > 7 or len(self.body) > 16:
            raise self.error(f"{what} is not a bit string")
        octets = self.body[1:]
        return frozenset(8 * index + bit for index, octet in enumerate(octets) for bit in range(8) if octet & 0x80 >> bit)

    def time(self, what: str) -> datetime:
        """A UTCTime or GeneralizedTime as RFC 5280 writes them (4.1.2.5): seconds, ``Z``, no fraction."""
        pattern = _TIMES.get(self.tag)
        if pattern is None or not pattern.fullmatch(self.body):
            raise self.error(f"{what} is not a date")
        text = self.body.decode("ascii")
        if self.tag == _UTC_TIME:
            # RFC 5280, 4.1.2.5.1: two-digit years from 50 belong to the last century.
            text = ("19" if text[:2] >= "50" else "20") + text
        try:
            century, year, month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(0, 14, 2))
            return datetime(100 * century + year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            raise self.error(f"{what} is not a date") from None

    def text(self) -> str:
        """Any string type, read leniently: undecodable octets become U+FFFD, other types ``#`` and their encoding in hexadecimal."""
        encoding = _TEXTS.get(self.tag)
        return self.body.decode(encoding, "replace") if encoding else "#" + self.raw.hex()


def read(data: bytes, where: str) -> Element:
    """The one element in ``data``; ``MalformedError`` (``signingCredential.invalid``) when there is none, or more than it."""
    elements = tuple(islice(_elements(data, where), 2))
    if len(elements) != 1:
        raise MalformedError("no ASN.1 value, or more than one", code=_CODE, where=where)
    return elements[0]


def _elements(data: bytes, where: str) -> Iterator[Element]:
    cursor = Cursor(data, code=_CODE, where=where)
    while cursor.remaining:
        start = cursor.offset
        tag = cursor.uint(1, "ASN.1 tag")
        if tag & 0x1F == 0x1F:
            raise cursor.error("ASN.1 tag has more than one octet")
        body = cursor.take(_length(cursor), "ASN.1 value")
        yield Element(tag=tag, body=body, raw=data[start : cursor.offset], where=where)


def _length(cursor: Cursor) -> int:
    first = cursor.uint(1, "ASN.1 length")
    if first < 0x80:
        return first
    size = first & 0x7F
    if not 1 <= size <= 4:
        raise cursor.error("ASN.1 length is indefinite or too long")
    length = cursor.uint(size, "ASN.1 length")
    if length < 0x80 or length < 1 << 8 * (size - 1):
        raise cursor.error("ASN.1 length is not in its shortest form")
    return length
