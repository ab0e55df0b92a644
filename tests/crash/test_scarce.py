"""Real commands where there is no room, no permission, or where files change under their hands."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pytest

import credkit
from credkit.cli import main
from credkit.sign.output import OutputFile
from tests.crash.judging import Verb, environment, leftovers, tree
from tests.crash.test_disk import mounted
from tests.crash.verbs import VERBS
from tests.crash.warm import ROOT, Warm

BY_NAME = {verb.name: verb for verb in VERBS}
WRITING_PICTURES = ("sign in-place", "sign jpeg", "sign sidecar", "redact png", "update in-place", "update sidecar", "strip in-place")


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    pytest.importorskip("resource", reason="this system has no limit of file size")
    with Warm(tmp_path_factory.mktemp("warm")) as process:
        yield process


def laid_out(verb: Verb, base: Path) -> tuple[Path, dict[str, bytes]]:
    folder = base / "case"
    verb.lay_out(folder)
    return folder, tree(folder)


def whole_of(verb: Verb, folder: Path, before: dict[str, bytes]) -> object:
    """The summary of an undisturbed run."""
    copy = folder.with_name("whole")
    shutil.copytree(folder, copy)
    assert in_process(verb, copy)[0] == 0
    return verb.summary(copy, before)


def in_process(verb: Verb, folder: Path) -> tuple[int, str]:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    here = os.getcwd()
    os.chdir(folder / "work")
    try:
        with mock.patch.dict(os.environ, environment(folder)), redirect_stdout(out), redirect_stderr(err):
            code = main(list(verb.line))
    finally:
        os.chdir(here)
    err.flush()
    return code, err.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "watch in-place"])
def test_a_limit_of_file_size(warm: Warm, name: str, tmp_path: Path) -> None:
    verb = BY_NAME[name]
    if name == "sign safetensors":
        pytest.importorskip("safetensors")
    folder, before = laid_out(verb, tmp_path)
    whole = whole_of(verb, folder, before)
    warm.load(list(verb.line), tmp_path / "whole" / "work", environment(tmp_path / "whole"))
    for number, largest in enumerate((700, 2_000)):
        copy = tmp_path / f"limited-{number}"
        shutil.copytree(folder, copy)
        done = warm.run(list(verb.line), copy / "work", environment(copy), largest=largest)
        state = verb.state(copy, before, whole)
        assert done.code in (0, 1), done
        if done.code:
            assert state == "intact" or verb.attempts, done
            assert re.search("exceed the size|file too large", done.err.lower()), done
        else:
            assert state == "complete" or "could not be" in done.out, done
        assert leftovers(copy) == []


@pytest.mark.parametrize("name", ["sign in-place", "update in-place", "identity first", "journal note", "trust update"])
@pytest.mark.parametrize("room", [0, 4])
def test_a_disk_with_no_room(name: str, room: int, tmp_path: Path) -> None:
    """``room`` is in KiB, of which a directory entry takes nothing and a file whole pages."""
    verb, disk, after = BY_NAME[name], tmp_path / "disk", tmp_path / "after"
    folder, before = laid_out(verb, tmp_path)
    whole = whole_of(verb, folder, before)
    disk.mkdir()
    variables = " ".join(f"{key}='{value}'" for key, value in environment(disk / "case").items())
    line = " ".join(f"'{word}'" for word in verb.line)
    script = f"""cp -a "{folder}" "{disk}/case"
dd if=/dev/zero of="{disk}/filler" bs=1k 2>/dev/null
truncate -s -{room}k "{disk}/filler"
cd "{disk}/case/work" && {variables} PYTHONPATH="{ROOT}" "{sys.executable}" -m credkit {line}
echo "status $?"
cp -a "{disk}/case" "{after}"
"""
    done = mounted("size=300k", disk, script)
    assert (after / "work").is_dir(), done.stdout + done.stderr
    code = int(done.stdout.rsplit("status ", 1)[1])
    state = verb.state(after, before, whole)
    assert (code, state) in ((0, "complete"), (1, "intact")), done.stdout + done.stderr
    if code:
        assert re.search("disk is full|no space left", done.stderr.lower()), done.stderr
    # A line of a journal may still fit into the last page of the file.
    assert room or code or name == "journal note"
    assert leftovers(after) == []


@pytest.mark.parametrize(
    "name", ["sign in-place", "sign jpeg", "redact png", "strip in-place", "identity first", "trust add", "journal note"]
)
def test_a_disk_that_is_read_only(name: str, tmp_path: Path) -> None:
    verb, disk = BY_NAME[name], tmp_path / "disk"
    folder, before = laid_out(verb, tmp_path)
    disk.mkdir()
    variables = " ".join(f"{key}='{value}'" for key, value in environment(disk / "case").items())
    line = " ".join(f"'{word}'" for word in verb.line)
    script = f"""cp -a "{folder}" "{disk}/case"
