"""Pictures that Pillow saves are signed, keep their history, and never cost anybody a file."""

from __future__ import annotations

import _thread
import copy
import io
import os
import pickle
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps, PngImagePlugin

from credkit import DefinitionError, Report, Statements, TrustPolicy, read_store, sign_file, strip_file, verify_file
from credkit.api.exporter import Exporter
from credkit.errors import AssetError, CredentialError, FetchError, OutputError
from credkit.integrations import pillow as credkit_pillow
from credkit.integrations.pillow import CredentialsWarning, components, origin, set_origin
from credkit.manifest.assertions import GeneratorInfo, read_actions, read_ingredient
from credkit.sign.signer import Signer
from tests.forge import peer, pki, tsa

BOTH = Statements(created="trainedAlgorithmicMedia", edited="humanEdits")
KINDS = ("png", "jpg", "webp")


@pytest.fixture(autouse=True)
def _pillow_as_it_was() -> Iterator[None]:
    plain = Image.Image.save, Image.open, Image.Image.paste, ImageOps.pad
    yield
    credkit_pillow.uninstall()
    assert (Image.Image.save, Image.open, Image.Image.paste, ImageOps.pad) == plain


@pytest.fixture
def signer() -> Signer:
    return pki.signer()


@pytest.fixture
def installed(signer: Signer) -> None:
    credkit_pillow.install(signer=signer, statements=BOTH)


