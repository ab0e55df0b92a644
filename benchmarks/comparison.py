"""The cases, taken turn by turn, and the proof that all did the same work."""

from __future__ import annotations

import io
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS
from benchmarks.files import make

__all__ = ["Bench", "Case", "DifferentWorkError", "Row", "check_same", "check_signed", "room_for", "write_keys"]

_PARALLEL_FILES = 3.1
"""Source, signed file and what is being written lie there at the same time."""


class DifferentWorkError(Exception):
    """Two contenders did not do the same, so that their times cannot be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the table."""

    kind: str
    size: int
    work: str
    path: Path
    generations: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured for a case: medians in seconds, memory in bytes, by contender."""

    kind: str
    size: int
    work: str
    generations: int
    seconds: dict[str, float]
    memory: dict[str, int]
    fsync: float
    """Seconds that credkit waited for the disk besides; nobody else does."""

    def ratio(self, one: str, other: str) -> float:
        """How many times as long ``one`` takes as ``other``."""
        return self.seconds[one] / self.seconds[other]


def check_same(case: Case, facts: dict[str, dict[str, Any]]) -> None:
    """``DifferentWorkError`` unless all readers found the file trusted, with as many manifests as it has generations."""
    expected = {"state": "Trusted", "manifests": case.generations, "generations": case.generations}
    for name, found in facts.items():
        if name != "limit" and found != expected:
            raise DifferentWorkError(f"{name} says {found} of {case.path.name}, and {expected} was due")


def check_signed(path: Path, folder: Path, name: str) -> None:
    """``DifferentWorkError`` unless the file holds one trusted manifest, a data hash and no thumbnail."""
    import credkit

    report = credkit.verify_file(path, policy=credkit.TrustPolicy.of(folder / "root.pem"))
    labels = [assertion.label for manifest in (report.store.manifests if report.store else ()) for assertion in manifest.assertions]
    if report.state != "Trusted" or len(report.manifests) != 1:
        raise DifferentWorkError(f"what {name} signed is {report.state} and has {len(report.manifests)} manifests; Trusted and 1 were due")
    if any("thumbnail" in label for label in labels) or "c2pa.hash.data" not in labels:
        raise DifferentWorkError(f"{name} signed {labels}: a data hash and no thumbnail were due")


def write_keys(folder: Path) -> None:
    """Keys of one run; they lie in the folder, for the owner alone."""
    from tests.forge import pki

    keys = pki.default_pki("ed25519")
    for name, data in (("chain.pem", keys.chain_pem), ("key.pem", keys.key_pem), ("root.pem", keys.root_pem)):
        with open(folder / name, "wb", opener=lambda p, flags: os.open(p, flags, 0o600)) as out:
            out.write(data)


def room_for(size: int, folder: Path) -> bool:
    """Whether files of ``size`` bytes can be signed in ``folder``."""
    return shutil.disk_usage(folder).free > _PARALLEL_FILES * size + (64 << 20)


@dataclass(slots=True, kw_only=True)
class Bench:
    """A run: where files lie, how many rounds, on which processor."""

    folder: Path
    rounds: int
    processor: int | None
    say: Callable[[str], object] = field(default=lambda _: None)

    def prepare(self) -> None:
        """Keys of this run and small signed files to warm up on."""
        write_keys(self.folder)
        for kind in ("JPEG", "PNG"):
            make(kind, 20_000, self._file(f"warm {kind}"))
            self._sign(self._file(f"warm {kind}"), self._file(f"warm signed {kind}"))

    def _file(self, name: str) -> Path:
        return self.folder / (name + (".jpg" if "JPEG" in name else ".png"))

    def _sign(self, source: Path, output: Path) -> None:
        CONTENDERS["credkit"](self.folder).sign(source, output)

    def picture(self, kind: str, size: int) -> Iterator[Row]:
        """Verification and signing of one file; it is gone afterwards."""
        source, signed = self._file(f"{kind} {size}"), self._file(f"{kind} {size} signed")
        try:
            make(kind, size, source)
            self._sign(source, signed)
            yield self._row(Case(kind=kind, size=size, work="verify", path=signed))
            signed.unlink()
            yield self._row(Case(kind=kind, size=size, work="sign", path=source))
        finally:
            for path in (source, signed):
                path.unlink(missing_ok=True)

    def chains(self, generations: tuple[int, ...]) -> Iterator[Row]:
        """Verification of a picture that was edited again and again, each time by the same signer."""
        import credkit

        signer = credkit.Signer.from_pem((self.folder / "chain.pem").read_bytes(), (self.folder / "key.pem").read_bytes())
        source = self._file("chain JPEG")
        make("JPEG", 100_000, source)
        data = source.read_bytes()
        for generation in range(1, max(generations, default=0) + 1):
            statements = credkit.Statements(created="digitalCapture") if generation == 1 else credkit.Statements()
            sink = io.BytesIO()
            credkit.sign_file(data, sink, statements, signer=signer, mirrors=False)
            data = sink.getvalue()
            if generation in generations:
                source.write_bytes(data)
                yield self._row(Case(kind="chain", size=len(data), work="verify", path=source, generations=generation))

    def _row(self, case: Case) -> Row:
        self.say(f"{case.kind} {case.size:,} bytes, {case.generations} generation(s): {case.work}")
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
        for turn in range(self.rounds):
            for name in CONTENDERS:
                found[name].append(self._run(name, case, last=turn == self.rounds - 1))
        if case.work == "verify":
            check_same(case, {name: runs[-1]["facts"] for name, runs in found.items()})
        return Row(
            kind=case.kind,
            size=case.size,
            work=case.work,
            generations=case.generations,
            seconds={name: statistics.median(run["seconds"] for run in runs) for name, runs in found.items()},
            memory={name: max(run["memory"] for run in runs) for name, runs in found.items()},
            fsync=statistics.median(run["fsync"] for run in found["credkit"]),
        )

    def _run(self, name: str, case: Case, *, last: bool) -> dict[str, Any]:
        kind = "PNG" if case.path.suffix == ".png" else "JPEG"
        output = self._file(f"output {kind}")
        job = {
            "contender": name,
            "work": case.work,
            "path": str(case.path),
            "output": str(output),
            "warm_up": str(self._file(f"warm signed {kind}" if case.work == "verify" else f"warm {kind}")),
            "folder": str(self.folder),
            "generations": case.generations,
            "repeats": max(1, min(20, 20_000_000 // case.size)),
            "processor": self.processor,
        }
        try:
            command = [sys.executable, "-m", "benchmarks.worker", json.dumps(job)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
            if done.returncode:
                raise RuntimeError(f"{name} could not {case.work} {case.path.name}:\n{done.stderr}")
            if case.work == "sign" and last and name != "limit":
                check_signed(output, self.folder, name)
        finally:
            output.unlink(missing_ok=True)
        return json.loads(done.stdout)  # type: ignore[no-any-return]
