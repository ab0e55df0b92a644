"""``credkit strip``: a file without its Content Credentials."""

from __future__ import annotations

import argparse
from pathlib import Path

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import INPUT, Subcommands, add_command, add_output_options

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit strip signed.png -o plain.png
credkit strip signed.png --in-place
"""
_DESCRIPTION = """\
Take the Content Credentials out of a file; every other byte stays as it is, also what its metadata says.
Its history is lost with them: keep the signed file."""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(commands, "strip", run, summary="take the credentials out", description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("file", metavar=INPUT, type=Path, help="file with credentials in it")
    add_output_options(parser, "write the file without credentials here", in_place=True)


def run(args: argparse.Namespace) -> int:
    """Write the file without credentials."""
    from credkit.api import strip_file
    from credkit.cli.outputs import chosen_output
    from credkit.cli.terminal import safe, say

    output, overwrite = chosen_output(args, args.file)
    count = strip_file(args.file, output, overwrite=overwrite)
    say(f"{safe(output)}: {count:,} manifest store{'s' if count > 1 else ''} taken out.")
    return ExitCode.OK
