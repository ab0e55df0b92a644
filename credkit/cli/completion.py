"""``credkit completion``: a script that lets a shell complete commands, options and file names."""

from __future__ import annotations

import argparse
from typing import Any

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import FOLDER, INPUT, OUTPUT, SOURCE, Subcommands, add_command

__all__ = ["SHELLS", "add_to", "run"]

SHELLS = ("bash", "zsh", "tcsh", "fish", "powershell")
_EXAMPLES = """
credkit completion bash > ~/.local/share/bash-completion/completions/credkit
credkit completion zsh > ~/.zfunc/_credkit
"""
_DESCRIPTION = "Print a completion script for a shell; put it where the shell looks for such scripts."


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "completion", run, summary="print a completion script for a shell", description=_DESCRIPTION, examples=_EXAMPLES
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell that will read it")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from credkit.cli import build_parser
    from credkit.cli.terminal import write_document

    parser = build_parser()
    _complete_files(parser, {INPUT: shtab.FILE, SOURCE: shtab.FILE, OUTPUT: shtab.FILE, FOLDER: shtab.DIRECTORY})
    write_document(shtab.complete(parser, shell=args.shell).rstrip("\n") + "\n")
    return ExitCode.OK


def _complete_files(parser: argparse.ArgumentParser, ways: dict[str, Any]) -> None:
    """Let every argument that is named like a file or folder be completed as one."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _complete_files(command, ways)
        elif way := ways.get(str(action.metavar)):
            action.complete = way  # type: ignore[attr-defined]
