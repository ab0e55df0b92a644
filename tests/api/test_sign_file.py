"""``sign_file``: statements, parents, mirrors, regions, thumbnails, sidecars; always verified, never destructive."""

from __future__ import annotations

import errno
import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import credkit
from credkit import ModelReference, Statements, TrainingSource
from credkit.manifest.assertions import Licensor
from credkit.manifest.store import EmbeddedFile, Manifest
from tests.forge import peer, pki
from tests.forge.pictures import KINDS, picture, repainted

SIGNER = pki.signer()
POLICY = credkit.TrustPolicy.of(pki.root_pem())
CREATED = Statements(created="trainedAlgorithmicMedia")
EDITED = Statements(edited="compositeWithTrainedAlgorithmicMedia")


def active(report: credkit.Report) -> Manifest:
    assert report.active is not None
    return report.active.manifest


def value(report: credkit.Report, label: str) -> object:
    assertion = active(report).assertion(label)
    assert assertion is not None, label
    return assertion.value()


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    path = tmp_path / "portrait.png"
    path.write_bytes(picture("png"))
    return path


@pytest.fixture
def signed(portrait: Path) -> Path:
    path = portrait.with_name("signed.png")
    credkit.sign_file(portrait, path, CREATED, signer=SIGNER)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_can_be_said(kind: str, tmp_path: Path) -> None:
    model = tmp_path / "awportrait.safetensors"
    model.write_bytes(b"weights" * 1000)
    source, target = tmp_path / f"in.{kind}", tmp_path / f"out.{kind}"
    source.write_bytes(picture(kind))
    statements = replace(
        CREATED,
        creator=("My Studio",),
        rights="© My Studio",
        usage_terms="ask first",
        web_statement="https://example.com/terms",
        licensor=Licensor("My Studio", "https://example.com", "rights@example.com"),
        models=(ModelReference.parse(f"AWPortrait@1.4={model}"),),
        training_sources=(TrainingSource.parse("own photographs:LicenseRef-own-work"),),
        prompt="a portrait",
        negative_prompt="blurry",
        seed="42",
        human_oversight="human_validated",
        do_not_train=True,
    )
    result = credkit.sign_file(source, target, statements, signer=SIGNER, thumbnail=True, policy=POLICY)
    report = credkit.verify_file(target, policy=POLICY)
    assert (report.state, result.report.state, result.label) == ("Trusted", "Valid", report.active_manifest)
    there = peer.read(target.read_bytes(), kind, anchors=pki.root_pem())
    assert (there.state, there.failures) == ("Trusted", [])
    assert [i.title for i in report.active.ingredients] == ["AWPortrait 1.4", "prompt", "negative prompt", "seed"]  # type: ignore[union-attr]
    assert value(report, "c2pa.ai-disclosure")["modelName"] == "AWPortrait 1.4"  # type: ignore[index]
    recorded = value(report, "c2pa.ingredient.v3")["metadata"]["org.credkit.file"]  # type: ignore[index]
    assert (recorded["name"], recorded["size"]) == ("awportrait.safetensors", 7000)
    assert source.read_bytes() == picture(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_mirrors_are_in_the_picture_and_pixels_are_untouched(kind: str, tmp_path: Path) -> None:
    target = tmp_path / f"out.{kind}"
    statements = replace(CREATED, creator=("My Studio",), rights="© My Studio", do_not_train=True)
    credkit.sign_file(picture(kind), target, statements, signer=SIGNER)
    with Image.open(target) as after, Image.open(io.BytesIO(picture(kind))) as before:
        assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()
        xmp = after.info["xmp"]
        text = xmp.decode() if isinstance(xmp, bytes) else xmp
        assert after.getexif()[0x013B] == "My Studio"
    assert "My Studio" in text
    assert "DMI-PROHIBITED" in text
    assert "trainedAlgorithmicMedia" in text
    assert credkit.verify_file(target).state == "Valid"
    claim = active(credkit.verify_file(target)).claim_bytes or b""
    assert b"xmp.iid:" in claim
    identifier = claim[claim.find(b"xmp.iid:") :][:44].decode()
    assert identifier in text


def test_no_mirrors_leave_every_byte_outside_the_store(tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    credkit.sign_file(picture("png"), target, replace(CREATED, creator=("My Studio",)), signer=SIGNER, mirrors=False)
    stripped = io.BytesIO()
    assert credkit.strip_file(target, stripped) == 1
    assert stripped.getvalue() == picture("png")


def test_a_repaint_with_its_region(signed: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "repainted.jpg", tmp_path / "repaint.jpg"
    source.write_bytes(repainted("jpg"))
    result = credkit.sign_file(source, target, EDITED, signer=SIGNER, parent=signed, region="auto", policy=POLICY)
    report = credkit.verify_file(target, policy=POLICY)
    assert (report.state, [m.generation for m in report.manifests]) == ("Trusted", [1, 2])
    actions = value(report, "c2pa.actions.v2")["actions"]  # type: ignore[index]
    assert [a["action"] for a in actions] == ["c2pa.opened", "c2pa.edited"]
    shape = actions[1]["changes"][0]["region"][0]["shape"]
    assert abs(shape["origin"]["x"] - 20) <= 8
    assert abs(shape["origin"]["y"] - 30) <= 8
    assert 45 <= shape["width"] <= 77
    assert "one area changed" in result.notes[0]


def test_a_signed_source_is_its_own_parent(signed: Path, tmp_path: Path) -> None:
    credkit.sign_file(signed, tmp_path / "next.png", EDITED, signer=SIGNER)
    report = credkit.verify_file(tmp_path / "next.png")
    assert [m.generation for m in report.manifests] == [1, 2]


def test_in_place(signed: Path) -> None:
    credkit.sign_file(signed, signed, EDITED, signer=SIGNER)
    assert len(credkit.verify_file(signed).manifests) == 2


def test_created_over_history_is_refused_and_nothing_lost(signed: Path) -> None:
    before = signed.read_bytes()
    with pytest.raises(credkit.HistoryError, match="drop-history"):
        credkit.sign_file(signed, signed, CREATED, signer=SIGNER)
    assert signed.read_bytes() == before
    credkit.sign_file(signed, signed, CREATED, signer=SIGNER, drop_history=True)
    assert len(credkit.verify_file(signed).manifests) == 1


def test_a_sidecar_is_found_again(portrait: Path) -> None:
    beside = portrait.with_name("portrait.png.c2pa")
    credkit.sign_file(portrait, beside, CREATED, signer=SIGNER, sidecar=True)
    report = credkit.verify_file(portrait)
    assert (report.state, report.location) == ("Valid", "sidecar")
    child = portrait.with_name("child.png")
    credkit.sign_file(picture("png"), child, EDITED, signer=SIGNER, parent=portrait)
    assert len(credkit.verify_file(child).manifests) == 2
    portrait.write_bytes(picture("png") + b"x")
    assert credkit.verify_file(portrait).state == "Invalid"


def test_the_history_in_a_sidecar_is_not_dropped_either(portrait: Path) -> None:
    beside, out = portrait.with_name("portrait.png.c2pa"), portrait.with_name("out.png")
    credkit.sign_file(portrait, beside, CREATED, signer=SIGNER, sidecar=True)
    before = beside.read_bytes()
    for target, is_sidecar in ((out, False), (beside, True)):
        with pytest.raises(credkit.HistoryError, match="in a file beside it.*drop-history"):
            credkit.sign_file(portrait, target, CREATED, signer=SIGNER, sidecar=is_sidecar)
    assert beside.read_bytes() == before
    assert not out.exists()
    # Not said to be created, it is its own parent, as with credentials inside.
    result = credkit.sign_file(portrait, out, Statements(edited="humanEdits"), signer=SIGNER)
    assert [report.location for report in result.ingredients] == ["sidecar"]
    assert len(credkit.verify_file(out).manifests) == 2
    credkit.sign_file(portrait, beside, CREATED, signer=SIGNER, sidecar=True, drop_history=True)
    assert beside.read_bytes() != before
    assert len(credkit.verify_file(portrait).manifests) == 1


def test_a_parent_that_fails_is_taken_in_with_a_note(signed: Path, tmp_path: Path) -> None:
    data = bytearray(signed.read_bytes())
    data[-30] ^= 1
    spoiled = tmp_path / "spoiled.png"
    spoiled.write_bytes(data)
    result = credkit.sign_file(picture("jpg"), tmp_path / "out.jpg", EDITED, signer=SIGNER, parent=spoiled)
    assert [r.state for r in result.ingredients] == ["Invalid"]
    assert any("does not pass verification" in note for note in result.notes)


def test_a_thumbnail_is_small_and_never_upscaled(tmp_path: Path) -> None:
    for width, height in ((240, 180), (2000, 1500)):
        target = tmp_path / "out.jpg"
        credkit.sign_file(picture("jpg", width, height), target, CREATED, signer=SIGNER, thumbnail=True)
        thumbnail = value(credkit.verify_file(target), "c2pa.thumbnail.claim")
        assert isinstance(thumbnail, EmbeddedFile)
        assert len(thumbnail.data) <= 40 * 1024
        with Image.open(io.BytesIO(thumbnail.data)) as image:
            assert max(image.size) == min(512, width)


def test_streams_in_and_out() -> None:
    out = io.BytesIO(b"")
    credkit.sign_file(io.BytesIO(picture("jpg")), out, CREATED, signer=SIGNER)
    out.seek(0)
    assert credkit.verify_file(out).state == "Valid"
    assert credkit.read_store(out.getvalue()).active is not None


@pytest.mark.parametrize(
    ("statements", "options", "error", "words"),
    [
        (Statements(), {}, credkit.DefinitionError, "how the file began"),
        (Statements(created="trainedAlgorithmicMedai"), {}, credkit.DefinitionError, "trainedAlgorithmicMedia"),
        (Statements(created="digitalArt"), {}, credkit.DefinitionError, "digitalCreation"),
        (replace(CREATED, edited="humanEdits"), {}, credkit.DefinitionError, "either created or edited"),
        (Statements(prompt="x"), {}, credkit.DefinitionError, "something that was done"),
        (EDITED, {"region": "auto"}, credkit.DefinitionError, "parent"),
        (CREATED, {"parent": "missing.png"}, credkit.AssetError, "does not exist"),
        (replace(CREATED, models=(ModelReference("M", path="missing.bin"),)), {}, credkit.AssetError, "model file"),
        (replace(CREATED, human_oversight="human_validted"), {}, credkit.DefinitionError, "human_validated"),
    ],
)
def test_what_is_refused(
    statements: Statements, options: dict[str, object], error: type[Exception], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "out.png"
    target.write_bytes(b"precious")
    if statements.human_oversight:
        statements = replace(statements, models=(ModelReference("M"),))
    with pytest.raises(error, match=words):
        credkit.sign_file(picture("png"), target, statements, signer=SIGNER, **options)  # type: ignore[arg-type]
    assert target.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [target]


def test_strip_refuses_what_has_nothing_to_take_out(portrait: Path) -> None:
    with pytest.raises(credkit.AssetError, match="nothing to take out"):
        credkit.strip_file(portrait, portrait)
    assert portrait.read_bytes() == picture("png")


def test_existing_metadata_survives_the_mirrors(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description of my own"
    data = io.BytesIO()
    Image.open(io.BytesIO(picture("jpg"))).save(data, "JPEG", exif=exif, quality=90)
    target = tmp_path / "out.jpg"
    credkit.sign_file(data.getvalue(), target, replace(CREATED, creator=("My Studio",)), signer=SIGNER)
    with Image.open(target) as image:
        assert image.getexif()[0x010E] == "a description of my own"
        assert image.getexif()[0x013B] == "My Studio"


def test_values_of_the_wrong_kind_are_refused(portrait: Path) -> None:
    out = portrait.with_name("out.png")
    with pytest.raises(credkit.DefinitionError, match='"creator" takes several values'):
        credkit.sign_file(portrait, out, replace(CREATED, creator="My Studio"), signer=SIGNER)  # type: ignore[arg-type]
    with pytest.raises(credkit.DefinitionError, match='"region" is "auto"'):
        credkit.sign_file(portrait, out, EDITED, signer=SIGNER, parent=portrait, region="atuo")  # type: ignore[arg-type]
    assert not out.exists()


class FullStream(io.BytesIO):
    """A stream on a full disk."""

    def write(self, data: object, /) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("sidecar", [False, True])
def test_streams_that_cannot_be_written(portrait: Path, sidecar: bool) -> None:
    with pytest.raises(credkit.OutputError, match="no space left"):
        credkit.sign_file(portrait, FullStream(), CREATED, signer=SIGNER, sidecar=sidecar)
    with portrait.open("rb") as readable, pytest.raises(credkit.OutputError, match="output stream"):
        credkit.sign_file(picture("png"), readable, CREATED, signer=SIGNER, sidecar=sidecar)
