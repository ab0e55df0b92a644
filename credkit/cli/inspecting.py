"""``credkit inspect``: everything a file says about itself, in the form that the reader wants."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import INPUT, Subcommands, add_command, add_output_options, add_trust_options, add_verdict_options, named_file

if TYPE_CHECKING:
    from credkit.manifest.store import EmbeddedFile
    from credkit.trust.fetch import Fetcher
    from credkit.verify.report import Report

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
"""
_DESCRIPTION = """\
Show the Content Credentials of a file: every generation with its signer, actions, ingredients, statements and checks.

formats:
  tree      for people: who did what, generation below generation; with --details also every assertion and check
  story     for people: what happened, oldest first (as "credkit verify" prints it)
  json      for programs: the whole report (schemas/report.schema.json)
  crjson    for programs: the Content Credentials JSON of the standard
  c2patool  for programs written for the reference implementation
  mermaid   a diagram of the history, for Markdown
  html      a page that stands alone, without scripts or links to elsewhere
  text      with --terms, for people: who made it, how to use it lawfully, what is forbidden, where statements contradict each other
            (--terms --format json for programs: schemas/terms.schema.json); with --licences: every model, data set and picture behind the
            file, who states which licence for it, what that allows, what contradicts it (--format json: schemas/licences.schema.json);
            with --bytes: offset, size and what vouches for it, for every byte (--format json: schemas/bytes.schema.json)"""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(commands, "inspect", run, summary="show everything a file says", description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("file", metavar=INPUT, type=named_file, help="file of any format, or .c2pa")
    parser.add_argument(
        "--format", choices=(*FORMATS, "text"), help="how to show it (default: tree; with --terms, --licences or --bytes: text)"
    )
    about = parser.add_mutually_exclusive_group()
    about.add_argument("--terms", action="store_true", help="show under which terms the file may be used, as text or as JSON")
    about.add_argument("--licences", action="store_true", help="show every licence that reaches the file, through models and data sets too")
    about.add_argument(
        "--bytes", action="store_true", help="show what vouches for each byte of the file, or that nothing does, as text or as JSON"
    )
    parser.add_argument("--details", action="store_true", help="also show every assertion and every remark of the checks in the tree")
    add_output_options(parser, "write to this file instead of standard output")
    add_trust_options(parser)
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Show the report; the verdict does not change the exit code."""
    from credkit.api import verify_file
    from credkit.cli.asking import fetcher_of
    from credkit.cli.outputs import refuse_existing
    from credkit.cli.terminal import rendered, safe, say, write_document, write_text
    from credkit.cli.terms_text import licences_document, terms_document
    from credkit.cli.trusting import trust_of
    from credkit.provenance import render
    from credkit.sign.output import write_bytes

    _settle_format(args)
    if args.output is not None:
        refuse_existing(args.output, force=args.force)
    fetcher = fetcher_of(args)
    report = verify_file(args.file, sidecar=args.sidecar, policy=trust_of(args).policy, at=args.at, profile=args.profile, fetcher=fetcher)
    on_screen = args.format in ("tree", "story", "text") and args.output is None
    if args.terms:
        text = terms_document(args, report, fetcher)
    elif args.licences:
        text = licences_document(args, report, fetcher)
    elif args.bytes:
        text = _bytes_document(report, args.format)
    elif on_screen:
        text = rendered(report, args.format, details=args.details)
    else:
        facts = _facts_of_the_file(args.file, fetcher) if args.format == "html" else _Facts()
        text = render(report, args.format, sha256=facts.sha256, dimensions=facts.dimensions, preview=facts.preview, details=args.details)
    if args.output is not None:
        write_bytes(args.output, text.encode("utf-8"), overwrite=args.force)
        say(f"written: {safe(args.output)}")
    elif on_screen:
        write_text(text)
    else:
        write_document(text, is_json=args.format in ("json", "crjson", "c2patool"))
    return ExitCode.UNREADABLE if report.state == "error" else ExitCode.OK


def _settle_format(args: argparse.Namespace) -> None:
    """The form that was asked for, or the usual one; ends the program for a form that does not go with the rest."""
    gathers = "--terms" if args.terms else "--licences" if args.licences else "--bytes" if args.bytes else None
    if gathers and args.format not in (None, "text", "json"):
        args.usage(f"{gathers} is shown as text or json, not as {args.format}")
    if args.format == "text" and not gathers:
        args.usage("--format text goes with --terms, --licences or --bytes; for people there are also tree and story")
    args.format = args.format or ("text" if gathers else "tree")
    if args.details and args.format != "tree":
        args.usage("--details goes with --format tree; the other formats have one form each")


def _bytes_document(report: Report, form: str) -> str:
    from credkit.provenance.byte_account import account_lines, bytes_object
    from credkit.provenance.text import json_text

    return json_text(bytes_object(report)) + "\n" if form == "json" else "\n".join(account_lines(report)) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What lets a page be matched with the file it speaks of."""

    sha256: str | None = None
    dimensions: tuple[int, int] | None = None
    preview: EmbeddedFile | None = None


def _facts_of_the_file(file: Path | str, fetcher: Fetcher | None) -> _Facts:
    """The SHA-256, and width, height and a small picture where they can be had. A fetcher has what it downloaded for the report."""
    import hashlib
    import io
    import warnings

    from PIL import Image

    from credkit.api.reading import download, is_address
    from credkit.assets import open_source
    from credkit.manifest.store import EmbeddedFile
    from credkit.media.thumbnail import make_thumbnail

    asset = download(str(file), fetcher).body if is_address(file) else file
    state = hashlib.sha256()
    with open_source(asset) as source:
        for chunk in source.chunks(0, source.size):
            state.update(chunk)
    with warnings.catch_warnings():
        # Only the header is read here, so a picture that is too large to be decoded needs no warning.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(asset) if isinstance(asset, bytes) else asset, formats=("JPEG", "PNG", "WEBP")) as picture:
                dimensions = picture.size
        except Exception:
            # Pillow raises whatever its plug-ins do; a page without dimensions is a page all the same.
            dimensions = None
        small = make_thumbnail(asset)
    preview = EmbeddedFile(media_type=small.media_type, data=small.data) if small else None
    return _Facts(sha256=state.hexdigest(), dimensions=dimensions, preview=preview)
