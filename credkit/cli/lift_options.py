"""Options of ``credkit sign`` for what generation tools left in a picture, and for what of it stays private."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from credkit.cli.parsers import FOLDER, OUTPUT

__all__ = ["add_lift_options", "lift_of", "said_prompt"]

_PRIVACY = ("public", "sealed", "omit")


def add_lift_options(parser: argparse.ArgumentParser) -> None:
    """What is lifted, and what is withheld."""
    group = parser.add_argument_group("what the generation tool wrote, and what stays private")
    group.add_argument(
        "--lift",
        action="store_true",
        help="read prompt, seed, settings and models from the texts that a generation tool left in the file, and state them; what is "
        "said with other options wins",
    )
    group.add_argument("--keep-raw", action="store_true", help="with --lift: also keep the raw texts (workflow, parameter block)")
    group.add_argument(
        "--model-dir",
        metavar=FOLDER,
        type=Path,
        action="append",
        default=[],
        help="with --lift: seek the files of the models there and measure their hashes; may be repeated",
    )
    group.add_argument(
        "--prompt-privacy",
        choices=_PRIVACY,
        help="public (default); sealed: put salted commitments in the place of prompts, seed and private settings, and keep the openings "
        '(see "credkit reveal"); omit: leave them out. Under sealed and omit the file is cleared of them, or not signed. '
        "--prompt with exactly one of these words means the same",
    )
    group.add_argument("--prompt-text", metavar="TEXT", help="the prompt, also when it is one of those words; else as --prompt")
    group.add_argument(
        "--openings", metavar=OUTPUT, type=Path, help="keep the openings in this new file (default: in the user's data folder)"
    )


def said_prompt(args: argparse.Namespace) -> tuple[str | None, str]:
    """The text of the prompt as it was given, and what is to be done with it."""
    word = args.prompt if args.prompt in _PRIVACY else None
    if word and args.prompt_privacy and word != args.prompt_privacy:
        args.usage(
            f"--prompt {word} and --prompt-privacy {args.prompt_privacy} contradict each other; a prompt of that word is --prompt-text"
        )
    text = None if word else args.prompt
    if text is not None and args.prompt_text is not None:
        args.usage("the prompt is given twice: --prompt and --prompt-text")
    return args.prompt_text if args.prompt_text is not None else text, args.prompt_privacy or word or "public"


def lift_of(args: argparse.Namespace) -> dict[str, Any]:
    """The arguments of ``sign_file`` that these options stand for."""
    from credkit.api.lifted import Lift

    _, privacy = said_prompt(args)
    if not args.lift and (args.keep_raw or args.model_dir):
        args.usage("--keep-raw and --model-dir say how to lift: add --lift")
    if args.keep_raw and privacy == "omit":
        args.usage("--keep-raw keeps the texts that --prompt-privacy omit leaves out: say one of the two")
    if args.openings is not None and privacy != "sealed":
        args.usage("--openings names the file for what is sealed: add --prompt-privacy sealed")
    lift = Lift(folders=tuple(args.model_dir), keep_raw=args.keep_raw) if args.lift else False
    return {"lift": lift, "prompt": privacy, "openings": args.openings}
