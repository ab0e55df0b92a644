"""Collection hashes over folders: sound, and with one fault each.

Shown here: assertion.collectionHash.match, assertion.collectionHash.malformed, assertion.collectionHash.mismatch,
assertion.collectionHash.incorrectFileCount and assertion.collectionHash.invalidURI with its many faces.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit.binding.folder import FolderMembers
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import CollectionHash, CollectionMember
from credkit.provenance.graph import provenance_graph
from credkit.provenance.verdict import verdict
from credkit.verify import Report
from tests.binding.file_collections import LABEL, collection_hash, store_about
from tests.forge.files import signed as signed_picture
from tests.forge.manifests import CREATED, Assertion, Recipe, actions

MATCH, MALFORMED, MISMATCH, MISSING, INVALID = (
    f"assertion.collectionHash.{name}" for name in ("match", "malformed", "mismatch", "incorrectFileCount", "invalidURI")
)
FILES = {"870.jpg": b"a picture", "captions/870.txt": b"a caption", "captions/empty.txt": b"", "captions/deep/ä ö%20.txt": b"more"}


def folder_with(place: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_with(tmp_path / "pictures", FILES)


def judged(folder: Path, value: Any, **options: Any) -> Report:
    store = folder / "pictures.c2pa"
    store.write_bytes(store_about(value))
    return credkit.verify_file(store, folder=folder, **options)


def failures(report: Report) -> set[str]:
    assert report.active
    return {s.code for s in report.active.results.failure} - {"signingCredential.untrusted"}


def explanation(report: Report, code: str) -> str:
    assert report.active
    return next(s.explanation for s in report.active.results if s.code == code) or ""


def test_a_folder_as_it_was_signed(folder: Path) -> None:
    report = judged(folder, collection_hash(FILES))
    assert (report.state, failures(report), report.content_intact, report.unprotected) == ("Valid", set(), True, ())
    assert explanation(report, MATCH) == "All 4 files of the collection are as they were signed."


def test_each_member_is_told(folder: Path) -> None:
    (folder / "870.jpg").write_bytes(b"another picture")
    (folder / "captions/empty.txt").unlink()
    heard: list[tuple[str, str, int, int]] = []
    judged(folder, collection_hash(FILES), on_member=lambda *told: heard.append(told))
    assert heard == [
        ("870.jpg", "changed", 1, 4),
        ("captions/870.txt", "same", 2, 4),
        ("captions/empty.txt", "missing", 3, 4),
        ("captions/deep/%C3%A4%20%C3%B6%2520.txt", "same", 4, 4),
    ]


def test_changed_and_missing_files_are_named(folder: Path) -> None:
    (folder / "870.jpg").write_bytes(b"another picture")
    (folder / "captions/870.txt").unlink()
    report = judged(folder, collection_hash(FILES))
    assert (report.state, failures(report), report.content_intact) == ("Invalid", {MISMATCH, MISSING}, False)
    assert explanation(report, MISMATCH) == "1 of 4 signed files is not what was signed: 870.jpg."
    assert explanation(report, MISSING) == "1 of 4 signed files is not there: captions/870.txt."
    told = " ".join(verdict(report, provenance_graph(report)).reasons)
    assert "870.jpg" in told
    assert "captions/870.txt" in told


def test_of_many_only_some_are_named(tmp_path: Path) -> None:
    files = {f"{number:04}.txt": b"text" for number in range(1_000)}
    folder = folder_with(tmp_path, files)
    for name in files:
        (folder / name).write_bytes(b"other")
    told = explanation(judged(folder, collection_hash(files)), MISMATCH)
    assert told.endswith("0000.txt, 0001.txt, 0002.txt, 0003.txt, 0004.txt and 995 more.")


def test_what_is_not_listed_is_told_and_is_no_fault(folder: Path) -> None:
    (folder / "added\u202e ä.jpg").write_bytes(b"unasked")
    report = judged(folder, collection_hash(FILES))
    assert (report.state, failures(report)) == ("Valid", set())
    assert report.unprotected == ("1 file of the folder that the signer did not list: added\\u202e ä.jpg",)


def test_the_map_of_a_program_in_wide_use(folder: Path) -> None:
    uris = {name: {"hash": hashlib.sha256(data).digest(), "size": 1} for name, data in FILES.items()}
    assert judged(folder, {"alg": "sha256", "uris": uris}).state == "Valid"
    uris["870.jpg"]["hash"] = bytes(32)
    assert failures(judged(folder, {"alg": "sha256", "uris": uris})) == {MISMATCH}


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_algorithms(tmp_path: Path, algorithm: str) -> None:
    folder = folder_with(tmp_path, {"a": b"text"})
    uris = [{"uri": "a", "hash": hashlib.new(algorithm, b"text").digest()}]
    assert judged(folder, {"alg": algorithm, "uris": uris}).state == "Valid"
    assert judged(folder, {"uris": uris}).state == ("Valid" if algorithm == "sha256" else "Invalid")
    assert failures(judged(folder, {"alg": "md5", "uris": uris})) == {"algorithm.unsupported"}


def edit(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    value = collection_hash(FILES)
    change(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"alg": "sha256"},
        {"alg": "sha256", "uris": []},
        {"alg": "sha256", "uris": {}},
        {"alg": "sha256", "uris": "870.jpg"},
        {"alg": "sha256", "uris": ["870.jpg"]},
        {"alg": "sha256", "uris": {"870.jpg": 1}},
        edit(lambda value: value["uris"][1].pop("hash")),
        edit(lambda value: value["uris"][1].pop("uri")),
        edit(lambda value: value["uris"][1].update(hash="text")),
        edit(lambda value: value["uris"][1].update(uri=b"870.jpg")),
        [],
        1,
        None,
    ],
)
def test_malformed(folder: Path, value: Any) -> None:
    assert MALFORMED in failures(judged(folder, value))


@pytest.mark.parametrize(
    "uri",
    [
        "../870.jpg",
        "captions/../870.jpg",
        "./870.jpg",
        "captions/.",
        "%2e%2E/870.jpg",
        "captions/%2e%2e/870.jpg",
        "captions%2F..%2F870.jpg",
        "/etc/passwd",
        "%2Fetc/passwd",
        "//server/share",
        "\\\\server\\share",
        "..\\870.jpg",
        "..%5C870.jpg",
        "C:870.jpg",
        "file:///etc/passwd",
        "https://example.com/870.jpg",
        "870.jpg?size=1",
        "870.jpg%00.txt",
        "870\n.jpg",
        "",
        "#fragment",
        "a" * 5_000,
    ],
)
def test_uris_that_lead_elsewhere(folder: Path, uri: str) -> None:
    value = edit(lambda value: value["uris"].append({"uri": uri, "hash": hashlib.sha256(b"").digest()}))
    report = judged(folder, value)
    assert (report.state, failures(report)) == ("Invalid", {INVALID})


def test_fragments_name_the_same_file(folder: Path) -> None:
    uris = [{"uri": f"870.jpg#{name}", "hash": hashlib.sha256(b"a picture").digest()} for name in "ab"]
    assert judged(folder, {"alg": "sha256", "uris": uris}).state == "Valid"


def test_names_are_taken_letter_by_letter(folder: Path) -> None:
    value = edit(lambda value: value["uris"][0].update(uri="870.JPG"))
    assert failures(judged(folder, value)) == {MISSING}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"secret")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/inner.txt").write_bytes(b"inner")
    os.symlink(outside, folder / "link.txt")
    os.symlink(tmp_path / "other", folder / "linked")
    os.symlink(folder / "870.jpg", folder / "inside.jpg")
    os.symlink(folder, folder / "loop")
    os.symlink("nowhere", folder / "broken")
    more = {"link.txt": b"secret", "linked/inner.txt": b"inner", "broken": b"", "inside.jpg": b"a picture"}
    report = judged(folder, collection_hash(FILES | more))
    assert failures(report) == {MISSING}
    assert explanation(report, MISSING) == "3 of 8 signed files are not there: broken, link.txt, linked/inner.txt."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_and_folders_are_no_members(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "empty folder").mkdir()
    report = judged(folder, collection_hash(FILES | {"pipe": b"", "empty folder": b"", "captions": b""}))
    assert explanation(report, MISSING) == "3 of 7 signed files are not there: captions, empty folder, pipe."


def test_a_file_that_vanishes_meanwhile(folder: Path) -> None:
    def on_member(uri: str, *_: object) -> None:
        if uri == "870.jpg":
            (folder / "captions/870.txt").unlink()

    assert failures(judged(folder, collection_hash(FILES), on_member=on_member)) == {MISSING}


def test_a_very_large_folder_is_not_walked_to_its_end(folder: Path) -> None:
    names = list(FolderMembers(folder, limits=Limits(folder_files=2)).names())
    assert len(names) == 2
    assert sorted(FolderMembers(folder, limits=DEFAULT_LIMITS).names()) == sorted(FILES)


def test_no_folder(tmp_path: Path) -> None:
    store = tmp_path / "x.c2pa"
    store.write_bytes(store_about(collection_hash(FILES)))
    for name in ("nothing", "x.c2pa", "a\0b"):
        with pytest.raises(AssetError, match="is no folder"):
            credkit.verify_file(store, folder=tmp_path / name)


def test_without_the_folder_nothing_is_compared(folder: Path) -> None:
    report = credkit.verify_file(store_about(collection_hash(FILES)))
    assert (report.state, report.content_intact) == ("Valid", None)


def test_a_store_in_memory(folder: Path) -> None:
    assert credkit.verify_file(store_about(collection_hash(FILES)), folder=folder).content_intact is True


def test_a_picture_is_bound_by_no_collection(folder: Path) -> None:
    """The files of the folder are sound, but nothing speaks of the picture that the manifest lies in."""
    picture = signed_picture(Recipe([actions(CREATED), Assertion(LABEL, collection_hash(FILES))]))
    for given in (None, folder):
        report = credkit.verify_file(picture, folder=given)
        assert (report.state, failures(report)) == ("Invalid", {MISSING})
    assert any("was not looked at" in remark for remark in report.remarks)


def test_a_manifest_about_one_file_says_nothing_of_a_folder(folder: Path) -> None:
    store = credkit.read_store(signed_picture())
    report = credkit.verify_file(store.data, folder=folder)
    assert failures(report) == {"general.error"}


def test_signed_with_the_statement(folder: Path) -> None:
    members = tuple(
        CollectionMember(entry["uri"], entry["hash"], size=len(FILES[name]))
        for name, entry in zip(FILES, collection_hash(FILES)["uris"], strict=True)
    )
    statement = CollectionHash(members)
    assert judged(folder, statement.payload()).state == "Valid"
