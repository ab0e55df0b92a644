"""The program that the crash tests kill: it writes one output and says by its exit status how that went.

``python writing.py SCENARIO FOLDER``. Exit status 0: complete; 3: ``OutputError``; 4: the source could not be read. With ``CREDKIT_KILL``
set to ``N-before`` or ``N-after`` it kills itself around the N-th call that touches a file; with ``CREDKIT_KILL=count`` it prints how
many there are.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

PATCH = b"inserted by the test" * 4_000
ORIGINAL = bytes(range(256)) * 1_200
SIDECAR = b"sidecar" * 9_000
SCENARIOS = ("in-place", "new", "replace", "exclusive", "sidecar")
_CHUNK = 64 << 10


def prepare(scenario: str, folder: Path) -> tuple[Path, bytes | None, bytes]:
    """Lay out the files of a scenario; the target, its content before (None: absent) and after."""
    source = folder / "source.jpg"
    source.write_bytes(ORIGINAL)
    complete = ORIGINAL[:2] + PATCH + ORIGINAL[2:]
    if scenario == "in-place":
        return source, ORIGINAL, complete
    target = folder / "output.jpg"
    if scenario in ("new", "exclusive"):
        return target, None, complete
    target.write_bytes(b"earlier output")
    return target, b"earlier output", SIDECAR if scenario == "sidecar" else complete


def write(scenario: str, folder: Path) -> None:
    from credkit.sign import output

    source = folder / "source.jpg"
    target = source if scenario == "in-place" else folder / "output.jpg"
    if scenario == "sidecar":
        output.write_bytes(target, SIDECAR)
        return
    snapshot = output.Snapshot.of(source)
    with output.OutputFile(target, overwrite=scenario != "exclusive", source=snapshot) as out, source.open("rb") as original:
        out.file.write(original.read(2))
        out.file.write(PATCH)
        while chunk := original.read(_CHUNK):
            out.file.write(chunk)
        out.commit(_check)


def _check(path: Path) -> None:
    content = path.read_bytes()
    if len(content) != len(ORIGINAL) + len(PATCH):
        raise AssertionError("the temporary file is not complete when it is checked")


def watch(order: str) -> list[str]:
    """Count the calls that touch a file and kill the process around the chosen one."""
    calls: list[str] = []
    number, _, side = order.partition("-")

    def watched(name, function):
        def call(*args, **options):
            calls.append(name)
            mine = number.isdigit() and len(calls) == int(number)
            if mine and side == "before":
                _die()
            try:
                return function(*args, **options)
            finally:
                if mine:
                    _die()

        return call

    for name in (
        "open",
        "stat",
        "access",
        "fchown",
        "fchmod",
        "fsync",
        "replace",
        "link",
        "rename",
        "unlink",
        "close",
        "scandir",
        "write",
    ):
        if hasattr(os, name):
            setattr(os, name, watched(name, getattr(os, name)))
    return calls


def _die() -> None:
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)


def main() -> int:
    scenario, folder = sys.argv[1], Path(sys.argv[2])
    import credkit.sign.output  # noqa: F401  (loaded before the first mark, so that only the writing lies between the marks)
    from credkit.errors import OutputError

    order = os.environ.get("CREDKIT_KILL")
    calls = watch(order) if order else []
    mark("begin", folder)
    try:
        write(scenario, folder)
    except OutputError as error:
        print(error)
        return 3
    except OSError as error:
        print("source:", error)
        return 4
    finally:
        mark("end", folder)
    if order == "count":
        print(len(calls))
    return 0


def mark(name: str, folder: Path) -> None:
    """A system call that a trace can be searched for."""
    Path(folder, f"credkit-mark-{name}").exists()


if __name__ == "__main__":
    sys.exit(main())
