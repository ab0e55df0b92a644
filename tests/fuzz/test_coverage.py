"""The command that counts lines: its list of files, its sentences, and one small run."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from credkit.media.texts.block import TextBlock
from tests.fuzz import atheris_all, coverage
from tests.fuzz.blocks import joined, parted
from tests.fuzz.inputs import KEPT, kept
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]


def test_every_name_in_the_list_is_a_file_and_stands_there_once() -> None:
    assert all(list(coverage.PACKAGE.glob(pattern)) for pattern in coverage.PARSERS)
    files = coverage.parser_files()
    assert len(files) == len(set(files)) > 150


def test_what_is_not_installed_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert coverage.main([]) == atheris_all.main([]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(" is not installed")[0] for line in said] == ["Coverage.py", "Atheris"]


def test_a_run_over_one_target() -> None:
    """A share of the lines of a file, and which of them were not reached; so few of all that the command fails."""
    pytest.importorskip("coverage")
    command = [sys.executable, "-m", "tests.fuzz.coverage", "--targets", "json", "--changes", "9", "--lines"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    name, statements, missing, share = rows["codec/json_text.py"][:4]
    assert name in coverage.PARSERS
    assert float(share) == round(100 * (int(statements) - int(missing)) / int(statements), 1) > 80
    assert float(rows["media/exif.py"][3]) < 50
    assert done.returncode == 1


def test_lines_are_told_as_ranges() -> None:
    assert coverage.ranges((1, 2, 3, 7, 9, 10)) == "1-3 7 9-10"
    assert coverage.ranges(()) == ""


def test_what_is_kept_belongs_to_a_target() -> None:
    stems = {target.stem: target for target in TARGETS.values()}
    assert len(stems) == len(TARGETS)
    for path in KEPT.iterdir():
        found = kept(path.stem)
        assert len(found) == len(set(found)) > 0
        assert all(len(data) <= stems[path.stem].longest for data in found)


def test_texts_as_bytes_and_back() -> None:
    blocks = (
        TextBlock(kind="exif", keyword="UserComment", text="a\nb", place="somewhere"),
        TextBlock(kind="twin", keyword="", text="", place="somewhere"),
    )
    assert parted(joined(blocks)) == blocks
    assert parted(b"") == ()
