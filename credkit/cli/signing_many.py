"""``credkit sign`` on many files: where each goes, and what is told of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from credkit.api import Statements
from credkit.cli.exits import ExitCode, exit_code_of
from credkit.cli.many import carry_out
from credkit.cli.many_options import found_of
from credkit.cli.many_outputs import distinct, make_room, refuse_file
from credkit.cli.many_results import Told
from credkit.cli.outputs import refuse_existing
from credkit.cli.signed_words import signed_object, signer_line
from credkit.dataclass import dataclass, replace
from credkit.errors import CredkitError
from credkit.provenance.text import json_line

if TYPE_CHECKING:
    from credkit.api.found_files import FoundFile
    from credkit.api.many_files import FileOutcome

__all__ = ["sign_many"]


def sign_many(args: argparse.Namespace, statements: Statements, options: dict[str, Any], root: Path | None) -> ExitCode:
    """Sign every file that the command names; ``options`` are those of ``sign_file`` but for source and output."""
    task = _Signing(
        statements=statements, options=options, root=root, folder=args.output, in_place=args.in_place, force=args.force, json=args.json
    )
    without: tuple[Path, ...] = ()
    if args.output is not None:
        refuse_file(args.output)
        without = (args.output,)
    files = distinct(found_of(args, args.sources, links=not args.in_place, stores=False, without=without), task.target)
    resuming = None
    if args.resume is not None:
        from credkit.cli.resuming import Resuming, options_of, trust_digest

        chain = "".join(der.hex() for signer in task.signers for der in signer.chain)
        trust = trust_digest(options["policy"]) if options["policy"] else ""
        resuming = Resuming(args.resume, options_of(args, chain, trust), writing=task.target)
    form = "jsonl" if args.json else "quiet" if args.quiet else "text"
    words = {"signed": signer_line(options["signer"], root)}
    return carry_out(args, task, files, form=form, resuming=resuming, words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signing:
    """The task. Processes are forked with it, so that the key goes nowhere."""

    statements: Statements
    options: dict[str, Any]
    root: Path | None
    folder: Path | None
    in_place: bool
    force: bool
    json: bool
    label: ClassVar[str] = "signing"
    results: ClassVar[dict[str, str]] = {"signed": "green", "refused": "red", "unreadable": "red"}

    @property
    def signers(self) -> list[Any]:
        """The keys that are at work."""
        return [self.options["signer"], *(actor.signer for actor in self.options["actors"])]

    def target(self, file: FoundFile) -> Path:
        """What is written."""
        if self.folder is not None:
            return self.folder / file.below
        return Path(file.path) if self.in_place else Path(f"{file.path}.c2pa")

    def __call__(self, file: FoundFile) -> Told:
        """Sign it, unless a run that was killed has done so."""
        from credkit.api import sign_file
        from credkit.cli.resuming import PerhapsWritten

        output = self.target(file)
        if isinstance(file, PerhapsWritten) and (found := self._found(file, output)) is not None:
            return self._signed(file, output, found)
        try:
            if not self.in_place:
                refuse_existing(output, force=self.force)
                make_room(output)
            statements, options = self._true_of(Path(file.path))
            result = sign_file(Path(file.path), output, statements, overwrite=self.in_place or self.force, **options)
        except CredkitError as error:
            return self._refused(file, str(error), exit_code_of(error))
        return self._signed(file, output, signed_object(result, output, self.options["signer"], self.root))

    def _true_of(self, source: Path) -> tuple[Statements, dict[str, Any]]:
        """What was said, with that one of ``--created`` and ``--edited`` that is true of a file where both were."""
        from credkit.api.reading import has_store

        said = self.statements
        if not (said.created and said.edited):
            return said, self.options
        if self.options["parent"] is not None or (not self.options["drop_history"] and has_store(source)):
            return replace(said, created=None), self.options
        return replace(said, edited=None, action=Statements().action, regions=()), self.options | {"region": None}

    def _found(self, file: FoundFile, output: Path) -> dict[str, Any] | None:
        from credkit.cli.signed_before import found_signed

        asset, store = (Path(file.path), output) if self.options["sidecar"] else (output, None)
        return found_signed(asset, store, output, self.options["signer"], self.root)

    def _signed(self, file: FoundFile, output: Path, signed: dict[str, Any]) -> Told:
        return Told(
            result="signed",
            code=ExitCode.OK,
            why="" if self.in_place else f"as {output}",
            output=str(output),
            remarks=tuple(f"note: {note}" for note in signed["notes"]),
            document=self._document(file, "signed", ExitCode.OK, None, signed),
        )

    def failed(self, outcome: FileOutcome[Told]) -> Told:
        """Nothing was written."""
        if outcome.cause == "fault":
            code = ExitCode.FAULT
        else:
            code = ExitCode.REFUSED if outcome.cause == "file" and outcome.file.state is not None else ExitCode.UNREADABLE
        return self._refused(outcome.file, outcome.problem or "", code)

    def _refused(self, file: FoundFile, problem: str, code: ExitCode) -> Told:
        result = "unreadable" if code is ExitCode.UNREADABLE else "refused"
        return Told(result=result, code=code, why=problem, problem=problem, document=self._document(file, result, code, problem, None))

    def _document(self, file: FoundFile, result: str, code: ExitCode, problem: str | None, signed: dict[str, Any] | None) -> str:
        if not self.json:
            return ""
        return json_line({"source": file.path, "result": result, "exit_code": int(code), "problem": problem, "signed": signed})
