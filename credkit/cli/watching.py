"""``credkit watch``: sign every picture that appears in a folder, until it is told to stop.

What is watched and when a picture is taken up is decided in ``credkit.integrations.watch``, what is stated in the export settings. Here
options become those two, signals end the watch, and events are told.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import FOLDER, INPUT, Subcommands, add_command, add_passphrase_option

if TYPE_CHECKING:
    from credkit.api.exporter import Exporter
    from credkit.integrations.watch import Event

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit watch outputs --in-place --created trainedAlgorithmicMedia --creator "My Studio"
credkit watch outputs/images --recursive --to signed --prompt-privacy sealed
credkit watch outputs --in-place --settings studio.toml --format jsonl >> signed.jsonl
credkit watch outputs --in-place --once
"""
_DESCRIPTION = """\
Sign the pictures in folders, and those that appear there from now on. A picture is taken up when it has come to rest and is whole; it is
replaced, or written to the other folder, in one step. Files that carry Content Credentials, hidden files, files in the making and symbolic
links are left alone. Who signs and what is stated stands in export.toml in the configuration folder (or --settings); options here win over
it. What was done is remembered, so that a restart signs nothing twice and forgets nothing. Ctrl-C or SIGTERM finishes the present file."""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(commands, "watch", run, summary="sign pictures as they appear", description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("folders", metavar=FOLDER, nargs="+", type=Path, help="folder to watch")
    parser.add_argument("--recursive", action="store_true", help="its subfolders as well")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--in-place", action="store_true", help="replace each picture by its signed form (in one step, never half)")
    where.add_argument(
        "--to", metavar=FOLDER, type=Path, help="write signed pictures here, under the same names; originals stay as they are"
    )
    parser.add_argument("--once", action="store_true", help="sign what is there and end; exit code 1 when something could not be signed")
    parser.add_argument("--new-only", action="store_true", help="leave alone what lies there when a folder is watched for the first time")
    _add_statements(parser)
    group = parser.add_argument_group("how it watches")
    group.add_argument("--interval", metavar="SECONDS", type=_seconds, default=1.0, help="time between two looks (default: %(default)s)")
    group.add_argument(
        "--settle",
        metavar="N",
        type=_rounds,
        default=2,
        help="a file is at rest after N looks at which it was the same (default: %(default)s)",
    )
    group.add_argument("--state", metavar=INPUT, type=Path, help="remember here what was done (default: in your data folder)")
    group.add_argument("--format", choices=("text", "jsonl"), default="text", help="lines for people, or one JSON object a line")
    group.add_argument("-q", "--quiet", action="store_true", help="tell only what could not be signed")


def _add_statements(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("who signs and what is stated (default: export.toml in the configuration folder)")
    group.add_argument("--settings", metavar=INPUT, type=Path, help="take them from this file")
    group.add_argument("--identity", metavar="NAME", help="the identity of this name signs")
    group.add_argument("--created", metavar="TYPE", help="digital source type of the pictures (default: what their own texts say)")
    group.add_argument("--creator", metavar="NAME", action="append", default=[], help="who made them; may be repeated")
    group.add_argument("--prompt-privacy", choices=("public", "sealed", "omit"), help="what becomes of prompts and seeds")
    add_passphrase_option(group)  # type: ignore[arg-type]


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.01 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no time between 0.01 and 3600 seconds")
    return value


def _rounds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number between 1 and 1000")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Watch and tell; 0 when the watch was ended, 1 when a single pass could not sign everything."""
    from credkit.cli.interrupting import stopping
    from credkit.integrations.watch import Watcher

    if not args.in_place and args.to is None:
        args.usage("it is not said where signed pictures go: --in-place replaces the originals, --to DIR keeps them")
    watcher = Watcher(
        _exporter(args),
        args.folders,
        in_place=args.in_place,
        output=args.to,
        recursive=args.recursive,
        new_only=args.new_only,
        settle=args.settle,
        interval=args.interval,
        state=args.state,
    )
    wanting = False
    with watcher, stopping(watcher.stop):
        for event in watcher.run_once() if args.once else watcher.run():
            wanting = wanting or event.kind not in ("signed", "skipped")
            _tell(event, args)
    return ExitCode.REFUSED if args.once and wanting else ExitCode.OK


def _exporter(args: argparse.Namespace) -> Exporter:
    from credkit.api.export_settings import read_settings
    from credkit.api.exporter import Exporter
    from credkit.dataclass import replace
    from credkit.sign.identity import read_passphrase

    settings = read_settings(args.settings)
    if args.identity is not None:
        values = {name: value for name, value in settings.values.items() if name not in ("key", "certs")}
        settings = replace(settings, values={**values, "identity": args.identity})
    passphrase = read_passphrase(fd=args.passphrase_fd) if args.passphrase_fd is not None else None
    exporter = Exporter(**settings.options(passphrase))
    statements = exporter.statements
    if args.created is not None:
        statements = replace(statements, created=args.created)
    if args.creator:
        statements = replace(statements, creator=tuple(args.creator))
    return replace(exporter, statements=statements, prompt=args.prompt_privacy or exporter.prompt)


def _tell(event: Event, args: argparse.Namespace) -> None:
    from credkit.cli.terminal import flush, say

    if args.quiet and event.kind in ("signed", "skipped"):
        return
    if args.format == "jsonl":
        import json

        say(json.dumps(event.as_json()))
    else:
        for line in _lines(event):
            say(line)
    flush()


def _lines(event: Event) -> Iterator[str]:
    from credkit.cli.terminal import safe

    path = safe(event.path)
    if event.kind == "signed":
        yield f"{path} is signed" + (f": {safe(event.output)}" if event.output not in (None, event.path) else "")
    elif event.retry_in is not None:
        yield f"{path} was not signed: {safe(event.message)} (attempt {event.attempt}; the next in {event.retry_in:.0f} s)"
    elif event.kind in ("failed", "refused"):
        yield f"{path} was not signed: {safe(event.message)}"
    elif event.kind == "waiting":
        yield f"{path} is not signed yet: {safe(event.message)}"
    else:
        yield f"{path}: {safe(event.message)}"
    for note in event.notes:
        yield f"  note: {safe(note)}"
