"""``credkit inspect``: everything a file says about itself, in the form that the reader wants."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from credkit.cli.exits import ExitCode
from credkit.cli.many_options import HELP, add_many_options, are_many
from credkit.cli.parsers import INPUT, Subcommands, add_command, add_output_options, add_trust_options, add_verdict_options

if TYPE_CHECKING:
    from credkit.cli.inspection import Inspection

__all__ = ["FORMATS", "add_to", "run"]

FORMATS = ("tree", "story", "json", "crjson", "c2patool", "mermaid", "html")
"""Those of ``credkit.provenance``, named here so that the help needs no import."""
_EXAMPLES = """
credkit inspect repaint.jpg
credkit inspect repaint.jpg --details
credkit inspect repaint.jpg --format html -o repaint.html
credkit inspect repaint.jpg --format json | jq '.manifests[].actions'
credkit inspect repaint.jpg --format mermaid >> README.md
credkit inspect repaint.jpg --terms
credkit inspect repaint.jpg --licences
credkit inspect repaint.jpg --bytes
credkit inspect downloads --format html -o pages
credkit inspect downloads --format jsonl | jq -r '[.state, .asset.name] | @tsv'
"""
_DESCRIPTION = (
    """\
Show the Content Credentials of a file: every generation with its signer, actions, ingredients, statements and checks.

formats:
  tree      for people: who did what, generation below generation; with --details also every assertion and check
  story     for people: what happened, oldest first (as "credkit verify" prints it)
  json      for programs: the whole report (schemas/report.schema.json)
  jsonl     the same on one line a file
  crjson    for programs: the Content Credentials JSON of the standard
  c2patool  for programs written for the reference implementation
  mermaid   a diagram of the history, for Markdown
  html      a page that stands alone, without scripts or links to elsewhere
  text      with --terms, for people: who made it, how to use it lawfully, what is forbidden, where statements contradict each other
            (--terms --format json for programs: schemas/terms.schema.json); with --licences: every model, data set and picture behind the
            file, who states which licence for it, what that allows, what contradicts it (--format json: schemas/licences.schema.json);
            with --bytes: offset, size and what vouches for it, for every byte (--format json: schemas/bytes.schema.json)

"""
    + HELP
)


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(commands, "inspect", run, summary="show everything a file says", description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("files", metavar=INPUT, nargs="*", help="file of any format, or .c2pa; or files, folders, patterns in quotes")
    parser.add_argument(
        "--format", choices=(*FORMATS, "jsonl", "text"), help="how to show it (default: tree; with --terms, --licences or --bytes: text)"
    )
    about = parser.add_mutually_exclusive_group()
    about.add_argument(
        "--terms", dest="about", action="store_const", const="terms", help="show under which terms the file may be used, as text or as JSON"
    )
    about.add_argument(
        "--licences",
        dest="about",
        action="store_const",
        const="licences",
        help="show every licence that reaches the file, through models and data sets too",
    )
    about.add_argument(
        "--bytes",
        dest="about",
        action="store_const",
        const="bytes",
        help="show what vouches for each byte of the file, or that nothing does, as text or as JSON",
    )
    parser.add_argument("--details", action="store_true", help="also show every assertion and every remark of the checks in the tree")
    add_output_options(parser, "write to this file instead of standard output; for several files a folder, with a document for each")
    add_many_options(parser)
    add_trust_options(parser)
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Show the report; the verdict does not change the exit code."""
    from credkit.cli.inspection import Inspection
    from credkit.cli.trusting import trust_of

    many = are_many(args, args.files)
    _settle_format(args)
    if many:
        _check_many(args)
    elif args.output is not None:
        from credkit.cli.outputs import refuse_existing

        refuse_existing(args.output, force=args.force)
    inspection = Inspection(
        trust=trust_of(args).policy,
        sidecar=args.sidecar,
        at=args.at,
        profile=args.profile,
        online=args.online,
        form=args.format,
        about=args.about,
        details=args.details,
        on_screen=args.format in ("tree", "story", "text") and args.output is None,
        many=many,
    )
    if many:
        from credkit.cli.inspecting_many import inspect_many

        return inspect_many(args, inspection)
    return _inspect_one(args, inspection)


def _inspect_one(args: argparse.Namespace, inspection: Inspection) -> ExitCode:
    from credkit.cli.terminal import safe, say, write_document, write_text
    from credkit.sign.output import write_bytes

    report, text = inspection.of(args.files[0])
    if args.output is not None:
        write_bytes(args.output, text.encode("utf-8"), overwrite=args.force)
        say(f"written: {safe(args.output)}")
    elif inspection.on_screen:
        write_text(text)
    else:
        write_document(text, is_json=args.format in ("json", "crjson", "c2patool"))
    return ExitCode.UNREADABLE if report.state == "error" else ExitCode.OK


def _settle_format(args: argparse.Namespace) -> None:
    """The form that was asked for, or the usual one; ends the program for a form that does not go with the rest."""
    gathers = f"--{args.about}" if args.about else None
    if gathers and args.format not in (None, "text", "json", "jsonl"):
        args.usage(f"{gathers} is shown as text or json, not as {args.format}")
    if args.format == "text" and not gathers:
        args.usage("--format text goes with --terms, --licences or --bytes; for people there are also tree and story")
    args.format = args.format or ("text" if gathers else "tree")
    if args.details and args.format != "tree":
        args.usage("--details goes with --format tree; the other formats have one form each")


def _check_many(args: argparse.Namespace) -> None:
    """What goes with one file only ends the program."""
    if args.sidecar is not None:
        args.usage("--sidecar goes with one file; the manifest stores beside several are found by their names")
    if args.output is None and args.format in ("html", "mermaid", "crjson", "c2patool"):
        args.usage(f"--format {args.format} is a document for each file: name a folder for several of them (-o DIR)")
    if args.output is not None and args.format == "jsonl":
        args.usage("--format jsonl is one document for all files: leave out -o, or take --format json for one each")
