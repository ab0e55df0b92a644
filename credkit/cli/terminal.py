"""How the commands talk: lines for people, documents for programs, sentences on the error stream.

What comes from files, names and certificates passes through ``shown`` before it reaches a screen. Documents (JSON, HTML, Mermaid) leave as
UTF-8 whatever the locale says, because that is what their formats demand. rich is imported only when a person reads the output.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TextIO

from credkit.dataclass import replace
from credkit.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import ProgressColumn

    from credkit.verify.report import Report

__all__ = [
    "StandardOutputError",
    "console",
    "discard_output",
    "files_bar",
    "flush",
    "many_files_bar",
    "prepare_streams",
    "progress_bar",
    "rendered",
    "safe",
    "say",
    "tell",
    "without_keys",
    "write_document",
    "write_text",
]

_SENTENCE = replace(DEFAULT_LIMITS, text_length=2_000)
_PRIVATE_KEY = r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*-----|\Z)"
_PIPE_WIDTH = 100
_WORTH_A_BAR = 32 << 20
_REDRAWN_EVERY = 0.1
"""Seconds."""
_WITH_RATE, _SHORTEST_BAR, _LONGEST_BAR = 44, 10, 40
"""Columns: of the words and numbers of a bar for many files besides its label and the number of files; of the bar itself."""


def prepare_streams() -> None:
    """Characters that the screen's encoding lacks are written as escapes, never as an error; a closed stream swallows what is written."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def safe(text: object) -> str:
    """``text`` on one line with every character that could steer a terminal written out."""
    from credkit.provenance.text import shown

    return shown(text, _SENTENCE)


class StandardOutputError(Exception):
    """Standard output cannot be written; ``str()`` is the reason that the system gives."""


@contextmanager
def _output() -> Iterator[TextIO]:
    """Standard output; a refusal of the system to write there is told apart from every other ``OSError``."""
    try:
        yield sys.stdout
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StandardOutputError((error.strerror or type(error).__name__).lower()) from error


def say(line: str = "", *, style: str = "") -> None:
    """One line for people on standard output; what stems from outside has been through ``safe``. ``style`` is one of rich's."""
    if style and sys.stdout.isatty():
        screen = console()
        with screen.capture() as captured:
            screen.print(line, style=style, soft_wrap=True)
        line = captured.get().removesuffix("\n")
    with _output() as out:
        out.write(f"{line}\n")


def flush() -> None:
    """Hand over what was written, so that a failure shows before the exit code is decided."""
    with _output() as out:
        out.flush()


def tell(sentence: object) -> None:
    """One sentence on the error stream."""
    print(f"credkit: {safe(without_keys(str(sentence)))}", file=sys.stderr, flush=True)


def without_keys(text: str) -> str:
    """``text`` without any private key that was given in the place of a name."""
    return re.sub(_PRIVATE_KEY, "(a private key)", text)


def console(stream: TextIO | None = None) -> Console:
    """A console for standard output, or for ``stream``.

    rich finds out width, colours and encoding, and heeds NO_COLOR. Pipes get a fixed width, so that what they carry does not depend on the
    window.
    """
    from rich.console import Console

    target = stream or sys.stdout
    options: dict[str, object] = {"file": target, "highlight": False, "markup": False, "emoji": False}
    if not target.isatty():
        options["width"] = _columns() or _PIPE_WIDTH
    found = Console(**options)  # type: ignore[arg-type]
    # Consoles of old Windows versions know no escape sequences, which is what captured text is made of.
    return Console(**options, legacy_windows=False, color_system=None) if found.legacy_windows else found  # type: ignore[arg-type]


def _columns() -> int | None:
    text = os.environ.get("COLUMNS", "")
    return int(text) if text.isdecimal() and 0 < int(text) < 10_000 else None


def write_text(text: str) -> None:
    """Finished text for people (with colours, if the console had any)."""
    with _output() as out:
        out.write(text)
        out.flush()


def rendered(report: Report, form: Literal["story", "tree"], *, details: bool = False) -> str:
    """A report laid out for standard output. rich touches the stream even where it only captures, so it can be told apart as well."""
    from credkit.provenance import render

    with _output():
        return render(report, form, console=console(), details=details)


