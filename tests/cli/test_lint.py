"""``credkit lint``: findings for people and for programs, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.shell import Shell
from tests.forge.pictures import picture
from tests.labels.files import AI, aigc, packet, with_xmp

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas" / "lint.schema.json").read_text("utf-8")))


def test_findings_for_people(shell: Shell) -> None:
    done = shell.run("lint", "signed.png")
    assert (done.code, done.err) == (1, "")
    assert "  ✗ the metadata of the file carry an implicit label\n" in done.out
    assert "cn.label: Measures, Article 5; GB 45438-2025, 6\n" in done.out
    assert "eu.time: Code of Practice, 1.1.1 (known second-hand)" in done.out
    assert done.out.index("China") < done.out.index("European Union") < done.out.index("California")
    assert "requirements are not met: cn.label, eu.time" in done.out.splitlines()[-1]


def test_only_the_regimes_that_were_asked_for(shell: Shell) -> None:
    shell.write("labelled.png", with_xmp(packet(TC260__AIGC=aigc())))
    done = shell.inside.run("lint", "--regime", "cn", "labelled.png")
    assert done.code == 0
    assert "California" not in done.out
    assert shell.inside.run("lint", "--regime", "cn", "--quiet", "labelled.png").out == ""


def test_json_follows_the_schema(shell: Shell) -> None:
    shell.write("labelled.png", with_xmp(packet(TC260__AIGC=aigc(), Iptc4xmpExt__DigitalSourceType=AI)))
    one = json.loads(shell.inside.run("lint", "labelled.png", "--format", "json").out)
    SCHEMA.validate(one)
    assert one["credentials"] == "none"
    several = json.loads(shell.inside.run("lint", "labelled.png", "signed.png", "--format", "json").out)
    assert [document["file"] for document in several] == ["labelled.png", "signed.png"]
    lines = shell.inside.run("lint", "labelled.png", "signed.png", "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == several
    for document in several:
        SCHEMA.validate(document)


def test_the_schema_holds_its_own_example() -> None:
    schema = SCHEMA.schema
    Draft202012Validator.check_schema(schema)
    for example in schema["examples"]:
        SCHEMA.validate(example)


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_file_that_cannot_be_read(shell: Shell, form: str) -> None:
    done = shell.inside.run("lint", "nowhere.png", "signed.png", "--format", form)
    assert done.code == 3
    assert "nowhere.png" in done.sentence
    assert "signed.png" in done.out


def test_a_wrong_regime(shell: Shell) -> None:
    assert "cn, eu, ca" in shell.inside.refused(2, "lint", "--regime", "kr", "signed.png")


def test_texts_of_files_cannot_steer_the_terminal(shell: Shell) -> None:
    shell.write("hostile.png", with_xmp(packet(TC260__AIGC=aigc(ProduceID="\x85\u202e"), schema__provider="\u202egpj.exe\x9b2J")))
    done = shell.inside.run("lint", "hostile.png")
    assert done.code == 1
    assert "\u202e" not in done.out
    assert "\x9b" not in done.out


def test_what_is_no_picture(shell: Shell) -> None:
    shell.write("text.txt", b"no picture at all")
    shell.write("broken.jpg", picture("jpg")[:200])
    assert "no picture, film or sound whose metadata can be read" in shell.inside.refused(3, "lint", "text.txt")
    done = shell.inside.run("lint", "broken.jpg")
    assert done.code == 1
    assert "✗ the metadata can be read" in done.out
