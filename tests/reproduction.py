"""Build the package twice, as two strangers would, and compare byte for byte.

``python -m tests.reproduction [--to DIR]`` copies the tree into two folders, with other times of the files, another mask of permissions,
another time zone, language and order of hashing, and builds a wheel and a source archive in each. The exit code is 1 when they differ;
with ``--to`` the built files are kept. ``make repro`` runs it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

__all__ = ["BUILDERS", "Builder", "built", "main"]

ROOT = Path(__file__).resolve().parents[1]
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".vectors", ".*_cache", ".hypothesis", "__pycache__", "dist", "build", "results", ".coverage"
)


@dataclass(frozen=True, kw_only=True)
class Builder:
    """One stranger: where the tree lies, and the ways of that machine."""

    place: str
    mask: int
    age: int
    """Days since the files were written."""
    environment: dict[str, str]


BUILDERS = (
    Builder(place="one", mask=0o022, age=0, environment={"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
    Builder(
        place="a/much/longer place",
        mask=0o077,
        age=1_000,
        environment={"TZ": "Asia/Kolkata", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2", "HOME": "/nonexistent"},
    ),
)


def built(base: Path) -> list[dict[str, bytes]]:
    """What each of the builders makes of the tree as it is now, by name; ``base`` is an empty folder."""
    shutil.copytree(ROOT, base / "now", ignore=_LEFT_OUT)
    return [_build(builder, base) for builder in BUILDERS]


def _build(builder: Builder, base: Path) -> dict[str, bytes]:
    tree = base / builder.place / "credkit"
    shutil.copytree(base / "now", tree)
    moment = time.time() - builder.age * 86_400
    for path in tree.rglob("*"):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~builder.mask)
        os.utime(path, (moment, moment))
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(base / builder.place / "built")]
    environment = {**os.environ, **builder.environment}
    environment.pop("SOURCE_DATE_EPOCH", None)
    done = subprocess.run(command, cwd=tree, env=environment, umask=builder.mask, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChildProcessError(done.stdout + done.stderr)
    return {path.name: path.read_bytes() for path in sorted((base / builder.place / "built").iterdir())}


def main(arguments: Sequence[str] | None = None) -> int:
    """Build twice and compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.reproduction", description="Build the package twice and compare byte for byte.")
    parser.add_argument("--to", type=Path, metavar="DIR", help="keep the built files here")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="credkit-build-") as base:
        one, two = built(Path(base))
    for name in sorted(one.keys() | two.keys()):
        print(f"{'same' if one.get(name) == two.get(name) else 'DIFFERENT':<10} {sha256(one.get(name, b'')).hexdigest()}  {name}")
    if args.to and one == two:
        args.to.mkdir(parents=True, exist_ok=True)
        for name, data in one.items():
            (args.to / name).write_bytes(data)
    return 0 if one == two else 1


if __name__ == "__main__":
    sys.exit(main())
