"""Style and types are part of the suite, so that one command tells everything. Layers are in ``test_architecture``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)],
    ids=["style", "format", "types"],
)
def test_the_tools_find_nothing(command: tuple[str, ...]) -> None:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


CALLERS_SCRIPT = """
import io
from pathlib import Path

import credkit

def sign(path: Path, signer: credkit.Signer) -> str:
    statements = credkit.Statements(created="digitalCapture", creator=("Studio",))
    result: credkit.SignResult = credkit.sign_file(path, io.BytesIO(), statements, signer=signer, ingredients=[path, b""])
    builder = credkit.Builder(title="collage")
    handle = builder.add_component(path, title="a", description="b", policy=credkit.TrustPolicy())
    builder.add_action(credkit.Action("c2pa.placed", ingredients=(handle.reference,)))
    report: credkit.Report = builder.sign(path, "out.png", signer).report
    return result.label + report.state + credkit.render(report, "html")
"""
CALLERS_MISTAKES = """
import credkit
credkit.Statements(creatd="x")
credkit.verify_file("x", polcy=None)
credkit.render(credkit.verify_file("x"), "htmll")
credkit.Builder().add_component("x", descripton="y")
credkit.Builder().add_input("x", ("c2pa.types.model",), polcy=None)
"""


def test_callers_are_told_their_mistakes_by_the_types(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(CALLERS_SCRIPT, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(CALLERS_MISTAKES, encoding="utf-8")
    command = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--follow-imports=silent", "right.py", "wrong.py")
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    faults = [line.split(":")[:2] for line in result.stdout.splitlines() if ": error: " in line]
    lines = [number for number, line in enumerate(CALLERS_MISTAKES.splitlines(), 1) if line.startswith("credkit.")]
    assert faults == [["wrong.py", str(number)] for number in lines], result.stdout + result.stderr
