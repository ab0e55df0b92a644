"""``credkit sign``: a picture, what there is to say about it and a key become a signed picture.

Options are named after the fields of ``credkit.api.Statements``; what they mean is decided there. Here they are read, the key is found, and
what happened is told.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from credkit.cli.exits import ExitCode
from credkit.cli.journal_options import add_journal_option, journal_of
from credkit.cli.label_options import add_label_options, labels_of
from credkit.cli.lift_options import add_lift_options, lift_of, said_prompt
from credkit.cli.model_options import add_model_options, model_values_of
from credkit.cli.parsers import (
    INPUT,
    OUTPUT,
    SOURCE,
    Subcommands,
    add_actor_options,
    add_command,
    add_output_options,
    add_proof_options,
    add_rights_options,
    add_signer_options,
    add_trust_options,
    moment,
)
from credkit.cli.terms_options import add_terms_options, terms_values_of

if TYPE_CHECKING:
    from credkit.api import SignResult, Statements
    from credkit.sign.signer import Signer

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit sign portrait.png -o signed.png --created trainedAlgorithmicMedia --creator "My Studio" \\
        --model "AWPortrait@1.4=awportrait.safetensors" --training-licence "own photographs:LicenseRef-own-work" --do-not-train
credkit sign repainted.jpg -o repaint.jpg --parent signed.png --edited compositeWithTrainedAlgorithmicMedia --region auto
credkit sign photo.jpg --in-place --created digitalCapture --rights "(c) 2026 My Studio"
credkit sign photo.jpg --sidecar --created digitalCapture
credkit sign photo.jpg -o signed.jpg --created digitalCapture --key key.pem --certs chain.pem
credkit sign photo.jpg -o signed.jpg --created digitalCapture --timestamp https://tsa.example.com
credkit sign ComfyUI_00001_.png -o signed.png --lift --model-dir models
credkit sign ComfyUI_00001_.png -o signed.png --lift --prompt-privacy sealed
credkit sign model.safetensors -o signed.safetensors --dataset "own photographs=photos" --training-licence LicenseRef-own-work \\
        --base-model "Base@1.5=base.safetensors" --base-licence MIT
credkit sign portrait.png -o signed.png --created trainedAlgorithmicMedia --model signed.safetensors
"""
_DESCRIPTION = """\
State what there is to say about a picture and sign it. Say how it began: --created for a picture made here, --parent (or a source that
is signed already) for a new version of another. What was written is verified before it takes its name; when anything fails, every
existing file stays as it was. An existing output is replaced only with --force.

Common source types: trainedAlgorithmicMedia (by an AI model), compositeWithTrainedAlgorithmicMedia (partly by an AI model),
digitalCapture (camera), digitalCreation (by a person with software), humanEdits, algorithmicallyEnhanced, screenCapture."""

