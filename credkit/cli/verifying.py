"""``credkit verify``: the verdict on files and their story, for people and for scripts."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.accepting import add_policy_option
from credkit.cli.exits import VERIFY_TABLE, ExitCode, worst_verdict
from credkit.cli.parsers import INPUT, Subcommands, add_command, add_trust_options, add_verdict_options, named_file

if TYPE_CHECKING:
    from credkit.acceptance import AcceptancePolicy, Judgement
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
credkit verify --strict portrait.png
credkit verify init.mp4 --fragment segment1.m4s --fragment segment2.m4s
credkit verify init.mp4 --fragment "media/*.m4s"
"""
_DESCRIPTION = """\
Check the Content Credentials of files and tell what happened to each, oldest first:
who signed, with which tool, what was done, whether it is as it was signed, and whether the signer is trusted.
The network is asked only with --online. Only authorities of your choice are trusted: those of --trust-list, or
where no list is named your own identities and the lists that you keep."""
_WORDS = {"Trusted": "trusted", "Valid": "valid", "Invalid": "invalid", "none": "without credentials", "error": "unreadable"}


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
        "files", metavar=INPUT, nargs="+", type=named_file, help="files of any format, or .c2pa; the content decides, not the name"
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
    add_trust_options(parser)
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Judge every file, show each verdict, and answer with the worst."""
    from credkit.cli.accepting import policy_of
    from credkit.cli.terminal import tell
    from credkit.cli.trusting import trust_of
    from credkit.errors import CredkitError

    if args.sidecar is not None and len(args.files) > 1:
        args.usage("--sidecar goes with one file; the manifest stores beside several are found by their names")
    if args.format == "crjson" and len(args.files) > 1:
        args.usage("--format crjson goes with one file, as the standard's report is on one; take --format json for several")
    if args.fragment and len(args.files) > 1:
        args.usage("--fragment goes with one file, the initialization segment of the film")
    try:
        policy = policy_of(args)
        trust = trust_of(args, also=policy.trust if policy else None)
    except CredkitError as error:
        tell(error)
        return ExitCode.UNREADABLE
    teller = _Teller(args, trust, policy)
    codes = [teller.tell(path) for path in args.files]
    teller.conclude()
    return worst_verdict(codes)


class _Teller:
    """Judges one file after the other and shows each verdict as soon as it is known, so that no report is kept longer than needed."""

    def __init__(self, args: argparse.Namespace, trust: Trust, policy: AcceptancePolicy | None) -> None:
        self.args = args
        self.trust = trust
        self.policy = policy
        self.met = 0
        self.form = "quiet" if args.quiet else args.format
        self.states: Counter[str] = Counter()
        self.judged = False
        self.objects: list[dict[str, object]] = []

    def tell(self, path: Path | str) -> ExitCode:
        """The exit code for one file."""
        from credkit.cli.terminal import tell
        from credkit.errors import CredkitError
        from credkit.provenance.byte_account import unbound_words

        try:
            report, judgement = self._verified(path)
        except CredkitError as error:
            tell(error)
            report, judgement = self._unread(path, str(error))
        else:
            if self.form == "text":
                self._print(report, judgement)
        if self.form in ("json", "jsonl", "crjson"):
            self._gather(report, judgement)
        self.states[report.state] += 1
        self.met += judgement is not None and judgement.passed
        code = _code(report, judgement, self.args.require)
        if report.state == "Valid" and self.args.require == "trusted" and not self.args.quiet:
            tell(f'"{path}" is valid but not trusted, and --require trusted was asked: name the authority of its signer with --trust-list')
        if code is ExitCode.OK and self.args.strict and report.unbound:
            code = ExitCode.NOT_MET
            if not self.args.quiet:
                tell(f'"{path}" would do, but --strict was asked: {unbound_words(report.unbound)}')
        return code

    def _verified(self, path: Path | str) -> tuple[Report, Judgement | None]:
        from credkit.api import judge_file, verify_file
        from credkit.cli.asking import fetcher_of

        args, trust, fetcher = self.args, self.trust.policy, fetcher_of(self.args)
        options = {
            "sidecar": args.sidecar,
            "fragments": args.fragment,
            "at": args.at,
            "profile": args.profile,
            "fetcher": fetcher,
            "name": str(path),
        }
        if self.policy is None:
            return verify_file(path, policy=trust, **options), None
        judgement = judge_file(path, self.policy, trust=trust, **options)
        return judgement.report, judgement

    def _unread(self, path: Path | str, problem: str) -> tuple[Report, Judgement | None]:
        """A report for a file that cannot be opened, so that lists for programs have an entry for each file."""
        from credkit.assets import BytesSource
        from credkit.verify import Profile, verify

        nothing = verify(BytesSource(b""), policy=self.trust.policy, at=self.args.at, profile=Profile(self.args.profile), name=str(path))
        report = replace(nothing, problem=problem, size=None)
        if self.policy is None:
            return report, None
        from credkit.acceptance import judge

        return report, judge(report, self.policy)

    def _print(self, report: Report, judgement: Judgement | None) -> None:
        from credkit.cli.accepting import judgement_lines
        from credkit.cli.terminal import rendered, say, write_text

        gap = "\n" if self.states else ""
        write_text(gap + rendered(report, "story"))
        if judgement is not None:
            say()
            for line in judgement_lines(judgement):
                say(line)
        self.judged = self.judged or bool(report.manifests)

    def _gather(self, report: Report, judgement: Judgement | None) -> None:
        import json

        from credkit.cli.terminal import tell, write_document
        from credkit.provenance import render
        from credkit.provenance.json_report import json_report

        if self.form == "crjson":
            write_document(render(report, "crjson"), is_json=True)
            for sentence in judgement.sentences if judgement else ():
                tell(sentence)
            return
        found = json_report(report)
        if judgement is not None:
            from credkit.acceptance import judgement_object

            found["policy"] = judgement_object(judgement)
        if self.form == "json":
            self.objects.append(found)
        else:
            # ASCII, so that no character of a file can pass for the end of a line.
            write_document(json.dumps(found, allow_nan=False, separators=(",", ":")) + "\n")

    def conclude(self) -> None:
        """What is said once, after all files."""
        from credkit.cli.terminal import safe, say, write_document
        from credkit.provenance.text import json_text

        if self.form == "json":
            content = self.objects[0] if len(self.args.files) == 1 else self.objects
            write_document(json_text(content) + "\n", is_json=True)
        if self.form != "text":
            return
        if self.judged:
            say()
            say(safe(self.trust.words))
        if len(self.args.files) > 1:
            counts = ", ".join(f"{self.states[state]:,} {words}" for state, words in _WORDS.items() if self.states[state])
            met = f" {self.met:,} meet{'s' if self.met == 1 else ''} the policy." if self.policy else ""
            say(f"{len(self.args.files):,} files: {counts}.{met}")


def _code(report: Report, judgement: Judgement | None, required: str | None) -> ExitCode:
    """A policy that accepts files without credentials has them pass; where it does not, they are told apart as ever."""
    if report.state == "error":
        return ExitCode.UNREADABLE
    if judgement is not None and required is None:
        met = judgement.result("state").passed
    else:
        met = report.state == "Trusted" or (report.state == "Valid" and required != "trusted")
    if not met:
        return ExitCode.NO_CREDENTIALS if report.state == "none" else ExitCode.NOT_MET
    return ExitCode.OK if judgement is None or judgement.passed else ExitCode.NOT_MET
