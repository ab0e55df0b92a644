"""What the commands that write an update manifest have in common: where they write, who signs, and what they tell afterwards."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import INPUT, add_output_options, add_signer_options, add_trust_options
from credkit.dataclass import dataclass

if TYPE_CHECKING:
    from credkit.api import SignResult
    from credkit.sign.signer import Signer

__all__ = ["Common", "add_common_options", "add_update_options", "carry_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The arguments that every update takes, ready for the functions of ``credkit.api``."""

    file: Path
    output: Path
    options: dict[str, Any]


def add_update_options(parser: argparse.ArgumentParser) -> None:
    """The file, and where the result goes."""
    parser.add_argument("file", metavar=INPUT, type=Path, help="signed file; a store beside it (FILE.c2pa) is found")
    add_output_options(parser, "write the updated file here (the updated store, when it lies beside the file)", in_place=True)


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """How the update is made, whom its maker trusts, and who signs; they come after what each command is for."""
    group = parser.add_argument_group("how the manifest is made")
    group.add_argument("--generator", metavar="NAME[/VERSION]", help="the software that speaks in the manifest (default: credkit)")
    group.add_argument("--json", action="store_true", help="print the result as JSON")
    group.add_argument("-q", "--quiet", action="store_true", help="print nothing when all went well")
    add_trust_options(parser.add_argument_group("who is trusted when the present credentials are checked"))  # type: ignore[arg-type]
    add_signer_options(parser)


def carry_out(args: argparse.Namespace, did: str, update: Callable[[Common], SignResult]) -> ExitCode:
    """Find output and signer, run ``update`` under a progress bar, and tell what was ``did`` (``updated``)."""
    from credkit.cli.signers import chosen_signer
    from credkit.cli.terminal import progress_bar, say, write_document
    from credkit.cli.trusting import trust_of
    from credkit.cli.values import parse_generator

    output, overwrite, size = _output(args)
    generator = parse_generator(args.generator) if args.generator is not None else None
    policy = trust_of(args).policy
    signer, _ = chosen_signer(args)
    with progress_bar(f"updating {args.file.name}", size, wanted=not args.quiet) as progress:
        options = {"signer": signer, "generator": generator, "policy": policy, "overwrite": overwrite, "progress": progress}
        result = update(Common(file=args.file, output=output, options=options))
    if args.json:
        write_document(_as_json(result, output, signer), is_json=True)
    elif not args.quiet:
        for line in _summary(result, output, signer, did):
            say(line)
    return ExitCode.OK


def _output(args: argparse.Namespace) -> tuple[Path, bool, int]:
    """The output, whether it may be replaced, and the size of the file, which is refused here when it cannot be read."""
    from credkit.api import place_of_store
    from credkit.assets import open_source
    from credkit.cli.outputs import chosen_output
    from credkit.errors import OutputError

    with open_source(args.file) as opened:
        size = opened.size
    place = Path(place_of_store(args.file))  # type: ignore[arg-type]
    output, overwrite = chosen_output(args, place)
    if place != args.file and output.suffix.lower() != ".c2pa":
        raise OutputError(
            f'the credentials of "{args.file}" lie beside it in "{place}", and that is the file which is updated: '
            "name the output OUT.c2pa, or say --in-place"
        )
    return output, overwrite, size


def _summary(result: SignResult, output: Path, signer: Signer, did: str) -> list[str]:
    from credkit.cli.terminal import safe
    from credkit.provenance import provenance_graph
    from credkit.provenance.facts import facts

    graph = provenance_graph(result.report)
    told = [fact for fact in facts(graph.active, graph) if fact.topic not in ("who", "intact", "when", "tool")] if graph.active else []
    lines = [f"{safe(output)} is {did}; its content is untouched."]
    lines += [f"  {fact.topic}: {fact.words}" for fact in told]
    lines += [f"  note: {safe(note)}" for note in result.notes]
    if result.stamped:
        lines.append(f"  time-stamp: {result.stamped:%Y-%m-%d %H:%M:%S} UTC; it counts for readers who trust its authority")
    lines.append(f"  manifest: {safe(result.label)}")
    lines.append(f'Signed by "{safe(_name(signer))}".')
    return lines


def _name(signer: Signer) -> str:
    return signer.certificate.common_name or signer.certificate.subject


def _as_json(result: SignResult, output: Path, signer: Signer) -> str:
    from credkit.provenance.json_report import time_text
    from credkit.provenance.text import json_text

    return (
        json_text(
            {
                "output": str(output),
                "label": result.label,
                "state": result.report.state,
                "signed_by": _name(signer),
                "time_stamp": time_text(result.stamped),
                "notes": list(result.notes),
            }
        )
        + "\n"
    )
