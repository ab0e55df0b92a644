"""``credkit trust``: the lists of authorities that a user keeps, and the official ones.

The network is asked here only: when a list is added from an address, and when it is brought up to date from where it was had.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from credkit.cli.exits import ExitCode, exit_code_of
from credkit.cli.parsers import SOURCE, Subcommands, add_command

if TYPE_CHECKING:
    from credkit.trust.fetch import Fetcher
    from credkit.trust.origins import Changes
    from credkit.trust.saved import SavedList

__all__ = ["add_to"]

_OFFICIAL = "official"
_EXAMPLES = """
credkit trust add official
credkit trust add partners.pem --name "Our partners" --kind signers
credkit trust list
credkit trust update
"""
_DESCRIPTION = """\
Keep lists of authorities that you trust. "credkit verify" and "credkit inspect" count them, with your own identities, unless a command
names lists itself or says --no-own-trust. Nobody is trusted that you did not add."""
_ADD_EXAMPLES = """
credkit trust add official
credkit trust add partners.pem --name "Our partners" --kind signers --purpose emailProtection
credkit trust add https://example.com/tsa.pem --name "Our time-stamps" --kind tsa
credkit trust add colleague.pem --name "A colleague" --kind allowed
credkit trust add did:web:example.com --name "An aggregator of identities"
"""
_ADD_DESCRIPTION = """\
Keep a list: PEM, one certificate in DER, or the official JSON (ETSI TS 119 602); from a file, from an https address, or a DID, which
stands for an aggregator of identities. The word "official" adds the two lists of C2PA, for signers and for time-stamp authorities.
Where a list was had from is written down, and updates ask there alone."""
_UPDATE_DESCRIPTION = """\
Fetch lists anew from where they were had, and tell which authorities came and went. When anything is wrong the old list is kept."""


def add_to(commands: Subcommands) -> None:
    """Add the command with its own commands."""
    parser = add_command(
        commands, "trust", None, summary="keep lists of authorities that you trust", description=_DESCRIPTION, examples=_EXAMPLES
    )
    below = parser.add_subparsers(metavar="WHAT", required=True, parser_class=type(parser))
    add = add_command(below, "add", _add, summary="keep a list", description=_ADD_DESCRIPTION, examples=_ADD_EXAMPLES)
    add.add_argument("source", metavar=SOURCE, help='a file, an https address, a DID, or the word "official"')
    add.add_argument("--name", metavar="NAME", help="what to call it")
    add.add_argument(
        "--kind",
        choices=("signers", "tsa", "identities", "allowed"),
        help="whom it vouches for: signers, time-stamp authorities, identities (CAWG); allowed: it holds certificates of signers "
        "themselves. The official lists say so themselves",
    )
    add.add_argument(
        "--purpose",
        metavar="USAGE",
        action="append",
        default=[],
        help="vouch only for certificates with this extended key usage: claimSigning, emailProtection, documentSigning or an object "
        "identifier; may be repeated (default: those that go with the kind)",
    )
    show = add_command(
        below, "list", _list, summary="show the lists", description="Show the lists that you keep.", examples="credkit trust list"
    )
    show.add_argument("--format", choices=("text", "json"), default="text", help="for people or for programs (default: %(default)s)")
    update = add_command(
        below, "update", _update, summary="fetch lists anew", description=_UPDATE_DESCRIPTION, examples="credkit trust update"
    )
    update.add_argument("names", metavar="NAME", nargs="*", help="only these")
    remove = add_command(
        below,
        "remove",
        _remove,
        summary="trust a list no longer",
        description="Keep a list no longer.",
        examples='credkit trust remove "Our partners"',
    )
    remove.add_argument("name", metavar="NAME", help="the list of this name")


def _fetcher() -> Fetcher:
    from credkit.trust.http import HttpFetcher

    return HttpFetcher()


def _add(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say
    from credkit.trust.saved import save_list

    for item in _official(args) if args.source == _OFFICIAL else (_chosen(args),):
        save_list(item)
        say(f'"{safe(item.name)}" is kept: {_content(item)}, for {_purposes(item)}.')
        for remark in item.anchors.remarks:
            say(f"  note: {safe(remark)}")
    return ExitCode.OK


def _official(args: argparse.Namespace) -> tuple[SavedList, ...]:
    from credkit.configuration import slug_of
    from credkit.errors import OutputError
    from credkit.trust.origins import OFFICIAL, official_lists
    from credkit.trust.saved import list_saved

    if args.name is not None or args.kind is not None or args.purpose:
        args.usage(
            'the official lists bring their names, kinds and purposes: leave out --name, --kind and --purpose, or write "./official"'
        )
    if there := [item.name for item in list_saved() if item.slug in {slug_of(name, "list") for name in OFFICIAL}]:
        raise OutputError(f'kept already: {", ".join(there)}; bring them up to date with "credkit trust update"')
    return official_lists(_fetcher())


def _chosen(args: argparse.Namespace) -> SavedList:
    from datetime import UTC, datetime

    from credkit.trust.lists import purpose_named
    from credkit.trust.origins import is_address, origin_of, read_origin
    from credkit.trust.saved import describe_list

    if args.name is None:
        args.usage("say with --name what to call the list")
    origin = origin_of(args.source)
    kind = args.kind
    if origin.startswith("did:"):
        if kind not in (None, "identities"):
            args.usage("a DID stands for an aggregator of identities: leave out --kind")
        kind = "identity-issuer"
    data = read_origin(origin, _fetcher() if is_address(origin) else None)
    purposes = frozenset(map(purpose_named, args.purpose)) or None
    return describe_list(args.name, data, kind=kind, origin=origin, fetched=datetime.now(UTC), purposes=purposes)


def _list(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say, write_document
    from credkit.provenance.text import json_text
    from credkit.trust.saved import list_saved, trust_directory

    found = list_saved()
    if args.format == "json":
        write_document(json_text([{**item.describe(), "certificates": len(item.certificates)} for item in found]) + "\n", is_json=True)
    elif not found:
        say(f"No trust list is kept in {safe(trust_directory())} yet. The official ones: credkit trust add official")
    else:
        _print_table(found)
    return ExitCode.OK


def _print_table(found: tuple[SavedList, ...]) -> None:
    from rich.table import Table
    from rich.text import Text

    from credkit.cli.terminal import console, safe, write_text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("name", "kind", "holds", "for", "fetched"):
        table.add_column(title, overflow="fold")
    for item in found:
        edition = f"\nedition {item.edition} of {item.issued:%Y-%m-%d}" if item.issued else ""
        cells = (safe(item.name), item.kind, _content(item), _purposes(item), f"{item.fetched:%Y-%m-%d}{edition}")
        table.add_row(*(Text(cell) for cell in cells))
    screen = console()
    with screen.capture() as captured:
        screen.print(table)
    write_text("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    write_text("".join(f"{safe(item.name)}: from {safe(item.origin)}\n" for item in found))


def _update(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say, tell
    from credkit.errors import CredkitError
    from credkit.trust.origins import is_address, update_saved
    from credkit.trust.saved import list_saved, load_saved

    chosen = tuple(map(load_saved, args.names)) if args.names else tuple(one for one in list_saved() if one.kind != "identity-issuer")
    if not chosen:
        say("There is no trust list to bring up to date.")
    worst = ExitCode.OK
    for item in chosen:
        try:
            changes = update_saved(item, _fetcher() if is_address(item.origin) else None)
        except CredkitError as error:
            tell(f'{error}; "{item.name}" stays as it was fetched on {item.fetched:%Y-%m-%d}')
            worst = max(worst, exit_code_of(error))
            continue
        for line in _told(changes):
            say(safe(line))
    return worst


def _told(changes: Changes) -> list[str]:
    name = f'"{changes.after.name}"'
    if changes.is_same:
        return [f"{name} is as it was."]
    counts = f"{len(changes.came):,} came, {len(changes.went):,} went, {len(changes.changed):,} vouch for another time"
    return [
        f"{name} is new: {_content(changes.after)}; {counts}.",
        *(f"+ {subject}" for subject in changes.came),
        *(f"- {subject}" for subject in changes.went),
        *(f"~ {subject}" for subject in changes.changed),
    ]


def _remove(args: argparse.Namespace) -> int:
    from credkit.cli.terminal import safe, say
    from credkit.trust.saved import remove_saved

    remove_saved(args.name)
    say(f'"{safe(args.name)}" is trusted no longer.')
    return ExitCode.OK


def _content(item: SavedList) -> str:
    count = len(item.certificates)
    if item.kind == "identity-issuer":
        return "an aggregator of identities"
    what = "certificate" if item.kind == "allowed" else "anchor"
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _purposes(item: SavedList) -> str:
    from credkit.trust.lists import purpose_words

    alone: dict[str, Any] = {"allowed": "exactly these signers", "identity-issuer": "the identities that it vouches for"}
    return str(alone.get(item.kind) or ", ".join(map(purpose_words, item.purposes)))
