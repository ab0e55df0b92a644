"""What a command tells of one file among many, and what is counted of all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Protocol

from credkit.cli.exits import ExitCode
from credkit.dataclass import dataclass, field

if TYPE_CHECKING:
    from credkit.api.found_files import FoundFile
    from credkit.api.many_files import FileOutcome

__all__ = ["Tally", "Task", "Told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The result of one file, ready to be shown; made where the work is done, so that nothing larger is handed over."""

    result: str
    """One of the task's words."""
    code: ExitCode
    """What the command on this file alone would answer."""
    why: str = ""
    """For people: why it is no better, in one line."""
    problem: str = ""
    """A sentence for the error stream, where the line is not shown."""
    text: str = ""
    """Finished text for people in the place of a line."""
    document: str = ""
    """JSON for programs."""
    output: str | None = None
    """What was written."""
    remarks: tuple[str, ...] = ()
    """Further lines for people."""


class Task(Protocol):
    """What a command does with each file. It is handed to processes as it is."""

    label: ClassVar[str]
    """What is going on, for the bar."""
    results: ClassVar[dict[str, str]]
    """The words of results in the order of the summary, with styles of rich."""

    def __call__(self, file: FoundFile) -> Told:
        """Do it."""

    def failed(self, outcome: FileOutcome[Told]) -> Told:
        """The result where there is none, as ``outcome.problem`` says."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was counted."""

    results: Counter[str] = field(default_factory=Counter)
    codes: set[ExitCode] = field(default_factory=set)
    bytes: int = 0
    earlier: int = 0
    """Files that an earlier run has finished."""
    earlier_bytes: int = 0
    began: float = field(default_factory=time.monotonic)

    def add(self, result: str, code: ExitCode, size: int, *, earlier: bool = False) -> None:
        """One more file."""
        self.results[result] += 1
        self.codes.add(code)
        self.bytes += size
        self.earlier += earlier
        self.earlier_bytes += size if earlier else 0

    @property
    def files(self) -> int:
        """All of them."""
        return self.results.total()

    def lines(self, task: Task) -> Iterator[str]:
        """The summary, a line for each result that there is."""
        from credkit.errors import counted

        seconds = max(time.monotonic() - self.began, 0.001)
        done = self.files - self.earlier
        rate = f", {done / seconds:,.1f} files and {(self.bytes - self.earlier_bytes) / seconds / 1e6:,.1f} MB a second" if done else ""
        yield f"{counted(self.files, 'file')}: {counted(self.bytes, 'byte')} in {seconds:,.1f} s{rate}."
        counts = {word: self.results[word] for word in task.results if self.results[word]}
        if self.earlier:
            counts["finished by an earlier run"] = self.earlier
        width = max(map(len, counts), default=0)
        for word, count in counts.items():
            yield f"  {word:<{width}}  {count:>{len(f'{self.files:,}')},}"
