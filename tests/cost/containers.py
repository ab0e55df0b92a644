"""Pictures and films of very many small parts: boxes, chunks, segments, blocks, directories, and tables that tell of them."""

from __future__ import annotations

import struct
import zlib

from tests.assets.samples import chunk, jpeg, png, segment, webp
from tests.assets.samples_bmff import film_of, full, item_picture, table
from tests.assets.samples_gif import gif
from tests.assets.samples_jxl import BOXED, jxl_box
from tests.assets.samples_riff import riff
from tests.cost.hostile import hostile
from tests.forge.bmff import box
from tests.forge.generated import png as described_png

__all__: list[str] = []

_START = box("ftyp", b"isom\0\0\2\0isom")


def _film(*in_film: bytes, behind: bytes = b"") -> bytes:
    return _START + box("moov", full("mvhd", bytes(96)), *in_film) + behind + box("mdat", b"media")


def _track(*tables: bytes, before: bytes = b"") -> bytes:
    header = full("tkhd", bytes(72), struct.pack(">II", 31 << 16, 23 << 16))
    kind = full("hdlr", bytes(4), b"vide", bytes(13))
    return box("trak", header, before, box("mdia", kind, box("minf", box("stbl", *tables))))


@hostile("bmff boxes of eight bytes in the film", ".mp4")
def _(size: int) -> bytes:
    return _film(box("free") * (size // 8))


@hostile("bmff boxes of eight bytes in the film, at the limit", ".mp4")
def _(size: int) -> bytes:
    return _film(box("free") * min(size // 8, 19_000))


@hostile("bmff boxes of eight bytes in a track, at the limit", ".mp4")
def _(size: int) -> bytes:
    return _film(_track(box("free") * min(size // 8, 19_000)))


@hostile("bmff boxes in the root", ".mp4")
def _(size: int) -> bytes:
    return _film(behind=box("free") * (size // 8))


@hostile("bmff boxes in the root, at the limit", ".mp4")
def _(size: int) -> bytes:
    return _film(behind=box("free") * min(size // 8, 99_000))


@hostile("bmff boxes in the root, at the limit of small files", ".mp4")
def _(size: int) -> bytes:
    return _film(behind=box("free") * min(size // 8, 19_000))


@hostile("bmff tracks", ".mp4")
def _(size: int) -> bytes:
    track = _track(table("stco", [8]))
    return _film(track * (size // len(track)))


@hostile("bmff boxes nested", ".mp4")
def _(size: int) -> bytes:
    inner = box("free") * 8
    for kind in ("stbl", "minf", "mdia", "trak") * 3:
        inner = box(kind, inner)
    return _film(inner * (size // len(inner)))


@hostile("bmff table of places", ".mp4")
def _(size: int) -> bytes:
    return _film(_track(table("stco", [40] * (size // 4))))


@hostile("bmff table of large places", ".mp4")
def _(size: int) -> bytes:
    return _film(_track(table("co64", [40] * (size // 8))))


@hostile("bmff tables of one place", ".mp4")
def _(size: int) -> bytes:
    return _film(_track(table("stco", [40]) * (size // 20)))


@hostile("bmff fragments", ".mp4")
def _(size: int) -> bytes:
    head = full("tfhd", struct.pack(">IQ", 1, 24), flags=1)
    part = box("moof", full("mfhd", bytes(4)), box("traf", head, full("trun", struct.pack(">I", 1)))) + box("mdat")
    return _film(_track(), behind=part * (size // len(part)))


@hostile("bmff table of random access", ".mp4")
def _(size: int) -> bytes:
    entries = (struct.pack(">QQ", 1, 24) + b"\1\1\1") * (size // 19)
    return _film(_track(), behind=box("mfra", full("tfra", struct.pack(">III", 1, 0, size // 19), entries, version=1)))


@hostile("bmff notes", ".mp4")
def _(size: int) -> bytes:
    note = box("\xa9nam", box("data", struct.pack(">II", 1, 0), b"x"))
    return _film(box("udta", full("meta", full("hdlr", bytes(21)), box("ilst", note * (size // len(note))))))


def _picture(*boxes: bytes) -> bytes:
    head = full("hdlr", bytes(4), b"pict", bytes(13))
    return box("ftyp", b"mif1", bytes(4), b"mif1heic") + full("meta", head, full("pitm", struct.pack(">H", 1)), *boxes) + box("mdat", b"x")


@hostile("heif items", ".heic")
def _(size: int) -> bytes:
    count = min(size // 16, 65_000)
    entries = b"".join(struct.pack(">HHHII", number, 0, 1, 40, 1) for number in range(1, count + 1))
    return _picture(full("iloc", b"\x44\x00", struct.pack(">H", count), entries))


@hostile("heif extents", ".heic")
def _(size: int) -> bytes:
    count = min(size // 8, 60_000)
    entry = struct.pack(">HHH", 1, 0, count) + struct.pack(">II", 40, 1) * count
    tables = [full("iloc", b"\x44\x00", struct.pack(">H", 1), entry)] * max(1, min(3, size // len(entry)))
    return _picture(*tables)


@hostile("heif tables of items", ".heic")
def _(size: int) -> bytes:
    entries = b"".join(struct.pack(">HHHII", number, 0, 1, 40, 1) for number in range(min(size // 16, 60_000)))
    one = full("iloc", b"\x44\x00", struct.pack(">H", len(entries) // 14), entries)
    return _picture(*[one] * (size // len(one)))


@hostile("heif names of items", ".heic")
def _(size: int) -> bytes:
    one = full("infe", struct.pack(">HH", 1, 0), b"mime\0application/rdf+xml\0", version=2)
    count = min(size // len(one), 65_000)
    entries = struct.pack(">HHHII", 1, 0, 1, 40, 1)
    return _picture(full("iloc", b"\x44\x00", struct.pack(">H", 1), entries), full("iinf", struct.pack(">H", count), one * count))


@hostile("heif properties", ".heic")
def _(size: int) -> bytes:
    count = size // 5
    linked = full("ipma", struct.pack(">I", count), struct.pack(">HBBB", 1, 2, 1, 1) * count)
    return _picture(box("iprp", box("ipco", full("ispe", struct.pack(">II", 7, 5))), linked))


@hostile("heif properties in many boxes", ".heic")
def _(size: int) -> bytes:
    return _picture(box("iprp", box("ipco", full("ispe", struct.pack(">II", 7, 5)) * (size // 20)), full("ipma", bytes(4))))


@hostile("heif of items with xmp", ".heic", most=100_000)
def _(size: int) -> bytes:
    return item_picture(xmp=b"<x/>" * (size // 4))


@hostile("jpeg xl boxes", ".jxl")
def _(size: int) -> bytes:
    return BOXED + jxl_box(b"Exif", b"") * (size // 8)


@hostile("jpeg xl boxes, at the limit", ".jxl")
def _(size: int) -> bytes:
    return BOXED + jxl_box(b"abcd", b"") * min(size // 8, 19_000)


@hostile("jpeg xl parts", ".jxl")
def _(size: int) -> bytes:
    parts = b"".join(jxl_box(b"jxlp", struct.pack(">I", number)) for number in range(min(size // 12, 19_000)))
    return BOXED + parts


@hostile("png chunks", ".png")
def _(size: int) -> bytes:
    plain = png()
    return plain[:-12] + chunk(b"IDAT", b"") * (size // 12) + plain[-12:]


@hostile("png chunks, at the limit", ".png")
def _(size: int) -> bytes:
    plain = png()
    return plain[:-12] + chunk(b"IDAT", b"") * min(size // 12, 49_000) + plain[-12:]


@hostile("png texts", ".png")
def _(size: int) -> bytes:
    plain = png()
    return plain[:33] + chunk(b"tEXt", b"a\0b") * (size // 15) + plain[33:]


@hostile("png texts that inflate", ".png")
def _(size: int) -> bytes:
    plain, packed = png(), zlib.compress(bytes(min(8 << 20, 100 * size)), 9)
    one = chunk(b"zTXt", b"parameters\0\0" + packed)
    return plain[:33] + one * (size // len(one)) + plain[33:]


@hostile("png xmp that inflates", ".png")
def _(size: int) -> bytes:
    plain, packed = png(), zlib.compress(b" " * min(16 << 20, 100 * size), 9)
    one = chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed)
    return plain[:33] + one * (size // len(one)) + plain[33:]


@hostile("png text of one size", ".png")
def _(size: int) -> bytes:
    return described_png(parameters="a" * size)


@hostile("jpeg segments", ".jpg")
def _(size: int) -> bytes:
    plain = jpeg()
    return plain[:2] + segment(0xE9, b"") * (size // 4) + plain[2:]


@hostile("jpeg segments, at the limit", ".jpg")
def _(size: int) -> bytes:
    plain = jpeg()
    return plain[:2] + segment(0xE9, b"") * min(size // 4, 99_000) + plain[2:]


@hostile("jpeg segments of xmp", ".jpg")
def _(size: int) -> bytes:
    plain = jpeg()
    return plain[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>") * (size // 37) + plain[2:]


@hostile("jpeg segments of stores", ".jpg")
def _(size: int) -> bytes:
    plain = jpeg()
    part = segment(0xEB, b"JP" + struct.pack(">HI", 1, 1) + struct.pack(">I", 1 << 20) + b"jumb")
    return plain[:2] + part * (size // len(part)) + plain[2:]


@hostile("jpeg markers in the pixels", ".jpg")
def _(size: int) -> bytes:
    plain = jpeg()
    return plain[:-2] + b"\xff\xfe\0\2" * (size // 4) + plain[-2:]


@hostile("jpeg restart markers", ".jpg")
def _(size: int) -> bytes:
    plain = jpeg()
    return plain[:-2] + b"\xff\xd0" * (size // 2) + plain[-2:]


@hostile("jpeg filled with ff", ".jpg")
def _(size: int) -> bytes:
    plain = jpeg()
    return plain[:2] + b"\xff" * size + plain[2:]


@hostile("jpeg pictures behind each other", ".jpg")
def _(size: int) -> bytes:
    plain = jpeg()
    return plain * (size // len(plain))


@hostile("jpeg with begun stores behind it", ".jpg")
def _(size: int) -> bytes:
    return jpeg() + (b"jumb\0\0\0\x1ejumd" + b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71") * (size // 28)


@hostile("gif blocks", ".gif")
def _(size: int) -> bytes:
    plain = gif()
    return plain[:-1] + b"\x21\xfe\x00" * (size // 3) + plain[-1:]


@hostile("gif blocks, at the limit", ".gif")
def _(size: int) -> bytes:
    plain = gif()
    return plain[:-1] + b"\x21\xf9\x00" * min(size // 3, 49_000) + plain[-1:]


@hostile("gif blocks with a table of colours", ".gif")
def _(size: int) -> bytes:
    plain = gif()
    one = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0x80) + bytes(6) + b"\x02\x00"
    return plain[:-1] + one * (size // len(one)) + plain[-1:]


@hostile("gif parts of one byte", ".gif")
def _(size: int) -> bytes:
    plain = gif()
    return plain[:-1] + b"\x21\xf9" + b"\x01a" * (size // 2) + b"\0" + plain[-1:]


@hostile("gif comment in parts of one byte", ".gif")
def _(size: int) -> bytes:
    plain = gif()
    return plain[:-1] + b"\x21\xfe" + b"\x01a" * (size // 2) + b"\0" + plain[-1:]


@hostile("gif store in parts of one byte", ".gif")
def _(size: int) -> bytes:
    plain = gif()
    return plain[:-1] + b"\x21\xff\x0bC2PA_GIF\x01\0\0" + b"\x01a" * (size // 2) + b"\0" + plain[-1:]


@hostile("webp chunks", ".webp")
def _(size: int) -> bytes:
    plain = webp()
    body = plain[12:] + (b"ABCD" + bytes(4)) * (size // 8)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


@hostile("wave notes", ".wav")
def _(size: int) -> bytes:
    one = b"ICMT" + struct.pack("<I", 2) + b"a\0"
    return riff((b"fmt ", bytes(16)), (b"data", bytes(8)), (b"LIST", b"INFO" + one * min(size // 10, 99_000)))


@hostile("mp4 with tables filled with nothing", ".mp4")
def _(size: int) -> bytes:
    return film_of() + box("free", bytes(size))


def _directories(count: int, entries: int, *, tag: int = 700, value: bytes = bytes(4)) -> bytes:
    length = 2 + 12 * entries + 4
    found = [b"II*\0", struct.pack("<I", 8)]
    for number in range(count):
        following = 8 + (number + 1) * length if number + 1 < count else 0
        fields = b"".join(struct.pack("<HHI", tag + index, 1, 4) + value for index in range(entries))
        found += [struct.pack("<H", entries), fields, struct.pack("<I", following)]
    return b"".join(found)


@hostile("tiff directories", ".tif")
def _(size: int) -> bytes:
    return _directories(size // 18, 1, tag=256)


@hostile("tiff directories, at the limit", ".tif")
def _(size: int) -> bytes:
    return _directories(min(size // 18, 9_999), 1, tag=256)


@hostile("tiff entries", ".tif")
def _(size: int) -> bytes:
    count = max(1, size // (12 * 60_000))
    return _directories(count, min(60_000, size // 12), tag=1)


@hostile("tiff entries, at the limit", ".tif")
def _(size: int) -> bytes:
    return _directories(5, min(19_900, size // 60), tag=1)


@hostile("tiff strips", ".tif")
def _(size: int) -> bytes:
    count = min(size // 8, 99_000)
    data = struct.pack("<I", 8) * count + struct.pack("<I", 1) * count
    fields = struct.pack("<HHII", 273, 4, count, 8) + struct.pack("<HHII", 279, 4, count, 8 + 4 * count)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", 2) + fields + bytes(4)


@hostile("tiff of directories below one", ".tif")
def _(size: int) -> bytes:
    count = min(size // 30, 9_000)
    first = 8 + 4 * count
    places = b"".join(struct.pack("<I", first + 18 + 18 * number) for number in range(count))
    below = (struct.pack("<H", 1) + struct.pack("<HHII", 256, 4, 1, 1) + bytes(4)) * count
    top = struct.pack("<H", 1) + struct.pack("<HHII", 330, 4, count, 8) + bytes(4)
    return b"II*\0" + struct.pack("<I", first) + places + top + below