def drawn(colour: int = 120, size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB").point(lambda value: (value + colour) % 256)


def plainly(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, credkit=False, **options)
    return out.getvalue()


def verified(path: Path, kind: str = "png") -> Report:
    assert peer.read(path.read_bytes(), kind, anchors=pki.root_pem()).state == "Trusted"
    report = verify_file(path)
    assert report.state == "Valid"
    return report


def actions_of(source: Path | io.BytesIO | bytes) -> list[str]:
    active = read_store(source).active
    assert active is not None
    return [view.action for a in active.assertions if a.base_label == "c2pa.actions.v2" for view in read_actions(a.value(), a.label)]


def ingredients_of(source: Path) -> list[tuple[str, str | None]]:
    active = read_store(source).active
    assert active is not None
    views = [read_ingredient(a.value(), a.label) for a in active.assertions if a.base_label == "c2pa.ingredient.v3"]
    return [(view.relationship, view.title) for view in views]


@pytest.fixture
def base(tmp_path: Path, signer: Signer) -> Path:
    """A signed picture."""
    path = tmp_path / "base.png"
    credkit_pillow.save(drawn(), path, signer=signer, statements=BOTH)
    return path


# Signing at export


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_picture_is_signed(installed: None, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"out.{kind}"
    drawn().save(path)
    report = verified(path, kind)
    assert len(report.manifests) == 1
    assert actions_of(path) == ["c2pa.created"]
    assert peer.read(path.read_bytes(), kind).raw["manifests"][report.active_manifest]["title"] == f"out.{kind}"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_streams_are_signed_at_their_position(installed: None, tmp_path: Path, kind: str) -> None:
    memory = io.BytesIO(b"head")
    memory.seek(4)
    drawn().save(memory, kind)
    assert verify_file(memory.getvalue()[4:]).state == "Valid"
    with (tmp_path / "out.bin").open("w+b") as file:
        drawn().save(file, format=kind)
    assert verify_file(tmp_path / "out.bin").state == "Valid"


def test_every_way_to_name_a_file(installed: None, tmp_path: Path) -> None:
    drawn().save(str(tmp_path / "a.png"))
    drawn().save(os.fsencode(tmp_path / "b.JPEG"))  # type: ignore[arg-type]
    drawn().save(tmp_path / "c.dat", "png")
    with (tmp_path / "d.jpg").open("wb") as file:
        drawn().save(file)
    assert [verify_file(tmp_path / name).state for name in ("a.png", "b.JPEG", "c.dat", "d.jpg")] == ["Valid"] * 4


def test_the_standard_output(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))
    drawn().save(sys.stdout, "PNG")  # type: ignore[arg-type]
    assert verify_file(out.getvalue()).state == "Valid"


@pytest.mark.parametrize("kind", KINDS)
def test_apart_from_the_credentials_the_file_is_what_pillow_writes(signer: Signer, tmp_path: Path, kind: str) -> None:
    credkit_pillow.install(signer=signer, statements=BOTH, mirrors=False)
    exif = Image.Exif()
    exif[0x010E] = "a description"
    icc = b"icc profile for a test, kept as it is"
    options: dict[str, Any] = {"exif": exif, "icc_profile": icc, "dpi": (72, 72)}
    if kind == "webp":
        options = {"exif": exif, "icc_profile": icc, "quality": 55, "method": 2}
    elif kind == "jpg":
        options |= {"quality": 55, "subsampling": 0, "progressive": True, "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"}
    else:
        info = PngImagePlugin.PngInfo()
        info.add_text("parameters", "a cat on a roof")
        options |= {"pnginfo": info, "compress_level": 3}
    drawn().save(tmp_path / f"out.{kind}", **options)
    stripped = io.BytesIO()
    strip_file(tmp_path / f"out.{kind}", stripped)
    assert stripped.getvalue() == plainly(drawn(), {"jpg": "JPEG"}.get(kind, kind.upper()), **options)
    verified(tmp_path / f"out.{kind}", kind)


def test_animated_png(installed: None, tmp_path: Path) -> None:
    path = tmp_path / "moving.png"
    frames = [drawn(value) for value in (0, 60, 120)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40)
    verified(path)
    with Image.open(path) as image:
        assert image.n_frames == 3
        image.seek(2)
        image.seek(0)
        assert origin(image.copy()) is not None


@pytest.mark.parametrize("kind", ["gif", "tiff", "avif"])
def test_further_formats_are_signed_and_remember(installed: None, tmp_path: Path, kind: str) -> None:
    path, edited = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
    drawn(size=(64, 64)).save(path)
    before = verify_file(path)
    with Image.open(path) as image:
        assert origin(image) is not None
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(edited)
    after = verify_file(edited)
    assert (before.state, after.state) == ("Valid", "Valid")
    assert len(after.store.manifests if after.store else ()) == 2


@pytest.mark.parametrize("kind", ["gif", "avif"])
def test_moving_pictures_of_further_formats(installed: None, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"moving.{kind}"
    frames = [drawn(value, size=(64, 64)) for value in (0, 60, 120)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert verify_file(path).state == "Valid"
    with Image.open(path) as image:
        assert image.n_frames == 3
        image.seek(2)
        image.seek(0)
        assert origin(image.copy()) is not None


@pytest.mark.parametrize("kind", ["bmp", "ico", "pdf", "ppm"])
def test_other_formats_are_saved_as_ever(installed: None, tmp_path: Path, kind: str) -> None:
    image = drawn(size=(64, 64))
    image.save(tmp_path / f"ours.{kind}")
    credkit_pillow.uninstall()
    image.save(tmp_path / f"theirs.{kind}")
    ours, theirs = (tmp_path / f"ours.{kind}").read_bytes(), (tmp_path / f"theirs.{kind}").read_bytes()
    assert b"c2pa" not in ours
    if kind != "pdf":
        assert ours == theirs


def test_previews_of_pillow_itself_are_no_exports(installed: None, base: Path) -> None:
    credkit_pillow.install(signer=pki.signer(), statements=Statements(created="trainedAlgorithmicMedia"))
    with Image.open(base) as image:
        preview = image._repr_png_()  # type: ignore[attr-defined]
    assert preview is not None
    assert b"c2pa" not in preview


def test_one_picture_without_wrapping_anything(signer: Signer, tmp_path: Path) -> None:
    before = Image.Image.save
    result = credkit_pillow.save(drawn(), tmp_path / "a.jpg", signer=signer, statements=BOTH, quality=40)
    assert Image.Image.save is before
    assert result.label == verified(tmp_path / "a.jpg", "jpg").active_manifest
    small, large = io.BytesIO(), io.BytesIO()
    credkit_pillow.save(drawn(), small, format="jpeg", signer=signer, statements=BOTH, quality=10)
    credkit_pillow.save(drawn(), large, format="JPEG", signer=signer, statements=BOTH, quality=95)
    assert len(small.getvalue()) < len(large.getvalue())
    with pytest.raises(DefinitionError, match="GIF, .*JPEG, .*PNG, TIFF or WEBP, not as BMP"):
        credkit_pillow.save(drawn(), tmp_path / "a.bmp", signer=signer, statements=BOTH)
    with pytest.raises(DefinitionError, match="unknown kind"):
        credkit_pillow.save(drawn(), io.BytesIO(), signer=signer, statements=BOTH)
    with pytest.raises(DefinitionError, match="not as PDF"):
        credkit_pillow.save(drawn(), tmp_path / "a.pdf", signer=signer, statements=BOTH)
    assert not list(tmp_path.glob("a.[bp]*"))
    with pytest.raises(DefinitionError, match="nobody is named who signs"):
        credkit_pillow.save(drawn(), tmp_path / "a.png", statements=BOTH)


def test_one_save_may_differ(installed: None, tmp_path: Path) -> None:
    drawn().save(tmp_path / "plain.png", credkit=False)
    assert verify_file(tmp_path / "plain.png").state == "none"
    drawn().save(tmp_path / "other.png", credkit=Statements(created="digitalCreation", title="my title"))
    raw = peer.read((tmp_path / "other.png").read_bytes(), "png").raw
    assert raw["manifests"][raw["active_manifest"]]["title"] == "my title"
    with pytest.raises(DefinitionError, match="TIFF or WEBP"):
        drawn().save(tmp_path / "other.bmp", credkit=BOTH)
    assert not (tmp_path / "other.bmp").exists()


def test_thumbnail_and_generator_are_passed_on(signer: Signer, tmp_path: Path) -> None:
    with credkit_pillow.signing(signer=signer, statements=BOTH, thumbnail=True, generator=GeneratorInfo("Example", "3")):
        drawn(size=(1200, 900)).save(tmp_path / "a.png")
    raw = peer.read((tmp_path / "a.png").read_bytes(), "png").raw
    manifest = raw["manifests"][raw["active_manifest"]]
    assert manifest["claim_generator_info"][0]["name"] == "Example"
    assert manifest["thumbnail"]["format"].startswith("image/")


# History

KEEPING: dict[str, Callable[[Image.Image], Image.Image]] = {
    "copy": lambda im: im.copy(),
    "deep copy": copy.deepcopy,
    "pickle": lambda im: pickle.loads(pickle.dumps(im)),
    "crop": lambda im: im.crop((0, 0, 20, 20)),
    "resize": lambda im: im.resize((20, 20)),
    "reduce": lambda im: im.reduce(2),
    "rotate": lambda im: im.rotate(30),
    "transpose": lambda im: im.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "convert": lambda im: im.convert("L"),
    "convert and back": lambda im: im.convert("RGBA").convert("RGB"),
    "quantize": lambda im: im.quantize(16),
    "filter": lambda im: im.filter(ImageFilter.BLUR),
    "point": lambda im: im.point(lambda value: 255 - value),
    "channels": lambda im: Image.merge("RGB", im.split()),
    "blend": lambda im: Image.blend(Image.new("RGB", im.size), im, 0.7),
    "composite": lambda im: Image.composite(im, im.rotate(180), im.convert("L")),
    "enhance": lambda im: ImageEnhance.Contrast(im).enhance(1.3),
    "colour": lambda im: ImageEnhance.Color(im).enhance(0.3),
    "expand": lambda im: ImageOps.expand(im, 8),
    "pad": lambda im: ImageOps.pad(im, (90, 90)),
    "fit": lambda im: ImageOps.fit(im, (30, 30)),
    "contain": lambda im: ImageOps.contain(im, (30, 30)),
    "cover": lambda im: ImageOps.cover(im, (30, 30)),
    "scale": lambda im: ImageOps.scale(im, 0.5),
    "mirror": ImageOps.mirror,
    "grayscale": ImageOps.grayscale,
    "autocontrast": ImageOps.autocontrast,
    "exif transpose": ImageOps.exif_transpose,
    "chops": ImageChops.invert,
}


@pytest.mark.parametrize("name", KEEPING)
def test_the_origin_is_kept(installed: None, base: Path, tmp_path: Path, name: str) -> None:
    with Image.open(base) as image:
        made = KEEPING[name](image)
    assert origin(made) is not None
    assert components(made) == ()
    made.save(tmp_path / "out.png")
    report = verified(tmp_path / "out.png")
    assert len(report.manifests) == 2
    assert actions_of(tmp_path / "out.png") == ["c2pa.opened", "c2pa.edited"]
    assert ingredients_of(tmp_path / "out.png") == [("parentOf", "base.png")]


def test_in_place_changes_keep_the_origin(installed: None, base: Path, tmp_path: Path) -> None:
    with Image.open(base) as image:
        image.thumbnail((30, 30))
        image.paste((255, 0, 0), (0, 0, 5, 5))
        image.putalpha(200)
        image.save(tmp_path / "out.png")
    assert len(verified(tmp_path / "out.png").manifests) == 2


@pytest.mark.parametrize("form", ["path", "file", "memory", "pipe"])
def test_the_origin_of_whatever_was_opened(installed: None, base: Path, form: str) -> None:
    class Pipe(io.RawIOBase):
        """A stream that cannot be wound back."""

        def __init__(self) -> None:
            self._inner = io.BytesIO(base.read_bytes())

        def read(self, size: int = -1) -> bytes:
            return self._inner.read(size)

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation("seek")

    with base.open("rb") as file:
        source: Any = {"path": base, "file": file, "memory": io.BytesIO(base.read_bytes()), "pipe": Pipe()}[form]
        image = Image.open(source)
        report = origin(image)
        assert report is not None
        assert report.state == "Valid"
        assert report.name == ("base.png" if form in ("path", "file") else "")
        assert image.convert("RGB").tobytes() == drawn().tobytes()
    image.close()


def test_files_without_credentials_leave_no_trace(installed: None, tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    plain.write_bytes(plainly(drawn(), "PNG"))
    with Image.open(plain) as image:
        assert image.info == {}
        image.save(tmp_path / "out.png")
    assert actions_of(tmp_path / "out.png") == ["c2pa.created"]


def test_pictures_still_compare_and_show_nothing_private(installed: None, base: Path) -> None:
    with Image.open(base) as first, Image.open(base) as second:
        assert first == second
        assert str(tmp := first.info) == str(second.info)
        assert "base.png" not in str(tmp)


def test_a_sidecar_belongs_to_the_origin(installed: None, tmp_path: Path, signer: Signer) -> None:
    plain = tmp_path / "a.jpg"
    drawn().save(plain, credkit=False)
    sign_file(plain, tmp_path / "a.jpg.c2pa", Statements(created="digitalCreation"), signer=signer, sidecar=True)
    with Image.open(plain) as image:
        image.resize((20, 20)).save(tmp_path / "b.png")
    assert len(verified(tmp_path / "b.png").manifests) == 2


def test_a_picture_is_saved_over_itself_again_and_again(installed: None, base: Path) -> None:
    with Image.open(base) as image:
        image.load()
        image.save(base)
        image.rotate(90).save(base)
    assert len(verified(base).manifests) == 2
    with Image.open(base) as image:
        image.save(base)
    assert len(verified(base).manifests) == 3


def test_pasted_pictures_become_components(installed: None, base: Path, tmp_path: Path) -> None:
    drawn(30).save(tmp_path / "sticker.png")
    with Image.open(base) as image, Image.open(tmp_path / "sticker.png") as sticker:
        canvas = Image.new("RGBA", (200, 200))
        canvas.paste(image, (0, 0))
        canvas.paste(image, (100, 100))
        canvas.alpha_composite(sticker.convert("RGBA"), (70, 0))
        image.paste(sticker, (3, 3))
    assert [report.name for report in components(canvas)] == ["base.png", "sticker.png"]
    canvas.save(tmp_path / "collage.png")
    verified(tmp_path / "collage.png")
    assert actions_of(tmp_path / "collage.png") == ["c2pa.created", "c2pa.placed", "c2pa.placed"]
    image.save(tmp_path / "edited.png")
    verified(tmp_path / "edited.png")
    assert ingredients_of(tmp_path / "edited.png") == [("parentOf", "base.png"), ("componentOf", "sticker.png")]
    assert actions_of(tmp_path / "edited.png") == ["c2pa.opened", "c2pa.edited", "c2pa.placed"]


def test_frames_of_signed_pictures_become_components(installed: None, base: Path, tmp_path: Path) -> None:
    with Image.open(base) as image:
        drawn(9).save(tmp_path / "moving.png", save_all=True, append_images=(frame for frame in (image, image.rotate(180))))
    verified(tmp_path / "moving.png")
    assert ingredients_of(tmp_path / "moving.png") == [("componentOf", "base.png")]
    with Image.open(tmp_path / "moving.png") as moving:
        assert moving.n_frames == 3  # type: ignore[attr-defined]


def test_an_original_whose_credentials_cannot_be_read_is_a_parent_all_the_same(installed: None, base: Path, tmp_path: Path) -> None:
    data = base.read_bytes()
    at = data.index(b"caBX")
    end = at + 4 + int.from_bytes(data[at - 4 : at], "big")
    chunk = data[at : at + 12] + b"xxxx" + data[at + 16 : end]
    broken = tmp_path / "broken.png"
    broken.write_bytes(data[:at] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[end + 4 :])
    with Image.open(broken) as image, pytest.warns(CredentialsWarning, match="without its credentials"):
        image.save(tmp_path / "out.png")
    assert ingredients_of(tmp_path / "out.png") == [("parentOf", "broken.png")]


def test_overlays_become_components(installed: None, base: Path) -> None:
    with Image.open(base) as image:
        made = Image.alpha_composite(Image.new("RGBA", image.size), image.convert("RGBA"))
    assert origin(made) is None
    assert [report.name for report in components(made)] == ["base.png"]


def test_a_way_around_pillow_needs_a_word(installed: None, base: Path, tmp_path: Path) -> None:
    with Image.open(base) as image:
        made = Image.fromarray(255 - numpy.asarray(image))
        assert origin(made) is None
        set_origin(made, image)
    made.save(tmp_path / "out.png")
    assert ingredients_of(tmp_path / "out.png") == [("parentOf", "base.png")]
    set_origin(made, None)
    made.save(tmp_path / "new.png")
    assert actions_of(tmp_path / "new.png") == ["c2pa.created"]
    set_origin(made, verify_file(base))
    assert origin(made) is not None


def test_the_parent_of_one_save(signer: Signer, base: Path, tmp_path: Path) -> None:
    for parent in (base, base.read_bytes(), verify_file(base)):
        credkit_pillow.save(drawn(5), tmp_path / "out.png", signer=signer, statements=BOTH, parent=parent)
        assert len(verified(tmp_path / "out.png").manifests) == 2
    with credkit_pillow.signing(signer=signer, statements=BOTH), Image.open(base) as image:
        credkit_pillow.save(image, tmp_path / "new.png", signer=signer, statements=BOTH, parent=None)
    assert len(verified(tmp_path / "new.png").manifests) == 1


def test_an_edit_must_be_called_one(signer: Signer, base: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    target.write_bytes(b"precious")
    credkit_pillow.install(signer=signer, statements=Statements(created="trainedAlgorithmicMedia"))
    with Image.open(base) as image, pytest.raises(DefinitionError, match=r'"base\.png" with Content Credentials, so it is an edit'):
        image.save(target)
    credkit_pillow.install(signer=signer, statements=Statements(edited="humanEdits"))
    with pytest.raises(DefinitionError, match="nothing says how it began"):
        drawn().save(target)
    assert target.read_bytes() == b"precious"


def test_a_spoilt_original_is_told_and_recorded(installed: None, base: Path, tmp_path: Path) -> None:
    data = bytearray(base.read_bytes())
    spoilt = tmp_path / "spoilt.png"
    with Image.open(base) as image:
        repainted = image.copy()
    repainted.putpixel((0, 0), (1, 2, 3))
    chunk_start = data.index(b"caBX") - 4
    chunk_end = chunk_start + 12 + int.from_bytes(data[chunk_start : chunk_start + 4], "big")
    other = plainly(repainted, "PNG")
    spoilt.write_bytes(other[:33] + data[chunk_start:chunk_end] + other[33:])
    with Image.open(spoilt) as image, pytest.warns(CredentialsWarning, match=r'"spoilt\.png" does not pass verification'):
        image.save(tmp_path / "out.png")
    assert len(read_store(tmp_path / "out.png").manifests) == 2


# No file is ever lost


class BrokenSigner:
    """Stands for a key service that fails in the middle of a signing."""

    def __new__(cls) -> Any:
        def fail(tbs: bytes) -> bytes:
            raise CredentialError(f"the key service did not answer ({len(tbs)} bytes)")

        return Signer.from_callback(fail, pki.default_pki("ed25519").chain_pem, "ed25519")


@pytest.mark.parametrize("kind", KINDS)
def test_a_failing_signature_leaves_the_file_as_it_was(tmp_path: Path, kind: str) -> None:
    credkit_pillow.install(signer=BrokenSigner(), statements=BOTH)
    target, stream = tmp_path / f"out.{kind}", io.BytesIO(b"precious")
    target.write_bytes(b"precious")
    with pytest.raises(CredentialError):
        drawn().save(target)
    with pytest.raises(CredentialError):
        drawn().save(tmp_path / f"new.{kind}")
    with pytest.raises(CredentialError):
        drawn().save(stream, "PNG")
    assert target.read_bytes() == b"precious"
    assert stream.getvalue() == b"precious"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_picture_that_cannot_be_encoded_leaves_the_file_as_it_was(installed: None, tmp_path: Path) -> None:
    target = tmp_path / "out.jpg"
    target.write_bytes(b"precious")
    with pytest.raises(OSError, match="RGBA"):
        drawn().convert("RGBA").save(target)
    assert target.read_bytes() == b"precious"
    with pytest.raises(OutputError, match="folder"):
        drawn().save(tmp_path / "none" / "out.png")
    with pytest.raises(ValueError, match="unknown file extension"):
        drawn().save(tmp_path / "out.unknown")


def test_metadata_that_cannot_be_merged_is_not_thrown_away(signer: Signer, tmp_path: Path) -> None:
    statements = Statements(created="trainedAlgorithmicMedia", creator=("credkit test",))
    credkit_pillow.install(signer=signer, statements=statements)
    with pytest.raises(AssetError):
        drawn().save(tmp_path / "out.jpg", xmp=b"<not xmp")
    assert not (tmp_path / "out.jpg").exists()


# Wrapping and unwrapping


def test_signing_holds_for_its_block_and_thread(signer: Signer, tmp_path: Path) -> None:
    def elsewhere() -> None:
        drawn().save(tmp_path / "thread.png")

    with credkit_pillow.signing(signer=signer, statements=BOTH):
        with credkit_pillow.signing(signer=signer, statements=Statements(created="digitalCreation")):
            drawn().save(tmp_path / "inner.png")
        drawn().save(tmp_path / "outer.png")
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    drawn().save(tmp_path / "after.png")
    states = {name: verify_file(tmp_path / f"{name}.png").state for name in ("inner", "outer", "thread", "after")}
    assert states == {"inner": "Valid", "outer": "Valid", "thread": "none", "after": "none"}


def test_install_holds_in_all_threads(installed: None, tmp_path: Path) -> None:
    names = [tmp_path / f"{number}.png" for number in range(6)]
    threads = [threading.Thread(target=drawn().save, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [verify_file(name).state for name in names] == ["Valid"] * 6


def test_a_thread_that_does_nothing_else(installed: None, tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    _thread.start_new_thread(drawn().save, (target,))
    for _ in range(500):
        if target.exists():
            break
        time.sleep(0.02)
    assert verify_file(target).state == "Valid"


def test_install_twice_and_uninstall_once(signer: Signer, tmp_path: Path) -> None:
    credkit_pillow.install(signer=signer, statements=Statements(created="digitalCreation"))
    credkit_pillow.install(signer=signer, statements=BOTH)
    drawn().save(tmp_path / "a.png")
    credkit_pillow.uninstall()
    credkit_pillow.uninstall()
    drawn().save(tmp_path / "b.png")
    assert [verify_file(tmp_path / name).state for name in ("a.png", "b.png")] == ["Valid", "none"]


def test_a_wrapper_of_somebody_else_is_left_alone(signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    credkit_pillow.install(signer=signer, statements=BOTH)
    with monkeypatch.context() as patch:
        ours = Image.Image.save
        patch.setattr(Image.Image, "save", lambda self, fp, *args, **options: (calls.append(fp), ours(self, fp, *args, **options))[1])
        credkit_pillow.uninstall()
        drawn().save(tmp_path / "a.png")
        assert calls
        assert verify_file(tmp_path / "a.png").state == "none"
        credkit_pillow.install(signer=signer, statements=BOTH)
        drawn().save(tmp_path / "b.png")
        assert verify_file(tmp_path / "b.png").state == "Valid"


def test_what_is_saved_can_carry_a_time_stamp(signer: Signer, tmp_path: Path) -> None:
    policy = TrustPolicy.of(pki.root_pem(), tsa=[tsa.default_tsa().root.pem])
    with tsa.TsaServer() as server:
        options: dict[str, Any] = {"signer": signer, "statements": BOTH, "timestamp": server.url}
        credkit_pillow.install(**options)
        drawn().save(tmp_path / "installed.png")
        credkit_pillow.uninstall()
        with credkit_pillow.signing(**options):
            drawn().save(tmp_path / "signing.jpg")
        assert credkit_pillow.save(drawn(), tmp_path / "saved.png", **options).stamped
    for path in tmp_path.iterdir():
        report = verify_file(path, policy=policy)
        assert report.state == "Trusted"
        assert report.active
        assert report.active.signature
        assert report.active.signature.time_stamp


def test_a_picture_is_not_saved_without_the_stamp_that_was_asked_for(signer: Signer, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    with tsa.TsaServer(lie="nonce") as server, credkit_pillow.signing(signer=signer, statements=BOTH, timestamp=server.url):
        with pytest.raises(FetchError):
            drawn().save(target)
        with pytest.raises(DefinitionError, match="--timestamp"):
            credkit_pillow.save(drawn(), target, signer=signer, statements=BOTH, staple=True)
    assert not list(tmp_path.iterdir())


# What generation tools leave


def test_texts_that_are_saved_with_a_picture_are_lifted(signer: Signer, tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a lighthouse\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 471147114711, Size: 64x48, Model: demo")
    exporter = Exporter(signer=signer, prompt="sealed", openings=tmp_path / "openings")
    with credkit_pillow.signing(exporter), pytest.warns(CredentialsWarning):
        drawn().save(tmp_path / "a.png", pnginfo=info)
    verified(tmp_path / "a.png")
    assert actions_of(tmp_path / "a.png") == ["c2pa.created"]
    data = (tmp_path / "a.png").read_bytes()
    assert b"lighthouse" not in data
    assert b"471147114711" not in data


def test_originals_can_be_followed_without_signing(base: Path, tmp_path: Path) -> None:
    credkit_pillow.follow()
    credkit_pillow.follow()
    with Image.open(base) as image:
        assert origin(image.resize((20, 20))) is not None
        image.save(tmp_path / "plain.png")
    assert verify_file(tmp_path / "plain.png").state == "none"
    credkit_pillow.uninstall()
    with Image.open(base) as image:
        assert origin(image) is None
