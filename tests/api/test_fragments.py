"""Films whose fragments are files of their own: which files count, and what is said of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from credkit import verify_file
from credkit.acceptance import AcceptancePolicy
from credkit.api.accepting import judge_file
from credkit.api.fragments import open_fragments
from credkit.cli import main
from credkit.errors import AssetError
from tests.assets.samples_bmff import film_of
from tests.assets.test_bmff_updating import signed
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.files import signed as forged_picture
from tests.forge.files import standard

MATCH, MISMATCH = "assertion.bmffHash.match", "assertion.bmffHash.mismatch"


def codes(report: object) -> set[str]:
    results = report.active.results  # type: ignore[attr-defined]
    return {status.code for status in (*results.success, *results.failure)}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    entry = next(entry for entry in entries("mp4") if entry.get("fragments"))
    (tmp_path / "init.mp4").write_bytes((CORPUS / entry["path"]).read_bytes())
    for number, name in enumerate(entry["fragments"], 1):
        (tmp_path / f"part{number}.m4s").write_bytes((CORPUS / name).read_bytes())
    return tmp_path


@needs_corpus
def test_a_film_is_judged_with_its_fragments(film: Path) -> None:
    report = verify_file(film / "init.mp4", fragments=[film / "part1.m4s"])
    assert report.state == "Valid"
    assert MATCH in codes(report)


@needs_corpus
@pytest.mark.parametrize("name", [".", "*.m4s", "part[0-9].m4s"])
def test_patterns_and_folders(film: Path, name: str) -> None:
    assert verify_file(film / "init.mp4", fragments=[os.path.join(film, name)]).state == "Valid"


@needs_corpus
def test_without_fragments_nobody_can_say_anything(film: Path) -> None:
    report = verify_file(film / "init.mp4")
    assert report.state == "Invalid"
    assert MISMATCH in codes(report)
    assert any("--fragment" in remark for remark in report.remarks)


@needs_corpus
def test_a_changed_fragment_is_noticed(film: Path) -> None:
    part = film / "part1.m4s"
    data = bytearray(part.read_bytes())
    data[-1] ^= 1
    part.write_bytes(data)
    assert MISMATCH in codes(verify_file(film / "init.mp4", fragments=[part]))


@needs_corpus
def test_a_fragment_that_comes_twice_is_out_of_order(film: Path) -> None:
    assert MISMATCH in codes(verify_file(film / "init.mp4", fragments=[film / "part1.m4s"] * 2))


@needs_corpus
def test_fragments_are_judged_by_a_policy_as_well(film: Path) -> None:
    judgement = judge_file(film / "init.mp4", AcceptancePolicy.of({"rules": {}}), fragments=[film])
    assert judgement.report.state == "Valid"


@needs_corpus
def test_the_command(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init = str(film / "init.mp4")
    assert main(["verify", init, "--fragment", str(film / "part1.m4s"), "--no-own-trust", "-q"]) == 0
    assert main(["verify", init, "--fragment", str(film), "--no-own-trust"]) == 0
    assert "unchanged since signing" in capsys.readouterr().out
    assert main(["verify", init, "--no-own-trust"]) != 0
    assert main(["verify", str(film / "part1.m4s"), "--no-own-trust"]) != 0
    assert "fragment of a film" in " ".join(capsys.readouterr().out.split())
    assert main(["verify", init, init, "--fragment", str(film / "part1.m4s")]) != 0
    assert "--fragment goes with one file" in capsys.readouterr().err


def test_fragments_beside_a_whole_film_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.m4s").write_bytes(film_of())
    report = verify_file(signed(film_of()), fragments=[tmp_path / "other.m4s"])
    assert MISMATCH in codes(report)
    assert report.state == "Invalid"


def test_fragments_beside_a_picture_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.m4s").write_bytes(film_of())
    report = verify_file(forged_picture(standard()), fragments=[tmp_path / "other.m4s"])
    assert report.state == "Invalid"
    assert "general.error" in codes(report)


def test_numbers_in_names_give_the_order(tmp_path: Path) -> None:
    sizes = {"part10.m4s": 10, "part9.M4S": 9, "part1.m4s": 1, "other.txt": 5}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(bytes(size))
    assert [source.size for source in open_fragments([tmp_path])] == [1, 9, 10]
    assert [source.size for source in open_fragments([str(tmp_path / "*.*4*")])] == [1, 9, 10]
    assert [source.size for source in open_fragments([tmp_path / "part10.m4s", tmp_path / "part1.m4s"])] == [10, 1]


def test_a_fragment_is_open_only_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "part.m4s"
    path.write_bytes(b"0123456789" * 100_000)
    (source,) = open_fragments([path])
    assert source.read(5, 10) == b"5678901234"
    assert b"".join(source.chunks(10, 700_000)) == b"0123456789" * 70_000
    path.unlink()
    with pytest.raises(AssetError, match="does not exist"):
        source.read(0, 1)


def test_fragments_that_are_not_there(tmp_path: Path) -> None:
    for name in ("*.m4s", "none.m4s", "."):
        with pytest.raises(AssetError):
            open_fragments([tmp_path / name])
