"""What is said when something is refused: one line, whatever the thing is called."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit.acceptance import read_policy
from credkit.api.export_settings import read_settings
from credkit.errors import CredkitError
from credkit.trust.lists import read_trust_list
from tests.forge import pki
from tests.forge.files import plain, signed, standard
from tests.forge.manifests import Assertion
from tests.injection.outputs import check_plain, run
from tests.injection.strings import HOSTILE

EVERY_TEXT = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
COMMANDS = (
    ("verify", "TEXT"),
    ("inspect", "TEXT"),
    ("extract", "TEXT", "--to", "parts"),
    ("extract", "plain.jpg", "--list", "--only", "TEXT"),
    ("verify", "plain.jpg", "--at", "TEXT"),
    ("verify", "plain.jpg", "--trust-list", "TEXT"),
    ("verify", "plain.jpg", "--policy", "policy.json"),
    ("lint", "plain.jpg", "--regime", "TEXT"),
    ("reveal", "signed.jpg", "--field", "TEXT"),
    ("redact", "signed.jpg", "-o", "out.jpg", "--assertion", "TEXT", "--reason", "TEXT"),
    ("sign", "plain.jpg", "-o", "out.jpg", "--created", "TEXT", "--identity", "TEXT"),
    ("sign", "plain.jpg", "-o", "out.jpg", "--created", "digitalCapture", "--manifest", "definition.json"),
    ("sign", "TEXT", "-o", "TEXT", "--created", "digitalCapture"),
    ("TEXT",),
    ("verify", "plain.jpg", "TEXT=", "--TEXT"),
)
"""Command lines that are refused, or would be if there were such a file."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("errors")
    (path / "plain.jpg").write_bytes(plain())
    (path / "signed.jpg").write_bytes(signed(standard()))
    return path


@pytest.fixture(autouse=True)
def _home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(folder / "home"))
    monkeypatch.chdir(folder)


@EVERY_TEXT
def test_refusals_of_the_command_line(folder: Path, text: str) -> None:
    (folder / "policy.json").write_text(json.dumps({"version": 1, text: text, "state": text}))
    (folder / "definition.json").write_text(json.dumps({"assertions": [{"label": text, "data": {text: text}}], text: text}))
    for line in COMMANDS:
        code, out, err = run(*(word.replace("TEXT", text) for word in line))
        check_plain(out)
        check_plain(err)
        assert code in (0, 1, 2, 3), (line, err)
        assert all(sentence.startswith("credkit: ") for sentence in err.splitlines()), (line, err)
        assert len(err.splitlines()) <= 2, (line, err)


def refusals(folder: Path, text: str) -> dict[str, Callable[[], Any]]:
    """Calls that raise because of ``text``, or for which it would be in order."""
    source, statements = folder / "plain.jpg", credkit.Statements(created="digitalCapture")
    own = {"signer": pki.signer()}
    broken = signed(standard(Assertion("org.example.json", text.encode("utf-8", "replace"), content="json")))
    return {
        "verify": lambda: credkit.verify_file(text),
        "below": lambda: credkit.verify_file(folder / "plain.jpg" / text),
        "store": lambda: credkit.read_store(folder / text),
        "created": lambda: credkit.sign_file(source, folder / "o", credkit.Statements(created=text), **own),
        "licence": lambda: credkit.sign_file(source, folder / "o", credkit.Statements(created="digitalCapture", licence=text), **own),
        "action": lambda: credkit.Action(text),
        "region": lambda: credkit.Region.rectangle(1, 2, 3, 4, text),  # type: ignore[arg-type]
        "model": lambda: credkit.sign_file(
            source, folder / "o", credkit.Statements(created="digitalCapture", models=(credkit.ModelReference("m", path=text),)), **own
        ),
        "parent": lambda: credkit.sign_file(source, folder / "o", statements, parent=text, **own),
        "output": lambda: credkit.sign_file(source, folder / "nowhere" / text, statements, **own),
        "folder": lambda: credkit.extract_file(folder / "signed.jpg", source / text),
        "kind": lambda: credkit.extract_file(folder / "signed.jpg", None, only=(text,)),  # type: ignore[arg-type]
        "reveal": lambda: credkit.reveal(folder / "signed.jpg", text),
        "redact": lambda: credkit.redact_file(folder / "signed.jpg", folder / "o", [text], reason=text, **own),
        "policy": lambda: credkit.AcceptancePolicy(state=text),  # type: ignore[arg-type]
        "policy-file": lambda: read_policy({text: text}),
        "settings": lambda: read_settings(folder / text),
        "list": lambda: read_trust_list(text.encode("utf-8", "replace")),
        "regime": lambda: credkit.lint_file(source, (text,)),  # type: ignore[arg-type]
        "labels": lambda: credkit.Labels(regimes=(text,)),  # type: ignore[arg-type]
        "value": lambda: [assertion.value() for assertion in credkit.read_store(broken).manifests[-1].assertions],
        "dataset": lambda: credkit.verify_dataset(folder / text),
        "signer": lambda: credkit.Signer.from_uri(text),
    }


@EVERY_TEXT
def test_refusals_of_the_library(folder: Path, text: str) -> None:
    for name, call in refusals(folder, text).items():
        try:
            call()
        except CredkitError as error:
            try:
                check_plain(str(error))
            except AssertionError as leak:
                raise AssertionError(f"{name}: {str(error)!r:.300}") from leak


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
@pytest.mark.parametrize(
    "name", [b"\x1b[2J.jpg", b"caf\xe9\x9b.jpg", "gpj\u202e.exe".encode(), b"a\r\n\xe2\x9c\x93 TRUSTED.jpg"], ids=range(4)
)
def test_names_of_files_that_are_there(folder: Path, name: bytes) -> None:
    path = folder / os.fsdecode(name)
    path.write_bytes(signed(standard()))
    for line in (
        ["verify"],
        ["verify", "--format", "jsonl"],
        ["inspect"],
        ["inspect", "--format", "html"],
        ["lint"],
        ["extract", "--list"],
        ["inspect", "--terms"],
    ):
        _, out, err = run(line[0], path, *line[1:])
        check_plain(out)
        check_plain(err)
        assert "\n\u2713 TRUSTED.jpg" not in out
