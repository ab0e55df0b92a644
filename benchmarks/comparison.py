"""The cases, taken turn by turn, and the proof that all did the same work."""

from __future__ import annotations

import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS
from benchmarks.files import make

__all__ = ["Bench", "Case", "DifferentWorkError", "Row", "check_same", "check_signed", "pinned", "room_for", "write_keys"]

_PARALLEL_FILES = 3.1
"""Source, signed file and what is being written lie there at the same time."""


class DifferentWorkError(Exception):
    """Two contenders did not do the same, so that their times cannot be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the table."""

    kind: str
    """A format, or ``chain``, ``ingredients``, ``files``, ``process``."""
    size: int
    work: str
    """``verify`` or ``sign``."""
    paths: tuple[Path, ...]
    count: int = 1
    """Generations of a chain, ingredients of one picture, or files."""
    manifests: int = 1
    """In each file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured for a case: medians in seconds, memory in bytes, by contender."""

    kind: str
    size: int
    work: str
    count: int
    seconds: dict[str, float]
    memory: dict[str, int]
    fsync: float
    """Seconds that credkit waited for the disk besides; nobody else does."""
    alone: float | None = None
    """Seconds of credkit with one processor, where the row is about work that it divides between two."""

    def ratio(self, one: str, other: str) -> float:
        """How many times as long ``one`` takes as ``other``."""
        return self.seconds[one] / self.seconds[other]


