"""``credkit lint``: every requirement of the rules of a place, with its clause, held against files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.exits import LINT_TABLE, ExitCode, worst_verdict
from credkit.cli.parsers import INPUT, Subcommands, add_command, add_trust_options, moment

if TYPE_CHECKING:
    from credkit.labels.lint import Finding, LintReport

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit lint signed.png
credkit lint --regime cn downloads/*.jpg
credkit lint --regime eu --tsa-list tsa.pem signed.jpg
credkit lint --format json signed.png | jq '.findings[] | select(.outcome == "unmet")'
"""
_DESCRIPTION = """\
Read back what a generated picture carries for the rules of China (cn), the European Union (eu) and California (ca): every field, with the
clause it answers to. Whether you are obliged by any of them is not decided here; docs/labels.md says whom they bind. A file need not be
signed to be looked at. The network is never asked."""
_SIGNS = {"met": "✓", "unmet": "✗", "look": "!"}
_STYLES = {"met": "green", "unmet": "red", "look": "yellow"}
_PLACES = {"cn": "China", "eu": "European Union", "ca": "California", "marks": "all marks together"}


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "lint",
        run,
        summary="check the labels that the rules of a place ask for",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
        exit_table=LINT_TABLE,
    )
    parser.add_argument("files", metavar=INPUT, nargs="+", type=Path, help="pictures, films, sounds; the content decides, not the name")
    parser.add_argument("--regime", metavar="cn,eu,ca", default="cn,eu,ca", help="whose rules (default: %(default)s)")
    parser.add_argument(
        "--format",
        choices=("text", "json", "jsonl"),
        default="text",
        help="text for people; json: one object, or an array for several files; jsonl: one object a line (default: %(default)s)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print no findings, only answer with the exit code")
    parser.add_argument("--at", metavar="TIME", type=moment, help="judge as of this time (RFC 3339, such as 2026-01-31T12:00:00Z)")
    add_trust_options(parser)


def run(args: argparse.Namespace) -> int:
    """Hold every file against the rules, show what was found, and answer with the worst."""
    from credkit.api import lint_file
    from credkit.cli.terminal import tell
    from credkit.cli.trusting import trust_of
    from credkit.errors import CredkitError
    from credkit.labels import REGIMES

    regimes = tuple(name.strip() for name in args.regime.split(","))
    if unknown := [name for name in regimes if name not in REGIMES]:
        args.usage(f'argument --regime: "{unknown[0]}" is none; there are {", ".join(REGIMES)}')
    policy = trust_of(args).policy
    reports: list[LintReport] = []
    codes: list[ExitCode] = []
    for path in args.files:
        try:
            report = lint_file(path, regimes, policy=policy, at=args.at, name=str(path))
        except CredkitError as error:
            tell(error)
            codes.append(ExitCode.UNREADABLE)
            continue
        codes.append(ExitCode.OK if report.ok else ExitCode.NOT_MET)
        reports.append(report)
        if not args.quiet and args.format == "text":
            _print(report, first=len(reports) == 1)
        elif not args.quiet and args.format == "jsonl":
            _print_line(report)
    if not args.quiet and args.format == "json":
        _print_documents(reports, single=len(args.files) == 1)
    return worst_verdict(codes)


def _print_line(report: LintReport) -> None:
    from credkit.cli.terminal import write_document
    from credkit.labels.lint import lint_document
    from credkit.provenance.text import json_line

    write_document(json_line(lint_document(report)) + "\n")


def _print_documents(reports: list[LintReport], *, single: bool) -> None:
    from credkit.cli.terminal import write_document
    from credkit.labels.lint import lint_document
    from credkit.provenance.text import json_text

    documents = [lint_document(report) for report in reports]
    if documents or not single:
        write_document(json_text(documents[0] if single else documents) + "\n", is_json=True)


def _print(report: LintReport, *, first: bool) -> None:
    from credkit.cli.terminal import safe, say

    if not first:
        say()
    say(safe(report.name), style="bold")
    shown = [finding for finding in report.findings if finding.answer.outcome != "skipped"]
    for regime in dict.fromkeys(finding.requirement.regime for finding in shown):
        say()
        say(f"  {_PLACES[regime]}")
        for finding in shown:
            if finding.requirement.regime == regime:
                _print_finding(finding)
    say()
    say(_sum(report, shown))


def _print_finding(finding: Finding) -> None:
    from credkit.cli.terminal import safe, say

    requirement, answer = finding.requirement, finding.answer
    say(f"  {_SIGNS[answer.outcome]} {requirement.asks}", style=_STYLES[answer.outcome])
    where = f" ({'; '.join(answer.where[:3])}{' ...' if len(answer.where) > 3 else ''})" if answer.where else ""
    say(f"      {safe(answer.found + where)}")
    for other in answer.also[:3]:
        say(f"      elsewhere: {safe(other)}")
    if len(answer.also) > 3:
        say(f"      ... and {len(answer.also) - 3} more")
    known = " (known second-hand)" if requirement.second_hand else ""
    say(f"      {requirement.id}: {requirement.clause}{known}")


def _sum(report: LintReport, shown: list[Finding]) -> str:
    looks = sum(finding.answer.outcome == "look" for finding in shown)
    count = len(report.unmet)
    first = "Everything that a program can see is met" if report.ok else f"{count} requirement{'s are' if count > 1 else ' is'} not met"
    ids = f": {', '.join(finding.requirement.id for finding in report.unmet)}" if count else ""
    rest = f"; {looks} marked ! {'are' if looks > 1 else 'is'} for you to look at" if looks else ""
    return f"{first}{ids}{rest}."
