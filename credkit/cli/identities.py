"""``credkit identity``: make, show and check signing identities."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.exits import EXIT_TABLE, ExitCode
from credkit.cli.parsers import INPUT, Subcommands, add_command, add_passphrase_option, moment

if TYPE_CHECKING:
    from credkit.sign.identity import Identity

__all__ = ["add_to"]

_EXAMPLES = """
credkit identity new "My Studio"
credkit identity show
credkit identity lint chain.pem
"""
_DESCRIPTION = """\
Make, show and check signing identities. An identity is an authority of your own (a root) with a signing certificate of the C2PA profile;
both keys are kept encrypted in your configuration folder."""
_NEW_EXAMPLES = """
credkit identity new "My Studio"
credkit identity new "My Studio" --organization "My Company" --days 730
credkit identity new "Export server" --passphrase-fd 3 3< passphrase.txt
"""
_NEW_DESCRIPTION = """\
Make an identity, once. The passphrase protects its keys on this disk; it is asked at the terminal, or taken from CREDKIT_PASSPHRASE.
The first identity becomes the default one of "credkit sign"."""
_SHOW_EXAMPLES = """
credkit identity show
credkit identity show "My Studio" --json
"""
_LINT_EXAMPLES = """
credkit identity lint chain.pem
credkit identity lint chain.pem --at 2027-06-30T00:00:00Z
"""
_LINT_DESCRIPTION = """\
Check a certificate chain against the C2PA profile before it is used: each rule that it breaks is named, with the mend.
The exit code is 1 when a rule is broken."""


def add_to(commands: Subcommands) -> None:
    """Add the command with its own commands."""
    parser = add_command(
        commands, "identity", None, summary="make, show and check signing identities", description=_DESCRIPTION, examples=_EXAMPLES
    )
    below = parser.add_subparsers(metavar="WHAT", required=True, parser_class=type(parser))
    new = add_command(below, "new", _new, summary="make an identity", description=_NEW_DESCRIPTION, examples=_NEW_EXAMPLES)
    new.add_argument("name", metavar="NAME", help="the name that readers will see as the signer")
    new.add_argument("--organization", metavar="NAME", help="what viewers show beside the name (default: the name)")
    new.add_argument("--days", metavar="N", type=int, help="how long the signing certificate is valid (default: five years)")
    new.add_argument("--alg", metavar="NAME", default="ed25519", help="ed25519, es256, es384, es512, ps256 ... (default: %(default)s)")
    add_passphrase_option(new)
    show = add_command(
        below,
        "show",
        _show,
        summary="list the identities",
        description="Show one identity, or all, with the period of each certificate and the root to hand to others.",
        examples=_SHOW_EXAMPLES,
    )
    show.add_argument("name", metavar="NAME", nargs="?", help="only this one")
    show.add_argument("--json", action="store_true", help="print JSON")
    lint = add_command(
        below, "lint", _lint, summary="check a certificate", description=_LINT_DESCRIPTION, examples=_LINT_EXAMPLES, exit_table=EXIT_TABLE
    )
    lint.add_argument("certificates", metavar=INPUT, type=Path, help="PEM file with the signing certificate, then those of its issuers")
    lint.add_argument("--at", metavar="TIME", type=moment, help="as of this time (RFC 3339; default: now)")


def _new(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say
    from credkit.sign.identity import create_identity, read_passphrase

    passphrase = read_passphrase(fd=args.passphrase_fd, confirm=True, prompt="A passphrase for the new key: ")
    days = {} if args.days is None else {"days": args.days}
    made = create_identity(args.name, passphrase=passphrase, organization=args.organization, algorithm=args.alg, **days)
    say(f'The identity "{safe(made.name)}" is made{", and is the default one" if made.is_default else ""}.')
    for line in _lines(made):
        say(line)
    say()
    say("Readers call what it signs valid. They call it trusted once they trust its root: hand them that file, and let them run")
    say("  credkit verify --trust-list root.pem FILE")
    say("Keep the passphrase safe: without it nobody, you included, can sign with this key.")
    return ExitCode.OK


def _show(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say, write_document
    from credkit.provenance.text import json_text
    from credkit.sign.identity import configuration_directory, list_identities, load_identity

    found = (load_identity(args.name),) if args.name is not None else list_identities()
    if args.json:
        write_document(json_text([{**one.describe(), "root": str(_root(one))} for one in found]) + "\n", is_json=True)
        return ExitCode.OK
    if not found:
        say(f'There is no identity in {safe(configuration_directory())} yet. Make one with: credkit identity new "My Studio"')
    for number, one in enumerate(found):
        if number:
            say()
        say(f'"{safe(one.name)}"{" (default)" if one.is_default else ""}')
        for line in _lines(one):
            say(line)
    return ExitCode.OK


def _lines(identity: Identity) -> list[str]:
    from credkit.cli.terminal import safe

    about = identity.describe()
    rows = (
        ("certificate", about["subject"]),
        ("valid", f"{str(about['not_before'])[:10]} to {str(about['not_after'])[:10]}"),
        ("SHA-256", about["fingerprint"]),
        ("root", _root(identity)),
    )
    return [f"  {label:<12} {safe(value)}" for label, value in rows]


def _root(identity: Identity) -> Path:
    return identity.directory / "root.pem"


def _lint(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say
    from credkit.sign.identity import lint_certificate

    findings = lint_certificate(args.certificates, args.at)
    name = safe(args.certificates.name)
    if not findings:
        say(f"{name}: the chain is fit to sign claims.")
        return ExitCode.OK
    say(f"{name}: the chain breaks {len(findings):,} rule{'s' if len(findings) > 1 else ''}.")
    for finding in findings:
        say(f"  {safe(finding.rule)}: {safe(finding.message)}")
        say(f"    mend: {safe(finding.mend)}")
    return ExitCode.REFUSED
