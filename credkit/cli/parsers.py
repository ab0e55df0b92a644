"""The shape of every command: how its parser looks, what a wrong command line answers, and the options that several commands share.

Nothing here imports more than argparse, so that help and completion cost no more than starting Python.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from credkit.cli.exits import EXIT_TABLE, ExitCode

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "FOLDER",
    "INPUT",
    "OUTPUT",
    "SOURCE",
    "Command",
    "CommandParser",
    "Subcommands",
    "add_actor_options",
    "add_command",
    "add_output_options",
    "add_passphrase_option",
    "add_proof_options",
    "add_rights_options",
    "add_signer_options",
    "add_trust_options",
    "add_verdict_options",
    "moment",
    "named_path",
]

INPUT, SOURCE, OUTPUT, FOLDER = "FILE", "SOURCE", "OUT", "DIR"
"""Names that stand for files and folders in the help; the completion scripts complete them as such."""
_TRUST_FILES = {
    "--trust-list": "trust the authorities in this file (PEM, DER or the official JSON)",
    "--tsa-list": "accept time-stamps of the authorities in this file",
    "--allow": "trust exactly the certificates in this file (PEM or DER)",
    "--identity-list": "trust the authorities in this file for identities (CAWG)",
}


_USUAL_WIDTH = 80
_SECRETS = ("--pass", "--pwd", "--pin", "--secret")


class Command(Protocol):
    """A module of this package that adds one command."""

    def add_to(self, commands: Subcommands) -> None:
        """Add the parser of the command, with ``run`` as the function that carries it out."""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal. argparse makes one of these for every option, and would load all archivers to learn the width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    try:
        named = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        named = 0
    if named > 0:
        return named
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _USUAL_WIDTH  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return _USUAL_WIDTH


class CommandParser(argparse.ArgumentParser):
    """A parser without abbreviations whose mistakes are told in one sentence."""

    def __init__(self, *, usage_code: ExitCode = ExitCode.USAGE, **options: Any) -> None:
        options |= {"allow_abbrev": False, "formatter_class": _Help}
        super().__init__(**options)
        self.usage_code = usage_code

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As its model, but what a command does not know is that command's mistake, not one of the whole command line."""
        found, rest = super().parse_known_args(args, namespace)
        if any(word.startswith(_SECRETS) for word in rest):
            # Neither repeated nor taken: whatever stands on a command line is seen by others, and errors are kept in logs.
            self.error("a passphrase is never given on the command line: set CREDKIT_PASSPHRASE, or say --passphrase-fd N")
        if rest:
            name = next((word for word in rest if word.startswith("-") and os.path.lexists(word)), None)
            hint = f"; write ./{name} for the file of that name" if name else ""
            self.error(f"unrecognized arguments: {' '.join(rest)}{hint}")
        return found, rest

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line and leave."""
        from credkit.cli.terminal import tell

        tell(f'{message} (see "{self.prog} --help")')
        sys.exit(self.usage_code)


Subcommands = Any
"""What ``add_subparsers`` returns; argparse gives it no public name."""


def add_command(
    commands: Subcommands,
    name: str,
    run: Callable[[argparse.Namespace], int] | None,
    *,
    summary: str,
    description: str,
    examples: str,
    exit_table: str = EXIT_TABLE,
    usage_code: ExitCode = ExitCode.USAGE,
) -> CommandParser:
    """A parser with description, examples and exit codes in its help."""
    epilog = f"examples:\n{_indented(examples)}\n\n{exit_table}"
    parser: CommandParser = commands.add_parser(name, help=summary, description=description, epilog=epilog, usage_code=usage_code)
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show a traceback when something goes wrong")
    if run is not None:
        parser.set_defaults(run=run, usage=parser.error)
    return parser


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.strip("\n").splitlines())


def add_trust_options(parser: argparse.ArgumentParser, *, own: bool = True) -> None:
    """Whom to trust: lists that the command names, and (``own``) the user's own identities and lists where it names none."""
    for option, what in _TRUST_FILES.items():
        parser.add_argument(option, metavar=INPUT, action="append", default=[], help=f"{what}; may be repeated")
    parser.add_argument(
        "--identity-issuer",
        metavar="DID",
        action="append",
        default=[],
        help="trust this aggregator of identities (CAWG), such as did:web:example.com; may be repeated",
    )
    if own:
        parser.add_argument(
            "--no-own-trust",
            action="store_true",
            help="do not trust the identities that you made and the lists that you keep (they count where no list is named)",
        )