def check_same(case: Case, facts: dict[str, dict[str, Any]]) -> None:
    """``DifferentWorkError`` unless all readers found every file trusted, with as many manifests as it has."""
    expected = {"state": "Trusted", "manifests": case.manifests}
    for name, found in facts.items():
        if name != "limit" and found != expected:
            raise DifferentWorkError(f"{name} says {found} of {case.paths[0].name}, and {expected} was due")


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
    """A run: where files lie, how many rounds, on which processors."""

    folder: Path
    rounds: int
    processors: tuple[int, ...]
    """Those to stay on, none for any: all of them where one large file is judged or signed, otherwise the last."""
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
            yield self._row(Case(kind=kind, size=size, work="verify", paths=(signed,)), self.processors)
            signed.unlink()
            yield self._row(Case(kind=kind, size=size, work="sign", paths=(source,)), self.processors)
        finally:
            for path in (source, signed):
                path.unlink(missing_ok=True)

    def chains(self, generations: tuple[int, ...]) -> Iterator[Row]:
        """Verification of a picture that was edited again and again, each time by the same signer."""
        source = self._file("chain JPEG")
        make("JPEG", 100_000, source)
        data = source.read_bytes()
        for generation in range(1, max(generations, default=0) + 1):
            data = self._signed(data, created=generation == 1)
            if generation in generations:
                source.write_bytes(data)
                yield self._row(Case(kind="chain", size=len(data), work="verify", paths=(source,), count=generation, manifests=generation))

    def ingredients(self, count: int) -> Iterator[Row]:
        """Verification of a picture into which so many other signed pictures were put, side by side."""
        source = self._file("ingredients JPEG")
        make("JPEG", 100_000, source)
        parts = [self._signed(self._picture(10_000 + number), created=True) for number in range(count)]
        source.write_bytes(self._signed(source.read_bytes(), created=True, ingredients=parts))
        yield self._row(
            Case(kind="ingredients", size=source.stat().st_size, work="verify", paths=(source,), count=count, manifests=count + 1)
        )

    def files(self, count: int, size: int = 100_000) -> Iterator[Row]:
        """Verification of many different files in one process."""
        folder = self.folder / "files"
        folder.mkdir()
        paths = tuple(folder / f"{number}.jpg" for number in range(count))
        for number, path in enumerate(paths):
            path.write_bytes(self._signed(self._picture(size + number), created=True))
        yield self._row(Case(kind="files", size=sum(path.stat().st_size for path in paths), work="verify", paths=paths, count=count))
        shutil.rmtree(folder)

    def processes(self, rounds: int) -> Iterator[Row]:
        """A whole process that judges one small file, from its start to its end."""
        path = self._file("process JPEG")
        path.write_bytes(self._signed(self._picture(100_000), created=True))
        case = Case(kind="process", size=path.stat().st_size, work="verify", paths=(path,))
        self.say(f"a whole process: {case.size:,} bytes")
        commands = {name: contender.command(path, self.folder) for name, contender in CONTENDERS.items()}
        found: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(rounds + 1):
            for name, command in commands.items():
                start = time.perf_counter()
                done = self._child(command, self.processors[-1:])
                if turn:
                    # The first one has compiled what is compiled for whoever installs it.
                    found[name].append(time.perf_counter() - start)
                if name != "limit":
                    check_same(case, {name: _facts(json.loads(done))})
        yield Row(
            kind=case.kind,
            size=case.size,
            work=case.work,
            count=1,
            seconds={name: statistics.median(times) for name, times in found.items()},
            memory=dict.fromkeys(found, 0),
            fsync=0.0,
        )

    def _picture(self, size: int) -> bytes:
        path = self._file("part JPEG")
        make("JPEG", size, path)
        return path.read_bytes()

    def _signed(self, data: bytes, *, created: bool, ingredients: list[bytes] | None = None) -> bytes:
        """``data`` signed by the signer of this run; a further generation of what it was, unless it is said to be created."""
        import credkit

        signer = credkit.Signer.from_pem((self.folder / "chain.pem").read_bytes(), (self.folder / "key.pem").read_bytes())
        statements = credkit.Statements(created="digitalCapture") if created else credkit.Statements()
        sink = io.BytesIO()
        credkit.sign_file(data, sink, statements, signer=signer, mirrors=False, ingredients=ingredients or ())
        return sink.getvalue()

    def _row(self, case: Case, several: tuple[int, ...] = ()) -> Row:
        self.say(f"{case.kind} {case.size:,} bytes, {case.count}: {case.work}")
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
        alone: list[float] = []
        one = self.processors[-1:]
        for turn in range(self.rounds):
            last = turn == self.rounds - 1
            for name in CONTENDERS:
                found[name].append(self._run(name, case, several or one, last=last))
            if len(several) > 1:
                alone.append(self._run("credkit", case, one, last=False)["seconds"])
        if case.work == "verify":
            check_same(case, {name: runs[-1]["facts"] for name, runs in found.items()})
        return Row(
            kind=case.kind,
            size=case.size,
            work=case.work,
            count=case.count,
            seconds={name: statistics.median(run["seconds"] for run in runs) for name, runs in found.items()},
            memory={name: max(run["memory"] for run in runs) for name, runs in found.items()},
            fsync=statistics.median(run["fsync"] for run in found["credkit"]),
            alone=statistics.median(alone) if alone else None,
        )

    def _run(self, name: str, case: Case, processors: tuple[int, ...], *, last: bool) -> dict[str, Any]:
        kind = "PNG" if case.paths[0].suffix == ".png" else "JPEG"
        output = self._file(f"output {kind}")
        job = {
            "contender": name,
            "work": case.work,
            "paths": [str(path) for path in case.paths],
            "output": str(output),
            "warm_up": str(self._file(f"warm signed {kind}" if case.work == "verify" else f"warm {kind}")),
            "folder": str(self.folder),
            "manifests": case.manifests,
            "repeats": max(1, min(20, 50_000_000 // case.size)),
        }
        try:
            done = self._child([sys.executable, "-m", "benchmarks.worker", json.dumps(job)], processors)
            if case.work == "sign" and last and name != "limit":
                check_signed(output, self.folder, name)
        finally:
            output.unlink(missing_ok=True)
        return json.loads(done)  # type: ignore[no-any-return]

    def _child(self, command: list[str], processors: tuple[int, ...]) -> str:
        """What a process prints that stays on ``processors``."""
        with pinned(processors):
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1], env=environment)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)[:200]} failed:\n{done.stderr}")
        return done.stdout


def _facts(report: dict[str, Any]) -> dict[str, Any]:
    """Of a report in the JSON of either."""
    return {"state": report.get("state", report.get("validation_state")), "manifests": len(report["manifests"])}


@contextmanager
def pinned(processors: tuple[int, ...]) -> Iterator[None]:
    """Stay on these processors, where the system can; processes that are started meanwhile stay there, too."""
    if not processors or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
