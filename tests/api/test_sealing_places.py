"""Prompts in every place that the further formats have for texts: lifted where tools write them, and never left behind."""

from __future__ import annotations

import base64
import html
import io
import json
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import AppendingTiffWriter, ImageFileDirectory_v2

import credkit
from credkit import Statements
from credkit.errors import AssetError, CredkitError
from tests.assets.samples import picture, saved
from tests.assets.samples_bmff import film_of
from tests.assets.samples_gif import gif
from tests.assets.samples_id3 import flac, id3, id3_frame, mp3, sound_of
from tests.assets.samples_jxl import jxl_box, parted, split_boxes
from tests.assets.samples_riff import avi, film, riff, sound, wav
from tests.assets.samples_svg import svg
from tests.assets.samples_tiff import tiff_pixels
from tests.forge import pki
from tests.forge.bmff import box
from tests.forge.generated import NEGATIVE, PROMPT, SEED, a1111_text, comfy_graph

SIGNER = pki.signer()
PROMPTS = {"long": PROMPT, "short": "fox"}
"""A short one is not sought in raw bytes, so it has to be found by reading."""


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def xmp(text: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source>{html.escape(text)}</dc:source>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def tiff(*pages: tuple[int, object]) -> bytes:
    """One page for each tag with its value."""
    out = io.BytesIO()
    with AppendingTiffWriter(out) as writer:
        for tag, value in pages:
            info = ImageFileDirectory_v2()
            info[tag] = value
            picture(40, 30).save(writer, "TIFF", tiffinfo=info)
            writer.newFrame()
    return out.getvalue()


def chunked(data: bytes, kind: bytes, content: bytes) -> bytes:
    """A RIFF file with one more chunk."""
    whole = data + kind + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


def listed(text: str) -> bytes:
    value = text.encode() + b"\0"
    return b"INFO" + b"ICMT" + len(value).to_bytes(4, "little") + value + bytes(len(value) % 2)


def jxl(*more: bytes) -> bytes:
    first, kind, *others = split_boxes(parted(40))
    return b"".join((first, kind, *more, *others))


def noted_film(text: str, keyword: str = "\xa9cmt", *names: str) -> bytes:
    """A film with an item in its list; ``names`` are those of a table, into which the keyword is a number then."""
    item = box(keyword, box("data", (1).to_bytes(4, "big"), bytes(4), text.encode()))
    entries = b"".join((8 + len(name)).to_bytes(4, "big") + b"mdta" + name.encode() for name in names)
    keys = box("keys", bytes(4), len(names).to_bytes(4, "big"), entries) if names else b""
    handler = box("hdlr", bytes(8), b"mdta" if names else b"mdir", bytes(13))
    data = film_of()
    at, more = data.index(b"moov") - 4, box("udta", box("meta", bytes(4), handler, keys, box("ilst", item)))
    size = int.from_bytes(data[at : at + 4], "big")
    assert data[:at].find(b"mdat") >= 0 or data[at + size :].find(b"mdat") >= 0
    end = at + size
    return data[:at] + (size + len(more)).to_bytes(4, "big") + data[at + 4 : end] + more + data[end:]


def frame(name: bytes, text: str) -> bytes:
    described = b"prompt\0" if name == b"TXXX" else b"eng\0" if name == b"COMM" else b""
    return id3_frame(name, b"\3" + described + text.encode())


def with_png(text: str, *, lines: bool = False) -> str:
    info = PngInfo()
    info.add_itxt("parameters", text, zip=True)
    data = saved(picture(20, 20), "PNG", pnginfo=info)
    return (base64.encodebytes(data) if lines else base64.b64encode(data)).decode()


def vorbis(text: str) -> bytes:
    comment = b"prompt=" + text.encode()
    return flac(blocks=((4, bytes(4) + (1).to_bytes(4, "little") + len(comment).to_bytes(4, "little") + comment),))


CLEARED: dict[str, Callable[[str], bytes]] = {
    "tiff description": lambda text: tiff((270, text)),
    "tiff software": lambda text: tiff((305, text)),
    "tiff private": lambda text: tiff((65000, text)),
    "tiff xmp": lambda text: tiff((700, xmp(text))),
    "tiff comment": lambda text: tiff((34665, {37510: b"UNICODE\0" + text.encode("utf-16-be")})),
    "tiff second page": lambda text: tiff((305, "x"), (270, text)),
    "tiff both": lambda text: tiff((270, text), (270, text)),
    "gif comment": lambda text: gif(comment=text.encode()),
    "svg metadata": lambda text: svg(f"<metadata><![CDATA[{text}]]></metadata><rect/>"),
    "svg xmp": lambda text: svg(f"<metadata>{xmp(text).decode()}</metadata><rect/>"),
    "jxl packed": lambda text: jxl(jxl_box(b"brob", b"note" + _brotli(text.encode()))),
    "mp4 item": noted_film,
    "mp4 named item": lambda text: noted_film(text, "\0\0\0\2", "title", "prompt"),
    "wav list": lambda text: chunked(wav(), b"LIST", listed(text)),
    "wav bext": lambda text: chunked(wav(), b"bext", text.encode().ljust(602, b"\0")),
    "avi list": lambda text: chunked(avi(), b"LIST", listed(text)),
    "mp3 text": lambda text: mp3(id3(frame(b"TXXX", text), frame(b"TIT2", "a title"))),
    "mp3 comment": lambda text: mp3(id3(frame(b"COMM", text))),
    "mp3 xmp": lambda text: mp3(id3(id3_frame(b"PRIV", b"XMP\0" + xmp(text)))),
    "flac comment": vorbis,
}
REFUSED: dict[str, Callable[[str], bytes]] = {
    "svg text": lambda text: svg(f"<text>{html.escape(text)}</text>"),
    "svg cut by tags": lambda text: svg("<text>" + "".join(f"<tspan>{html.escape(letter)}</tspan>" for letter in text) + "</text>"),
    "svg references": lambda text: svg("<desc>" + "".join(f"&#{ord(letter)};" for letter in text) + "</desc>"),
    "svg comment": lambda text: svg(f"<!--{text}--><rect/>"),
    "svg with a picture": lambda text: svg(f'<image href="data:image/png;base64,{with_png(text)}"/>'),
    "svg with a picture in lines": lambda text: svg(f'<image href="data:image/png;base64,{with_png(text, lines=True)}"/>'),
}


def _brotli(data: bytes) -> bytes:
    brotli = pytest.importorskip("brotli")
    packed: bytes = brotli.compress(data * 3)
    return packed


def holds(data: bytes, text: str) -> bool:
    pieces = [text[:24], text[-20:]]
    plain = [form for piece in pieces for form in (piece, html.escape(piece), json.dumps(piece)[1:-1])]
    return any(form.encode(code) in data for form in plain for code in ("utf-8", "utf-16-le", "utf-16-be"))


@pytest.mark.parametrize("mode", ["sealed", "omit"])
@pytest.mark.parametrize("size", PROMPTS)
@pytest.mark.parametrize("place", CLEARED)
def test_a_prompt_is_taken_out(place: str, size: str, mode: str, tmp_path: Path) -> None:
    text = PROMPTS[size]
    data, target = CLEARED[place](text), tmp_path / "out"
    if place == "jxl packed" and size == "short":
        pytest.skip("three times the same word is none that can be told from others")
    stated = Statements(created="trainedAlgorithmicMedia", prompt=text)
    done = credkit.sign_file(data, target, stated, signer=SIGNER, prompt=mode)  # type: ignore[arg-type]
    assert any(note.startswith("Taken out of the") for note in done.notes)
    assert done.report.state == credkit.verify_file(target).state == "Valid"
    stripped = io.BytesIO()
    credkit.strip_file(target, stripped)
    assert not holds(stripped.getvalue(), text)
    if mode == "sealed":
        assert [one.value for one in credkit.reveal(target, fields=("prompt",))] == [text]


@pytest.mark.parametrize("size", PROMPTS)
@pytest.mark.parametrize("place", REFUSED)
def test_a_prompt_in_a_drawing_itself_is_refused(place: str, size: str, tmp_path: Path) -> None:
    if "a picture" in place and size == "short":
        pytest.skip("a word of three letters stands in any picture")
    data, target = REFUSED[place](PROMPTS[size]), tmp_path / "out.svg"
    with pytest.raises(CredkitError, match="change it in a drawing program first"):
        credkit.sign_file(data, target, Statements(created="trainedAlgorithmicMedia", prompt=PROMPTS[size]), signer=SIGNER, prompt="omit")
    assert list(tmp_path.glob("out*")) == []


def test_the_content_stays_what_it_was(tmp_path: Path) -> None:
    readers: dict[str, Callable[[bytes], object]] = {
        "tiff both": tiff_pixels,
        "tiff comment": tiff_pixels,
        "wav list": sound,
        "avi list": film,
        "mp3 text": sound_of,
    }
    for place, reader in readers.items():
        data, target = CLEARED[place](PROMPT), tmp_path / "out"
        credkit.sign_file(data, target, Statements(created="trainedAlgorithmicMedia", prompt=PROMPT), signer=SIGNER, prompt="omit")
        assert reader(target.read_bytes()) == reader(data)


def test_other_texts_stay(tmp_path: Path) -> None:
    data, target = CLEARED["mp3 text"](PROMPT), tmp_path / "out.mp3"
    credkit.sign_file(data, target, Statements(created="trainedAlgorithmicMedia", prompt=PROMPT), signer=SIGNER, prompt="omit")
    assert b"a title" in target.read_bytes()


def test_a_text_that_shares_its_bytes_is_refused(tmp_path: Path) -> None:
    """Two entries that name the same bytes: emptied for one, they would be gone for the other."""
    text = "a lone lighthouse keeper at dawn"
    data = bytearray(tiff((305, text), (305, text)))
    entries = [at for at in range(len(data) - 12) if data[at : at + 4] == b"\x31\x01\x02\x00"]
    data[entries[1] + 8 : entries[1] + 12] = (data.index(text.encode()) + 1).to_bytes(4, "little")
    with pytest.raises(AssetError, match="shares its bytes"):
        credkit.sign_file(
            bytes(data), tmp_path / "out.tif", Statements(created="trainedAlgorithmicMedia", prompt=text), signer=SIGNER, prompt="omit"
        )


A1111: dict[str, Callable[[], bytes]] = {
    "gif": lambda: gif(comment=a1111_text().encode()),
    "tiff": lambda: tiff((34665, {37510: b"UNICODE\0" + a1111_text().encode("utf-16-be")})),
    "jxl": lambda: jxl(jxl_box(b"Exif", bytes(4) + _exif())),
}
COMFY: dict[str, Callable[[str], bytes]] = {
    "svg": lambda graph: svg(f'<metadata>\n<![CDATA[\n{{"prompt": {graph}, "workflow": {{}}}}\n]]>\n</metadata><rect/>'),
    "mp4, one comment": lambda graph: noted_film(json.dumps({"prompt": graph, "workflow": {}})),
    "mp4, by name": lambda graph: noted_film(graph, "\0\0\0\1", "prompt"),
    "mp3": lambda graph: mp3(id3(frame(b"TXXX", graph))),
    "flac": vorbis,
}


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x8769] = {0x9286: b"UNICODE\0" + a1111_text().encode("utf-16-be")}
    return exif.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("kind", [*A1111, *COMFY])
