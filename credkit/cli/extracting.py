"""``credkit extract``: the files that the manifests of a file hold, into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import FOLDER, INPUT, Subcommands, add_command, add_trust_options, add_verdict_options

if TYPE_CHECKING:
    from credkit.api.extraction import Extracted, Extraction
    from credkit.provenance.resources import Resource

__all__ = ["KINDS", "add_to", "run"]

KINDS = {
    "thumbnails": "thumbnail",
    "icons": "icon",
    "prompts": "prompt",
    "documents": "document",
    "data": "data",
    "ingredients": "ingredient",
    "store": "store",
}
"""Words of ``--only``, and the kinds of ``credkit.provenance.resources`` that they stand for."""
_EXAMPLES = """
credkit extract picture.jpg --list
credkit extract picture.jpg --to parts
credkit extract picture.jpg --to parts --only thumbnails,prompts
credkit extract picture.jpg --to parts --only ingredients --format json | jq -r '.resources[].name'
"""
_DESCRIPTION = """\
Write the files that the manifests of a file hold into a folder: thumbnails, icons, prompts, documents, other embedded data, the manifest of
every ingredient as a store of its own (.c2pa), and the manifest store itself. Files are called by a number, what they are, and what their
bytes are, whatever type is claimed for them. What they show or say is what the signers claim. A file that is not what was signed is refused
and named. Prompts that were sealed or left out are not in the file."""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "extract", run, summary="take thumbnails, prompts and ingredients out", description=_DESCRIPTION, examples=_EXAMPLES
    )
    parser.add_argument("file", metavar=INPUT, help="file of any format, or .c2pa")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--to", metavar=FOLDER, type=Path, help="write into this folder, which is made when it is not there")
    group.add_argument("--list", action="store_true", help="only list what there is, and write nothing")
    parser.add_argument("--only", metavar="KIND[,KIND]", help=f"which of {', '.join(KINDS)} (default: all)")
    parser.add_argument("--altered", action="store_true", help="also write what is not what was signed, with altered in its name")
    parser.add_argument("-f", "--force", action="store_true", help="replace files of the same names; without this nothing is done then")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to show the list (default: %(default)s)")
    add_trust_options(parser)
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Write the files and show the list; 1 when something was refused or exceeded the limits."""
    from credkit.api.extraction import extract_file, extraction_document
    from credkit.cli.asking import fetcher_of
    from credkit.cli.terminal import say, tell, write_document
    from credkit.cli.trusting import trust_of
    from credkit.provenance.text import json_text

    words = [word.strip() for word in args.only.split(",")] if args.only is not None else list(KINDS)
    if unknown := [word for word in words if word not in KINDS]:
        args.usage(f'argument --only: "{unknown[0]}" is none; there are {", ".join(KINDS)}')
    extraction = extract_file(
        args.file,
        args.to,
        only=[KINDS[word] for word in words],  # type: ignore[misc]
        altered=args.altered,
        overwrite=args.force,
        sidecar=args.sidecar,
        policy=trust_of(args).policy,
        at=args.at,
        profile=args.profile,
        fetcher=fetcher_of(args.online),
    )
    if args.format == "json":
        write_document(json_text(extraction_document(extraction)) + "\n", is_json=True)
    else:
        for line in _lines(extraction):
            say(line)
    refused = extraction.refused if args.to is not None else ()
    if refused:
        tell(f"not written, because they are not what was signed (--altered writes them): {', '.join(entry.name for entry in refused)}")
    if extraction.omitted:
        tell(f"{extraction.omitted:,} more resources exceed the limits and were left out")
    return ExitCode.REFUSED if refused or extraction.omitted else ExitCode.OK


def _lines(extraction: Extraction) -> list[str]:
    from credkit.cli.terminal import safe
    from credkit.provenance.graph import content_manifest

    made = content_manifest(extraction.report)
    # Updates lie above it, so that its thumbnail is the one of the file, and does not look like it.
    covered = made.label if made is not None and made is not extraction.report.active else None
    claim = "What these files show or say is what the signers claim" if extraction.entries else "There is nothing of that kind in it"
    lines = [f"{claim}; the file itself is {extraction.report.state}."]
    for entry in extraction.entries:
        lines += ["", safe(entry.name), *(f"  {safe(line)}" for line in _about(entry, covered))]
    lines += [""] * bool(extraction.absent)
    for absent in extraction.absent:
        place = f" of generation {absent.generation}" if absent.generation else ""
        lines.append(f"not in the file: {safe(_quoted(absent.what))}{place}, {safe(absent.why)}")
    if extraction.folder is not None:
        count = len(extraction.written)
        lines += ["", f"written: {count:,} file{'' if count == 1 else 's'} in {safe(extraction.folder)}"]
    return lines


def _about(entry: Extracted, covered: str | None) -> list[str]:
    from credkit.provenance.text import shown
    from credkit.provenance.verdict import signer_words

    item = entry.resource
    title = f" {_quoted(item.title)}" if item.title else ""
    claimed = f", claimed to be {shown(item.claimed_type)}" if item.claimed_type and item.claimed_type != item.media_type else ""
    signer = f", {signer_words(item.signer)}" if item.signer else ""
    standing = {
        True: "as it was signed: its hash is right",
        False: f"NOT AS SIGNED: {item.problem}",
        None: "the whole store, as it lies in the file",
    }[item.intact]
    return [
        f"{item.kind}{title} of {shown(item.of)}{signer}" if item.manifest else f"{item.kind} of {shown(item.of)}",
        f"{item.media_type}{claimed}, {item.size:,} bytes",
        standing,
        *["of the content as it still is: what came later added statements alone"] * _is_of(item, covered),
    ]


def _is_of(item: Resource, covered: str | None) -> bool:
    return item.manifest is not None and item.manifest == covered and item.label.startswith("c2pa.thumbnail.claim")


def _quoted(text: str) -> str:
    from credkit.provenance.text import quoted

    return quoted(text)
