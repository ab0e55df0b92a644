"""Pages that repeat what the code decides: commands, exit codes, assertions, limits, versions. They repeat all of it, and nothing else."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from credkit.cli import build_parser
from credkit.cli.exits import EXIT_TABLE, LINT_TABLE, VERIFY_TABLE
from credkit.errors import CredkitError
from credkit.manifest.assertions import ASSERTIONS
from credkit.verify.verifier import MANIFEST_CHECKS
from credkit.version import __version__
from tests.docs.limits_table import limits_table

ROOT = Path(__file__).resolve().parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def options(parser: argparse.ArgumentParser) -> set[str]:
    own = {name for action in parser._actions for name in action.option_strings} - {"-h", "--help", "--debug"}
    return own.union(*(options(below) for below in subcommands(parser).values()))


COMMANDS = subcommands(build_parser())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_on_its_page_and_no_other(name: str) -> None:
    sections = dict(re.findall(r"^## credkit (\w+)\n(.*?)(?=^## )", text("docs/cli.md"), re.DOTALL | re.MULTILINE))
    assert set(sections) == set(COMMANDS)
    prose = re.sub(r"^```.*?^```", "", sections[name], flags=re.DOTALL | re.MULTILINE)
    said = {word for code in re.findall(r"`([^`\n]+)`", prose) for word in code.split() if word.startswith("-")}
    assert said == options(COMMANDS[name])


def test_exit_codes_are_those_of_the_help() -> None:
    page, readme = text("docs/cli.md"), text("README.md")
    for table in (EXIT_TABLE, LINT_TABLE, VERIFY_TABLE):
        lines = table.splitlines()[1:]
        assert "\n".join(lines) in page
        for code in re.findall(r"^\s+(\d+)  ", table, re.MULTILINE):
            assert re.search(rf"^\| (?:\d+, )?{code}(?:, \d+)? \|", readme, re.MULTILINE), code


def test_every_assertion_is_listed_with_its_meaning() -> None:
    table = text("docs/assertions.md").partition("## Everything that is written")[2]
    rows = re.findall(r"^\| `([\w.-]+)` \| (\w+) \| (.+) \|$", table, re.MULTILINE)
    assert rows == [(label, entry.content, entry.description) for label, entry in ASSERTIONS.items()]


def test_the_limits_are_those_of_the_code() -> None:
    found = re.search(r"<!-- limits: [^>]*-->\n(.*?)\n<!-- end of limits -->", text("SECURITY.md"), re.DOTALL)
    assert found
    assert found[1] == limits_table()


def test_the_checks_are_listed_in_their_order() -> None:
    assert re.findall(r"^\s+\| `(check_\w+)` \|", text("docs/verdict.md"), re.MULTILINE) == [check.__name__ for check in MANIFEST_CHECKS]


def below(kind: type) -> set[type]:
    return set(kind.__subclasses__()).union(*map(below, kind.__subclasses__()))


def test_every_error_is_explained() -> None:
    """Those of the library; an integration explains its own on its page."""
    page = text("docs/python.md").partition("## Errors")[2]
    own = {error.__name__ for error in below(CredkitError) if not error.__module__.startswith("credkit.integrations")}
    assert own == set(re.findall(r"^\| `(\w+Error)` \|", page, re.MULTILINE))


def test_this_version_is_in_the_changelog() -> None:
    released = re.findall(r"^## \[([\d.]+)\] - \d{4}-\d\d-\d\d$", text("CHANGELOG.md"), re.MULTILINE)
    assert released[0] == __version__


def test_decisions_are_numbered_without_a_gap_and_short() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [page.name[:3] for page in pages] == [f"{number:03}" for number in range(1, len(pages) + 1)]
    for page in pages:
        lines = page.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"# {page.name[:3]}: ")
        assert len(lines) <= 16, page.name
