"""The manifest of a data set is the old one or a complete, valid one, whenever the process dies or the disk is full."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

import credkit
from credkit.sign.signer import Signer
from tests.crash.harness import run
from tests.forge import pki
from tests.forge.pictures import picture

PROGRAM = Path(__file__).with_name("datasets.py")
KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else 137
OLD = ("Before",)
FILES = {"one.jpg": picture("jpg"), "two.png": picture("png"), "notes.txt": b"a caption"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chain = pki.default_pki()
    (tmp_path / "chain.pem").write_bytes(chain.chain_pem)
    (tmp_path / "key.pem").write_bytes(chain.key_pem)
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "pictures").mkdir()
    for name, data in FILES.items():
        (tmp_path / "pictures" / name).write_bytes(data)
    signer = Signer.from_pem(tmp_path / "chain.pem", tmp_path / "key.pem")
    credkit.sign_dataset(tmp_path / "pictures", None, credkit.Statements(creator=OLD), signer=signer)
    return tmp_path


def assert_whole(pictures: Path, before: bytes) -> bool:
    """Whether the new manifest is there; everything else is as it was, but for a file that a killed process could not take away."""
    manifest = pictures / "dataset.c2pa"
    found = {path.name: path.read_bytes() for path in pictures.iterdir() if not path.name.startswith(".credkit-")}
    assert found.keys() == FILES.keys() | {manifest.name}
    assert all(found[name] == data for name, data in FILES.items())
    check = credkit.verify_dataset(manifest)
    assert (check.report.state, check.listed, check.missing, check.changed, check.extra) == ("Valid", 3, (), (), ())
    return found[manifest.name] != before


def test_kill_around_every_call_that_touches_a_file(folder: Path) -> None:
    manifest = folder / "pictures" / "dataset.c2pa"
    before = manifest.read_bytes()
    command = [sys.executable, str(PROGRAM), str(folder)]
    done = run(command, CREDKIT_KILL="count")
    assert done.returncode == 0, done.stdout + done.stderr
    assert assert_whole(folder / "pictures", before)
    calls, outcomes = int(done.stdout), set()
    assert calls >= 8
    # The manifest takes its name in one of the last calls.
    orders = [f"{number}-{'before' if number % 2 else 'after'}" for number in range(1, calls - 3)]
    orders += [f"{number}-{side}" for number in range(calls - 3, calls + 1) for side in ("before", "after")]
    for order in orders:
        manifest.write_bytes(before)
        done = run(command, CREDKIT_KILL=order)
        assert done.returncode == KILLED, done.stdout + done.stderr
        outcomes.add(assert_whole(folder / "pictures", before))
        # What a killed run left is looked at by the next one, which would then make other calls.
        for left in (folder / "pictures").glob(".credkit-*"):
            left.unlink()
    assert outcomes == {False, True}


def test_a_full_disk(folder: Path) -> None:
    before = (folder / "pictures" / "dataset.c2pa").read_bytes()
    done = run([sys.executable, str(PROGRAM), str(folder)], CREDKIT_FULL="1")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "space" in done.stdout
    assert not assert_whole(folder / "pictures", before)
    assert not [path for path in (folder / "pictures").iterdir() if path.name.startswith(".")]
