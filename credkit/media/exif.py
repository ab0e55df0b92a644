"""The few EXIF fields that say who made a picture and with what: written into a block without disturbing anything else in it.

A block is a bare TIFF structure (as in a PNG ``eXIf`` chunk; a JPEG puts six bytes before it). A new block is made by piexif. An existing
one is never rebuilt: that would drop tags unknown to the library and move maker notes, whose inner offsets count from the block's start.
Changed directories are appended behind the old bytes and the pointers to them are set, all else stays where it was. Which statement a
field mirrors, and where in a file the block goes, is left to the callers.

Source: Exif 2.32, 4.6 (tags), TIFF 6.0, section 2 (directories). Artist and the other texts are ASCII by the letter; names are written in
UTF-8, as the Metadata Working Group advises and readers expect.
"""

from __future__ import annotations

import struct
from datetime import datetime

from credkit.dataclass import dataclass
from credkit.errors import AssetError, DefinitionError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["ExifView", "exif_with", "read_exif"]

_DESCRIPTION, _SOFTWARE, _MODIFIED, _ARTIST, _COPYRIGHT, _EXIF_POINTER = 0x010E, 0x0131, 0x0132, 0x013B, 0x8298, 0x8769
_TAKEN, _MODIFIED_OFFSET, _TAKEN_OFFSET = 0x9003, 0x9010, 0x9011
_ASCII, _LONG, _ENTRY = 2, 4, 12
_PREFIX = b"Exif\x00\x00"
_POINTERS = (_EXIF_POINTER, 0x8825, 0xA005)
_UNPACKED = (1, 3, 4, 5, 6, 8, 9, 10, 11, 12)
"""Types of which piexif makes one number after another; others it copies."""
_DIRECTORIES, _VALUES, _COPIES = 16, 1_000_000, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifView:
    """The same fields as read; None where absent. Times are as stored, ``YYYY:MM:DD HH:MM:SS``."""

    creator: str | None = None
    copyright: str | None = None
    software: str | None = None
    description: str | None = None
    modified: str | None = None
    taken: str | None = None


