"""``extract_file``: what is found, what is refused, and that no name of a file can lead anywhere."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit import AssetError, DefinitionError, NoCredentialsError, OutputError, Statements, extract_file, list_resources
from credkit.api.extraction import Extraction
from credkit.codec import cbor
from credkit.codec.jumbf import valid_label
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.store import BOX, parse_store
from credkit.manifest.uri import assertion_uri
from credkit.provenance.resources import RESOURCE_KINDS
from credkit.provenance.sniffing import extension_of, sniff
from credkit.sign import output_folder
from credkit.sign.output_folder import OutputFolder
from tests.forge import pki
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import Assertion, Manifest, Ref, Signing, ingredient, label_of, thumbnail
from tests.forge.pictures import picture
from tests.injection.names import HOSTILE_NAMES

NAME = re.compile(r"[0-9]{2,}(?:-[A-Za-z0-9]+)+\.[a-z0-9]+")
PNG = picture("png", 16, 16)
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def embedded(label: str, data: bytes, media_type: str = "text/plain") -> Assertion:
    return Assertion(label, (media_type, data), content="embedded")


def prompted(number: int, title: str, data: bytes) -> tuple[Assertion, Assertion]:
    """A prompt and the ingredient that refers to it."""
    suffix = f"__{number}" if number else ""
    return embedded(f"c2pa.embedded-data{suffix}", data), ingredient(
        relationship="inputTo",
        label=f"c2pa.ingredient.v3{suffix}",
        **{"dc:title": title, "data": Ref(f"c2pa.embedded-data{suffix}"), "dataTypes": [{"type": "c2pa.types.generator.prompt"}]},
    )


def parent(*more: Assertion) -> Manifest:
    return standard(thumbnail(data=PNG), *more, name="parent").build()


def extracted(data: bytes, to: Path | None = None, **options: Any) -> Extraction:
    return extract_file(data, to, policy=credkit.TrustPolicy.of(pki.root_pem()), **options)


def names(extraction: Extraction) -> list[str]:
    return [entry.name for entry in extraction.entries]


def everything() -> bytes:
    below = parent()
    part = ingredient(below, thumbnail=Ref("c2pa.thumbnail.claim", below))
    recipe = standard(
        part,
        *prompted(1, "negative prompt", "a cat\non a roof, schön".encode()),
        thumbnail(data=picture("jpg", 16, 16)),
        embedded("c2pa.icon", PNG, "image/png"),
        Assertion("org.credkit.generation", {"version": 1, "tool": {"name": "ComfyUI"}}, content="json"),
        embedded("org.example.blob", bytes(range(256)), "text/html"),
    )
    return signed(recipe, below)


def test_everything_that_a_file_holds(tmp_path: Path) -> None:
    extraction = extracted(everything(), tmp_path / "parts")
    assert extraction.report.state == "Trusted"
    assert names(extraction) == [
        "01-negative-prompt.txt",
        "02-thumbnail-claim.jpg",
        "03-icon.png",
        "04-document-org-credkit-generation.json",
        "05-data-org-example-blob.bin",
        "06-thumbnail-claim.png",
        "07-ingredient-part.c2pa",
        "08-manifest-store.c2pa",
    ]
    assert {path.name for path in (tmp_path / "parts").iterdir()} == set(names(extraction))
    assert (tmp_path / "parts" / "01-negative-prompt.txt").read_text("utf-8") == "a cat\non a roof, schön"
    assert [entry.resource.generation for entry in extraction.entries] == [2, 2, 2, 2, 2, 1, 2, None]
    assert [entry.resource.intact for entry in extraction.entries] == [True] * 7 + [None]
    for entry in extraction.entries:
        assert entry.path is not None
        assert entry.path.read_bytes() == entry.resource.data
        assert entry.resource.size == len(entry.resource.data)
    assert (extraction.refused, extraction.absent, extraction.omitted) == ((), (), 0)


def test_an_ingredient_is_a_store_that_verifies_by_itself(tmp_path: Path) -> None:
    grandparent = standard(name="grandparent").build()
    middle = standard(ingredient(grandparent), name="parent").build()
    extraction = extracted(signed(standard(ingredient(middle)), grandparent, middle), tmp_path, only=("ingredient",))
    (path,) = extraction.written
    report = credkit.verify_file(path, policy=credkit.TrustPolicy.of(pki.root_pem()))
    assert report.state == "Trusted"
    assert [m.label for m in report.manifests] == [label_of("grandparent"), label_of("parent")]


def test_the_store_is_the_one_in_the_file(tmp_path: Path) -> None:
    data = everything()
    (path,) = extracted(data, tmp_path, only=("store",)).written
    assert parse_store(path.read_bytes()).active.label == label_of("active")  # type: ignore[union-attr]
    assert path.read_bytes() == credkit.read_store(data).data


def hostile_file() -> bytes:
    parts = [part for number, title in enumerate(HOSTILE_NAMES) for part in prompted(number, title, f"prompt {number}".encode())]
    return signed(standard(*parts))


@pytest.mark.parametrize("folder", ["parts", "deep/er/parts"])
def test_hostile_titles_stay_in_the_folder_and_apart(tmp_path: Path, folder: str) -> None:
    assert len(HOSTILE_NAMES) >= 40
    (tmp_path / "before").write_bytes(b"as it was")
    extraction = extracted(hostile_file(), tmp_path / folder)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "before"]
    assert len(written) == len(HOSTILE_NAMES) + 1 == len(extraction.written)
    assert {path.parent for path in written} == {tmp_path / folder}
    assert len({path.name.lower() for path in written}) == len(written)
    for path in written:
        assert NAME.fullmatch(path.name), path.name
        assert len(path.name) <= 120
    for number, title in enumerate(HOSTILE_NAMES):
        (entry,) = [e for e in extraction.entries if e.resource.label == f"c2pa.embedded-data{f'__{number}' if number else ''}"]
        assert entry.resource.title == title
        assert entry.path is not None
        assert entry.path.read_bytes() == f"prompt {number}".encode()


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_hostile_labels_as_well(tmp_path: Path, name: str) -> None:
    """Labels that no writer would make, in the claim and in the box alike. In a box a label ends at its first zero byte."""
    label = f"org.example.{name.partition(chr(0))[0]}"
    if not valid_label(label):
        with pytest.raises(AssetError, match="forbidden character"):
            extracted(signed(standard(embedded(label, b"text"))) if "\x00" not in label else everything(), tmp_path / "parts")
        assert not (tmp_path / "parts").exists()
        return
    extraction = extracted(signed(standard(embedded(label, b"text"))), tmp_path / "parts", altered=True)
    assert {path.name for path in (tmp_path / "parts").iterdir()} == set(names(extraction))
    assert all(NAME.fullmatch(name) for name in names(extraction))


@pytest.mark.parametrize("claimed", ["image/jpeg", "text/html", "../../x", "image/svg+xml; charset=\x1b", "x" * 5000])
def test_the_extension_follows_the_bytes_and_never_the_claim(claimed: str) -> None:
    for data, media_type, extension in [
        (SCRIPT, "image/svg+xml", "bin"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "text/html", "bin"),
        (b"\xef\xbb\xbf <ScRipt >alert(1)</script>", "text/html", "bin"),
        (b"%PDF-1.7\n", "application/pdf", "bin"),
        (b"PK\x03\x04" + bytes(60), None, "bin"),
        (b"MZ\x90\x00", "application/octet-stream", "bin"),
        (b"#!/bin/sh\nrm -rf .", "text/plain", "txt"),
        (b"\x1b]0;title\x07", "application/octet-stream", "bin"),
        (b"", "application/octet-stream", "bin"),
        (b"\xff\xd8\xff\xe0<script>", "image/jpeg", "jpg"),
        (PNG, "image/png", "png"),
        (b"GIF89a" + bytes(20), "image/gif", "gif"),
        (b'{"3": {"class_type": "KSampler"}}', "application/json", "json"),
        (b'{"a": 1, "a": 2}', "text/plain", "txt"),
        (b"[" * 100_000, "text/plain", "txt"),
        (b"<lora:detail:0.5>, a cat", "text/plain", "txt"),
        (picture("webp", 16, 16), "image/webp", "webp"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1", "image/avif", "avif"),
    ]:
        assert media_type is None or sniff(data) == media_type
        assert extension_of(sniff(data)) == extension
    (entry, _) = extracted(signed(standard(Assertion("c2pa.thumbnail.claim", (claimed, SCRIPT), content="embedded")))).entries
    assert (entry.name, entry.resource.claimed_type, entry.resource.media_type) == ("01-thumbnail-claim.bin", claimed, "image/svg+xml")


def other_content(node: Node) -> None:
    leaf = node.at("c2pa.assertions/c2pa.thumbnail.claim").children[1]
    assert isinstance(leaf, Leaf)
    leaf.payload = b"\xff\xd8\xffother"


def test_what_is_not_what_was_signed_is_refused(tmp_path: Path) -> None:
    data = signed(standard(thumbnail(), embedded("org.example.note", b"note"), edit=other_content))
    extraction = extracted(data, tmp_path / "parts")
    (refused,) = extraction.refused
    assert refused.name == "01-altered-thumbnail-claim.jpg"
    assert "its hash does not match" in (refused.resource.problem or "")
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["02-data-org-example-note.txt", "03-manifest-store.c2pa"]
    extraction = extracted(data, tmp_path / "all", altered=True)
    assert (tmp_path / "all" / "01-altered-thumbnail-claim.jpg").read_bytes() == b"\xff\xd8\xffother"
    assert extraction.refused == ()


def test_without_a_signature_over_the_hash_nothing_is_as_signed() -> None:
    data = signed(
        standard(
            thumbnail(),
            claim=lambda claim: claim.update({"dc:title": "x"}),
            signing=Signing(signature=lambda s: s[:-1] + bytes((s[-1] ^ 1,))),
        )
    )
    resource = extracted(data).entries[0].resource
    assert (resource.intact, "does not verify" in (resource.problem or "")) == (False, True)


def test_undeclared_and_doubled_boxes_are_not_as_signed() -> None:
    hidden = thumbnail("c2pa.thumbnail.claim", place=None)
    assert extracted(signed(standard(hidden))).entries[0].resource.intact is False

    def doubled(node: Node) -> None:
        store = node.at("c2pa.assertions")
        store.children.append(store.at("c2pa.thumbnail.claim"))

    assert [e.resource.intact for e in extracted(signed(standard(thumbnail(), edit=doubled))).entries] == [False, False, None]


def test_an_altered_ingredient_is_refused_with_its_store() -> None:
    below = parent(embedded("org.example.note", b"note"))
    below.node.at("c2pa.assertions/org.example.note").children[1].payload = b"NOTE"
    part = ingredient(below)
    by_kind = {entry.resource.kind: entry.resource for entry in extracted(signed(standard(part), below)).entries}
    assert by_kind["data"].intact is False
    assert by_kind["thumbnail"].intact is True
    assert by_kind["ingredient"].intact is False
    assert by_kind["store"].intact is None


def with_data_boxes(right: bool) -> bytes:
    box = Node(BOX.CBOR, "c2pa.data", [Leaf("cbor", cbor.encode({"dc:format": "text/plain", "data": b"an old prompt"}))])
    reference = {"url": "self#jumbf=c2pa.databoxes/c2pa.data", "hash": box.hash() if right else bytes(32)}
    part = ingredient(relationship="inputTo", data=reference, data_types=[{"type": "c2pa.types.generator.prompt"}])
    return signed(standard(part, edit=lambda node: node.children.append(Node(BOX.DATABOXES, "c2pa.databoxes", [box]))))


def test_data_boxes_of_older_files() -> None:
    entry = extracted(with_data_boxes(True)).entries[0]
    assert (entry.name, entry.resource.intact, entry.resource.data) == ("01-prompt-part.txt", True, b"an old prompt")
    assert extracted(with_data_boxes(False)).entries[0].resource.intact is False


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    source = tmp_path / "sealed.png"
    statements = Statements(created="trainedAlgorithmicMedia", prompt="a lighthouse", seed="42")
    sealed = {"prompt": "sealed", "openings": tmp_path / "openings.json"}
    credkit.sign_file(picture("png"), source, statements, signer=pki.signer(), **sealed)  # type: ignore[arg-type]
    extraction = extract_file(source, tmp_path / "parts", only=("prompt",))
    assert extraction.entries == ()
    assert not (tmp_path / "parts").exists()
    assert {(one.what, one.generation) for one in extraction.absent} == {("prompt", 1), ("seed", 1)}
    assert all("withheld" in one.why for one in extraction.absent)


def test_what_is_kept_elsewhere_or_taken_out_is_told() -> None:
    away = ingredient(relationship="inputTo", data={"url": "https://example.org/x", "hash": bytes(32), "alg": "sha256"})
    (absent,) = extracted(signed(standard(away))).absent
    assert (absent.what, absent.why) == ("part", "it is kept outside of the file")

    def outside(node: Node) -> None:
        node.children[0] = Leaf("bfdb", b"\x02text/plain\0")

    assert (
        "outside"
        in extracted(signed(standard(Assertion("c2pa.icon", ("text/plain", b""), content="embedded", edit=outside)))).absent[0].why
    )
    below = parent()
    uri = assertion_uri(below.label, "c2pa.thumbnail.claim")
    (removed,) = extracted(signed(standard(ingredient(below), redacted=[uri]), below)).absent
    assert (removed.what, removed.generation) == ("c2pa.thumbnail.claim", 1)
    assert "on record" in removed.why


def test_limits(tmp_path: Path) -> None:
    data = everything()
    whole = extracted(data)
    count, size = len(whole.entries), sum(entry.resource.size for entry in whole.entries)
    assert extracted(data, limits=replace(DEFAULT_LIMITS, resources=count, resources_size=size)).omitted == 0
    assert extracted(data, limits=replace(DEFAULT_LIMITS, resources=count - 1)).omitted == 1
    less = extracted(data, tmp_path, limits=replace(DEFAULT_LIMITS, resources_size=size - 1))
    assert less.omitted == 1
    assert len(less.written) == count - 1


def test_repeated_histories_cannot_fill_a_disk() -> None:
    """A thousand ingredients that all lead to the same large one."""
    large = standard(embedded("org.example.large", bytes(1 << 20)), name="large").build()
    parts = [standard(ingredient(large), name=f"part {n}").build() for n in range(40)]
    users = [ingredient(part, "componentOf", label=f"c2pa.ingredient.v3__{n}") for n, part in enumerate(parts, 1)]
    extraction = extracted(signed(standard(*users), large, *parts), limits=replace(DEFAULT_LIMITS, resources_size=8 << 20))
    assert extraction.omitted > 30
    assert sum(entry.resource.size for entry in extraction.entries) <= 8 << 20


def test_kinds_and_their_numbers_are_the_same_whatever_is_asked_for() -> None:
    data = everything()
    whole = {entry.resource.kind: set() for entry in extracted(data).entries}  # type: ignore[var-annotated]
    for entry in extracted(data).entries:
        whole[entry.resource.kind].add((entry.resource.index, entry.name))
    for kind in RESOURCE_KINDS:
        assert {(e.resource.index, e.name) for e in extracted(data, only=(kind,)).entries} == whole.get(kind, set())
    with pytest.raises(DefinitionError, match='"thumbs" is no kind'):
        extracted(data, only=("thumbs",))


def test_what_cannot_be_extracted_from(tmp_path: Path) -> None:
    with pytest.raises(NoCredentialsError, match="carries no Content Credentials"):
        extracted(picture("png"), tmp_path / "parts")
    with pytest.raises(AssetError):
        extracted(everything().replace(b"jumdc2ma", b"jumxc2ma"), tmp_path / "parts")
    assert not (tmp_path / "parts").exists()
    assert list_resources(credkit.verify_file(picture("png"))).items == ()


def test_nothing_is_overwritten_unless_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "03-icon.png").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"03-icon\.png.*exists already"):
        extracted(everything(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["03-icon.png"]
    assert (tmp_path / "03-icon.png").read_bytes() == b"mine"
    extracted(everything(), tmp_path, overwrite=True)
    assert (tmp_path / "03-icon.png").read_bytes() == PNG


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
@pytest.mark.parametrize("target", ["victim", "nowhere", "/dev/full", "."])
def test_links_in_the_folder_are_never_followed(tmp_path: Path, target: str) -> None:
    folder, victim = tmp_path / "parts", tmp_path / "parts" / "victim"
    folder.mkdir()
    victim.write_bytes(b"victim")
    link = folder / "08-manifest-store.c2pa"
    link.symlink_to(target)
    with pytest.raises(OutputError, match="exists already"):
        extracted(everything(), folder)
    assert link.is_symlink()
    assert len(list(folder.iterdir())) == 2
    extracted(everything(), folder, overwrite=True)
    assert not link.is_symlink()
    assert victim.read_bytes() == b"victim"
    assert not (folder / "nowhere").exists()


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        extracted(everything(), tmp_path / "file")
    with pytest.raises(OutputError):
        extracted(everything(), tmp_path / "file" / "below")
    with pytest.raises(OutputError):
        extracted(everything(), tmp_path / ("n" * 300))
    with pytest.raises(OutputError):
        extracted(everything(), "a\x00b")  # type: ignore[arg-type]
    (tmp_path / "parts" / "03-icon.png").mkdir(parents=True)
    with pytest.raises(OutputError, match="is not a regular file"):
        extracted(everything(), tmp_path / "parts", overwrite=True)
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["03-icon.png"]


class FullDisk:
    """``os``, until the named functions were called so often."""

    def __init__(self, functions: tuple[str, ...], calls: int) -> None:
        self._functions, self._left = functions, calls

    def __getattr__(self, name: str) -> Any:
        if name not in self._functions:
            return getattr(os, name)
        self._left -= 1
        return getattr(os, name) if self._left >= 0 else self._refuse

    def _refuse(self, *_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("calls", range(8))
@pytest.mark.parametrize("functions", [("fsync",), ("link", "rename")], ids=["content", "names"])
def test_a_disk_that_refuses_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, functions: tuple[str, ...], calls: int
) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "mine").write_bytes(b"mine")
    monkeypatch.setattr(output_folder, "os", FullDisk(functions, calls))
    with pytest.raises(OutputError, match="the disk is full"):
        extracted(everything(), folder)
    assert [path.name for path in folder.iterdir()] == ["mine"]
    with pytest.raises(OutputError, match="the disk is full"):
        extracted(everything(), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_name_that_is_taken_while_we_write(tmp_path: Path) -> None:
    def write() -> None:
        with OutputFolder(tmp_path / "parts") as out:
            out.add("a", b"1")
            out.add("b", b"2")
            (tmp_path / "parts" / "b").write_bytes(b"faster")
            out.commit()

    with pytest.raises(OutputError, match="exists already"):
        write()
    assert {path.name: path.read_bytes() for path in (tmp_path / "parts").iterdir()} == {"b": b"faster"}


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "../a"])
def test_only_single_names_are_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a file"), OutputFolder(tmp_path) as out:
        out.add(name, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="an open folder cannot be renamed there")
def test_a_folder_that_is_swapped_while_we_write(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    with OutputFolder(folder) as out:
        out.add("a", b"1")
        folder.rename(tmp_path / "moved")
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to(tmp_path / "elsewhere")
        out.commit()
    assert [path.name for path in (tmp_path / "moved").iterdir()] == ["a"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_unlinked_manifest_was_not_judged() -> None:
    stray = standard(thumbnail(), name="stray").build()
    entries = extracted(signed(standard(), stray)).entries
    assert [(e.resource.kind, e.resource.intact, e.resource.generation) for e in entries] == [
        ("thumbnail", False, None),
        ("store", None, None),
    ]
    assert "nothing refers to the manifest" in (entries[0].resource.problem or "")


def test_the_document_has_digests_of_what_was_written(tmp_path: Path) -> None:
    from credkit.api.extraction import extraction_document

    extraction = extracted(everything(), tmp_path)
    for entry in extraction_document(extraction)["resources"]:
        assert hashlib.sha256((tmp_path / entry["name"]).read_bytes()).hexdigest() == entry["sha256"]
