"""Sound and old films: tags and their frames, pages of streams, indexes."""

from __future__ import annotations

import struct

from tests.assets.samples_id3 import flac, id3, id3_frame, mp3, store_frame
from tests.assets.samples_ogg import ogg, page
from tests.assets.samples_riff import avi
from tests.cost.hostile import hostile
from tests.forge.bmff import box

__all__: list[str] = []


@hostile("mp3 frames of a tag", ".mp3")
def _(size: int) -> bytes:
    return mp3(id3(id3_frame(b"TXXX", b"\0a") * (size // 12)))


@hostile("mp3 frames of a tag, at the limit", ".mp3")
def _(size: int) -> bytes:
    return mp3(id3(id3_frame(b"TXXX", b"\3" + b"a" * 500 + b"\0b") * min(size // 514, 9_999)))


@hostile("mp3 eight tags", ".mp3")
def _(size: int) -> bytes:
    one = id3(id3_frame(b"TIT2", b"\0a") * min(size // 100, 1_200))
    return mp3(*[one] * 8)


@hostile("mp3 filled with zeros between", ".mp3")
def _(size: int) -> bytes:
    return mp3(id3(id3_frame(b"TIT2", b"\0" + b"\xff\0" * (size // 2), version=3), version=3, flags=0x80))


@hostile("mp3 filled, at the limit", ".mp3")
def _(size: int) -> bytes:
    inner = b"\xff\0" * min(size // 4, 49_000)
    return mp3(id3(id3_frame(b"TIT2", b"\0" + inner + bytes(max(0, size - len(inner))), version=3), version=3, flags=0x80))


@hostile("mp3 store filled", ".mp3")
def _(size: int) -> bytes:
    inner = b"\xff\0" * min(size // 4, 49_000)
    return mp3(id3(store_frame(inner + bytes(max(0, size - len(inner))), version=3), version=3, flags=0x80))


@hostile("mp3 frames of sound", ".mp3")
def _(size: int) -> bytes:
    return mp3(*[b"\xff\xfb\x10\xc4" + bytes(100)] * (size // 104))


@hostile("mp3 tags at the end", ".mp3")
def _(size: int) -> bytes:
    return mp3(id3(id3_frame(b"TIT2", b"\0a"))) + id3(id3_frame(b"TIT2", b"\0a")) * (size // 22)


@hostile("flac blocks", ".flac")
def _(size: int) -> bytes:
    return flac(blocks=((4, b""),) * (size // 4))


_HEAD = struct.pack("<4sBBQIIIB", b"OggS", 0, 0, 0, 1, 2, 0, 0)


@hostile("ogg pages of nothing", ".ogg")
def _(size: int) -> bytes:
    return b"".join(ogg()) + _HEAD * (size // 27)


@hostile("ogg pages of streams in turns", ".ogg")
def _(size: int) -> bytes:
    start = b"".join((ogg()[0], page(b"\x80theora" + bytes(35), 2, 0, flags=2), *ogg()[1:]))
    turns = struct.pack("<4sBBQIIIB", b"OggS", 0, 0, 0, 2, 2, 0, 0) + _HEAD
    return start + turns * (size // 54)


@hostile("ogg streams", ".ogg")
def _(size: int) -> bytes:
    head = b"OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0"
    one = [struct.pack("<4sBBQIIIBB", b"OggS", 0, 2, 0, serial, 0, 0, 1, len(head)) + head for serial in range(size // 47)]
    return b"".join(one)


@hostile("ogg store in pages of a byte", ".ogg")
def _(size: int) -> bytes:
    first = page(b"\0c2pa" + bytes(250), 77, 0, flags=2, ended=False)
    # Each goes on with the packet of the page before.
    part = struct.pack("<4sBBQIIIB", b"OggS", 0, 1, 0, 77, 1, 0, 1) + b"\xff" + bytes(255)
    return ogg()[0] + first + part * (size // len(part)) + b"".join(ogg()[1:])


@hostile("avi chunks", ".avi")
def _(size: int) -> bytes:
    plain = avi()
    body = plain[8:] + (b"JUNK" + bytes(4)) * (size // 8)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@hostile("avi index", ".avi")
def _(size: int) -> bytes:
    plain = avi()
    at = plain.index(b"idx1")
    entries = plain[at + 8 : at + 24] * (size // 16)
    body = plain[8:at] + b"idx1" + struct.pack("<I", len(entries)) + entries
    return b"RIFF" + struct.pack("<I", len(body)) + body


@hostile("avi lists", ".avi")
def _(size: int) -> bytes:
    plain = avi()
    one = b"LIST" + struct.pack("<I", 4) + b"strl"
    at = plain.index(b"hdrl") + 4
    lists = one * (size // 12)
    head = b"LIST" + struct.pack("<I", int.from_bytes(plain[at - 8 : at - 4], "little") + len(lists)) + b"hdrl"
    body = plain[8 : at - 12] + head + lists + plain[at:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


@hostile("m4a filled with free boxes", ".m4a")
def _(size: int) -> bytes:
    return box("ftyp", b"M4A \0\0\2\0M4A ") + box("moov", box("udta", box("free") * (size // 8))) + box("mdat", b"x")
