"""Data sets: a folder becomes a manifest that lists every file, and is checked against it later."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit import AssetError, DefinitionError, OutputError, Statements
from credkit.api import dataset_files
from credkit.api.dataset_files import manifest_of_folder
from credkit.limits import Limits
from tests.forge import peer, pki
from tests.forge.pictures import picture


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Twelve pictures and two captions, one of them in a folder below."""
    folder = tmp_path / "photos"
    (folder / "captions").mkdir(parents=True)
    for number in range(12):
        (folder / f"{number:02}.png").write_bytes(picture("png") if number % 2 else picture("jpg"))
    (folder / "captions" / "a b é.txt").write_text("a lighthouse", "utf-8")
    (folder / "empty.txt").write_bytes(b"")
    return folder


def assertion(report: credkit.Report, label: str) -> dict[str, Any]:
    assert report.active is not None
    found = next(a for a in report.active.manifest.assertions if a.base_label == label)
    return json.loads(found.box.content("json") or b"")  # type: ignore[no-any-return]


def test_every_file_is_listed_and_found_again(photos: Path) -> None:
    statements = Statements(title="My photographs", creator=("Test Studio",), licence="CC-BY-4.0")
    seen: list[int] = []
    result = credkit.sign_dataset(photos, statements=statements, signer=pki.signer(), progress=seen.append)
    assert result.output == photos / "dataset.c2pa"
    assert (result.items, result.report.state, result.notes) == (14, "Valid", ())
    assert seen[-1] == result.size == sum(p.stat().st_size for p in photos.rglob("*") if p.is_file() and p != result.output)
    assert seen == sorted(seen)
    check = credkit.verify_dataset(result.output)
    assert (check.report.state, check.report.content_intact, check.listed) == ("Valid", True, 14)
    assert (check.missing, check.changed, check.extra) == ((), (), ())
    alone = credkit.verify_file(result.output)
    assert (alone.state, alone.content_intact) == ("Valid", None)
    assert assertion(alone, "org.credkit.dataset") == {
        "version": 1,
        "items": 14,
        "size": result.size,
        "rights": {"lookedAt": 12, "withCredentials": 0},
    }


def test_what_became_of_the_files_is_told_one_by_one(photos: Path) -> None:
    manifest = credkit.sign_dataset(photos, signer=pki.signer()).output
    (photos / "03.png").write_bytes(b"another")
    (photos / "04.png").unlink()
    (photos / "new.png").write_bytes(b"new")
    (photos / ".hidden").write_bytes(b"hidden")
    heard: dict[str, str] = {}
    check = credkit.verify_dataset(manifest, on_member=lambda uri, state, *_: heard.__setitem__(uri, state))
    assert (check.report.state, check.report.content_intact) == ("Invalid", False)
    assert (check.changed, check.missing, check.extra) == (("03.png",), ("04.png",), ("new.png",))
    assert heard["05.png"] == "same"
    assert len(heard) == 14


def test_an_extra_file_is_no_fault(photos: Path) -> None:
    manifest = credkit.sign_dataset(photos, signer=pki.signer()).output
    (photos / "new.png").write_bytes(b"new")
    check = credkit.verify_dataset(manifest)
    assert (check.report.state, check.extra) == ("Valid", ("new.png",))


def test_a_manifest_elsewhere_is_checked_with_the_folder_named(photos: Path, tmp_path: Path) -> None:
    output = tmp_path / "elsewhere" / "photos.c2pa"
    output.parent.mkdir()
    credkit.sign_dataset(photos, output, signer=pki.signer())
    assert credkit.verify_dataset(output, photos).report.state == "Valid"
    assert credkit.verify_dataset(output.read_bytes(), photos).report.state == "Valid"
    astray = credkit.verify_dataset(output)
    assert (astray.report.state, len(astray.missing)) == ("Invalid", 14)
    with pytest.raises(DefinitionError, match="needs the folder"):
        credkit.verify_dataset(output.read_bytes())


