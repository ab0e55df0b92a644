"""``credkit timestamp``: have the time of credentials that exist attested, so that they outlive their certificates."""

from __future__ import annotations

import argparse

from credkit.cli.parsers import Subcommands, add_command
from credkit.cli.updates import Common, add_common_options, add_update_options, carry_out

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit timestamp signed.jpg -o stamped.jpg --tsa http://timestamp.example.com
credkit timestamp signed.jpg --in-place --tsa http://timestamp.example.com --all --staple
"""
_DESCRIPTION = """\
Have a time-stamp authority attest that the credentials of a picture exist now. A signature without a time-stamp is worth nothing once the
certificate of its signer has expired; with one it stays valid. Only hashes of signatures go to the authority. The time-stamps are added as
an update that is signed by you and time-stamped itself; the picture is not touched."""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "timestamp", run, summary="have the time of credentials attested", description=_DESCRIPTION, examples=_EXAMPLES
    )
    add_update_options(parser)
    group = parser.add_argument_group("what is asked of others")
    group.add_argument("--tsa", metavar="URL", required=True, help="the time-stamp authority; the network is asked for its time-stamps")
    group.add_argument("--all", action="store_true", help="stamp every manifest of the history, not only the newest")
    group.add_argument(
        "--staple", action="store_true", help="also add what the issuer of the present signer's certificate says of its revocation"
    )
    add_common_options(parser)
    parser.set_defaults(manifest=None)


def run(args: argparse.Namespace) -> int:
    """Stamp and tell which time is attested now."""
    from credkit.api import SignResult, time_stamp_file

    def update(common: Common) -> SignResult:
        return time_stamp_file(common.file, common.output, args.tsa, ancestors=args.all, staple=args.staple, **common.options)

    return carry_out(args, "time-stamped", update)