def add_verdict_options(parser: argparse.ArgumentParser) -> None:
    """What the verdict depends on besides the file: clock, edition of the rules, a store beside it, the network."""
    parser.add_argument("--at", metavar="TIME", type=moment, help="judge as of this time (RFC 3339, such as 2026-01-31T12:00:00Z)")
    parser.add_argument(
        "--sidecar", metavar=INPUT, type=named_path, help="manifest store beside the file (FILE.c2pa is found without this)"
    )
    parser.add_argument("--profile", choices=("2.2", "2.4", "2.5"), default="2.4", help="edition of the rules (default: %(default)s)")
    parser.add_argument(
        "--online",
        action="store_true",
        help="allow to ask the network for what a file says to be there (it is never asked otherwise); FILE may then be an https address",
    )


def named_path(text: str) -> Path:
    """What an option names, as a path. Paths take as long to load as a small file to be verified, so only who names one loads them."""
    from pathlib import Path

    return Path(text)


def add_output_options(parser: argparse.ArgumentParser, what: str, *, in_place: bool = False) -> None:
    """Where the result goes. An existing file is replaced only when that is said."""
    group = parser.add_mutually_exclusive_group() if in_place else parser
    group.add_argument("-o", "--output", metavar=OUTPUT, type=named_path, help=what)
    if in_place:
        group.add_argument("--in-place", action="store_true", help="replace the source itself (in one step, never half)")
    parser.add_argument("-f", "--force", action="store_true", help="replace OUT when it exists; without this nothing is done then")


def _descriptor(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        # What was given may be the passphrase, so it is not repeated.
        raise argparse.ArgumentTypeError("the number of a file descriptor is expected, such as 3")
    return int(text)


def add_passphrase_option(parser: argparse.ArgumentParser) -> None:
    """Where a passphrase comes from; never from the command line, where other users see it."""
    parser.add_argument(
        "--passphrase-fd",
        metavar="N",
        type=_descriptor,
        help="read the passphrase from this file descriptor (else from CREDKIT_PASSPHRASE, else from the file that CREDKIT_PASSPHRASE_FILE "
        "names, else ask at the terminal)",
    )


def add_rights_options(parser: argparse.ArgumentParser) -> None:
    """Whose a picture is and what may be done with it, as ``credkit.api.Statements`` has it."""
    group = parser.add_argument_group("whose it is and what may be done with it")
    group.add_argument("--creator", metavar="NAME", action="append", default=[], help="who made it; may be repeated")
    group.add_argument("--rights", metavar="TEXT", help="copyright notice")
    group.add_argument("--usage-terms", metavar="TEXT", help="what may be done with it, in words")
    group.add_argument("--web-statement", metavar="URL", help="page with the rights statement")
    group.add_argument("--licensor", metavar="NAME[,URL[,EMAIL]]", help="whom to ask for a licence")
    group.add_argument("--do-not-train", action="store_true", help="it may not be used for AI training, AI inference or data mining")


def add_signer_options(parser: argparse.ArgumentParser) -> None:
    """Which key signs, for ``signers.chosen_signer``."""
    group = parser.add_argument_group("who signs (default: the default identity)")
    group.add_argument("--identity", metavar="NAME", help="the identity of this name")
    group.add_argument("--key", metavar=INPUT, type=named_path, help="a private key in PEM instead, readable by you alone")
    group.add_argument("--certs", metavar=INPUT, type=named_path, help="its certificate chain in PEM, the signing certificate first")
    group.add_argument("--alg", metavar="NAME", help="signature algorithm (default: the one of the key)")
    add_passphrase_option(group)  # type: ignore[arg-type]


def add_actor_options(parser: argparse.ArgumentParser) -> None:
    """Who else stands behind what is stated, for ``signers.chosen_actors``."""
    group = parser.add_argument_group("who is named besides the signer (CAWG identity assertion)")
    group.add_argument("--actor", metavar="NAME", help="the identity of this name also signs what is stated")
    group.add_argument("--actor-key", metavar=INPUT, type=named_path, help="a private key in PEM instead, readable by you alone")
    group.add_argument("--actor-certs", metavar=INPUT, type=named_path, help="its certificate chain in PEM, the signing certificate first")
    group.add_argument(
        "--actor-role", metavar="ROLE", action="append", default=[], help="cawg.creator, cawg.editor, cawg.publisher ...; may be repeated"
    )
    group.add_argument(
        "--actor-order",
        choices=("deterministic", "declared"),
        default="deterministic",
        help="order of what is signed: as the specification has it, or as c2pa-rs expects it (default: %(default)s)",
    )


def add_proof_options(parser: argparse.ArgumentParser) -> None:
    """What is to stand beside the signature; asking for it is asking the network."""
    parser.add_argument(
        "--timestamp", metavar="URL", help="have the time of signing attested by this time-stamp authority; the network is asked for it"
    )
    parser.add_argument(
        "--staple",
        action="store_true",
        help="put the present revocation status of the signer's certificate into the file; the network is asked for it",
    )


def moment(text: str) -> datetime:
    """A time with its offset from UTC, as RFC 3339 has it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-01-31T12:00:00Z") from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f'{text!r} does not say its offset from UTC: write "{text}Z" for UTC')
    return found
