"""Mutations that know nothing about what they change: flips, numbers, cuts, repetitions, pieces of another file, tokens of text formats."""

from __future__ import annotations

from random import Random

__all__ = ["NUMBERS", "TOKENS", "changed", "cut", "flipped", "number", "numbered", "random_bytes", "repeated", "spliced", "tokens"]

NUMBERS = (
    *(0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000),
    *(0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1),
)
"""Lengths, counts and offsets at which readers go wrong."""
_WORDS = (
    b"< > << >> [ ] ( ) { } / , : \" ' obj endobj stream endstream xref trailer %%EOF startxref 99999999999 -1 1e9 1e999 null true NaN &a; "
    b'<!-- ]]> --> <![CDATA[ /Encrypt /ObjStm /XRef &#0; &#x110000; xmlns:a="" \\ud800 \\u0000 [[[[[[[[ {"a": "shape" "data_offsets" '
    b"__metadata__ <!DOCTYPE <!ENTITY <?xml Model: %s ../"
)
TOKENS = (*_WORDS.split(b" "), *(b"0 R", b"/Prev 0", b"/Length 9", b"Steps: 1", b" ", b"\n", b"\r\n", b"\0", b"\xff\xfe", b"\xe2\x80\xae"))
"""What text formats are made of."""
_LENGTHS = (1, 1, 2, 4, 8, 20, 50, 500)


def number(pick: Random, size: int) -> int:
    """A number that may be a lie about something of that size."""
    return pick.choice((pick.choice(NUMBERS), size, size - 1, size + 1, pick.randrange(size + 1), pick.randrange(1 << 16)))


def flipped(pick: Random, data: bytes) -> bytes:
    """Single bits."""
    out = bytearray(data)
    for _ in range(pick.choice((1, 1, 1, 2, 8))):
        out[pick.randrange(len(out))] ^= 1 << pick.randrange(8)
    return bytes(out)


def random_bytes(pick: Random, data: bytes) -> bytes:
    """Single bytes, or a run of them."""
    out = bytearray(data)
    if pick.random() < 0.5:
        for _ in range(pick.choice((1, 2, 8, 40))):
            out[pick.randrange(len(out))] = pick.choice((0, 1, 0x7F, 0x80, 0xFF, pick.randrange(256)))
    else:
        at = pick.randrange(len(out))
        run = pick.randbytes(pick.choice(_LENGTHS))
        out[at : at + pick.choice((0, len(run)))] = run
    return bytes(out)


def numbered(pick: Random, data: bytes) -> bytes:
    """A number over whatever stands there, more often near an end of the file."""
    out = bytearray(data)
    for _ in range(pick.choice((1, 1, 2, 3))):
        width = pick.choice((1, 2, 4, 8))
        near = pick.randrange(min(200, len(out)))
        at = pick.choice((near, max(0, len(out) - width - near), pick.randrange(len(out))))
        out[at : at + width] = (number(pick, len(data)) % (1 << 8 * width)).to_bytes(width, pick.choice(("big", "little")))
    return bytes(out)


def cut(pick: Random, data: bytes) -> bytes:
    """The file without its end, its beginning, or a piece of its middle."""
    at = pick.randrange(len(data))
    how = pick.randrange(4)
    if how < 2:
        return data[:at]
    return data[at:] if how == 2 else data[:at] + data[at + pick.choice(_LENGTHS) :]


def repeated(pick: Random, data: bytes) -> bytes:
    """A piece of the file once more in another place, or many times in its own."""
    start = pick.randrange(len(data))
    piece = data[start : start + pick.choice(_LENGTHS)]
    if pick.random() < 0.2:
        return data[:start] + piece * pick.choice((2, 10, 300)) + data[start:]
    at = pick.randrange(len(data) + 1)
    return data[:at] + piece + data[at:]


def spliced(pick: Random, data: bytes, other: bytes) -> bytes:
    """A piece of another file, put in or put over; or the beginning of one file and the end of the other."""
    start = pick.randrange(len(other) + 1)
    at = pick.randrange(len(data) + 1)
    if pick.random() < 0.3:
        return data[:at] + other[start:]
    piece = other[start : start + pick.choice((8, 50, 500, 5_000))]
    return data[:at] + piece + data[at + pick.choice((0, len(piece))) :]


def tokens(pick: Random, data: bytes) -> bytes:
    """Pieces of text formats in the middle of things."""
    out = bytearray(data)
    for _ in range(pick.choice((1, 1, 2, 4))):
        at = pick.randrange(len(out) + 1)
        out[at : at + pick.choice((0, 0, 1, 2, 5, 20))] = pick.choice(TOKENS)
    return bytes(out)


def changed(pick: Random, data: bytes) -> bytes:
    """One to four of the changes above that need no second file."""
    for _ in range(pick.choice((1, 1, 2, 4))):
        data = pick.choice(_CHANGES)(pick, data) if data else b"\0"
    return data


_CHANGES = (flipped, random_bytes, numbered, cut, repeated, tokens)
