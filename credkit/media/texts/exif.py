"""The texts of an EXIF block (a bare TIFF structure), and the same block without some of them.

Read with an own walk over the directories: libraries know a fixed set of tags, and tools write texts under any. A text is removed where
it stands: its bytes become zeros and its entry goes from the directory, so that nothing else moves; maker notes count from the start of the
block and survive.

Source: Exif 2.32, 4.6; TIFF 6.0, section 2; the XP fields are Microsoft's (UTF-16, little endian).
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

from credkit.dataclass import dataclass
from credkit.errors import AssetError
from credkit.limits import Limits
from credkit.media.texts.block import FieldText
from credkit.media.texts.decoding import Decoded, latin1_text, user_comment, utf8_text, utf16_text

__all__ = ["exif_texts", "exif_without"]

_PREFIX = b"Exif\x00\x00"
_ASCII, _UTF8 = 2, 129
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
_ENTRY = 12
_DIRECTORIES, _ENTRIES = 16, 20_000
_REMAINS = 8
"""Bytes of a text that is looked for elsewhere; shorter ones occur by chance."""
_EXIF, _GPS = 0x8769, 0x8825
_NAMES = {
    0x010D: "DocumentName", 0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x011D: "PageName", 0x0131: "Software",
    0x0132: "DateTime", 0x013B: "Artist", 0x013C: "HostComputer", 0x8298: "Copyright", 0x9003: "DateTimeOriginal",
    0x9004: "DateTimeDigitized", 0x9010: "OffsetTime", 0x9011: "OffsetTimeOriginal", 0x9012: "OffsetTimeDigitized", 0x927C: "MakerNote",
    0x9286: "UserComment", 0x9290: "SubSecTime", 0x9291: "SubSecTimeOriginal", 0x9292: "SubSecTimeDigitized", 0x9C9B: "XPTitle",
    0x9C9C: "XPComment", 0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords", 0x9C9F: "XPSubject", 0xA004: "RelatedSoundFile",
    0xA420: "ImageUniqueID", 0xA430: "CameraOwnerName", 0xA431: "BodySerialNumber", 0xA433: "LensMake", 0xA434: "LensModel",
    0xA435: "LensSerialNumber", 0xA436: "ImageTitle", 0xA437: "Photographer", 0xA438: "ImageEditor", 0xA439: "CameraFirmware",
    0xA43A: "RAWDevelopingSoftware", 0xA43B: "ImageEditingSoftware", 0xA43C: "MetadataEditingSoftware",
}  # fmt: skip
_COMMENT, _NOTE, _GPS_TEXTS = 0x9286, 0x927C, {0x1B: "GPSProcessingMethod", 0x1C: "GPSAreaInformation"}
_XP = range(0x9C9B, 0x9CA0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """One entry of a directory."""

    tag: int
    kind: int
    place: int
    """Of the entry."""
    start: int
    """Of the value, in the entry or elsewhere."""
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Directory:
    start: int
    fields: tuple[_Field, ...]
    gps: bool = False
    main: bool = True
    """One of the chain of main directories: behind its entries stands where the next one is. Some writers put values there in others."""


def exif_texts(block: bytes, *, limits: Limits) -> Iterator[FieldText]:
    """The texts of a block in directory order; the last one says what is broken, if anything is."""
    try:
        for _, found in _located(block.removeprefix(_PREFIX), limits):
            yield found
    except _BrokenError as error:
        yield FieldText(name="", text="", damage=str(error))


def exif_without(block: bytes, drop: Callable[[FieldText], bool], *, limits: Limits) -> bytes:
    """The block, of the same length, without the fields for which ``drop`` says so.

    ``AssetError`` when the value of such a field is also part of something else, which would be destroyed, or the block is damaged.
    """
    bare = bytearray(block.removeprefix(_PREFIX))
    prefix = block[: len(block) - len(bare)]
    try:
        directories = tuple(_directories(bytes(bare)))
        gone = {field.place: field for field, found in _located(bytes(bare), limits) if drop(found)}
    except _BrokenError as error:
        raise AssetError(f"the EXIF block of the file is damaged ({error}), so its fields cannot be taken out one by one") from None
    _require_apart(directories, gone)
    values = {bytes(bare[field.start : field.start + field.length]) for field in gone.values()}
    for directory in directories:
        if any(field.place in gone for field in directory.fields):
            _drop(bare, directory, gone)
    _wipe_remains(bare, values, _live(tuple(_directories(bytes(bare)))))
    return prefix + bytes(bare)


def _located(block: bytes, limits: Limits) -> Iterator[tuple[_Field, FieldText]]:
    """Each field with a text. Many fields may point at the same bytes, so the sum is bounded too."""
    room = limits.texts_size
    for directory in _directories(block):
        for field in directory.fields:
            decode = _decoder(field, gps=directory.gps)
            if decode is None:
                continue
            raw = block[field.start : field.start + min(field.length, limits.text_size)]
            room -= len(raw)
            if room < 0:
                raise _BrokenError(f"its fields hold more than {limits.texts_size:,} bytes")
            text, damage = decode(raw) or ("", "")
            if field.length > limits.text_size:
                damage = f"it is longer than {limits.text_size:,} bytes, and only these were read"
            if text:
                yield field, FieldText(name=_name(field.tag, gps=directory.gps), text=text, damage=damage)


class _BrokenError(Exception):
    """The structure ends early; the message says where."""


def _directories(block: bytes) -> Iterator[_Directory]:
    """The main directory and those that follow it, the EXIF and the GPS directory."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8 or struct.unpack_from(order + "H", block, 2)[0] != 42:
        raise _BrokenError("it does not begin as a TIFF structure")
    waiting, seen, entries = [(struct.unpack_from(order + "I", block, 4)[0], 0)], set[int](), 0
    while waiting:
        start, pointer = waiting.pop(0)
        if start == 0 or start in seen:
            continue
        seen.add(start)
        fields, following = _fields(block, start, order)
        entries += len(fields)
        if len(seen) > _DIRECTORIES or entries > _ENTRIES:
            raise _BrokenError(f"it has more than {_DIRECTORIES} directories or {_ENTRIES:,} fields")
        yield _Directory(start=start, fields=fields, gps=pointer == _GPS, main=not pointer)
        waiting += [(struct.unpack_from(order + "I", block, item.place + 8)[0], item.tag) for item in fields if item.tag in (_EXIF, _GPS)]
        waiting += [] if pointer else [(following, 0)]