def test_pictures_that_forbid_training_are_counted_and_named(photos: Path) -> None:
    credkit.sign_file(photos / "01.png", photos / "01.png", Statements(created="digitalCapture", do_not_train=True), signer=pki.signer())
    credkit.sign_file(photos / "02.png", photos / "02.png", Statements(created="digitalCapture"), signer=pki.signer())
    stripped = picture("png")
    credkit.sign_file(stripped, photos / "03.png", Statements(created="digitalCapture", do_not_train=True), signer=pki.signer())
    credkit.strip_file(photos / "03.png", photos / "03.png")
    result = credkit.sign_dataset(photos, signer=pki.signer())
    assert result.rights is not None
    assert result.rights.training_not_allowed == ("01.png", "03.png")  # credentials; metadata alone
    assert result.rights.with_credentials == 2
    assert result.notes == ("2 of 14 files forbid AI training: 01.png, 03.png.",)
    said = assertion(result.report, "org.credkit.dataset")["rights"]
    assert said["trainingNotAllowed"] == {"count": 2, "files": ["01.png", "03.png"]}
    unseen = credkit.sign_dataset(photos, signer=pki.signer(), look=False)
    assert unseen.rights is None
    assert "rights" not in assertion(unseen.report, "org.credkit.dataset")


def test_hidden_files_and_the_manifest_itself_are_left_out(photos: Path) -> None:
    for name in (".DS_Store", "Thumbs.db"):
        (photos / name).write_bytes(b"x")
    (photos / ".cache").mkdir()
    (photos / ".cache" / "a.png").write_bytes(b"x")
    for _ in range(2):
        result = credkit.sign_dataset(photos, signer=pki.signer())
        assert result.items == 14
        assert result.notes == ("3 hidden files were left out (names that begin with a dot, notes of operating systems).",)
        assert credkit.verify_dataset(result.output).extra == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_are_followed_only_inside_of_the_folder(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_bytes(b"outside")
    (photos / "out.png").symlink_to(tmp_path / "outside.png")
    (photos / "in.png").symlink_to("01.png")
    (photos / "loop").symlink_to(photos)
    os.mkfifo(photos / "pipe")
    result = credkit.sign_dataset(photos, signer=pki.signer())
    assert result.items == 15
    assert credkit.verify_dataset(result.output).report.state == "Valid"


def test_a_list_names_the_files(photos: Path) -> None:
    result = credkit.sign_dataset(photos, signer=pki.signer(), files=["./01.png", "captions/a b é.txt", "01.png"])
    assert result.items == 2
    check = credkit.verify_dataset(result.output)
    assert (check.report.state, check.listed, len(check.extra)) == ("Valid", 2, 12)
    for name in ("nowhere.png", "../photos/01.png", "/etc/passwd"):
        with pytest.raises(AssetError, match="no file below"):
            credkit.sign_dataset(photos, signer=pki.signer(), files=[name])


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
def test_names_of_any_bytes(photos: Path) -> None:
    for name in (b"caf\xe9.png", "日本 語.png".encode(), b"100%.png", b"a?b#c.png", b"semi;colon&'.png"):
        Path(os.fsdecode(os.fsencode(photos) + b"/" + name)).write_bytes(b"content of " + name)
    result = credkit.sign_dataset(photos, signer=pki.signer())
    assert result.items == 19
    assert credkit.verify_dataset(result.output).report.state == "Valid"
    Path(os.fsdecode(os.fsencode(photos) + b"/new\nline.png")).write_bytes(b"x")
    with pytest.raises(DefinitionError, match="rename the file"):
        credkit.sign_dataset(photos, signer=pki.signer())


def test_what_cannot_be_a_data_set_is_refused(photos: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DefinitionError, match="no files"):
        credkit.sign_dataset(empty, signer=pki.signer())
    (empty / ".DS_Store").write_bytes(b"x")
    with pytest.raises(DefinitionError, match="hidden ones"):
        credkit.sign_dataset(empty, signer=pki.signer())
    with pytest.raises(AssetError, match="no folder"):
        credkit.sign_dataset(tmp_path / "nowhere", signer=pki.signer())
    with pytest.raises(DefinitionError, match="divide it"):
        credkit.sign_dataset(photos, signer=pki.signer(), limits=Limits(folder_files=10))
    with pytest.raises(DefinitionError, match="one manifest can list 11"):
        credkit.sign_dataset(photos, signer=pki.signer(), limits=Limits(cbor_items=200))
    assert not list(tmp_path.rglob("*.c2pa"))


def test_an_existing_manifest_is_replaced_only_when_that_is_said(photos: Path) -> None:
    credkit.sign_dataset(photos, signer=pki.signer(), overwrite=False)
    before = (photos / "dataset.c2pa").read_bytes()
    with pytest.raises(OutputError, match="exists already"):
        credkit.sign_dataset(photos, signer=pki.signer(), overwrite=False)
    assert (photos / "dataset.c2pa").read_bytes() == before


def test_what_cannot_be_written_is_refused_before_files_are_read(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_files, "hash_parts", None)
    with pytest.raises(OutputError, match="folder does not exist"):
        credkit.sign_dataset(photos, photos / "nowhere" / "x.c2pa", signer=pki.signer())
    with pytest.raises(DefinitionError, match="digital source type"):
        credkit.sign_dataset(photos, statements=Statements(created="composit"), signer=pki.signer())


@pytest.mark.parametrize("when", ["between", "behind"])
def test_a_file_that_changes_meanwhile_stops_everything(photos: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    real = dataset_files.hash_parts
    victim = photos / ("11.png" if when == "between" else "00.png")

    def hashing(*args: Any, **options: Any) -> Any:
        found = real(*args, **options)
        with victim.open("ab") as file:
            file.write(b"more")
        return found

    monkeypatch.setattr(dataset_files, "hash_parts", hashing)
    with pytest.raises(AssetError, match="changed while"):
        credkit.sign_dataset(photos, signer=pki.signer())
    assert not (photos / "dataset.c2pa").exists()


def test_a_file_that_goes_meanwhile_stops_everything(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = dataset_files.hash_parts

    def hashing(*args: Any, **options: Any) -> Any:
        (photos / "11.png").unlink(missing_ok=True)
        return real(*args, **options)

    monkeypatch.setattr(dataset_files, "hash_parts", hashing)
    with pytest.raises(AssetError, match=r'"11\.png" cannot be read'):
        credkit.sign_dataset(photos, signer=pki.signer())


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the administrator may read anything")
def test_a_file_that_may_not_be_read_is_named(photos: Path) -> None:
    (photos / "01.png").chmod(0)
    with pytest.raises(AssetError, match=r'"01\.png" cannot be read'):
        credkit.sign_dataset(photos, signer=pki.signer())


def test_the_location_and_the_offer_stand_in_the_manifest(photos: Path) -> None:
    statements = Statements(rights="(c) Test Studio", do_not_train=True)
    result = credkit.sign_dataset(photos, statements=statements, signer=pki.signer(), location="https://example.com/photos")
    labels = {a.base_label for a in result.report.active.manifest.assertions} if result.report.active else set()
    assert {"c2pa.asset-ref", "c2pa.asset-type.v2", "cawg.metadata", "cawg.training-mining", "c2pa.hash.collection.data"} <= labels


def test_many_files(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(2_000):
        (folder / f"{number:05}.txt").write_text(str(number))
    result = credkit.sign_dataset(folder, signer=pki.signer())
    assert result.items == 2_000
    assert len(result.store) < 2_000 * 100
    assert credkit.verify_dataset(result.output).report.state == "Valid"


def test_the_manifest_of_a_folder_is_found(photos: Path) -> None:
    with pytest.raises(AssetError, match="credkit dataset sign"):
        manifest_of_folder(photos)
    beside = photos.with_name("photos.c2pa")
    credkit.sign_dataset(photos, beside, signer=pki.signer())
    assert manifest_of_folder(photos) == beside
    credkit.sign_dataset(photos, signer=pki.signer())
    assert manifest_of_folder(photos) == photos / "dataset.c2pa"


def test_the_reference_reads_a_picture_that_carries_such_a_manifest(photos: Path) -> None:
    manifest = credkit.sign_dataset(photos, signer=pki.signer()).output
    out = photos.parent / "out.png"
    credkit.sign_file(picture("png"), out, Statements(created="digitalCreation"), signer=pki.signer(), ingredients=(manifest,))
    found = peer.read(out.read_bytes(), "png", anchors=pki.root_pem())
    assert (found.state, found.failures, found.manifests) == ("Trusted", [], 2)
