"""The command line: ``credkit identity | trust | sign | watch | update | redact | reveal | timestamp | verify | inspect ...``.

Each command is one file with ``add_to`` (its parser, cheap) and ``run`` (its work, which imports what it needs). What the exit codes mean
is decided in ``exits``, how errors become sentences in ``guard``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

from credkit.cli.exits import EXIT_TABLE, ExitCode
from credkit.cli.guard import guarded
from credkit.cli.parsers import CommandParser
from credkit.cli.terminal import flush, prepare_streams
from credkit.version import __version__

if TYPE_CHECKING:
    from credkit.cli.parsers import Command

__all__ = ["COMMANDS", "build_parser", "main"]

COMMANDS = {
    "identity": "identities",
    "trust": "trust_lists",
    "sign": "signing",
    "dataset": "datasets",
    "watch": "watching",
    "journal": "journalling",
    "update": "updating",
    "redact": "redacting",
    "reveal": "revealing",
    "timestamp": "time_stamping",
    "verify": "verifying",
    "inspect": "inspecting",
    "extract": "extracting",
    "lint": "linting",
    "strip": "stripping",
    "demo": "demonstration",
    "completion": "completion",
}
"""The commands in the order of the help, each with its module in this package."""
_DESCRIPTION = "Content Credentials (C2PA) for pictures: sign at export, verify on download, inspect the chain of edits."
_EPILOG = f"""\
examples:
  credkit identity new "My Studio"
  credkit sign portrait.png -o signed.png --created trainedAlgorithmicMedia --creator "My Studio"
  credkit sign comfyui.png -o signed.png --lift --prompt sealed
  credkit verify signed.png
  credkit inspect signed.png --terms
  credkit inspect signed.png --format html -o signed.html
  credkit demo

{EXIT_TABLE}
"credkit verify" answers with a verdict: see "credkit verify --help"."""


def build_parser(only: str | None = None) -> CommandParser:
    """The parser of the whole command line, or of one command alone; making it imports nothing but argparse."""
    parser = CommandParser(prog="credkit", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"credkit {__version__}")
    parser.add_argument("--debug", action="store_true", help="show a traceback when something goes wrong")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=CommandParser, prog="credkit")
    for name, home in COMMANDS.items():
        if only in (None, name):
            command = cast("Command", import_module(f"credkit.cli.{home}"))
            command.add_to(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (``sys.argv`` by default) and return its exit code; see ``ExitCode``."""
    prepare_streams()
    arguments = sys.argv[1:] if argv is None else list(argv)
    return int(guarded(lambda: _run(arguments), debug="--debug" in arguments))


def _run(arguments: list[str]) -> int:
    try:
        # The first word that is no option names the command, or there is none and the whole help is wanted.
        named = next((word for word in arguments if not word.startswith("-")), None)
        args = build_parser(named if named in COMMANDS else None).parse_args(arguments)
        code = int(args.run(args))
    except SystemExit as finished:
        # So argparse leaves: after --help and --version, and when the command line is wrong.
        code = finished.code if isinstance(finished.code, int) else ExitCode.OK
    flush()
    return code
