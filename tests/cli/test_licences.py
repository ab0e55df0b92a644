"""``credkit inspect --licences`` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from tests.cli.shell import Shell

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "licences.schema.json").read_text("utf-8"))
SIGN = (
    "sign",
    "portrait.png",
    "-o",
    "licensed.png",
    "--created",
    "trainedAlgorithmicMedia",
    "--creator",
    "My Studio",
    "--licence",
    "CC-BY-4.0",
)
SOURCES = (
    "--training-licence",
    "own photographs:LicenseRef-own-work",
    "--training-licence",
    "stock:CC-BY-NC-4.0@https://example.com/licence",
)


def test_a_stranger_reads_every_licence(shell: Shell, stranger: Shell) -> None:
    shell.ok(*SIGN, "--model", "Portrait@1.4", *SOURCES)
    out = stranger.ok("inspect", "--licences", "licensed.png").out
    assert max(map(len, out.splitlines())) <= 100
    headings = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert headings == [
        "LICENCES  licensed.png",
        "What went into it, and under which licence",
        "What all of them allow",
        "What contradicts itself",
        "What is only claimed, or missing",
        "What this does not tell",
    ]
    words = " ".join(out.split())
    for sentence in (
        '1. this file: signed by "My Studio" (verified, but on no trust list of yours); by "My Studio" licence CC-BY-4.0',
        '2. the model "Portrait 1.4", which went into 1: ONLY NAMED, without credentials or a measured hash',
        '4. the data set "stock", which went into 2: ONLY NAMED, without credentials or a measured hash licence CC-BY-NC-4.0 (https://example.com/licence)',
        "commercial use NOT allowed by 4; allowed by 1; unknown of 2, 3",
        "The licence CC-BY-4.0 of this file allows commercial use, and the licence CC-BY-NC-4.0",
        'Nobody states a licence for the model "Portrait 1.4".',
        "It does not prove that the list is complete",
    ):
        assert sentence in words, sentence


def test_json_for_programs_and_a_file(shell: Shell) -> None:
    shell = shell.inside
    shell.ok(*SIGN, *SOURCES)
    made = json.loads(shell.ok("inspect", "licensed.png", "--licences", "--format", "json").out)
    jsonschema.Draft202012Validator(SCHEMA).validate(made)
    assert [source["role"] for source in made["sources"]] == ["file", "training-data", "training-data"]
    assert made["sources"][2]["licences"][0]["allows"]["commercial"] == {"permission": "notAllowed"}
    shell.ok("inspect", "licensed.png", "--licences", "-o", "licences.txt")
    assert (shell.folder / "licences.txt").read_text("utf-8").startswith("LICENCES  licensed.png\n")


def test_what_does_not_go_together(shell: Shell) -> None:
    shell = shell.inside
    shell.ok(*SIGN)
    assert "--licences is shown as text or json" in shell.refused(2, "inspect", "licensed.png", "--licences", "--format", "html")
    assert "not allowed with" in shell.refused(2, "inspect", "licensed.png", "--licences", "--terms")
    assert "--details goes with" in shell.refused(2, "inspect", "licensed.png", "--licences", "--details")
    shell.ok("inspect", "--licences", "portrait.png")
    assert shell.run("inspect", "--licences", "missing.png").code == 3
