"""Lengths of the containers that files are made of: lies, and changes of size after which every length around is right again."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.fuzz.raw import number

__all__ = ["Frame", "frames", "lying", "resized"]

_SKIPS = (8, 12, 16, 24)
_DEPTH = 12
_MOST = 4_000


@dataclass(frozen=True)
class Frame:
    """A piece of a file that states its own length."""

    start: int
    body: int
    end: int
    field: int
    """Where the length stands."""
    width: int
    order: Literal["big", "little"]
    less: int
    """What the length does not count."""
    around: tuple[Frame, ...] = ()
    checksum: bool = False

    def state(self, data: bytearray, length: int) -> None:
        """Write a length of the whole piece, where it can be written."""
        value = (length - self.less) % (1 << 8 * self.width)
        data[self.field : self.field + self.width] = value.to_bytes(self.width, self.order)


def frames(data: bytes) -> list[Frame]:
    """The containers of a file of one of the families that are built of them; none for another."""
    walk = next((walk for known, walk in _WALKS if known(data)), None)
    found: list[Frame] = []
    for frame in walk(data) if walk else ():
        found.append(frame)
        if len(found) == _MOST:
            break
    return found


def lying(pick: Random, data: bytes) -> bytes | None:
    """Lengths that are not true."""
    found = frames(data)
    if not found:
        return None
    out = bytearray(data)
    for _ in range(pick.choice((1, 1, 2))):
        frame = pick.choice(found)
        frame.state(out, number(pick, frame.end - frame.start))
    return bytes(out)


def resized(pick: Random, data: bytes) -> bytes | None:
    """A container dropped, doubled, shortened or filled up, with all lengths and checksums around it made right again."""
    found = frames(data)
    if not found:
        return None
    frame = pick.choice(found)
    whole, head = data[frame.start : frame.end], frame.body - frame.start
    how = pick.randrange(5)
    if how == 0:
        new = b""
    elif how == 1:
        new = whole * pick.choice((2, 2, 3, 60))
    elif how == 2:
        new = whole[: pick.randrange(head, len(whole) + 1)]
    elif how == 3:
        at = pick.randrange(head, len(whole) + 1)
        new = whole[:at] + pick.choice((bytes(8), pick.randbytes(pick.randrange(1, 40)), whole)) + whole[at:]
    else:
        new = whole[:head] + pick.randbytes(len(whole) - head)
    return _mended(data, frame, new, changed=how > 1)


def _mended(data: bytes, frame: Frame, new: bytes, *, changed: bool) -> bytes:
    piece = bytearray(new)
    if changed:
        inner = Frame(0, frame.body - frame.start, len(new), frame.field - frame.start, frame.width, frame.order, frame.less)
        inner.state(piece, len(new))
        if frame.checksum and len(new) >= 12:
            piece[-4:] = zlib.crc32(piece[4:-4]).to_bytes(4, "big")
    out = bytearray(data[: frame.start] + bytes(piece) + data[frame.end :])
    for outer in frame.around:
        outer.state(out, outer.end - outer.start + len(new) - (frame.end - frame.start))
    return bytes(out)


def _boxes(data: bytes, start: int = 0, end: int | None = None, around: tuple[Frame, ...] = ()) -> Iterator[Frame]:
    """ISO boxes and JUMBF, at whatever distance inside of each other they begin."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        length = int.from_bytes(data[start : start + 4], "big")
        large = length == 1 and start + 16 <= end
        length = int.from_bytes(data[start + 8 : start + 16], "big") if large else length
        if length < 8 or start + length > end:
            return
        place, width = (start + 8, 8) if large else (start, 4)
        frame = Frame(start, start + (16 if large else 8), start + length, place, width, "big", 0, around)
        yield frame
        if len(around) < _DEPTH:
            yield from _inside(data, frame)
        start = frame.end


def _inside(data: bytes, frame: Frame) -> Iterator[Frame]:
    for skip in _SKIPS:
        at = frame.start + skip
        if at + 8 <= frame.end and data[at + 4 : at + 8].isalnum() and 8 <= int.from_bytes(data[at : at + 4], "big") <= frame.end - at:
            yield from _boxes(data, at, frame.end, (*frame.around, frame))
            return


def _riff(data: bytes, start: int = 0, end: int | None = None, around: tuple[Frame, ...] = ()) -> Iterator[Frame]:
    end = len(data) if end is None else end
    while start + 8 <= end:
        length = int.from_bytes(data[start + 4 : start + 8], "little")
        if start + 8 + length > end:
            return
        frame = Frame(start, start + 8, start + 8 + length, start + 4, 4, "little", 8, around)
        yield frame
        if data[start : start + 4] in (b"RIFF", b"LIST") and len(around) < _DEPTH:
            yield from _riff(data, start + 12, frame.end, (*around, frame))
        start = frame.end + (length & 1)


def _png(data: bytes) -> Iterator[Frame]:
    start = 8
    while start + 12 <= len(data):
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        if end > len(data):
            return
        yield Frame(start, start + 8, end, start, 4, "big", 12, (), checksum=True)
        start = end


def _jpeg(data: bytes) -> Iterator[Frame]:
    start = 2
    while start + 4 <= len(data) and data[start] == 0xFF and data[start + 1] not in (0xD9, 0xDA):
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if end > len(data):
            return
        yield Frame(start, start + 4, end, start + 2, 2, "big", 2)
        start = end


def _safetensors(data: bytes) -> Iterator[Frame]:
    yield Frame(0, 8, 8 + int.from_bytes(data[:8], "little"), 0, 8, "little", 8)


_WALKS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Iterator[Frame]]], ...] = (
    (lambda data: data[:4] == b"RIFF", _riff),
    (lambda data: data[:4] == b"\x89PNG", _png),
    (lambda data: data[:2] == b"\xff\xd8", _jpeg),
    (lambda data: (data[4:8].isalnum() and data[4:8] in (b"ftyp", b"jumb", b"moov", b"styp")) or data[4:8] == b"JXL ", _boxes),
    (lambda data: len(data) > 8 and data[8:9] == b"{" and int.from_bytes(data[:8], "little") < len(data), _safetensors),
)
