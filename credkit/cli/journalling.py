"""``credkit journal``: the author's own record of what was made, tried and thrown away, kept while the work is done.

Nothing leaves the machine but the hash that a time-stamp authority is sent, and only where one is named.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.exits import ExitCode
from credkit.cli.journal_checking import add_checking
from credkit.cli.journal_options import add_file_option, existing_journal, journal_path
from credkit.cli.parsers import FOLDER, INPUT, Subcommands, add_command, add_signer_options

if TYPE_CHECKING:
    from credkit.journal.entries import Area, Candidate, Entry, UsedFile
    from credkit.lifting.lifted import Lifted
    from credkit.manifest.assertions import Generation
    from credkit.sign.signer import Signer

__all__ = ["add_to"]

_EXAMPLES = """
credkit journal add --kept portrait-3.png --discarded portrait-1.png portrait-2.png --note "the light is softer in the third"
credkit journal note "I want the hands out of the picture, so I crop before repainting."
credkit sign portrait-3.png -o signed.png --lift --journal default
credkit journal checkpoint --timestamp http://tsa.example.com
credkit journal verify --files . --picture signed.png
credkit journal export -o journal.html
"""
_DESCRIPTION = """\
Keep a journal of your work: what went in, what came out, what you kept and why, written down at the time. It is a private file on this
machine to which lines are only ever appended; signed checkpoints let others check later that nothing was added or changed behind them."""
_ADD_DESCRIPTION = """\
Write down one generation and the pictures that came out of it. Prompt, seed, settings and models are read from the pictures (the first that
tells them counts; kept ones come first); what you say yourself wins. The pictures are not changed, and small previews of them are kept."""
_ADD_EXAMPLES = """
credkit journal add --kept best.png --discarded second.png third.png
credkit journal add batch-*.png --note "first tries"
credkit journal add --kept hand.png --mask mask.png --prompt @prompt.txt
credkit journal add --kept best.png --model-dir models
"""


def add_to(commands: Subcommands) -> None:
    """Add the command with its own commands."""
    parser = add_command(commands, "journal", None, summary="keep a journal of what you make", description=_DESCRIPTION, examples=_EXAMPLES)
    below = parser.add_subparsers(metavar="WHAT", required=True, parser_class=type(parser))
    _add_adding(below)
    _add_deciding(below)
    note = add_command(
        below,
        "note",
        _note,
        summary="write down your own words",
        description="Write down your own words.",
        examples='credkit journal note "the sky of the second try, the pose of the fourth"',
    )
    note.add_argument("text", metavar="TEXT", help="what to write down; @FILE takes it from a file")
    add_file_option(note)
    checkpoint = add_command(
        below,
        "checkpoint",
        _checkpoint,
        summary="sign what is new in the journal",
        description="Sign everything that was written since the last checkpoint. With a time-stamp others can see that it existed by then.",
        examples="credkit journal checkpoint --timestamp http://tsa.example.com",
    )
    checkpoint.add_argument(
        "--timestamp", metavar="URL", help="have the time attested by this time-stamp authority; the network is asked for it"
    )
    add_signer_options(checkpoint)
    add_file_option(checkpoint)
    add_checking(below)


def _add_adding(below: Subcommands) -> None:
    add = add_command(below, "add", _add, summary="write down a generation", description=_ADD_DESCRIPTION, examples=_ADD_EXAMPLES)
    add.add_argument("pictures", metavar=INPUT, nargs="*", type=Path, help="pictures that came out and about which nothing is decided yet")
    _add_decisions(add)
    add.add_argument(
        "--mask",
        metavar="FILE|X,Y,W,H",
        action="append",
        default=[],
        help="a mask, or the area that was worked on, in pixels or percent (25%%,10%%,50%%,30%%); may be repeated",
    )
    add.add_argument("--input", metavar=INPUT, action="append", default=[], type=Path, help="a picture that went in; may be repeated")
    add.add_argument("--prompt", metavar="TEXT", help="the prompt, where the pictures do not tell it; @FILE takes it from a file")
    add.add_argument("--negative-prompt", metavar="TEXT", help="the negative prompt; @FILE takes it from a file")
    add.add_argument("--seed", metavar="N", help="the seed")
    add.add_argument("--software", metavar="NAME[/VERSION]", help="the tool")
    add.add_argument("--setting", metavar="NAME=VALUE", action="append", default=[], help="a setting; may be repeated")
    add.add_argument("--model", metavar="NAME[@VERSION][=FILE]", action="append", default=[], help="a model that was used; may be repeated")
    add.add_argument(
        "--model-dir",
        metavar=FOLDER,
        action="append",
        default=[],
        type=Path,
        help="seek the files of the models there and measure their hashes; may be repeated",
    )
    add_file_option(add)


def _add_decisions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kept", metavar=INPUT, nargs="+", action="extend", default=[], type=Path, help="pictures that you keep")
    parser.add_argument("--discarded", metavar=INPUT, nargs="+", action="extend", default=[], type=Path, help="pictures that you threw out")
    parser.add_argument("--note", metavar="TEXT", help="why, in your words; @FILE takes it from a file")


def _add_deciding(below: Subcommands) -> None:
    select = add_command(
        below,
        "select",
        _select,
        summary="write down a later choice",
        description="Write down which pictures you keep and which you throw out, when you decide it after they were added.",
        examples='credkit journal select --kept batch-2.png --discarded batch-1.png batch-3.png --note "the hands are right"',
    )
    _add_decisions(select)
    add_file_option(select)


def _add(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say
    from credkit.cli.values import text_value
    from credkit.journal.gathering import described
    from credkit.journal.writing import append

    if not (args.pictures or args.kept or args.discarded or args.prompt or args.note):
        args.usage("there is nothing to write down: name pictures (--kept, --discarded), a prompt or a note")
    _refuse_both(args)
    candidates = _candidates(args)
    found = [_lifted(path) for path in (*args.kept, *args.pictures, *args.discarded)]
    best = next((one for one in found if one), None)
    own = _own_words(args)
    masks, areas = _masks(args.mask)
    generation, compared = _generation(args, best)
    content = described(
        generation,
        prompt=own["prompt"] or (best.prompt if best else None),
        negative_prompt=own["negative_prompt"] or (best.negative_prompt if best else None),
        seed=own["seed"] or (best.seed if best else None),
        used=(*masks, *_used(args.input, "initial-image")),
        areas=areas,
        candidates=_with_seeds(candidates, found, own["seed"] or (best.seed if best else None)),
        note=text_value(args.note),
        remarks=(*_remarks(candidates, found), *compared),
    )
    entry = append(journal_path(args), content)[-1]
    _said(args, entry, f"{_counted(candidates)}{', with what the pictures tell of their making' if best else ''}")
    for remark in compared:
        say(f"  note: {safe(remark)}")
    return ExitCode.OK


def _remarks(candidates: list[Candidate], found: list[Lifted | None]) -> tuple[str, ...]:
    """What could not be read, and of which picture."""
    return tuple(f"{item.name}: {remark}" for item, one in zip(candidates, found, strict=True) if one for remark in one.remarks)


def _own_words(args: argparse.Namespace) -> dict[str, str | None]:
    from credkit.cli.values import text_value

    return {"prompt": text_value(args.prompt), "negative_prompt": text_value(args.negative_prompt), "seed": args.seed}


def _refuse_both(args: argparse.Namespace) -> None:
    groups = [set(map(Path.absolute, group)) for group in (args.kept, args.discarded, getattr(args, "pictures", []))]
    both = (groups[0] & groups[1]) or (groups[2] & (groups[0] | groups[1]))
    if both:
        args.usage(f'"{min(both).name}" is named twice: it is kept, discarded or not decided')


def _candidates(args: argparse.Namespace) -> list[Candidate]:
    from credkit.journal.gathering import candidate_of

    groups: tuple[tuple[bool | None, Iterable[Path]], ...] = ((True, args.kept), (None, args.pictures), (False, args.discarded))
    return [candidate_of(path, kept=kept) for kept, group in groups for path in group]


def _with_seeds(candidates: list[Candidate], found: list[Lifted | None], seed: str | None) -> tuple[Candidate, ...]:
    """Each picture with its own seed, where it tells another than the entry."""
    from credkit.dataclass import replace

    own = [one.seed if one and one.seed != seed else None for one in found]
    return tuple(replace(item, seed=value) if value else item for item, value in zip(candidates, own, strict=True))


def _lifted(path: Path) -> Lifted | None:
    """What a picture tells of its making; None when it tells nothing."""
    from credkit.api.lifted import gather_texts
    from credkit.assets import open_source
    from credkit.limits import DEFAULT_LIMITS

    with open_source(path) as source:
        return next(iter(gather_texts(source, path, DEFAULT_LIMITS).lifted), None)


def _generation(args: argparse.Namespace, best: Lifted | None) -> tuple[Generation, tuple[str, ...]]:
    """Tool, settings and models: what the picture tells, and over it what the user says; and how files of models compare with it."""
    from credkit.api.named_models import with_named_models
    from credkit.cli.values import parse_software
    from credkit.dataclass import replace
    from credkit.errors import DefinitionError
    from credkit.limits import DEFAULT_LIMITS
    from credkit.manifest.assertions import Generation, ModelReference

    generation = best.generation if best else Generation()
    settings = dict(generation.settings)
    for text in args.setting:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise DefinitionError(f'the setting "{text}" should read NAME=VALUE, as in steps=28')
        settings[name.strip()] = value.strip()
    generation = replace(generation, settings=settings)
    if args.software:
        software = parse_software(args.software)
        generation = replace(generation, tool=software.name, tool_version=software.version)
    named = tuple(map(ModelReference.parse, args.model))
    matched = with_named_models(generation, named, tuple(args.model_dir), DEFAULT_LIMITS)
    return matched.generation, matched.notes


def _masks(values: list[str]) -> tuple[tuple[UsedFile, ...], tuple[Area, ...]]:
    """Files of masks, and areas; a value of four numbers is an area."""
    from credkit.cli.values import parse_region
    from credkit.journal.entries import Area

    files, areas = [], []
    for value in values:
        if value.count(",") == 3 and not Path(value).exists():
            shape = parse_region(value).ranges[0]["shape"]
            origin = shape["origin"]
            areas.append(Area(x=origin["x"], y=origin["y"], width=shape["width"], height=shape["height"], unit=shape["unit"]))
        else:
            files.append(Path(value))
    return _used(files, "mask"), tuple(areas)


def _used(files: Iterable[Path], role: str) -> tuple[UsedFile, ...]:
    from credkit.journal.gathering import used_file_of

    return tuple(used_file_of(path, role) for path in files)


def _select(args: argparse.Namespace) -> int:
    from credkit.cli.values import text_value
    from credkit.dataclass import replace
    from credkit.journal.entries import Selection
    from credkit.journal.gathering import candidate_of
    from credkit.journal.writing import append

    if not (args.kept or args.discarded):
        args.usage("say what you decided: --kept FILE..., --discarded FILE... or both")
    _refuse_both(args)
    path = existing_journal(args)
    candidates = [candidate_of(picture, kept=kept) for kept, group in ((True, args.kept), (False, args.discarded)) for picture in group]
    bare = tuple(replace(item, preview=None) for item in candidates)
    entry = append(path, Selection(candidates=bare, note=text_value(args.note)))[-1]
    _said(args, entry, _counted(candidates))
    return ExitCode.OK


def _note(args: argparse.Namespace) -> int:
    from credkit.cli.values import text_value
    from credkit.journal.entries import Note
    from credkit.journal.writing import append

    text = text_value(args.text)
    if not text or not text.strip():
        args.usage("the note is empty")
    _said(args, append(journal_path(args), Note(text=str(text)))[-1], "your note")
    return ExitCode.OK


def _counted(candidates: list[Candidate]) -> str:
    words = {True: "kept", False: "discarded", None: "not decided"}
    counts = {word: sum(item.kept is kept for item in candidates) for kept, word in words.items()}
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count) or "a generation"


def _said(args: argparse.Namespace, entry: Entry, what: str) -> None:
    from credkit.cli.terminal import safe, say

    say(f"Entry {entry.sequence:,} is in {safe(journal_path(args))}: {what}.")


def _checkpoint(args: argparse.Namespace) -> int:
    from credkit.cli.signers import chosen_signer
    from credkit.cli.terminal import safe, say
    from credkit.journal.checkpoints import write_checkpoint
    from credkit.sign.time_stamping import TimeStamper

    path = existing_journal(args)
    args.manifest = None
    signer, _ = chosen_signer(args)
    stamper = None
    if args.timestamp is not None:
        from credkit.trust.http import HttpFetcher

        stamper = TimeStamper(args.timestamp, HttpFetcher())
    made = write_checkpoint(path, signer, time_stamper=stamper)
    say(f'Line {made.line:,} of {safe(path)} is a checkpoint over {made.covered:,} new bytes, signed by "{safe(_name(signer))}".')
    if made.stamped:
        say(f"  time-stamp: {made.stamped:%Y-%m-%d %H:%M:%S} UTC; it counts for readers who trust its authority")
    else:
        say("  without a time-stamp (--timestamp URL) its time is only your word")
    return ExitCode.OK


def _name(signer: Signer) -> str:
    return signer.certificate.common_name or signer.certificate.subject
