"""``credkit sign``: a picture, what there is to say about it and a key become a signed picture.

Options are named after the fields of ``credkit.api.Statements``; what they mean is decided there. Here they are read, the key is found, and
what happened is told.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from credkit.cli.exits import ExitCode
from credkit.cli.journal_options import add_journal_option, journal_of
from credkit.cli.label_options import add_label_options, labels_of
from credkit.cli.lift_options import add_lift_options, lift_of, said_prompt
from credkit.cli.many_options import HELP, add_many_options, are_many
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
    from credkit.api import Statements

__all__ = ["add_to", "run"]

_DIGITS = 8

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
credkit sign exports -o signed --created digitalCreation --jobs 2 --resume signed.jsonl
credkit sign "exports/**/*.png" --in-place --created trainedAlgorithmicMedia --json
"""
_DESCRIPTION = (
    """\
State what there is to say about a picture and sign it. Say how it began: --created for a picture made here, --parent (or a source that
is signed already) for a new version of another. What was written is verified before it takes its name; when anything fails, every
existing file stays as it was. An existing output is replaced only with --force.

Common source types: trainedAlgorithmicMedia (by an AI model), compositeWithTrainedAlgorithmicMedia (partly by an AI model),
digitalCapture (camera), digitalCreation (by a person with software), humanEdits, algorithmicallyEnhanced, screenCapture.

"""
    + HELP
)

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
    parser.add_argument(
        "sources",
        metavar=SOURCE,
        nargs="*",
        type=Path,
        help="the file to sign; the content decides what it is, not the name. Or files, folders, patterns in quotes",
    )
    add_output_options(parser, "write the signed file here; for several a folder, with the same folders below it", in_place=True)
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
    add_many_options(parser)
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
    group.add_argument("--thumbnail", action="store_true", help="add a small preview of the picture, unless its history has the same one")
    group.add_argument(
        "--thumbnail-budget",
        metavar="KIB",
        type=_kibibytes,
        default=400,
        help="room for the previews of all versions together; with less left, new ones get smaller, then none is added "
        "(default: %(default)s)",
    )
    group.add_argument("--no-mirrors", action="store_true", help="do not repeat creator, rights and AI statements in XMP and EXIF")
    group.add_argument(
        "--binding", choices=("data", "boxes"), help="tie the manifest to the whole file or box by box (default: as usual for the format)"
    )
    group.add_argument(
        "--parts",
        action="store_true",
        help="bind each part of the file apart, too (gain map, film), so that those behind the picture may be taken away",
    )
    group.add_argument("--json", action="store_true", help="print the result as JSON, that of several files as one object a line")
    group.add_argument("-q", "--quiet", action="store_true", help="print nothing when all went well")


def _kibibytes(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of KiB such as 400")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Sign and tell what was signed."""
    from credkit.cli.signers import chosen_actors, chosen_signer
    from credkit.cli.trusting import named_policy
    from credkit.cli.values import parse_generator

    many = are_many(args, args.sources)
    if many:
        _check_many(args)
    else:
        output, overwrite = _output(args)
    statements, region = _statements(args)
    options: dict[str, Any] = {
        "parent": args.parent,
        "ingredients": args.ingredient,
        "definition": args.manifest,
        "region": region,
        "thumbnail": args.thumbnail,
        "thumbnail_budget": args.thumbnail_budget * 1024,
        "mirrors": not args.no_mirrors,
        "sidecar": args.sidecar is not None,
        "generator": parse_generator(args.generator) if args.generator is not None else None,
        "drop_history": args.drop_history,
        "policy": named_policy(args),
        "timestamp": args.timestamp,
        "staple": args.staple,
        "labels": labels_of(args),
        "binding": args.binding,
        "parts": args.parts,
        **lift_of(args),
    }
    # A source that cannot be read is refused before a passphrase is asked for.
    size = 0 if many else _bytes_to_read(args.sources[0], statements)
    signer, root = chosen_signer(args)
    options |= {"signer": signer, "actors": chosen_actors(args), "journal": journal_of(args)}
    if many:
        from credkit.cli.signing_many import sign_many

        return sign_many(args, statements, options, root)
    return _sign_one(args, statements, options | {"output": output, "overwrite": overwrite}, root, size)


def _bytes_to_read(source: Path, statements: Statements) -> int:
    from credkit.api.model_description import bytes_to_read
    from credkit.assets import open_source

    with open_source(source) as opened:
        return bytes_to_read(opened, statements)


def _sign_one(args: argparse.Namespace, statements: Statements, options: dict[str, Any], root: Path | None, size: int) -> ExitCode:
    from credkit.api import sign_file
    from credkit.cli.signed_words import signed_lines, signed_object
    from credkit.cli.terminal import progress_bar, say, write_document
    from credkit.provenance.text import json_text

    source, output, signer = args.sources[0], options["output"], options["signer"]
    with progress_bar(f"signing {source.name}", size, wanted=not args.quiet) as progress:
        result = sign_file(source, statements=statements, progress=progress, **options)
    if args.json:
        write_document(json_text(signed_object(result, output, signer, root)) + "\n", is_json=True)
    elif not args.quiet:
        for line in signed_lines(result, output, signer, root):
            say(line)
    return ExitCode.OK


def _check_many(args: argparse.Namespace) -> None:
    """Options that make sense for one file only end the program."""
    if args.output is None and not args.in_place and args.sidecar is None:
        args.usage(
            "it is not said where signed files go: -o DIR keeps the originals, --in-place replaces them, --sidecar leaves them as they are"
        )
    if args.sidecar not in (None, True):
        args.usage("--sidecar OUT goes with one file; the manifest stores of several are called like them, with .c2pa behind")
    if args.sidecar is not None and (args.in_place or args.output is not None):
        args.usage("with --sidecar files stay as they are: leave out -o and --in-place")
    if args.openings is not None:
        args.usage("--openings goes with one file; those of several are kept in your data folder")
    if args.journal is not None and args.jobs > 1:
        args.usage("a journal is written one entry after the other: --journal goes with --jobs 1")


def _output(args: argparse.Namespace) -> tuple[Path, bool]:
    from credkit.cli.outputs import chosen_output, refuse_existing

    (source,) = args.sources
    if args.sidecar is None:
        return chosen_output(args, source)
    if args.in_place or args.output is not None:
        args.usage("with --sidecar the file stays as it is: leave out -o and --in-place (--sidecar OUT.c2pa names the store)")
    output = source.with_name(source.name + ".c2pa") if args.sidecar is True else Path(args.sidecar)
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
