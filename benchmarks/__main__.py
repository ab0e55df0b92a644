"""``python -m benchmarks``: speed and memory beside c2pa-python and the limits of the machine, and which goals they meet."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from benchmarks.comparison import Bench, DifferentWorkError, Row, room_for
from benchmarks.files import KINDS
from benchmarks.goals import goals, plain_goals
from benchmarks.growth import grow
from benchmarks.plot import plot
from benchmarks.table import as_json, plain, rich_table, size_text

__all__ = ["main"]

_UNITS = {"KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_SIZES, _QUICK_SIZES = "100KB,1MB,10MB,100MB,1GB", "100KB,1MB,10MB"
_CHAINS, _QUICK_CHAINS = "1,10,25,100", "1,10"
_INGREDIENTS, _QUICK_INGREDIENTS = 100, 10
_FILES, _QUICK_FILES = 400, 40
_EDITS, _QUICK_EDITS = 100, 5
_MANY_CHUNKS = 100_000_000
_NOTES = """limit: read + SHA-256 for verify (and one Ed25519 verification a generation), copy + SHA-256 in one pass for sign.
MB: peak of resident memory less that of the interpreter with the library imported, before it touched a file.
Times are medians without fsync, which credkit alone does and which has its own column. All verify with the same trust anchor.
Files have two processors, where there are two, and so has every contender; "on one" is credkit with one. All other rows are about one."""


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d+)(KB|MB|GB)", text.strip().upper())
    if not found:
        raise argparse.ArgumentTypeError(f'"{text}" is no size: write 100KB, 10MB or 1GB')
    return int(found[1]) * _UNITS[found[2]]


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_size(item) for item in text.split(",") if item.strip())


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(item) for item in text.split(",") if item.strip()))


def _processors(text: str) -> tuple[int, ...]:
    return () if text == "any" else _numbers(text)


def _last_two() -> tuple[int, ...]:
    available = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return tuple(available)[-2:]


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition(": ")[2])
    parser.add_argument("--quick", action="store_true", help="small files and short chains, in less than a minute")
    parser.add_argument("--sizes", type=_sizes, help=f"of the pictures ({_SIZES})")
    parser.add_argument("--chains", type=_numbers, help=f"generations ({_CHAINS})")
    parser.add_argument("--ingredients", type=int, help=f"side by side ({_INGREDIENTS}); 0 for none")
    parser.add_argument("--files", type=int, help=f"judged in one process ({_FILES}); 0 for none")
    parser.add_argument("--edits", type=int, help=f"of a picture with thumbnails ({_EDITS}); 0 for none")
    parser.add_argument("--rounds", type=int, help="turns of each contender (5; 3 with --quick)")
    parser.add_argument("--folder", type=Path, help="where the files are made (memory when there is room, else the temporary folder)")
    parser.add_argument("--processors", type=_processors, default=_last_two(), help="those to stay on, such as 2,3 (the last two); any")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures to a file as well")
    parser.add_argument("--plot", type=Path, metavar="OUT.svg", help="draw the ratios into a file as well")
    return parser.parse_args(arguments)


def _place(size: int, given: Path | None) -> Path | None:
    """A folder with room for files of that size: the given one, else in memory, else on disk."""
    candidates = [given] if given else [Path("/dev/shm"), Path(tempfile.gettempdir())]
    return next((folder for folder in candidates if folder.is_dir() and os.access(folder, os.W_OK) and room_for(size, folder)), None)


def _pictures(bench: Bench, sizes: tuple[int, ...]) -> list[Row]:
    rows: list[Row] = []
    for size in sizes:
        for kind in KINDS:
            if kind in ("JPEG", "PNG") or size == _MANY_CHUNKS:
                rows += bench.picture(kind, size)
    return rows


def _environment(folder: Path) -> dict[str, str]:
    names = ("credkit", "c2pa-python", "cryptography")
    versions = {name: _version(name) for name in names}
    return versions | {"python": platform.python_version(), "machine": platform.machine(), "folder": str(folder)}


def _version(name: str) -> str:
    if name == "credkit":
        import credkit

        return credkit.__version__
    return version(name)


def main(arguments: list[str] | None = None) -> int:
    """Run; 1 when the contenders did not do the same work."""
    options = _arguments(arguments)
    sizes = options.sizes if options.sizes is not None else _sizes(_QUICK_SIZES if options.quick else _SIZES)
    chains = options.chains if options.chains is not None else _numbers(_QUICK_CHAINS if options.quick else _CHAINS)
    fitting = tuple(size for size in sizes if _place(size, options.folder))
    for size in sorted(set(sizes) - set(fitting)):
        print(f"{size_text(size)} is left out: no folder has room for three files of that size.", file=sys.stderr)
    place = _place(max(fitting, default=1), options.folder) or Path(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix="credkit-bench-", dir=place) as folder:
        bench = Bench(
            folder=Path(folder),
            rounds=options.rounds or (3 if options.quick else 5),
            processors=options.processors,
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
        try:
            bench.prepare()
            rows = [*_pictures(bench, fitting), *bench.chains(chains), *_many(bench, options)]
            edits = _chosen(options.edits, options.quick, _EDITS, _QUICK_EDITS)
            growth = grow(bench.folder, edits, bench.say) if edits else None
        except DifferentWorkError as error:
            print(f"The contenders did not do the same work, so nothing is compared: {error}", file=sys.stderr)
            return 1
    environment = _environment(place)
    reached = list(goals(rows, growth))
    if options.json:
        figures = {
            "environment": environment,
            "rows": as_json(rows),
            "growth": asdict(growth) if growth else None,
            "goals": [asdict(goal) for goal in reached],
        }
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if options.plot:
        options.plot.write_text(plot(rows), "utf-8")
    _show(rows, environment)
    if reached:
        print(f"\n{plain_goals(reached)}")
    return 0


def _many(bench: Bench, options: argparse.Namespace) -> Iterator[Row]:
    """What is about numbers of things and not about their size."""
    if ingredients := _chosen(options.ingredients, options.quick, _INGREDIENTS, _QUICK_INGREDIENTS):
        yield from bench.ingredients(ingredients)
    if files := _chosen(options.files, options.quick, _FILES, _QUICK_FILES):
        yield from bench.files(files)
        yield from bench.processes(rounds=bench.rounds * 4)


def _chosen(given: int | None, quick: bool, usual: int, few: int) -> int:
    return given if given is not None else few if quick else usual


def _show(rows: list[Row], environment: dict[str, str]) -> None:
    if sys.stdout.isatty():
        from rich.console import Console

        Console().print(rich_table(rows))
    else:
        print(plain(rows))
    print(_NOTES)
    print(", ".join(f"{name} {value}" for name, value in environment.items()))


if __name__ == "__main__":
    sys.exit(main())
