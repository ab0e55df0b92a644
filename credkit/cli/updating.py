"""``credkit update``: say more about a signed picture without touching it."""

from __future__ import annotations

import argparse
from pathlib import Path

from credkit.cli.parsers import INPUT, Subcommands, add_command, add_proof_options, add_rights_options, moment
from credkit.cli.terms_options import add_terms_options, terms_values_of
from credkit.cli.updates import Common, add_common_options, add_update_options, carry_out

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit update signed.jpg -o updated.jpg --rights "(c) 2026 My Studio" --do-not-train
credkit update signed.jpg --in-place --published
credkit update photo.jpg --in-place --manifest statements.json
"""
_DESCRIPTION = """\
Add statements to the credentials of a signed picture: whose it is, what may be done with it, that it was published. Anyone may do so, in
his own name; what others signed stays as it is. The picture is not touched, byte for byte, and neither is its XMP, which was signed with
it: statements that other programs should find there have to be made when the picture is signed. Credentials that are not valid are
refused, because an update would vouch for them."""
_SAME_NAME = ("title", "description", "when", "rights", "usage_terms", "web_statement", "do_not_train")


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(commands, "update", run, summary="say more about a signed picture", description=_DESCRIPTION, examples=_EXAMPLES)
    add_update_options(parser)
    group = parser.add_argument_group("what is added")
    group.add_argument("--title", metavar="TEXT", help="another name for it (default: the one it has)")
    group.add_argument("--description", metavar="TEXT", help="what was added or corrected, in a sentence")
    group.add_argument("--when", metavar="TIME", type=moment, help="when (RFC 3339; default: now)")
    group.add_argument("--published", action="store_true", help="it was published")
    group.add_argument(
        "--manifest",
        metavar=INPUT,
        type=Path,
        help="take statements from a manifest definition (JSON, as for c2patool); only what leaves the file as it is",
    )
    add_rights_options(parser)
    add_terms_options(parser)
    add_proof_options(parser.add_argument_group("what is asked of others"))  # type: ignore[arg-type]
    add_common_options(parser)


def run(args: argparse.Namespace) -> int:
    """Update and tell what was added."""
    from credkit.api import SignResult, Statements, update_file
    from credkit.cli.values import parse_licensor

    given = {name: getattr(args, name) for name in _SAME_NAME}
    given |= {"creator": tuple(args.creator), "licensor": parse_licensor(args.licensor) if args.licensor is not None else None}
    given |= terms_values_of(args)
    statements = Statements(**{name: value for name, value in given.items() if value is not None})

    def update(common: Common) -> SignResult:
        return update_file(
            common.file,
            common.output,
            statements,
            definition=args.manifest,
            published=args.published,
            timestamp=args.timestamp,
            staple=args.staple,
            **common.options,
        )

    return carry_out(args, "updated", update)
