"""The comparison runs from end to end on tiny files, and refuses to compare what is not the same work. No time is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import passes
from benchmarks.comparison import Case, DifferentWorkError, Row, check_same, check_signed, room_for
from benchmarks.contenders import CONTENDERS
from benchmarks.files import KINDS, make
from benchmarks.goals import goals, plain_goals
from benchmarks.growth import Growth
from benchmarks.table import COLUMNS, as_json, cells, plain, size_text
from benchmarks.worker import resident
from credkit.assets import BytesSource, detect

ROOT = Path(__file__).parents[2]
ROW = Row(
    kind="JPEG",
    size=1_000_000,
    work="verify",
    count=1,
    seconds={"limit": 0.001, "credkit": 0.002, "c2pa-python": 0.004},
    memory={"limit": 0, "credkit": 9_000_000, "c2pa-python": 20_000_000},
    fsync=0.0,
)


def test_one_command_prints_one_table(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    few = ["--quick", "--sizes", "20KB", "--chains", "1,2", "--ingredients", "2", "--files", "3", "--edits", "2", "--rounds", "1"]
    arguments = [*few, "--folder", str(tmp_path), "--json", str(out), "--plot", str(tmp_path / "ratios.svg")]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    lines, _, reached = done.stdout.partition("\n\n")
    lines = [line for line in lines.splitlines() if line.startswith("|")]
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == list(COLUMNS)
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert [(line[0], line[2]) for line in table] == [
        ("JPEG", "verify"),
        ("JPEG", "sign"),
        ("PNG", "verify"),
        ("PNG", "sign"),
        ("chain of 1", "verify"),
        ("chain of 2", "verify"),
        ("2 ingredients", "verify"),
        ("3 files in one process", "verify"),
        ("a whole process", "verify"),
    ]
    assert all(len(line) == len(COLUMNS) for line in table)
    figures = json.loads(out.read_text("utf-8"))
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    assert figures["environment"]["c2pa-python"] == "0.38.1"
    for row in figures["rows"]:
        assert set(row["seconds"]) == set(row["memory"]) == set(CONTENDERS)
        assert all(value > 0 for value in row["seconds"].values())
        assert bool(row["alone"]) == (row["file"] in ("JPEG", "PNG") and processors > 1)
    assert figures["growth"]["edits"] == 2
    assert 0 < figures["growth"]["grown"]["credkit"] < figures["growth"]["grown"]["c2pa-python"]
    assert [line.split("|")[1].strip() for line in reached.splitlines()[2:]] == [goal["work"] for goal in figures["goals"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures.json", "ratios.svg"]
    drawn = ElementTree.fromstring((tmp_path / "ratios.svg").read_text("utf-8"))
    assert "a whole process, 102 KB, verify" in "".join(drawn.itertext())


def test_large_files_of_a_film_and_a_model(tmp_path: Path) -> None:
    arguments = ["--share", "0.002", "--folder", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.large", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [(line[0], line[3]) for line in lines] == [
        ("film.mp4", "sign"),
        ("film.mp4", "verify"),
        ("model.safetensors", "sign"),
        ("model.safetensors", "verify"),
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_size_without_room_is_left_out_with_a_sentence(tmp_path: Path) -> None:
    arguments = ["--sizes", "999999GB", "--chains", "", "--ingredients", "0", "--files", "0", "--edits", "0", "--folder", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "is left out: no folder has room" in done.stderr
    assert not room_for(999_999 * 10**9, tmp_path)
    assert room_for(1, tmp_path)


@pytest.mark.parametrize(
    "found",
    [
        {"state": "Valid", "manifests": 3},
        {"state": "Trusted", "manifests": 2},
        {"state": "Invalid", "manifests": 3},
        {"state": "Trusted", "manifests": 3, "unlike the others": "b.jpg"},
    ],
)
def test_different_work_is_not_compared(found: dict[str, object]) -> None:
    case = Case(kind="chain", size=1, work="verify", paths=(Path("chain.jpg"),), count=3, manifests=3)
    right = {"state": "Trusted", "manifests": 3}
    check_same(case, {"limit": {}, "credkit": right, "c2pa-python": right})
    for facts in ({"credkit": found, "c2pa-python": right}, {"credkit": right, "c2pa-python": found}):
        with pytest.raises(DifferentWorkError, match=r"chain\.jpg"):
            check_same(case, facts)


def test_what_was_signed_is_looked_at(tmp_path: Path) -> None:
    import credkit
    from tests.forge import pki
    from tests.forge.pictures import picture

    (tmp_path / "root.pem").write_bytes(pki.root_pem())
    statements, signed = credkit.Statements(created="digitalCapture"), tmp_path / "a.png"
    credkit.sign_file(picture(), signed, statements, signer=pki.signer())
    check_signed(signed, tmp_path, "credkit")
    credkit.sign_file(picture(), signed, statements, signer=pki.signer(), thumbnail=True)
    with pytest.raises(DifferentWorkError, match="no thumbnail"):
        check_signed(signed, tmp_path, "credkit")
    credkit.sign_file(picture(), signed, statements, signer=pki.make_pki().signer())
    with pytest.raises(DifferentWorkError, match="Trusted and 1 were due"):
        check_signed(signed, tmp_path, "credkit")


@pytest.mark.parametrize("kind", KINDS)
def test_files_have_the_structure_of_their_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    make(kind, 2_200_000, path)
    data = path.read_bytes()
    assert abs(len(data) - 2_200_000) < 0.03 * 2_200_000
    source = BytesSource(data)
    form = detect(source)
    assert form is not None
    layout = form.scan(source)
    boxes = [box.name for box in form.boxes(source, layout)]
    assert layout.remarks == ()
    assert boxes[-1] == ("EOI" if kind == "JPEG" else "IEND")
    assert boxes.count("SOS") == 1 if kind == "JPEG" else boxes.count("IDAT") > 30
    make(kind, 2_200_000, path)
    assert path.read_bytes() == data


def test_figures_are_shown_as_ratios() -> None:
    shown = cells(ROW)
    assert shown == ("JPEG", "1 MB", "verify", "1.00", "2.00", "2.00", "", "4.00", "4.00", "0.50", "9.0", "20.0", "0.00")
    assert cells(replace(ROW, alone=0.003))[6] == "3.00"
    assert len({len(line) for line in plain([ROW, replace(ROW, alone=0.003)]).splitlines()}) == 1
    assert as_json([ROW])[0]["seconds"]["credkit"] == 0.002
    assert [size_text(size) for size in (38, 100_000, 1_500_000, 10**9)] == ["38 B", "100 KB", "1.5 MB", "1 GB"]


def test_goals_are_met_or_not() -> None:
    def row(kind: str, ours: float, *, size: int = 10_000_000, work: str = "verify", count: int = 1) -> Row:
        return replace(ROW, kind=kind, size=size, work=work, count=count, seconds={"limit": 1.0, "credkit": ours, "c2pa-python": 2.0})

    def met(*rows: Row, grown: int | None = None) -> dict[str, bool]:
        growth = Growth(edits=100, first=300_000, grown={"credkit": grown, "c2pa-python": 34_000_000}) if grown else None
        return {goal.work: goal.met for goal in goals(list(rows), growth) if "memory" not in goal.work}

    assert met(row("JPEG", 1.15), row("PNG", 1.16)) == {
        "JPEG of 10 MB: verify, over read + SHA-256": True,
        "PNG of 10 MB: verify, over read + SHA-256": False,
    }
    assert list(met(row("JPEG", 1.3, work="sign"), row("PNG", 1.31, work="sign")).values()) == [True, False]
    assert met(row("JPEG", 9.0, size=1_000_000)) == {}
    assert next(goals([replace(row("PNG", 1.1), alone=1.2)])).seen == "1.10, on one processor 1.20"
    assert list(met(row("PNG", 0.5), row("PNG, 1 KiB chunks", 1.5)).values()) == [True, True]
    assert list(met(row("PNG", 0.5), row("PNG, 1 KiB chunks", 1.6)).values()) == [True, False]
    assert list(met(row("files", 2.0, count=400)).values()) == [True]
    assert list(met(row("chain", 1.0, count=100), row("chain", 0.1, count=10)).values()) == [True, True]
    assert list(met(row("chain", 1.1, count=100), row("chain", 0.05, count=10)).values()) == [False, False]
    assert list(met(row("ingredients", 1.1, count=100)).values()) == [False]
    assert list(met(row("process", 2.1)).values()) == [False]
    assert list(met(grown=1_000_000).values()) == [True]
    assert list(met(grown=1_000_001).values()) == [False]
    assert [goal.met for goal in goals([replace(ROW, memory={"limit": 0, "credkit": 40_000_001, "c2pa-python": 1})])] == [False]
    assert len({len(line) for line in plain_goals(list(goals([row("files", 2.0, count=400)]))).splitlines()}) == 1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell the memory of a process")
def test_memory_is_that_of_this_process() -> None:
    assert 0 < resident("VmRSS") <= resident("VmHWM")
    assert resident("VmNothing") == 0


def test_passes_are_told_in_nanoseconds_a_byte(capsys: pytest.CaptureFixture[str]) -> None:
    passes.main(20_000, 1)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:48].strip() for line in lines] == list(passes.PASSES)
    assert all(line.endswith(" ns a byte") for line in lines)
