"""Players and decoders see no difference: frames and samples before and after, with real films of every structure."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from credkit.assets import BytesSource
from credkit.verify import verify
from tests.assets.samples import embedded, store_of
from tests.assets.samples_bmff import _track, full, heic_pixels, table
from tests.assets.test_bmff_updating import signed
from tests.forge import peer
from tests.forge.bmff import box
from tests.forge.corpus import CORPUS, entries, needs_corpus

needs_ffmpeg = pytest.mark.skipif(not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="ffmpeg is not installed")
STRUCTURES: dict[str, tuple[str, list[str]]] = {
    "index at the end": ("mp4", []),
    "index at the start": ("mp4", ["-movflags", "+faststart"]),
    "fragments": ("mp4", ["-movflags", "frag_keyframe+empty_moov"]),
    "fragments without base": ("mp4", ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]),
    "fragments of tracks": ("mp4", ["-movflags", "frag_keyframe+empty_moov+separate_moof"]),
    "dash with an index": ("mp4", ["-movflags", "dash+global_sidx+frag_keyframe"]),
    "quicktime": ("mov", []),
    "sound": ("m4a", ["-vn"]),
    "encrypted": ("mp4", ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "11" * 16, "-encryption_kid", "22" * 16]),
}
KINDS = {"mp4": "video/mp4", "mov": "video/quicktime", "m4a": "audio/mp4"}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    made = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=2", "-f", "lavfi", "-i", "sine=duration=2"]
    run("ffmpeg", *made, "-pix_fmt", "yuv420p", "-c:v", "mpeg4", "-c:a", "aac", str(folder / "source.mp4"))
    return folder


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([program, "-v", "error", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def decoded(path: Path, *key: str) -> str:
    """A digest of every decoded frame and block of samples with its time."""
    return run("ffmpeg", *key, "-i", str(path), "-f", "framemd5", "-")


def packets(path: Path, *key: str) -> list[str]:
    """What is stored for each frame, undecoded; where it lies in the file is left out."""
    found = json.loads(run("ffprobe", *key, "-show_packets", "-show_data_hash", "md5", "-of", "json", str(path)))
    return [json.dumps({key: value for key, value in packet.items() if key != "pos"}) for packet in found["packets"]]


@needs_ffmpeg
@pytest.mark.parametrize("name", STRUCTURES)
def test_frames_and_samples_are_the_same(films: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, options = STRUCTURES[name]
    plain, done = films / f"{name}.{kind}", films / f"{name} signed.{kind}"
    run("ffmpeg", "-y", "-i", str(films / "source.mp4"), "-c", "copy", *options, str(plain))
    data = plain.read_bytes()
    new = signed(data)
    done.write_bytes(new)
    key = ("-decryption_key", "11" * 16) if name == "encrypted" else ()
    assert decoded(done, *key) == decoded(plain, *key)
    assert packets(done, *key) == packets(plain, *key)
    assert verify(BytesSource(new)).state == "Valid"
    monkeypatch.setattr(peer, "MEDIA_TYPES", KINDS)
    assert (peer.read(new, kind).state, peer.read(new, kind).failures) == ("Valid", ["signingCredential.untrusted"])
    assert embedded(new, None) == data


@needs_corpus
@pytest.mark.parametrize(
    "entry", [e for e in entries("heic", "heif", "avif") if e["category"] != "crafted-bad"], ids=lambda e: str(e["id"])
)
def test_real_pictures_have_the_same_pixels(entry: dict[str, object]) -> None:
    pytest.importorskip("pillow_heif")
    data = (CORPUS / str(entry["path"])).read_bytes()
    if entry["format"] == "avif":
        from tests.assets.samples import pixels as reader
    else:
        reader = heic_pixels
    assert reader(embedded(data, store_of(50_000))) == reader(data)
    assert reader(embedded(data, None)) == reader(data)


PROGRAM = """
import io, json, resource, sys
from credkit.api import verify_file
from credkit.sign.builder import Builder
from tests.assets.samples_bmff import film_of
from tests.forge import pki

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

def sign(source, target):
    builder = Builder(title="film")
    builder.created("digitalCapture")
    builder.sign(source, target, pki.signer())

small = io.BytesIO()
sign(film_of(), small)
verify_file(small.getvalue())
before = peak()
sign(sys.argv[1], sys.argv[2])
state = verify_file(sys.argv[2]).state
print(json.dumps({"state": state, "grown": peak() - before}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs the resource module")
def test_memory_grows_with_the_tables_and_not_with_the_film(tmp_path: Path) -> None:
    """200 MB of media in 200,000 chunks; the table of their places has 800 KB."""
    path, media, count = tmp_path / "large.mp4", 200 << 20, 200_000
    start = box("ftyp", b"isom", bytes(4), b"isom")

    def index(at: int) -> bytes:
        return box(
            "moov", full("mvhd", bytes(96)), _track(table("stco", [at + number * (media // count) for number in range(count)]), b"vide")
        )

    with path.open("wb") as stream:
        stream.write(start + index(len(start) + len(index(0)) + 16) + b"\x00\x00\x00\x01mdat" + (16 + media).to_bytes(8, "big"))
        stream.truncate(stream.tell() + media)
    run_in = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), str(tmp_path / "signed.mp4")], capture_output=True, text=True, check=True
    )
    found = json.loads(run_in.stdout)
    assert found["state"] == "Valid"
    assert found["grown"] < 24 << 20
