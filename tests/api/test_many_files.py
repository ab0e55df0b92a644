"""The verbs on many files, as programs use them."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest

import credkit
from tests.forge import pki
from tests.forge.files import plain, signed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p" / "z").mkdir(parents=True)
    good = signed()
    for name, data in {"a.jpg": good, "b.jpg": plain(), "c.png": b"no picture", "z/d.jpg": good[:-40], "z/e.jpg": good}.items():
        (tmp_path / "p" / name).write_bytes(data)
    return tmp_path


def policy() -> credkit.TrustPolicy:
    return credkit.TrustPolicy.of(pki.root_pem())


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_report_on_every_file(folder: Path, jobs: int) -> None:
    found = list(credkit.verify_files(["p", "missing.jpg", "*.gif"], policy=policy(), jobs=jobs))
    assert [(outcome.file.path, outcome.value.state if outcome.value else outcome.problem) for outcome in found] == [
        ("p/a.jpg", "Trusted"),
        ("p/b.jpg", "none"),
        ("p/c.png", "error"),
        ("p/z/d.jpg", "Invalid"),
        ("p/z/e.jpg", "Trusted"),
        ("missing.jpg", '"missing.jpg" does not exist: check the name and the folder'),
        ("*.gif", 'no file fits "*.gif"'),
    ]
    assert [outcome.cause for outcome in found] == [None] * 5 + ["file"] * 2
    assert all(outcome.value.name == outcome.file.path for outcome in found if outcome.value)


def test_reports_are_the_same_from_processes(folder: Path) -> None:
    one, two = (list(credkit.verify_files(["p"], policy=policy(), jobs=jobs)) for jobs in (1, 2))
    for alone, handed in zip(one, two, strict=True):
        assert alone.file == handed.file
        assert alone.value is not None
        assert handed.value is not None
        assert [m.label for m in alone.value.manifests] == [m.label for m in handed.value.manifests]
        assert alone.value.regions == handed.value.regions
        assert credkit.render(alone.value, "tree") == credkit.render(handed.value, "tree")


def moody(file: credkit.FoundFile, parent: int) -> int:
    if file.below == "a.jpg":
        raise ValueError("a secret")
    if file.below == "b.jpg":
        raise credkit.DefinitionError("not this one")
    if file.below == "c.png" and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return file.size


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_goes_wrong_with_one_file_stops_no_other(folder: Path, jobs: int) -> None:
    found = list(credkit.each_file(partial(moody, parent=os.getpid()), ["p"], jobs=jobs))
    assert [outcome.cause for outcome in found] == ["fault", "file", "process" if jobs > 1 else None, None, None]
    assert found[0].problem is not None
    assert "ValueError" in found[0].problem
    assert "a secret" not in found[0].problem
    assert found[1].problem == "not this one"
    if jobs > 1:
        assert found[2].problem is not None
        assert found[2].problem.startswith('the process that worked on "p/c.png" was ended by the signal SIGKILL')
    assert [outcome.value for outcome in found[3:]] == [outcome.file.size for outcome in found[3:]]


def test_a_result_that_cannot_be_handed_over(folder: Path) -> None:
    found = list(credkit.each_file(lambda file: lambda: file, ["p/a.jpg", "p/b.jpg"], jobs=2))
    assert [outcome.cause for outcome in found] == ["process", "process"]
    assert found[0].problem == 'the process that worked on "p/a.jpg" could not hand over its result, which cannot be pickled'


def test_many_files_are_signed_by_one_signer(folder: Path) -> None:
    signer = pki.signer()
    statements = credkit.Statements(created="digitalCreation")

    def sign(file: credkit.FoundFile) -> str:
        output = folder / "out" / file.below
        output.parent.mkdir(parents=True, exist_ok=True)
        return credkit.sign_file(file.path, output, statements, signer=signer).label

    for number in range(6):
        (folder / "p" / f"{number}.jpg").write_bytes(plain())
    found = list(credkit.each_file(sign, ["p/[0-9].jpg"], jobs=2))
    assert [outcome.problem for outcome in found] == [None] * 6
    assert len({outcome.value for outcome in found}) == 6
    states = [outcome.value.state for outcome in credkit.verify_files(["out"], policy=policy()) if outcome.value]
    assert states == ["Trusted"] * 6


def test_no_job_is_no_job() -> None:
    with pytest.raises(credkit.DefinitionError, match="at least one job"):
        list(credkit.verify_files([], jobs=0))
