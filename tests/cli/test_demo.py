"""``credkit demo``: the whole story, offline, in a folder of its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from credkit.cli import demonstration
from tests.cli.shell import Shell
from tests.no_network import run_offline


def test_demo_tells_the_whole_story_and_leaves_nothing_behind(stranger: Shell, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = stranger.files()
    out = stranger.ok("demo", TMPDIR=str(temporary), TEMP=str(temporary), TMP=str(temporary)).out
    lines = [line for line in out.splitlines() if line.startswith("$ credkit ")]
    assert [line.split()[2] for line in lines] == [
        *("identity", "sign", "sign", "verify", "verify", "inspect", "sign", "reveal", "inspect"),
        *("dataset", "sign", "sign", "inspect"),
    ]
    assert "✓ TRUSTED  repaint.jpg" in out
    assert "✗ INVALID  altered.jpg" in out
    assert "Generation 1," in out
    assert out.index("✗ INVALID") < out.index("✓ Trusted  repaint.jpg\n├──")
    assert os.listdir(temporary) == []
    assert stranger.files() == before
    assert not stranger.configuration.exists()


def test_demo_can_leave_its_files(stranger: Shell) -> None:
    shell = stranger.inside
    shell.ok("demo", "--keep", "story")
    kept = {path.name for path in (shell.folder / "story").iterdir()}
    assert kept == {
        *("portrait.png", "signed.png", "repainted.jpg", "repaint.jpg", "altered.jpg", "awportrait.safetensors"),
        *("generated.png", "sealed.png", "originals", "credited.safetensors", "traced.png", "configuration", "data"),
    }
    assert shell.run("verify", "-q", "story/repaint.jpg").code == 0
    assert shell.run("verify", "-q", "story/altered.jpg").code == 1
    assert shell.run("verify", "-q", "story/traced.png").code == 0
    assert shell.run("dataset", "verify", "-q", "story/originals").code == 0
    assert "not empty" in shell.refused(1, "demo", "--keep", "story")


def test_demo_fails_when_a_step_does_not_come_true(stranger: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demonstration, "_FORGED", demonstration._CLAIMED)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = stranger.inside.run("demo")
    assert done.code == 1
    assert "this step ended with 0 where 1 belongs" in done.sentence
    assert not list(tmp_path.glob("credkit-demo-*"))


def test_demo_is_offline() -> None:
    run_offline("from credkit.cli import main; sys.exit(main(['demo']))")
