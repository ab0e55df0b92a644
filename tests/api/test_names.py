"""File names that no statement can hold: bytes that are no text, control characters, names as long as the file system has them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import credkit
from credkit import Statements
from credkit.api.reading import name_of
from tests.forge import peer, pki
from tests.forge.pictures import picture

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
HOSTILE = {
    b"caf\xe9.png": "caf?.png",
    b"esc\x1b[31mred.png": "esc?[31mred.png",
    "right\u202egnp.png".encode(): "right?gnp.png",
    b"new\nline.png": "new\nline.png",
    b"-rf.png": "-rf.png",
    b"x" * 251 + b".png": "x" * 251 + ".png",
}
NAMES = pytest.mark.parametrize(("name", "title"), HOSTILE.items(), ids=["latin", "escape", "override", "line", "option", "long"])


@pytest.fixture
def source(name: bytes, tmp_path: Path) -> Path:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(picture("png"))
    return path


@NAMES
@pytest.mark.parametrize("privacy", ["public", "sealed"])
def test_such_files_are_signed(source: Path, title: str, privacy: credkit.api.PromptPrivacy, tmp_path: Path) -> None:
    statements = Statements(created="trainedAlgorithmicMedia", prompt="a lighthouse in fog")
    openings = tmp_path / "openings.json" if privacy == "sealed" else None
    credkit.sign_file(source, source, statements, signer=pki.signer(), prompt=privacy, openings=openings)
    report = credkit.verify_file(source)
    assert (report.state, report.name) == ("Valid", title)
    found = peer.read(source.read_bytes(), "png", anchors=pki.root_pem())
    assert (found.state, found.failures) == ("Trusted", [])
    assert found.raw["manifests"][found.raw["active_manifest"]]["title"] == title


@NAMES
def test_such_files_are_parents_and_components(source: Path, title: str, tmp_path: Path) -> None:
    credkit.sign_file(source, source, Statements(created="digitalCapture"), signer=pki.signer())
    out = tmp_path / "out.png"
    edited = Statements(edited="humanEdits")
    credkit.sign_file(picture("png"), out, edited, signer=pki.signer(), parent=source, ingredients=(source,))
    assert credkit.verify_file(out).state == "Valid"
    credkit.sign_file(source, source, edited, signer=pki.signer())
    assert credkit.verify_file(source).state == "Valid"


def test_the_name_of_what_has_none() -> None:
    assert name_of(b"bytes") == ""
    assert name_of(Path("folder/a.png")) == "a.png"
