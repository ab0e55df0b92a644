"""A process that runs the command lines it reads, and writes what each says behind a mark of its own."""

from __future__ import annotations

import locale
import sys
from contextlib import suppress

__all__ = ["main"]


def main() -> None:
    """Command lines come one a line, their words set apart by tabs; the exit code is a part of the answer."""
    from credkit.cli import main as credkit

    # As a program does that shows dates and numbers in the user's way.
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")
    for line in sys.stdin.buffer.read().decode().split("\n"):
        _write(b"\x1e")
        code = credkit(line.split("\t"))
        sys.stdout.flush()
        _write(f"\nexit code {code}\n".encode())


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