_SAME_NAME = (
    "title",
    "created",
    "edited",
    "action",
    "description",
    "when",
    "rights",
    "usage_terms",
    "web_statement",
    "human_oversight",
    "do_not_train",
)
"""Statements that are given as they are."""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    about = "sign a picture, film, sound, model or data set"
    parser = add_command(commands, "sign", run, summary=about, description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("source", metavar=SOURCE, type=Path, help="the file to sign; the content decides what it is, not the name")
    add_output_options(parser, "write the signed file here", in_place=True)
    parser.add_argument(
        "--sidecar",
        metavar=OUTPUT,
        nargs="?",
        const=True,
        help="leave the file as it is and write the manifest store beside it (default: SOURCE.c2pa)",
    )
    _add_statements(parser)
    add_model_options(parser)
    add_lift_options(parser)
    add_rights_options(parser)
    add_terms_options(parser)
    add_label_options(parser)
    add_journal_option(parser)
    _add_history(parser)
    _add_making(parser)
    add_signer_options(parser)
    add_actor_options(parser)
    add_proof_options(parser.add_argument_group("what is asked of others"))  # type: ignore[arg-type]


def _add_statements(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what was done")
    group.add_argument("--title", metavar="TEXT", help="name of what is signed (default: the file name)")
    group.add_argument("--created", metavar="TYPE", help="it was made here; TYPE is its digital source type")
    group.add_argument("--edited", metavar="TYPE", help="it was made from the parent; TYPE is the digital source type of what was done")
    group.add_argument("--action", metavar="NAME", help="the action that --edited stands for (default: c2pa.edited)")
    group.add_argument("--description", metavar="TEXT", help="what was done, in a sentence")
    group.add_argument("--when", metavar="TIME", type=moment, help="when it was done (RFC 3339; default: now)")
    group.add_argument("--software", metavar="NAME[/VERSION]", help="the tool that did it, when it is another than the one that signs")
    group.add_argument(
        "--region",
        metavar="auto|X,Y,W,H",
        action="append",
        default=[],
        help="where the edit changed the picture: auto compares it with its parent; pixels or percent; may be repeated",
    )
    group.add_argument(
        "--prompt",
        metavar="TEXT",
        help="the prompt; everyone who gets the file can read it. @FILE takes it from a file. The words public, sealed and omit mean "
        "--prompt-privacy",
    )
    group.add_argument("--negative-prompt", metavar="TEXT", help="the negative prompt, likewise")
    group.add_argument("--seed", metavar="TEXT", help="the seed, likewise")
    group.add_argument("--human-oversight", metavar="LEVEL", help="fully_autonomous, prompt_guided or human_validated")


def _add_history(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what it was made from")
    group.add_argument("--parent", metavar=INPUT, type=Path, help="the file that this one is a new version of")
    group.add_argument(
        "--ingredient", metavar=INPUT, type=Path, action="append", default=[], help="a file that was put into it; may be repeated"
    )
    group.add_argument("--drop-history", action="store_true", help="sign a signed file as if it had no history (which is then lost)")
    add_trust_options(group, own=False)  # type: ignore[arg-type]


def _add_making(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how the manifest is made")
    group.add_argument("--manifest", metavar=INPUT, type=Path, help="take statements from a manifest definition (JSON, as for c2patool)")
    group.add_argument("--generator", metavar="NAME[/VERSION]", help="the software that speaks in the manifest (default: credkit)")
    group.add_argument("--thumbnail", action="store_true", help="add a small preview of the picture")
    group.add_argument("--no-mirrors", action="store_true", help="do not repeat creator, rights and AI statements in XMP and EXIF")
    group.add_argument(
        "--binding", choices=("data", "boxes"), help="tie the manifest to the whole file or box by box (default: as usual for the format)"
    )
    group.add_argument(
        "--parts",
        action="store_true",
        help="bind each part of the file apart, too (gain map, film), so that those behind the picture may be taken away",
    )
    group.add_argument("--json", action="store_true", help="print the result as JSON")
    group.add_argument("-q", "--quiet", action="store_true", help="print nothing when all went well")


def run(args: argparse.Namespace) -> int:
    """Sign and tell what was signed."""
    from credkit.api import sign_file
    from credkit.api.model_description import bytes_to_read
    from credkit.assets import open_source
    from credkit.cli.signers import chosen_actors, chosen_signer
    from credkit.cli.terminal import progress_bar, say, write_document
    from credkit.cli.trusting import named_policy
    from credkit.cli.values import parse_generator

    output, overwrite = _output(args)
    statements, region = _statements(args)
    generator = parse_generator(args.generator) if args.generator is not None else None
    policy = named_policy(args)
    labels = labels_of(args)
    lifting = lift_of(args)
    with open_source(args.source) as opened:
        # A source that cannot be read is refused before a passphrase is asked for.
        size = bytes_to_read(opened, statements)
    signer, root = chosen_signer(args)
    actors = chosen_actors(args)
    with progress_bar(f"signing {args.source.name}", size, wanted=not args.quiet) as progress:
        result = sign_file(
            args.source,
            output,
            statements,
            signer=signer,
            parent=args.parent,
            ingredients=args.ingredient,
            definition=args.manifest,
            region=region,
            thumbnail=args.thumbnail,
            mirrors=not args.no_mirrors,
            sidecar=args.sidecar is not None,
            generator=generator,
            drop_history=args.drop_history,
            overwrite=overwrite,
            policy=policy,
            actors=actors,
            timestamp=args.timestamp,
            staple=args.staple,
            labels=labels,
            journal=journal_of(args),
            binding=args.binding,
            parts=args.parts,
            **lifting,
            progress=progress,
        )
    if args.json:
        write_document(_as_json(result, output, signer, root), is_json=True)
    elif not args.quiet:
        for line in _summary(result, output, signer, root):
            say(line)
    return ExitCode.OK


def _output(args: argparse.Namespace) -> tuple[Path, bool]:
    from credkit.cli.outputs import chosen_output, refuse_existing

    if args.sidecar is None:
        return chosen_output(args, args.source)
    if args.in_place or args.output is not None:
        args.usage("with --sidecar the file stays as it is: leave out -o and --in-place (--sidecar OUT.c2pa names the store)")
    output = args.source.with_name(args.source.name + ".c2pa") if args.sidecar is True else Path(args.sidecar)
    refuse_existing(output, force=args.force)
    return output, args.force


def _statements(args: argparse.Namespace) -> tuple[Statements, Literal["auto"] | None]:
    from credkit.api import Statements
    from credkit.cli.values import parse_licensor, parse_region, parse_software, text_value

    given = {
        "software": parse_software(args.software) if args.software is not None else None,
        "licensor": parse_licensor(args.licensor) if args.licensor is not None else None,
        **model_values_of(args),
        "regions": tuple(parse_region(region) for region in args.region if region != "auto"),
        "creator": tuple(args.creator),
        "prompt": text_value(said_prompt(args)[0]),
        **{name: text_value(getattr(args, name)) for name in ("negative_prompt", "seed")},
        **{name: getattr(args, name) for name in _SAME_NAME},
    }
    given |= terms_values_of(args)
    statements = Statements(**{name: value for name, value in given.items() if value is not None})
    return statements, "auto" if "auto" in args.region else None


def _summary(result: SignResult, output: Path, signer: Signer, root: Path | None) -> list[str]:
    """What a person wants to know: what is stated now, by whom, and what to look after."""
    from credkit.cli.terminal import safe
    from credkit.provenance import provenance_graph
    from credkit.provenance.facts import facts

    graph = provenance_graph(result.report)
    left_out = ("who", "intact", "when", "tool")
    stated = [fact for fact in facts(graph.active, graph) if fact.topic not in left_out] if graph.active else []
    lines = [f"{safe(output)} is signed."]
    lines += [f"  {fact.topic}: {fact.words}" for fact in stated]
    lines += [f"  note: {safe(note)}" for note in result.notes]
    if result.stamped:
        lines.append(f"  time-stamp: {result.stamped:%Y-%m-%d %H:%M:%S} UTC; it counts for readers who trust its authority")
    if result.openings:
        lines.append(f"  openings: {safe(result.openings)}; keep this file: nothing else can show what was sealed (credkit reveal)")
    lines.append(f"  manifest: {safe(result.label)}")
    anchor = f"your root: {safe(root)}" if root else "the authority of its certificate"
    lines.append(f'Signed by "{safe(_name(signer))}"; readers will call it valid, and trusted once they trust {anchor}')
    return lines


def _name(signer: Signer) -> str:
    return signer.certificate.common_name or signer.certificate.subject


def _as_json(result: SignResult, output: Path, signer: Signer, root: Path | None) -> str:
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
                "root": str(root) if root else None,
                "ingredients": [{"name": report.name, "state": report.state} for report in result.ingredients],
                "openings": str(result.openings) if result.openings else None,
                "notes": list(result.notes),
            }
        )
        + "\n"
    )