def exif_with(
    existing: bytes | None,
    *,
    creator: str | None = None,
    copyright: str | None = None,  # noqa: A002 - the name of the field
    software: str | None = None,
    description: str | None = None,
    modified: datetime | None = None,
    taken: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """``existing`` (None for a new block) with these fields set; None leaves a field as it is.

    ``modified`` becomes DateTime and ``taken`` DateTimeOriginal, each with its offset from UTC; both have to be aware. All other tags, GPS,
    thumbnail and maker notes keep their bytes and places. Returns the bare TIFF structure, without the six bytes ``Exif`` 0 0 even if
    ``existing`` has them. ``AssetError`` when ``existing`` cannot be read; ``DefinitionError`` for a text with a zero character or a time
    without zone.
    """
    texts = {_ARTIST: creator, _COPYRIGHT: copyright, _SOFTWARE: software, _DESCRIPTION: description}
    main = {tag: _text(tag, value) for tag, value in texts.items() if value is not None}
    sub: dict[int, bytes] = {}
    if modified is not None:
        main[_MODIFIED], sub[_MODIFIED_OFFSET] = _time(modified, "modified")
    if taken is not None:
        sub[_TAKEN], sub[_TAKEN_OFFSET] = _time(taken, "taken")
    if existing is None:
        return _new_block(main, sub)
    block = _bare(existing, limits)
    _load(block)
    if not main and not sub:
        return block
    return _appended(block, main, sub)


def read_exif(block: bytes, *, limits: Limits = DEFAULT_LIMITS) -> ExifView:
    """The fields of a block; texts that are not UTF-8 are read as Latin-1. ``AssetError`` when the block cannot be read."""
    directories = _load(_bare(block, limits))
    main, sub = directories["0th"], directories["Exif"]
    return ExifView(
        creator=_shown(main.get(_ARTIST)),
        copyright=_shown(main.get(_COPYRIGHT)),
        software=_shown(main.get(_SOFTWARE)),
        description=_shown(main.get(_DESCRIPTION)),
        modified=_shown(main.get(_MODIFIED)),
        taken=_shown(sub.get(_TAKEN)),
    )


def _shown(value: object) -> str | None:
    if not isinstance(value, bytes):
        return None
    raw = value.rstrip(b"\x00 ")
    try:
        return raw.decode("utf-8") or None
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _text(tag: int, value: str) -> bytes:
    name = {_ARTIST: "creator", _COPYRIGHT: "copyright", _SOFTWARE: "software", _DESCRIPTION: "description"}[tag]
    if "\x00" in value:
        raise DefinitionError("a zero character would end the EXIF field early: remove it", path=f"/{name}")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise DefinitionError("half of a surrogate pair is no character: remove it", path=f"/{name}") from None


def _time(value: datetime, name: str) -> tuple[bytes, bytes]:
    offset = value.strftime("%z")
    if not offset:
        raise DefinitionError("the time has no zone: give an aware time, for example in UTC", path=f"/{name}")
    return f"{value:%Y:%m:%d %H:%M:%S}".encode(), f"{offset[:3]}:{offset[3:5]}".encode()


def _new_block(main: dict[int, bytes], sub: dict[int, bytes]) -> bytes:
    import piexif

    return bytes(piexif.dump({"0th": main, "Exif": sub})).removeprefix(_PREFIX)


def _bare(block: bytes, limits: Limits) -> bytes:
    """The TIFF structure; checked here because piexif takes other bytes for the name of a file and would open it."""
    if len(block) > limits.metadata_size:
        raise AssetError(
            f"the EXIF block has {len(block):,} bytes, at most {limits.metadata_size:,} are read: remove it from the file first"
        )
    bare = block.removeprefix(_PREFIX)
    if bare[:4] not in (b"II*\x00", b"MM\x00*") or len(bare) < 8:
        raise _unreadable("it does not begin as a TIFF structure")
    return bare


def _load(block: bytes) -> dict[str, dict[int, object]]:
    import piexif

    _require_modest(block)
    try:
        loaded: dict[str, dict[int, object]] = piexif.load(block)
    except Exception as error:  # piexif checks no bounds: struct.error, IndexError, ValueError, KeyError ...
        raise _unreadable(str(error) or type(error).__name__) from None
    return loaded


def _require_modest(block: bytes) -> None:
    """Refuse what piexif would spend gigabytes on: it makes room for every value that an entry claims before it looks for it."""
    order = "<" if block[:2] == b"II" else ">"
    waiting, seen = list(struct.unpack_from(order + "I", block, 4)), set[int]()
    values, copied = 0, 0
    while waiting and len(seen) < _DIRECTORIES:
        start = waiting.pop()
        if start in seen or start + 2 > len(block):
            continue
        seen.add(start)
        (count,) = struct.unpack_from(order + "H", block, start)
        rows = block[start + 2 : start + 2 + count * _ENTRY]
        for tag, kind, number, value in struct.iter_unpack(order + "HHII", rows[: len(rows) // _ENTRY * _ENTRY]):
            values += number if kind in _UNPACKED else 0
            copied += min(number, len(block)) if kind not in _UNPACKED else 0
            if tag in _POINTERS:
                if (kind, number) != (_LONG, 1):
                    raise _unreadable("it does not say where one of its directories is")
                waiting.append(value)
        if len(seen) == 1:
            (following,) = struct.unpack(order + "I", block[start + 2 + count * _ENTRY :][:4].ljust(4, b"\x00"))
            waiting += [following] if following else []
    if values > _VALUES or copied > _COPIES * len(block) + _VALUES:
        raise _unreadable("its fields claim more values than it can hold")


def _unreadable(reason: str) -> AssetError:
    return AssetError(f"the EXIF block of the file is damaged ({reason}) and was left alone: remove it or repair it to add fields")


def _appended(block: bytes, main: dict[int, bytes], sub: dict[int, bytes]) -> bytes:
    order = "<" if block[:2] == b"II" else ">"
    result = bytearray(block)
    (first,) = struct.unpack_from(order + "I", block, 4)
    entries, following = _directory(block, first, order)
    changes = {tag: _entry(result, tag, value, order) for tag, value in main.items()}
    if sub:
        old_sub = next((struct.unpack(order + "I", entry[8:])[0] for tag, entry in entries.items() if tag == _EXIF_POINTER), None)
        sub_entries, sub_following = _directory(block, old_sub, order) if old_sub is not None else ({}, 0)
        sub_entries |= {tag: _entry(result, tag, value, order) for tag, value in sub.items()}
        place = _put_directory(result, sub_entries, sub_following, order)
        changes[_EXIF_POINTER] = struct.pack(order + "HHII", _EXIF_POINTER, _LONG, 1, place)
    struct.pack_into(order + "I", result, 4, _put_directory(result, entries | changes, following, order))
    return bytes(result)


def _directory(block: bytes, start: int, order: str) -> tuple[dict[int, bytes], int]:
    """Entries (12 bytes each, as stored) by tag, and the offset of the next directory (0 for none or where the block ends before)."""
    try:
        (count,) = struct.unpack_from(order + "H", block, start)
        places = range(start + 2, start + 2 + count * _ENTRY, _ENTRY)
        entries = {struct.unpack_from(order + "H", block, place)[0]: block[place : place + _ENTRY] for place in places}
    except struct.error:
        raise _unreadable("a directory ends early") from None
    if any(len(entry) != _ENTRY for entry in entries.values()):
        raise _unreadable("a directory ends early")
    after = block[start + 2 + count * _ENTRY :][:4]
    return entries, struct.unpack(order + "I", after)[0] if len(after) == 4 else 0


def _entry(result: bytearray, tag: int, value: bytes, order: str) -> bytes:
    """The entry of a text; one that does not fit into the entry's four bytes is appended to ``result``."""
    stored = value + b"\x00"
    head = struct.pack(order + "HHI", tag, _ASCII, len(stored))
    if len(stored) <= 4:
        return head + stored.ljust(4, b"\x00")
    return head + struct.pack(order + "I", _append(result, stored))


def _put_directory(result: bytearray, entries: dict[int, bytes], following: int, order: str) -> int:
    body = struct.pack(order + "H", len(entries)) + b"".join(entries[tag] for tag in sorted(entries)) + struct.pack(order + "I", following)
    return _append(result, body)


def _append(result: bytearray, data: bytes) -> int:
    """Where ``data`` was put: TIFF wants directories and values on even offsets."""
    if len(result) % 2:
        result.append(0)
    place = len(result)
    result += data
    return place