def _fields(block: bytes, start: int, order: str) -> tuple[tuple[_Field, ...], int]:
    """The entries of a directory whose values lie within the block, and where the next directory is (0 for none)."""
    if start + 2 > len(block):
        raise _BrokenError("a directory begins behind its end")
    (count,) = struct.unpack_from(order + "H", block, start)
    after = start + 2 + count * _ENTRY
    if after > len(block):
        raise _BrokenError("a directory ends early")
    fields = []
    for place in range(start + 2, after, _ENTRY):
        tag, kind, number, offset = struct.unpack_from(order + "HHII", block, place)
        length = number * _SIZES.get(kind, 1)
        value = place + 8 if length <= 4 else offset
        if value + length <= len(block):
            fields.append(_Field(tag=tag, kind=kind, place=place, start=value, length=length))
        elif kind in (_ASCII, _UTF8) or tag == _COMMENT:
            raise _BrokenError(f"the value of {_name(tag)} ends behind it")
    following = struct.unpack_from(order + "I", block, after)[0] if after + 4 <= len(block) else 0
    return tuple(fields), following


def _name(tag: int, *, gps: bool = False) -> str:
    return _GPS_TEXTS.get(tag, f"GPS 0x{tag:04X}") if gps else _NAMES.get(tag, f"0x{tag:04X}")


def _decoder(field: _Field, *, gps: bool) -> Callable[[bytes], Decoded | None] | None:
    """How a field becomes a text; None for one that holds none."""
    if gps:
        return user_comment if field.tag in _GPS_TEXTS else None
    if field.tag == _COMMENT:
        return user_comment
    if field.tag in _XP:
        return partial(utf16_text, preferred="utf-16-le")
    if field.tag == _NOTE:
        return _note
    return {_ASCII: latin1_text, _UTF8: utf8_text}.get(field.kind)


def _note(raw: bytes) -> Decoded | None:
    """A maker note is binary as cameras write it; some tools put a text there."""
    try:
        text = raw.rstrip(b"\x00").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return (text, "") if all(char.isprintable() or char in "\t\r\n" for char in text) else None


class _Ranges:
    """Ranges of bytes, merged, so that many questions about many of them cost little."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(ranges):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touch(self, start: int, end: int) -> bool:
        """Whether some byte from ``start`` to ``end`` is in one of the ranges."""
        index = bisect_right(self._ends, start)
        return index < len(self._starts) and self._starts[index] < end


def _live(directories: tuple[_Directory, ...], without: Collection[int] = ()) -> _Ranges:
    """What of the block means something; values of the entries at ``without`` are left out."""
    fields = [field for directory in directories for field in directory.fields]
    taken = [(0, 8), *((directory.start, directory.start + 2) for directory in directories)]
    taken += [(field.place, field.place + 8) for field in fields]
    return _Ranges(taken + [(field.start, field.start + field.length) for field in fields if field.place not in without])


def _require_apart(directories: tuple[_Directory, ...], gone: dict[int, _Field]) -> None:
    live = _live(directories, gone)
    for field in gone.values():
        if live.touch(field.start, field.start + field.length):
            raise AssetError(f"the EXIF field {_name(field.tag)} shares its bytes with another one: it cannot be removed without damage")


def _drop(block: bytearray, directory: _Directory, gone: dict[int, _Field]) -> None:
    order = "<" if block[:2] == b"II" else ">"
    (count,) = struct.unpack_from(order + "H", block, directory.start)
    first, end = directory.start + 2, directory.start + 2 + count * _ENTRY
    places = range(first, end, _ENTRY)
    for field in directory.fields:
        if field.place in gone:
            block[field.start : field.start + field.length] = bytes(field.length)
    kept = [bytes(block[place : place + _ENTRY]) for place in places if place not in gone]
    body = struct.pack(order + "H", len(kept)) + b"".join(kept)
    if directory.main:
        body += bytes(block[end : end + 4])
    block[directory.start : end] = body.ljust(end - directory.start, b"\x00")


def _wipe_remains(block: bytearray, values: set[bytes], live: _Ranges) -> None:
    """Writers that append leave the old value behind, where no directory points any more: that goes too."""
    for value in values:
        start = block.find(value) if len(value) >= _REMAINS else -1
        while start >= 0:
            if not live.touch(start, start + len(value)):
                block[start : start + len(value)] = bytes(len(value))
            start = block.find(value, start + len(value))
