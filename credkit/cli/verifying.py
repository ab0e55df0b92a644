"""``credkit verify``: the verdict on files and their story, for people and for scripts."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from credkit.cli.accepting import add_policy_option
from credkit.cli.exits import VERIFY_TABLE, ExitCode
from credkit.cli.many_options import HELP, add_many_options, are_many, found_of
from credkit.cli.parsers import INPUT, Subcommands, add_command, add_trust_options, add_verdict_options

if TYPE_CHECKING:
    from credkit.acceptance import Judgement
    from credkit.cli.judging import Judging
    from credkit.cli.trusting import Trust
    from credkit.verify.report import Report

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit verify repaint.jpg
credkit verify --require trusted --trust-list partners.pem downloads/*.jpg
credkit verify --policy policy.json downloads/*.jpg
credkit verify --format json repaint.jpg | jq .state
credkit verify --online https://example.org/repaint.jpg
credkit verify photo.jpg --trust-list signers.pem --tsa-list tsa.pem --at 2026-11-01T12:00:00Z --format crjson
credkit verify --quiet portrait.png && echo "nothing was changed"
credkit verify downloads --jobs 4 --resume verified.jsonl
credkit verify "downloads/**/*.jpg" --format jsonl > verdicts.jsonl
credkit verify downloads --only-failed
find downloads -name "*.png" -print0 | credkit verify --files - --null
credkit verify --strict portrait.png
credkit verify init.mp4 --fragment segment1.m4s --fragment segment2.m4s
credkit verify init.mp4 --fragment "media/*.m4s"
"""
_DESCRIPTION = (
    """\
Check the Content Credentials of files and tell what happened to each, oldest first:
who signed, with which tool, what was done, whether it is as it was signed, and whether the signer is trusted.
The network is asked only with --online. Only authorities of your choice are trusted: those of --trust-list, or
where no list is named your own identities and the lists that you keep.

One file is told with its story, several with a line each and a summary.
"""
    + HELP
)


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "verify",
        run,
        summary="check files and tell their story",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
        exit_table=VERIFY_TABLE,
        usage_code=ExitCode.UNREADABLE,
    )
    parser.add_argument(
        "files",
        metavar=INPUT,
        nargs="*",
        help="files of any format, or .c2pa (the content decides, not the name), folders, or patterns in quotes",
    )
    parser.add_argument(
        "--require",
        choices=("valid", "trusted"),
        help="what every file must be for exit code 0: valid (nothing changed since it was signed) or also trusted "
        "(default: valid, or what the policy asks for)",
    )
    parser.add_argument(
        "--fragment",
        metavar=INPUT,
        action="append",
        default=[],
        help="a further file of a film whose initialization segment FILE is, in order of play; may be repeated, and may be a pattern "
        'in quotes ("media/*.m4s") or a folder (its .m4s files), which are put in order of the numbers in their names',
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="refuse a file in which any byte is covered by no signature and no hash, and say which (exit code 1)",
    )
    add_policy_option(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json", "jsonl", "crjson"),
        default="text",
        help="text for people; json: one report, or an array for several files; jsonl: one report a line; "
        "crjson: the standard's own report on one file (default: %(default)s)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print no verdict, only answer with the exit code")
    add_many_options(parser)
    add_trust_options(parser)
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Judge every file, show each verdict, and answer with the worst."""
    from credkit.cli.accepting import policy_of
    from credkit.cli.judging import Judging
    from credkit.cli.terminal import tell
    from credkit.cli.trusting import trust_of
    from credkit.errors import CredkitError

    many = are_many(args, args.files)
    if args.sidecar is not None and many:
        args.usage("--sidecar goes with one file; the manifest stores beside several are found by their names")
    if args.format == "crjson" and many:
        args.usage("--format crjson goes with one file, as the standard's report is on one; take --format json for several")
    if args.fragment and many:
        args.usage("--fragment goes with one file, the initialization segment of the film")
    try:
        policy = policy_of(args)
        trust = trust_of(args, also=policy.trust if policy else None)
    except CredkitError as error:
        tell(error)
        return ExitCode.UNREADABLE
    judging = Judging(
        trust=trust.policy,
        policy=policy,
        sidecar=args.sidecar,
        fragments=tuple(args.fragment),
        at=args.at,
        profile=args.profile,
        online=args.online,
        require=args.require,
        strict=args.strict,
    )
    form = "quiet" if args.quiet else args.format
    return _verify_many(args, judging, form, trust) if many else _verify_one(args.files[0], judging, form, trust)


def _verify_many(args: argparse.Namespace, judging: Judging, form: str, trust: Trust) -> ExitCode:
    from credkit.cli.judging_many import JudgingMany
    from credkit.cli.many import carry_out
    from credkit.cli.resuming import Resuming, options_of, trust_digest
    from credkit.cli.terminal import safe, tell
    from credkit.errors import CredkitError

    try:
        resuming = Resuming(args.resume, options_of(args, trust_digest(trust.policy))) if args.resume is not None else None
        return carry_out(
            args,
            JudgingMany(judging=judging, form=form),
            found_of(args, args.files),
            form=form,
            resuming=resuming,
            # Of files without credentials, whom one trusts says nothing.
            words=dict.fromkeys(("trusted", "valid", "invalid"), safe(trust.words)),
        )
    except CredkitError as error:
        # A list of names or of finished files that cannot be used leaves files without a verdict.
        tell(error)
        return ExitCode.UNREADABLE


def _verify_one(path: str, judging: Judging, form: str, trust: Trust) -> ExitCode:
    from credkit.cli.terminal import tell
    from credkit.errors import CredkitError
    from credkit.provenance.byte_account import unbound_words

    try:
        report, judgement = judging.judged(path)
    except CredkitError as error:
        tell(error)
        report, judgement = judging.unread(path, str(error))
    else:
        if form == "text":
            _print(report, judgement, trust)
    if form in ("json", "jsonl", "crjson"):
        _write(report, judgement, judging, form)
    code = judging.code(report, judgement)
    if form != "quiet" and judging.lacks_trust(report):
        tell(f'"{path}" is valid but not trusted, and --require trusted was asked: name the authority of its signer with --trust-list')
    if form != "quiet" and judging.is_too_loose(report, judgement):
        tell(f'"{path}" would do, but --strict was asked: {unbound_words(report.unbound)}')
    return code


def _print(report: Report, judgement: Judgement | None, trust: Trust) -> None:
    from credkit.cli.accepting import judgement_lines
    from credkit.cli.terminal import rendered, safe, say, write_text

    write_text(rendered(report, "story"))
    if judgement is not None:
        say()
        for line in judgement_lines(judgement):
            say(line)
    if report.manifests:
        say()
        say(safe(trust.words))


def _write(report: Report, judgement: Judgement | None, judging: Judging, form: str) -> None:
    from credkit.cli.terminal import tell, write_document
    from credkit.provenance import render
    from credkit.provenance.text import json_line, json_text

    if form == "crjson":
        write_document(render(report, "crjson"), is_json=True)
        for sentence in judgement.sentences if judgement else ():
            tell(sentence)
    elif form == "json":
        write_document(json_text(judging.document(report, judgement)) + "\n", is_json=True)
    else:
        write_document(json_line(judging.document(report, judgement)) + "\n")
