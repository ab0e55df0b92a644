"""Small files with what few writers leave in them: metadata in pieces, texts in rare encodings, notes of films, rows of PDF streams."""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import cache
from typing import Any

from tests.assets.samples_bmff import fragmented, full, item_picture
from tests.forge.bmff import box
from tests.forge.pictures import picture

__all__ = ["archives", "films", "pictures"]

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" {}/></rdf:RDF>'
_TEXT = 2
_BINARY = 7


@cache
def pictures() -> list[bytes]:
    """PNG and JPEG files."""
    profile = b"Exif\0\0" + _exif((0x10F, _TEXT, b"a maker\0"))
    raw = (b"\nexif\n%8d\n%s\n" % (len(profile), profile.hex().encode()), b"\nAPP1\n%8d\nzz\n" % 9, b"no profile")
    app1 = _XMP + _packet('xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="a title"')
    damaged = bytearray(zlib.compress(b"a text that is long enough to be told " * 99, 0))
    damaged[2_000] ^= 0xFF
    values = [(b"tEXt", b"Raw profile type exif\0" + text) for text in raw]
    values += [(b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(b"\nAPP1\n%8d\n%s\n" % (len(app1), app1.hex().encode())))]
    values += [(b"zTXt", b"Comment\0\0" + bytes(damaged)), (b"iTXt", b"Comment\0\1\0\0\0nothing that was packed")]
    values += [(b"eXIf", block) for block in _exif_blocks()]
    return [*(_png(kind, data) for kind, data in values), *_extended()]


def _packet(attributes: str) -> bytes:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{_RDF.format(attributes)}</x:xmpmeta>'.encode()


def _png(kind: bytes, data: bytes) -> bytes:
    whole = picture("png", 8, 8)
    return whole[:33] + len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") + whole[33:]


def _extended() -> list[bytes]:
    """JPEG files with XMP in three segments, in one, with a segment missing, and of another length."""
    packet = _packet('xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:UserComment="a comment" exif:ImageUniqueID="b"')
    name = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    parts = [packet[at : at + 100] for at in range(0, len(packet), 100)]
    heads = [_EXTENSION + name + struct.pack(">II", len(packet), 100 * number) for number in range(len(parts))]
    whole = [head + part for head, part in zip(heads, parts, strict=True)]
    main = _XMP + _packet(f'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="{name.decode()}"')
    longer = _EXTENSION + name + struct.pack(">II", len(packet) + 9, 0) + packet
    return [_jpeg(main, *some) for some in (whole, whole[::-1], whole[1:], [longer], [_EXTENSION + name[:9]])]


def _jpeg(*segments: bytes) -> bytes:
    whole = picture("jpg", 8, 8)
    return whole[:2] + b"".join(b"\xff\xe1" + struct.pack(">H", 2 + len(data)) + data for data in segments) + whole[2:]


def _exif_blocks() -> list[bytes]:
    japanese = "\u732b".encode("iso2022_jp")
    comments = (b"JIS\0\0\0\0\0" + japanese, b"JIS\0\0\0\0\0\xff\xff\xff", b"UNICODE\0\xff\xfea\0", b"ASCII\0\0\0abc", b"x\xff")
    notes = (b"fooocus\0", b"\0\1binary", b"\xff\xfe\xfd\xfc\xfb")
    blocks = [_exif(sub=(0x9286, _BINARY, text)) for text in comments] + [_exif(sub=(0x927C, _BINARY, note)) for note in notes]
    wide = _exif((0x9C9B, 1, "a title".encode("utf-16-le")), (0x10E, _TEXT, b"a caption\0"))
    # Two fields with one value; a directory that leads to itself; one that ends early.
    shared = bytearray(_exif((0x10E, _TEXT, b"a caption\0"), (0x10F, _TEXT, b"a caption\0")))
    shared[30:34] = shared[18:22]
    loop = bytearray(wide)
    loop[34:38] = (8).to_bytes(4, "little")
    return [*blocks, wide, bytes(shared), bytes(loop), wide[:20]]


def _exif(*main: tuple[int, int, bytes], sub: tuple[int, int, bytes] | None = None) -> bytes:
    """A block of these fields, and of one in the directory for cameras."""
    size = 2 + 12 * (len(main) + (sub is not None)) + 4
    entries, values, end = b"", b"", 8 + size
    for tag, kind, value in main:
        entries += _entry(tag, kind, value, end + len(values))
        values += value if len(value) > 4 else b""
    if sub is not None:
        entries += struct.pack("<HHII", 0x8769, 4, 1, end)
        values = struct.pack("<H", 1) + _entry(*sub, end + 18) + bytes(4) + sub[2]
    count = len(main) + (sub is not None)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", count) + entries + bytes(4) + values