def write_document(text: str, *, is_json: bool = False) -> None:
    """A document on standard output: coloured for a person when it is JSON, UTF-8 and unchanged for a pipe."""
    if not sys.stdout.isatty():
        with _output() as out:
            out.flush()
            out.buffer.write(text.encode("utf-8"))
            out.buffer.flush()
    elif is_json and (screen := console()).color_system:
        write_text(_coloured(text, screen))
    else:
        write_text(text)


def _coloured(text: str, screen: Console) -> str:
    from rich.highlighter import JSONHighlighter
    from rich.text import Text

    shown = Text(text, end="")
    JSONHighlighter().highlight(shown)
    with screen.capture() as captured:
        screen.print(shown, soft_wrap=True, end="")
    return captured.get()


def discard_output() -> None:
    """Let standard output lead nowhere, so that the interpreter's last flush cannot fail again."""
    try:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, sys.stdout.fileno())
        os.close(descriptor)
    except (OSError, ValueError, AttributeError):
        return


@contextmanager
def progress_bar(label: str, total: int, *, wanted: bool = True) -> Iterator[Callable[[int], object] | None]:
    """A bar on the error stream for large files, when a person watches; else None. The callback takes the bytes done so far."""
    if not wanted or total < _WORTH_A_BAR or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task(safe(label), total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def files_bar(label: str, *, least: int) -> Iterator[Callable[[str, str, int, int], object] | None]:
    """A bar on the error stream for at least so many files, when a person watches; else None. The callback is an ``OnMember``."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), console=console(sys.stderr), transient=True
    )
    task = bar.add_task(safe(label), total=None)

    def update(_name: str, _state: str, done: int, total: int) -> None:
        if total >= least:
            bar.start()
            bar.update(task, completed=done, total=total)

    try:
        yield update
    finally:
        bar.stop()


@contextmanager
def many_files_bar(label: str, files: int | None, size: int | None) -> Iterator[Callable[[int], object]]:
    """A bar on the error stream for so many files of so many bytes together, where that is known; the callback takes the bytes of one that
    is done.

    Lines that are written meanwhile scroll above it, where both streams are the same terminal.
    """
    from time import monotonic

    from rich.progress import Progress

    screen = console(sys.stderr)
    columns = _columns_of(label, files, screen.width)
    # Drawn by this thread alone: where another one runs, processes cannot be forked.
    bar = Progress(*columns, console=screen, transient=True, auto_refresh=False, redirect_stdout=False)
    with _above(screen), bar:
        task = bar.add_task(label, total=size or None, done=0)
        done, drawn = 0, 0.0

        def advance(more: int) -> None:
            nonlocal done, drawn
            done += 1
            bar.update(task, advance=more, done=done)
            if monotonic() - drawn > _REDRAWN_EVERY:
                bar.refresh()
                drawn = monotonic()

        yield advance


def _columns_of(label: str, files: int | None, width: int) -> list[ProgressColumn]:
    """What the bar of many files shows, as far as there is room: files, bytes and time left, then the rate, then the bar itself."""
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    of_all = "" if files is None else f" of {files:,}"
    count = TextColumn(f"{{task.fields[done]:,}}{of_all} files", markup=False)
    columns: list[ProgressColumn] = [count, DownloadColumn()]
    room = width - len(label) - 2 * len(of_all) - _WITH_RATE
    if room >= 0:
        columns = [TextColumn("{task.description}", markup=False), *columns, TransferSpeedColumn()]
    if room > _SHORTEST_BAR:
        columns.insert(1, BarColumn(min(room, _LONGEST_BAR)))
    return [*columns, TimeRemainingColumn()]


@contextmanager
def _above(screen: Console) -> Iterator[None]:
    """Lines on standard output are written above the bar, where both are the same terminal, and as long as they are."""
    if not sys.stdout.isatty():
        yield
        return
    before, above = sys.stdout, _Above(sys.stdout, screen)
    sys.stdout = above
    try:
        yield
    finally:
        before.write(above.begun)
        sys.stdout = before


class _Above:
    """Standard output while a bar is shown."""

    def __init__(self, stream: TextIO, screen: Console) -> None:
        self._stream, self._screen = stream, screen
        self.begun = ""
        """What stands behind the last line break."""

    def write(self, text: str) -> int:
        """Hand whole lines to the console that draws the bar, which moves it out of their way."""
        from rich.text import Text

        lines, end, self.begun = (self.begun + text).rpartition("\n")
        if end:
            self._screen.print(Text.from_ansi(lines), soft_wrap=True)
        return len(text)

    def flush(self) -> None:
        """Nothing waits but a line that is not finished."""

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)
