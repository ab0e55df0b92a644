"""Carrying out one task on many files: results shown as they come, a bar, an orderly end on Ctrl-C, a summary, one exit code.

What is done with a file and how its result is told is the task of the command; how files are worked on in processes, of
``credkit.api.many_files``; what is finished already, of ``resuming``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from credkit.cli.exits import ExitCode, worst_verdict
from credkit.cli.interrupting import stopping
from credkit.cli.many_results import Tally, Task, Told
from credkit.cli.terminal import safe, say, tell, write_document
from credkit.errors import counted

if TYPE_CHECKING:
    from credkit.api.found_files import FoundFile
    from credkit.api.many_files import FileOutcome
    from credkit.api.pauses import Pause
    from credkit.cli.resuming import Resuming

__all__ = ["carry_out"]

_Advance = Callable[[int], object]
"""Told of the bytes of each file that is done."""


def carry_out(
    args: argparse.Namespace,
    task: Task,
    files: Iterable[FoundFile | Pause],
    *,
    form: str,
    resuming: Resuming | None,
    words: Mapping[str, str] | None = None,
) -> ExitCode:
    """Do it with every file, show what comes of each, and answer with the worst exit code.

    ``form`` is ``text``, ``json`` (one array), ``jsonl`` or ``quiet``; ``words`` are said behind the summary, each when a file has the
    result that it goes with.
    """
    from credkit.api.many_files import work_on

    tally, stop, show = Tally(), _Stop(), _Show(form, task, only_failed=args.only_failed)
    try:
        with ExitStack() as stack:
            if resuming is not None:
                stack.enter_context(resuming)
            stack.enter_context(stopping(stop.ask))
            left = resuming.left_over(files, tally) if resuming else files
            advance, wanted = stack.enter_context(_bar(task, stop.heeded(left), shown=form != "quiet"))
            outcomes = stack.enter_context(closing(work_on(task, stop.heeded(wanted), jobs=args.jobs)))
            _work_off(outcomes, task, show=show, tally=tally, resuming=resuming, advance=advance)
    except KeyboardInterrupt:
        # The second one, or the first one while this was set up.
        tell(f"interrupted; {counted(tally.files, 'file')} finished, and those at hand are as they were")
        return ExitCode.INTERRUPTED
    if form == "text" and (tally.files or stop.asked):
        if show.count:
            say()
        for line in tally.lines(task):
            say(line)
        for line in dict.fromkeys(line for result, line in (words or {}).items() if tally.results[result]):
            say(line)
    if stop.asked:
        again = ": the same command goes on from here" if resuming else ""
        tell(f"interrupted; {counted(tally.files, 'file')} finished{again}")
        return ExitCode.INTERRUPTED
    if not tally.files:
        tell("no file was found: name some, or say --all-files for those of a folder whose names tell no known format")
        return ExitCode.UNREADABLE
    return worst_verdict(tally.codes)


def _work_off(
    outcomes: Iterable[FileOutcome[Told]], task: Task, *, show: _Show, tally: Tally, resuming: Resuming | None, advance: _Advance
) -> None:
    """Show, count and note each outcome as it comes."""
    for outcome in outcomes:
        told = outcome.value if outcome.value is not None else task.failed(outcome)
        tally.add(told.result, told.code, outcome.file.size)
        show.one(outcome, told)
        if resuming is not None:
            # After it was shown: what was noted and not shown would be lost.
            resuming.note(outcome.file, told)
        advance(outcome.file.size)
    show.end()


class _Show:
    """How each result is shown."""

    def __init__(self, form: str, task: Task, *, only_failed: bool) -> None:
        self.form, self.task, self.only_failed = form, task, only_failed
        self.width = max(map(len, task.results))
        self.count = 0

    def one(self, outcome: FileOutcome[Told], told: Told) -> None:
        from credkit.cli.terminal import flush, write_text

        if self.only_failed and told.code is ExitCode.OK:
            return
        if self.form in ("json", "jsonl"):
            if told.document:
                self._document(told.document)
                self.count += 1
        elif self.form == "text" and told.text:
            write_text(("\n" if self.count else "") + told.text)
            self.count += 1
        elif self.form == "text":
            why = f": {safe(told.why)}" if told.why else ""
            say(f"{told.result:<{self.width}}  {safe(outcome.file.path)}{why}", style=self.task.results[told.result])
            for line in told.remarks:
                say(f"  {safe(line)}")
            flush()
            self.count += 1
        problem = outcome.problem or told.problem
        if self.form != "text" and problem:
            tell(problem if outcome.file.path in problem else f'"{outcome.file.path}": {problem}')

    def _document(self, document: str) -> None:
        if self.form == "jsonl":
            write_document(document + "\n")
            return
        # Piece by piece what the array would be as a whole.
        inner = document.replace("\n", "\n  ")
        write_document(f"{',' if self.count else '['}\n  {inner}", is_json=True)

    def end(self) -> None:
        if self.form == "json":
            write_document("\n]\n" if self.count else "[]\n", is_json=True)


class _Stop:
    """Whether somebody asked for an end."""

    def __init__(self) -> None:
        self.asked = False
        self._waiting = False

    def ask(self) -> None:
        """No further file is taken; the wait for the name of one ends here."""
        self.asked = True
        if self._waiting:
            raise KeyboardInterrupt

    def heeded(self, files: Iterable[FoundFile | Pause]) -> Iterator[FoundFile | Pause]:
        """The files until somebody asks."""
        source = iter(files)
        while not self.asked:
            self._waiting = True
            try:
                file = next(source)
            except (StopIteration, KeyboardInterrupt):
                return
            finally:
                self._waiting = False
            yield file


@contextmanager
def _bar(task: Task, files: Iterable[FoundFile | Pause], *, shown: bool) -> Iterator[tuple[_Advance, Iterable[FoundFile | Pause]]]:
    """A bar when a person watches, which needs to know all files first, unless a list of names lets wait for them; else the files as they
    come."""
    import sys
    from itertools import chain

    from credkit.api.pauses import Pause
    from credkit.cli.terminal import many_files_bar

    if not shown or not sys.stderr.isatty():
        yield lambda _size: None, files
        return
    source = iter(files)
    known: list[FoundFile] = []
    pauses: list[Pause] = []
    with many_files_bar("searching", None, None) as advance:
        for file in source:
            if isinstance(file, Pause):
                pauses.append(file)
                break
            known.append(file)
            advance(file.size)
    if pauses:
        with many_files_bar(task.label, None, None) as advance:
            yield advance, chain(known, pauses, source)
        return
    with many_files_bar(task.label, len(known), sum(file.size for file in known)) as advance:
        yield advance, known
