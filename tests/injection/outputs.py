"""Every output that is made of a file, by the name of the command line that prints it, and what each has to be.

The commands run in this process; the file is verified once for all of them, which they would do in the same way.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import credkit
from credkit.cli import build_parser, main
from credkit.verify import Report
from tests.injection.page import ATTRIBUTES, ELEMENTS, POLICY, Page

__all__ = ["COMMANDS", "check", "check_plain", "outputs", "run"]

COMMANDS = {
    "verify": ("verify", "FILE"),
    "verify-jsonl": ("verify", "FILE", "--format", "jsonl"),
    "verify-many": ("verify", "FILE", "FILE"),
    "verify-many-jsonl": ("verify", "FILE", "FILE", "--format", "jsonl"),
    "inspect-many": ("inspect", "FILE", "FILE"),
    "tree": ("inspect", "FILE", "--details"),
    "json": ("inspect", "FILE", "--format", "json"),
    "crjson": ("inspect", "FILE", "--format", "crjson"),
    "c2patool": ("inspect", "FILE", "--format", "c2patool"),
    "html": ("inspect", "FILE", "--format", "html"),
    "mermaid": ("inspect", "FILE", "--format", "mermaid"),
    "terms": ("inspect", "FILE", "--terms"),
    "terms-json": ("inspect", "FILE", "--terms", "--format", "json"),
    "licences": ("inspect", "FILE", "--licences"),
    "licences-json": ("inspect", "FILE", "--licences", "--format", "json"),
    "lint": ("lint", "FILE"),
    "lint-jsonl": ("lint", "FILE", "--format", "jsonl"),
    "bytes": ("inspect", "FILE", "--bytes"),
    "bytes-json": ("inspect", "FILE", "--bytes", "--format", "json"),
    "extract": ("extract", "FILE", "--list"),
    "extract-json": ("extract", "FILE", "--list", "--format", "json"),
    "redact-list": ("redact", "FILE", "--list"),
}
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_OWN_SIGNS = re.compile(r"^[^\w\s\"'(]\s+[A-Z][A-Z ,]{4,}", re.MULTILINE)
"""How a verdict begins: one sign, then words in capital letters."""


_parser = functools.cache(build_parser)


def run(*line: str | os.PathLike[str]) -> tuple[int, str, str]:
    """Exit code, standard output and error stream of one command line."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    # Making the parser is a good part of the work of a short command.
    with (
        mock.patch.dict(os.environ, {"COLUMNS": "9999"}),
        mock.patch("credkit.cli.build_parser", _parser),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main([os.fspath(word) for word in line])
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
    return code, texts[0], texts[1]


@contextlib.contextmanager
def _verified_once(path: Path, **options: Any) -> Iterator[Report]:
    report = credkit.verify_file(path, **options)

    def again(*_: Any, **__: Any) -> Report:
        return report

    with mock.patch("credkit.api.reading.verify_file", again), mock.patch("credkit.api.extraction.verify_file", again):
        yield report


def outputs(path: Path, **options: Any) -> dict[str, str]:
    """What every command prints about a file; ``options`` are those of ``verify_file``."""
    found: dict[str, str] = {}
    with _verified_once(path, **options):
        for name, line in COMMANDS.items():
            code, out, err = run(*(path if word == "FILE" else word for word in line))
            assert code in (0, 1), (name, code, err)
            assert out or (code == 1 and err), name
            found[name] = out
            check_plain(err)
    return found


def check_plain(text: str) -> None:
    """No byte of it steers a terminal, and no character of it is hidden."""
    assert not _FORBIDDEN.search(text), repr(_FORBIDDEN.search(text))
    if not text.isascii():
        hidden = {c for c in set(text) if unicodedata.category(c) in _HIDDEN}
        assert hidden <= {"\n"}, hidden
    text.encode("utf-8")


def check(name: str, text: str, calm: str) -> None:
    """``text`` is what command ``name`` printed of a hostile file, ``calm`` the same for a harmless one."""
    check_plain(text)
    if name.endswith("jsonl"):
        assert text.isascii()
        assert text.count("\n") == 1
    if "json" in name or name == "c2patool":
        assert isinstance(json.loads(text), dict)
    elif name == "html":
        _check_page(Page(text), Page(calm))
    elif name == "mermaid":
        assert _structure(text) == _structure(calm)
    else:
        lines, expected = (_LINES.get(name, str.splitlines)(found) for found in (text, calm))
        assert len(lines) <= len(expected)
        assert len(_OWN_SIGNS.findall(text)) <= len(_OWN_SIGNS.findall(calm))


def _beginnings(text: str) -> list[str]:
    """Lines that are no continuation: these texts have a greatest width of their own, and what is longer goes on with an indent."""
    return [line for line in text.splitlines() if line and not line[0].isspace()]


def _besides_rows(text: str) -> list[str]:
    """Lines that are no row of the table of bytes: of rows there are as many as the file came to have parts."""
    return [line for line in text.splitlines() if not re.match(r" +[\d,]+ +[\d,]+  (hashed|signed|structural|unbound) +\S", line)]


_LINES = {"terms": _beginnings, "licences": _beginnings, "bytes": _besides_rows}


def _check_page(page: Page, calm: Page) -> None:
    assert page.elements <= ELEMENTS
    assert page.attributes <= ATTRIBUTES
    assert page.open == []
    assert page.policies == [POLICY]
    assert page.order[:8] == calm.order[:8]
    assert all(re.fullmatch(r"data:image/(jpeg|png|webp);base64,[A-Za-z0-9+/]+=*", source) for source in page.sources)


def _structure(diagram: str) -> list[str]:
    """A diagram without what stands in its labels, of which nothing may mean anything to a program that draws it."""
    lines = []
    for line in diagram.splitlines():
        found = re.fullmatch(r'(  \w+)\(?\["([^"]*)"\]\)?(:::\w+)', line)
        if found:
            assert not re.search(r"[<>\[\]{}`*_~|;&\\]", re.sub(r"#\d+;", "", found[2].replace("<br/>", ""))), line
        lines.append(found[1] + found[3] if found else line)
    return lines
