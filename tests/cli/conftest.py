"""One studio for all tests of the command line: an identity, a signed portrait and its repainted version. Each test works in a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.forge.pictures import picture, repainted

SIGN_PORTRAIT = (
    *("sign", "portrait.png", "-o", "signed.png", "--created", "trainedAlgorithmicMedia", "--creator", "My Studio"),
    *("--model", "AWPortrait@1.4=awportrait.safetensors", "--training-licence", "own photographs:LicenseRef-own-work"),
    "--do-not-train",
)
SIGN_REPAINT = (
    *("sign", "repainted.jpg", "-o", "repaint.jpg", "--parent", "signed.png"),
    *("--edited", "compositeWithTrainedAlgorithmicMedia", "--region", "auto"),
)


@pytest.fixture(scope="session")
def _studio(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    base = tmp_path_factory.mktemp("studio")
    (base / "work").mkdir()
    shell = Shell(base / "work", base / "configuration")
    shell.write("portrait.png", picture("png"))
    shell.write("repainted.jpg", repainted("jpg"))
    shell.write("awportrait.safetensors", b"stand-in weights" * 100)
    shell.ok("identity", "new", "My Studio")
    shell.ok(*SIGN_PORTRAIT)
    shell.ok(*SIGN_REPAINT)
    return shell


@pytest.fixture
def shell(_studio: Shell, tmp_path: Path) -> Shell:
    """A copy of the studio's folder; the identity is shared."""
    work = tmp_path / "work"
    shutil.copytree(_studio.folder, work)
    return Shell(work, _studio.configuration)


@pytest.fixture
def stranger(shell: Shell, tmp_path: Path) -> Shell:
    """The same files in the hands of somebody without an identity."""
    return Shell(shell.folder, tmp_path / "nothing")
