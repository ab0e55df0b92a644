"""``credkit extract``: files in a folder, a list for people and for programs, and what is refused."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from credkit.cli.extracting import KINDS
from credkit.provenance.resources import RESOURCE_KINDS
from tests.cli.shell import Shell
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import Assertion, Ref, ingredient, thumbnail
from tests.injection.names import HOSTILE_NAMES

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas" / "extract.schema.json").read_text("utf-8")))


GROUPS = [HOSTILE_NAMES[start : start + 8] for start in range(0, len(HOSTILE_NAMES), 8)]


def hostile(names: tuple[str, ...]) -> bytes:
    """Names in every place that gets into the list."""
    parts = []
    for number, name in enumerate(names, 1):
        data = f"c2pa.embedded-data__{number}"
        prompt = {"dc:title": name, "data": Ref(data), "dataTypes": [{"type": "c2pa.types.generator.prompt"}]}
        away = {"dc:title": name, "data": {"url": "x:", "hash": b"1"}}
        parts += [
            Assertion(data, (name.replace("\x00", "?"), b"words"), content="embedded"),
            ingredient(relationship="inputTo", label=f"c2pa.ingredient.v3__{number}", **prompt),
            ingredient(relationship="inputTo", label=f"c2pa.ingredient.v3__{number + 100}", **away),
        ]
    return signed(standard(*parts))


def altered(node: Node) -> None:
    leaf = node.at("c2pa.assertions/c2pa.thumbnail.claim").children[1]
    assert isinstance(leaf, Leaf)
    leaf.payload = b"\xff\xd8\xffother"


def test_the_thumbnail_of_the_file_below_an_update_is_named(shell: Shell) -> None:
    shell = shell.inside
    remark = "of the content as it still is"
    shell.ok("sign", "portrait.png", "-o", "a.png", "--created", "digitalCreation", "--thumbnail", "-q")
    assert remark not in shell.ok("extract", "a.png", "--list", "--only", "thumbnails").out
    shell.ok("update", "a.png", "-o", "b.png", "--published", "-q")
    done = shell.ok("extract", "b.png", "--list", "--only", "thumbnails").out
    assert re.search(rf"thumbnail of generation 1, .*\n.*\n.*\n  {remark}: what came later added statements alone$", done, re.MULTILINE)
    shell.ok("sign", "b.png", "-o", "c.png", "--edited", "humanEdits", "-q")
    assert remark not in shell.ok("extract", "c.png", "--list", "--only", "thumbnails").out


def test_files_and_a_list(shell: Shell) -> None:
    done = shell.ok("extract", "repaint.jpg", "--to", "parts")
    names = sorted(path.name for path in (shell.folder / "parts").iterdir())
    assert any(name.endswith("-ingredient-signed-png.c2pa") for name in names)
    assert names[-1].endswith("-manifest-store.c2pa")
    assert re.findall(r"^[0-9]{2}-.*", done.out, re.MULTILINE) == names
    assert done.out.splitlines()[-1] == f"written: {len(names)} files in parts"
    assert "What these files show or say is what the signers claim; the file itself is Trusted." in done.out
    assert shell.ok("verify", f"parts/{next(name for name in names if 'ingredient' in name)}", "--require", "trusted").code == 0


def test_a_list_writes_nothing(shell: Shell) -> None:
    before = shell.files()
    assert "manifest-store.c2pa" in shell.ok("extract", "repaint.jpg", "--list").out
    assert "There is nothing of that kind in it" in shell.ok("extract", "repaint.jpg", "--list", "--only", "icons").out
    assert shell.files() == before


def test_json_follows_the_schema(shell: Shell) -> None:
    Draft202012Validator.check_schema(SCHEMA.schema)
    for example in SCHEMA.schema["examples"]:
        SCHEMA.validate(example)
    document = json.loads(shell.ok("extract", "repaint.jpg", "--to", "parts", "--only", "ingredients,store", "--format", "json").out)
    SCHEMA.validate(document)
    assert {one["kind"] for one in document["resources"]} == {"ingredient", "store"}
    assert {one["name"] for one in document["resources"] if one["written"]} == {path.name for path in (shell.folder / "parts").iterdir()}
    with pytest.raises(Exception, match="is a required property"):
        SCHEMA.validate({key: value for key, value in document.items() if key != "absent"})


def test_every_kind_has_a_word() -> None:
    assert tuple(KINDS.values()) == RESOURCE_KINDS


def test_what_is_not_what_was_signed(shell: Shell) -> None:
    shell.write("altered.jpg", signed(standard(thumbnail(), edit=altered)))
    done = shell.run("extract", "altered.jpg", "--to", "parts")
    assert done.code == 1
    assert done.sentence.endswith("(--altered writes them): 01-altered-thumbnail-claim.jpg")
    assert "NOT AS SIGNED: it is not what was signed: its hash does not match" in done.out
    assert [path.name for path in (shell.folder / "parts").iterdir()] == ["02-manifest-store.c2pa"]
    shell.ok("extract", "altered.jpg", "--to", "all", "--altered")
    assert (shell.folder / "all" / "01-altered-thumbnail-claim.jpg").read_bytes() == b"\xff\xd8\xffother"
    assert shell.run("extract", "altered.jpg", "--list").code == 0


def test_refusals(shell: Shell) -> None:
    assert "--to" in shell.refused(2, "extract", "repaint.jpg")
    assert "not allowed with" in shell.refused(2, "extract", "repaint.jpg", "--list", "--to", "parts")
    assert '"thumbs" is none; there are thumbnails' in shell.refused(2, "extract", "repaint.jpg", "--list", "--only", "icons,thumbs")
    assert "carries no Content Credentials" in shell.refused(1, "extract", "portrait.png", "--to", "parts")
    assert "nowhere.png" in shell.refused(3, "extract", "nowhere.png", "--to", "parts")
    assert "is a file, not a folder" in shell.refused(1, "extract", "repaint.jpg", "--to", "portrait.png")
    shell.ok("extract", "repaint.jpg", "--to", "parts")
    assert "exists already" in shell.refused(1, "extract", "repaint.jpg", "--to", "parts")
    shell.ok("extract", "repaint.jpg", "--to", "parts", "--force")


@pytest.mark.parametrize("names", GROUPS, ids=range(len(GROUPS)))
def test_hostile_names_in_processes_of_their_own(shell: Shell, tmp_path: Path, names: tuple[str, ...]) -> None:
    shell.write("hostile.jpg", hostile(names))
    before = set(tmp_path.rglob("*"))
    done = shell.ok("extract", "hostile.jpg", "--to", "parts", "--no-own-trust")
    new = set(tmp_path.rglob("*")) - before
    assert new == {shell.folder / "parts", *(shell.folder / "parts").iterdir()}
    assert len(new) == len(names) + 2
    assert not any((ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) <= 0x9F or c in "\u202e\u200b" for c in done.out)
    assert len(done.out.splitlines()) == 9 + 6 * len(names)
    assert all(re.fullmatch(r"[0-9]{2}(-[A-Za-z0-9]+)+\.(txt|c2pa)", path.name) for path in (shell.folder / "parts").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
def test_links_that_wait_for_us(shell: Shell) -> None:
    victim = shell.write("victim", b"as it was")
    (shell.folder / "parts").mkdir()
    for number in range(1, 20):
        os.symlink(victim, shell.folder / "parts" / f"{number:02}-manifest-store.c2pa")
    assert "exists already" in shell.refused(1, "extract", "repaint.jpg", "--to", "parts")
    shell.ok("extract", "repaint.jpg", "--to", "parts", "--force")
    assert victim.read_bytes() == b"as it was"