mount -o remount,ro "{disk}"
cd "{disk}/case/work" && {variables} PYTHONPATH="{ROOT}" "{sys.executable}" -m credkit {line}
echo "status $?"
cp -a "{disk}/case" "{tmp_path}/after"
"""
    done = mounted("size=2m", disk, script)
    assert done.stdout.endswith("status 1\n"), done.stdout + done.stderr
    assert "read-only" in done.stderr.lower()
    assert tree(tmp_path / "after") == before


def _commit(act: Callable[[], object]) -> Callable[..., None]:
    """``OutputFile.commit`` with something happening just before it."""
    real = OutputFile.commit

    def commit(self: OutputFile, *args: object) -> None:
        act()
        real(self, *args)  # type: ignore[arg-type]

    return commit


@pytest.mark.parametrize("name", WRITING_PICTURES)
@pytest.mark.parametrize("how", ["replaced", "appended", "gone"])
def test_a_source_that_changes_meanwhile(name: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verb = BY_NAME[name]
    folder, before = laid_out(verb, tmp_path)
    # Of credentials that lie beside a picture, it is their own file that is written anew.
    name = f"work/{verb.line[1]}" + (".c2pa" if verb.name == "update sidecar" else "")
    source = folder / name

    def act() -> None:
        if how == "replaced":
            source.with_name("other").write_bytes(b"another picture")
            source.with_name("other").replace(source)
        elif how == "appended":
            with source.open("ab") as file:
                file.write(b"more")
        else:
            source.unlink()

    monkeypatch.setattr(OutputFile, "commit", _commit(act))
    code, told = in_process(verb, folder)
    assert code == 1, told
    assert "changed by someone else" in told
    expected = {"replaced": b"another picture", "appended": before[name] + b"more", "gone": None}[how]
    assert (source.read_bytes() if source.exists() else None) == expected
    assert {key: data for key, data in tree(folder).items() if key != name} == {key: data for key, data in before.items() if key != name}
    assert leftovers(folder) == []


@pytest.mark.parametrize("name", ["sign jpeg", "redact png", "inspect page"])
def test_a_folder_that_goes_away(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verb = BY_NAME[name]
    folder, before = laid_out(verb, tmp_path)
    away = folder / "away"
    away.mkdir()
    line = [f"../away/{word}" if word.startswith("out.") else word for word in verb.line]
    monkeypatch.setattr(OutputFile, "commit", _commit(lambda: shutil.rmtree(away)))
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.chdir(folder / "work")
    with mock.patch.dict(os.environ, environment(folder)), redirect_stdout(out), redirect_stderr(err):
        assert main(line) == 1
    assert "the folder does not exist" in err.getvalue()
    assert "Traceback" not in err.getvalue()
    assert tree(folder) == before


def test_two_commands_at_once_on_one_file(tmp_path: Path) -> None:
    """Whoever is last finds that the file changed, or signs what the other made of it; nothing is half."""
    verb = BY_NAME["update in-place"]
    folder, _ = laid_out(verb, tmp_path)
    command = [sys.executable, "-m", "credkit", *verb.line]
    variables = {**os.environ, **environment(folder), "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    both = [subprocess.Popen(command, cwd=folder / "work", env=variables, **quiet) for _ in range(2)]
    codes = sorted(process.wait(60) for process in both)
    assert codes in ([0, 0], [0, 1])
    report = credkit.verify_file(folder / "work" / "a.jpg")
    assert report.state == "Valid"
    assert len(report.manifests) in (2, 3)
    assert leftovers(folder) == []
