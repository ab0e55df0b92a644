"""``python -m benchmarks.large``: memory and time of signing and verifying a film of 1 GB and a model of 5 GB, beside the limit.

The files are sparse, so that they need little room; what is signed is not. Each task runs in a process of its own, which tells the peak of
its resident memory less what was resident before it touched a file.
"""

from __future__ import annotations

import argparse
import json
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from benchmarks.worker import resident

__all__ = ["FILES", "main"]

_CHUNK = 1 << 20


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _full(kind: bytes, *parts: bytes) -> bytes:
    return _box(kind, bytes(4), *parts)


def _film(size: int, out: BinaryIO) -> None:
    """A film with the index in front: one track, a chunk of media each megabyte, 64-bit offsets."""

    def index(start: int) -> bytes:
        offsets = range(start, start + size, _CHUNK)
        table = _full(b"co64", struct.pack(">I", len(offsets)), b"".join(offset.to_bytes(8, "big") for offset in offsets))
        samples = _full(b"stsz", struct.pack(">II", _CHUNK, len(offsets)))
        kinds = _full(b"stsd", struct.pack(">I", 1), _box(b"mp4v", bytes(6), b"\x00\x01", bytes(70)))
        times = _full(b"stts", struct.pack(">III", 1, len(offsets), 1))
        runs = _full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1))
        media = _box(b"minf", _full(b"vmhd", bytes(8)), _box(b"stbl", kinds, times, runs, samples, table))
        handler = _full(b"hdlr", bytes(4), b"vide", bytes(13))
        track = _box(b"trak", _full(b"tkhd", bytes(80)), _box(b"mdia", _full(b"mdhd", bytes(20)), handler, media))
        return _box(b"moov", _full(b"mvhd", bytes(96)), track)

    head = _box(b"ftyp", b"isom", bytes(4), b"isommp42")
    start = len(head) + len(index(0)) + 16
    out.write(head + index(start) + struct.pack(">I4sQ", 1, b"mdat", 16 + size))
    out.truncate(start + size)


def _model(size: int, out: BinaryIO) -> None:
    """Ten tensors of half-precision numbers."""
    step = size // 10 // 2 * 2
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    for number in range(10):
        header[f"layer.{number}"] = {"dtype": "F16", "shape": [step // 2], "data_offsets": [number * step, (number + 1) * step]}
    text = json.dumps(header).encode("ascii")
    text += b" " * (-len(text) % 8)
    out.write(struct.pack("<Q", len(text)) + text)
    out.truncate(8 + len(text) + 10 * step)


FILES: dict[str, tuple[str, int, Callable[[int, BinaryIO], None]]] = {
    "MP4": ("film.mp4", 1_000_000_000, _film),
    "SafeTensors": ("model.safetensors", 5_000_000_000, _model),
}
"""Name, size in bytes, and how the file is made."""


def _task(contender: str, work: str, folder: Path, name: str) -> dict[str, object]:
    from time import perf_counter

    from benchmarks.contenders import CONTENDERS

    one = CONTENDERS[contender](folder)
    before, start = resident("VmRSS"), perf_counter()
    facts = one.verify(folder / f"signed {name}", 1) if work == "verify" else one.sign(folder / name, folder / f"signed {name}")
    return {"seconds": perf_counter() - start, "memory": resident("VmHWM") - before, "facts": facts}


def _apart(contender: str, work: str, folder: Path, name: str) -> dict[str, object]:
    command = [sys.executable, "-m", "benchmarks.large", "--task", contender, work, str(folder), name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _measure(folder: Path, name: str) -> None:
    for work in ("sign", "verify"):
        found = {}
        for contender in ("limit", "credkit"):
            found[contender] = _apart(contender, work, folder, name)
            if contender == "limit" and work == "sign":
                (folder / f"signed {name}").unlink()
        ours, limit = found["credkit"], found["limit"]
        if work == "verify" and ours["facts"] != {"state": "Trusted", "manifests": 1}:
            raise SystemExit(f"what was signed is not trusted: {ours['facts']}")
        size = (folder / name).stat().st_size
        print(
            f"{name:<20} {size / 1e9:.1f} GB  {work:<6} {ours['seconds']:7.2f} s  x limit {ours['seconds'] / limit['seconds']:.2f}  "  # type: ignore[operator]
            f"{ours['memory'] / 1e6:6.1f} MB",  # type: ignore[operator]
            flush=True,
        )


def main(arguments: list[str] | None = None) -> None:
    """Make the files, sign and verify them, print a line each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__.partition(": ")[2])
    parser.add_argument("--share", type=float, default=1.0, help="of the full sizes (1.0)")
    parser.add_argument("--folder", type=Path, help="where the files are made (the temporary folder)")
    parser.add_argument("--task", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.task:
        contender, work, place, name = options.task
        print(json.dumps(_task(contender, work, Path(place), name)))
        return
    from benchmarks.comparison import write_keys

    for name, size, make in FILES.values():
        with tempfile.TemporaryDirectory(prefix="credkit-bench-", dir=options.folder) as folder:
            write_keys(Path(folder))
            with (Path(folder) / name).open("wb") as out:
                make(int(size * options.share), out)
            _measure(Path(folder), name)


if __name__ == "__main__":
    main()
