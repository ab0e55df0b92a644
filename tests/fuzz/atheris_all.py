"""Coverage-guided fuzzing of every parser, one after the other: ``python -m tests.fuzz.atheris_all --hours 24``.

Needs Atheris (``pip install atheris``), which nothing else here does. Each target runs in a process of its own, since libFuzzer ends its
process; inputs that make one fail are written to ``DIR/crashes/TARGET-*``, and what was learnt is kept in ``DIR/TARGET`` for the next run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

__all__ = ["main"]

_MEGABYTES = 1_024
_SECONDS_OF_ONE = 20


def main(arguments: list[str] | None = None) -> int:
    """Run, tell, and give the exit code: 1 when any target failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.atheris_all", description=__doc__)
    parser.add_argument("--hours", type=float, default=1, help="hours for all targets together (1)")
    parser.add_argument("--targets", nargs="+", metavar="NAME", help="only these, as tests/fuzz/targets.py names them")
    parser.add_argument("--corpus", type=Path, default=Path("fuzz-corpus"), metavar="DIR", help="where inputs are kept (fuzz-corpus)")
    parser.add_argument("--runs", type=int, default=-1, help="so many inputs a target, instead of a time")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.inside:
        return _fuzz(given.inside, given.corpus, given.seconds, given.runs)
    from tests.fuzz.targets import TARGETS

    names = given.targets or list(TARGETS)
    if unknown := sorted(set(names) - TARGETS.keys()):
        parser.error(f"no target is called {unknown[0]}: there are {', '.join(TARGETS)}")
    seconds = max(1, int(given.hours * 3_600 / len(names)))
    failed = [name for name in names if not _run(name, given.corpus, seconds, given.runs)]
    print(f"{len(names)} targets, {len(failed)} with findings{': ' if failed else ''}{', '.join(failed)}")
    return 1 if failed else 0


def _run(name: str, corpus: Path, seconds: int, runs: int) -> bool:
    print(f"{name}: {seconds:,} seconds" if runs < 0 else f"{name}: {runs:,} inputs", flush=True)
    command = [sys.executable, "-m", "tests.fuzz.atheris_all", "--inside", name, "--corpus", str(corpus)]
    return subprocess.run([*command, "--seconds", str(seconds), "--runs", str(runs)], check=False).returncode == 0


def _fuzz(name: str, corpus: Path, seconds: int, runs: int) -> int:
    """In the process of one target: libFuzzer ends it. The library is imported here first, so that its branches are seen."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["credkit"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    stem = name.replace(" ", "-").replace("/", "-")
    folder, crashes = corpus / stem, corpus / "crashes"
    folder.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    for seed in target.seeds():
        (folder / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    options = [
        f"-max_len={target.longest}",
        f"-timeout={_SECONDS_OF_ONE}",
        f"-rss_limit_mb={_MEGABYTES}",
        f"-artifact_prefix={crashes}/{stem}-",
    ]
    options += [f"-runs={runs}"] if runs >= 0 else [f"-max_total_time={seconds}"]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(folder)], target.run)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
