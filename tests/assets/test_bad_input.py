"""One hostile file for each format and each kind of badness, through ``verify`` and ``sign`` as people call them.

Each gets one sentence or a status and the right exit code; the file stays as it was, and nothing is left beside it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from credkit import verify_file
from credkit.assets import BytesSource, PngFormat, SidecarFormat, WebpFormat, detect
from credkit.assets.jpeg import JpegFormat
from tests.assets.catalogue import SAMPLES
from tests.assets.samples import embedded, store_of
from tests.assets.samples_bmff import film_of, item_picture
from tests.assets.samples_font import c2pa_table, font, sfnt, tables_of
from tests.assets.samples_gif import gif
from tests.assets.samples_id3 import id3, id3_frame, mp3, store_frame
from tests.assets.samples_jxl import BOXED, jxl_box
from tests.assets.samples_models import encrypted_parquet, onnx_file, parquet, raw_safetensors, safetensors
from tests.assets.samples_ogg import ogg, stored
from tests.assets.samples_riff import avi, open_dml, riff, wav
from tests.assets.samples_svg import svg
from tests.assets.samples_tiff import raw_tiff
from tests.cli.shell import Shell
from tests.forge.archives import archive
from tests.forge.documents import document, pdf, plain_pdf, stream, with_store

CREATED = ("--created", "digitalCapture")
STORE = store_of(100)
NESTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A hostile file, and what people are told."""

    data: bytes
    verify: str
    """Words of the sentence or the status that ``verify`` gives."""
    code: int = 3
    """Its exit code."""
    sign: str
    """Words of the refusal of ``sign``."""
    refused: int = 3
    """Its exit code."""


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def nested(kind: bytes, depth: int = NESTED, head: bytes = b"") -> bytes:
    content = b""
    for _ in range(depth):
        content = box(kind, head + content)
    return content


def delimited(field: int, content: bytes) -> bytes:
    """A field of protobuf with a length."""

    def number(value: int) -> bytes:
        return bytes((value & 0x7F | 0x80,)) + number(value >> 7) if value > 0x7F else bytes((value,))

    return number(field << 3 | 2) + number(len(content)) + content


def patched(data: bytes, behind: bytes, distance: int, new: bytes) -> bytes:
    """``data`` with other bytes at a distance from the start of a name in it."""
    at = data.index(behind) + distance
    return data[:at] + new + data[at + len(new) :]


def twice(data: bytes, start: bytes, end: bytes, before: int = 0) -> bytes:
    """A signed file with its store once more behind itself, from a name (or so many bytes before it) to the first ``end`` behind it."""
    first = data.index(start) - before
    last = data.index(end, first) + len(end)
    return data[:last] + data[first:last] + data[last:]


def film_with(content: bytes) -> bytes:
    """A film with more in its index."""
    film = film_of()
    start = film.index(b"moov") - 4
    end = start + int.from_bytes(film[start : start + 4], "big")
    return film[:start] + box(b"moov", film[start + 8 : end] + content) + film[end:]


def nested_model() -> bytes:
    content = b""
    for _ in range(NESTED):
        content = delimited(6, delimited(1, delimited(5, content)))
    return b"\x08\x08" + delimited(7, delimited(1, delimited(1, b"a") + delimited(5, content)))


def nested_footer() -> bytes:
    whole = parquet()
    footer = b"\x15\x02\x19\x1c" + b"\x1c" * NESTED + b"\0" * (NESTED + 2)
    return whole[:4] + footer + struct.pack("<I", len(footer)) + whole[-4:]


def nested_lists() -> bytes:
    whole, lists = avi(), b""
    for _ in range(NESTED):
        lists = b"LIST" + struct.pack("<I", 4 + len(lists)) + b"hdrl" + lists
    return whole[:4] + struct.pack("<I", len(whole) - 8 + len(lists)) + whole[8:] + lists


def two_tables() -> bytes:
    """A font with two tables of credentials."""
    tables = tables_of(font())
    data = sfnt({**tables, b"C2PA": c2pa_table(STORE), b"C2PB": c2pa_table(STORE)})
    return data.replace(b"C2PB", b"C2PA", 1)


def sealed_pdf() -> bytes:
    """An encrypted document whose store is encrypted with it."""
    return pdf(with_store(STORE) | {11: stream(bytes(range(200)))}, trailer=b"/Root 1 0 R /Encrypt << /Filter /Standard >>")


FILM, PICTURE, SOUND, MOVIE, TENSORS, MODEL, ROWS = film_of(), item_picture(), wav(), avi(), safetensors(), onnx_file(), parquet()
ARCHIVE, DOCUMENT = archive(("a.txt", b"text")), plain_pdf()
ENTRY = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
NONE = "carries no Content Credentials"


def two_stores(data: bytes) -> Bad:
    """Nobody knows which one counts, and signing would drop both."""
    return Bad(data=data, verify="only one is allowed", sign="carries credentials that cannot be read", refused=1)


