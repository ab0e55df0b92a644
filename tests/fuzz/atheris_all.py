"""Coverage-guided fuzzing of every parser, one after the other: ``python -m tests.fuzz.atheris_all --hours 24``.

Needs Atheris (``pip install atheris``), which nothing else here does. Each target runs in a process of its own, since libFuzzer ends its
process; inputs that make one fail are written to ``DIR/crashes/TARGET-*``, and what was learnt is kept in ``DIR/TARGET`` for the next run.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

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
    given = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        print("Atheris is not installed, and nothing else guides inputs by coverage here: pip install atheris", file=sys.stderr)
        return 2
    targets = _instrumented()
    names = given.targets or list(targets)
    if unknown := sorted(set(names) - targets.keys()):
        parser.error(f"no target is called {unknown[0]}: there are {', '.join(targets)}")
    seconds = max(1, int(given.hours * 3_600 / len(names)))
    limit = f"-runs={given.runs}" if given.runs >= 0 else f"-max_total_time={seconds}"
    failed = [name for name in names if not _run(targets[name], given.corpus, limit)]
    print(f"{len(names)} targets, {len(failed)} with findings{': ' if failed else ''}{', '.join(failed)}")
    return 1 if failed else 0


def _instrumented() -> dict[str, Target]:
    """The targets, over a library whose branches are seen: it is imported here first, once for all processes."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["credkit"]):
        from tests.fuzz.targets import TARGETS
    return TARGETS


def _run(target: Target, corpus: Path, limit: str) -> bool:
    context = multiprocessing.get_context("fork")
    spent = context.Array("d", 2, lock=False)
    # Made before the processes part, since many targets begin with the same files.
    process = context.Process(target=_fuzz, args=(target, target.inputs(), corpus, limit, spent))
    process.start()
    process.join()
    found = "" if process.exitcode == 0 else f", ended with {process.exitcode}"
    print(f"{target.name:28}{spent[0]:>12,.0f} inputs{spent[0] / max(spent[1], 1e-3):>10,.0f} a second of processor{found}", flush=True)
    return process.exitcode == 0


def _fuzz(target: Target, inputs: list[bytes], corpus: Path, limit: str, spent: Any) -> None:
    """In the process of one target: libFuzzer ends it."""
    import atheris

    folder, crashes = corpus / target.stem, corpus / "crashes"
    folder.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    for seed in inputs:
        (folder / sha256(seed).hexdigest()[:16]).write_bytes(seed)

    def one(data: bytes) -> None:
        begun = time.process_time()
        try:
            target.run(data)
        except Exception:
            # libFuzzer writes what ends or stops its process, not what an exception ends in a process that was forked.
            (crashes / f"{target.stem}-exception-{sha256(data).hexdigest()[:16]}").write_bytes(data)
            raise
        spent[0] += 1
        spent[1] += time.process_time() - begun

    options = [f"-max_len={target.longest}", f"-timeout={_SECONDS_OF_ONE}", f"-rss_limit_mb={_MEGABYTES}", limit]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={crashes}/{target.stem}-", str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
