"""The examples of a Markdown page: fenced blocks, the commands and outputs in them, and whether an output is the documented one.

In documented output a line of ``…`` stands for any number of lines, ``…`` inside of a line for any text. A command may end in a comment
``# exit code 1``; without one it has to end with 0. In Python, what is printed stands in a comment behind ``print(...)``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Block", "Command", "blocks", "commands", "is_as_documented", "links", "printed", "script"]

LEFT_OUT = "…"
_FENCE = re.compile(r"```(\w*)")
_MARKER = re.compile(r"<!-- ([\w-]+) -->")
_EXIT = re.compile(r"#\s*exit code (\d+)\s*$")
_PRINT = re.compile(r"\s*print\(.*\)  # (.+)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its lines, where it begins, and the name in the marker comment right above it."""

    language: str
    lines: tuple[str, ...]
    at: int
    marker: str | None


@dataclass(frozen=True)
class Command:
    """A command line as it is typed, the exit code that it ends with, and the output that follows it (empty when none is shown)."""

    text: str
    words: tuple[str, ...]
    code: int
    output: tuple[str, ...]


def blocks(page: Path) -> Iterator[Block]:
    """All fenced blocks of a page, in order."""
    lines = page.read_text("utf-8").splitlines()
    inside: tuple[str, int, str | None] | None = None
    held: list[str] = []
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if inside is None and fence:
            above = _MARKER.fullmatch(lines[number - 1]) if number else None
            inside, held = (fence[1], number + 2, above[1] if above else None), []
        elif inside is not None and fence:
            yield Block(inside[0], tuple(held), inside[1], inside[2])
            inside = None
        elif inside is not None:
            held.append(line)
    assert inside is None, f"{page.name}: the block at line {inside and inside[1]} is not closed"


def commands(block: Block) -> Iterator[Command]:
    """The commands of a ``bash`` block (every line is one) or a ``console`` block (lines that begin with ``$``)."""
    lines = list(block.lines)
    while lines:
        line = lines.pop(0)
        if block.language == "console":
            assert line.startswith("$ "), f"line {block.at}: output without a command: {line}"
            line = line[2:]
        while line.endswith("\\"):
            line = line[:-1] + lines.pop(0).lstrip()
        output: list[str] = []
        while block.language == "console" and lines and not lines[0].startswith("$ "):
            output.append(lines.pop(0))
        code = _EXIT.search(line)
        yield Command(line, tuple(shlex.split(line, comments=True)), int(code[1]) if code else 0, tuple(output))


def is_as_documented(documented: tuple[str, ...], printed_text: str) -> bool:
    """Whether a program printed what a page shows."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(line).replace(re.escape(LEFT_OUT), ".*") + r"\n" for line in documented
    )
    return re.fullmatch(pattern, printed_text) is not None


def script(page: Path) -> str:
    """All Python of a page as one program, each line at the number that it has on the page."""
    lines: list[str] = []
    for block in blocks(page):
        if block.language == "python":
            lines += [""] * (block.at - 1 - len(lines)) + list(block.lines)
    return "\n".join(lines) + "\n"


def printed(program: str) -> tuple[str, ...]:
    """What the comments of a program say that it prints."""
    return tuple(found[1] for line in program.splitlines() if (found := _PRINT.fullmatch(line)))


def links(page: Path) -> Iterator[str]:
    """Targets of the links of a page that lead to files of the project."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            yield target.partition("#")[0]