BAD: dict[str, Bad] = {
    "film cut off": Bad(data=FILM[:-10], verify="'mdat' claims", sign="'mdat' claims"),
    "film with a lying size": Bad(data=struct.pack(">I", 1 << 20) + FILM[4:], verify="'ftyp' claims", sign="'ftyp' claims"),
    "film with a lying count": Bad(
        data=patched(FILM, b"stco", 8, b"\x7f" * 4), verify=NONE, code=2, sign="shorter than its number of entries"
    ),
    "film with places outside": Bad(data=patched(FILM, b"stco", 12, b"\x7f" * 4), verify=NONE, code=2, sign="points to byte"),
    "film nested": Bad(data=film_with(nested(b"trak")), verify=NONE, code=2, sign="nested deeper than 16 levels"),
    "film with two stores": two_stores(twice(embedded(FILM, STORE), b"uuid", STORE, before=4)),
    "picture with a lying count": Bad(data=patched(PICTURE, b"iloc", 10, b"\xff\xff"), verify=NONE, code=2, sign="(iloc)"),
    "picture nested": Bad(data=PICTURE + nested(b"meta", head=bytes(4)), verify=NONE, code=2, sign="nested deeper than 16 levels"),
    "sound cut off": Bad(data=SOUND[:-20], verify="claims 1,044 bytes", sign="claims 1,044 bytes"),
    "sound with a lying size": Bad(data=patched(SOUND, b"fmt ", 4, b"\xff" * 4), verify="which do not fit", sign="which do not fit"),
    "sound with two stores": two_stores(riff((b"fmt ", bytes(16)), (b"data", bytes(8)), (b"C2PA", STORE), (b"C2PA", STORE))),
    "AVI cut off": Bad(data=MOVIE[:-30], verify="the file has", sign="the file has"),
    "AVI with a lying list": Bad(data=patched(MOVIE, b"movi", -4, b"\xff" * 4), verify="which do not fit", sign="which do not fit"),
    "AVI with a lying index": Bad(
        data=patched(open_dml(), b"indx", 12, b"\x7f" * 4), verify=NONE, code=2, sign="does not fit into its chunk"
    ),
    "GIF cut off": Bad(data=gif()[:-10], verify=NONE, code=2, sign="cut off or damaged"),
    "GIF with two stores": two_stores(twice(embedded(gif(), STORE), b"!\xff\x0bC2PA_GIF", STORE[-40:] + b"\0")),
    "TIFF cut off": Bad(data=raw_tiff()[:-4], verify="the file ends after", sign="the file ends after"),
    "TIFF with a directory outside": Bad(
        data=patched(raw_tiff(), b"II*\0", 4, b"\x7f" * 4), verify="begins behind the end", sign="begins behind the end"
    ),
    "TIFF in a circle": Bad(data=raw_tiff()[:-4] + raw_tiff()[4:8], verify=NONE, code=2, sign="comes back to itself"),
    "JPEG XL cut off": Bad(data=BOXED[:-20], verify="'jxlc' claims", sign="'jxlc' claims"),
    "JPEG XL with a lying size": Bad(data=patched(BOXED, b"jxlc", -4, b"\x7f" * 4), verify="'jxlc' claims", sign="'jxlc' claims"),
    "JPEG XL with two stores": two_stores(twice(embedded(BOXED, STORE), STORE[:8], STORE[8:])),
    "JPEG XL without an end": Bad(
        data=BOXED[:32] + jxl_box(b"jxlp", bytes(4) + b"\xff\x0a" + bytes(9)), verify=NONE, code=2, sign="breaks off"
    ),
    "SVG cut off": Bad(data=svg()[:-4], verify="unclosed token", sign="unclosed token"),
    "SVG nested": Bad(data=svg("<g>" * NESTED + "</g>" * NESTED), verify="nested more than", sign="nested more than"),
    "SVG with entities": Bad(
        data=svg("<a>&b;</a>", before='<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'),
        verify="declares entities",
        sign="declares entities",
    ),
    "SVG with two stores": two_stores(twice(embedded(svg(), STORE), b"<c2pa:manifest", b"</c2pa:manifest>")),
    "MP3 cut off": Bad(data=mp3(id3(id3_frame(b"TIT2", b"\3a"), padding=4_000))[:2_000], verify="the tag claims", sign="the tag claims"),
    "MP3 with a lying frame": Bad(data=mp3(id3(b"TIT2\x7f\x7f\x7f\x7f\0\0\3a")), verify=NONE, code=2, sign="frame TIT2 claims"),
    "MP3 with two stores": two_stores(mp3(id3(store_frame(STORE), store_frame(STORE)))),
    "Ogg cut off": Bad(data=b"".join(ogg())[:-5], verify=NONE, code=2, sign="ends inside a page"),
    "Ogg with two stores": two_stores(b"".join((ogg()[0], *stored(STORE, 77), *stored(STORE, 78), *ogg()[1:]))),
    "font with a table outside": Bad(
        data=font()[:20] + b"\x7f" * 4 + font()[24:], verify="does not lie behind", sign="does not lie behind"
    ),
    "font with two stores": two_stores(two_tables()),
    "SafeTensors cut off": Bad(data=TENSORS[:20], verify="but the file has 20", sign="but the file has 20"),
    "SafeTensors with tensors cut off": Bad(data=TENSORS[:-4], verify=NONE, code=2, sign="cut off or damaged"),
    "SafeTensors with a lying length": Bad(
        data=struct.pack("<Q", 1 << 26) + TENSORS[8:], verify="the header claims 67,108,864", sign="the header claims 67,108,864"
    ),
    "SafeTensors with a key twice": Bad(
        data=raw_safetensors(f"{{{ENTRY},{ENTRY}}}", bytes(4)), verify='the key "a" stands twice', sign='the key "a" stands twice'
    ),
    "SafeTensors nested": Bad(
        data=raw_safetensors(ENTRY.replace("[1]", "[" * NESTED + "]" * NESTED).join("{}"), bytes(4)),
        verify="nested deeper than 64",
        sign="nested deeper than 64",
    ),
    "SafeTensors with two stores": two_stores(
        raw_safetensors(f'{{"__metadata__":{{"c2pa:manifest":"AAAA","c2pa:manifest":"AAAA"}},{ENTRY}}}', bytes(4))
    ),
    "ONNX cut off": Bad(data=MODEL[:-3], verify="does not end", sign="does not end"),
    "ONNX with a lying length": Bad(data=MODEL + b"\x72\xff\xff\xff\x7f", verify="claims", sign="claims"),
    "ONNX with two stores": two_stores(embedded(MODEL, STORE) + embedded(MODEL, STORE)[len(MODEL) :]),
    "Parquet cut off": Bad(data=ROWS[:-1], verify="does not end with", sign="does not end with"),
    "Parquet with a lying length": Bad(
        data=ROWS[:-8] + b"\xff\xff\xff\x7f" + ROWS[-4:], verify="the footer claims", sign="the footer claims"
    ),
    "Parquet nested": Bad(data=nested_footer(), verify="nests them too deeply", sign="nests them too deeply"),
    "Parquet encrypted": Bad(data=encrypted_parquet(plaintext_footer=False), verify=NONE, code=2, sign="encrypted Parquet"),
    "PDF cut off": Bad(data=DOCUMENT[:-30], verify="cut off", sign="cut off"),
    "PDF with references outside": Bad(
        data=DOCUMENT[: DOCUMENT.rindex(b"startxref")] + b"startxref\n99999999\n%%EOF", verify="out of the file", sign="out of the file"
    ),
    "PDF nested": Bad(data=pdf(document(AF=b"[" * NESTED + b"]" * NESTED)), verify="nested deeper than 32", sign="nested deeper than 32"),
    "PDF encrypted": Bad(data=sealed_pdf(), verify="encrypted", sign="encrypted"),
    "ZIP cut off": Bad(data=ARCHIVE[:-5], verify="no end record", sign="no end record"),
    "ZIP with a directory outside": Bad(
        data=ARCHIVE[:-6] + b"\x7f" * 4 + ARCHIVE[-2:], verify="right in front of", sign="right in front of"
    ),
    "ZIP with a lying count": Bad(
        data=ARCHIVE[:-14] + b"\x63\0\x63\0" + ARCHIVE[-10:], verify="before all entries", sign="before all entries"
    ),
}
"""Every row of what hostile files are made of, for the formats that have such a thing."""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A folder with an identity."""
    base = tmp_path_factory.mktemp("bad")
    (base / "work").mkdir()
    found = Shell(base / "work", base / "configuration").inside
    found.ok("identity", "new", "Test Studio")
    return found


@pytest.mark.parametrize("name", BAD)
def test_people_get_one_sentence_and_keep_their_file(shell: Shell, tmp_path: Path, name: str) -> None:
    bad, own = BAD[name], replace(shell, folder=tmp_path)
    path = own.write("bad.bin", bad.data)
    report = verify_file(path)
    assert report.state == ("none" if bad.code == 2 else "error"), report.problem
    done = own.run("verify", "bad.bin")
    assert done.code == bad.code, done
    assert bad.verify in " ".join((done.out + done.err).split()), done
    sentence = own.refused(bad.refused, "sign", "bad.bin", "-o", "out.bin", *CREATED)
    assert bad.sign in sentence
    assert own.files() == {str(path): bad.data}


def test_every_format_with_files_of_its_own_is_there() -> None:
    named = {type(detect(BytesSource(bad.data))) for bad in BAD.values()}
    # These have tests of their own in ``tests/cli/test_refusals.py``.
    older = {JpegFormat, PngFormat, WebpFormat, SidecarFormat}
    assert {item.kind for item in SAMPLES.values()} - named == older
