"""``credkit reveal``: show a sealed field of a picture, and prove that it is what was sealed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import INPUT, Subcommands, add_command, add_output_options, add_trust_options

if TYPE_CHECKING:
    from credkit.api.revealing import Revealed, Revelation

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit reveal signed.png --field prompt
credkit reveal signed.png --all
credkit reveal signed.png --field prompt --field seed -o for-the-court.json
credkit reveal signed.png --openings for-the-court.json --field prompt
"""
_DESCRIPTION = """\
Show what was sealed when a picture was signed (credkit sign --prompt-privacy sealed), and check that it is the same. The file is verified
first: an opening of a file that is not valid proves nothing. -o writes the openings of the named fields alone, to be handed to somebody who
checks them with this same command; the other fields stay sealed."""
_LONGEST = 1 << 26


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(commands, "reveal", run, summary="show what was sealed, with proof", description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("file", metavar=INPUT, type=Path, help="the signed file")
    parser.add_argument(
        "--openings", metavar=INPUT, type=Path, help="the file of openings (default: the one that was kept when you signed the file)"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--field",
        metavar="NAME",
        action="append",
        default=[],
        help="prompt, negative-prompt, seed, settings/NAME, input/ROLE or document/TITLE; may be repeated",
    )
    group.add_argument("--all", action="store_true", help="every field that the openings hold")
    add_output_options(parser, "write the openings of these fields alone to this file")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to show them (default: %(default)s)")
    parser.add_argument("--sidecar", metavar=INPUT, type=Path, help="manifest store beside the file (FILE.c2pa is found without this)")
    add_trust_options(parser)


def run(args: argparse.Namespace) -> int:
    """Verify, open, show."""
    from credkit.api import verify_file
    from credkit.api.revealing import reveal_from
    from credkit.cli.outputs import refuse_existing
    from credkit.cli.terminal import safe, say, write_document
    from credkit.cli.trusting import trust_of
    from credkit.sign.output import write_bytes

    if not args.field and not args.all:
        args.usage("say what is to be shown: --field NAME, or --all")
    if args.output is not None:
        refuse_existing(args.output, force=args.force)
    report = verify_file(args.file, sidecar=args.sidecar, policy=trust_of(args).policy)
    found = reveal_from(report, args.openings, args.field)
    if args.output is not None:
        _refuse_loss(args, found)
        chosen = found.openings.only(frozenset(one.field for one in found.revealed))
        write_bytes(args.output, chosen.to_json().encode("ascii"), overwrite=args.force, private=True)
    if args.format == "json":
        write_document(_as_json(found, args.output), is_json=True)
        return ExitCode.OK
    for line in _lines(found):
        say(line)
    if args.output is not None:
        say(f"written: {safe(args.output)}")
    return ExitCode.OK


def _refuse_loss(args: argparse.Namespace, found: Revelation) -> None:
    """``OutputError`` when the output would replace the picture, or the openings of all fields by those of a few."""
    from credkit.errors import OutputError
    from credkit.sealing.openings import kept_openings

    for path in (args.file, args.sidecar, args.openings or kept_openings(found.openings.manifest)):
        if path is not None and args.output.exists() and path.exists() and args.output.samefile(path):
            raise OutputError(f'"{args.output}" is what the openings are read from or belong to: name another file')


def _lines(found: Revelation) -> list[str]:
    lines: list[str] = []
    for one in found.revealed:
        lines.append(f"{_word(one.field)}:")
        lines += [f"  {line}" for line in _text(one).split("\n")]
    first = found.revealed[0] if found.revealed else None
    return [*lines, _sentence(first)] if first else ["the openings hold nothing"]


def _text(one: Revealed) -> str:
    """The value whole, line by line, safe for a terminal."""
    from credkit.dataclass import replace
    from credkit.limits import DEFAULT_LIMITS
    from credkit.provenance.text import shown

    whole = replace(DEFAULT_LIMITS, text_length=_LONGEST)
    return "\n".join(shown(line, whole) for line in str(one.value).replace("\r\n", "\n").split("\n"))


def _word(name: str) -> str:
    from credkit.cli.terminal import safe

    return safe(name)


def _sentence(one: Revealed) -> str:
    """Who committed to it, when."""
    from credkit.cli.terminal import safe

    times = [f"attested by a time-stamp: before {one.attested:%Y-%m-%d %H:%M:%S} UTC"] if one.attested else []
    times += [f"claimed {safe(one.claimed)}, the signer's own word"] if one.claimed else []
    when = "; ".join(times) or "the time is not said"
    return f"This is what was sealed in generation {one.generation} ({safe(one.manifest)}), {one.signer}; {when}. The file is {one.state}."


def _as_json(found: Revelation, output: Path | None) -> str:
    from credkit.provenance.json_report import time_text
    from credkit.provenance.text import json_text

    first = found.revealed[0] if found.revealed else None
    return (
        json_text(
            {
                "file": found.report.name,
                "state": found.report.state,
                "manifest": found.openings.manifest,
                "generation": first.generation if first else None,
                "signer": first.signer if first else None,
                "claimed_time": first.claimed if first else None,
                "attested_time": time_text(first.attested) if first else None,
                "revealed": [{"field": one.field, "value": one.value, "digest": one.digest} for one in found.revealed],
                "written": str(output) if output else None,
            }
        )
        + "\n"
    )
