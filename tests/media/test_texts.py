"""Every text of a picture file, as the tools write it, and the same file without some of them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import piexif
import piexif.helper
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from credkit.assets import BytesSource, EditedSource, Piece, Source, Span
from credkit.assets.edited import Replacement, splice
from credkit.assets.jpeg.markers import segments
from credkit.assets.jpeg.mpf import corrections, picture_offsets
from credkit.assets.window import Window
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS
from credkit.media.texts import TextBlock, read_texts, twin_of, without_texts
from tests.assets.samples import chunk, pixels, segment
from tests.assets.test_mpf import multi_picture, pictures

TEXT = "a cat, 猫 <lora:test:0.8>\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, Seed: 12345, Size: 64x48"
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:q="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    b' xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:own="https://example.org/own/" q:CreatorTool="Draw Things"'
    b' TC260:AIGC="{&quot;Label&quot;:&quot;1&quot;}">'
    b'<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">{"c":"a cat"}</rdf:li></rdf:Alt></exif:UserComment>'
    b"<dc:subject><rdf:Bag><rdf:li>cat</rdf:li><rdf:li>roof</rdf:li></rdf:Bag></dc:subject>"
    b"<i:AIPromptInformation>a cat on a roof</i:AIPromptInformation>"
    b'<own:Params rdf:parseType="Resource"><own:seed>12345</own:seed><own:steps>20</own:steps></own:Params>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)
XMP_TEXTS = [
    ("xmp:CreatorTool", "Draw Things"),
    ("TC260:AIGC", '{"Label":"1"}'),
    ("exif:UserComment", '{"c":"a cat"}'),
    ("dc:subject", "cat"),
    ("dc:subject", "roof"),
    ("Iptc4xmpExt:AIPromptInformation", "a cat on a roof"),
    ("own:Params", "12345\n20"),
]
KINDS = ("PNG", "JPEG", "WEBP")


def saved(kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(stream, kind, **options)
    return stream.getvalue()


def blocks(data: bytes, **options: object) -> tuple[TextBlock, ...]:
    return read_texts(BytesSource(data), **options)


def said(data: bytes) -> list[tuple[str, str, str]]:
    return [(block.kind, block.keyword, block.text) for block in blocks(data)]


def one(data: bytes) -> TextBlock:
    (block,) = blocks(data)
    return block


def whole(source: Source) -> bytes:
    return source.read(0, source.size)


def without(data: bytes, *keywords: str) -> bytes:
    gone = [block for block in blocks(data) if not keywords or block.keyword in keywords]
    return whole(without_texts(BytesSource(data), gone))


def before_end(data: bytes, extra: bytes) -> bytes:
    return data.replace(chunk(b"IEND", b""), extra + chunk(b"IEND", b""))


def a1111_exif(text: str = TEXT) -> bytes:
    return bytes(piexif.dump({"Exif": {piexif.ExifIFD.UserComment: piexif.helper.UserComment.dump(text, encoding="unicode")}}))


# PNG


def test_a1111_png() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", TEXT)
    block = one(saved(pnginfo=info))
    assert (block.kind, block.keyword, block.text, block.damage) == ("png-text", "parameters", TEXT, "")
    assert block.place == 'PNG text "parameters"'


def test_every_chunk_of_text_in_file_order() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("plain", "caf\xe9")
    info.add_text("small", "x" * 5_000, zip=True)
    info.add_itxt("international", "猫", lang="zh", tkey="说明")
    info.add_itxt("deflated", "猫" * 100, zip=True)
    data = before_end(saved(pnginfo=info), chunk(b"tEXt", b"late\x00behind the pixels"))
    assert said(data) == [
        ("png-text", "plain", "café"),
        ("png-text", "small", "x" * 5_000),
        ("png-text", "international", "猫"),
        ("png-text", "deflated", "猫" * 100),
        ("png-text", "late", "behind the pixels"),
    ]
    assert all(not block.damage for block in blocks(data))


def test_utf8_in_a_chunk_of_latin1_is_taken_as_utf8() -> None:
    assert one(before_end(saved(), chunk(b"tEXt", b"parameters\x00" + "猫".encode()))).text == "猫"
    assert one(before_end(saved(), chunk(b"tEXt", b"parameters\x00caf\xe9"))).text == "café"


def test_comfyui_animation() -> None:
    info = PngImagePlugin.PngInfo()
    info.add(b"comf", b'prompt\x00{"3": {}}', after_idat=True)
    info.add(b"comf", b"workflow\x00{}", after_idat=True)
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    stream = io.BytesIO()
    frames[0].save(stream, "PNG", save_all=True, append_images=frames[1:], pnginfo=info)
    assert said(stream.getvalue()) == [("png-text", "prompt", '{"3": {}}'), ("png-text", "workflow", "{}")]
    assert "private chunk comf" in blocks(stream.getvalue())[0].place
    assert said(without(stream.getvalue(), "prompt")) == [("png-text", "workflow", "{}")]


@pytest.mark.parametrize(
    ("kind", "data", "text", "damage"),
    [
        (b"tEXt", b"no zero behind the keyword", "no zero behind the keyword", "keyword or its flags"),
        (b"iTXt", b"key\x00\x00\x00en", "key\x00\x00\x00en", "keyword or its flags"),
        (b"iTXt", b"key\x00\x00\x00\x00\x00caf\xe9", "caf\ufffd", "no UTF-8"),
        (b"zTXt", b"key\x00\x00" + zlib.compress(b"text" * 50)[:-8], "text", "ends early"),
        (b"zTXt", b"key\x00\x00not deflated", "", "compression is damaged"),
        (b"zTXt", b"key\x00\x00" + zlib.compress(os.urandom(4_000))[:3_000] + b"\xff" * 500, "", "compression is damaged|ends early"),
        (b"zTXt", b"key\x00", "", "ends early|keyword or its flags"),
    ],
)
def test_broken_chunks_are_told_and_removed(kind: bytes, data: bytes, text: str, damage: str) -> None:
    picture = before_end(saved(), chunk(kind, data))
    block = one(picture)
    assert block.text.startswith(text)
    assert any(word in block.damage for word in damage.split("|"))
    assert without(picture) == saved()


def test_a_file_that_breaks_off_says_so() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", TEXT)
    data = saved(pnginfo=info)[:-20]
    found = blocks(data)
    assert found[0].text == TEXT
    assert (found[-1].keyword, found[-1].text) == ("", "")
    assert "what follows was not read" in found[-1].damage
    with pytest.raises(AssetError, match="cannot be taken out of the PNG file for sure"):
        without_texts(BytesSource(data), found)


# EXIF


@pytest.mark.parametrize("kind", KINDS)
def test_a1111_exif(kind: str) -> None:
    block = one(saved(kind, exif=a1111_exif()))
    assert (block.kind, block.keyword, block.text, block.damage) == ("exif", "UserComment", TEXT, "")
    assert block.place == 'EXIF field "UserComment"'


@pytest.mark.parametrize("kind", KINDS)
def test_comfyui_exif(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0110], exif[0x010F], exif[0x010E] = 'prompt:{"3": {}}', "workflow:{}", "other:{}"
    assert said(saved(kind, exif=exif)) == [
        ("exif", "ImageDescription", "other:{}"),
        ("exif", "Make", "workflow:{}"),
        ("exif", "Model", 'prompt:{"3": {}}'),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_fooocus_exif(kind: str) -> None:
    exif = Image.Exif()
    exif[0x9286], exif[0x0131], exif[0x927C] = '{"prompt": "a cat"}', "Fooocus v2.5.5", "fooocus"
    assert sorted(said(saved(kind, exif=exif))) == [
        ("exif", "MakerNote", "fooocus"),
        ("exif", "Software", "Fooocus v2.5.5"),
        ("exif", "UserComment", '{"prompt": "a cat"}'),
    ]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"ASCII\x00\x00\x00plain text", "plain text"),
        (b"ASCII\x00\x00\x00" + "猫".encode(), "猫"),
        (b"UNICODE\x00" + TEXT.encode("utf-16-be"), TEXT),
        (b"UNICODE\x00" + TEXT.encode("utf-16-le"), TEXT),
        (b"UNICODE\x00" + "\ufeff猫".encode("utf-16-le"), "猫"),
        (b"UNICODE\x00" + "猫が屋根の上、".encode("utf-16-be"), "猫が屋根の上、"),
        (b"UNICODE\x00" + b"\x00a\xd8\x00", "a\ufffd"),
        (b"JIS\x00\x00\x00\x00\x00" + "猫".encode("iso2022_jp"), "猫"),
        (b"\x00" * 8 + b"undefined", "undefined"),
        (b"bare text without a character set", "bare text without a character set"),
        (TEXT.encode(), TEXT),
        ("plain".encode("utf-16-le"), "plain"),
        (b"caf\xe9 noir", "café noir"),
        (b"short", "short"),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_character_sets_of_user_comments(raw: bytes, text: str, order: str) -> None:
    assert one(saved("JPEG", exif=b"Exif\x00\x00" + tiff(order, {0x9286: (7, raw)}))).text == text


def test_other_fields() -> None:
    fields = {
        0x010E: (2, b"caf\xe9 in Latin-1\x00"),
        0x013B: (2, "café".encode() + b"\x00"),
        0x9C9C: (1, "a comment".encode("utf-16-le") + b"\x00\x00"),
        0x927C: (7, b"\x01\x02binary note"),
        0x9999: (2, b"of no known tag\x00"),
        0xA436: (129, "标题".encode()),
        0x0100: (4, bytes(4)),
    }
    found = said(saved("PNG", exif=tiff(">", fields)))
    assert found == [
        ("exif", "ImageDescription", "café in Latin-1"),
        ("exif", "Artist", "café"),
        ("exif", "0x9999", "of no known tag"),
        ("exif", "XPComment", "a comment"),
        ("exif", "ImageTitle", "标题"),
    ]


def test_gps_texts() -> None:
    exif = piexif.dump({"GPS": {piexif.GPSIFD.GPSProcessingMethod: b"ASCII\x00\x00\x00a method", piexif.GPSIFD.GPSMapDatum: b"WGS-84"}})
    assert said(saved("JPEG", exif=exif)) == [("exif", "GPSProcessingMethod", "a method")]


def tiff(order: str, fields: dict[int, tuple[int, bytes]]) -> bytes:
    """A block with one directory."""
    start = 8 + 2 + 12 * len(fields) + 4
    entries, values = b"", b""
    for tag in sorted(fields):
        kind, raw = fields[tag]
        count = len(raw) // (4 if kind == 4 else 1)
        if len(raw) <= 4:
            entries += struct.pack(order + "HHI", tag, kind, count) + raw.ljust(4, b"\x00")
        else:
            entries += struct.pack(order + "HHII", tag, kind, count, start + len(values))
            values += raw
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    return head + struct.pack(order + "H", len(fields)) + entries + bytes(4) + values


@pytest.mark.parametrize("kind", KINDS)
def test_a_removed_field_leaves_the_others_where_they_are(kind: str) -> None:
    exif = bytes(
        piexif.dump(
            {
                "0th": {piexif.ImageIFD.Make: b"a maker", piexif.ImageIFD.Software: b"secret software"},
                "Exif": {
                    piexif.ExifIFD.UserComment: piexif.helper.UserComment.dump(TEXT, encoding="unicode"),
                    piexif.ExifIFD.MakerNote: b"\x00\x01binary note" * 20,
                    piexif.ExifIFD.LensModel: b"a lens",
                },
                "GPS": {piexif.GPSIFD.GPSMapDatum: b"WGS-84"},
                "1st": {piexif.ImageIFD.Make: b"a preview"},
                "thumbnail": saved("JPEG"),
            }
        )
    )
    data = saved(kind, exif=exif)
    assert [item[1] for item in said(data)] == ["Make", "Software", "UserComment", "LensModel", "Make"]
    out = without(data, "UserComment", "Software")
    assert len(out) == len(data)
    bare = exif.removeprefix(b"Exif\x00\x00")
    place = data.index(bare[:2] + b"\x00" if bare[:2] == b"MM" else bare[:4])
    assert TEXT.encode("utf-16-be") in data
    assert TEXT.encode("utf-16-be") not in out
    assert b"secret software" not in out
    assert out[place:].index(b"\x00\x01binary note") == data[place:].index(b"\x00\x01binary note")
    old, new = (piexif.load(b"Exif\x00\x00" + item[item.index(b"MM\x00*") :]) for item in (data, out))
    del old["0th"][piexif.ImageIFD.Software]
    del old["Exif"][piexif.ExifIFD.UserComment]
    assert new == old
    assert pixels(out) == pixels(data)


def test_two_fields_with_the_same_bytes_are_not_torn() -> None:
    block = bytearray(tiff(">", {0x010E: (2, b"one text for two\x00"), 0x0131: (2, b"one text for two\x00")}))
    block[8 + 2 + 8 : 8 + 2 + 12] = block[8 + 2 + 20 : 8 + 2 + 24]
    data = saved("PNG", exif=bytes(block))
    with pytest.raises(AssetError, match="shares its bytes with another"):
        without(data, "Software")
    assert said(without(data)) == []


@pytest.mark.parametrize(
    ("block", "damage"),
    [
        (b"", "does not begin"),
        (b"not TIFF at all", "does not begin"),
        (b"II*\x00\xff\xff\xff\x7f", "behind its end"),
        (b"II*\x00\x08\x00\x00\x00\x64\x00", "ends early"),
        (tiff("<", {0x9286: (7, b"ASCII\x00\x00\x00a comment that is cut")})[:-3], "the value of UserComment"),
    ],
)
def test_broken_exif_is_told_and_removed_whole(block: bytes, damage: str) -> None:
    data = before_end(saved(), chunk(b"eXIf", block))
    found = one(data)
    assert (found.kind, found.keyword, found.text) == ("exif", "", "")
    assert damage in found.damage
    assert without(data) == saved()


def test_a_loop_of_directories_ends() -> None:
    block = tiff("<", {0x8769: (4, struct.pack("<I", 8)), 0x8825: (4, struct.pack("<I", 8))})
    assert said(saved("PNG", exif=block)) == []


def test_a_field_of_a_damaged_block_is_not_taken_out_alone() -> None:
    block = tiff("<", {0x010E: (2, b"a description\x00"), 0x8769: (4, struct.pack("<I", 60_000))})
    data = saved("PNG", exif=block)
    assert [(item.keyword, item.damage) for item in blocks(data)] == [("ImageDescription", ""), ("", "a directory begins behind its end")]
    with pytest.raises(AssetError, match="cannot be taken out one by one"):
        without(data, "ImageDescription")
    assert without(data) == saved()


def test_what_an_earlier_writer_left_behind_goes_too() -> None:
    block = tiff(">", {0x010E: (2, b"a secret description\x00"), 0x0131: (2, b"software\x00")}) + b"xx a secret description\x00 yy"
    out = without(saved("PNG", exif=block), "ImageDescription")
    assert b"a secret description" not in out
    assert b"xx " in out
    assert b" yy" in out
    assert said(out) == [("exif", "Software", "software")]


def test_many_fields_with_the_same_text_are_bounded() -> None:
    count, size = 3_000, 100_000
    entries = b"".join(struct.pack("<HHII", tag, 2, size, 8) for tag in range(1, count + 1))
    block = b"II*\x00" + struct.pack("<I", size + 8) + b"x" * size + struct.pack("<H", count) + entries + bytes(4)
    data = before_end(saved(), chunk(b"eXIf", block))
    assert "its fields hold more than" in blocks(data)[-1].damage
    assert without(data) == saved()
    zeros = before_end(saved(), chunk(b"eXIf", block.replace(b"x", b"\x00")))
    assert "its fields hold more than" in one(zeros).damage


def test_many_small_fields_are_removed_at_once() -> None:
    entries = b"".join(struct.pack("<HHI4s", 0x010E, 2, 4, b"abcd") for _ in range(18_000))
    data = before_end(saved(), chunk(b"eXIf", b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 18_000) + entries + bytes(4)))
    limits = replace(DEFAULT_LIMITS, texts=20_000)
    assert len(blocks(data, limits=limits)) == 18_000
    assert blocks(whole(without_texts(BytesSource(data), blocks(data, limits=limits)[:1], limits=limits))) == ()


@pytest.mark.parametrize("name", [b"exif", b"APP1"])
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt"])
def test_blocks_in_hexadecimal(name: bytes, kind: bytes) -> None:
    """As ImageMagick writes EXIF and XMP into a PNG."""
    exif = bytes(piexif.dump({"0th": {piexif.ImageIFD.Make: b"a maker", piexif.ImageIFD.ImageDescription: b"a secret"}}))
    data = before_end(saved(), raw_profile(kind, name, exif))
    assert said(data) == [("exif", "ImageDescription", "a secret"), ("exif", "Make", "a maker")]
    out = without(data, "ImageDescription")
    assert said(out) == [("exif", "Make", "a maker")]
    if name == b"exif":
        assert Image.open(io.BytesIO(out)).getexif()[0x010F] == "a maker"
    assert len(out) == len(data) or kind == b"zTXt"
    assert said(without(data)) == []


def test_xmp_and_iptc_in_hexadecimal() -> None:
    xmp = before_end(saved(), raw_profile(b"zTXt", b"xmp", XMP) + raw_profile(b"tEXt", b"APP1", b"http://ns.adobe.com/xap/1.0/\x00" + XMP))
    assert said(xmp) == [("xmp", name, text) for name, text in XMP_TEXTS] * 2
    assert "exif:UserComment" not in [item[1] for item in said(without(xmp, "exif:UserComment"))]
    block = iptc_block((2, 120, b"a caption"), (2, 80, b"credkit test")).removeprefix(b"Photoshop 3.0\x00")
    iptc = before_end(saved(), raw_profile(b"zTXt", b"iptc", block))
    assert said(iptc) == [("iptc", "Caption", "a caption"), ("iptc", "Creator", "credkit test")]
    assert said(without(iptc, "Caption")) == [("iptc", "Creator", "credkit test")]
    other = before_end(saved(), chunk(b"tEXt", b"Raw profile type exif\x00not hexadecimal"))
    assert said(other) == [("png-text", "Raw profile type exif", "not hexadecimal")]


def raw_profile(kind: bytes, name: bytes, data: bytes) -> bytes:
    lines = [data[start : start + 36].hex().encode() for start in range(0, len(data), 36)]
    text = b"\n" + name + b"\n%8d\n" % len(data) + b"\n".join(lines) + b"\n"
    return chunk(kind, b"Raw profile type " + name + b"\x00" + (b"\x00" + zlib.compress(text) if kind == b"zTXt" else text))


# XMP, IPTC, comments


@pytest.mark.parametrize("kind", KINDS)
def test_xmp_properties(kind: str) -> None:
    data = with_xmp(kind, XMP)
    assert said(data) == [("xmp", name, text) for name, text in XMP_TEXTS]
    assert blocks(data)[0].place == 'XMP property "xmp:CreatorTool"'


def with_xmp(kind: str, packet: bytes) -> bytes:
    if kind != "PNG":
        return saved(kind, xmp=packet)
    return before_end(saved(), chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(packet)))


@pytest.mark.parametrize("kind", KINDS)
def test_removed_properties(kind: str) -> None:
    data = with_xmp(kind, XMP)
    out = without(data, "Iptc4xmpExt:AIPromptInformation", "exif:UserComment", "TC260:AIGC")
    gone = ("Iptc4xmpExt:AIPromptInformation", "exif:UserComment", "TC260:AIGC")
    assert said(out) == [("xmp", name, text) for name, text in XMP_TEXTS if name not in gone]
    assert pixels(out) == pixels(data)
    assert said(without(data)) == []


@pytest.mark.parametrize("packet", [b"<not well-formed", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"", b"<a>" * 100])
def test_broken_xmp_is_told_and_removed_whole(packet: bytes) -> None:
    data = with_xmp("PNG", packet)
    block = one(data)
    assert (block.kind, block.keyword, block.text) == ("xmp", "", packet.decode())
    assert block.damage
    assert without(data) == saved()


def extended(packet: bytes, *, part: int = 400) -> bytes:
    """A JPEG whose packet is continued in further segments."""
    identifier = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()
    main = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        f' xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="{identifier}"/></rdf:RDF></x:xmpmeta>'
    ).encode()
    parts = b"".join(
        segment(
            0xE1,
            b"http://ns.adobe.com/xmp/extension/\x00"
            + identifier.encode()
            + struct.pack(">II", len(packet), start)
            + packet[start : start + part],
        )
        for start in range(0, len(packet), part)
    )
    data = saved("JPEG")
    return data[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + main) + parts + data[2:]


def test_extended_xmp() -> None:
    data = extended(XMP)
    assert said(data)[1:] == [("xmp", name, text) for name, text in XMP_TEXTS]
    out = without(data, "exif:UserComment")
    left = said(out)
    assert [item[1] for item in left[1:]] == [name for name, _ in XMP_TEXTS if name != "exif:UserComment"]
    at = out.index(b"http://ns.adobe.com/xmp/extension/\x00") + 35
    assert left[0] == ("xmp", "xmpNote:HasExtendedXMP", out[at : at + 32].decode())
    assert b"a cat&quot" not in out
    assert b'{"c":"a cat"}' not in out


def test_extended_xmp_with_a_part_missing() -> None:
    data = extended(XMP)
    at = data.rindex(b"\xff\xe1", 0, data.rindex(b"http://ns.adobe.com/xmp/extension/"))
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    broken = data[:at] + data[at + 2 + length :]
    assert any("another length" in block.damage or "missing" in block.damage for block in blocks(broken))
    assert said(without(broken)) == []


def iptc_block(*datasets: tuple[int, int, bytes]) -> bytes:
    data = b"".join(struct.pack(">BBBH", 0x1C, record, number, len(value)) + value for record, number, value in datasets)
    resources = b"8BIM\x03\xed\x00\x00" + struct.pack(">I", 3) + b"res\x00"
    resources += b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)
    return b"Photoshop 3.0\x00" + resources + b"8BIM\x04\x25\x00\x00" + struct.pack(">I", 16) + bytes(16)


def test_iptc_captions() -> None:
    plain = saved("JPEG")
    fields = ((1, 90, b"\x1b%G"), (2, 0, b"\x00\x04"), (2, 120, "a cat, 猫".encode()), (2, 80, b"credkit test"))
    data = plain[:2] + segment(0xED, iptc_block(*fields)) + plain[2:]
    assert said(data) == [("iptc", "Caption", "a cat, 猫"), ("iptc", "Creator", "credkit test")]
    kept = plain[:2] + segment(0xED, iptc_block(*(field for field in fields if field[1] != 120))) + plain[2:]
    assert without(data, "Caption") == kept


def test_jpeg_comments() -> None:
    data = saved("JPEG", comment="a comment, 猫")
    late = data[:-2] + segment(0xFE, b"behind the scan") + data[-2:]
    assert said(late) == [("comment", "", "a comment, 猫"), ("comment", "", "behind the scan")]
    assert without(late) == data[: data.index(b"\xff\xfe")] + data[data.index("猫".encode()) + 3 :]


def test_offsets_to_further_pictures_stay_right() -> None:
    """A comment behind the index: taking it out moves the further pictures against the index, which has to follow."""
    data = multi_picture()
    at = data.index(b"MPF\x00") - 4
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    shifted = whole(EditedSource(BytesSource(data), with_insertion(data, end, segment(0xFE, b"a comment"))))
    assert pictures(shifted) == pictures(data)
    found = [block for block in blocks(shifted) if block.text == "a comment"]
    assert len(found) == 1
    assert whole(without_texts(BytesSource(shifted), found)) == data


def with_insertion(data: bytes, place: int, extra: bytes) -> tuple[Piece, ...]:
    """A segment put in, and the index made to follow it, as a tool would do that knows about it."""
    source = BytesSource(data)
    window = Window(source)
    index = next(item for item in segments(window, header_only=True) if data[item.start + 4 : item.start + 8] == b"MPF\x00")
    added = (Replacement(Span(place, 0), extra),)
    return splice(source.size, (*added, *corrections(picture_offsets(window, index), added)))


def test_gif_comments() -> None:
    data = saved("GIF", comment=TEXT.encode())
    assert said(data) == [("comment", "", TEXT)]
    assert blocks(data)[0].place == "GIF comment"
    bare = whole(without_texts(BytesSource(data), blocks(data)))
    assert blocks(bare) == ()
    assert len(bare) == len(data) - len(b"!\xfe\x00" + TEXT.encode()) - -(-len(TEXT.encode()) // 255)
    assert Image.open(io.BytesIO(bare)).tobytes() == Image.open(io.BytesIO(data)).tobytes()


def test_a_gif_in_endless_parts_is_given_up() -> None:
    limits = replace(DEFAULT_LIMITS, gif_parts=100)
    head = saved("GIF")[:-1]
    for parts in (b"!\xfe" + b"\x01a" * 200 + b"\x00", b"!\x01" + b"\x01a" * 200 + b"\x00", b"!\x01\x00" * 200):
        assert "more than 100 parts" in blocks(head + parts + b";", limits=limits)[-1].damage


def test_a_broken_gif_is_told() -> None:
    data = saved("GIF", comment=b"a comment" * 60)
    found = blocks(data[:-1])
    assert found[0].text == "a comment" * 60
    assert "what follows was not read" in found[-1].damage


# The text file beside


def test_twin(tmp_path: Path) -> None:
    picture = tmp_path / "00001.png"
    assert twin_of(picture) == tmp_path / "00001.txt"
    assert blocks(saved(), beside=picture) == ()
    for raw in (TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.encode("utf-16"), b"\xfe\xff" + TEXT.encode("utf-16-be")):
        (tmp_path / "00001.txt").write_bytes(raw)
        (block,) = blocks(saved(), beside=picture)
        assert (block.kind, block.keyword, block.text, block.damage) == ("twin", "", TEXT, "")
        assert block.place == 'the text file "00001.txt"'
    (tmp_path / "00001.txt").write_bytes(b"caf\xe9")
    assert blocks(saved(), beside=picture)[0].text == "café"
    limits = replace(DEFAULT_LIMITS, text_size=3)
    assert "longer than 3 bytes" in blocks(saved(), beside=picture, limits=limits)[0].damage


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name on this system")
def test_what_is_no_ordinary_file_is_no_twin(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    (tmp_path / "b.txt").mkdir()
    (tmp_path / "c.txt").symlink_to(tmp_path / "nowhere")
    for name in ("a.png", "b.png", "c.png", "missing/d.png", "nul\x00.png"):
        assert blocks(saved(), beside=tmp_path / name) == ()


# Bounds


def test_no_picture_has_no_texts() -> None:
    for data in (b"", b"text", b"GIF89a"[:5], b"RIFF\x00\x00\x00\x00ABCD"):
        assert blocks(data) == ()
        assert whole(without_texts(BytesSource(data), [TextBlock(kind="comment", keyword="", text="x", place="")])) == data


def test_long_texts_are_cut() -> None:
    limits = replace(DEFAULT_LIMITS, text_size=1_000)
    info = PngImagePlugin.PngInfo()
    info.add_text("long", "x" * 2_000)
    info.add_text("bomb", "y" * 1_000_000, zip=True)
    data = saved(pnginfo=info, exif=tiff("<", {0x010E: (2, b"z" * 3_000)}))
    found = blocks(data, limits=limits)
    assert {block.text for block in found} == {"x" * 1_000, "y" * 1_000, "z" * 1_000}
    assert all("longer than 1,000 bytes" in block.damage for block in found)
    assert blocks(whole(without_texts(BytesSource(data), found, limits=limits))) == ()


def test_too_many_texts_are_told() -> None:
    data = before_end(saved(), b"".join(chunk(b"tEXt", b"key\x00%d" % number) for number in range(50)))
    limits = replace(DEFAULT_LIMITS, texts=20)
    found = blocks(data, limits=limits)
    assert len(found) == 21
    assert "the rest was not read" in found[-1].damage
    with pytest.raises(AssetError, match="cannot be taken out"):
        without_texts(BytesSource(data), found, limits=limits)
    assert "the rest was not read" in blocks(data, limits=replace(DEFAULT_LIMITS, texts_size=30))[-1].damage


def test_only_what_was_asked_for_goes() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", TEXT)
    info.add_text("Title", "a title")
    data = saved(pnginfo=info) + b"behind the end"
    bare = PngImagePlugin.PngInfo()
    bare.add_text("Title", "a title")
    assert without(data, "parameters") == saved(pnginfo=bare) + b"behind the end"
    assert whole(without_texts(BytesSource(data), [])) == data
    elsewhere = TextBlock(kind="pixels", keyword="parameters", text=TEXT, place="the pixels")
    assert whole(without_texts(BytesSource(data), [elsewhere])) == data


def everything(kind: str) -> bytes:
    exif = a1111_exif("a cat")
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("parameters", "a cat")
        info.add_text("workflow", "{}", zip=True)
        return before_end(saved(pnginfo=info, exif=exif), chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + XMP))
    return saved(kind, exif=exif, xmp=XMP, **({"comment": b"a cat"} if kind == "JPEG" else {}))


def survives(data: bytes) -> None:
    """Blocks or a sentence, nothing else."""
    found = read_texts(BytesSource(data))
    with contextlib.suppress(AssetError):
        whole(without_texts(BytesSource(data), found))


@pytest.mark.parametrize("kind", KINDS)
def test_truncation_anywhere(kind: str) -> None:
    data = everything(kind)
    for length in range(len(data)):
        survives(data[:length])


def test_truncation_of_a_gif() -> None:
    data = saved("GIF", comment=b"a comment")
    for length in range(len(data)):
        survives(data[:length])


@pytest.mark.parametrize("kind", KINDS)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_damage_anywhere(kind: str, changes: list[tuple[float, int]]) -> None:
    data = bytearray(everything(kind))
    for place, value in changes:
        data[int(place * len(data))] = value
    survives(bytes(data))


@given(st.binary(max_size=300), st.sampled_from([b"eXIf", b"iTXt", b"tEXt", b"zTXt", b"comf"]))
@settings(max_examples=100, deadline=None)
def test_random_chunks(data: bytes, kind: bytes) -> None:
    survives(before_end(saved(), chunk(kind, data)))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"Exif\x00\x00II*\x00", b"Exif\x00\x00MM\x00*\x00\x00\x00\x08", b"Photoshop 3.0\x008BIM\x04\x04"]),
)
@settings(max_examples=100, deadline=None)
def test_random_segments(data: bytes, head: bytes) -> None:
    plain = saved("JPEG")
    survives(plain[:2] + segment(0xED if head[:1] == b"P" else 0xE1, head + data) + plain[2:])


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=100))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read(text: str) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("parameters", text)
    assert one(saved(pnginfo=info)).text == text.removeprefix("\ufeff")
    found = said(saved("JPEG", exif=a1111_exif("Steps: 20, " + text)))
    assert found == [("exif", "UserComment", "Steps: 20, " + text)]
