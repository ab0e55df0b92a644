"""Packed data in bytes of any format: zlib and gzip streams, also in base64, files in addresses, and what is packed inside of them.

It knows no formats: what begins as a stream and can be unpacked is one, wherever it stands (a private chunk, a colour profile, behind the
end of a picture). Only the pixels of a PNG are passed over.

Sources: RFC 1950, section 2.2; RFC 1952, section 2.3.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator

from credkit.assets import BytesSource, Source
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["unpacked"]

_HEADS = frozenset(
    bytes((method, check))
    for method in range(0x08, 0x79, 0x10)
    for check in range(256)
    if (method << 8 | check) % 31 == 0 and not check & 0x20
)
"""With every size of window, since libraries take the smallest that will do, and without a dictionary of their own."""
_ZLIB = re.compile(b"[%s][%s]" % tuple(re.escape(bytes(sorted({head[index] for head in _HEADS}))) for index in range(2)))
_OTHERS = (re.compile(rb"\x1f\x8b\x08"), re.compile(rb"(?P<coded>(?:H4sI|e(?:J[w-z]|N[o-r]|A[E-H]|F[4-7]))[A-Za-z0-9+/_-]{10})"))
_ADDRESSED = re.compile(rb";base64,")
"""A file in the address of a link, as drawings hold their pictures."""
_IN_ADDRESS = re.compile(rb"(?:[A-Za-z0-9+/_=-]|\s|&#(?:10|13|x[AaDd]);|%0[AaDd])*")
_BREAKS = re.compile(rb"\s|&#(?:10|13|x[AaDd]);|%0[AaDd]|=")
_LONGEST_BEGINNING = 14
_CODED = re.compile(rb"[A-Za-z0-9+/_-]*")
_EITHER_KIND = 47
"""``wbits`` with which zlib and gzip are told by their heads."""
_FIRST, _NEXT, _LITTLE = 512, 64 << 10, 4 << 10
_SHORTEST_PART = 16
"""Bytes from which on a stream counts that breaks off: fewer come out of any bytes."""
_DEPTH = 3


def unpacked(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes]:
    """What is packed in ``source``, each stream up to ``limits.text_size`` bytes, those inside of others too.

    ``MalformedError`` when all of it together is more than ``limits.texts_size``.
    """
    return _Unpacking(limits=limits, room=limits.texts_size).within(source, _DEPTH)


@dataclass(slots=True, kw_only=True)
class _Unpacking:
    limits: Limits
    room: int
    """Bytes that may still come out."""

    def within(self, source: Source, depth: int) -> Iterator[bytes]:
        """All that begins in ``source`` as packed data does."""
        end = 0
        for start, how in _beginnings(source):
            if start < end:
                continue
            data, length = _READ[how](self, source, start)
            if not data:
                continue
            end = start + length
            self.room -= len(data)
            if self.room < 0:
                raise MalformedError(f"it holds more than {self.limits.texts_size:,} bytes of packed data", where="the file")
            yield data
            if depth > 1:
                yield from self.within(BytesSource(data), depth - 1)

    def _coded(self, source: Source, start: int) -> tuple[bytes, int]:
        # Many streams may seem to begin in one run of letters, and each run is decoded as a whole only once something came out.
        little, _ = self._decoded(source, start, _LITTLE)
        if not little:
            return b"", 0
        data, length = self._decoded(source, start, 2 * self.limits.text_size)
        return data or little, length

    def _addressed(self, source: Source, start: int) -> tuple[bytes, int]:
        """A whole file in base64, which may be cut into lines."""
        start += len(b";base64,")
        found = _IN_ADDRESS.match(source.read(start, min(source.size - start, 2 * self.limits.text_size)))
        text = found[0] if found else b""
        bare = _BREAKS.sub(b"", text).replace(b"-", b"+").replace(b"_", b"/")
        bare = bare[: len(bare) - (len(bare) % 4 == 1)]
        return b64decode(bare + b"=" * (-len(bare) % 4)), len(b";base64,") + len(text)

    def _decoded(self, source: Source, start: int, most: int) -> tuple[bytes, int]:
        characters = _CODED.match(source.read(start, min(source.size - start, most)))
        text = characters[0] if characters else b""
        whole = text[: len(text) - len(text) % 4] if len(text) % 4 == 1 else text + b"=" * (-len(text) % 4)
        packed = b64decode(whole.replace(b"-", b"+").replace(b"_", b"/"))
        return self._inflated(BytesSource(packed), 0)[0], len(text)

    def _inflated(self, source: Source, start: int) -> tuple[bytes, int]:
        """What comes out of a stream, and how many bytes went in; nothing for what is none."""
        stream, out, position, step = zlib.decompressobj(_EITHER_KIND), bytearray(), start, _FIRST
        try:
            while position < source.size and not stream.eof and len(out) < self.limits.text_size:
                if position - start > _NEXT and len(out) < _SHORTEST_PART:
                    # Empty blocks without end are no text, and others may begin in them.
                    break
                piece = source.read(position, min(step, source.size - position))
                out += stream.decompress(piece, self.limits.text_size - len(out))
                position, step = position + len(piece), _NEXT
        except zlib.error:
            pass
        sound = stream.eof or len(out) >= _SHORTEST_PART
        return (bytes(out), position - len(stream.unused_data) - start) if sound else (b"", 0)


_READ = {"stream": _Unpacking._inflated, "base64": _Unpacking._coded, "address": _Unpacking._addressed}


def _beginnings(source: Source) -> Iterator[tuple[int, str]]:
    """Where something begins as packed data does, in order, and how it is to be read."""
    tail, position = b"", 0
    for chunk in source.chunks(0, source.size):
        window = tail + bytes(chunk)
        offset = position - len(tail)
        position += len(chunk)
        end = len(window) if position == source.size else len(window) - _LONGEST_BEGINNING + 1
        found = [(at.start(), "stream") for at in _ZLIB.finditer(window) if at[0] in _HEADS]
        found += [(at.start(), "base64" if at.lastgroup else "stream") for pattern in _OTHERS for at in pattern.finditer(window)]
        found += [(at.start(), "address") for at in _ADDRESSED.finditer(window)]
        yield from ((offset + at, how) for at, how in sorted(found) if at < end and not _is_pixels(source, offset + at))
        tail = window[-(_LONGEST_BEGINNING - 1) :]


def _is_pixels(source: Source, start: int) -> bool:
    """Whether the data of an image or a frame of a PNG begins there."""
    return start >= 8 and (source.read(start - 4, 4) == b"IDAT" or source.read(start - 8, 4) == b"fdAT")