def _entry(tag: int, kind: int, value: bytes, place: int) -> bytes:
    return struct.pack("<HHI", tag, kind, len(value)) + (value.ljust(4, b"\0") if len(value) <= 4 else place.to_bytes(4, "little"))


@cache
def films() -> list[bytes]:
    """Films with notes in all places and forms, and a picture with items like theirs."""
    text = struct.pack(">II", 1, 0) + b"a note"
    named = box("----", full("mean", b"com.example"), full("name", b"workflow"), box("data", text))
    listed = box("ilst", box("\xa9too", box("data", text)), box("\0\0\0\1", box("data", text), box("data", bytes(12))), named)
    names = full("keys", struct.pack(">I", 2), struct.pack(">I", 14) + b"mdta" + b"prompt", struct.pack(">I", 3) + b"mdta")
    meta = box("meta", full("hdlr", bytes(4), b"mdta", bytes(13)), names, listed)
    strings = box("\xa9cmt", struct.pack(">HH", 5, 0) + b"words", struct.pack(">HH", 99, 0) + b"x")
    user = box("udta", meta, strings, box("\xa9nam", struct.pack(">HH", 1, 0) + b"a", bytes(4) + b"b"))
    head = box("ftyp", b"isom", bytes(4), b"mp42")
    movies = [
        box("moov", full("mvhd", bytes(96)), *parts) for parts in ((user,), (meta,), (box("trak", user), user), (box("XMP_", b"<a/>"),))
    ]
    return [*(head + movie + box("mdat", b"media") for movie in movies), fragmented(), item_picture(xmp=b"<a/>", exif=b"II*\0")]


@cache
def archives() -> list[bytes]:
    """ZIP files with the records and fields for large ones, sound and lying, and with data descriptors of all forms."""
    kinds: list[dict[str, Any]] = [
        {},
        {"end": 0},
        {"end": 9},
        {"count": 2},
        {"shift": 4},
        {"disks": 2},
        {"rest": 50},
        {"field": 9},
        {"tail": b"x"},
    ]
    return [*(_large(**kind) for kind in kinds), *(_described(form, size) for form in (b"PK\7\x08", b"", b"bad") for size in (4, 8))]


def _local(flags: int, crc: int, size: int) -> bytes:
    return b"PK\3\4" + struct.pack("<5H3I2H", 45, flags, 0, 0, 0, crc, size, size, 1, 0) + b"a"


def _header(flags: int, crc: int, size: int, start: int, extra: bytes) -> bytes:
    return b"PK\1\2" + struct.pack("<6H3I5H2I", 45, 45, flags, 0, 0, 0, crc, size, size, 1, len(extra), 0, 0, 0, 0, start) + b"a" + extra


def _large(
    *, end: int = 0xFFFF, count: int = 1, shift: int = 0, disks: int = 1, rest: int = 44, field: int = 24, tail: bytes = b""
) -> bytes:
    """An archive of one entry, with sizes and places in 64 bits."""
    content, long = b"content", 0xFFFF_FFFF
    crc = zlib.crc32(content)
    local = _local(0, crc, len(content)) + content
    extra = struct.pack("<2H", 7, 1) + b"x" + struct.pack("<2H", 1, field) + struct.pack("<3Q", len(content), len(content), 0)[:field]
    header = _header(0, crc, long, long, extra)
    at = len(local) + len(header)
    record = b"PK\6\6" + struct.pack("<Q2H2I4Q", rest, 45, 45, 0, 0, count, count, len(header), len(local))
    locator = b"PK\6\7" + struct.pack("<IQI", 0, at + shift, disks)
    return local + header + record + locator + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, end, end, long, long, len(tail)) + tail


def _described(form: bytes, size: int) -> bytes:
    """An archive of one entry whose checksum and sizes stand behind it."""
    content = b"content"
    crc, length = zlib.crc32(content), len(content).to_bytes(size, "little")
    local = _local(8, 0, 0) + content + form + crc.to_bytes(4, "little") + length * 2
    header = _header(8, crc, len(content), 0, b"")
    return local + header + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 1, 1, len(header), len(local), 0)
