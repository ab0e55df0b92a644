"""``credkit redact``: take statements out of the history of a picture, on record."""

from __future__ import annotations

import argparse

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import Subcommands, add_command, add_proof_options
from credkit.cli.updates import Common, add_common_options, add_update_options, carry_out

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit redact signed.jpg --list
credkit redact signed.jpg -o redacted.jpg --assertion cawg.metadata --reason c2pa.PII.present
credkit redact signed.jpg --in-place --assertion c2pa.embedded-data --reason com.example.by-request --description "on request"
"""
_DESCRIPTION = """\
Take statements out of the credentials of a signed picture, whoever made them. The bytes are gone from the file; that something was removed,
from where and why, is on record and signed by you, and the rest of the history stays valid. Actions and what binds the credentials to the
picture cannot be redacted. The picture and its metadata are not touched: what XMP or EXIF repeat stays there, and a note says so."""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "redact", run, summary="take statements out of the history", description=_DESCRIPTION, examples=_EXAMPLES
    )
    add_update_options(parser)
    group = parser.add_argument_group("what is taken out")
    group.add_argument("--list", action="store_true", help="print what can be redacted, and do nothing")
    group.add_argument(
        "--assertion",
        metavar="NAME",
        action="append",
        default=[],
        help="label of the statement, MANIFEST#LABEL where several manifests have one, or its JUMBF URI; may be repeated",
    )
    group.add_argument(
        "--reason",
        metavar="NAME",
        help="c2pa.PII.present, c2pa.invalid.data, c2pa.trade-secret.present, c2pa.government.confidential, or one of your own with your "
        "domain in front (com.example.by-request)",
    )
    group.add_argument("--description", metavar="TEXT", help="why, in a sentence; everyone who gets the file can read it")
    add_proof_options(parser.add_argument_group("what is asked of others"))  # type: ignore[arg-type]
    add_common_options(parser)
    parser.set_defaults(manifest=None)


def run(args: argparse.Namespace) -> int:
    """Redact, or list what can be redacted."""
    from credkit.api import SignResult, redact_file

    if args.list:
        return _list(args)
    if not args.assertion or args.reason is None:
        args.usage("say what is taken out and why: --assertion NAME --reason NAME (--list shows what there is)")

    def update(common: Common) -> SignResult:
        return redact_file(
            common.file,
            common.output,
            args.assertion,
            reason=args.reason,
            description=args.description,
            timestamp=args.timestamp,
            staple=args.staple,
            **common.options,
        )

    return carry_out(args, "redacted", update)


def _list(args: argparse.Namespace) -> ExitCode:
    from credkit.api import redactable_in
    from credkit.cli.terminal import safe, say, write_document
    from credkit.provenance.text import json_text

    known = redactable_in(args.file)
    if args.json:
        rows = [{"manifest": one.manifest, "label": one.label, "uri": one.uri, "refusal": one.refusal} for one in known]
        write_document(json_text({"assertions": rows}) + "\n", is_json=True)
        return ExitCode.OK
    for one in known:
        say(f"{safe(one.name)}" + (f"  has to stay: {one.refusal}" if one.refusal else ""))
    return ExitCode.OK