def test_what_tools_write_is_lifted_and_sealed(kind: str, tmp_path: Path) -> None:
    data = A1111[kind]() if kind in A1111 else COMFY[kind](json.dumps(comfy_graph()))
    public, target = tmp_path / "public", tmp_path / "sealed"
    credkit.sign_file(data, public, signer=SIGNER, lift=True)
    store = credkit.verify_file(public).store
    assert store is not None
    assert PROMPT.encode() in store.data
    assert SEED.encode() in store.data
    credkit.sign_file(data, target, signer=SIGNER, lift=True, prompt="sealed")
    assert credkit.verify_file(target).state == "Valid"
    assert not any(holds(target.read_bytes(), text) for text in (PROMPT, NEGATIVE))
    assert [one.value for one in credkit.reveal(target, fields=("prompt",))] == [PROMPT]


FFMPEG = pytest.mark.skipif(shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None, reason="ffmpeg is not installed")


@FFMPEG
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", ["-movflags", "use_metadata_tags"]),
        ("a.mov", []),
        ("a.m4a", []),
        ("a.mp3", []),
        ("a.wav", []),
        ("a.flac", []),
        ("a.avi", []),
    ],
)
def test_comments_that_ffmpeg_writes(name: str, options: list[str], tmp_path: Path) -> None:
    path, target = tmp_path / name, tmp_path / f"signed-{name}"
    inputs = ["-f", "lavfi", "-i", "testsrc=d=0.2:s=32x32"] if name[-3:] in ("mp4", "mov", "avi") else ["-f", "lavfi", "-i", "sine=d=0.2"]
    command = ["ffmpeg", "-v", "error", *inputs, "-metadata", f"comment={json.dumps(comfy_graph())}", "-metadata", "title=kept", *options]
    subprocess.run([*command, str(path)], check=True)
    credkit.sign_file(path, target, signer=SIGNER, lift=True, prompt="omit")
    assert credkit.verify_file(target).state == "Valid"
    assert not any(holds(target.read_bytes(), text) for text in (PROMPT, NEGATIVE, SEED))
    shown = subprocess.run(["ffprobe", "-v", "error", "-show_format", str(target)], check=True, capture_output=True, text=True).stdout
    assert "kept" in shown
    assert "KSampler" not in shown


def test_a_frame_that_is_compressed_goes(tmp_path: Path) -> None:
    body = b"\3prompt\0" + PROMPT.encode()
    packed = id3_frame(b"TXXX", zlib.compress(body), flags=0x0009, added=len(body).to_bytes(4, "big"))
    data, target = mp3(id3(packed, frame(b"TIT2", "a title"))), tmp_path / "out.mp3"
    credkit.sign_file(data, target, Statements(created="trainedAlgorithmicMedia", prompt=PROMPT), signer=SIGNER, prompt="omit")
    assert b"TXXX" not in target.read_bytes()
    assert b"a title" in target.read_bytes()


def test_an_empty_list_is_none() -> None:
    assert credkit.verify_file(chunked(wav(), b"LIST", b"INFO")).state == "none"
    assert credkit.verify_file(riff((b"fmt ", bytes(16)), (b"data", b""), (b"LIST", b"IN"))).state == "none"
