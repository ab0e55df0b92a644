"""Certificates, time-stamp tokens and OCSP responses: elements of DER changed, with the lengths around them right or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.fuzz.raw import flipped, number

__all__ = ["Element", "is_der", "mutated_der", "read_der"]

_TAGS = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0C, 0x13, 0x17, 0x18, 0x1E, 0x30, 0x31, 0x80, 0x82, 0x86, 0xA0, 0xA1, 0xA3, 0x1F, 0xBF)
_CONTENTS = (
    b"",
    b"\0",
    b"\xff",
    b"\x80" + bytes(8),
    bytes(16),
    b"\x7f" * 64,
    b"99991231235959Z",
    b"99999999999999Z",
    b"20260230000000Z",
    b"20260101000000.999999999999Z",
    b"2601010000Z",
    b"\x2a" + b"\xff" * 40,
    b"\x88\x37",
    b"\xff\xfe\x00d",
    b"a\0b",
)
_DEPTH = 24
_MOST = 3_000


@dataclass
class Element:
    """One element; ``parts`` when its content is made of elements."""

    tag: int
    content: bytes = b""
    parts: list[Element] | None = None
    before: bytes = b""
    """What stands in front of the parts: the count of unused bits of a bit string."""
    length: bytes | None = None
    """Another length than the true one."""

    def encode(self) -> bytes:
        body = self.content if self.parts is None else self.before + b"".join(part.encode() for part in self.parts)
        return bytes((self.tag,)) + (self.length if self.length is not None else _length(len(body))) + body


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(digits),)) + digits


def is_der(data: object) -> bool:
    """Whether bytes look like one whole element with more inside."""
    return isinstance(data, bytes) and len(data) > 20 and data[0] == 0x30 and read_der(data) is not None


def read_der(data: bytes) -> Element | None:
    """The tree of one element; None when the bytes are no such thing."""
    elements = _elements(data, 0)
    return elements[0] if elements and len(elements) == 1 else None


def _elements(data: bytes, depth: int) -> list[Element] | None:
    """The elements that the bytes are made of, all of them."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
            return None
        tag, size, at = data[at], data[at + 1], at + 2
        if size > 0x84 or size == 0x80:
            return None
        if size > 0x80:
            size, at = int.from_bytes(data[at : at + size - 0x80], "big"), at + size - 0x80
        if at + size > len(data):
            return None
        found.append(_element(tag, data[at : at + size], depth))
        at += size
    return found


def _element(tag: int, content: bytes, depth: int) -> Element:
    if depth < _DEPTH:
        if tag & 0x20:
            parts = _elements(content, depth + 1)
            return Element(tag, content, parts) if parts is not None else Element(tag, content)
        before = 1 if tag == 0x03 else 0
        if tag in (0x03, 0x04) and content[before : before + 1] in (b"\x30", b"\x04", b"\x02", b"\x03"):
            parts = _elements(content[before:], depth + 1)
            if parts:
                return Element(tag, content, parts, content[:before])
    return Element(tag, content)


def _all(element: Element) -> list[Element]:
    found = [element]
    for part in element.parts or ():
        found += _all(part)
    return found


def mutated_der(pick: Random, data: bytes) -> bytes:
    """The same structure with one to three elements changed."""
    tree = read_der(data)
    if tree is None or pick.random() < 0.1:
        return flipped(pick, data) if data else pick.randbytes(9)
    for _ in range(pick.choice((1, 1, 2, 3))):
        found = _all(tree)[:_MOST]
        _change(pick, pick.choice(found), found)
    return tree.encode()


def _change(pick: Random, element: Element, found: list[Element]) -> None:
    how = pick.randrange(10)
    if element.parts is not None and how < 6:
        parts = element.parts
        at = pick.randrange(len(parts) + 1)
        if how == 0 and parts:
            parts.pop(at % len(parts))
        elif how == 1 and parts:
            parts.insert(at, parts[at % len(parts)])
        elif how == 2:
            pick.shuffle(parts)
        elif how == 3:
            parts.insert(at, read_der(pick.choice(found).encode()) or Element(0x05))
        elif how == 4:
            parts.insert(at, Element(pick.choice(_TAGS), pick.choice(_CONTENTS)))
        else:
            element.parts = [Element(0x30, b"\x30\x80" * pick.choice((10, 100, 2_000)))] if pick.random() < 0.3 else parts * 2
    elif how == 6:
        element.length = pick.choice(
            (b"\x80", b"\x84\xff\xff\xff\xff", b"\x88" + b"\xff" * 8, b"\xff", _length(number(pick, 1_000) & 0xFFFFFF))
        )
    elif how == 7:
        element.tag = pick.choice(_TAGS)
    elif how == 8:
        element.tag ^= 1 << pick.randrange(8)
    else:
        element.parts = None
        old = element.content
        element.content = pick.choice(
            (pick.choice(_CONTENTS), pick.randbytes(len(old)), flipped(pick, old) if old else b"\0", old * 2, old[:-1])
        )
