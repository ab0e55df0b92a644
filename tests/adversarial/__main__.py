"""``python -m tests.adversarial`` with ``table``, ``export DIR``, ``check DIR -- COMMAND {asset} {trust}``, ``peer`` or ``list``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.adversarial.catalogue import ATTACKS, MODULES


def main() -> int:
    """Run one of the commands; 1 when a program accepts what nobody may."""
    arguments = sys.argv[1:]
    command = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    parser = argparse.ArgumentParser(prog="python -m tests.adversarial", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="names, families and expected states")
    commands.add_parser("table", help="print docs/attacks.md")
    commands.add_parser("peer", help="what the reference implementation accepts")
    exporting = commands.add_parser("export", help="write all cases as files")
    exporting.add_argument("folder", type=Path)
    checking = commands.add_parser("check", help="run a program over an export: check DIR -- COMMAND {asset} {trust}")
    checking.add_argument("folder", type=Path)
    options = parser.parse_args(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    return {"list": _list, "table": _table, "peer": _peer, "export": _export, "check": _check}[options.command](options, command)


def _list(_options: argparse.Namespace, _command: list[str]) -> int:
    for attack in ATTACKS:
        print(f"{attack.name}\t{attack.family}\t{'keyless' if attack.keyless else 'signed'}\t{attack.state}")
    return 0


def _table(_options: argparse.Namespace, _command: list[str]) -> int:
    from tests.adversarial.page import page

    sys.stdout.write(page())
    return 0


def _export(options: argparse.Namespace, _command: list[str]) -> int:
    from tests.adversarial.export import export

    options.folder.mkdir(parents=True, exist_ok=True)
    cases = export(ATTACKS, options.folder)
    print(f"{len(cases):,} of {len(ATTACKS):,} attacks in {len(MODULES)} rooms written to {options.folder}")
    return 0


def _check(options: argparse.Namespace, command: list[str]) -> int:
    from tests.adversarial.export import check, table_of

    found = list(check(options.folder, command))
    print(table_of(found))
    return int(any(answer.accepts and not answer.should_accept for answer in found))


def _peer(_options: argparse.Namespace, _command: list[str]) -> int:
    from tests.adversarial.export import table_of
    from tests.adversarial.reference import reference_answers

    print(table_of(list(reference_answers(ATTACKS))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
