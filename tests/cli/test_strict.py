"""``credkit verify --strict`` and ``credkit inspect --bytes`` as people use them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.shell import Shell
from tests.forge import pki
from tests.forge.files import signed, standard
from tests.forge.manifests import Signing
from tests.forge.pictures import picture

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "bytes.schema.json").read_text("utf-8"))
TRUST = ("--trust-list", "anchors.pem")


@pytest.fixture
def desk(shell: Shell) -> Shell:
    """A sound file, one with nine bytes that nothing covers, and one without credentials."""
    shell.write("anchors.pem", pki.root_pem())
    shell.write("sound.jpg", signed())
    shell.write("loose.jpg", signed(standard(signing=Signing(unprotected={"pad": b"hidden", "x": 1}))))
    shell.write("plain.jpg", picture("jpg", 24, 16))
    return shell.inside


def test_strict_refuses_what_nothing_covers(desk: Shell) -> None:
    assert desk.run("verify", "-q", *TRUST, "sound.jpg", "loose.jpg").code == 0
    assert desk.run("verify", "-q", "--strict", *TRUST, "sound.jpg").code == 0
    refused = desk.run("verify", "--strict", *TRUST, "loose.jpg")
    assert refused.code == 1
    assert refused.out.startswith("✓ TRUSTED")
    assert '"loose.jpg" would do, but --strict was asked: 9 bytes are covered by no signature and no hash (' in refused.sentence
    assert desk.run("verify", "-q", "--strict", *TRUST, "loose.jpg").err == ""


def test_strict_with_other_demands(desk: Shell) -> None:
    assert desk.run("verify", "-q", "--strict", "--require", "trusted", "--no-own-trust", "sound.jpg").code == 1
    assert desk.run("verify", "-q", "--strict", *TRUST, "plain.jpg").code == 2
    desk.write("policy.json", b'{"rules": {"state": "valid_or_none"}}')
    assert desk.run("verify", "-q", "--strict", "--policy", "policy.json", *TRUST, "plain.jpg", "sound.jpg").code == 0
    assert desk.run("verify", "-q", "--strict", "--policy", "policy.json", *TRUST, "loose.jpg").code == 1


def test_every_byte_as_a_table_and_as_json(desk: Shell) -> None:
    out = desk.ok("inspect", "--bytes", "loose.jpg").out
    assert out.startswith("BYTES  loose.jpg\n\nfile: ")
    assert "padding of the signature that is not empty" in out
    assert out.endswith(", 9 unbound\n")
    found = json.loads(desk.ok("inspect", "--bytes", "--format", "json", "loose.jpg").out)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert sum(found["totals"]["file"].values()) == (desk.folder / "loose.jpg").stat().st_size
    assert "shown as text or json" in desk.refused(2, "inspect", "--bytes", "--format", "html", "loose.jpg")
