"""The entries of a ZIP as they lie in the file: local header, content as it is stored, data descriptor.

Clause: "Hashing the Entries" (anchor ``_hashing_the_entries``): that is what is hashed of each. Nothing is unpacked or decrypted. An entry
whose local header contradicts the directory is refused: one program would read this, another that.
"""

from __future__ import annotations

from struct import Struct

from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.assets.zip.directory import STORE_NAME, Directory, Header
from credkit.dataclass import dataclass
from credkit.errors import MalformedError

__all__ = ["ENCRYPTED", "Entry", "EntryReader"]

_LOCAL = Struct("<4s5H3I2H")
"""Signature, version, flags, method, time, date, CRC-32, two sizes, lengths of name and extra."""
ENCRYPTED = 1
"""Bit of the flags: the content is encrypted."""
_DESCRIBED = 8
"""Bit of the flags: CRC-32 and sizes stand behind the content."""
_LONG = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an entry lies."""

    header: Header
    whole: Span
    """From the local header to the end of the content, or of the data descriptor."""
    content: Span
    """As it is stored: packed, encrypted."""


class EntryReader:
    """Finds entries; cheapest when they are asked for in the order of the file."""

    __slots__ = ("_end", "_window")

    def __init__(self, source: Source, directory: Directory) -> None:
        self._window = Window(source)
        self._end = directory.place.start

    def read(self, header: Header) -> Entry:
        """Where the entry of a header lies; ``MalformedError`` when it is not there, or is another one."""
        if header.start + _LOCAL.size > self._end:
            raise self._fail(header, "it would lie in the directory or behind it")
        (signature, _, flags, method, _, _, crc, packed, unpacked, names, extras) = self._window.unpack(_LOCAL, header.start)
        content = Span(header.start + _LOCAL.size + names + extras, header.packed)
        if signature != b"PK\3\4" or content.end > self._end:
            raise self._fail(header, "there is no such entry")
        if self._window.read(header.start + _LOCAL.size, names) != header.name or method != header.method or flags != header.flags:
            raise self._fail(header, "the directory describes it otherwise than its own header")
        described = flags & _DESCRIBED
        # The checksum of the store can be known only when everything is signed; the standard leaves it out for that.
        checksum = header.crc if header.name == STORE_NAME else crc
        stated = ((checksum, header.crc), (packed, header.packed), (unpacked, header.unpacked))
        if any(here != there and not (here == _LONG or (described and here == 0)) for here, there in stated):
            raise self._fail(header, "the directory gives another size or checksum than its own header")
        end = content.end + (self._descriptor(header, content.end) if described else 0)
        return Entry(header, Span(header.start, end - header.start), content)

    def _descriptor(self, header: Header, at: int) -> int:
        """Length of the data descriptor at ``at``, of which there are four forms: with or without signature, with short or long sizes."""
        there = self._window.read(at, min(24, self._end - at))
        for size in (4, 8):
            body = header.crc.to_bytes(4, "little") + b"".join(
                (value & ((1 << 8 * size) - 1)).to_bytes(size, "little") for value in (header.packed, header.unpacked)
            )
            for form in (b"PK\7\x08" + body, body):
                if there.startswith(form):
                    return len(form)
        raise self._fail(header, "its data descriptor does not fit")

    @staticmethod
    def _fail(header: Header, message: str) -> MalformedError:
        name = header.name[:100].decode("utf-8", "backslashreplace")
        return MalformedError(message, where=f'entry "{name}"', offset=header.start)
