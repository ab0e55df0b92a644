"""What ``pip install`` brings: schemas, trust material, templates and types, and nothing that is secret or only for tests."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_everything_that_is_needed_at_run_time_is_in(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {"credkit/py.typed", "credkit/provenance/templates/report.html.j2", "credkit/_data/trust/README.md"} <= names
    schemas = {path.relative_to(ROOT / "schemas").as_posix() for path in (ROOT / "schemas").rglob("*.json")}
    assert {f"credkit/_data/schemas/{name}" for name in schemas} <= names
    entry_points = next(name for name in names if name.endswith("entry_points.txt"))
    assert "credkit = credkit.__main__:run" in wheel.read(entry_points).decode()


def test_nothing_secret_or_foreign_is_in(wheel: zipfile.ZipFile) -> None:
    for name in wheel.namelist():
        assert name.startswith(("credkit/", "credkit-")), name
        assert b"PRIVATE KEY-----\n" not in wheel.read(name), name


def test_an_installed_credkit_finds_its_schemas(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = "import credkit.resources as r; print(r.__file__); print(r.read_schema('report.schema.json').decode())"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    where, _, schema = result.stdout.partition("\n")
    assert Path(where).is_relative_to(tmp_path)
    assert json.loads(schema)["$id"].endswith("report.schema.json")
