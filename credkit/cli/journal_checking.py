"""``credkit journal verify``, ``export`` and ``show``: what a journal says, and whether it is what was written."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.cli.exits import ExitCode
from credkit.cli.journal_options import add_file_option, existing_journal
from credkit.cli.parsers import INPUT, OUTPUT, Subcommands, add_command, add_trust_options

if TYPE_CHECKING:
    from credkit.journal.faults import Fault
    from credkit.journal.verifying import JournalReport

__all__ = ["add_checking"]

_VERIFY_DESCRIPTION = """\
Check a journal: every line against the one before it, every checkpoint, every preview, and what this machine remembers of the end. Each
fault is told in one sentence with its line."""
_VERIFY_EXAMPLES = """
credkit journal verify
credkit journal verify --files ./pictures --picture signed.png
credkit journal verify --journal evidence.jsonl --trust-list author-root.pem --format json
"""
_VERIFY_TABLE = """exit codes:
  0    nothing is wrong
  1    something is, each fault in one sentence
  2    the command line is wrong
  3    a file that was named cannot be read or used
  70, 74, 130 and 141 as for the other commands"""


def add_checking(below: Subcommands) -> None:
    """Add the commands that only look: verify, export, show."""
    verify = add_command(
        below,
        "verify",
        _verify,
        summary="check that nothing was changed",
        description=_VERIFY_DESCRIPTION,
        examples=_VERIFY_EXAMPLES,
        exit_table=_VERIFY_TABLE,
    )
    verify.add_argument("--files", metavar="DIR", type=Path, help="hold the pictures in this folder against the recorded hashes")
    verify.add_argument(
        "--picture", metavar=INPUT, action="append", default=[], type=Path, help="check that this picture and the journal name each other"
    )
    verify.add_argument("--format", choices=("text", "json"), default="text", help="for people or for programs (default: %(default)s)")
    add_trust_options(verify)
    add_file_option(verify)
    export = add_command(
        below,
        "export",
        _export,
        summary="write the journal as a page",
        description="Write the journal as one page for any browser: what was made, in order, with previews, words, checks and stamps.",
        examples="credkit journal export -o journal.html",
    )
    export.add_argument("-o", "--output", metavar=OUTPUT, type=Path, required=True, help="the page")
    export.add_argument("-f", "--force", action="store_true", help="replace OUT when it exists; without this nothing is done then")
    add_trust_options(export)
    add_file_option(export)
    show = add_command(
        below,
        "show",
        _show,
        summary="show the entries",
        description="Show what is in the journal, one line an entry.",
        examples="credkit journal show",
    )
    add_file_option(show)


def _verify(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say, write_document
    from credkit.cli.trusting import trust_of
    from credkit.journal.wording import headline
    from credkit.provenance.text import json_text

    path, trust = existing_journal(args), trust_of(args)
    report, links = _judged(args, path, trust.policy)
    faults = (*report.faults, *links)
    if args.format == "json":
        write_document(json_text(_as_json(report, faults)) + "\n", is_json=True)
    else:
        say(f"{safe(path)}: {headline(report)}.")
        for fault in faults:
            say(f"  fault: {safe(fault.sentence)}")
        for checkpoint in report.checkpoints:
            say(f"  {safe(_checkpoint_words(checkpoint))}")
        for picture in args.picture if not links else ():
            say(f"  {safe(picture)} and the journal name each other.")
        for note in report.notes:
            say(f"  note: {safe(note)}")
        say(trust.words)
    return ExitCode.NOT_MET if faults else ExitCode.OK


def _judged(args: argparse.Namespace, path: Path, policy: Any) -> tuple[JournalReport, tuple[Fault, ...]]:
    from credkit.api import verify_file
    from credkit.journal.linking import check_link
    from credkit.journal.verifying import verify_journal

    report = verify_journal(path, files=args.files, policy=policy)
    links = [fault for picture in args.picture for fault in check_link(verify_file(picture, policy=policy), path)[1]]
    return report, tuple(links)


def _checkpoint_words(checkpoint: Any) -> str:
    vouched = "" if checkpoint.trusted else " (nobody here vouches for the name)"
    words = f'line {checkpoint.line:,}: checkpoint signed by "{checkpoint.signer}"{vouched}'
    if checkpoint.stamped:
        return f"{words}, time-stamped {checkpoint.stamped:%Y-%m-%d %H:%M:%S} UTC"
    if checkpoint.stated:
        return f"{words}, with a time-stamp of {checkpoint.stated:%Y-%m-%d %H:%M:%S} UTC by an authority that nobody here vouches for"
    return f"{words}, without a time-stamp"


def _as_json(report: JournalReport, faults: tuple[Fault, ...]) -> dict[str, Any]:
    from credkit.provenance.json_report import time_text

    return {
        "journal": report.journal,
        "size": report.size,
        "sha256": report.sha256,
        "intact": not faults,
        "entries": len(report.entries),
        "checkpoints": [
            {
                "line": item.line,
                "manifest": item.label,
                "signer": item.signer,
                "valid": item.valid,
                "trusted": item.trusted,
                "time_stamp": time_text(item.stamped),
                "stated_time": time_text(item.stated),
            }
            for item in report.checkpoints
        ],
        "faults": [{"kind": f.kind, "line": f.line, "sequence": f.sequence, "message": f.sentence} for f in faults],
        "notes": list(report.notes),
    }


def _export(args: argparse.Namespace) -> int:
    from credkit.cli.outputs import refuse_existing
    from credkit.cli.terminal import safe, say
    from credkit.cli.trusting import trust_of
    from credkit.journal.page import journal_page
    from credkit.journal.verifying import verify_journal
    from credkit.sign.output import write_bytes

    refuse_existing(args.output, force=args.force)
    report = verify_journal(existing_journal(args), policy=trust_of(args).policy)
    write_bytes(args.output, journal_page(report).encode("utf-8"), overwrite=args.force, private=True)
    say(f"{safe(args.output)} shows the journal; it holds your prompts and previews, so it can be read by you alone until you pass it on.")
    return ExitCode.OK


def _show(args: argparse.Namespace) -> int:
    from rich.table import Table
    from rich.text import Text

    from credkit.cli.terminal import console, safe, write_text
    from credkit.journal.verifying import verify_journal
    from credkit.journal.wording import summary

    report = verify_journal(existing_journal(args))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("line", "time", "what", "about"):
        table.add_column(title, overflow="fold")
    for row in summary(report):
        table.add_row(*(Text(safe(cell)) for cell in row))
    screen = console()
    with screen.capture() as captured:
        screen.print(table)
    write_text("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    if report.faults:
        write_text(f'{len(report.faults):,} faults; see "credkit journal verify"\n')
    return ExitCode.OK
