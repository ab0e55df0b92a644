"""The same command lines in many surroundings: every byte that comes out is the same.

A surrounding is a locale, a time zone, a seed of Python's hashes, a current folder and a mask for new files. Each is a process of its own,
in which ``said`` runs all command lines one after the other.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.determinism.subjects import commands

__all__ = ["LOCALES", "ZONES", "Found", "Surrounding", "compared", "run", "surroundings"]

LOCALES = ("C", "de_DE.UTF-8", "tr_TR.UTF-8")
ZONES = ("UTC", "Asia/Kathmandu", "America/St_Johns")
_ROOT = Path(__file__).resolve().parents[2]
_CHILD = "from tests.determinism.said import main; main()"


@dataclass(frozen=True)
class Surrounding:
    """Where a process runs."""

    number: int
    locale: str
    zone: str
    hash_seed: int
    mask: int

    def __str__(self) -> str:
        return f"run {self.number}: LC_ALL={self.locale} TZ={self.zone} PYTHONHASHSEED={self.hash_seed} umask {self.mask:03o}"


@dataclass
class Found:
    """What a run came to."""

    runs: int = 0
    bytes: int = 0
    """Of one run's output."""
    commands: int = 0
    locales: tuple[str, ...] = ()
    """Those that this machine has or could be given."""
    different: list[str] = field(default_factory=list)
    """A line for each command line whose output was another."""


def surroundings(count: int, seed: int) -> Iterator[Surrounding]:
    """Each locale with each time zone, in turn, with dice for the rest."""
    pick = Random(seed)
    for number in range(count):
        locale, zone = LOCALES[number % 3], ZONES[(number + number // 3) % 3]
        yield Surrounding(number, locale, zone, pick.randrange(2**32), pick.choice((0o022, 0o077, 0o000)))


def run(count: int, seed: int, folder: Path) -> Found:
    """Judge and show everything in ``count`` surroundings; ``folder`` takes the files."""
    lines = commands(folder)
    available = tuple(name for name in LOCALES if _has(name, folder))
    found = Found(commands=len(lines), locales=available)
    first: list[bytes] = []
    for surrounding in surroundings(count, seed):
        said = _said(surrounding, lines, folder)
        first = first or said
        found.runs += 1
        found.bytes = sum(map(len, first))
        found.different += compared(surrounding, lines, first, said)
    return found


_CLOCK = re.compile(rb" in [\d.,]+ s, [\d.,]+ files and [\d.,]+ MB a second")
"""What several files took, which is no two times the same."""


def compared(surrounding: Surrounding, lines: Sequence[Sequence[str]], first: list[bytes], said: list[bytes]) -> Iterator[str]:
    for line, one, two in zip(lines, first, said, strict=True):
        if one != two:
            at = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
            yield f"{surrounding}: {' '.join(line)}: from byte {at}: {one[at : at + 60]!r} became {two[at : at + 60]!r}"


def _said(surrounding: Surrounding, lines: Sequence[Sequence[str]], folder: Path) -> list[bytes]:
    """What every command line wrote, in order."""
    elsewhere = folder / f"somewhere {surrounding.number % 7}"
    elsewhere.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(_ROOT),
        "PYTHONHASHSEED": str(surrounding.hash_seed),
        "LC_ALL": surrounding.locale,
        "LANG": surrounding.locale,
        "LOCPATH": str(folder / "locales"),
        "TZ": surrounding.zone,
        **{f"XDG_{name}_HOME": str(elsewhere / name.lower()) for name in ("CONFIG", "DATA", "CACHE")},
    }
    if not (folder / "locales").is_dir():
        del environment["LOCPATH"]
    ran = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input="\n".join("\t".join(line) for line in lines).encode(),
        capture_output=True,
        cwd=elsewhere,
        env=environment,
        umask=surrounding.mask,
        check=False,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stderr.decode("utf-8", "replace")
    parts = ran.stdout.split(b"\x1e")
    assert len(parts) == len(lines) + 1, ran.stderr.decode("utf-8", "replace")
    return [_CLOCK.sub(b"", part) for part in parts[1:]]


def _has(name: str, folder: Path) -> bool:
    """Whether processes can have the locale; one that the machine lacks is compiled into ``folder`` when it has the means."""
    listed = subprocess.run(["locale", "-a"], capture_output=True, check=False).stdout.decode("ascii", "replace").lower()
    if name == "C" or name.lower().replace("-", "") in listed.replace("-", ""):
        return True
    program = shutil.which("localedef")
    if program is None:
        return False
    (folder / "locales").mkdir(exist_ok=True)
    territory, _, charset = name.partition(".")
    made = subprocess.run(
        [program, "-i", territory, "-f", charset, str(folder / "locales" / name)], capture_output=True, check=False, timeout=120
    )
    return made.returncode in (0, 1) and (folder / "locales" / name).is_dir()
