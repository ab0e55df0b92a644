"""``credkit inspect`` on many files: one after the other on the screen, as JSON, or a document for each in a folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from credkit.cli.exits import ExitCode, exit_code_of
from credkit.cli.inspection import Inspection
from credkit.cli.many import carry_out
from credkit.cli.many_options import found_of
from credkit.cli.many_outputs import distinct, make_room, refuse_file
from credkit.cli.many_results import Told
from credkit.cli.outputs import refuse_existing
from credkit.dataclass import dataclass, replace
from credkit.errors import CredkitError
from credkit.sign.output import write_bytes

if TYPE_CHECKING:
    from credkit.api.found_files import FoundFile
    from credkit.api.many_files import FileOutcome
    from credkit.verify.report import Report

__all__ = ["inspect_many"]

_SUFFIXES = {"html": ".html", "mermaid": ".mmd", "json": ".json", "crjson": ".crjson.json", "c2patool": ".c2patool.json"}
"""Of documents in a folder; those for people are texts."""


def inspect_many(args: argparse.Namespace, inspection: Inspection) -> ExitCode:
    """Show every file that the command names."""
    task = _Inspecting(inspection=inspection, folder=args.output, force=args.force)
    without: tuple[Path, ...] = ()
    if args.output is not None:
        refuse_file(args.output)
        without = (args.output,)
    files = found_of(args, args.files, without=without)
    resuming = None
    if args.resume is not None:
        from credkit.cli.resuming import Resuming, options_of, trust_digest

        writing = task.target if args.output is not None else None
        resuming = Resuming(args.resume, options_of(args, trust_digest(inspection.trust)), writing=writing)
    form = args.format if task.is_for_programs else "text"
    return carry_out(args, task, distinct(files, task.target) if args.output else files, form=form, resuming=resuming)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inspecting:
    """The task."""

    inspection: Inspection
    folder: Path | None
    force: bool
    label: ClassVar[str] = "inspecting"
    results: ClassVar[dict[str, str]] = {"shown": "", "written": "green", "refused": "red", "unreadable": "red"}

    @property
    def is_for_programs(self) -> bool:
        """Whether what is shown is JSON."""
        return self.folder is None and self.inspection.form in ("json", "jsonl")

    def target(self, file: FoundFile) -> Path:
        """The document of a file."""
        assert self.folder is not None
        return self.folder / f"{file.below}{_SUFFIXES.get(self.inspection.form, '.txt')}"

    def __call__(self, file: FoundFile) -> Told:
        """Show it, or write its document."""
        if self.folder is not None:
            return self._written(file)
        report, text = self.inspection.of(file.path)
        if self.is_for_programs:
            return self._told(report, Told(result="shown", code=ExitCode.OK, document=text.rstrip("\n")))
        return self._told(report, Told(result="shown", code=ExitCode.OK, text=text))

    def _written(self, file: FoundFile) -> Told:
        from credkit.cli.resuming import PerhapsWritten

        output = self.target(file)
        report, text = self.inspection.of(file.path)
        try:
            # What a run that was killed wrote is whole, and only what it came to still has to be told.
            if self.force or not isinstance(file, PerhapsWritten):
                refuse_existing(output, force=self.force)
                make_room(output)
                write_bytes(output, text.encode("utf-8"), overwrite=self.force)
        except CredkitError as error:
            return Told(result="refused", code=exit_code_of(error), why=str(error))
        return self._told(report, Told(result="written", code=ExitCode.OK, why=f"as {output}", output=str(output)))

    def _told(self, report: Report, told: Told) -> Told:
        if report.state != "error":
            return told
        why = f"{(report.problem or 'it cannot be read').removesuffix('.')}; told so {told.why}" if told.output else told.why
        return replace(told, result="unreadable", code=ExitCode.UNREADABLE, why=why)

    def failed(self, outcome: FileOutcome[Told]) -> Told:
        """Nothing to show."""
        code = ExitCode.FAULT if outcome.cause == "fault" else ExitCode.UNREADABLE
        if outcome.cause == "file" and outcome.file.problem is not None and outcome.file.state is not None:
            code = ExitCode.REFUSED
        problem = outcome.problem or ""
        document = self.inspection.unread(outcome.file.path, problem) if self.is_for_programs else ""
        return Told(result="refused" if code is ExitCode.REFUSED else "unreadable", code=code, why=problem, document=document)
